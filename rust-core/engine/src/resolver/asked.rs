//! Questions of the apps: over UDP as they come, over TCP from [`connection`](super::connection). Each is judged, and denied,
//! answered here, or looked up.

use names::dns::{self, Asked, Denial, Question, record_type};
use policy::{Decision, Reason, Subject, Verdict};
use smoltcp::time::Instant;
use wire::{FlowKey, HostName, Owner, Packet, Protocol, Transport};

use crate::engine::Engine;
use crate::flow::{Flow, Stage};
use crate::idle::IdleClass;
use crate::outside::Outside;
use crate::record::RecordState;
use crate::resolver::lookup::{ASKERS, Asker, Lookup, Wanted};
use crate::resolver::special::Realm;

/// How many seconds clients may keep what never changes: that `localhost` is this device, and that a name is nowhere.
const CONSTANT_TTL: u32 = 3600;
/// The longest question that is looked up: with EDNS padding (RFC 8467) real ones have 128 octets, with cookies and keys some
/// hundred. Nobody's memory is to fill with longer ones.
pub(crate) const LONGEST_QUESTION: usize = 4096;

impl Engine {
    /// The owner of a flow to port 53 is known: from now on its questions speak, each for itself.
    pub(crate) fn begin_questions(&mut self, index: u32) -> Verdict {
        if let Some(flow) = self.flows.get_mut(index) {
            flow.decision = Some(Decision {
                verdict: Verdict::Allow,
                reason: Reason::NothingAgainst,
                evidence: None,
                provisional: false,
            });
        }
        Verdict::Allow
    }

    /// Takes in what a flow to port 53 began with.
    pub(crate) fn carry_questions(
        &mut self,
        index: u32,
        parked: Vec<Box<[u8]>>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        if flow.key.protocol == Protocol::Tcp {
            if let Some(syn) = parked.into_iter().next() {
                self.accept_asker(index, &syn, now, out);
            }
            return;
        }
        flow.stage = Stage::Questions;
        for packet in &parked {
            if let Ok(packet) = Packet::parse(packet)
                && let Transport::Udp(datagram) = packet.payload
            {
                self.datagram_to_server(index, &packet, datagram.payload, now, out);
            }
        }
    }

    /// A datagram to UDP port 53, of a flow whose owner is known.
    pub(crate) fn datagram_to_server(
        &mut self,
        index: u32,
        packet: &Packet<'_>,
        payload: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) {
        let asked = Asked::read(payload);
        let Some(flow) = self.flows.get(index) else { return };
        let is_own = self.is_own_address(flow.key.remote.ip());
        match (asked, &flow.stage) {
            (Asked::Question(_) | Asked::Broken, _) => {
                self.idle.touch(index, flow.idle_class(), now);
                self.question(index, payload, now, out);
            }
            (Asked::OtherOperation, _) if is_own => self.question(index, payload, now, out),
            (Asked::Other, _) if is_own => self.counters.unsupported += 1,
            (Asked::OtherOperation | Asked::Other, Stage::Datagrams { port }) => {
                let port = *port;
                self.send_datagram(index, port, packet, payload, now, out);
            }
            (Asked::OtherOperation | Asked::Other, _) => match self.decide(index) {
                Verdict::Allow => self.carry_datagrams(index, &[packet.bytes.into()], now, out),
                Verdict::Block(refusal) => {
                    self.refuse_flow(index, &[packet.bytes.into()], refusal, now, out)
                }
            },
        }
    }

    /// Answers one message of an app to a name server, now or later.
    pub(crate) fn question(
        &mut self,
        index: u32,
        message: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) {
        self.counters.questions += 1;
        let question = match Asked::read(message) {
            Asked::Question(question) if message.len() <= LONGEST_QUESTION => question,
            Asked::Question(_) | Asked::Broken | Asked::Other => {
                return self.answer_error_code(index, message, dns::RCODE_FORMAT_ERROR, now, out);
            }
            Asked::OtherOperation => {
                let code = dns::RCODE_NOT_IMPLEMENTED;
                return self.answer_error_code(index, message, code, now, out);
            }
        };
        let Some(flow) = self.flows.get(index) else { return };
        let (owner, key, id) = (flow.owner.clone(), flow.key, self.id(index));
        let mut asker = Asker {
            flow: id,
            key,
            message: message.into(),
            payload: question.payload,
            decision: self.judge(&owner, &key, question.name.as_ref()),
            name: question.name.clone(),
            record_type: question.record_type,
            record: self.resolver.next_record(),
            started: now,
            screen_on: self.policy.screen_on(),
        };
        if asker.decision.verdict != Verdict::Allow {
            return self.deny(asker, &owner, false, now, out);
        }
        if let Some(alias) = self.known_alias(&asker, &owner, now) {
            asker.decision = alias;
            return self.deny(asker, &owner, false, now, out);
        }
        self.look_up(asker, owner, &question, now, out);
    }

    /// The verdict on a question for this name; one without a name that rules could speak of is judged as its flow is.
    pub(crate) fn judge(&self, owner: &Owner, key: &FlowKey, name: Option<&HostName>) -> Decision {
        match name {
            Some(name) => self.policy.decide_question(owner, key, name),
            None => self.policy.decide(&Subject { owner, key, names: &[] }),
        }
    }

    /// Answers a question that may be asked, where its name leads nowhere else; else asks the servers.
    fn look_up(
        &mut self,
        asker: Asker,
        owner: Owner,
        question: &Question,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let realm = asker.name.as_ref().map_or(Realm::Public, Realm::of);
        if let Some(answer) = self.answer_here(&asker, realm) {
            out.record(asker.as_record(&owner, RecordState::Closed, answer.len(), now));
            return self.answer_app(&asker, &answer, now, out);
        }
        let mut message = asker.message.clone();
        dns::set_id(&mut message, 0);
        dns::fold_case(&mut message, question.end);
        let asked = self.network_servers().is_empty().then_some(asker.key.remote);
        let wanted = Wanted { owner, message: message.into(), asked };
        self.join_lookup(asker, wanted, (question.end, realm == Realm::Local), now, out);
    }

    /// The answer to a question that no server is asked.
    fn answer_here(&self, asker: &Asker, realm: Realm) -> Option<Vec<u8>> {
        let query = &asker.message;
        let mut answer = Vec::new();
        let absent = |answer: &mut Vec<u8>| {
            dns::blocked_answer(query, Denial::NxDomain, CONSTANT_TTL, answer)
        };
        let answered = match realm {
            Realm::Localhost => dns::localhost_answer(query, CONSTANT_TTL, &mut answer),
            Realm::Nowhere => absent(&mut answer),
            // No other server is to learn of it.
            Realm::Local if self.network_servers().is_empty() => absent(&mut answer),
            Realm::Public | Realm::Local if is_transfer(asker.record_type) => {
                dns::error_answer(query, dns::RCODE_NOT_IMPLEMENTED, &mut answer)
            }
            Realm::Public | Realm::Local => return None,
        };
        answered.ok().map(|()| answer)
    }

    /// Joins those who ask the same, or begins to ask: where the question ends in the message, and whether it is a local one.
    fn join_lookup(
        &mut self,
        asker: Asker,
        wanted: Wanted,
        (end, is_local): (usize, bool),
        now: Instant,
        out: &mut impl Outside,
    ) {
        let owner = wanted.owner.clone();
        let code = dns::RCODE_SERVER_FAILURE;
        if let Some(&index) = self.resolver.by_wanted.get(&wanted)
            && let Some(lookup) = self.resolver.lookups.get_mut(index)
        {
            let is_again = |other: &Asker| {
                other.flow == asker.flow
                    && other.message == asker.message
                    && asker.key.protocol == Protocol::Udp
            };
            if lookup.askers.iter().any(is_again) {
                // A stub resolver that lost patience: its answer is on the way.
                return;
            }
            if lookup.askers.len() < ASKERS {
                out.record(asker.as_record(&owner, RecordState::Open, 0, now));
                if let Some(lookup) = self.resolver.lookups.get_mut(index) {
                    lookup.askers.push(asker);
                }
                return;
            }
            return self.fail_question(&asker, &owner, code, now, out);
        }
        if !self.resolver.has_room(&wanted, self.settings.limits.ports) {
            self.counters.over_limit += 1;
            return self.fail_question(&asker, &owner, code, now, out);
        }
        out.record(asker.as_record(&owner, RecordState::Open, 0, now));
        let lookup = self.resolver.insert(Lookup::new(wanted, end, is_local, asker));
        self.begin_lookup(lookup, now, out);
    }

    /// Tells an app that nobody could be asked.
    pub(crate) fn fail_question(
        &mut self,
        asker: &Asker,
        owner: &Owner,
        code: u8,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let mut answer = Vec::new();
        if dns::error_answer(&asker.message, code, &mut answer).is_ok() {
            out.record(asker.as_record(owner, RecordState::Failed, answer.len(), now));
            self.answer_app(asker, &answer, now, out);
        }
    }

    /// Answers what is no question with a code that says so.
    fn answer_error_code(
        &mut self,
        index: u32,
        message: &[u8],
        code: u8,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let mut answer = Vec::new();
        match dns::error_answer(message, code, &mut answer) {
            Ok(()) => self.answer_flow(index, &answer, now, out),
            // A response, or no header at all: whoever sends that over a connection does not speak DNS.
            Err(_) => self.cut(index, RecordState::Reset, now, out),
        }
    }

    /// Hands an answer to the app whose question it answers, if its flow is still there.
    pub(crate) fn answer_app(
        &mut self,
        asker: &Asker,
        answer: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) {
        if self.flows.get_exact(asker.flow).is_none() {
            return;
        }
        let is_too_long =
            asker.key.protocol == Protocol::Udp && answer.len() > usize::from(asker.payload);
        let mut cut = Vec::new();
        let answer = if is_too_long {
            if dns::truncated_answer(&asker.message, answer, &mut cut).is_err() {
                return;
            }
            &cut
        } else {
            answer
        };
        self.answer_flow(asker.flow.index, answer, now, out);
    }

    /// Writes a message of a name server to the app of this flow, from the address that it asked.
    fn answer_flow(&mut self, index: u32, answer: &[u8], now: Instant, out: &mut impl Outside) {
        let Some(Flow { key, stage, .. }) = self.flows.get_mut(index) else { return };
        let key = *key;
        match stage {
            Stage::Relay(relay) => {
                relay.asks.get_or_insert_default().answer(answer);
                self.mark(index);
            }
            Stage::Questions | Stage::Datagrams { .. } | Stage::Refused(_) => {
                let Some(space) = self.datagrams.space().get_mut(..answer.len()) else { return };
                space.copy_from_slice(answer);
                self.deliver(&key, answer.len(), out);
                let class = self.flows.get(index).map_or(IdleClass::Dns, Flow::idle_class);
                self.idle.touch(index, class, now);
            }
            Stage::Undecided { .. } | Stage::Connecting { .. } | Stage::Unnamed { .. } => {}
        }
    }
}

/// Transfers of zones come in many messages, and no stub resolver asks for them.
fn is_transfer(record_type: u16) -> bool {
    matches!(record_type, record_type::AXFR | record_type::IXFR)
}
