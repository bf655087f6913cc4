//! The keys of Initial packets (RFC 9001 section 5.2), which follow from the client's first connection id.

use hkdf::Hkdf;
use sha2::Sha256;

use super::version::Version;

/// What a client protects its Initial packets with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) payload: [u8; 16],
    /// Combined with the packet number.
    pub(super) nonce: [u8; 12],
    pub(super) header: [u8; 16],
}

impl Keys {
    /// The client's keys where its first packet went to this connection id. Never None in fact: all outputs are short.
    pub(super) fn of_client(version: &Version, first_destination: &[u8]) -> Option<Keys> {
        let initial = Hkdf::<Sha256>::new(Some(&version.initial_salt), first_destination);
        let mut client = [0; 32];
        expand_label(&initial, b"client in", &mut client)?;
        let client = Hkdf::<Sha256>::from_prk(&client).ok()?;
        let [payload, nonce, header] = version.labels;
        let mut keys = Keys { payload: [0; 16], nonce: [0; 12], header: [0; 16] };
        expand_label(&client, payload, &mut keys.payload)?;
        expand_label(&client, nonce, &mut keys.nonce)?;
        expand_label(&client, header, &mut keys.header)?;
        Some(keys)
    }
}

/// HKDF-Expand-Label with an empty context, RFC 8446 section 7.1.
fn expand_label(secret: &Hkdf<Sha256>, label: &[u8], out: &mut [u8]) -> Option<()> {
    const PREFIX: &[u8] = b"tls13 ";
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_length = [u8::try_from(PREFIX.len() + label.len()).ok()?];
    secret.expand_multi_info(&[&length, &label_length, PREFIX, label, &[0]], out).ok()
}
