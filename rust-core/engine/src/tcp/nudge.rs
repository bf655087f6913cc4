//! Gets a connection going again that smoltcp would wait for for ever.
//!
//! When an app's window closes with data on its way, smoltcp 0.14 exchanges its retransmission timer for a window probe, and
//! drops that when the window opens: what the app's kernel had thrown away meanwhile is never sent again. Such a connection
//! has unacknowledged data and no timer. Three repeated acknowledgments make smoltcp send the data again (RFC 5681 section
//! 3.2); they are made here in the app's place.

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{IpProtocol, IpRepr, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};
use wire::FlowKey;

/// How often an acknowledgment is repeated until the data is sent again.
pub(crate) const REPEATS: usize = 3;

/// What the app last acknowledged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Acknowledgment {
    pub(crate) number: u32,
    /// The window field, not scaled.
    pub(crate) window: u16,
}

/// The app's acknowledgment once more, as a packet.
pub(crate) fn repeated(key: &FlowKey, sequence: u32, last: Acknowledgment) -> Vec<u8> {
    let segment = TcpRepr {
        src_port: key.local.port(),
        dst_port: key.remote.port(),
        control: TcpControl::None,
        seq_number: TcpSeqNumber(sequence as i32),
        ack_number: Some(TcpSeqNumber(last.number as i32)),
        window_len: last.window,
        window_scale: None,
        max_seg_size: None,
        sack_permitted: false,
        sack_ranges: [None; 3],
        timestamp: None,
        payload: &[],
    };
    let (local, remote) = (key.local.ip().into(), key.remote.ip().into());
    let ip = IpRepr::new(local, remote, IpProtocol::Tcp, segment.buffer_len(), 64);
    let ignored = ChecksumCapabilities::ignored();
    let mut packet = vec![0; ip.buffer_len()];
    let (header, body) = packet.split_at_mut(ip.header_len());
    ip.emit(header, &ignored);
    segment.emit(&mut TcpPacket::new_unchecked(body), &local, &remote, &ignored);
    packet
}
