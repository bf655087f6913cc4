//! Name service over TCP: message by message, each judged and answered by itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use engine::RecordState;
use hushwall_sim::messages::{self, A, AAAA, DnsRecord};
use hushwall_sim::{
    AppSocket, BLOCK_TRACKER, Faults, NameServer, NameServers, RESOLVER, World, policy,
};
use names::dns::Response;
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(198, 51, 100, last).into()
}

fn servers() -> NameServers {
    const fn server(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(198, 51, 100, last))
    }
    const SHOP: &[DnsRecord<'_>] = &[DnsRecord::Address("shop.example", server(4))];
    const BANK: &[DnsRecord<'_>] = &[DnsRecord::Address("bank.example", server(5))];
    const METRICS: &[DnsRecord<'_>] = &[
        DnsRecord::Alias("metrics.example", "tracker.example"),
        DnsRecord::Address("tracker.example", server(6)),
    ];
    const LONG: &[DnsRecord<'_>] = &[DnsRecord::Text("long.example", 250); 100];
    let server = NameServer::knowing(&[
        ("shop.example", SHOP),
        ("bank.example", BANK),
        ("metrics.example", METRICS),
        ("long.example", LONG),
    ]);
    NameServers::new(&[(RESOLVER.into(), server)])
}

fn asked() -> [SocketAddr; 3] {
    [
        hushwall_sim::DNS.into(),
        "203.0.113.53:53".parse().unwrap(),
        "[2001:db8::53]:53".parse().unwrap(),
    ]
}

fn question(name: &str, id: u16) -> Vec<u8> {
    let mut question = messages::dns_question(name, A);
    question[..2].copy_from_slice(&id.to_be_bytes());
    messages::dns_over_tcp(&question)
}

/// A world with an open connection to this server.
fn connected(asked: SocketAddr) -> (World, NameServers, AppSocket) {
    let mut world = World::under(BLOCK_TRACKER);
    let app = world.connect(asked);
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Established);
    (world, servers(), app)
}

/// All messages that have come, by id.
fn answers(world: &mut World, app: AppSocket) -> Vec<(u16, Response)> {
    let bytes = world.app_receive(app);
    let mut rest = &bytes[..];
    let mut answers = Vec::new();
    while let Some(message) = names::dns::tcp_message(rest) {
        rest = &rest[2 + message.len()..];
        let response = Response::parse(message).unwrap();
        answers.push((response.id, response));
    }
    assert!(rest.is_empty(), "whole messages only");
    answers.sort_by_key(|(id, _)| *id);
    answers
}

fn addresses(answers: &[(u16, Response)]) -> Vec<(u16, IpAddr)> {
    answers.iter().map(|(id, response)| (*id, response.addresses.first().unwrap().0)).collect()
}

#[test]
fn each_question_of_a_pipeline_is_answered_by_itself() {
    for asked in asked() {
        let (mut world, mut servers, app) = connected(asked);
        let pipeline = [
            question("shop.example", 1),
            question("tracker.example", 2),
            question("metrics.example", 3),
            question("bank.example", 4),
        ];
        world.app_send(app, &pipeline.concat());
        servers.run(&mut world, SECOND);
        let nobody = Ipv4Addr::UNSPECIFIED.into();
        assert_eq!(
            addresses(&answers(&mut world, app)),
            [(1, address(4)), (2, nobody), (3, nobody), (4, address(5))]
        );
        assert_eq!(world.attempts(), [], "nobody is connected to");
        let asked: Vec<_> = servers
            .at(RESOLVER.into())
            .asked
            .iter()
            .map(|query| messages::dns_question_name(query))
            .collect();
        assert_eq!(asked, ["shop.example", "metrics.example", "bank.example"]);
        // The same connection may go on.
        world.app_send(app, &question("shop.example", 9));
        servers.run(&mut world, SECOND);
        assert_eq!(addresses(&answers(&mut world, app)), [(9, address(4))]);
    }
}

#[test]
fn questions_may_come_in_pieces() {
    let (mut world, mut servers, app) = connected(asked()[0]);
    let bytes = [question("shop.example", 1), question("bank.example", 2)].concat();
    for byte in &bytes {
        world.app_send(app, &[*byte]);
        servers.run(&mut world, MS * 10);
    }
    servers.run(&mut world, SECOND);
    assert_eq!(addresses(&answers(&mut world, app)), [(1, address(4)), (2, address(5))]);
}

#[test]
fn after_the_last_answer_the_connection_ends_in_order() {
    let (mut world, mut servers, app) = connected(asked()[0]);
    world.app_send(app, &question("shop.example", 1));
    world.app_close(app);
    world.run(SECOND);
    assert!(world.app_may_receive(app), "the answer is still to come");
    servers.run(&mut world, SECOND);
    assert_eq!(addresses(&answers(&mut world, app)), [(1, address(4))]);
    world.run(SECOND);
    assert!(matches!(world.app_state(app), State::Closed | State::TimeWait));
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn one_that_asks_nothing_for_a_while_is_closed() {
    for first in [&b""[..], b"\0", &question("shop.example", 1)[..9], &question("shop.example", 1)]
    {
        let (mut world, mut servers, app) = connected(asked()[0]);
        world.app_send(app, first);
        servers.run(&mut world, SECOND * 8);
        assert_eq!(world.app_state(app), State::Established);
        servers.run(&mut world, SECOND * 6);
        assert_eq!(world.app_state(app), State::CloseWait, "ended, not reset");
        world.app_close(app);
        world.run(SECOND * 20);
        assert_eq!((world.engine.stats().flows, world.engine.poll_timeout()), (0, None));
    }
    // One that does not end in its turn is forgotten too.
    let (mut world, _, _app) = connected(asked()[0]);
    world.run(SECOND * 60);
    assert_eq!((world.engine.stats().flows, world.engine.poll_timeout()), (0, None));
}

#[test]
fn who_sends_what_is_no_dns_is_told_or_reset() {
    let (mut world, _, app) = connected(asked()[1]);
    world.app_send(app, b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Closed);
    assert_eq!(world.attempts(), []);

    let (mut world, mut servers, app) = connected(asked()[1]);
    for no_question in [&messages::dns_answer("shop.example", A, &[])[..], b"short"] {
        let app = world.connect(asked()[1]);
        world.run(SECOND);
        world.app_send(app, &messages::dns_over_tcp(no_question));
        world.run(SECOND);
        assert_eq!(world.app_state(app), State::Closed);
    }
    let mut broken = messages::dns_question("shop.example", A);
    broken.pop();
    let update = [&[0, 9, 0x28][..], &[0; 9]].concat();
    for (message, code) in [(&broken, 1), (&update, 4)] {
        world.app_send(app, &messages::dns_over_tcp(message));
        world.run(SECOND);
        let bytes = world.app_receive(app);
        assert_eq!((bytes.len(), &bytes[2..4], bytes[5] & 15), (14, &message[..2], code));
    }
    world.app_send(app, &question("shop.example", 7));
    servers.run(&mut world, SECOND);
    assert_eq!(addresses(&answers(&mut world, app)), [(7, address(4))], "it goes on");
}

#[test]
fn an_answer_too_long_for_a_datagram_comes_whole_also_to_a_slow_reader() {
    let mut servers = servers();
    servers.at(RESOLVER.into()).truncates = true;
    let mut world = World::under(BLOCK_TRACKER);
    let app = world.connect(asked()[0]);
    world.run(SECOND);
    let ask = |id: u16| {
        let mut question = messages::dns_question("long.example", 16);
        question[..2].copy_from_slice(&id.to_be_bytes());
        messages::dns_over_tcp(&question)
    };
    // More than the rings of both sides hold, and the app reads nothing meanwhile.
    let count = 40;
    let questions: Vec<u8> = (0..count).flat_map(ask).collect();
    world.app_send(app, &questions);
    servers.run(&mut world, SECOND * 3);
    let mut received = Vec::new();
    for _ in 0..100 {
        received.extend(world.app_receive(app));
        servers.run(&mut world, MS * 100);
    }
    let mut rest = &received[..];
    let mut ids = Vec::new();
    while let Some(message) = names::dns::tcp_message(rest) {
        assert!(message.len() > 25_000 && !names::dns::is_truncated(message));
        ids.push(names::dns::id(message).unwrap());
        rest = &rest[2 + message.len()..];
    }
    ids.sort_unstable();
    assert_eq!(ids, (0..count).collect::<Vec<_>>());
}

#[test]
fn a_flood_over_one_connection_waits_in_its_window() {
    let mut world = World::under(BLOCK_TRACKER);
    let app = world.connect(asked()[0]);
    world.run(SECOND);
    let mut sent = 0;
    for number in 0..2000 {
        let question = question(&format!("n{number}.example"), number);
        if world.app_room(app) < question.len() {
            break;
        }
        sent += 1;
        world.app_send(app, &question);
        world.run(MS);
        assert!(world.engine.stats().lookups <= 8);
    }
    assert!(sent > 1000);
    let mut servers = servers();
    servers.run(&mut world, SECOND * 200);
    let answers = answers(&mut world, app);
    assert!(answers.len() >= 1000, "{}", answers.len());
}

#[test]
fn it_works_over_a_bad_link_too() {
    for seed in 0..20 {
        let faults = Faults { lose: 10, repeat: 5, swap: 10, ..Faults::default() };
        let mut world = World::new(policy(BLOCK_TRACKER), 1500, faults, seed);
        let app = world.connect(asked()[0]);
        world.run(SECOND * 5);
        world
            .app_send(app, &[question("shop.example", 1), question("tracker.example", 2)].concat());
        let mut servers = servers();
        servers.run(&mut world, SECOND * 9);
        let nobody = Ipv4Addr::UNSPECIFIED.into();
        assert_eq!(addresses(&answers(&mut world, app)), [(1, address(4)), (2, nobody)]);
    }
}

#[test]
fn each_question_is_a_record_and_the_connection_is_none() {
    let (mut world, mut servers, app) = connected(asked()[0]);
    for (name, record_type) in [("shop.example", A), ("shop.example", AAAA), ("tracker.example", A)]
    {
        world.app_send(app, &messages::dns_over_tcp(&messages::dns_question(name, record_type)));
        servers.run(&mut world, SECOND);
    }
    world.app_close(app);
    world.run(SECOND * 20);
    let ended: Vec<_> = world
        .records()
        .iter()
        .filter(|record| record.state != RecordState::Open)
        .map(|record| (record.name.as_ref().unwrap().0.to_string(), record.state))
        .collect();
    let shop = ("shop.example".to_owned(), RecordState::Closed);
    assert_eq!(ended, [shop.clone(), shop, ("tracker.example".to_owned(), RecordState::Blocked)]);
    let mut flows: Vec<_> = world.records().iter().map(|record| record.flow).collect();
    flows.sort();
    flows.dedup();
    assert_eq!(flows.len(), 3);
}
