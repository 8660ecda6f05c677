//! The receipt's lines as numbers: what counts, what each line and unit costs (§3).

use super::Fault;
use crate::plan::{NONE, Plan, Symbol};
use crate::receipt::{Item, Receipt};

/// The lines of one receipt and their sums. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Cart {
    /// One per item, in order, counting or not.
    pub(crate) lines: Vec<Line>,
    /// Group symbols of all lines; each line points in here.
    groups: Vec<Symbol>,
    /// Positions of the eligible lines.
    pub(crate) eligible: Vec<u32>,
    /// Over counting lines.
    pub(crate) gross: i64,
    /// Over counting lines.
    pub(crate) existing: i64,
    /// What thresholds compare with: counting lines less returned ones (§5.1).
    pub(crate) threshold_gross: i64,
    /// The same, net.
    pub(crate) threshold_net: i64,
    /// Does any counting line have a discount already?
    pub(crate) any_discounted: bool,
}

/// One line. Amounts are minor units; 0 on lines that do not count.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Line {
    pub(crate) counts: bool,
    pub(crate) eligible: bool,
    /// One unit whatever the quantity, priced by it (§3.4).
    pub(crate) weighed: bool,
    pub(crate) gross: i64,
    /// Discounts on it before this evaluation, between 0 and gross.
    pub(crate) existing: i64,
    /// `gross - existing`.
    pub(crate) net: i64,
    /// At least 1 when the line counts.
    pub(crate) units: i64,
    id: Symbol,
    groups: (u32, u32),
}

impl Line {
    /// The first `units` of this line out of an amount spread over all its units (§3.5, §10):
    /// equal weights, so the first `amount mod units` units get one more.
    #[inline]
    pub(crate) fn first_units(&self, amount: i64, units: i64) -> i64 {
        if units >= self.units {
            return amount;
        }
        let (each, more) = (amount / self.units, amount % self.units);
        each * units + units.min(more)
    }

    /// One unit out of an amount spread over all units; `at` counts from 0.
    #[inline]
    pub(crate) fn unit(&self, amount: i64, at: i64) -> i64 {
        amount / self.units + i64::from(at < amount % self.units)
    }
}

impl Cart {
    /// Reads the lines of a receipt.
    pub(crate) fn fill(&mut self, plan: &Plan, receipt: &Receipt<'_>) -> Result<(), Fault> {
        self.lines.clear();
        self.groups.clear();
        self.eligible.clear();
        (self.gross, self.existing, self.any_discounted) = (0, 0, false);
        let (mut returned_gross, mut returned_net) = (0i64, 0i64);
        for (at, item) in (0u32..).zip(&receipt.items) {
            let fault = || Fault::Line(at);
            let gross = gross(item).ok_or_else(fault)?;
            let discounts = discounts(plan, item).ok_or_else(fault)?;
            let mut line = Line { id: NONE, ..Line::default() };
            if item.is_return_item {
                if !item.voided {
                    let gross = gross.unwrap_or(0).checked_abs().ok_or_else(fault)?;
                    let net = gross - discounts.checked_abs().ok_or_else(fault)?.min(gross);
                    returned_gross = returned_gross.checked_add(gross).ok_or_else(fault)?;
                    returned_net = returned_net.checked_add(net).ok_or_else(fault)?;
                }
            } else if let Some(gross) = gross.filter(|gross| *gross > 0 && !item.voided && item.quantity.is_positive()) {
                line.counts = true;
                line.gross = gross;
                line.existing = discounts.clamp(0, gross);
                line.net = gross - line.existing;
                let whole = item.quantity.whole().filter(|_| !item.scale_item);
                line.weighed = whole.is_none();
                line.units = whole.unwrap_or(1);
                self.gross = self.gross.checked_add(gross).ok_or_else(fault)?;
                self.existing += line.existing; // at most gross
                self.any_discounted |= line.existing > 0;
                if item.eligible_for_discount {
                    line.eligible = true;
                    line.id = item.id.as_deref().map_or(NONE, |id| plan.index.ids.get(id));
                    let from = self.groups.len() as u32;
                    self.groups
                        .extend(item.groups.iter().map(|group| plan.index.groups.get(group)).filter(|group| *group != NONE));
                    line.groups = (from, self.groups.len() as u32);
                    self.eligible.push(at);
                }
            }
            self.lines.push(line);
        }
        let last = || Fault::Line((receipt.items.len() as u32).saturating_sub(1));
        self.threshold_gross = self.gross.checked_sub(returned_gross).ok_or_else(last)?;
        self.threshold_net = (self.gross - self.existing).checked_sub(returned_net).ok_or_else(last)?;
        Ok(())
    }

    /// The line at this position.
    #[inline]
    pub(crate) fn line(&self, at: u32) -> Line {
        self.lines.get(at as usize).copied().unwrap_or_default()
    }

    /// The line's item id, as far as rules name it.
    #[inline]
    pub(crate) fn id(&self, line: &Line) -> Symbol {
        line.id
    }

    /// The line's groups, as far as rules name them.
    #[inline]
    pub(crate) fn groups(&self, line: &Line) -> &[Symbol] {
        self.groups.get(line.groups.0 as usize..line.groups.1 as usize).unwrap_or(&[])
    }

    /// Does the line match an entry, by id, by group, or both when both are given (§6.2)?
    pub(crate) fn matches(&self, line: &Line, entry: crate::plan::SymbolEntry) -> bool {
        (entry.id == NONE || entry.id == line.id) && (entry.group == NONE || self.groups(line).contains(&entry.group))
    }
}

/// The gross of a line that counts (§3.2).
pub(crate) fn counting_gross(item: &Item<'_>) -> Option<i64> {
    let counts = !item.is_return_item && !item.voided && item.quantity.is_positive();
    gross(item).flatten().filter(|gross| counts && *gross > 0)
}

/// What a returned line takes back: |gross| less its |discounts| (§5.1). `None` for other lines.
pub(crate) fn returned_net(plan: &Plan, item: &Item<'_>) -> Option<i64> {
    if !item.is_return_item || item.voided {
        return None;
    }
    let gross = gross(item).flatten().unwrap_or(0).checked_abs()?;
    Some(gross - discounts(plan, item)?.checked_abs()?.min(gross))
}

/// §3.1: `gross_amount`, or else price × quantity; `Ok(None)` when neither is possible.
fn gross(item: &Item<'_>) -> Option<Option<i64>> {
    match (item.gross_amount, item.unit_gross_price) {
        (Some(gross), _) => Some(Some(gross)),
        (None, Some(price)) => item.quantity.times(price).ok().map(Some),
        (None, None) => Some(None),
    }
}

/// Σ of the line's discounts, those of the Plan's own rules left out (§3.6, §16.6).
pub(crate) fn discounts(plan: &Plan, item: &Item<'_>) -> Option<i64> {
    let mut sum = 0i64;
    for line in &item.discount_lines {
        if line.discount_id.as_deref().is_none_or(|id| plan.rule_index(id).is_none()) {
            sum = sum.checked_add(line.amount)?;
        }
    }
    Some(sum)
}
