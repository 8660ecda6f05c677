//! The engine's files of time zones, made from chrono-tz (see `engine/src/zone.rs`).

use std::collections::BTreeMap;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

/// Changes of clocks: from which second since 1970 on, and by how much they go further east.
type Step = (i64, i32);

/// Before the first change of any zone, and after the last: 1836 and 2160.
pub const SPAN: std::ops::Range<i64> = -4_200_000_000..6_000_000_000;

/// Fewer steps in common are not worth saying so.
const LEAST_SHARED: usize = 4;

/// How often a zone may take steps from one that takes steps from another.
const MOST_DEEP: u32 = 3;

/// How many names share their letters with the one before, at most.
const BLOCK: usize = 16;

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

/// A zone: its first offset, its steps, its names.
type Named<'n> = ((i32, Vec<Step>), Vec<&'n str>);

/// A piece of a zone.
#[derive(Clone, Copy)]
enum Piece {
    Own(Step),
    /// So many steps of this zone once more, from so many steps back.
    Again {
        back: usize,
        count: usize,
    },
    /// So many steps of another zone, by its position, after so many.
    Shared {
        other: usize,
        skipped: usize,
        count: usize,
    },
}

/// Names and changes as the engine's files hold them.
pub fn files() -> (Vec<u8>, Vec<u8>) {
    let mut zones: BTreeMap<(i32, Vec<Step>), Vec<&str>> = BTreeMap::new();
    for zone in TZ_VARIANTS {
        zones.entry(steps(zone)).or_default().push(zone.name());
    }
    let mut zones: Vec<Named<'_>> = zones.into_iter().collect();
    // Those with the most steps first, since others share theirs.
    zones.sort_by_key(|((_, steps), names)| (std::cmp::Reverse(steps.len()), names.clone()));
    let (mut pieces, mut depths): (Vec<Vec<Piece>>, Vec<u32>) = (Vec::new(), Vec::new());
    for ((_, steps), _) in &zones {
        let own = share(steps, &zones, &depths);
        depths.push(own.iter().map(|piece| depth(piece, &depths)).max().unwrap_or(0));
        pieces.push(own);
    }
    let (changes, begins) = write_changes(&zones, &pieces);
    (write_names(&zones, &begins), changes)
}

/// How many zones are read before this piece is.
fn depth(piece: &Piece, depths: &[u32]) -> u32 {
    if let Piece::Shared { other, .. } = piece { 1 + depths.get(*other).copied().unwrap_or(0) } else { 0 }
}

fn write_changes(zones: &[Named<'_>], pieces: &[Vec<Piece>]) -> (Vec<u8>, Vec<usize>) {
    let common = common_steps(pieces);
    let (mut changes, mut begins) = (Vec::new(), Vec::new());
    write(common.len() as u64, &mut changes);
    for step in &common {
        write_step(*step, &mut changes);
    }
    for (((first, _), _), pieces) in zones.iter().zip(pieces) {
        begins.push(changes.len());
        write_seconds((*first).into(), &mut changes);
        for piece in pieces {
            let numbers = match *piece {
                Piece::Own(step) => match common.iter().position(|known| *known == step) {
                    Some(number) => vec![number + 4],
                    None => vec![3],
                },
                Piece::Again { back, count } => vec![1, back, count],
                Piece::Shared { other, skipped, count } => {
                    vec![2, begins.get(other).copied().unwrap_or(0), skipped, count]
                }
            };
            for number in &numbers {
                write(*number as u64, &mut changes);
            }
            if let (Piece::Own(step), [3]) = (piece, numbers.as_slice()) {
                write_step(*step, &mut changes);
            }
        }
        changes.push(0);
    }
    (changes, begins)
}

/// Names in order, in blocks, each with where its zone begins.
fn write_names(zones: &[Named<'_>], begins: &[usize]) -> Vec<u8> {
    let mut names: Vec<(&str, usize)> =
        zones.iter().zip(begins).flat_map(|((_, names), begin)| names.iter().map(|name| (*name, *begin))).collect();
    names.sort_unstable();
    let blocks = names.chunks(BLOCK).map(|block| {
        let (mut bytes, mut before) = (Vec::new(), "");
        for (name, begin) in block {
            let shared = name.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
            // A name that only lost letters keeps one of its own, for the bit that ends it.
            let shared = shared.min(name.len() - 1);
            bytes.push(shared as u8);
            bytes.extend(name.bytes().skip(shared));
            if let Some(last) = bytes.last_mut() {
                *last |= 0x80;
            }
            bytes.extend((*begin as u16).to_le_bytes());
            before = name;
        }
        bytes
    });
    let blocks: Vec<Vec<u8>> = blocks.collect();
    let mut at = 2 + 2 * blocks.len();
    let mut file = (blocks.len() as u16).to_le_bytes().to_vec();
    for block in &blocks {
        file.extend((at as u16).to_le_bytes());
        at += block.len();
    }
    file.extend(blocks.concat());
    file
}

/// Cuts steps into what came before, in this zone or in another, as long as can be, and the rest.
fn share(steps: &[Step], zones: &[Named<'_>], depths: &[u32]) -> Vec<Piece> {
    let in_common = |a: &[Step], b: &[Step]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (mut pieces, mut at) = (Vec::new(), 0);
    while let Some((step, _)) = steps.get(at..).and_then(<[Step]>::split_first) {
        let rest = steps.get(at..).unwrap_or_default();
        let again = (0..at).map(|from| {
            let count = in_common(steps.get(from..).unwrap_or_default(), rest);
            (count, Piece::Again { back: at - from, count })
        });
        let others = zones.iter().zip(depths).enumerate().filter(|(_, (_, depth))| **depth < MOST_DEEP);
        let shared = others.flat_map(|(other, (((_, theirs), _), _))| {
            (0..theirs.len()).map(move |skipped| {
                let count = in_common(theirs.get(skipped..).unwrap_or_default(), rest);
                (count, Piece::Shared { other, skipped, count })
            })
        });
        // The first of the longest; a zone's own take fewest bytes.
        let longest = again.rev().chain(shared).reduce(|best, next| if next.0 > best.0 { next } else { best });
        match longest {
            Some((count, piece)) if count >= LEAST_SHARED => {
                pieces.push(piece);
                at += count;
            }
            _ => {
                pieces.push(Piece::Own(*step));
                at += 1;
            }
        }
    }
    pieces
}

/// The steps that are used more than once, those used most first: they get the shortest numbers.
fn common_steps(pieces: &[Vec<Piece>]) -> Vec<Step> {
    let mut uses: BTreeMap<Step, usize> = BTreeMap::new();
    for piece in pieces.iter().flatten() {
        if let Piece::Own(step) = piece {
            *uses.entry(*step).or_default() += 1;
        }
    }
    let mut steps: Vec<_> = uses.into_iter().filter(|(_, uses)| *uses > 1).collect();
    steps.sort_by_key(|(step, uses)| (std::cmp::Reverse(*uses), *step));
    steps.into_iter().map(|(step, _)| step).collect()
}

fn write_step((seconds, east): Step, out: &mut Vec<u8>) {
    write_seconds(seconds, out);
    write_seconds(east.into(), out);
}

fn write_seconds(seconds: i64, out: &mut Vec<u8>) {
    let (value, odd) = if seconds % 900 == 0 { (seconds / 900, 0) } else { (seconds, 1) };
    write(((value << 1) ^ (value >> 63)).cast_unsigned() << 1 | odd, out);
}

fn write(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
