//! Ranges in, places out: against a plain search of the ranges, at their borders, and with damage.
#![allow(clippy::unwrap_used, reason = "what does not work out has to fail the test")]

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hushwall_geo::{Compiler, Country, Places, PlacesError, verify};
use proptest::prelude::*;

const COUNTRIES: &str = "\
47.241.0.0,47.241.255.255,SG
161.117.0.0,161.117.255.255,SG
203.107.0.0,203.107.127.255,CN
203.107.128.0,203.107.255.255,CN
2401:b180::,2401:b180:ffff:ffff:ffff:ffff:ffff:ffff,CN
2a00::,2a00:0:0:1:7fff:ffff:ffff:ffff,DE
";
const NETWORKS: &str = "\
47.241.0.0,47.241.127.255,45102,\"Alibaba (US) Technology Co., Ltd.\"
47.241.128.0,47.241.255.255,13335,\"Cloudflare, Inc.\"
2401:b180::,2401:b180:ffff:ffff:ffff:ffff:ffff:ffff,37963,Hangzhou Alibaba
";

fn file() -> Vec<u8> {
    let mut compiler = Compiler::new();
    compiler.add_countries(COUNTRIES).unwrap();
    let names = HashMap::from([(45_102, "Alibaba Cloud"), (37_963, "Alibaba Cloud (China)")]);
    compiler.add_networks(NETWORKS, &names).unwrap();
    compiler.attribution("IP Geolocation by DB-IP");
    compiler.finish()
}

fn told(places: &Places<Vec<u8>>, address: &str) -> String {
    let place = places.lookup(address.parse().unwrap());
    let country = place.country.map_or(String::from("-"), |country| country.as_str().to_owned());
    match place.network {
        Some(network) => format!("{country} AS{} {}", network.number, network.name),
        None => country,
    }
}

#[test]
fn an_address_is_where_its_range_is() {
    let places = Places::open(file()).unwrap();
    for (address, place) in [
        ("47.241.69.153", "SG AS45102 Alibaba Cloud"),
        ("47.241.0.0", "SG AS45102 Alibaba Cloud"),
        ("47.240.255.255", "-"),
        ("47.241.200.1", "SG"),
        ("47.242.0.0", "-"),
        ("::ffff:161.117.97.14", "SG"),
        ("203.107.1.65", "CN"),
        ("2401:b180:2000:20::10", "CN AS37963 Alibaba Cloud (China)"),
        ("2a00:0:0:0:ffff::", "DE"),
        // Half a /64 does not count.
        ("2a00:0:0:1::1", "-"),
        ("255.255.255.255", "-"),
        ("::", "-"),
    ] {
        assert_eq!(told(&places, address), place, "{address}");
    }
    assert_eq!(places.attribution(), "IP Geolocation by DB-IP");
}

#[test]
fn damage_is_told() {
    let file = file();
    assert_eq!(verify(&file), Ok(()));
    assert_eq!(verify(b"GIF89a"), Err(PlacesError::NotPlaces));
    for end in 8..file.len() {
        assert_eq!(verify(&file[..end]), Err(PlacesError::Damaged), "{end}");
    }
    for at in 12..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 0x10;
        assert_eq!(verify(&damaged), Err(PlacesError::Damaged), "{at}");
    }
    let mut newer = file;
    newer[8] = 2;
    assert_eq!(verify(&newer), Err(PlacesError::Version(2)));
}

#[test]
fn a_wrong_table_leaves_the_others_alone() {
    let mut compiler = Compiler::new();
    compiler.add_countries(COUNTRIES).unwrap();
    let error = compiler.add_countries("1.0.0.0,1.0.0.255,AU\n2.0.0.0,2.0.0.9,x\n").unwrap_err();
    assert_eq!(error.to_string(), "line 2: \"x\" is not a country of two letters");
    let places = Places::open(compiler.finish()).unwrap();
    assert_eq!(told(&places, "1.0.0.1"), "-");
    assert_eq!(told(&places, "47.241.0.0"), "SG");
}

/// The file that the program brings.
fn shipped() -> Places<&'static [u8]> {
    const FILE: &[u8] = include_bytes!("../../../data/places.bin");
    verify(FILE).unwrap();
    Places::open(FILE).unwrap()
}

#[test]
fn the_shipped_file_knows_where_xiaomi_sends() {
    let places = shipped();
    let told = |address: &str| {
        let place = places.lookup(address.parse().unwrap());
        let network =
            place.network.map_or(String::new(), |n| format!(" AS{} {}", n.number, n.name));
        let country = place.country.unwrap();
        format!("{}{network}", country.name().unwrap())
    };
    for (address, place) in [
        // globalapi.ad.xiaomi.com and other servers of Xiaomi, which registries have in the United States.
        ("47.241.69.153", "Singapore AS45102 Alibaba Cloud"),
        ("47.241.35.73", "Singapore AS45102 Alibaba Cloud"),
        ("47.241.7.88", "Singapore AS45102 Alibaba Cloud"),
        // Mi Push's addresses for the world and for China.
        ("161.117.97.14", "Singapore AS45102 Alibaba Cloud"),
        ("161.117.180.178", "Singapore AS45102 Alibaba Cloud"),
        // Alibaba's HTTPDNS.
        ("203.107.1.65", "China AS37963 Alibaba Cloud (China)"),
        ("1.1.1.1", "Australia AS13335 Cloudflare"),
        ("8.8.8.8", "United States AS15169 Google"),
        ("2a00:1450:4001:800::200e", "Germany AS15169 Google"),
    ] {
        assert_eq!(told(address), place, "{address}");
    }
    assert!(places.attribution().contains("IP Geolocation by DB-IP"));
    assert_eq!(Country(*b"ZZ").name(), None);
    assert_eq!(places.lookup("10.0.0.1".parse().unwrap()).network, None);
}

/// Ranges that do not overlap, each of some length behind a gap, and their countries.
fn tables() -> impl Strategy<Value = Vec<(u64, u64, &'static str)>> {
    let range = (
        0..3000u64,
        1..100_000u64,
        prop_oneof!["AA", "BB", "CC"].prop_map(|c| match c.as_str() {
            "AA" => "AA",
            "BB" => "BB",
            _ => "CC",
        }),
    );
    prop::collection::vec(range, 0..200).prop_map(|ranges| {
        let mut at = 0;
        ranges
            .into_iter()
            .map(|(gap, length, country)| {
                let first = at + gap;
                at = first + length;
                (first, at - 1, country)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn every_border_is_as_in_the_table(ranges in tables(), six in any::<bool>(), pick in 0..10_000_000u64) {
        let address = |key: u64, end: bool| -> IpAddr {
            let low = if end { u128::from(u64::MAX) } else { 0 };
            if six { Ipv6Addr::from_bits(u128::from(key) << 64 | low).into() } else { Ipv4Addr::from_bits(key as u32).into() }
        };
        // The lowest IPv6 addresses hold IPv4.
        let base = if six { 1 << 40 } else { 0 };
        let text: String = ranges
            .iter()
            .map(|(first, last, country)| format!("{},{},{country}\n", address(base + first, false), address(base + last, true)))
            .collect();
        let mut compiler = Compiler::new();
        compiler.add_countries(&text).unwrap();
        let places = Places::open(compiler.finish()).unwrap();
        let borders = ranges.iter().flat_map(|&(first, last, _)| [first, last, last + 1, first.saturating_sub(1)]);
        for key in borders.chain([pick]) {
            let wanted = ranges.iter().find(|(first, last, _)| (first..=last).contains(&&key)).map(|range| range.2);
            let found = places.country(address(base + key, false));
            prop_assert_eq!(found.as_ref().map(|country| country.as_str()), wanted, "{}", key);
        }
    }

    #[test]
    fn damage_never_panics(at in 0..2000usize, octet in any::<u8>(), address in any::<u32>()) {
        let mut file = file();
        let length = file.len();
        file[72 + at % (length - 72)] = octet;
        if let Ok(places) = Places::open(file) {
            places.lookup(Ipv4Addr::from_bits(address).into());
            places.lookup(Ipv6Addr::from_bits(u128::from(address) << 96).into());
        }
    }
}
