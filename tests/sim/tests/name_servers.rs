//! The way to the network's servers: what they lose, delay, cut or forge costs the app no more than time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::{Network, RecordState};
use hushwall_sim::messages::{self, A, AAAA, DnsRecord};
use hushwall_sim::{
    ALLOW_ALL, Arrived, Behaviour, Faults, NameServer, NameServers, World, app_named, policy,
};
use names::dns::Response;
use smoltcp::time::Duration;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const PORT: u16 = 5353;

fn first() -> SocketAddr {
    "192.0.2.53:53".parse().unwrap()
}

fn second() -> SocketAddr {
    "[2001:db8::53]:53".parse().unwrap()
}

fn sound() -> NameServer {
    const SHOP: &[DnsRecord<'_>] = &[DnsRecord::Address(
        "shop.example",
        std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 4)),
    )];
    const LONG: &[DnsRecord<'_>] = &[DnsRecord::Text("long.example", 250); 4];
    NameServer::knowing(&[("shop.example", SHOP), ("long.example", LONG)])
}

/// A world whose network has these servers.
fn world_of(servers: &[(SocketAddr, NameServer)]) -> (World, NameServers) {
    let mut world = World::under(ALLOW_ALL);
    let resolvers = servers.iter().map(|(address, _)| *address).collect();
    world.set_network(Network { ipv4: true, ipv6: true, resolvers });
    (world, NameServers::new(servers))
}

fn ask(world: &mut World, name: &str) {
    let asked = SocketAddr::from(hushwall_sim::DNS);
    world.app_datagram(PORT, asked, &messages::dns_question(name, A));
}

/// The answers that came: code and number of addresses.
fn answers(world: &mut World) -> Vec<(u8, usize)> {
    let arrived = world.take_arrived();
    arrived
        .iter()
        .map(|arrived| match arrived {
            Arrived::Udp { payload, .. } => {
                let response = Response::parse(payload).unwrap();
                (response.rcode, response.addresses.len())
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

const FOUND: (u8, usize) = (0, 1);
const FAILED: (u8, usize) = (2, 0);

#[test]
fn a_lost_question_is_asked_again() {
    for loses in [1, 2] {
        let (mut world, mut servers) = world_of(&[(first(), NameServer { loses, ..sound() })]);
        ask(&mut world, "shop.example");
        servers.run(&mut world, SECOND * 4);
        assert_eq!(answers(&mut world), [FOUND], "{loses} lost");
        assert_eq!(servers.at(first()).asked.len(), loses + 1);
        assert_eq!((world.open_ports().len(), world.engine.stats().lookups), (0, 0));
    }
}

#[test]
fn nobody_answers_is_told_as_a_failure_in_bounded_time() {
    let dead = NameServer { is_dead: true, ..NameServer::default() };
    for servers in [&[(first(), dead.clone())][..], &[(first(), dead.clone()), (second(), dead)]] {
        let (mut world, mut model) = world_of(servers);
        ask(&mut world, "shop.example");
        model.run(&mut world, SECOND * 10);
        assert_eq!(answers(&mut world), [FAILED]);
        assert!(model.questions() <= 6);
        assert_eq!(world.records().last().unwrap().state, RecordState::Failed);
        world.run(SECOND * 60);
        assert_eq!((world.open_ports().len(), world.engine.poll_timeout()), (0, None));
    }
}

#[test]
fn a_late_answer_is_better_than_none() {
    let delays = vec![Duration::from_millis(2500), SECOND * 60];
    let (mut world, mut servers) = world_of(&[(first(), NameServer { delays, ..sound() })]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, Duration::from_millis(2600));
    assert_eq!(answers(&mut world), [FOUND]);
}

#[test]
fn a_dead_server_is_passed_over_and_asked_last_for_a_while() {
    let dead = NameServer { is_dead: true, ..NameServer::default() };
    let (mut world, mut servers) = world_of(&[(first(), dead), (second(), sound())]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, SECOND * 2);
    assert_eq!(answers(&mut world), [FOUND]);
    ask(&mut world, "bank.example");
    servers.run(&mut world, MS * 20);
    assert_eq!(answers(&mut world), [(3, 0)], "without waiting for the dead one");
    assert_eq!(servers.at(first()).asked.len(), 1);
    servers.run(&mut world, SECOND * 30);
    ask(&mut world, "shop.example");
    assert_eq!(world.take_sent()[0].remote, first(), "it may be alive again");
}

#[test]
fn an_error_of_the_network_asks_the_next_server_at_once() {
    let closed = NameServer { is_closed: true, ..NameServer::default() };
    let (mut world, mut servers) = world_of(&[(first(), closed.clone()), (second(), sound())]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, MS * 20);
    assert_eq!(answers(&mut world), [FOUND]);

    let (mut world, mut servers) = world_of(&[(first(), closed)]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, MS * 20);
    assert_eq!(answers(&mut world), [FAILED]);
}

#[test]
fn a_server_that_refuses_is_not_the_last_word() {
    for code in [1, 2, 4, 5] {
        let refuses = NameServer { refuses: Some(code), ..sound() };
        let (mut world, mut servers) = world_of(&[(first(), refuses.clone()), (second(), sound())]);
        ask(&mut world, "shop.example");
        servers.run(&mut world, MS * 20);
        assert_eq!(answers(&mut world), [FOUND]);

        let (mut world, mut servers) = world_of(&[(first(), refuses.clone()), (second(), refuses)]);
        ask(&mut world, "shop.example");
        servers.run(&mut world, MS * 20);
        assert_eq!(answers(&mut world), [(code, 0)], "all of them refuse, and each was asked once");
        assert_eq!(servers.questions(), 2);
    }
}

#[test]
fn a_late_refusal_stops_nobody() {
    let refuses =
        NameServer { refuses: Some(5), delays: vec![Duration::from_millis(1600)], ..sound() };
    let slow = NameServer { delays: vec![SECOND], ..sound() };
    let (mut world, mut servers) = world_of(&[(first(), refuses), (second(), slow)]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, SECOND * 3);
    assert_eq!(answers(&mut world), [FOUND]);
    assert_eq!(servers.questions(), 2);
}

#[test]
fn that_a_name_does_not_exist_is_an_answer() {
    let (mut world, mut servers) = world_of(&[(first(), sound()), (second(), sound())]);
    ask(&mut world, "nowhere.example");
    servers.run(&mut world, MS * 20);
    assert_eq!(answers(&mut world), [(3, 0)]);
    assert_eq!(servers.questions(), 1);
}

#[test]
fn a_forged_answer_counts_for_nothing() {
    let forgers = [
        NameServer { wrong_id: true, ..sound() },
        NameServer { wrong_source: true, ..sound() },
        NameServer { says: Some(messages::dns_answer("shop.example", A, &[])), ..sound() },
        NameServer { says: Some(b"\xff\xff".to_vec()), ..sound() },
    ];
    for forger in forgers {
        let (mut world, mut servers) = world_of(&[(first(), forger), (second(), sound())]);
        ask(&mut world, "shop.example");
        servers.run(&mut world, SECOND);
        assert_eq!(answers(&mut world), []);
        assert!(world.engine.stats().unsolicited > 0);
        servers.run(&mut world, SECOND);
        assert_eq!(answers(&mut world), [FOUND], "the true answer is still taken");
    }
}

#[test]
fn an_answer_to_another_question_under_the_right_id_counts_for_nothing() {
    let (mut world, _) = world_of(&[(first(), sound())]);
    ask(&mut world, "shop.example");
    let sent = world.take_sent().remove(0);
    let records = [DnsRecord::Address("bank.example", "198.51.100.66".parse().unwrap())];
    for (name, record_type) in [("bank.example", A), ("shop.example", AAAA)] {
        let mut forged = messages::dns_reply(&messages::dns_question(name, record_type), &records);
        forged[..2].copy_from_slice(&sent.payload[..2]);
        world.remote_datagram(sent.port, sent.remote, &forged);
        assert_eq!(answers(&mut world), []);
    }
    world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &[]));
    assert_eq!(answers(&mut world), [(0, 0)]);
}

#[test]
fn a_damaged_answer_asks_the_next_server() {
    let (mut world, mut servers) = world_of(&[(first(), sound()), (second(), sound())]);
    ask(&mut world, "shop.example");
    let sent = world.take_sent().remove(0);
    let mut damaged = messages::dns_reply(&sent.payload, &[]);
    damaged[7] = 1;
    world.remote_datagram(sent.port, sent.remote, &damaged);
    servers.run(&mut world, MS * 20);
    assert_eq!(answers(&mut world), [FOUND]);
    assert_eq!(servers.at(second()).asked.len(), 1);
}

#[test]
fn questions_leave_under_random_ids_and_cases_through_ports_of_their_own() {
    let (mut world, _) = world_of(&[(first(), sound())]);
    let (mut ids, mut cases, mut ports) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..64 {
        ask(&mut world, &format!("n{number:02}.a-long-enough-name.example"));
        let sent = world.take_sent().remove(0);
        ids.push(sent.payload[..2].to_vec());
        cases.push(sent.payload[16..40].to_vec());
        ports.push(sent.port);
    }
    ports.dedup();
    for seen in [&mut ids, &mut cases] {
        seen.sort();
        seen.dedup();
        assert!(seen.len() > 60, "{seen:?}");
    }
    assert_eq!(ports.len(), 64);
    // Another engine has other ids.
    let mut other = World::new(policy(ALLOW_ALL), 1500, Faults::default(), 2);
    ask(&mut other, "n00.a-long-enough-name.example");
    assert_ne!(other.take_sent()[0].payload[16..40], cases[0]);
}

#[test]
fn a_server_that_lowers_the_case_is_asked_in_lower_case() {
    let (mut world, mut servers) =
        world_of(&[(first(), NameServer { lowers_case: true, ..sound() })]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, MS * 50);
    assert_eq!(answers(&mut world), [FOUND]);
    let lower = |query: &Vec<u8>| query[12..] == query[12..].to_ascii_lowercase()[..];
    let asked = servers.at(first()).asked.clone();
    assert_eq!(asked.iter().map(lower).collect::<Vec<_>>(), [false, false, true]);
    ask(&mut world, "shop.example");
    servers.run(&mut world, MS * 50);
    assert_eq!(answers(&mut world), [FOUND]);
    assert_eq!(servers.at(first()).asked.len(), 4);
}

#[test]
fn equal_questions_of_one_owner_are_asked_once() {
    let (mut world, mut servers) = world_of(&[(first(), sound())]);
    let asked = SocketAddr::from(hushwall_sim::DNS);
    world.own(6000, app_named(10_777, "another.app"));
    for (port, name) in [
        (5001, "shop.example"),
        (5002, "SHOP.example"),
        (5001, "shop.example"),
        (6000, "shop.example"),
    ] {
        world.app_datagram(port, asked, &messages::dns_question(name, A));
    }
    world.app_datagram(5001, asked, &messages::dns_question("shop.example", AAAA));
    servers.run(&mut world, MS * 20);
    assert_eq!(servers.at(first()).asked.len(), 3, "one for each owner and type");
    let arrived = world.take_arrived();
    let mut to: Vec<_> = arrived
        .iter()
        .map(|arrived| match arrived {
            Arrived::Udp { to, payload, .. } => (to.port(), payload[13..17].to_vec()),
            other => panic!("{other:?}"),
        })
        .collect();
    to.sort();
    let (lower, upper) = (b"shop".to_vec(), b"SHOP".to_vec());
    let expected = [(5001, &lower), (5001, &lower), (5002, &upper), (6000, &lower)];
    assert_eq!(to, expected.map(|(port, name)| (port, name.clone())), "each in its own letters");
}

#[test]
fn an_answer_cut_short_is_fetched_over_tcp_and_told_whole_if_it_fits() {
    let cut = NameServer { truncates: true, ..sound() };
    for (payload, fits) in [(Some(4096), true), (Some(600), false), (None, false)] {
        let (mut world, mut servers) = world_of(&[(first(), cut.clone())]);
        let question = messages::dns_question("long.example", 16);
        let question = match payload {
            Some(payload) => messages::with_edns(question, payload),
            None => question,
        };
        world.app_datagram(PORT, hushwall_sim::DNS.into(), &question);
        servers.run(&mut world, MS * 100);
        assert_eq!(servers.at(first()).asked_by_tcp.len(), 1);
        match &world.take_arrived()[..] {
            [Arrived::Udp { payload, .. }] => {
                let response = Response::parse(payload).unwrap();
                assert_eq!(response.truncated, !fits);
                assert_eq!(payload.len() > 1000, fits);
                assert_eq!(payload[..2], question[..2]);
            }
            other => panic!("{other:?}"),
        }
        world.run(SECOND);
        assert_eq!((world.open_connections(), world.engine.stats().lookups), (0, 0));
    }
}

#[test]
fn where_tcp_does_not_work_the_app_gets_what_there_is() {
    let cut = NameServer { truncates: true, ..sound() };
    for behaviour in [
        Behaviour::Fail(engine::ConnectError::Refused),
        Behaviour::FailAtOnce(engine::ConnectError::NetworkUnreachable),
        Behaviour::Ignore,
    ] {
        let (mut world, mut servers) = world_of(&[(first(), cut.clone())]);
        world.behave(first(), behaviour);
        ask(&mut world, "long.example");
        servers.run(&mut world, SECOND * 30);
        let arrived = world.take_arrived();
        let [Arrived::Udp { payload, .. }] = &arrived[..] else { panic!("{arrived:?}") };
        assert!(Response::parse(payload).unwrap().truncated);
        assert_eq!((world.open_connections(), world.engine.stats().flows), (0, 0));
    }
}

#[test]
fn what_comes_over_tcp_is_checked_too() {
    let cut = NameServer { truncates: true, ..NameServer::default() };
    let (mut world, mut servers) = world_of(&[(first(), cut)]);
    // Nobody serves the connection but this test.
    ask(&mut world, "long.example");
    let sent = world.take_sent().remove(0);
    let mut short = messages::dns_reply(&sent.payload, &[]);
    short[2] |= 2;
    world.remote_datagram(sent.port, sent.remote, &short);
    let forged = messages::dns_over_tcp(&messages::dns_answer("bank.example", A, &[]));
    world.remote_send(first(), &forged);
    world.run(MS);
    assert_eq!(answers(&mut world), []);
    assert_eq!(world.open_connections(), 0, "it is closed, and another try begins");
    world.remote_end(first());
    servers.run(&mut world, SECOND * 30);
    assert_eq!(world.take_arrived().len(), 1);
}

#[test]
fn questions_in_flight_are_bounded_and_one_app_leaves_room_for_another() {
    let dead = NameServer { is_dead: true, ..NameServer::default() };
    let (mut world, mut servers) = world_of(&[(first(), dead)]);
    world.own(666, app_named(10_666, "flooding.app"));
    let asked = SocketAddr::from(hushwall_sim::DNS);
    for number in 0..2000 {
        let question = messages::dns_question(&format!("n{number}.example"), A);
        world.app_datagram(666, asked, &question);
        let stats = world.engine.stats();
        assert!(stats.lookups <= 256 && stats.ports <= 512, "{stats:?}");
    }
    assert!(world.engine.stats().over_limit > 1000);
    assert!(answers(&mut world).iter().all(|answer| *answer == FAILED), "told at once");
    world.take_sent();
    ask(&mut world, "shop.example");
    assert_eq!(world.take_sent().len(), 1, "the other app's question leaves");
    servers.run(&mut world, SECOND * 20);
    world.run(SECOND * 20);
    assert_eq!((world.engine.stats().lookups, world.engine.stats().ports), (0, 0));
}

#[test]
fn without_descriptors_questions_fail_at_once() {
    let (mut world, _) = world_of(&[(first(), sound())]);
    world.set_most_ports(0);
    ask(&mut world, "shop.example");
    assert_eq!(answers(&mut world), [FAILED]);
    assert_eq!(world.engine.stats().ports, 0);
}

#[test]
fn servers_of_a_family_that_the_network_does_not_carry_are_left_out() {
    let (mut world, mut servers) = world_of(&[(second(), sound()), (first(), sound())]);
    let resolvers = vec![second(), first()];
    world.set_network(Network { ipv4: true, ipv6: false, resolvers });
    ask(&mut world, "shop.example");
    servers.run(&mut world, MS * 20);
    assert_eq!(answers(&mut world), [FOUND]);
    assert_eq!(servers.at(second()).asked.len(), 0);
}

#[test]
fn the_engines_end_leaves_nothing_open() {
    let cut = NameServer { truncates: true, ..NameServer::default() };
    let (mut world, mut servers) = world_of(&[(first(), cut)]);
    world.behave(first(), Behaviour::Ignore);
    ask(&mut world, "long.example");
    servers.run(&mut world, MS * 20);
    ask(&mut world, "shop.example");
    world.end();
    let stats = world.engine.stats();
    assert_eq!((stats.flows, stats.ports, stats.lookups), (0, 0, 0));
    assert_eq!((world.open_connections(), world.open_ports().len()), (0, 0));
    let open = world.records().iter().filter(|record| record.state == RecordState::Open).count();
    assert_eq!(world.records().len(), 2 * open, "each question that was told of has ended");
}
