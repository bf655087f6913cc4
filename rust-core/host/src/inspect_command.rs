//! `hushwall inspect`: the flows of a capture, as text or JSON.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use capture::{Damage, Flow, Inspector, Name, NoCapture, Packets, Source, Unread};
use serde::Serialize;
use store::Confidence;

use crate::args::InspectArguments;
use crate::failure::Failure;
use crate::terminal::{Paint, Tone, harmless, harmless_json};

/// Damage that is told one by one; of more only the number is told.
const MAX_TOLD: u64 = 20;

/// Prints the flows of a capture.
pub(crate) fn run(arguments: &InspectArguments) -> Result<u8, Failure> {
    let path = &arguments.file;
    let place = harmless(&path.to_string_lossy()).into_owned();
    let mut packets = open(path).map_err(|error| failure(&place, &error))?;
    let mut warnings = Warnings { place: &place, count: 0 };
    let mut inspector = Inspector::new();
    while let Some(frame) = packets.next(&mut |damage| warnings.tell(&damage)) {
        if let Err(damage) = inspector.push(&frame) {
            warnings.tell(&damage);
        }
    }
    warnings.end(&inspector.unread());
    let printed = if arguments.json { print_json(&inspector) } else { print_text(&inspector) };
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            return Err(Failure::new("writing to the standard output", error));
        }
        // `hushwall inspect | head`: the reader has seen enough.
        Ok(()) | Err(_) => {}
    }
    match packets.error() {
        Some(error) => Err(Failure::new(format!("reading the capture {place}"), error)
            .hint("what could be read before is shown")),
        None => Ok(0),
    }
}

/// What is told on the standard error output.
struct Warnings<'a> {
    place: &'a str,
    count: u64,
}

impl Warnings<'_> {
    fn tell(&mut self, damage: &Damage) {
        self.count += 1;
        if self.count <= MAX_TOLD {
            eprintln!("hushwall: {}: {damage}", self.place);
        }
    }

    fn end(&self, unread: &Unread) {
        let say = |text: String| eprintln!("hushwall: {}: {text}", self.place);
        if let Some(more @ 1..) = self.count.checked_sub(MAX_TOLD) {
            say(format!("{more} more faults like these"));
        }
        for (link, frames) in &unread.links {
            say(format!("{frames} frames of link layer {link} (LINKTYPE) are not read"));
        }
        for (number, what) in [
            (unread.short, "packets were captured in so small a part that their flow is not known"),
            (unread.fragments, "fragments are of packets that were not captured whole"),
            (unread.given_up, "flows have no name because too many were open at a time"),
        ] {
            if number > 0 {
                say(format!("{number} {what}"));
            }
        }
    }
}

/// A flow as JSON. Its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Shown<'a> {
    /// tcp, udp, icmp, or ip-N with the number of another protocol.
    proto: &'a str,
    /// Address and port of who began it.
    src: String,
    /// Address and port to which.
    dst: String,
    #[serde(flatten)]
    name: ShownName<'a>,
    /// Of both directions.
    packets: u64,
    /// Of both directions, from the IP header on.
    bytes: u64,
    /// The names but the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<ShownName<'a>>,
}

/// A name as JSON, or that there is none.
#[derive(Serialize, Default)]
struct ShownName<'a> {
    name: Option<&'a str>,
    /// dns-query, sni, sni-outer, quic-sni, http-host or httpdns.
    name_source: Option<&'static str>,
    /// guessed, resolved or seen.
    confidence: Option<&'static str>,
}

impl<'a> Shown<'a> {
    fn of(flow: &'a Flow) -> Self {
        let mut names = flow.names.iter().map(ShownName::of);
        Shown {
            proto: &flow.protocol,
            src: flow.source.to_string(),
            dst: flow.destination.to_string(),
            name: names.next().unwrap_or_default(),
            packets: flow.packets,
            bytes: flow.bytes,
            also: names.collect(),
        }
    }
}

impl<'a> ShownName<'a> {
    fn of(name: &'a Name) -> Self {
        let confidence = match name.source {
            Source::DnsQuery => Confidence::Seen,
            Source::Opening(source) => Confidence::of(source),
        };
        ShownName {
            name: Some(name.host.as_str()),
            name_source: Some(name.source.as_str()),
            confidence: Some(confidence.as_str()),
        }
    }
}

fn open(path: &Path) -> Result<Packets<Box<dyn Read>>, NoCapture> {
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path)?)
    };
    Packets::open(reader)
}

fn failure(place: &str, error: &NoCapture) -> Failure {
    let failure = Failure::new(format!("reading the capture {place}"), error);
    match error {
        NoCapture::Compressed(program) => {
            failure.hint(format!("uncompress it, as in: {program} -dc FILE | hushwall inspect -"))
        }
        NoCapture::Variant(_) => failure.hint("convert it, as in: editcap -F pcapng FILE NEW"),
        NoCapture::Unknown | NoCapture::Empty => failure.hint(
            "give a file that tcpdump, Wireshark, PCAPdroid or hushwall run --pcap has written",
        ),
        NoCapture::Io(_) => failure,
    }
}

fn print_json(inspector: &Inspector) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for flow in inspector.flows() {
        writeln!(out, "{}", harmless_json(&Shown::of(&flow)))?;
    }
    out.flush()
}

fn print_text(inspector: &Inspector) -> io::Result<()> {
    let widest = |end: fn(&Flow) -> String| {
        let widths = inspector.flows().map(|flow| end(&flow).len());
        widths.chain([HEADING_WIDTH]).max().unwrap_or_default()
    };
    let (from, to) =
        (widest(|flow| flow.source.to_string()), widest(|flow| flow.destination.to_string()));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let paint = Paint::on(&io::stdout());
    let heading = format!(
        "{:<5}  {:<from$}  {:<to$}  {:>8}  {:>12}  {:<9}  NAME",
        "PROTO", "FROM", "TO", "PACKETS", "BYTES", "SOURCE"
    );
    writeln!(out, "{}", paint.paint(Tone::Strong, heading))?;
    for flow in inspector.flows() {
        let source = flow.names.first().map_or("-", |name| name.source.as_str());
        let names: Vec<_> = flow.names.iter().map(|name| harmless(name.host.as_str())).collect();
        writeln!(
            out,
            "{:<5}  {:<from$}  {:<to$}  {:>8}  {:>12}  {source:<9}  {}",
            flow.protocol,
            flow.source.to_string(),
            flow.destination.to_string(),
            flow.packets,
            flow.bytes,
            if names.is_empty() { "-".into() } else { names.join(" ") },
        )?;
    }
    out.flush()
}

/// The longest heading of a column of addresses.
const HEADING_WIDTH: usize = 4;
