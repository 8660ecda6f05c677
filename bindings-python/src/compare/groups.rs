//! What each item group got, line by line.

use rustc_hash::FxHashMap;

use super::estimate::Sum;
use super::tally::Line;

/// The sums of one group. A line of several groups counts in each of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) lines: u64,
    pub(crate) gross: i128,
    pub(crate) discount: [i128; 2],
    pub(crate) bonus: [i128; 2],
    /// What its lines with a cost bring in above it, under each side.
    pub(crate) margin: [i128; 2],
    /// Of each receipt: how much more discount the second side gives.
    pub(crate) difference: Sum,
}

/// All groups; `None` is the lines of none.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    numbers: FxHashMap<Option<Box<str>>, usize>,
    list: Vec<Group>,
    /// Differences of the receipt at hand.
    receipt: Vec<(usize, i64)>,
}

impl Groups {
    fn number(&mut self, name: Option<&str>) -> usize {
        // Looked up without making a text of it; groups are few, receipts many.
        let known = match name {
            None => self.numbers.get(&None),
            Some(name) => self.numbers.get(&Some(Box::from(name))),
        };
        if let Some(number) = known {
            return *number;
        }
        self.numbers.insert(name.map(Box::from), self.list.len());
        self.list.push(Group::default());
        self.list.len() - 1
    }

    pub(crate) fn add(&mut self, name: Option<&str>, line: &Line) {
        let number = self.number(name);
        if let Some(group) = self.list.get_mut(number) {
            group.lines += 1;
            group.gross += i128::from(line.gross);
            for side in 0..2 {
                add(&mut group.discount, side, line.discount(side));
                add(&mut group.bonus, side, line.bonus(side));
                add(&mut group.margin, side, line.margin(side).unwrap_or(0));
            }
        }
        let difference = line.discount(1) - line.discount(0);
        match self.receipt.iter_mut().find(|(at, _)| *at == number) {
            Some((_, sum)) => *sum += difference,
            None if difference != 0 => self.receipt.push((number, difference)),
            None => {}
        }
    }

    /// The receipt at hand is whole.
    pub(crate) fn end_receipt(&mut self) {
        for (number, difference) in self.receipt.drain(..) {
            if let Some(group) = self.list.get_mut(number) {
                group.difference.add(difference);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Groups) {
        for (name, at) in other.numbers {
            let number = self.number(name.as_deref());
            if let Some((own, more)) = self.list.get_mut(number).zip(other.list.get(at)) {
                own.lines += more.lines;
                own.gross += more.gross;
                for (own, more) in
                    [(&mut own.discount, more.discount), (&mut own.bonus, more.bonus), (&mut own.margin, more.margin)]
                {
                    own.iter_mut().zip(more).for_each(|(own, more)| *own += more);
                }
                own.difference.merge(more.difference);
            }
        }
    }

    /// By name, the lines of no group last.
    pub(crate) fn sorted(self) -> Vec<(Option<Box<str>>, Group)> {
        let mut list: Vec<_> =
            self.numbers.into_iter().filter_map(|(name, at)| Some((name, self.list.get(at)?.clone()))).collect();
        list.sort_by(|(a, _), (b, _)| a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b)));
        list
    }
}

fn add(sums: &mut [i128; 2], side: usize, amount: i64) {
    if let Some(sum) = sums.get_mut(side) {
        *sum += i128::from(amount);
    }
}
