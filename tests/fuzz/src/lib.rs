//! The bodies of the fuzz targets, one module each: `run` takes any bytes and panics where the code under test breaks
//! a promise. [`TARGETS`] names them for the replay of what was found.

pub mod capture;
pub mod dns;
pub mod engine;
pub mod http_requests;
pub mod httpdns;
pub mod lists_index;
pub mod lists_text;
pub mod packet;
pub mod policy_document;
pub mod quic;
pub mod sniff;

/// A target's name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target; its corpus lies in the folder of its name under `corpus/`.
pub const TARGETS: &[Target] = &[
    ("capture", capture::run),
    ("dns", dns::run),
    ("engine", engine::run),
    ("http_requests", http_requests::run),
    ("httpdns", httpdns::run),
    ("lists_index", lists_index::run),
    ("lists_text", lists_text::run),
    ("packet", packet::run),
    ("policy_document", policy_document::run),
    ("quic", quic::run),
    ("sniff", sniff::run),
];
