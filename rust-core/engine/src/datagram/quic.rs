//! QUIC: a flow's first datagrams wait until they have named their server, and go on or are refused.
//!
//! A client's Initial packets can be read by whoever sees them (RFC 9001 section 5.2). They come at once, so a flow that may
//! pass is held up by no more than the reading; a refused one costs its server not one packet, and the app, told by ICMP,
//! falls back to TCP without waiting.

use names::Sniff;
use names::quic::Sniffer;
use policy::Verdict;
use smoltcp::time::Instant;
use wire::{NameSource, Packet, Protocol, Transport};

use crate::engine::Engine;
use crate::flow::{Flow, Stage};
use crate::outside::Outside;
use crate::settings::{PARKED_BYTES, PARKED_DATAGRAMS, QUIC_DEADLINE, QUIC_PORTS};

impl Engine {
    /// Whether a datagram flow's own packets are to be read before they leave: not if its owner asked for exactly one name
    /// with this address, nor where no name matters.
    pub(crate) fn reads_quic(&self, flow: &Flow) -> bool {
        let own = flow.names.iter().filter(|evidence| evidence.source == NameSource::Dns).count();
        flow.key.protocol == Protocol::Udp
            && QUIC_PORTS.contains(&flow.key.remote.port())
            && (own != 1 || flow.is_provisional())
            && self.policy.names_matter(&flow.owner)
    }

    /// The flow may pass as far as is known: its parked datagrams are read.
    pub(crate) fn carry_quic(
        &mut self,
        index: u32,
        parked: Vec<Box<[u8]>>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let mut sniffer = Box::new(Sniffer::new());
        let mut sniff = Sniff::NoName;
        for packet in &parked {
            sniff = push(&mut sniffer, packet);
            if matches!(sniff, Sniff::Names(_)) {
                break;
            }
        }
        self.parked_bytes += parked.iter().map(|packet| packet.len()).sum::<usize>();
        if let Some(flow) = self.flows.get_mut(index) {
            flow.stage = Stage::Unnamed { sniffer, parked };
        }
        self.set_alarm(index, now + QUIC_DEADLINE);
        self.read_so_far(index, sniff, now, out);
    }

    /// Reads one more datagram of a flow without a name.
    pub(crate) fn unnamed_datagram(
        &mut self,
        index: u32,
        packet: Box<[u8]>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let Stage::Unnamed { sniffer, parked } = &mut flow.stage else { return };
        let sniff = push(sniffer, &packet);
        self.parked_bytes += packet.len();
        parked.push(packet);
        self.read_so_far(index, sniff, now, out);
    }

    /// Decides the flow once it has a name, will have none, or too much waits for one.
    fn read_so_far(&mut self, index: u32, sniff: Sniff, now: Instant, out: &mut impl Outside) {
        let Some(flow) = self.flows.get(index) else { return };
        let Stage::Unnamed { parked, .. } = &flow.stage else { return };
        let is_full = parked.len() >= PARKED_DATAGRAMS || self.parked_bytes >= PARKED_BYTES;
        match sniff {
            Sniff::NeedMore if !is_full => return,
            Sniff::NeedMore | Sniff::NoName => {}
            Sniff::Names(names) => {
                for (name, source) in names {
                    let source = self.source_of(index, &name, source, now);
                    if let Some(flow) = self.flows.get_mut(index) {
                        flow.add_name(name, source);
                    }
                }
            }
        }
        self.release_unnamed(index, now, out);
    }

    /// Decides a flow by what its datagrams have said, and lets them go or refuses them.
    pub(crate) fn release_unnamed(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let Stage::Unnamed { parked, .. } = &mut flow.stage else { return };
        let parked = std::mem::take(parked);
        self.parked_bytes -= parked.iter().map(|packet| packet.len()).sum::<usize>();
        match self.decide(index) {
            Verdict::Allow => self.carry_datagrams(index, &parked, now, out),
            Verdict::Block(refusal) => self.refuse_flow(index, &parked, refusal, now, out),
        }
    }
}

fn push(sniffer: &mut Sniffer, packet: &[u8]) -> Sniff {
    match Packet::parse(packet) {
        Ok(Packet { payload: Transport::Udp(datagram), .. }) => sniffer.push(datagram.payload),
        Ok(_) | Err(_) => Sniff::NoName,
    }
}
