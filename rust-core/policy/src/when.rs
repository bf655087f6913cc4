//! Under which circumstances a rule holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::situation::{Moment, NetworkKind, Situation};

const DAY: i64 = 86_400;

/// Conditions of a rule: all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// On one of these kinds of network.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<NetworkKind>,
    /// Only while roaming, or only while not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roaming: Option<bool>,
    /// Only where traffic is metered, or only where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metered: Option<bool>,
    /// Only while the screen is on, or off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<Screen>,
    /// On these days of the week; a span of time over midnight belongs to the day on which it begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// In this span of local time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeSpan>,
    /// In one of these Wi-Fi networks, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ssids: Vec<String>,
}

/// The screen's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// On.
    On,
    /// Off.
    Off,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they say themselves what they are")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A span of local time, `22:00-06:00`: from its first minute up to, but not with, its last. Both the same: the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeSpan {
    /// Minutes since midnight.
    from: u16,
    to: u16,
}

impl When {
    /// Whether all conditions hold.
    pub(crate) fn holds(&self, situation: &Situation, moment: &Moment) -> bool {
        let network = self.networks.is_empty() || self.networks.contains(&situation.network);
        let roaming = self.roaming.is_none_or(|wanted| wanted == situation.roaming);
        let metered = self.metered.is_none_or(|wanted| wanted == situation.metered);
        let screen_on = situation.screen_on.unwrap_or(true);
        let screen = self.screen.is_none_or(|wanted| (wanted == Screen::On) == screen_on);
        let ssid = self.ssids.is_empty()
            || situation.ssid.as_ref().is_some_and(|ssid| self.ssids.contains(ssid));
        network
            && roaming
            && metered
            && screen
            && ssid
            && self.holds_at(local(moment, moment.unix_seconds))
    }

    /// The next time at which days and time could hold otherwise, in unix seconds; none without such conditions.
    pub(crate) fn next_change(&self, moment: &Moment) -> Option<u64> {
        if self.days.is_empty() && self.time.is_none() {
            return None;
        }
        let now = local(moment, moment.unix_seconds);
        let midnight = now - now.rem_euclid(DAY);
        let minutes = self.time.map_or([0; 2], |time| [time.from, time.to]);
        // Days that clocks are changed on are looked at again at their own offset: an edge too early does no harm.
        let edges = [midnight, midnight + DAY, midnight + 2 * DAY].into_iter().flat_map(|day| {
            let times = minutes.map(|minute| day + 60 * i64::from(minute));
            times.into_iter().chain((!self.days.is_empty()).then_some(day))
        });
        let now = moment.unix_seconds;
        edges.filter_map(|edge| unix(moment, edge)).filter(|edge| *edge > now).min()
    }

    /// How many conditions there are.
    pub(crate) fn count(&self) -> u32 {
        let given = [
            !self.networks.is_empty(),
            self.roaming.is_some(),
            self.metered.is_some(),
            self.screen.is_some(),
            !self.days.is_empty(),
            self.time.is_some(),
            !self.ssids.is_empty(),
        ];
        given.into_iter().map(u32::from).sum()
    }

    /// At this local time: seconds since 1970 as if that had been at offset 0.
    fn holds_at(&self, local: i64) -> bool {
        let on = |local: i64| self.days.is_empty() || self.days.contains(&day(local));
        let minute = (local.rem_euclid(DAY) / 60) as u16;
        match self.time {
            None => on(local),
            Some(TimeSpan { from, to }) if from < to => (from..to).contains(&minute) && on(local),
            Some(TimeSpan { from, to }) => {
                (minute >= from && on(local)) || (minute < to && on(local - DAY))
            }
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks: Vec<_> = self.networks.iter().map(|kind| kind.as_str()).collect();
        let days: Vec<_> = self.days.iter().map(|day| day.as_str()).collect();
        let yes_or_no = |value: Option<bool>, yes, no| match value {
            Some(true) => yes,
            Some(false) => no,
            None => "",
        };
        let parts = [
            joined("on ", &networks),
            joined("in the Wi-Fi ", &self.ssids.iter().map(String::as_str).collect::<Vec<_>>()),
            yes_or_no(self.roaming, "while roaming", "while not roaming").to_owned(),
            yes_or_no(self.metered, "where traffic is metered", "where traffic is not metered")
                .to_owned(),
            yes_or_no(
                self.screen.map(|s| s == Screen::On),
                "while the screen is on",
                "while the screen is off",
            )
            .to_owned(),
            joined("on ", &days),
            self.time.map_or(String::new(), |time| {
                format!("from {} to {}", clock(time.from), clock(time.to))
            }),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(" "))
    }
}

impl Day {
    fn as_str(self) -> &'static str {
        match self {
            Day::Mon => "Monday",
            Day::Tue => "Tuesday",
            Day::Wed => "Wednesday",
            Day::Thu => "Thursday",
            Day::Fri => "Friday",
            Day::Sat => "Saturday",
            Day::Sun => "Sunday",
        }
    }
}

impl FromStr for TimeSpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minute = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60 && text.trim().len() == 5).then_some(60 * hour + minute)
        };
        let span = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        let (from, to) =
            span.ok_or_else(|| format!("{text:?} is not a span of time such as \"22:00-06:00\""))?;
        Ok(TimeSpan { from, to })
    }
}

impl TryFrom<String> for TimeSpan {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<TimeSpan> for String {
    fn from(span: TimeSpan) -> String {
        format!("{}-{}", clock(span.from), clock(span.to))
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn joined(before: &str, words: &[&str]) -> String {
    if words.is_empty() { String::new() } else { format!("{before}{}", words.join(" or ")) }
}

fn day(local: i64) -> Day {
    // 1970-01-01 was a Thursday.
    const DAYS: [Day; 7] = [Day::Thu, Day::Fri, Day::Sat, Day::Sun, Day::Mon, Day::Tue, Day::Wed];
    DAYS[local.div_euclid(DAY).rem_euclid(7) as usize]
}

fn local(moment: &Moment, unix: u64) -> i64 {
    unix as i64 + i64::from((moment.utc_offset_at)(unix))
}

/// When the local clock shows this; none before 1970.
fn unix(moment: &Moment, local: i64) -> Option<u64> {
    let near = local - i64::from((moment.utc_offset_at)(moment.unix_seconds));
    let offset = (moment.utc_offset_at)(u64::try_from(near).ok()?);
    u64::try_from(local - i64::from(offset)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 00:00 UTC, a Monday.
    const MONDAY: u64 = 1_795_392_000;

    fn at(hours: f64, utc_offset_at: fn(u64) -> i32) -> Moment {
        Moment { unix_seconds: MONDAY + (hours * 3600.0) as u64, utc_offset_at }
    }

    fn when(json: &str) -> When {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = when(r#"{"days":["mon"],"time":"22:00-06:00"}"#);
        for (hours, holds) in
            [(5.9, false), (21.9, false), (22.0, true), (29.9, true), (30.0, false), (46.0, false)]
        {
            assert_eq!(night.holds(&Situation::default(), &at(hours, |_| 0)), holds, "{hours}");
        }
    }

    #[test]
    fn local_time_counts_and_every_edge_is_told() {
        let noon = when(r#"{"time":"12:00-13:00"}"#);
        // Two hours east: local noon is 10:00 UTC.
        let mut moment = at(9.0, |_| 7200);
        assert!(!noon.holds(&Situation::default(), &moment));
        moment.unix_seconds = noon.next_change(&moment).unwrap();
        assert_eq!(moment.unix_seconds, MONDAY + 10 * 3600);
        assert!(noon.holds(&Situation::default(), &moment));
        moment.unix_seconds = noon.next_change(&moment).unwrap();
        assert_eq!(moment.unix_seconds, MONDAY + 11 * 3600);
        assert!(!noon.holds(&Situation::default(), &moment));
    }

    #[test]
    fn an_edge_behind_a_change_of_clocks_is_at_its_own_offset() {
        let evening = when(r#"{"time":"20:00-21:00"}"#);
        // At 01:00 UTC the clocks go forward by an hour.
        let moment = at(0.0, |unix| if unix < MONDAY + 3600 { 3600 } else { 7200 });
        assert_eq!(evening.next_change(&moment), Some(MONDAY + 18 * 3600));
    }

    #[test]
    fn only_time_and_days_change_by_themselves() {
        assert_eq!(
            when(r#"{"screen":"off","networks":["wifi"]}"#).next_change(&at(1.0, |_| 0)),
            None
        );
        let weekend = when(r#"{"days":["sat","sun"]}"#);
        assert_eq!(weekend.next_change(&at(1.0, |_| 0)), Some(MONDAY + 86_400));
    }
}
