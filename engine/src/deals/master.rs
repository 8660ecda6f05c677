//! A linear programme in whole numbers: columns in the greatest number of times (fractions
//! allowed) that bounds on their use leave.
//!
//! Maximise Σ value·x over x ≥ 0 under rows Σ coefficient·x ≤ bound. The simplex method on a
//! table whose lines each carry a scale of their own, so every entry is a whole number and every
//! result exact. Columns and rows can be added and bounds moved at any time; the table goes on
//! from where it stands.

use crate::number::Overflow;

/// Degenerate pivots in a row before the pivot rule changes to one that cannot go in circles.
const PATIENCE: u32 = 40;

/// The table. Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Master {
    /// One line per row; the first `height` are in use. Lines belong to basic variables, not rows.
    lines: Vec<Line>,
    height: usize,
    /// Per variable: what one more of it would add, times `scale`.
    gains: Vec<i128>,
    /// Above 0; common denominator of gains and total.
    scale: i128,
    /// The objective, times `scale`.
    total: i128,
    /// Per row: the variable that takes up what the row leaves.
    slacks: Vec<u32>,
    basic: Vec<bool>,
    /// Counted work.
    pub(super) steps: u64,
}

/// `cells · variables = bound`, where the line's own variable has a coefficient above 0 and all
/// other basic variables have 0.
#[derive(Debug, Default)]
struct Line {
    cells: Vec<i64>,
    bound: i64,
    own: u32,
}

impl Line {
    fn cell(&self, at: usize) -> i64 {
        self.cells.get(at).copied().unwrap_or(0)
    }

    /// The coefficient of the line's own variable.
    fn scale(&self) -> i64 {
        self.cell(self.own as usize)
    }

    /// `self × times − other × less`.
    fn combine(&mut self, times: i64, other: &Line, less: i64) -> Result<(), Overflow> {
        let mut over = false;
        let mut step = |cell: &mut i64, other: i64| {
            let (product, over_product) = other.overflowing_mul(less);
            let (result, over_result) = cell.overflowing_sub(product);
            *cell = result;
            over |= over_product | over_result;
        };
        if times == 1 {
            self.cells
                .iter_mut()
                .zip(&other.cells)
                .filter(|(_, other)| **other != 0)
                .for_each(|(cell, other)| step(cell, *other));
            step(&mut self.bound, other.bound);
        } else {
            let mut over_times = false;
            for (cell, other) in self.cells.iter_mut().zip(&other.cells).chain([(&mut self.bound, &other.bound)]) {
                let (product, over) = cell.overflowing_mul(times);
                *cell = product;
                over_times |= over;
                step(cell, *other);
            }
            over |= over_times;
        }
        if over { Err(Overflow) } else { Ok(()) }
    }

    /// Divides by what all entries have in common.
    fn reduce(&mut self) {
        let mut common = self.scale().unsigned_abs();
        if common <= 1 {
            return;
        }
        common = gcd(common, self.bound.unsigned_abs());
        for cell in &self.cells {
            if common == 1 {
                return;
            }
            if *cell != 0 {
                common = gcd(common, cell.unsigned_abs());
            }
        }
        if let Ok(common) = i64::try_from(common)
            && common > 1
        {
            self.cells.iter_mut().for_each(|cell| *cell /= common);
            self.bound /= common;
        }
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn gcd_wide(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd(a, b));
        }
        (a, b) = (b, a % b);
    }
    a
}

impl Master {
    pub(super) fn clear(&mut self) {
        self.height = 0;
        self.gains.clear();
        (self.scale, self.total) = (1, 0);
        self.slacks.clear();
        self.basic.clear();
        self.steps = 0;
    }

    /// The objective of the table, times [`Self::scale`].
    pub(super) fn total(&self) -> i128 {
        self.total
    }

    pub(super) fn scale(&self) -> i128 {
        self.scale
    }

    /// What one more unit of a row's bound is worth, times [`Self::scale`].
    pub(super) fn price(&self, row: usize) -> i128 {
        let slack = self.slacks.get(row).copied().unwrap_or(u32::MAX);
        -self.gains.get(slack as usize).copied().unwrap_or(0)
    }

    /// The basic variables with how often each is taken, as numerator and denominator.
    pub(super) fn taken(&self) -> impl Iterator<Item = (u32, i64, i64)> {
        self.lines.iter().take(self.height).map(|line| (line.own, line.bound, line.scale()))
    }

    fn add_variable(&mut self, gain: i128) -> u32 {
        let at = self.gains.len() as u32;
        self.gains.push(gain);
        self.basic.push(false);
        at
    }

    /// A column with its coefficients by row; which variable it is.
    pub(super) fn add_column(&mut self, value: i128, uses: impl Iterator<Item = (usize, i64)> + Clone) -> Result<u32, Overflow> {
        let mut gain = value.checked_mul(self.scale).ok_or(Overflow)?;
        for (row, count) in uses.clone() {
            let paid = self.price(row).checked_mul(i128::from(count)).ok_or(Overflow)?;
            gain = gain.checked_sub(paid).ok_or(Overflow)?;
        }
        for line in self.lines.iter_mut().take(self.height) {
            let mut cell = 0i64;
            for (row, count) in uses.clone() {
                let slack = self.slacks.get(row).copied().unwrap_or(u32::MAX);
                let own = line.cell(slack as usize);
                if own != 0 {
                    cell = own.checked_mul(count).and_then(|part| cell.checked_add(part)).ok_or(Overflow)?;
                }
            }
            line.cells.push(cell);
        }
        Ok(self.add_variable(gain))
    }

    /// A row over the variables there are. `relief`: the row may be broken at this cost per unit.
    pub(super) fn add_row(
        &mut self,
        bound: i64,
        relief: Option<i128>,
        coefficients: impl Iterator<Item = (u32, i64)>,
    ) -> Result<usize, Overflow> {
        if self.lines.len() == self.height {
            self.lines.push(Line::default());
        }
        let mut line = self.lines.get_mut(self.height).map(std::mem::take).unwrap_or_default();
        line.cells.clear();
        line.cells.resize(self.gains.len(), 0);
        line.bound = bound;
        for (variable, coefficient) in coefficients {
            if let Some(cell) = line.cells.get_mut(variable as usize) {
                *cell = coefficient;
            }
        }
        for other in self.lines.iter_mut().take(self.height) {
            other.cells.push(0);
        }
        line.own = self.add_variable(0);
        line.cells.push(1);
        if let Some(cost) = relief {
            for other in self.lines.iter_mut().take(self.height) {
                other.cells.push(0);
            }
            let gain = cost.checked_mul(self.scale).and_then(i128::checked_neg).ok_or(Overflow)?;
            self.add_variable(gain);
            line.cells.push(-1);
        }
        // In terms of variables that are not basic.
        for other in self.lines.iter().take(self.height) {
            let cell = line.cell(other.own as usize);
            if cell != 0 {
                let common = gcd(cell.unsigned_abs(), other.scale().unsigned_abs()).max(1) as i64;
                line.combine(other.scale() / common, other, cell / common)?;
                line.reduce();
            }
        }
        self.slacks.push(line.own);
        if let Some(basic) = self.basic.get_mut(line.own as usize) {
            *basic = true;
        }
        if let Some(slot) = self.lines.get_mut(self.height) {
            *slot = line;
        }
        self.height += 1;
        self.steps += 1;
        Ok(self.slacks.len() - 1)
    }

    /// Moves a row's bound.
    pub(super) fn move_bound(&mut self, row: usize, by: i64) -> Result<(), Overflow> {
        let slack = self.slacks.get(row).copied().unwrap_or(u32::MAX) as usize;
        for line in self.lines.iter_mut().take(self.height) {
            let cell = line.cell(slack);
            if cell != 0 {
                line.bound = cell.checked_mul(by).and_then(|part| line.bound.checked_add(part)).ok_or(Overflow)?;
                line.reduce();
            }
        }
        let worth = self.price(row).checked_mul(i128::from(by)).ok_or(Overflow)?;
        self.total = self.total.checked_add(worth).ok_or(Overflow)?;
        Ok(())
    }

    /// Makes `enters` basic instead of the own variable of the line at `leaves`.
    fn pivot(&mut self, leaves: usize, enters: usize) -> Result<(), Overflow> {
        let Some(mut line) = self.lines.get_mut(leaves).map(std::mem::take) else { return Err(Overflow) };
        if line.cell(enters) < 0 {
            // An entry of i64::MIN cannot come out of `combine` unnoticed and be negated here.
            for cell in line.cells.iter_mut().chain([&mut line.bound]) {
                *cell = cell.checked_neg().ok_or(Overflow)?;
            }
        }
        if let Some(basic) = self.basic.get_mut(line.own as usize) {
            *basic = false;
        }
        line.own = enters as u32;
        line.reduce();
        let pivot = line.scale();
        if let Some(basic) = self.basic.get_mut(enters) {
            *basic = true;
        }
        let mut touched = 1u64;
        for (at, other) in self.lines.iter_mut().take(self.height).enumerate() {
            let cell = other.cell(enters);
            if at == leaves || cell == 0 {
                continue;
            }
            touched += 1;
            let common = gcd(cell.unsigned_abs(), pivot.unsigned_abs()).max(1) as i64;
            other.combine(pivot / common, &line, cell / common)?;
            other.reduce();
        }
        let gain = self.gains.get(enters).copied().unwrap_or(0);
        if gain != 0 {
            let common = gcd_wide(gain.unsigned_abs(), u128::from(pivot.unsigned_abs())).max(1) as i128;
            let (gain, wide) = (gain / common, i128::from(pivot) / common);
            for (own, cell) in self.gains.iter_mut().zip(&line.cells) {
                if wide != 1 {
                    *own = own.checked_mul(wide).ok_or(Overflow)?;
                }
                if *cell != 0 {
                    let part = gain.checked_mul(i128::from(*cell)).ok_or(Overflow)?;
                    *own = own.checked_sub(part).ok_or(Overflow)?;
                }
            }
            let part = gain.checked_mul(i128::from(line.bound)).ok_or(Overflow)?;
            self.total = self.total.checked_mul(wide).and_then(|total| total.checked_add(part)).ok_or(Overflow)?;
            self.scale = self.scale.checked_mul(wide).ok_or(Overflow)?;
            self.reduce_gains();
        }
        if let Some(slot) = self.lines.get_mut(leaves) {
            *slot = line;
        }
        self.steps += 1 + touched * self.gains.len() as u64 / 32;
        Ok(())
    }

    fn reduce_gains(&mut self) {
        if self.scale == 1 {
            return;
        }
        let mut common = gcd_wide(self.scale.unsigned_abs(), self.total.unsigned_abs());
        for gain in &self.gains {
            if common == 1 {
                return;
            }
            if *gain != 0 {
                common = gcd_wide(gain.unsigned_abs(), common);
            }
        }
        if let Ok(common) = i128::try_from(common)
            && common > 1
        {
            self.gains.iter_mut().for_each(|gain| *gain /= common);
            self.total /= common;
            self.scale /= common;
        }
    }

    /// After bounds moved: makes every line's bound at least 0 again, the gains staying at most 0.
    /// False: no way to meet all rows.
    pub(super) fn repair(&mut self, steps: u64) -> Result<bool, Overflow> {
        let mut stuck = 0u32;
        while self.steps < steps {
            // The line furthest below 0; when stuck, the one with the first variable.
            let below = self.lines.iter().take(self.height).enumerate().filter(|(_, line)| line.bound < 0);
            let leaves = if stuck > PATIENCE {
                below.min_by_key(|(_, line)| line.own)
            } else {
                below.min_by(|(_, a), (_, b)| {
                    let (left, right) =
                        (i128::from(a.bound) * i128::from(b.scale()), i128::from(b.bound) * i128::from(a.scale()));
                    left.cmp(&right).then(a.own.cmp(&b.own))
                })
            };
            let Some((leaves, line)) = leaves else { return Ok(true) };
            let mut best: Option<(usize, i128, i128)> = None;
            for (at, (cell, gain)) in line.cells.iter().zip(&self.gains).enumerate() {
                if *cell >= 0 {
                    continue;
                }
                let (gain, cell) = (-gain, -i128::from(*cell));
                let better = match best {
                    None => true,
                    Some((_, other_gain, other_cell)) => {
                        let (left, right) = (gain.checked_mul(other_cell), other_gain.checked_mul(cell));
                        left.ok_or(Overflow)? < right.ok_or(Overflow)?
                    }
                };
                if better {
                    best = Some((at, gain, cell));
                }
            }
            let Some((enters, gain, _)) = best else { return Ok(false) };
            stuck = if gain == 0 { stuck + 1 } else { 0 };
            self.pivot(leaves, enters)?;
        }
        Ok(true)
    }

    /// Takes in columns for as long as one gains.
    pub(super) fn climb(&mut self, steps: u64) -> Result<(), Overflow> {
        let mut stuck = 0u32;
        while self.steps < steps {
            let gaining = self.gains.iter().enumerate().filter(|(_, gain)| **gain > 0);
            let enters = if stuck > PATIENCE {
                gaining.map(|(at, _)| at).next()
            } else {
                gaining.max_by(|(a, left), (b, right)| left.cmp(right).then(b.cmp(a))).map(|(at, _)| at)
            };
            let Some(enters) = enters else { break };
            let mut best: Option<(usize, i64, i64, u32)> = None;
            for (at, line) in self.lines.iter().take(self.height).enumerate() {
                let cell = line.cell(enters);
                if cell <= 0 {
                    continue;
                }
                let better = best.is_none_or(|(_, bound, other, own)| {
                    let (left, right) = (i128::from(line.bound) * i128::from(other), i128::from(bound) * i128::from(cell));
                    left.cmp(&right).then(line.own.cmp(&own)).is_lt()
                });
                if better {
                    best = Some((at, line.bound, cell, line.own));
                }
            }
            // Every column uses rows, so some line always binds.
            let Some((leaves, bound, _, _)) = best else { return Err(Overflow) };
            stuck = if bound == 0 { stuck + 1 } else { 0 };
            self.pivot(leaves, enters)?;
        }
        Ok(())
    }
}
