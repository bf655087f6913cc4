//! The beginning of a connection's CRYPTO stream, put together from frames in any order.

/// How many octets of the stream are kept. A client may send no more than 14,720 before it hears from its server
/// (RFC 9002 section 7.2), and a server need not keep more than 4096 (RFC 9000 section 7.5).
pub(super) const MAX_CRYPTO: usize = 16 * 1024;

/// What has come of a CRYPTO stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    octets: Vec<u8>,
    /// Which of the octets have come.
    known: Vec<bool>,
    /// How many octets from the first on have come.
    beginning: usize,
}

impl Stream {
    /// Adds what a frame carries. What has come already stays as it was; what lies beyond [`MAX_CRYPTO`] is left out.
    pub(super) fn insert(&mut self, offset: u64, data: &[u8]) {
        let Some(start) = usize::try_from(offset).ok().filter(|&start| start < MAX_CRYPTO) else {
            return;
        };
        let data = &data[..data.len().min(MAX_CRYPTO - start)];
        let end = start + data.len();
        if end > self.octets.len() {
            self.octets.resize(end, 0);
            self.known.resize(end, false);
        }
        let places = self.octets[start..end].iter_mut().zip(&mut self.known[start..end]);
        for ((octet, is_known), &new) in places.zip(data) {
            if !*is_known {
                (*octet, *is_known) = (new, true);
            }
        }
        let more = self.known[self.beginning..].iter().take_while(|&&is_known| is_known).count();
        self.beginning += more;
    }

    /// The stream up to the first gap.
    pub(super) fn beginning(&self) -> &[u8] {
        &self.octets[..self.beginning]
    }
}
