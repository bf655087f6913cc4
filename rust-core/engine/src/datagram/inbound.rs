//! Datagrams and errors from the remotes.

use std::net::SocketAddr;

use smoltcp::time::Instant;
use wire::craft;
use wire::{FlowKey, Protocol};

use crate::datagram::PortUser;
use crate::datagram::flows::icmp_of;
use crate::engine::Engine;
use crate::flow::Stage;
use crate::outside::{Outside, PortId, RemoteError};
use crate::settings::DATAGRAMS_A_TURN;
use crate::tun::MustCut;

impl Engine {
    /// Reads what waits at a port, up to one turn's share.
    pub(crate) fn read_port(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let id = PortId { index, generation: self.ports.generation(index) };
        let Some(port) = self.ports.get_mut(index) else { return };
        port.is_ready = false;
        let lookup = match port.user {
            PortUser::App(_) => None,
            PortUser::Lookup(lookup) => Some(lookup),
        };
        for _ in 0..DATAGRAMS_A_TURN {
            if let Some((len, from)) = out.receive_from(id, self.datagrams.space()) {
                match lookup {
                    Some(lookup) => self.upstream_datagram(lookup, index, (from, len), now, out),
                    None => self.inbound(index, from, len, now, out),
                }
            } else if let Some((remote, error)) = out.take_error(id) {
                match lookup {
                    Some(lookup) => self.upstream_error(lookup, index, (remote, error), now, out),
                    None => self.inbound_error(index, remote, error, out),
                }
            } else {
                return;
            }
            if self.ports.get_exact(id.index, id.generation).is_none() {
                return;
            }
        }
        self.handle_port_ready(id);
    }

    /// Hands one datagram to the app, if it asked its sender.
    fn inbound(
        &mut self,
        port: u32,
        from: SocketAddr,
        len: usize,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(index) = self.flow_from(port, from) else {
            self.counters.unsolicited += 1;
            return;
        };
        let Some(flow) = self.flows.get_mut(index) else { return };
        let key = flow.key;
        flow.traffic.packets_down += 1;
        flow.traffic.bytes_down += len as u64;
        self.note_moved(index, now);
        self.deliver(&key, len, out);
    }

    /// Writes the datagram that lies in the buffer to the TUN, in fragments if it has to be.
    pub(crate) fn deliver(&mut self, key: &FlowKey, len: usize, out: &mut impl Outside) {
        let (local, remote) = (key.local, key.remote);
        let (packet, written) = match key.protocol {
            Protocol::Icmp => {
                let packet = self.datagrams.packet(craft::echo_headroom(local.ip()), len);
                let written = craft::echo_reply(packet, remote.ip(), local.ip(), local.port());
                (packet, written)
            }
            Protocol::Udp | Protocol::Tcp => {
                let packet = self.datagrams.packet(craft::udp_headroom(local.ip()), len);
                let written = craft::udp(packet, remote, local);
                (packet, written)
            }
        };
        if !written {
            return;
        }
        if packet.len() <= self.tun.largest_packet
            && !matches!(self.tun.send(packet, out), Err(MustCut))
        {
            return;
        }
        self.counters.fragmented = self.counters.fragmented.wrapping_add(1);
        let (mtu, identification) = (self.tun.mtu, self.counters.fragmented as u32);
        craft::fragments(packet, mtu, identification, |fragment| {
            let _ = self.tun.send(fragment, out);
        });
    }

    /// Tells the app what the network reported about one of its datagrams.
    fn inbound_error(
        &mut self,
        port: u32,
        remote: SocketAddr,
        error: RemoteError,
        out: &mut impl Outside,
    ) {
        let Some(index) = self.flow_from(port, remote) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        let mut quote = Vec::new();
        if flow.key.protocol == Protocol::Udp
            && craft::udp_quote(flow.key.local, flow.key.remote, &mut quote)
        {
            self.answer_error(&quote, icmp_of(error), out);
        }
    }

    /// The allowed flow of this port that a datagram of this sender belongs to.
    fn flow_from(&self, port: u32, from: SocketAddr) -> Option<u32> {
        let port_of = self.ports.get(port)?.app()?;
        let remote = match port_of.protocol {
            Protocol::Icmp => SocketAddr::new(from.ip(), 0),
            Protocol::Udp | Protocol::Tcp => from,
        };
        let key = FlowKey { protocol: port_of.protocol, local: port_of.local, remote };
        let index = self.flows.find(&key)?;
        let flow = self.flows.get(index)?;
        matches!(flow.stage, Stage::Datagrams { port: used } if used == port).then_some(index)
    }
}
