//! What is written comes back: whole, filtered, in order, summed up, and bounded.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as the tests do")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{BEGIN_MS, all, app, connection, host_name, ids, named, open};
use hushwall_store::{
    Addresses, Below, Confidence, Connection, Filter, HostFilter, Listed, Mark, Options, Reader,
    Reason, ReasonCode, Remotes, State, Store, TotalsFilter, Verdict,
};
use wire::{AppId, FlowKey, NameSource, Owner, Protocol};

fn everything() -> Filter {
    Filter::default()
}

#[test]
fn a_connection_comes_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let full = Connection {
        id: u64::MAX,
        owner: Owner::System(AppId { uid: 0, name: "root".into() }),
        key: FlowKey {
            protocol: Protocol::Udp,
            local: "[fd00::2]:5353".parse().unwrap(),
            remote: "[2001:db8::1]:443".parse().unwrap(),
        },
        name: Some((host_name("a.example"), NameSource::SniOuter)),
        verdict: Verdict::Block,
        reason: Reason {
            code: ReasonCode::Listed,
            text: "a.example is on the list \u{202e}trackers".into(),
            listed: Some(Listed { list: "\u{202e}trackers".into(), entry: "a.example".into() }),
        },
        state: State::Blocked,
        screen_on: Some(false),
        country: Some(*b"NZ"),
        asn: Some(u32::MAX),
        ..connection(1)
    };
    let plain =
        Connection { owner: Owner::Unknown, state: State::Open, ended_ms: None, ..connection(2) };
    open(&path).write(&[full.clone(), plain.clone()]).unwrap();
    let read: Vec<_> = all(&path, &everything()).into_iter().map(|row| row.connection).collect();
    assert_eq!(read, [plain, full]);
    assert_eq!(read[1].confidence(), Some(Confidence::Guessed));
}

#[test]
fn the_same_id_again_updates_the_row_and_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let first = Connection {
        state: State::Open,
        ended_ms: None,
        bytes_down: 10,
        screen_on: Some(false),
        ..connection(1)
    };
    store.write(std::slice::from_ref(&first)).unwrap();
    // The name is learned, the start is told a little differently, and the verdict changes.
    let last = Connection {
        started_ms: first.started_ms + 3,
        verdict: Verdict::Block,
        ..named(1, "a.example")
    };
    store.write(&[Connection { bytes_down: 500, ..last.clone() }, last.clone()]).unwrap();

    let rows = all(&path, &everything());
    assert_eq!(rows.len(), 1);
    let begun = Connection { started_ms: first.started_ms, screen_on: first.screen_on, ..last };
    assert_eq!(rows[0].connection, begun);
    assert_eq!(ids(&path, &Filter { verdict: Some(Verdict::Allow), ..everything() }), []);
    let totals = Reader::open(&path).unwrap().totals(&TotalsFilter::default()).unwrap();
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].connections, totals[0].blocked), (1, 1));
    assert_eq!((totals[0].bytes_up, totals[0].bytes_down), (100, 2000));
}

#[test]
fn the_same_id_in_another_run_is_another_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    for _ in 0..2 {
        open(&path).write(&[connection(1)]).unwrap();
    }
    let rows = all(&path, &everything());
    assert_eq!(rows.len(), 2);
    assert_ne!(rows[0].session, rows[1].session);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_filter_finds_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let udp = FlowKey { protocol: Protocol::Udp, ..connection(0).key };
    open(&path)
        .write(&[
            named(1, "miui.com"),
            named(2, "data.mistat.miui.com"),
            named(3, "notmiui.com"),
            Connection { verdict: Verdict::Block, ..named(4, "miui.com.example") },
            Connection {
                key: udp,
                owner: app("com.chat,com.chat.stickers", 10_077),
                ..connection(5)
            },
            Connection {
                verdict: Verdict::Block,
                owner: app("/opt/Chat/chat", 1001),
                ..connection(6)
            },
            Connection { owner: Owner::Unknown, ..connection(7) },
        ])
        .unwrap();
    let miui = host_name("miui.com");
    for (filter, expected) in [
        (everything(), &[7u64, 6, 5, 4, 3, 2, 1][..]),
        (Filter { host: Some(HostFilter::Exact(miui.clone())), ..everything() }, &[1]),
        (Filter { host: Some(HostFilter::Suffix(miui.clone())), ..everything() }, &[2, 1]),
        (Filter { app: Some("com.chat".into()), ..everything() }, &[5]),
        (Filter { app: Some("com.chat.stickers".into()), ..everything() }, &[5]),
        (Filter { app: Some("chat".into()), ..everything() }, &[6]),
        (Filter { app: Some("/opt/Chat/chat".into()), ..everything() }, &[6]),
        (Filter { app: Some("curl".into()), ..everything() }, &[4, 3, 2, 1]),
        (Filter { app: Some("url".into()), ..everything() }, &[]),
        (Filter { uid: Some(10_077), ..everything() }, &[5]),
        (Filter { verdict: Some(Verdict::Block), ..everything() }, &[6, 4]),
        (Filter { verdict: Some(Verdict::Block), app: Some("curl".into()), ..everything() }, &[4]),
        (Filter { protocol: Some(Protocol::Udp), ..everything() }, &[5]),
        (Filter { text: Some("MIUI".into()), ..everything() }, &[4, 3, 2, 1]),
        (Filter { text: Some("CHAT".into()), ..everything() }, &[6, 5]),
        (Filter { text: Some("%".into()), ..everything() }, &[]),
        (
            Filter {
                text: Some("chat".into()),
                text_hosts: vec![host_name("miui.com"), host_name("nobody.example")],
                ..everything()
            },
            &[6, 5, 2, 1],
        ),
        (
            Filter {
                text: Some("miui".into()),
                host: Some(HostFilter::Suffix(miui)),
                ..everything()
            },
            &[2, 1],
        ),
        (Filter { since_ms: Some(BEGIN_MS + 6000), ..everything() }, &[7, 6]),
        (Filter { until_ms: Some(BEGIN_MS + 2000), ..everything() }, &[1]),
        (
            Filter {
                since_ms: Some(BEGIN_MS + 2000),
                until_ms: Some(BEGIN_MS + 4000),
                text: Some("miui".into()),
                ..everything()
            },
            &[3, 2],
        ),
    ] {
        assert_eq!(ids(&path, &filter), expected, "{filter:?}");
    }
}

/// What differs among connections of one subject, with the subjects' own filters beside it, by pages and live.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_circumstances_of_a_connection_are_asked_for_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let to = |id, remote: &str, protocol| Connection {
        key: FlowKey { remote: remote.parse().unwrap(), protocol, ..connection(0).key },
        ..connection(id)
    };
    let guess = Some((host_name("a.example"), NameSource::Guess));
    open(&path)
        .write(&[
            Connection { country: Some(*b"SG"), network: "wifi".into(), ..named(1, "a.example") },
            Connection { country: Some(*b"CN"), screen_on: Some(false), ..named(2, "a.example") },
            Connection {
                screen_on: Some(true),
                network: "mobile".into(),
                ..named(3, "b.a.example")
            },
            Connection { name: guess, ..connection(4) },
            to(5, "198.51.100.7:443", Protocol::Tcp),
            to(6, "198.51.100.9:80", Protocol::Tcp),
            to(7, "[2001:db8::9]:443", Protocol::Udp),
            named(8, "not-a.example"),
        ])
        .unwrap();
    let below = |host: &str, except: &[&str]| Below {
        host: host_name(host),
        except: except.iter().map(|name| host_name(name)).collect(),
    };
    let range = |first: &str, last: &str| Addresses {
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
        ports: None,
        protocol: None,
    };
    let whole = range("198.51.100.0", "198.51.100.255");
    let either = |hosts: &[Below], addresses: &[Addresses]| Filter {
        remotes: Some(Remotes { hosts: hosts.to_vec(), addresses: addresses.to_vec() }),
        ..everything()
    };
    let six = range("2001:db8::", "2001:db8::ffff");
    for (filter, expected) in [
        (Filter { country: Some(*b"SG"), ..everything() }, &[1_u64][..]),
        (Filter { country: Some(*b"US"), ..everything() }, &[]),
        (Filter { network: Some("mobile".into()), ..everything() }, &[3]),
        (Filter { screen_on: Some(false), ..everything() }, &[2]),
        (Filter { screen_on: Some(true), ..everything() }, &[3]),
        (Filter { confidence: Some(Confidence::Guessed), ..everything() }, &[4]),
        (
            Filter { confidence: Some(Confidence::Seen), text: Some("b.a".into()), ..everything() },
            &[3],
        ),
        (either(&[below("a.example", &[])], &[]), &[4, 3, 2, 1]),
        (either(&[below("a.example", &["b.a.example"])], &[]), &[4, 2, 1]),
        (
            either(&[below("a.example", &["b.a.example"]), below("b.a.example", &[])], &[]),
            &[4, 3, 2, 1],
        ),
        (either(&[], &[]), &[]),
        (either(&[], &[whole]), &[6, 5]),
        (either(&[], &[Addresses { ports: Some((80, 80)), ..whole }]), &[6]),
        (either(&[below("b.a.example", &[])], &[six]), &[7, 3]),
        (either(&[], &[Addresses { protocol: Some(Protocol::Tcp), ..six }]), &[]),
    ] {
        assert_eq!(ids(&path, &filter), expected, "{filter:?}");
        let changes = Reader::open(&path).unwrap().follow(&filter, Mark::default(), 100).unwrap();
        let followed: Vec<u64> = changes.rows.iter().rev().map(|row| row.connection.id).collect();
        assert_eq!(followed, expected, "live: {filter:?}");
    }
}

#[test]
fn the_newest_connection_of_each_app_is_known_also_after_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let chat = |id| Connection { owner: app("com.chat", 10_077), ..named(id, "a.example") };
    store.write(&[connection(1), chat(2), connection(3), named(4, "b.example"), chat(5)]).unwrap();
    // One app's newest turns out to be another's.
    store.write(&[Connection { owner: app("/usr/bin/curl", 1000), ..chat(5) }]).unwrap();
    let active = Reader::open(&path).unwrap().last_active().unwrap();
    let at = |id: i64| BEGIN_MS + 1000 * id;
    assert_eq!(active, [(app("/usr/bin/curl", 1000), at(5)), (app("com.chat", 10_077), at(2))]);
}

/// Beyond what is looked at one by one before subjects are asked, among connections of the same subjects.
#[test]
fn rare_circumstances_are_found_among_many_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let batch: Vec<_> = (0..9000)
        .map(|id| Connection { screen_on: Some(id % 1201 != 0), ..named(id, "a.example") })
        .collect();
    open(&path).write(&batch).unwrap();
    let off = Filter { screen_on: Some(false), ..everything() };
    assert_eq!(ids(&path, &off), [8407, 7206, 6005, 4804, 3603, 2402, 1201, 0]);
    assert_eq!(ids(&path, &Filter { country: Some(*b"SG"), ..everything() }), []);
}

/// More rows than are looked at one by one, so that the way over the subjects is taken, at several depths.
#[test]
fn rare_connections_are_found_among_many_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let mut expected = Vec::new();
    let batch: Vec<_> = (0..5000)
        .map(|id| {
            if id % 301 == 0 {
                expected.push(id);
                named(id, &format!("rare{}.example", id % 4))
            } else {
                named(id, &format!("host{}.example", id % 50))
            }
        })
        .collect();
    store.write(&batch).unwrap();
    expected.reverse();
    let rare = Filter { text: Some("rare".into()), ..everything() };
    assert_eq!(ids(&path, &rare), expected);
    assert_eq!(ids(&path, &Filter { text: Some("rarer".into()), ..everything() }), []);
    // And a name that a connection had once no longer finds it.
    store.write(&[named(expected[0], "host1.example"), named(4999, "rare9.example")]).unwrap();
    expected[0] = 4999;
    assert_eq!(ids(&path, &rare), expected);
}

#[test]
fn following_tells_each_change_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    store.write(&[connection(1), connection(2)]).unwrap();
    let reader = Reader::open(&path).unwrap();
    let mut mark = reader.page(&everything(), None, 10).unwrap().mark;
    assert!(reader.follow(&everything(), mark, 10).unwrap().rows.is_empty());

    store.write(&[connection(3), named(1, "a.example"), connection(4)]).unwrap();
    let mut seen = Vec::new();
    loop {
        let changes = reader.follow(&everything(), mark, 2).unwrap();
        seen.extend(changes.rows.iter().map(|row| row.connection.id));
        mark = changes.mark;
        if !changes.more {
            break;
        }
    }
    assert_eq!(seen, [3, 1, 4]);
    // Forgetting everything and starting again does not lose the follower.
    store.clear().unwrap();
    drop(store);
    open(&path).write(&[connection(5)]).unwrap();
    let changes = reader.follow(&everything(), mark, 10).unwrap();
    assert_eq!(changes.rows.iter().map(|row| row.connection.id).collect::<Vec<_>>(), [5]);
    assert_eq!(reader.follow(&everything(), Mark::default(), 10).unwrap().rows.len(), 1);
}

#[test]
fn a_connection_whose_owner_is_told_late_is_all_of_that_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let unknown = Connection { owner: Owner::Unknown, ..connection(1) };
    store.write(&[unknown.clone(), Connection { bytes_up: 170, ..unknown }]).unwrap();
    let dig = app("/usr/bin/dig", 1000);
    store.write(&[Connection { owner: dig.clone(), bytes_up: 190, ..connection(1) }]).unwrap();
    let reader = Reader::open(&path).unwrap();
    let [total] = &reader.totals(&TotalsFilter::default()).unwrap()[..] else { panic!() };
    assert_eq!((&total.owner, total.connections, total.bytes_up), (&dig, 1, 190));
    let rows = reader.page(&Filter::default(), None, 9).unwrap().rows;
    assert!(matches!(&rows[..], [row] if row.connection.owner == dig), "{rows:?}");
}

#[test]
fn totals_are_per_app_and_hour() {
    const HOUR_MS: i64 = 3_600_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let at = |id, at_ms| Connection { updated_ms: at_ms, ..connection(id) };
    store
        .write(&[
            at(1, BEGIN_MS),
            at(2, BEGIN_MS + HOUR_MS - 1),
            at(3, BEGIN_MS + HOUR_MS),
            Connection {
                owner: app("/usr/bin/dig", 1000),
                verdict: Verdict::Block,
                ..at(4, BEGIN_MS)
            },
        ])
        .unwrap();
    // What goes on over the hour's end counts its bytes where they passed, and itself where it began.
    store.write(&[Connection { bytes_up: 150, ..at(2, BEGIN_MS + HOUR_MS) }]).unwrap();
    let reader = Reader::open(&path).unwrap();
    let short = |filter: &TotalsFilter| -> Vec<(i64, String, u64, u64, u64)> {
        let totals = reader.totals(filter).unwrap();
        let hours = totals.iter().map(|total| {
            let hour = (total.hour_ms - BEGIN_MS) / HOUR_MS;
            (hour, total.owner.to_string(), total.connections, total.blocked, total.bytes_up)
        });
        hours.collect()
    };
    let curl = |hour, connections, up| (hour, "/usr/bin/curl".to_owned(), connections, 0, up);
    let dig = (0, "/usr/bin/dig".to_owned(), 1, 1, 100);
    assert_eq!(short(&TotalsFilter::default()), [curl(0, 2, 200), dig.clone(), curl(1, 1, 150)]);
    let first = TotalsFilter { until_ms: Some(BEGIN_MS + HOUR_MS), ..TotalsFilter::default() };
    assert_eq!(short(&first), [curl(0, 2, 200), dig]);
    let second = TotalsFilter {
        since_ms: Some(BEGIN_MS + HOUR_MS + 5),
        app: Some("curl".into()),
        ..TotalsFilter::default()
    };
    assert_eq!(short(&second), [curl(1, 1, 150)]);
}

#[test]
fn a_question_is_counted_only_where_it_was_blocked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let question = |id| {
        let connection = connection(id);
        Connection {
            name: Some((host_name("a.example"), NameSource::Dns)),
            key: FlowKey {
                remote: SocketAddr::new(connection.key.remote.ip(), 53),
                ..connection.key
            },
            ..connection
        }
    };
    let blocked = |id| Connection { verdict: Verdict::Block, ..question(id) };
    store.write(&[question(1), question(2), blocked(3), connection(4)]).unwrap();
    let sums = |of: &Owner| -> Vec<(u64, u64, u64)> {
        let totals = Reader::open(&path).unwrap().totals(&TotalsFilter::default()).unwrap();
        let of = totals.iter().filter(|total| total.owner == *of);
        of.map(|total| (total.connections, total.blocked, total.bytes_up)).collect()
    };
    assert_eq!(sums(&app("/usr/bin/curl", 1000)), [(2, 1, 400)]);
    // The answer to the second one was stopped later, and the first one's owner was told late.
    let dig = app("/usr/bin/dig", 1000);
    store.write(&[blocked(2), Connection { owner: dig.clone(), ..question(1) }]).unwrap();
    assert_eq!(sums(&app("/usr/bin/curl", 1000)), [(3, 2, 300)]);
    assert_eq!(sums(&dig), [(0, 0, 100)]);
}

fn maintain(store: &mut Store, now_ms: i64) -> usize {
    let mut deleted = 0;
    loop {
        let done = store.maintain(now_ms).unwrap();
        deleted += done.deleted;
        if !done.more {
            return deleted;
        }
    }
}

#[test]
fn the_old_goes_and_what_still_goes_on_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let options = Options { retention_age: Duration::from_secs(100), ..Options::default() };
    let (mut store, _) = Store::open(&path, options).unwrap();
    let mut batch: Vec<_> = (0..3000).map(|id| named(id, &format!("host{id}.example"))).collect();
    batch[7].state = State::Open;
    store.write(&batch).unwrap();
    assert_eq!(maintain(&mut store, BEGIN_MS + 3_000_000), 2899);
    let left = ids(&path, &everything());
    assert_eq!((left.len(), left.last(), left.get(99)), (101, Some(&7), Some(&2900)));
    // Not even the names of what was deleted stay in the file.
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    assert!(holds(b"host2950.example") && holds(b"host7.example"));
    assert!(!holds(b"host1234.example"));
}

#[test]
fn the_file_stays_within_its_bytes_and_the_newest_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let options = Options { retention_bytes: 1 << 20, ..Options::default() };
    let (mut store, _) = Store::open(&path, options).unwrap();
    for batch in 0..20 {
        let rows: Vec<_> =
            (0..1000).map(|n| named(batch * 1000 + n, &format!("host{n}.example"))).collect();
        store.write(&rows).unwrap();
    }
    assert!(maintain(&mut store, BEGIN_MS) > 0);
    drop(store);
    assert!(std::fs::metadata(&path).unwrap().len() <= 2 << 20);
    let left = ids(&path, &everything());
    assert!(left.len() > 1000, "{}", left.len());
    assert_eq!(left, (20_000 - left.len() as u64..20_000).rev().collect::<Vec<_>>());
}

#[test]
fn clearing_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    let rows: Vec<_> = (0..3000).map(|id| named(id, "secret.example")).collect();
    store.write(&rows).unwrap();
    store.clear().unwrap();
    assert_eq!(ids(&path, &everything()), []);
    assert_eq!(Reader::open(&path).unwrap().totals(&TotalsFilter::default()).unwrap(), []);
    for file in [path.clone(), folder.path().join("log.db-wal")] {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"secret"), "{}", file.display());
    }
    store.write(&[connection(1)]).unwrap();
    assert_eq!(ids(&path, &everything()), [1]);
}
