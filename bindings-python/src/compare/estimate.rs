//! From a sample to all receipts, in whole numbers: the total is scaled up by how many there are
//! for each one looked at, and its bounds come from how much the receipts looked at differ.

use rabatt_engine::round_div;

/// Which receipts are looked at: each with the same probability, by its place and a seed, so that
/// neither batches nor threads change which.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// The probability in 2⁶⁴ths.
    pub(crate) part: u64,
    pub(crate) seed: u64,
}

impl Sample {
    pub(crate) fn takes(self, row: u64) -> bool {
        mixed(mixed(self.seed).wrapping_add(row)) < self.part
    }
}

/// SplitMix64's finaliser: every bit of the number moves about half of the bits of the result.
fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A number of each receipt, added up, and its squares, which say how much the receipts differ.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) total: i128,
    squares: i128,
}

impl Sum {
    pub(crate) fn add(&mut self, number: i64) {
        let number = i128::from(number);
        self.total = self.total.saturating_add(number);
        self.squares = self.squares.saturating_add(number * number);
    }

    /// The same with every number's sign turned.
    pub(crate) fn negated(self) -> Self {
        Self { total: -self.total, ..self }
    }

    pub(crate) fn merge(&mut self, other: Sum) {
        self.total = self.total.saturating_add(other.total);
        self.squares = self.squares.saturating_add(other.squares);
    }
}

/// How many receipts there are, and how many of them were looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Population {
    pub(crate) all: u64,
    pub(crate) seen: u64,
    /// How many millionths of a standard error the bounds are away.
    pub(crate) z: u64,
}

impl Population {
    /// A total over all receipts.
    pub(crate) fn scaled(self, total: i128) -> i64 {
        let scaled = if self.all == self.seen {
            total
        } else {
            round_div(total.saturating_mul(self.all.into()), i128::from(self.seen).max(1))
        };
        i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
    }

    /// How far the true total may lie from the scaled one: z × √(N (N−n)/n × s²), with s² the
    /// variance of the receipts looked at. 0 when all were; `None` where one receipt or none says
    /// nothing of how much they differ.
    pub(crate) fn margin(self, sum: Sum) -> Option<i64> {
        // Millionths, so that the variance of what is rare is not lost.
        const FINE: i128 = 1_000_000;
        let (all, seen) = (i128::from(self.all), i128::from(self.seen));
        if all == seen {
            return Some(0);
        }
        if seen < 2 {
            return None;
        }
        let spread = seen.saturating_mul(sum.squares).saturating_sub(sum.total.saturating_mul(sum.total)).max(0);
        let variance = spread.saturating_mul(FINE) / (seen * (seen - 1));
        let error = (all.saturating_mul(all - seen) / seen).saturating_mul(variance).isqrt();
        // √FINE is a thousand.
        let margin = round_div(error.saturating_mul(self.z.into()), FINE * 1_000);
        Some(i64::try_from(margin).unwrap_or(i64::MAX))
    }
}
