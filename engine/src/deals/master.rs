//! A linear programme in whole numbers: columns in the greatest number of times (fractions
//! allowed) that bounds on their use leave.
//!
//! Maximise Σ value·x over x ≥ 0 under rows Σ coefficient·x ≤ bound. This is the revised simplex
//! method: a line per row holds the inverse of the basis, each line with a scale of its own, so
//! every entry is a whole number and every result exact. Columns and rows can be added and
//! bounds moved at any time; the method goes on from where it stands.

use crate::number::Overflow;
use crate::sort::InOrder as _;

/// Degenerate pivots in a row before the pivot rule changes to one that cannot go in circles.
const PATIENCE: u32 = 60;

/// Columns looked at again after a pivot before all are.
const SHORT_LIST: usize = 12;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Master {
    /// The first `height` are in use, one per row; a line belongs to its own variable, though.
    lines: Vec<Line>,
    height: usize,
    /// Per row: what one unit more of its bound takes off the objective, times `scale`.
    gains: Vec<i128>,
    /// Above 0; common denominator of gains and total.
    scale: i128,
    /// The objective, times `scale`.
    total: i128,
    variables: Vec<Variable>,
    /// Those of dropped rows, to be used again.
    gone: Vec<u32>,
    /// Per row: the variable that takes up what the row leaves.
    slacks: Vec<u32>,
    /// Coefficients of the columns by row; the first `columns` are in use.
    uses: Vec<Vec<(u32, i64)>>,
    columns: usize,
    // Working space.
    short: Vec<(i128, u32)>,
    cells: Vec<i64>,
    wide: Vec<i128>,
    /// Counted work.
    pub(super) steps: u64,
}

#[derive(Debug, Clone, Copy)]
struct Variable {
    kind: Kind,
    basic: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// What a row leaves.
    Slack(u32),
    /// By how much a row is broken, and what one unit of that costs.
    Relief(u32, i128),
    /// A column: its position in `uses`, and its value.
    Column(u32, i128),
    /// Of a row that was dropped.
    Gone,
}

/// `scale · own + cells · slacks + other variables = bound`; other basic variables have 0.
#[derive(Debug, Default)]
struct Line {
    cells: Vec<i64>,
    bound: i64,
    /// Above 0.
    scale: i64,
    own: u32,
    /// No entry is greater, whatever its sign.
    peak: u64,
}

impl Line {
    fn cell(&self, row: u32) -> i64 {
        self.cells.get(row as usize).copied().unwrap_or(0)
    }

    /// `self × times − other × less`, then divided by what all entries have in common.
    fn combine(&mut self, times: i64, other: &Line, less: i64, wide: &mut Vec<i128>) -> Result<(), Overflow> {
        let most =
            u128::from(self.peak) * u128::from(times.unsigned_abs()) + u128::from(other.peak) * u128::from(less.unsigned_abs());
        if most < 1 << 62 {
            // Nothing can leave the range here.
            if times == 1 {
                for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
                    *cell = cell.wrapping_sub(other.wrapping_mul(less));
                }
                self.bound = self.bound.wrapping_sub(other.bound.wrapping_mul(less));
            } else {
                for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
                    *cell = cell.wrapping_mul(times).wrapping_sub(other.wrapping_mul(less));
                }
                self.bound = self.bound.wrapping_mul(times).wrapping_sub(other.bound.wrapping_mul(less));
                self.scale = self.scale.wrapping_mul(times);
            }
            self.reduce();
            return Ok(());
        }
        let (times, less) = (i128::from(times), i128::from(less));
        let one = |cell: i64, other: i64| i128::from(cell) * times - i128::from(other) * less;
        wide.clear();
        wide.extend(self.cells.iter().zip(&other.cells).map(|(cell, other)| one(*cell, *other)));
        let (bound, scale) = (one(self.bound, other.bound), i128::from(self.scale) * times);
        let mut common = gcd_wide(scale.unsigned_abs(), bound.unsigned_abs());
        for cell in wide.iter() {
            if common <= 1 {
                break;
            }
            common = gcd_wide(cell.unsigned_abs(), common);
        }
        let common = i128::try_from(common.max(1)).map_err(|_| Overflow)?;
        let narrow = |value: i128| i64::try_from(value / common).map_err(|_| Overflow);
        for (cell, value) in self.cells.iter_mut().zip(wide.iter()) {
            *cell = narrow(*value)?;
        }
        (self.bound, self.scale) = (narrow(bound)?, narrow(scale)?);
        self.measure();
        Ok(())
    }

    /// Finds the greatest entry.
    fn measure(&mut self) {
        let cells = self.cells.iter().fold(0u64, |peak, cell| peak.max(cell.unsigned_abs()));
        self.peak = cells.max(self.bound.unsigned_abs()).max(self.scale.unsigned_abs());
    }

    /// Divides by what all entries have in common.
    fn reduce(&mut self) {
        self.measure();
        let mut common = self.scale.unsigned_abs();
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
            self.scale /= common;
            self.peak /= common.unsigned_abs();
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
        self.variables.clear();
        self.gone.clear();
        self.slacks.clear();
        self.columns = 0;
        self.steps = 0;
    }

    /// The objective, times [`Self::scale`].
    pub(super) fn total(&self) -> i128 {
        self.total
    }

    pub(super) fn scale(&self) -> i128 {
        self.scale
    }

    /// Rows there are.
    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Variables there are, those of rows too.
    pub(super) fn variables(&self) -> usize {
        self.variables.len()
    }

    /// What one more unit of a row's bound is worth, times [`Self::scale`].
    pub(super) fn price(&self, row: usize) -> i128 {
        -self.gains.get(row).copied().unwrap_or(0)
    }

    /// The basic variables with how often each is taken, as numerator and denominator.
    pub(super) fn taken(&self) -> impl Iterator<Item = (u32, i64, i64)> {
        self.lines.iter().take(self.height).map(|line| (line.own, line.bound, line.scale))
    }

    fn add_variable(&mut self, kind: Kind, basic: bool) -> u32 {
        let variable = Variable { kind, basic };
        if let Some((at, slot)) = self.gone.pop().and_then(|at| Some((at, self.variables.get_mut(at as usize)?))) {
            *slot = variable;
            return at;
        }
        self.variables.push(variable);
        self.variables.len() as u32 - 1
    }

    /// A column with its coefficients by row; which variable it is.
    pub(super) fn add_column(&mut self, value: i128, uses: impl Iterator<Item = (usize, i64)>) -> u32 {
        if self.uses.len() == self.columns {
            self.uses.push(Vec::new());
        }
        if let Some(own) = self.uses.get_mut(self.columns) {
            own.clear();
            for (row, count) in uses {
                match own.iter_mut().find(|(other, _)| *other as usize == row) {
                    Some((_, sum)) => *sum += count,
                    None => own.push((row as u32, count)),
                }
            }
        }
        let at = self.add_variable(Kind::Column(self.columns as u32, value), false);
        self.columns += 1;
        at
    }

    /// A row over the columns there are, by variable. `relief`: the row may be broken at this
    /// cost per unit. The row is not met until [`Self::repair`].
    pub(super) fn add_row(
        &mut self,
        bound: i64,
        relief: Option<i128>,
        coefficients: impl Iterator<Item = (u32, i64)>,
    ) -> Result<usize, Overflow> {
        let row = self.height as u32;
        if self.lines.len() == self.height {
            self.lines.push(Line::default());
        }
        let mut line = self.lines.get_mut(self.height).map(std::mem::take).unwrap_or_default();
        line.cells.clear();
        line.cells.resize(self.height + 1, 0);
        if let Some(cell) = line.cells.last_mut() {
            *cell = 1;
        }
        (line.bound, line.scale) = (bound, 1);
        line.measure();
        for other in self.lines.iter_mut().take(self.height) {
            other.cells.push(0);
        }
        for (variable, coefficient) in coefficients {
            let Some(Variable { kind: Kind::Column(column, _), basic }) = self.variables.get(variable as usize).copied() else {
                continue;
            };
            if let Some(uses) = self.uses.get_mut(column as usize) {
                uses.push((row, coefficient));
            }
            if !basic {
                continue;
            }
            // In terms of variables that are not basic.
            let Some(other) = self.lines.iter().take(self.height).find(|line| line.own == variable) else { continue };
            let cell = coefficient.checked_mul(line.scale).ok_or(Overflow)?;
            let common = gcd(cell.unsigned_abs(), other.scale.unsigned_abs()).max(1) as i64;
            line.combine(other.scale / common, other, cell / common, &mut self.wide)?;
        }
        line.own = self.add_variable(Kind::Slack(row), true);
        self.slacks.push(line.own);
        if let Some(cost) = relief {
            self.add_variable(Kind::Relief(row, cost), false);
        }
        self.gains.push(0);
        if let Some(slot) = self.lines.get_mut(self.height) {
            *slot = line;
        }
        self.height += 1;
        self.steps += 1 + self.height as u64 / 8;
        Ok(row as usize)
    }

    /// Does a row bind? Otherwise it can be dropped.
    pub(super) fn binds(&self, row: usize) -> bool {
        let slack = self.slacks.get(row).and_then(|slack| self.variables.get(*slack as usize));
        slack.is_none_or(|slack| !slack.basic)
    }

    /// Drops a row that does not bind; the last row takes its number.
    pub(super) fn drop_row(&mut self, row: usize) {
        let Some(slack) = self.slacks.get(row).copied().filter(|_| !self.binds(row)) else { return };
        let Some(at) = self.lines.iter().take(self.height).position(|line| line.own == slack) else { return };
        // A slack that is basic is in no other line, and gains nothing.
        self.height -= 1;
        self.lines.swap(at, self.height);
        for line in self.lines.iter_mut().take(self.height) {
            line.cells.swap_remove(row);
        }
        self.gains.swap_remove(row);
        self.slacks.swap_remove(row);
        let (row, last) = (row as u32, self.height as u32);
        for (at, variable) in (0..).zip(&mut self.variables) {
            match &mut variable.kind {
                Kind::Slack(own) | Kind::Relief(own, _) if *own == row => {
                    *variable = Variable { kind: Kind::Gone, basic: false };
                    self.gone.push(at);
                }
                Kind::Slack(own) | Kind::Relief(own, _) if *own == last => *own = row,
                _ => {}
            }
        }
        for uses in self.uses.iter_mut().take(self.columns) {
            uses.retain(|(own, _)| *own != row);
            if let Some((own, _)) = uses.iter_mut().find(|(own, _)| *own == last) {
                *own = row;
            }
        }
        self.steps += 1 + self.height as u64 / 4;
    }

    /// Moves a row's bound.
    pub(super) fn move_bound(&mut self, row: usize, by: i64) -> Result<(), Overflow> {
        for line in self.lines.iter_mut().take(self.height) {
            let cell = line.cell(row as u32);
            if cell != 0 {
                line.bound = cell.checked_mul(by).and_then(|part| line.bound.checked_add(part)).ok_or(Overflow)?;
                line.reduce();
            }
        }
        let worth = self.price(row).checked_mul(i128::from(by)).ok_or(Overflow)?;
        self.total = self.total.checked_add(worth).ok_or(Overflow)?;
        Ok(())
    }

    /// What one more of a variable would add, times [`Self::scale`].
    fn gain(&self, variable: u32) -> Result<i128, Overflow> {
        let gain = |row: u32| self.gains.get(row as usize).copied().unwrap_or(0);
        match self.variables.get(variable as usize).map(|variable| variable.kind) {
            Some(Kind::Slack(row)) => Ok(gain(row)),
            Some(Kind::Relief(row, cost)) => {
                let paid = cost.checked_mul(self.scale).ok_or(Overflow)?;
                Ok(-paid - gain(row))
            }
            Some(Kind::Column(column, value)) => {
                let mut own = value.checked_mul(self.scale).ok_or(Overflow)?;
                for (row, count) in self.uses.get(column as usize).map_or(&[][..], Vec::as_slice) {
                    own += gain(*row) * i128::from(*count);
                }
                Ok(own)
            }
            Some(Kind::Gone) => Ok(0),
            None => Err(Overflow),
        }
    }

    /// A variable's coefficient in a line, times the line's scale.
    fn cell(uses: &[Vec<(u32, i64)>], kind: Kind, line: &Line) -> Result<i64, Overflow> {
        match kind {
            Kind::Slack(row) => Ok(line.cell(row)),
            Kind::Relief(row, _) => line.cell(row).checked_neg().ok_or(Overflow),
            Kind::Gone => Ok(0),
            Kind::Column(column, _) => {
                let mut sum = 0i64;
                for (row, count) in uses.get(column as usize).map_or(&[][..], Vec::as_slice) {
                    let cell = line.cell(*row);
                    if cell != 0 {
                        sum = cell.checked_mul(*count).and_then(|part| sum.checked_add(part)).ok_or(Overflow)?;
                    }
                }
                Ok(sum)
            }
        }
    }

    /// Fills `cells` with a variable's coefficients, by line.
    fn look_up(&mut self, variable: u32) -> Result<(), Overflow> {
        let Self { cells, lines, height, uses, variables, .. } = self;
        let Some(kind) = variables.get(variable as usize).map(|variable| variable.kind) else { return Err(Overflow) };
        cells.clear();
        for line in lines.iter().take(*height) {
            cells.push(Self::cell(uses, kind, line)?);
        }
        Ok(())
    }

    /// Makes `enters` basic instead of the own variable of the line at `leaves`; `cells` are those
    /// of `enters`.
    fn pivot(&mut self, leaves: usize, enters: u32, gain: i128) -> Result<(), Overflow> {
        let Some(mut line) = self.lines.get_mut(leaves).map(std::mem::take) else { return Err(Overflow) };
        let mut pivot = self.cells.get(leaves).copied().unwrap_or(0);
        if pivot < 0 {
            for cell in line.cells.iter_mut().chain([&mut line.bound, &mut pivot]) {
                *cell = cell.checked_neg().ok_or(Overflow)?;
            }
        }
        for (variable, basic) in [(line.own, false), (enters, true)] {
            if let Some(variable) = self.variables.get_mut(variable as usize) {
                variable.basic = basic;
            }
        }
        (line.own, line.scale) = (enters, pivot);
        line.reduce();
        let pivot = line.scale;
        let mut touched = 1u64;
        for (at, (other, cell)) in self.lines.iter_mut().take(self.height).zip(&self.cells).enumerate() {
            if at == leaves || *cell == 0 {
                continue;
            }
            touched += 1;
            let common = gcd(cell.unsigned_abs(), pivot.unsigned_abs()).max(1) as i64;
            other.combine(pivot / common, &line, cell / common, &mut self.wide)?;
        }
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
        self.steps += 1 + touched * self.height as u64 / 32;
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

    /// After rows were added or bounds moved: makes every line's bound at least 0 again, the
    /// gains staying at most 0. False: no way to meet all rows.
    pub(super) fn repair(&mut self, steps: u64) -> Result<bool, Overflow> {
        let mut stuck = 0u32;
        while self.steps < steps {
            // The line furthest below 0; when stuck, the one with the first variable.
            let below = self.lines.iter().take(self.height).enumerate().filter(|(_, line)| line.bound < 0);
            let leaves = if stuck > PATIENCE {
                below.min_by_key(|(_, line)| line.own)
            } else {
                below.min_by(|(_, a), (_, b)| {
                    let (left, right) = (i128::from(a.bound) * i128::from(b.scale), i128::from(b.bound) * i128::from(a.scale));
                    left.cmp(&right).then(a.own.cmp(&b.own))
                })
            };
            let Some((leaves, line)) = leaves else { return Ok(true) };
            // The least gain given up per unit.
            let mut best: Option<(u32, i128, i128)> = None;
            for (at, variable) in (0u32..).zip(&self.variables) {
                if variable.basic {
                    continue;
                }
                let cell = Self::cell(&self.uses, variable.kind, line)?;
                if cell >= 0 {
                    continue;
                }
                let (gain, cell) = (-self.gain(at)?, -i128::from(cell));
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
            self.steps += 1 + self.variables.len() as u64 / 16;
            let Some((enters, gain, _)) = best else { return Ok(false) };
            stuck = if gain == 0 { stuck + 1 } else { 0 };
            self.look_up(enters)?;
            self.pivot(leaves, enters, -gain)?;
        }
        Ok(true)
    }

    /// The variable to take in: one of great gain, or when stuck the first with any.
    fn entering(&mut self, stuck: bool) -> Result<Option<(u32, i128)>, Overflow> {
        if stuck {
            self.short.clear();
            for at in 0..self.variables.len() as u32 {
                if self.variables.get(at as usize).is_some_and(|variable| !variable.basic) {
                    let gain = self.gain(at)?;
                    if gain > 0 {
                        return Ok(Some((at, gain)));
                    }
                }
            }
            return Ok(None);
        }
        // First those that gained most when all were looked at.
        let mut short = std::mem::take(&mut self.short);
        let mut result = Ok(());
        short.retain_mut(|(gain, at)| {
            if self.variables.get(*at as usize).is_none_or(|variable| variable.basic) {
                return false;
            }
            match self.gain(*at) {
                Ok(now) => *gain = now,
                Err(error) => result = Err(error),
            }
            *gain > 0
        });
        result?;
        self.steps += 1;
        if short.is_empty() {
            for (at, variable) in (0u32..).zip(&self.variables) {
                if variable.basic {
                    continue;
                }
                let gain = self.gain(at)?;
                if gain > 0 {
                    short.push((gain, at));
                }
            }
            self.steps += self.variables.len() as u64 / 16;
            short.put_in_order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            short.truncate(SHORT_LIST);
        }
        let best = short.iter().copied().max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        self.short = short;
        Ok(best.map(|(gain, at)| (at, gain)))
    }

    /// Takes in columns for as long as one gains.
    pub(super) fn climb(&mut self, steps: u64) -> Result<(), Overflow> {
        let mut stuck = 0u32;
        self.short.clear();
        while self.steps < steps {
            let Some((enters, gain)) = self.entering(stuck > PATIENCE)? else { break };
            self.look_up(enters)?;
            let mut best: Option<(usize, i64, i64, u32)> = None;
            for (at, (line, cell)) in self.lines.iter().take(self.height).zip(&self.cells).enumerate() {
                if *cell <= 0 {
                    continue;
                }
                let better = best.is_none_or(|(_, bound, other, own)| {
                    let (left, right) = (i128::from(line.bound) * i128::from(other), i128::from(bound) * i128::from(*cell));
                    left.cmp(&right).then(line.own.cmp(&own)).is_lt()
                });
                if better {
                    best = Some((at, line.bound, *cell, line.own));
                }
            }
            // Every column uses rows, so some line always binds.
            let Some((leaves, bound, _, _)) = best else { return Err(Overflow) };
            stuck = if bound == 0 { stuck + 1 } else { 0 };
            self.pivot(leaves, enters, gain)?;
        }
        Ok(())
    }
}
