//! smoltcp's view of the TUN, for the time of one call.
//!
//! smoltcp makes segments of up to 64 KiB; here they are cut to what the TUN takes, get their checksums and their window
//! clamped, and go straight to the TUN.

use std::num::NonZeroUsize;

use smoltcp::phy::{Checksum, Device, DeviceCapabilities, Medium, PacketMeta, RxToken, TxToken};
use smoltcp::time::Instant;

use crate::outside::Outside;
use crate::tcp::window::{Edge, WindowShare};
use crate::tun::Tun;

/// The largest packet smoltcp makes.
const SUPER_SEGMENT: usize = 65_535;
/// Where [`SUPER_SEGMENT`] and the header copied before each of its pieces lie.
pub(crate) const SCRATCH: usize = SUPER_SEGMENT + 128;

/// A TCP header without options: those of the SYN alone are sent.
const TCP_HEADER: usize = 20;

/// What smoltcp reads from and writes to.
pub(crate) struct TunDevice<'a, O> {
    /// The one packet to take in.
    pub(crate) received: Option<&'a [u8]>,
    pub(crate) scratch: &'a mut [u8],
    pub(crate) tun: &'a mut Tun,
    /// Nothing is made while the TUN is full, but what will not be made again.
    pub(crate) waits_for_tun: bool,
    pub(crate) windows: &'a WindowShare,
    pub(crate) edge: &'a mut Edge,
    /// Packets that went to the TUN.
    pub(crate) sent: &'a mut u64,
    pub(crate) out: &'a mut O,
}

/// The capabilities of every such device, for [`smoltcp::iface::Interface::new`] too.
///
/// The MTU is that of the super-segments and not the TUN's: smoltcp 0.14 drops IPv6 packets beyond the device's MTU
/// although the device cuts them. The app's own kernel keeps its segments within the TUN's MTU, and tells us its MSS.
pub(crate) fn capabilities() -> DeviceCapabilities {
    let mut capabilities = DeviceCapabilities::default();
    capabilities.medium = Medium::Ip;
    capabilities.max_transmission_unit = SUPER_SEGMENT;
    // The app's own kernel made what we receive; a SYN is checked by us. What we send is summed after the cut.
    capabilities.checksum.tcp = Checksum::None;
    capabilities.checksum.ipv4 = Checksum::None;
    capabilities.segmentation.tcpv4 = NonZeroUsize::new(SUPER_SEGMENT);
    capabilities.segmentation.tcpv6 = NonZeroUsize::new(SUPER_SEGMENT);
    capabilities
}

impl<O: Outside> Device for TunDevice<'_, O> {
    type RxToken<'t>
        = Received<'t>
    where
        Self: 't;
    type TxToken<'t>
        = Transmit<'t, O>
    where
        Self: 't;

    fn receive(&mut self, _: Instant) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        let received = Received(self.received.take()?);
        Some((received, self.token()))
    }

    fn transmit(&mut self, _: Instant) -> Option<Self::TxToken<'_>> {
        if self.waits_for_tun && self.tun.is_full() { None } else { Some(self.token()) }
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities()
    }
}

impl<O: Outside> TunDevice<'_, O> {
    fn token(&mut self) -> Transmit<'_, O> {
        Transmit {
            scratch: self.scratch,
            tun: self.tun,
            windows: self.windows,
            edge: self.edge,
            sent: self.sent,
            out: self.out,
            meta: PacketMeta::default(),
        }
    }
}

/// One packet for smoltcp.
pub(crate) struct Received<'a>(&'a [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

/// One packet from smoltcp.
pub(crate) struct Transmit<'a, O> {
    scratch: &'a mut [u8],
    tun: &'a mut Tun,
    windows: &'a WindowShare,
    edge: &'a mut Edge,
    sent: &'a mut u64,
    out: &'a mut O,
    meta: PacketMeta,
}

impl<O: Outside> TxToken for Transmit<'_, O> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let packet = &mut self.scratch[..len];
        let result = write(packet);
        let ip_header = if packet.first().is_some_and(|first| first >> 4 == 6) { 40 } else { 20 };
        if let Some(tcp) = packet.get_mut(ip_header..) {
            self.windows.clamp(tcp, self.edge);
        }
        // smoltcp 0.14 tells the segment size for IPv4 only; what the TUN takes is never more than the app does.
        let within_mtu = self.tun.mtu.saturating_sub(ip_header + TCP_HEADER);
        let mss =
            self.meta.segmentation_offload_size.map_or(within_mtu, |size| usize::from(size.get()));
        send_cut(packet, ip_header, mss, self.tun, self.sent, self.out);
        result
    }

    fn set_meta(&mut self, meta: PacketMeta) {
        self.meta = meta;
    }
}

/// Sends a segment in pieces of at most `mss` bytes of payload, or larger ones while the TUN takes them.
fn send_cut(
    packet: &mut [u8],
    ip_header: usize,
    mss: usize,
    tun: &mut Tun,
    sent: &mut u64,
    out: &mut impl Outside,
) {
    let piece = mss.max(tun.largest_packet.saturating_sub(ip_header + TCP_HEADER));
    wire::cut_tcp(packet, piece, |segment| {
        *sent += 1;
        if tun.send(segment, out).is_err() {
            // Only the first piece beyond the MTU and those after it in this segment come here: `largest_packet` shrinks.
            *sent -= 1;
            wire::cut_tcp(&mut segment.to_vec(), mss, |small| {
                *sent += 1;
                let _ = tun.send(small, out);
            });
        }
    });
}
