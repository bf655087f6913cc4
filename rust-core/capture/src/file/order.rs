//! Numbers in the byte order of the machine that wrote a capture.

/// The byte order of a file or section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The order in which these bytes are this number.
    pub(super) fn of(bytes: &[u8], number: u32) -> Option<Self> {
        [Order::Little, Order::Big].into_iter().find(|order| order.u32(bytes, 0) == Some(number))
    }

    /// The number at this place, if there are bytes for it.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }

    /// The number at this place, if there are bytes for it.
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        })
    }
}
