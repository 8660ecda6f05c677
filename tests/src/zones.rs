//! The engine's files of time zones, made from chrono-tz (see `engine/src/zone.rs`).

use std::collections::BTreeMap;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

/// Changes of clocks: from which second since 1970 on, and by how much they go further east.
type Step = (i64, i32);

/// Before the first change of any zone, and after the last: 1836 and 2160.
pub const SPAN: std::ops::Range<i64> = -4_200_000_000..6_000_000_000;

/// Fewer steps in common are not worth saying so.
const LEAST_SHARED: usize = 6;

/// Seconds east of UTC, as chrono-tz has them.
pub fn offset(zone: Tz, seconds: i64) -> i32 {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

/// The first offset of a zone and its steps, found by looking at every hour.
fn steps(zone: Tz) -> (i32, Vec<Step>) {
    let first = offset(zone, SPAN.start);
    let (mut steps, mut before, mut now) = (Vec::new(), 0, first);
    for hour in SPAN.step_by(3_600) {
        let next = offset(zone, hour + 3_600);
        if next != now {
            let (mut old, mut new) = (hour, hour + 3_600);
            while new - old > 1 {
                let middle = i64::midpoint(old, new);
                if offset(zone, middle) == now { old = middle } else { new = middle }
            }
            steps.push((new - before, next - now));
            (before, now) = (new, next);
        }
    }
    (first, steps)
}

/// A piece of a zone.
enum Piece {
    Own(Step),
    /// So many steps of another zone, by its position, after so many.
    Shared {
        other: usize,
        skipped: usize,
        count: usize,
    },
}

/// Names and changes as the engine's files hold them.
pub fn files() -> (String, Vec<u8>) {
    let mut zones: BTreeMap<(i32, Vec<Step>), Vec<&str>> = BTreeMap::new();
    for zone in TZ_VARIANTS {
        zones.entry(steps(zone)).or_default().push(zone.name());
    }
    let mut zones: Vec<_> = zones.into_iter().collect();
    // Those with the most steps first, since others share theirs.
    zones.sort_by_key(|((_, steps), names)| (std::cmp::Reverse(steps.len()), names.clone()));
    let mut whole: Vec<usize> = Vec::new();
    let mut pieces: Vec<Vec<Piece>> = Vec::new();
    for (place, ((_, steps), _)) in zones.iter().enumerate() {
        let own = share(steps, &whole, |other| zones.get(other).map_or(&[], |((_, steps), _)| steps));
        if own.iter().all(|piece| matches!(piece, Piece::Own(_))) {
            whole.push(place);
        }
        pieces.push(own);
    }
    let numbers = number_steps(&pieces);
    let mut changes = Vec::new();
    changes.extend(u16::try_from(numbers.len()).unwrap_or(u16::MAX).to_le_bytes());
    for (seconds, east) in &numbers {
        changes.extend(seconds.to_le_bytes().iter().take(5));
        changes.extend(east.to_le_bytes().iter().take(3));
    }
    let mut begins = Vec::new();
    let mut lines = Vec::new();
    for (((first, _), names), pieces) in zones.iter().zip(&pieces) {
        lines.extend(names.iter().map(|name| format!("{name} {}\n", changes.len())));
        begins.push(changes.len());
        write(u64::from(((first << 1) ^ (first >> 31)).cast_unsigned()), &mut changes);
        for piece in pieces {
            match piece {
                Piece::Own(step) => {
                    let number = numbers.iter().position(|known| known == step).unwrap_or(0) + 1;
                    write(number as u64, &mut changes);
                }
                Piece::Shared { other, skipped, count } => {
                    let begin = begins.get(*other).copied().unwrap_or(0);
                    for number in [0, *count, *skipped, begin] {
                        write(number as u64, &mut changes);
                    }
                }
            }
        }
        changes.extend([0, 0]);
    }
    lines.sort_by(|a, b| a.split(' ').next().cmp(&b.split(' ').next()));
    (lines.concat(), changes)
}

/// Cuts steps into what zones that are written whole have too, as long as can be, and the rest.
fn share<'z>(steps: &[Step], whole: &[usize], of: impl Fn(usize) -> &'z [Step]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = steps;
    while let Some((step, behind)) = rest.split_first() {
        let longest = whole
            .iter()
            .flat_map(|other| (0..of(*other).len()).map(move |skipped| (*other, skipped)))
            .map(|(other, skipped)| {
                let count = of(other).iter().skip(skipped).zip(rest).take_while(|(a, b)| a == b).count();
                (count, std::cmp::Reverse((other, skipped)))
            })
            .max();
        match longest {
            Some((count, std::cmp::Reverse((other, skipped)))) if count >= LEAST_SHARED => {
                pieces.push(Piece::Shared { other, skipped, count });
                rest = rest.get(count..).unwrap_or_default();
            }
            _ => {
                pieces.push(Piece::Own(*step));
                rest = behind;
            }
        }
    }
    pieces
}

/// The different steps, those used most first: they get the shortest numbers.
fn number_steps(pieces: &[Vec<Piece>]) -> Vec<Step> {
    let mut uses: BTreeMap<Step, usize> = BTreeMap::new();
    for piece in pieces.iter().flatten() {
        if let Piece::Own(step) = piece {
            *uses.entry(*step).or_default() += 1;
        }
    }
    let mut steps: Vec<_> = uses.into_iter().collect();
    steps.sort_by_key(|(step, uses)| (std::cmp::Reverse(*uses), *step));
    steps.into_iter().map(|(step, _)| step).collect()
}

fn write(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
