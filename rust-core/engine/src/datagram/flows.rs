//! Datagrams from the apps.

use policy::Refusal;
use smoltcp::time::Instant;
use wire::craft::IcmpError;
use wire::{FlowKey, Packet, Transport};

use crate::datagram::{AppPort, Port, PortUser};
use crate::engine::Engine;
use crate::flow::Stage;
use crate::idle::IdleClass;
use crate::outside::{ConnectError, Outside, PortId, RemoteError, SendError};
use crate::record::RecordState;
use crate::settings::{DNS_PORT, PARKED_BYTES, PARKED_DATAGRAMS};

impl Engine {
    /// A UDP datagram or an echo request of an app; `payload` is what goes to the remote.
    pub(crate) fn datagram(
        &mut self,
        key: FlowKey,
        packet: &Packet<'_>,
        payload: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(index) = self.flows.find(&key) else {
            return self.begin_datagrams(key, packet, now, out);
        };
        let Some(flow) = self.flows.get_mut(index) else { return };
        flow.traffic.packets_up += 1;
        match &mut flow.stage {
            Stage::Undecided { parked } => {
                let has_room = parked.len() < PARKED_DATAGRAMS
                    && self.parked_bytes + packet.bytes.len() <= PARKED_BYTES;
                if has_room {
                    self.parked_bytes += packet.bytes.len();
                    parked.push(packet.bytes.into());
                } else {
                    self.counters.lost += 1;
                }
            }
            Stage::Unnamed { .. } => self.unnamed_datagram(index, packet.bytes.into(), now, out),
            Stage::Questions => self.datagram_to_server(index, packet, payload, now, out),
            Stage::Datagrams { .. } if key.remote.port() == DNS_PORT => {
                self.datagram_to_server(index, packet, payload, now, out);
            }
            Stage::Datagrams { port } => {
                let port = *port;
                self.send_datagram(index, port, packet, payload, now, out);
            }
            Stage::Refused(refusal) => {
                let refusal = *refusal;
                let class = flow.idle_class();
                self.idle.touch(index, class, now);
                self.refuse_packet(packet.bytes, refusal, now, out);
            }
            Stage::Connecting { .. } | Stage::Relay(_) => {}
        }
    }

    fn begin_datagrams(
        &mut self,
        key: FlowKey,
        packet: &Packet<'_>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if is_for_many(&key) {
            self.counters.multicast += 1;
            return;
        }
        if self.settings.dns_addresses.contains(&key.remote.ip()) && key.remote.port() != DNS_PORT {
            return self.refuse_packet(packet.bytes, Refusal::Reset, now, out);
        }
        self.begin(key, packet, now, out);
    }

    /// The flow may pass: its parked datagrams go out.
    pub(crate) fn carry_datagrams(
        &mut self,
        index: u32,
        parked: &[Box<[u8]>],
        now: Instant,
        out: &mut impl Outside,
    ) {
        let port = match self.join_port(index, now, out) {
            Ok(port) => port,
            Err(error) => {
                if error == ConnectError::Exhausted {
                    self.counters.exhausted += 1;
                }
                let told = match error {
                    ConnectError::NetworkUnreachable => IcmpError::NetworkUnreachable,
                    ConnectError::HostUnreachable => IcmpError::HostUnreachable,
                    ConnectError::Denied => IcmpError::Prohibited,
                    ConnectError::Refused | ConnectError::TimedOut | ConnectError::Exhausted => {
                        IcmpError::PortUnreachable
                    }
                };
                for packet in parked {
                    self.answer_error(packet, told, out);
                }
                return self.end_flow(index, RecordState::Failed, now, out);
            }
        };
        if let Some(flow) = self.flows.get_mut(index) {
            flow.stage = Stage::Datagrams { port };
        }
        self.note_moved(index, now);
        self.tell(index, RecordState::Open, now, out);
        for packet in parked {
            let Ok(packet) = Packet::parse(packet) else { continue };
            let payload = match packet.payload {
                Transport::Udp(datagram) => datagram.payload,
                Transport::Echo(echo) => echo.message,
                Transport::Tcp(_)
                | Transport::Fragment(_)
                | Transport::Icmp(_)
                | Transport::Other(_) => continue,
            };
            self.send_datagram(index, port, &packet, payload, now, out);
        }
    }

    pub(crate) fn send_datagram(
        &mut self,
        index: u32,
        port: u32,
        packet: &Packet<'_>,
        payload: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(remote) = self.flows.get(index).map(|flow| flow.key.remote) else { return };
        let id = PortId { index: port, generation: self.ports.generation(port) };
        match out.send_to(id, remote, payload, packet.dont_fragment) {
            Ok(()) => {
                if let Some(flow) = self.flows.get_mut(index) {
                    flow.traffic.bytes_up += payload.len() as u64;
                }
                self.note_moved(index, now);
            }
            Err(SendError::WouldBlock) => self.counters.lost += 1,
            Err(SendError::TooBig(mtu)) => {
                self.answer_error(packet.bytes, IcmpError::TooBig(mtu), out)
            }
            Err(SendError::Remote(error)) => self.answer_error(packet.bytes, icmp_of(error), out),
        }
    }

    /// The port of the flow's local address: the one that is there, or a new one.
    fn join_port(
        &mut self,
        index: u32,
        now: Instant,
        out: &mut impl Outside,
    ) -> Result<u32, ConnectError> {
        let Some(flow) = self.flows.get(index) else {
            return Err(ConnectError::NetworkUnreachable);
        };
        let (protocol, local, owner) = (flow.key.protocol, flow.key.local, flow.owner.clone());
        let remote = flow.key.remote;
        if let Some(&port) = self.by_local.get(&(protocol, local)) {
            let known = self.ports.get_mut(port).and_then(Port::app_mut);
            if let Some(known) = known.filter(|known| known.owner == owner) {
                known.flows += 1;
                return Ok(port);
            }
            self.evict_port(port, now, out);
        }
        if self.ports.len() >= self.settings.limits.ports {
            self.close_idle_port(now, out);
        }
        let user = PortUser::App(AppPort { protocol, local, owner, flows: 1 });
        let (port, generation) = self.ports.insert(Port { is_ready: false, user });
        let id = PortId { index: port, generation };
        let mut opened = out.open_port(id, protocol, remote);
        if opened == Err(ConnectError::Exhausted) && self.close_idle_port(now, out) {
            opened = out.open_port(id, protocol, remote);
        }
        if let Err(error) = opened {
            self.ports.remove(port);
            return Err(error);
        }
        self.by_local.insert((protocol, local), port);
        Ok(port)
    }

    /// Ends the carried datagram flows that were idle longest until a port closes with the last of its own, which gives a
    /// descriptor back. False if there is no port.
    pub(crate) fn close_idle_port(&mut self, now: Instant, out: &mut impl Outside) -> bool {
        let before = self.ports.len();
        while self.ports.len() == before {
            let classes = [IdleClass::Dns, IdleClass::Udp];
            let has_port = |index: &u32| {
                let flow = self.flows.get(*index);
                flow.is_some_and(|flow| matches!(flow.stage, Stage::Datagrams { .. }))
            };
            let oldest =
                classes.into_iter().find_map(|class| self.idle.oldest_first(class).find(has_port));
            let Some(oldest) = oldest else { return false };
            self.counters.evicted += 1;
            self.end_flow(oldest, RecordState::Evicted, now, out);
        }
        true
    }

    /// The local port belongs to another app now: the flows of the former one end.
    fn evict_port(&mut self, port: u32, now: Instant, out: &mut impl Outside) {
        let uses = |index: &u32| {
            let flow = self.flows.get(*index);
            flow.is_some_and(
                |flow| matches!(flow.stage, Stage::Datagrams { port: used } if used == port),
            )
        };
        for index in self.flows.indices().filter(uses).collect::<Vec<_>>() {
            self.end_flow(index, RecordState::Closed, now, out);
        }
    }

    /// A flow of the port has ended.
    pub(crate) fn leave_port(&mut self, index: u32, out: &mut impl Outside) {
        let id = PortId { index, generation: self.ports.generation(index) };
        let Some(port) = self.ports.get_mut(index).and_then(Port::app_mut) else { return };
        port.flows -= 1;
        if port.flows == 0 {
            self.by_local.remove(&(port.protocol, port.local));
            self.ports.remove(index);
            out.close_port(id);
        }
    }
}

/// What the app is told of an error that the network reported.
pub(crate) fn icmp_of(error: RemoteError) -> IcmpError {
    match error {
        RemoteError::PortUnreachable => IcmpError::PortUnreachable,
        RemoteError::HostUnreachable => IcmpError::HostUnreachable,
        RemoteError::NetworkUnreachable => IcmpError::NetworkUnreachable,
        RemoteError::TooBig(mtu) => IcmpError::TooBig(mtu),
    }
}

/// Whether the destination is a group, a broadcast address or nobody: nothing that a tunnel carries.
fn is_for_many(key: &FlowKey) -> bool {
    match key.remote.ip() {
        std::net::IpAddr::V4(to) => to.is_multicast() || to.is_broadcast() || to.is_unspecified(),
        std::net::IpAddr::V6(to) => to.is_multicast() || to.is_unspecified(),
    }
}
