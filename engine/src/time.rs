//! Instants, and weekly opening hours in a time zone (§4.1, §5.6). No clock is read anywhere.

use std::fmt;
use std::num::NonZeroU32;

use crate::zone::{Clocks, Zone};

/// A point in time: seconds and nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    /// One more than they are: a rule may lack an instant, and is as small then.
    nanos: NonZeroU32,
}

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Instant = Instant { seconds: 0, nanos: NonZeroU32::MIN };

    fn new(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos: NonZeroU32::MIN.saturating_add(nanos) }
    }

    /// Reads an RFC 3339 date-time with its offset; `None` when it is not one.
    ///
    /// ```
    /// use rabatt_engine::Instant;
    /// let oslo = Instant::parse("2024-06-01T12:00:00+02:00").unwrap();
    /// assert_eq!(oslo, Instant::parse("2024-06-01T10:00:00Z").unwrap());
    /// assert!(Instant::parse("2024-06-01").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, nanos) = read(text.as_bytes())?;
        Some(Self::new(seconds, nanos))
    }

    /// The instant so many seconds after 1970-01-01T00:00:00Z (before it when negative), and
    /// nanoseconds of that second. `None`: outside the years 0 to 9999, or not below a second.
    ///
    /// ```
    /// use rabatt_engine::Instant;
    /// assert_eq!(Instant::from_timestamp(1_717_236_000, 0), Instant::parse("2024-06-01T12:00:00+02:00"));
    /// assert_eq!(Instant::from_timestamp(i64::MAX, 0), None);
    /// ```
    pub fn from_timestamp(seconds: i64, nanos: u32) -> Option<Self> {
        // What RFC 3339 can write, so that every instant has a text.
        const YEARS: std::ops::Range<i64> = -FROM_YEAR_0..253_402_300_800;
        (YEARS.contains(&seconds) && nanos < 1_000_000_000).then_some(Self::new(seconds, nanos))
    }

    /// Seconds since 1970-01-01T00:00:00Z, and nanoseconds of that second.
    ///
    /// ```
    /// use rabatt_engine::Instant;
    /// assert_eq!(Instant::parse("2024-06-01T10:00:00.5Z").map(Instant::timestamp), Some((1_717_236_000, 500_000_000)));
    /// ```
    pub fn timestamp(self) -> (i64, u32) {
        (self.seconds, self.nanos.get() - 1)
    }

    /// This instant and `days` times 24 hours (§4.2).
    pub fn plus_days(self, days: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(days.saturating_mul(86_400)), nanos: self.nanos }
    }

    /// Minute of the local week by these clocks: 0 is Monday 00:00.
    pub(crate) fn week_minute(self, clocks: &Clocks) -> u32 {
        let local = self.seconds.saturating_add(clocks.offset(self.seconds).into());
        // The first second of 1970 was a Thursday's.
        let minute = local.div_euclid(60).saturating_add(3 * 1_440).rem_euclid(WEEK.into());
        u32::try_from(minute).unwrap_or(0)
    }
}

/// Writes RFC 3339 in UTC, with as many digits of a second as there are.
///
/// ```
/// use rabatt_engine::Instant;
/// assert_eq!(Instant::parse("2024-06-01T12:00:00.250+02:00").unwrap().to_string(), "2024-06-01T10:00:00.250Z");
/// ```
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.seconds.div_euclid(86_400));
        // Years beyond those that RFC 3339 has come from offsets, and have a sign.
        if (0..=9_999).contains(&year) {
            write!(f, "{year:04}")?
        } else {
            write!(f, "{year:+05}")?
        }
        let second = self.seconds.rem_euclid(86_400);
        write!(f, "-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)?;
        match self.timestamp().1 {
            0 => {}
            nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000)?,
            nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000)?,
            nanos => write!(f, ".{nanos:09}")?,
        }
        f.write_str("Z")
    }
}

/// Seconds since 1970, and nanoseconds, of a date-time by RFC 3339: `T` and `Z` may be small letters, a space
/// may stand for the `T`, and the true minus sign for the hyphen. `None`: it is none.
fn read(text: &[u8]) -> Option<(i64, u32)> {
    let (local, rest) = text.split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', h1, h2, b':', n1, n2, b':', s1, s2] = *local else {
        return None;
    };
    let (nanos, zone) = if let [b'.', rest @ ..] = rest { fraction(rest)? } else { (0, rest) };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let east = match *zone {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', n1, n2] | [0xE2, 0x88, sign @ 0x92, h1, h2, b':', n1, n2] => {
            let (hour, minute) = (two(h1, h2)?, two(n1, n2)?);
            if hour > 23 || minute > 59 {
                return None;
            }
            let east = hour * 3_600 + minute * 60;
            if sign == b'+' { east } else { -east }
        }
        _ => return None,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years counted from March, so that a leap day is the last of its year.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    let days = years * 365 + leap_days + (months * 153 + 2) / 5 + day - 1 - DAYS_TO_1970;
    // A leap second, the 60th, is the first one of the next minute.
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second - east, nanos))
}

/// The digits behind the point as nanoseconds, and what comes behind them. Those behind the ninth do not count.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let digits = text.iter().position(|byte| !byte.is_ascii_digit()).filter(|digits| *digits > 0)?;
    let (digits, rest) = text.split_at_checked(digits)?;
    let nanos = (0..9).fold(0, |nanos, at| nanos * 10 + digits.get(at).map_or(0, |digit| u32::from(digit - b'0')));
    Some((nanos, rest))
}

/// Year, month and day so many days after 1 January 1970, or before it.
fn date(days: i64) -> (i64, i64, i64) {
    // In years from March, of which 400 always have as many days.
    const DAYS_IN_400: i64 = 146_097;
    let days = days + DAYS_TO_1970;
    let rest = days.rem_euclid(DAYS_IN_400);
    let years = (rest - rest / 1_460 + rest / 36_524 - rest / (DAYS_IN_400 - 1)) / 365;
    let day_of_year = rest - (years * 365 + years / 4 - years / 100);
    let months = (day_of_year * 5 + 2) / 153;
    let day = day_of_year - (months * 153 + 2) / 5 + 1;
    let (month, next) = if months < 10 { (months + 3, 0) } else { (months - 9, 1) };
    (days.div_euclid(DAYS_IN_400) * 400 + years + next, month, day)
}

/// Days from 1 March of the year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_468;

/// Seconds from the beginning of the year 0 to 1970.
const FROM_YEAR_0: i64 = (DAYS_TO_1970 + 60) * 86_400;

/// Two decimal digits as a number.
fn two(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Minutes in a week.
pub(crate) const WEEK: u32 = 7 * 1_440;

/// When a rule may be used: periods of the local week (§5.6). No period: any hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The zone whose local time counts.
    pub zone: Zone,
    /// Periods as minute of the week and length in minutes; a period may run into the next week.
    pub periods: Vec<Period>,
}

/// One period of the week: it holds `start ≤ t < start + minutes`, round the end of the week too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Minute of the week, 0 is Monday 00:00.
    pub start: u32,
    /// Length in minutes, 1 to 1 440.
    pub minutes: u32,
}

impl Period {
    /// The period from `start` to `end` (minutes of the day) on `day` (0 is Monday);
    /// `end ≤ start` runs past midnight.
    pub fn new(day: u32, start: u32, end: u32) -> Self {
        let minutes = if end <= start { end + 1_440 - start } else { end - start };
        Self { start: day * 1_440 + start, minutes }
    }
}

impl Hours {
    /// The days of a week as rules call them, Monday first.
    pub const DAYS: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// Is this minute of the local week inside a period?
    pub(crate) fn cover(&self, minute: u32) -> bool {
        self.periods.is_empty() || self.periods.iter().any(|p| (minute + WEEK - p.start) % WEEK < p.minutes)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, SecondsFormat};

    use super::*;

    /// Reads and writes a date-time as chrono does.
    fn like_chrono(text: &str) -> bool {
        let chrono = DateTime::parse_from_rfc3339(text).ok().map(|at| {
            let nanos = at.timestamp_subsec_nanos();
            // A leap second is written as second 60: count it into the next one.
            (at.timestamp() + i64::from(nanos / 1_000_000_000), nanos % 1_000_000_000)
        });
        assert_eq!(read(text.as_bytes()), chrono, "{text}");
        if let Some((seconds, nanos)) = chrono {
            let written = DateTime::from_timestamp(seconds, nanos).map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
            assert_eq!(Some(Instant::new(seconds, nanos).to_string()), written, "{text}");
        }
        chrono.is_some()
    }

    #[test]
    fn every_day_is_read_and_written_as_chrono_does() {
        let mut days = 0;
        for year in (0..=9_999).filter(|year| year % 100 < 5 || (1_960..2_100).contains(year)) {
            for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                days += u32::from(like_chrono(&format!("{year:04}-{month:02}-{day:02}T12:34:56Z")));
            }
        }
        assert!(days > 200_000, "{days}");
    }

    #[test]
    fn times_and_zones_are_read_and_written_as_chrono_does() {
        let times =
            ["00:00:00", "23:59:59", "24:00:00", "12:60:00", "09:08:07", "23:59:60", "12:00:60.5", "12:00:61", "1:000:00"];
        let fractions =
            ["", ".5", ".25", ".123456", ".123456789", ".1234567891", ".000001", ".", ".x", ".5.5", ",5", ".99999999999"];
        let zones = [
            "Z",
            "z",
            "+00:00",
            "-00:00",
            "+02:00",
            "-03:30",
            "\u{2212}03:30",
            "+23:59",
            "-23:59",
            "+24:00",
            "+02:60",
            "+0200",
            "+02",
            "+2:00",
            "",
            " ",
            "Z ",
            "ZZ",
            "UTC",
            "\u{2213}03:30",
        ];
        let mut known = 0;
        for (time, fraction) in times.iter().flat_map(|time| fractions.map(|fraction| (time, fraction))) {
            for (between, zone) in ["T", "t", " ", "_", ""].iter().flat_map(|between| zones.map(|zone| (between, zone))) {
                for day in ["1970-01-01", "0000-01-01", "9999-12-31", "2024-02-29", "1900-02-29", "+024-06-01", "2024-6-010"] {
                    known += u32::from(like_chrono(&format!("{day}{between}{time}{fraction}{zone}")));
                }
            }
        }
        assert!(known > 3_000, "{known}");
        for text in ["", "2024-06-01", "2024-06-01T12:00:0/Z", "2024-06-01T12:00:00"] {
            assert!(!like_chrono(text), "{text}");
        }
        assert_eq!(Instant::parse("2024-06-01T12:00:60Z"), Instant::parse("2024-06-01T12:01:00Z"));
    }

    #[test]
    fn timestamps_reach_from_the_year_0_to_9999() {
        for (text, beyond) in [("0000-01-01T00:00:00Z", -1), ("9999-12-31T23:59:59Z", 1)] {
            let at = Instant::parse(text);
            let seconds = at.map_or(0, |at| at.seconds);
            assert_eq!(Instant::from_timestamp(seconds, 0), at);
            assert_eq!(Instant::from_timestamp(seconds + beyond, 0), None, "{text}");
        }
        assert_eq!(Instant::from_timestamp(0, 1_000_000_000), None);
    }
}
