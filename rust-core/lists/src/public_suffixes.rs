//! Names below which anybody may register, such as `com`, `co.uk` and `github.io`: a list that blocks one of them whole
//! blocks what nobody meant.
//!
//! The rules are those of publicsuffix.org (MPL-2.0), kept as text in the order of their bytes and searched where they
//! lie; `scripts/update-public-suffixes` rewrites them.

use wire::HostName;

/// A rule a line: a name, `*.` and a name (each name one label below it), or `!` and a name (not this one after all).
const RULES: &str = include_str!("public_suffixes.txt");

/// Whether the name itself is a public suffix; every single label is one.
pub(crate) fn is_public_suffix(name: &HostName) -> bool {
    let name = name.as_str();
    match name.split_once('.') {
        None => true,
        Some((_, parent)) => has_rule("", name) || (has_rule("*.", parent) && !has_rule("!", name)),
    }
}

/// The part of a name that somebody has registered, with all names below it theirs: `example.co.uk` of
/// `www.example.co.uk`. A public suffix is its own.
pub fn registered_domain(name: &HostName) -> HostName {
    let mut registered = name.clone();
    let mut rest = name.as_str();
    while let Some((_, parent)) = rest.split_once('.')
        && let Ok(parent_name) = HostName::parse(parent.as_bytes())
        && !is_public_suffix(&parent_name)
    {
        (registered, rest) = (parent_name, parent);
    }
    registered
}

/// Whether there is the rule with this mark and name.
fn has_rule(mark: &str, name: &str) -> bool {
    let wanted = || mark.bytes().chain(name.bytes());
    let rules = RULES.as_bytes();
    let is_end = |byte: &u8| *byte == b'\n';
    // The line around the middle of what is left is compared, then what is left begins or ends beside it.
    let (mut from, mut to) = (0, rules.len());
    while from < to {
        let middle = from.midpoint(to);
        let start = rules[from..middle].iter().rposition(is_end).map_or(from, |end| from + end + 1);
        let end = rules[middle..to].iter().position(is_end).map_or(to, |end| middle + end);
        match rules[start..end].iter().copied().cmp(wanted()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_public(name: &str) -> bool {
        is_public_suffix(&HostName::parse(name.as_bytes()).unwrap())
    }

    #[test]
    fn a_name_belongs_to_whoever_registered_its_domain() {
        for (name, domain) in [
            ("www.cdn.example.com", "example.com"),
            ("example.com", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("someone.github.io", "someone.github.io"),
            ("co.uk", "co.uk"),
            ("localhost", "localhost"),
        ] {
            let name = HostName::parse(name.as_bytes()).unwrap();
            assert_eq!(registered_domain(&name).as_str(), domain);
        }
    }

    /// After the test vectors of publicsuffix.org.
    #[test]
    fn names_that_anybody_may_register_below_are_public() {
        for name in [
            "com",
            "biz",
            "co.uk",
            "uk.com",
            "ac.jp",
            "kyoto.jp",
            "ide.kyoto.jp",
            "c.kobe.jp",
            "test.ck",
            "xn--85x722f.xn--55qx5d.cn",
            "xn--55qx5d.cn",
            "xn--fiqs8s",
            "k12.ak.us",
            "github.io",
            "example",
            "aaa",
            "zw",
        ] {
            let expected = name != "xn--85x722f.xn--55qx5d.cn";
            assert_eq!(is_public(name), expected, "{name}");
        }
        for name in [
            "miui.com",
            "b.test.ck",
            "www.ck",
            "city.kobe.jp",
            "a.ide.kyoto.jp",
            "a.b.c.kobe.jp",
            "domain.biz",
            "a.example",
            "me.github.io",
        ] {
            assert!(!is_public(name), "{name}");
        }
    }

    #[test]
    fn every_rule_is_found() {
        let mut before = "";
        for rule in RULES.lines() {
            assert!(before < rule, "{rule} is not in order");
            assert!(has_rule("", rule), "{rule}");
            before = rule;
        }
        assert!(!has_rule("", "") && !has_rule("", "zzz.zzz") && !has_rule("", "!"));
    }
}
