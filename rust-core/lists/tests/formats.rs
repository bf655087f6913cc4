//! Each format, as a user sees it: which names a list blocks and allows, and what is told about the rest.
#![allow(clippy::unwrap_used, reason = "what does not work out has to fail the test")]

use hushwall_lists::{
    Compiler, Effect, Format, Index, Options, ReadError, Report, SkipReason, find, read,
};
use wire::HostName;

fn name(text: &str) -> HostName {
    HostName::parse(text.as_bytes()).unwrap()
}

fn compile(sources: &[&str], options: &Options) -> (Index<Vec<u8>>, Vec<Report>) {
    let mut compiler = Compiler::new();
    let add = |source: &&str| compiler.add("list", source.as_bytes(), options).unwrap();
    let reports = sources.iter().map(add).collect();
    (Index::open(compiler.finish()).unwrap(), reports)
}

/// Compares what the lists say of names: true blocked, false allowed by an exception, none nothing.
fn check(index: &Index<Vec<u8>>, expected: &[(&str, Option<bool>)]) {
    for (asked, blocked) in expected {
        let said = index.decide(&name(asked), index.all()).map(|found| !found.effect.allows());
        assert_eq!(said, *blocked, "{asked}");
    }
}

fn check_skipped(report: &Report, expected: &[(SkipReason, usize, &[usize])]) {
    let lines = |examples: &[hushwall_lists::Example]| {
        examples.iter().map(|example| example.line).collect::<Vec<_>>()
    };
    let skipped: Vec<_> =
        report.skipped.iter().map(|(reason, n, examples)| (reason, n, lines(examples))).collect();
    let expected: Vec<_> = expected.iter().map(|(r, n, lines)| (*r, *n, lines.to_vec())).collect();
    assert_eq!(skipped, expected, "{:#?}", report.skipped);
}

#[test]
fn hosts_files_block_exactly_the_names_they_have() {
    let source = "\u{feff}# Title\r\n127.0.0.1 localhost localhost.localdomain\r\n::1 ip6-localhost\r\n\
        255.255.255.255 broadcasthost\r\nfe80::1%lo0 localhost\r\n0.0.0.0 0.0.0.0\r\n\
        0.0.0.0 Ads.Example. second.example # two\r\n127.0.0.1\ttab.example#note\r\n:: six.example\r\n\
        ::1 loop.example\r\n192.0.2.7 moved.example\r\n0.0.0.0 watchdog.list.example\r\n\
        0.0.0.0 *.star.example\r\n0.0.0.0\r\nplain.example\r\n0.0.0.0 com\r\na b\r\n";
    let (index, reports) = compile(&[source], &Options::default());
    assert_eq!((reports[0].format, reports[0].rules), (Format::Hosts, 6));
    check(
        &index,
        &[
            ("ads.example", Some(true)),
            ("x.ads.example", None),
            ("second.example", Some(true)),
            ("tab.example", Some(true)),
            ("six.example", Some(true)),
            ("loop.example", Some(true)),
            ("plain.example", Some(true)),
            ("moved.example", None),
            ("watchdog.list.example", None),
            ("localhost", None),
        ],
    );
    check_skipped(
        &reports[0],
        &[
            (SkipReason::NotARule, 1, &[17]),
            (SkipReason::Address, 2, &[6, 14]),
            (SkipReason::LocalName, 4, &[2, 3, 12]),
            (SkipReason::PublicSuffix, 1, &[16]),
            (SkipReason::Redirection, 3, &[4, 5, 11]),
            (SkipReason::Pattern, 1, &[13]),
        ],
    );
}

#[test]
fn plain_names_cover_what_is_below_only_when_asked() {
    let source = "a.example\n*.b.example\nb\u{fc}cher.example\n";
    let (index, reports) = compile(&[source], &Options::default());
    assert_eq!(reports[0].format, Format::Wildcard);
    check(
        &index,
        &[
            ("a.example", Some(true)),
            ("x.a.example", None),
            ("b.example", None),
            ("x.y.b.example", Some(true)),
            ("xn--bcher-kva.example", Some(true)),
        ],
    );
    let wide = Options { include_subdomains: true, ..Options::default() };
    let (index, _) = compile(&[source], &wide);
    check(&index, &[("x.a.example", Some(true)), ("b.example", Some(true)), ("xb.example", None)]);
}

#[test]
fn filter_rules_are_read_as_a_resolver_does() {
    let source = "[Adblock Plus 2.0]\n! Title: test\n# comment\n## Also one\n||ads.example^\n\
        @@||good.ads.example^\n|exact.example^\nbare.example\n0.0.0.0 hosts.example\n\
        ||*.below.example^\n||open.example\n||forced.example^$important\n@@||forced.example^\n\
        @@||free.ads.example^$important\n||dropped.example^\n||dropped.example^$badfilter\n\
        ||kept.example^$important\n||kept.example^$badfilter\n";
    let (index, reports) = compile(&[source], &Options::default());
    assert_eq!((reports[0].format, reports[0].skipped.total()), (Format::Abp, 0));
    check(
        &index,
        &[
            ("ads.example", Some(true)),
            ("x.ads.example", Some(true)),
            ("xads.example", None),
            ("good.ads.example", Some(false)),
            ("x.good.ads.example", Some(false)),
            ("exact.example", Some(true)),
            ("x.exact.example", None),
            ("bare.example", Some(true)),
            ("x.bare.example", None),
            ("hosts.example", Some(true)),
            ("below.example", None),
            ("x.below.example", Some(true)),
            ("x.open.example", Some(true)),
            ("forced.example", Some(true)),
            ("free.ads.example", Some(false)),
            ("dropped.example", None),
            ("kept.example", Some(true)),
        ],
    );
}

#[test]
fn filter_rules_that_a_name_cannot_answer_are_counted() {
    let source = "||ok.example^\n||a.example^$third-party\n||a.example^$script,important\n\
        ||a.example^$client=192.0.2.1\n||a.example^$unheard-of\na.example##.banner\n##.ad\n\
        a.example#@#.ad\na.example#?#div:has(p)\na.example$$script[data]\n||a.example/path\n\
        |https://a.example^\n||a.example:8080^\n/banner/*/img^\n/^ads[0-9]+/\n/x$/$important\n\
        ||ads*.example^\n*ads*\na.example^\n||192.0.2.1^\n||com^\n-banner.\n";
    let (index, reports) = compile(&[source], &Options::default());
    check(&index, &[("a.example", None), ("ok.example", Some(true))]);
    check_skipped(
        &reports[0],
        &[
            (SkipReason::Address, 1, &[20]),
            (SkipReason::PublicSuffix, 1, &[21]),
            (SkipReason::Pattern, 6, &[15, 16, 17]),
            (SkipReason::Cosmetic, 5, &[6, 7, 8]),
            (SkipReason::Path, 4, &[11, 12, 13]),
            (SkipReason::Modifier, 4, &[2, 3, 4]),
        ],
    );
    let (_, _, examples) = reports[0].skipped.iter().last().unwrap();
    assert_eq!(examples[0].text, "||a.example^$third-party");
}

#[test]
fn the_order_of_importance_holds_across_lists() {
    let block = "||a.example^\n||b.example^$important\n||c.example^$important\n||gone.example^\n";
    let allow =
        "@@||a.example^\n@@||b.example^\n@@||c.example^$important\n||gone.example^$badfilter\n";
    let (index, _) = compile(&[block, allow], &Options::default());
    check(
        &index,
        &[
            ("a.example", Some(false)),
            ("b.example", Some(true)),
            ("c.example", Some(false)),
            ("gone.example", None),
        ],
    );
    let first = index.lists().take(1).map(|list| list.id).collect();
    let asked = name("x.a.example");
    let decided = index.decide(&asked, first).unwrap();
    assert_eq!((decided.list.number(), decided.effect), (0, Effect::Block));
}

#[test]
fn dnsmasq_lines_cover_what_is_below_and_the_closest_holds() {
    let source = "# dnsmasq\naddress=/a.example/0.0.0.0\naddress=/a.example/::\naddress=/b.example/c.example/#\n\
        address=/d.example/\nserver=/e.example/\nlocal=/f.example/ # note\nserver=/ok.a.example/#\n\
        address=/bad.ok.a.example/\naddress=/*.g.example/\naddress=/moved.example/192.0.2.1\n\
        server=/asked.example/192.0.2.53\naddress=/#/\nbogus-priv\nserver=192.0.2.53\n";
    let (index, reports) = compile(&[source], &Options::default());
    assert_eq!(reports[0].format, Format::Dnsmasq);
    check(
        &index,
        &[
            ("a.example", Some(true)),
            ("x.y.a.example", Some(true)),
            ("b.example", Some(true)),
            ("x.c.example", Some(true)),
            ("x.d.example", Some(true)),
            ("e.example", Some(true)),
            ("f.example", Some(true)),
            ("x.ok.a.example", Some(false)),
            ("x.bad.ok.a.example", Some(true)),
            ("g.example", None),
            ("x.g.example", Some(true)),
            ("moved.example", None),
            ("asked.example", None),
        ],
    );
    check_skipped(
        &reports[0],
        &[
            (SkipReason::NotARule, 2, &[14, 15]),
            (SkipReason::Redirection, 2, &[11, 12]),
            (SkipReason::Pattern, 1, &[13]),
        ],
    );
}

#[test]
fn policy_zones_tell_a_name_from_what_is_below_it() {
    let source = "$TTL 60\n@ IN SOA ns.zone.example. admin.zone.example. (\n  1 3600 ; serial, refresh\n  600 1w 60 )\n\
        \x20 IN NS localhost.\n; rules\nName.example CNAME .\n*.below.example 300 IN CNAME *.\n\
        drop.example IN 60 CNAME rpz-drop.\nnull.example A 0.0.0.0\n             AAAA ::\n\
        *.ok.example CNAME rpz-passthru.\nbad.ok.example CNAME . ; all the same\n\
        moved.example CNAME elsewhere.example.\nmoved.example A 192.0.2.1\n\
        32.1.2.0.192.rpz-ip CNAME .\nns.bad.example.rpz-nsdname CNAME .\n* CNAME .\nhalf.example\n";
    let (index, reports) = compile(&[source], &Options::default());
    assert_eq!(reports[0].format, Format::Rpz);
    check(
        &index,
        &[
            ("name.example", Some(true)),
            ("x.name.example", None),
            ("below.example", None),
            ("x.y.below.example", Some(true)),
            ("drop.example", Some(true)),
            ("null.example", Some(true)),
            ("x.ok.example", Some(false)),
            ("bad.ok.example", Some(true)),
            ("moved.example", None),
        ],
    );
    check_skipped(
        &reports[0],
        &[
            (SkipReason::NotARule, 1, &[19]),
            (SkipReason::Redirection, 2, &[14, 15]),
            (SkipReason::Pattern, 1, &[18]),
            (SkipReason::Trigger, 2, &[16, 17]),
        ],
    );
}

#[test]
fn owners_of_policy_zones_lose_the_name_of_the_zone() {
    for source in [
        "rpz.test. 60 IN SOA a. b. 1 2 3 4 5\na.example.rpz.test. CNAME .\nb.example CNAME .\n",
        "$ORIGIN rpz.test.\na.example CNAME .\n$ORIGIN example.rpz.test.\nb CNAME .\n",
    ] {
        let (index, _) = compile(&[source], &Options::default());
        check(&index, &[("a.example", Some(true)), ("b.example", Some(true))]);
    }
}

#[test]
fn the_format_shows_in_the_first_lines() {
    for (source, format) in [
        ("", Format::Domains),
        ("# names\na.example\nb.example\n", Format::Domains),
        ("a.example\n*.b.example\n", Format::Wildcard),
        ("# c\n\n127.0.0.1 localhost\n::1 localhost\n", Format::Hosts),
        ("! Title\n192.0.2.1\n192.0.2.2\na.example\n", Format::Abp),
        ("a.example\nb.example\n@@||c.example^\n", Format::Abp),
        ("server=192.0.2.1\naddress=/a.example/\n", Format::Dnsmasq),
        ("; zone\n$TTL 1h\na.example IN CNAME .\n", Format::Rpz),
        ("a.example 300 IN CNAME .\n", Format::Rpz),
    ] {
        assert_eq!(Format::detect(source.as_bytes()), format, "{source}");
    }
}

#[test]
fn the_format_can_be_told() {
    let source = b"||a.example^\n";
    let options = Options { format: Some(Format::Domains), ..Options::default() };
    let report = read(source, &options, |_| {}).unwrap();
    assert_eq!((report.format, report.rules, report.skipped.total()), (Format::Domains, 0, 1));
}

#[test]
fn what_is_no_list_or_too_large_is_refused_in_words() {
    let told = |source: &[u8]| read(source, &Options::default(), |_| {}).unwrap_err();
    assert_eq!(told(b"\xff\xfea\0.\0"), ReadError::NotText);
    assert_eq!(told(b"\x1f\x8b\x08\0\0\0\0\0"), ReadError::NotText);
    assert_eq!(told(&vec![b'\n'; (64 << 20) + 1]), ReadError::TooLarge((64 << 20) + 1));
    let many = "a.example\n".repeat(2_000_001);
    assert_eq!(told(many.as_bytes()), ReadError::TooManyRules(2_000_001));
    assert!(told(many.as_bytes()).to_string().contains("line 2000001"));
}

#[test]
fn the_line_behind_an_answer_is_found_again() {
    let source = "! Title\n||ads.example^$third-party\n  ||ads.example^  \r\n@@||ok.ads.example^\n";
    let (index, _) = compile(&[source], &Options::default());
    for (asked, number, text) in
        [("x.ads.example", 3, "||ads.example^"), ("x.ok.ads.example", 4, "@@||ok.ads.example^")]
    {
        let asked = name(asked);
        let found = index.decide(&asked, index.all()).unwrap();
        let line = find(source.as_bytes(), &Options::default(), &found).unwrap();
        assert_eq!((line.number, line.text), (number, text.as_bytes()));
    }
}
