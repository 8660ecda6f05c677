//! Instants, and weekly opening hours in a time zone (§4.1, §5.6). No clock is read anywhere.

use chrono::{DateTime, Datelike, TimeZone, Timelike};
use chrono_tz::Tz;

/// A point in time: seconds and nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Reads an RFC 3339 date-time with its offset; `None` when it is not one.
    ///
    /// ```
    /// use rabatt_engine::Instant;
    /// let oslo = Instant::parse("2024-06-01T12:00:00+02:00").unwrap();
    /// assert_eq!(oslo, Instant::parse("2024-06-01T10:00:00Z").unwrap());
    /// assert!(Instant::parse("2024-06-01").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        let nanos = at.timestamp_subsec_nanos();
        // A leap second is written as second 60: count it into the next one.
        Some(Self { seconds: at.timestamp() + i64::from(nanos / 1_000_000_000), nanos: nanos % 1_000_000_000 })
    }

    /// This instant and `days` times 24 hours (§4.2).
    pub fn plus_days(self, days: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(days.saturating_mul(86_400)), nanos: self.nanos }
    }

    /// Minute of the local week in `zone`: 0 is Monday 00:00.
    pub(crate) fn week_minute(self, zone: Tz) -> u32 {
        let Some(utc) = DateTime::from_timestamp(self.seconds, 0) else { return 0 };
        let local = zone.from_utc_datetime(&utc.naive_utc());
        local.weekday().num_days_from_monday() * 1_440 + local.hour() * 60 + local.minute()
    }
}

/// Minutes in a week.
pub(crate) const WEEK: u32 = 7 * 1_440;

/// When a rule may be used: periods of the local week (§5.6). No period: any hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The zone whose local time counts.
    pub zone: Tz,
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
    /// Is this minute of the local week inside a period?
    pub(crate) fn cover(&self, minute: u32) -> bool {
        self.periods.is_empty() || self.periods.iter().any(|p| (minute + WEEK - p.start) % WEEK < p.minutes)
    }
}
