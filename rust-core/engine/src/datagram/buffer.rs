//! Where a received datagram lies while its headers are written in front of it.

/// Room for IPv6 and UDP headers.
const HEADROOM: usize = 48;
/// The largest datagram payload.
const LARGEST: usize = 65_535;

/// One datagram with room in front.
#[derive(Debug)]
pub(crate) struct DatagramBuffer(Box<[u8]>);

impl DatagramBuffer {
    pub(crate) fn new() -> Self {
        DatagramBuffer(vec![0; HEADROOM + LARGEST].into_boxed_slice())
    }

    /// Where to receive the payload.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        &mut self.0[HEADROOM..]
    }

    /// The payload of `len` bytes.
    pub(crate) fn payload(&self, len: usize) -> &[u8] {
        &self.0[HEADROOM..HEADROOM + len.min(LARGEST)]
    }

    /// The payload of `len` bytes with `headroom` bytes in front.
    pub(crate) fn packet(&mut self, headroom: usize, len: usize) -> &mut [u8] {
        &mut self.0[HEADROOM - headroom.min(HEADROOM)..HEADROOM + len.min(LARGEST)]
    }
}
