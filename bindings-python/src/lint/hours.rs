//! Does a window meet weekly hours?

use rabatt_engine::{Hours, Instant};

const MINUTE: i64 = 60;
const WEEK: i64 = 7 * 1_440;
/// After so long every period has come round, also one that a change of clocks left out once.
const CERTAIN: i64 = 15 * 86_400;

/// Is there an instant from `from` until before `to` that these hours cover?
pub(super) fn meet(hours: &Hours, from: Instant, to: Instant) -> bool {
    let ((mut at, _), (end, end_nanos)) = (from.timestamp(), to.timestamp());
    // The last second before the end.
    let last = if end_nanos > 0 { end } else { end - 1 };
    if hours.periods.is_empty() || last.saturating_sub(at) >= CERTAIN {
        return true;
    }
    let clocks = hours.zone.clocks();
    while at <= last {
        let local = at + i64::from(clocks.offset(at));
        // The first second of 1970 was a Thursday's.
        let minute = (local.div_euclid(MINUTE) + 3 * 1_440).rem_euclid(WEEK);
        if hours.periods.iter().any(|period| (minute - i64::from(period.start)).rem_euclid(WEEK) < i64::from(period.minutes)) {
            return true;
        }
        at += MINUTE - local.rem_euclid(MINUTE);
    }
    false
}
