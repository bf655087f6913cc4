//! What an epoll event is about, in the 64 bits that epoll carries for us.
//!
//! A socket's token holds its place in the engine's table and the generation of that place, so an event that was
//! queued for a socket closed in the meantime is told from one for its successor.

use engine::{FlowId, PortId};

/// Generations wrap at 30 bits here: a stale event is at most one turn old.
const GENERATION: u32 = (1 << 30) - 1;

/// The source of an epoll event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// The TUN.
    Tun,
    /// Another thread left a message.
    Wake,
    /// The next expiry has come.
    Timer,
    /// The rules change by themselves.
    Edge,
    /// A TCP connection: its index, and its generation cut to 30 bits.
    Flow(u32, u32),
    /// A datagram socket, likewise.
    Port(u32, u32),
}

impl Token {
    /// The token of a flow's connection.
    pub(crate) fn flow(id: FlowId) -> Self {
        Token::Flow(id.index, id.generation & GENERATION)
    }

    /// The token of a datagram socket.
    pub(crate) fn port(id: PortId) -> Self {
        Token::Port(id.index, id.generation & GENERATION)
    }

    /// Whether a table's generation is the one the event was queued for.
    pub(crate) fn same_generation(of_token: u32, of_table: u32) -> bool {
        of_token == of_table & GENERATION
    }

    /// Two bits of kind, 30 of generation, 32 of index.
    pub(crate) fn to_bits(self) -> u64 {
        let (kind, generation, index) = match self {
            Token::Tun => (0, 0, 0),
            Token::Wake => (0, 0, 1),
            Token::Timer => (0, 0, 2),
            Token::Edge => (0, 0, 3),
            Token::Flow(index, generation) => (1, generation, index),
            Token::Port(index, generation) => (2, generation, index),
        };
        kind << 62 | u64::from(generation) << 32 | u64::from(index)
    }

    /// The token behind the bits; `None` for bits that no token has.
    pub(crate) fn from_bits(bits: u64) -> Option<Self> {
        let index = (bits & u64::from(u32::MAX)) as u32;
        let generation = (bits >> 32) as u32 & GENERATION;
        match (bits >> 62, index) {
            (0, 0) => Some(Token::Tun),
            (0, 1) => Some(Token::Wake),
            (0, 2) => Some(Token::Timer),
            (0, 3) => Some(Token::Edge),
            (1, _) => Some(Token::Flow(index, generation)),
            (2, _) => Some(Token::Port(index, generation)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_way_through_epoll() {
        let flow = Token::flow(FlowId { index: u32::MAX, generation: u32::MAX });
        let port = Token::port(PortId { index: 0, generation: 7 });
        for token in [Token::Tun, Token::Wake, Token::Timer, Token::Edge, flow, port] {
            assert_eq!(Token::from_bits(token.to_bits()), Some(token));
        }
        assert_eq!(Token::from_bits(u64::MAX), None);
        assert_eq!(Token::from_bits(4), None);
    }

    #[test]
    fn a_reused_place_is_told_from_the_one_before() {
        let Token::Flow(_, generation) = Token::flow(FlowId { index: 3, generation: 1 << 30 | 5 })
        else {
            panic!("a flow's token is a flow");
        };
        assert!(Token::same_generation(generation, 1 << 30 | 5));
        assert!(!Token::same_generation(generation, 6));
    }
}
