//! Time zones (§5.6): every name and every change of clocks that the IANA database has, in a few
//! kilobytes, the same for every door.
//!
//! `zone/names.txt` has a line for each name: the name, and where in `zone/changes.bin` its zone begins. That
//! file holds how many different steps there are (two bytes), the steps (eight bytes each: the seconds since
//! the change before, and how much further east the clocks go), and the zones: the offset before the first
//! change, then step after step. Many zones have rules in common, so they can also say "so many steps of that
//! zone". Both files are made and held against chrono-tz by `tests/tests/zones.rs`.

use std::cmp::Ordering;

const NAMES: &str = include_str!("zone/names.txt");
const CHANGES: &[u8] = include_bytes!("zone/changes.bin");

/// Bytes of a step.
const STEP: usize = 8;

/// A time zone of the IANA database. Two names of one zone are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    /// Where its changes begin.
    at: usize,
}

impl Zone {
    /// The zone of this name, in the database's own spelling.
    ///
    /// ```
    /// use rabatt_engine::Zone;
    /// assert_eq!(Zone::named("Europe/Oslo"), Zone::named("Europe/Berlin"));
    /// assert_eq!(Zone::named("europe/oslo"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        // Lines are in the order of their names.
        let mut names = NAMES;
        loop {
            let middle = names.get(..names.len() / 2)?.rfind('\n').map_or(0, |end| end + 1);
            let (before, rest) = names.split_at_checked(middle)?;
            let (line, after) = rest.split_once('\n')?;
            let (known, at) = line.split_once(' ')?;
            match name.cmp(known) {
                Ordering::Equal => return Some(Self { at: at.parse().ok()? }),
                Ordering::Less => names = before,
                Ordering::Greater => names = after,
            }
        }
    }

    /// The zone of rules that name none.
    pub(crate) fn oslo() -> Self {
        Self::named("Europe/Oslo").unwrap_or(Self { at: 0 })
    }

    /// Its changes of clocks.
    pub fn clocks(self) -> Clocks {
        read(self.at).unwrap_or_default()
    }
}

/// When the clocks of a zone change, and to what.
///
/// ```
/// use rabatt_engine::Zone;
/// let oslo = Zone::named("Europe/Oslo").unwrap().clocks();
/// assert_eq!(oslo.offset(1_717_236_000), 7_200); // in summer
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Seconds east of UTC before the first change.
    first: i32,
    /// From which second since 1970 on, and seconds east of UTC.
    changes: Vec<(i64, i32)>,
}

impl Clocks {
    /// Seconds east of UTC at a second since 1970.
    pub fn offset(&self, seconds: i64) -> i32 {
        let behind = self.changes.partition_point(|(from, _)| *from <= seconds);
        behind.checked_sub(1).and_then(|last| self.changes.get(last)).map_or(self.first, |(_, offset)| *offset)
    }

    /// Every change: from which second since 1970 on, and seconds east of UTC.
    pub fn changes(&self) -> &[(i64, i32)] {
        &self.changes
    }
}

/// Reads the zone at a place. `None`: the file is not what it should be.
fn read(at: usize) -> Option<Clocks> {
    let mut rest = CHANGES.get(at..)?;
    let first = signed(number(&mut rest)?)?;
    let mut clocks = Clocks { first, changes: Vec::new() };
    loop {
        match number(&mut rest)? {
            0 => {
                let count = number(&mut rest)?;
                if count == 0 {
                    return Some(clocks);
                }
                let skipped = number(&mut rest)?;
                let mut other = CHANGES.get(number(&mut rest)?..)?;
                number(&mut other)?; // its first offset
                for _ in 0..skipped {
                    number(&mut other)?;
                }
                for _ in 0..count {
                    let step = number(&mut other)?;
                    clocks.take(step)?;
                }
            }
            step => clocks.take(step)?,
        }
    }
}

impl Clocks {
    /// Adds a change by the number of its step, from 1.
    fn take(&mut self, step: usize) -> Option<()> {
        let begin = 2 + (step - 1) * STEP;
        let [a, b, c, d, e, x, y, z] = *CHANGES.get(begin..)?.first_chunk::<STEP>()?;
        let sign = |byte: u8| if byte & 0x80 == 0 { 0 } else { 0xff };
        let (far, near) = (sign(e), sign(z));
        let seconds = i64::from_le_bytes([a, b, c, d, e, far, far, far]);
        let east = i32::from_le_bytes([x, y, z, near]);
        let (before, offset) = self.changes.last().copied().unwrap_or((0, self.first));
        self.changes.push((before + seconds, offset + east));
        Some(())
    }
}

/// A number: seven bits a byte, the lowest first, the eighth says that more follow.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
        if shift > 21 {
            return None;
        }
    }
}

/// A number with its sign in the lowest bit.
fn signed(number: usize) -> Option<i32> {
    let half = i32::try_from(number >> 1).ok()?;
    Some(if number & 1 == 0 { half } else { -half - 1 })
}
