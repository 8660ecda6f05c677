//! Time zones (§5.6): every name and every change of clocks that the IANA database has, in a few
//! kilobytes, the same for every door.
//!
//! `zone/names.bin` holds the names in order: how many blocks there are and where each begins (two bytes each),
//! and their names: how many letters are those of the name before, the other letters, the last with its high bit
//! set, and where in `zone/changes.bin` the zone begins (two bytes). That file holds how many steps there are that
//! zones have in common, those steps (the seconds since the change before, and how much further east the clocks
//! go), and the zones: the offset before the first change, then step after step, as `Piece` numbers them. Both
//! files are made and held against chrono-tz by `tests/tests/zones.rs`.

const NAMES: &[u8] = include_bytes!("zone/names.bin");
const CHANGES: &[u8] = include_bytes!("zone/changes.bin");

/// What may stand where a step belongs; greater numbers are those of common steps.
#[derive(Debug, Clone, Copy)]
enum Piece {
    /// The zone has no more changes.
    End,
    /// Steps of this zone again: how many steps back they begin, and how many they are.
    Again,
    /// Steps of a zone before this one: where it begins, how many to leave out, how many to take.
    Shared,
    /// A step of this zone alone.
    Own,
    Common(usize),
}

impl Piece {
    fn of(number: u64) -> Option<Self> {
        Some(match number {
            0 => Self::End,
            1 => Self::Again,
            2 => Self::Shared,
            3 => Self::Own,
            common => Self::Common(usize::try_from(common - 4).ok()?),
        })
    }
}

/// The seconds since the change before, and how much further east the clocks go.
type Step = (i64, i64);

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
        let mut known = Vec::new();
        let blocks = usize::from(short(NAMES, 0)?);
        let block = |at: usize| NAMES.get(usize::from(short(NAMES, 2 + 2 * at)?)..);
        // The last block that begins at or before the name.
        let (mut low, mut high) = (0, blocks);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            known.clear();
            read_name(&mut block(middle)?, &mut known)?;
            if known.as_slice() <= name.as_bytes() { low = middle } else { high = middle }
        }
        let mut rest = block(low)?;
        known.clear();
        loop {
            let at = read_name(&mut rest, &mut known)?;
            if known.as_slice() >= name.as_bytes() {
                return (known == name.as_bytes()).then_some(Self { at });
            }
        }
    }

    /// The zone of rules that name none.
    pub(crate) fn oslo() -> Self {
        Self::named("Europe/Oslo").unwrap_or(Self { at: CHANGES.len() })
    }

    /// Its changes of clocks.
    pub fn clocks(self) -> Clocks {
        let mut rest = CHANGES;
        common(&mut rest).and_then(|common| read(self.at, &common)).unwrap_or_default()
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

/// Two bytes as a number.
fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

/// Reads a name over the one before it; where its zone begins. `None` behind the last name.
fn read_name(bytes: &mut &[u8], name: &mut Vec<u8>) -> Option<usize> {
    let (shared, mut rest) = bytes.split_first()?;
    name.truncate(usize::from(*shared));
    loop {
        let (letter, behind) = rest.split_first()?;
        rest = behind;
        name.push(letter & 0x7f);
        if letter & 0x80 != 0 {
            break;
        }
    }
    *bytes = rest.get(2..)?;
    short(rest, 0).map(usize::from)
}

/// The steps that zones have in common.
fn common(bytes: &mut &[u8]) -> Option<Vec<Step>> {
    (0..number(bytes)?).map(|_| step(bytes)).collect()
}

/// Reads the zone at a place. `None`: the file is not what it should be.
fn read(at: usize, common: &[Step]) -> Option<Clocks> {
    let mut rest = CHANGES.get(at..)?;
    let first = seconds(&mut rest)?;
    let mut steps: Vec<Step> = Vec::new();
    loop {
        match Piece::of(number(&mut rest)?)? {
            Piece::End => break,
            Piece::Again => {
                let back = place(&mut rest)?;
                for _ in 0..number(&mut rest)? {
                    steps.push(*steps.get(steps.len().checked_sub(back)?)?);
                }
            }
            Piece::Shared => {
                // Zones take from zones before them only, so that this ends.
                let other = read(place(&mut rest).filter(|other| *other < at)?, common)?;
                let (skipped, count) = (place(&mut rest)?, place(&mut rest)?);
                steps.extend(other.steps().skip(skipped).take(count));
            }
            Piece::Own => steps.push(step(&mut rest)?),
            Piece::Common(number) => steps.push(*common.get(number)?),
        }
    }
    let (mut from, mut offset) = (0, first);
    let change = |(seconds, east): Step| {
        (from, offset) = (from + seconds, offset + east);
        Some((from, i32::try_from(offset).ok()?))
    };
    Some(Clocks { first: i32::try_from(first).ok()?, changes: steps.into_iter().map(change).collect::<Option<_>>()? })
}

impl Clocks {
    /// From change to change.
    fn steps(&self) -> impl Iterator<Item = Step> {
        let before = std::iter::once((0, self.first)).chain(self.changes.iter().copied());
        self.changes.iter().zip(before).map(|((from, offset), (before, old))| (from - before, i64::from(offset - old)))
    }
}

fn step(bytes: &mut &[u8]) -> Option<Step> {
    Some((seconds(bytes)?, seconds(bytes)?))
}

fn place(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(number(bytes)?).ok()
}

/// A number: seven bits a byte, the lowest first, the eighth says that more follow.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
        if shift > 42 {
            return None;
        }
    }
}

/// Seconds. The lowest bit says that they are no whole quarters of an hour, the next one has the sign.
fn seconds(bytes: &mut &[u8]) -> Option<i64> {
    let number = number(bytes)?;
    let half = i64::try_from(number >> 2).ok()?;
    let signed = if number & 2 == 0 { half } else { -half - 1 };
    Some(if number & 1 == 0 { signed * 900 } else { signed })
}
