//! The way to the network's servers: which, how often, and what counts as an answer.

use std::net::{IpAddr, SocketAddr};

use names::dns::{self, Repeated, Response};
use smoltcp::time::Instant;
use wire::Protocol;

use crate::datagram::{Port, PortUser};
use crate::engine::Engine;
use crate::outside::{ConnectError, Outside, PortId, RemoteError, SendError};
use crate::resolver::lookup::{LATE_ANSWERS, Lookup, MOST_REPEATS, Sent, TRY};

impl Engine {
    /// Begins to ask the servers, from the first.
    pub(crate) fn begin_lookup(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(lookup) = self.resolver.lookups.get(index) else { return };
        let asked = lookup.askers.first().map(|asker| asker.key.remote);
        let servers = self.servers_for(asked, lookup.is_local, now);
        if let Some(lookup) = self.resolver.lookups.get_mut(index) {
            lookup.servers = servers;
            lookup.tries = 0;
            lookup.refusals = 0;
            lookup.fallback = None;
        }
        self.ask_next(index, now, out);
    }

    /// Asks the server whose turn it is; tells the apps when all have had theirs.
    pub(crate) fn ask_next(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        self.close_stream(index, out);
        while let Some(lookup) = self.resolver.lookups.get_mut(index) {
            let Some(server) = lookup.next_server() else {
                return self.give_up(index, now, out);
            };
            if self.ask_server(index, server, now, out) {
                return;
            }
            self.resolver.servers.failed(server, now);
        }
    }

    /// The servers to ask, those that failed lately last: the network's, or the one that the app asked where the network
    /// has none and the name is the business of others.
    pub(crate) fn servers_for(
        &self,
        asked: Option<SocketAddr>,
        is_local: bool,
        now: Instant,
    ) -> Vec<SocketAddr> {
        let mut servers = self.network_servers();
        if servers.is_empty() && !is_local {
            servers.extend(asked.filter(|asked| !self.is_own_address(asked.ip())));
        }
        self.resolver.servers.sort(&mut servers, now);
        servers
    }

    /// The network's servers that can be reached and are not this resolver itself.
    pub(crate) fn network_servers(&self) -> Vec<SocketAddr> {
        let network = &self.settings.network;
        let is_usable = |server: &&SocketAddr| {
            network.carries(server.ip()) && !self.is_own_address(server.ip())
        };
        network.resolvers.iter().filter(is_usable).copied().collect()
    }

    /// Whether this is an address of the tunnel's own resolver.
    pub(crate) fn is_own_address(&self, address: IpAddr) -> bool {
        self.settings.dns_addresses.contains(&address)
    }

    /// The time of the current try is over.
    pub(crate) fn try_is_over(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let server = self.resolver.lookups.get(index).and_then(Lookup::current_server);
        if let Some(server) = server {
            self.resolver.servers.failed(server, now);
        }
        self.ask_next(index, now, out);
    }

    /// A datagram has come to a lookup's port; it lies in the buffer.
    pub(crate) fn upstream_datagram(
        &mut self,
        index: u32,
        port: u32,
        (from, len): (SocketAddr, usize),
        now: Instant,
        out: &mut impl Outside,
    ) {
        let answer = self.datagrams.payload(len).to_vec();
        let Some(lookup) = self.resolver.lookups.get(index) else { return };
        let sent = lookup.sent.iter().find(|sent| sent.port == port && sent.server == from);
        let Some(sent) = sent.filter(|sent| dns::id(&answer) == dns::id(&sent.message)) else {
            self.counters.unsolicited += 1;
            return;
        };
        match dns::repeated(&answer, &sent.message, lookup.end) {
            Repeated::Exactly => self.resolver.servers.answered(from),
            Repeated::InOtherCase if !self.resolver.servers.keeps_case(from) => {}
            Repeated::InOtherCase => {
                self.resolver.servers.answered_in_other_case(from);
                self.ask_again(index, from, now, out);
                return;
            }
            Repeated::Nothing => {}
            Repeated::Another => {
                self.counters.unsolicited += 1;
                return;
            }
        }
        self.upstream_answer(index, (from, Way::Datagram), answer, now, out);
    }

    /// A server's answer to the question: it is taken, or somebody else is asked.
    pub(crate) fn upstream_answer(
        &mut self,
        index: u32,
        (from, way): (SocketAddr, Way),
        answer: Vec<u8>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(lookup) = self.resolver.lookups.get_mut(index) else { return };
        if dns::rcode(&answer).is_some_and(is_refusal) {
            return self.upstream_refusal(index, from, answer, now, out);
        }
        match (dns::is_truncated(&answer), way, &lookup.stream) {
            (false, _, _) => {}
            (true, Way::Datagram, None) => {
                lookup.fallback = Some(answer);
                return self.ask_over_stream(index, from, now, out);
            }
            // The whole answer is on its way.
            (true, Way::Datagram, Some(_)) => return,
            (true, Way::Stream, _) => return self.try_is_over(index, now, out),
        }
        if matches!(Response::parse(&answer), Ok(_) | Err(dns::DnsError::NotAHostName)) {
            return self.answered(index, answer, now, out);
        }
        // Damaged: what cannot be read cannot be judged.
        if lookup.current_server() == Some(from) {
            self.try_is_over(index, now, out);
        }
    }

    /// A server says that it cannot answer: the next is asked, until all have said so.
    fn upstream_refusal(
        &mut self,
        index: u32,
        from: SocketAddr,
        refusal: Vec<u8>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(lookup) = self.resolver.lookups.get_mut(index) else { return };
        lookup.refusals += 1;
        // Half an answer is better than a refusal.
        if lookup.fallback.as_ref().is_none_or(|it| dns::rcode(it).is_some_and(is_refusal)) {
            lookup.fallback = Some(refusal);
        }
        if lookup.current_server() != Some(from) {
            // It comes late, and another is being waited for.
            return;
        }
        if lookup.all_have_refused() {
            self.give_up(index, now, out);
        } else {
            self.ask_next(index, now, out);
        }
    }

    /// The network reported an error for a lookup's datagram.
    pub(crate) fn upstream_error(
        &mut self,
        index: u32,
        port: u32,
        (remote, error): (SocketAddr, RemoteError),
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(lookup) = self.resolver.lookups.get(index) else { return };
        let is_current = lookup.stream.is_none()
            && lookup.sent.last().is_some_and(|it| it.port == port && it.server == remote);
        // The system sends a datagram in pieces by itself where its path is narrow.
        if is_current && !matches!(error, RemoteError::TooBig(_)) {
            self.try_is_over(index, now, out);
        }
    }

    /// Closes what a lookup has open and forgets it. Who still waits for it gets no answer.
    pub(crate) fn end_lookup(&mut self, index: u32, out: &mut impl Outside) -> Option<Lookup> {
        self.close_stream(index, out);
        let lookup = self.resolver.remove(index)?;
        for sent in &lookup.sent {
            self.close_lookup_port(sent.port, out);
        }
        Some(lookup)
    }

    /// The network has changed: what is in flight is asked of the new one's servers.
    pub(crate) fn ask_new_servers(&mut self, now: Instant, out: &mut impl Outside) {
        self.resolver.servers.forget();
        for index in self.resolver.lookups.indices().collect::<Vec<_>>() {
            let Some(lookup) = self.resolver.lookups.get_mut(index) else { continue };
            for sent in std::mem::take(&mut lookup.sent) {
                self.close_lookup_port(sent.port, out);
            }
            self.begin_lookup(index, now, out);
        }
    }

    /// Asks a server once more that has answered with letters in another case.
    fn ask_again(&mut self, index: u32, server: SocketAddr, now: Instant, out: &mut impl Outside) {
        let Some(lookup) = self.resolver.lookups.get_mut(index) else { return };
        lookup.repeats += 1;
        if lookup.repeats > MOST_REPEATS || !self.ask_server(index, server, now, out) {
            self.ask_next(index, now, out);
        }
    }

    /// Sends the question to a server, through a port of its own. False if that was not possible.
    fn ask_server(
        &mut self,
        index: u32,
        server: SocketAddr,
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        let Ok(port) = self.open_lookup_port(index, server, now, out) else { return false };
        let resolver = &mut self.resolver;
        let Some(lookup) = resolver.lookups.get_mut(index) else { return false };
        let mut message: Box<[u8]> = (*lookup.wanted.message).into();
        let random = resolver.random.next();
        dns::set_id(&mut message, random as u16);
        if resolver.servers.keeps_case(server) {
            dns::mix_case(&mut message, lookup.end, resolver.random.bits());
        }
        let id = PortId { index: port, generation: self.ports.generation(port) };
        let sent = out.send_to(id, server, &message, false);
        lookup.sent.push(Sent { server, port, message });
        let oldest = (lookup.sent.len() > LATE_ANSWERS).then(|| lookup.sent.remove(0));
        if let Some(oldest) = oldest {
            self.close_lookup_port(oldest.port, out);
        }
        match sent {
            // A full queue loses it; the next try is another.
            Ok(()) | Err(SendError::WouldBlock) => {
                self.resolver.set_deadline(index, Some(now + TRY));
                true
            }
            Err(SendError::TooBig(_) | SendError::Remote(_)) => false,
        }
    }

    fn open_lookup_port(
        &mut self,
        lookup: u32,
        server: SocketAddr,
        now: Instant,
        out: &mut impl Outside,
    ) -> Result<u32, ConnectError> {
        if self.ports.len() >= self.settings.limits.ports && !self.close_idle_port(now, out) {
            return Err(ConnectError::Exhausted);
        }
        let (port, generation) =
            self.ports.insert(Port { is_ready: false, user: PortUser::Lookup(lookup) });
        let id = PortId { index: port, generation };
        let mut opened = out.open_port(id, Protocol::Udp, server);
        if opened == Err(ConnectError::Exhausted) && self.close_idle_port(now, out) {
            opened = out.open_port(id, Protocol::Udp, server);
        }
        if let Err(error) = opened {
            self.ports.remove(port);
            if error == ConnectError::Exhausted {
                self.counters.exhausted += 1;
            }
            return Err(error);
        }
        Ok(port)
    }

    fn close_lookup_port(&mut self, port: u32, out: &mut impl Outside) {
        let id = PortId { index: port, generation: self.ports.generation(port) };
        if self.ports.remove(port).is_some() {
            out.close_port(id);
        }
    }
}

/// How an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Datagram,
    Stream,
}

/// Whether a server says by this code that it cannot answer: another may.
fn is_refusal(rcode: u8) -> bool {
    [
        dns::RCODE_FORMAT_ERROR,
        dns::RCODE_SERVER_FAILURE,
        dns::RCODE_NOT_IMPLEMENTED,
        dns::RCODE_REFUSED,
    ]
    .contains(&rcode)
}
