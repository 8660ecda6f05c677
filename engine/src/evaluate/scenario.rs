//! One way the rules could play together: what each ref gives on each line.

/// What is given when certain rules take part. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Scenario {
    /// Those of one part stand together, since every part gives once.
    pub(crate) awards: Vec<Award>,
    /// Per rule that gave or tried to, once: how it went.
    pub(crate) results: Vec<PartResult>,
    /// What is left of each line.
    pub(crate) left: Vec<i64>,
    /// Σ of discount awards, debits left out.
    pub(crate) total: i64,
    /// Unproven deals: at most this much more could be had.
    pub(crate) gap: i64,
}

/// An amount from one ref of one rule on one line; always above 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Award {
    /// Position among the parts.
    pub(crate) part: u32,
    /// Position among the part's refs.
    pub(crate) nth_ref: u32,
    /// Position of the line.
    pub(crate) line: u32,
    pub(crate) amount: i64,
}

/// How one rule fared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartResult {
    pub(crate) part: u32,
    /// Rewards really given, for stamps (§13.3).
    pub(crate) rewards: i64,
    /// A cap cut it.
    pub(crate) cut: bool,
}

impl Scenario {
    pub(crate) fn start(&mut self, left: impl Iterator<Item = i64>) {
        self.awards.clear();
        self.results.clear();
        self.left.clear();
        self.left.extend(left);
        self.total = 0;
        self.gap = 0;
    }

    #[inline]
    pub(crate) fn left(&self, line: u32) -> i64 {
        self.left.get(line as usize).copied().unwrap_or(0)
    }

    /// Gives up to `amount`, no more than is left; what was given.
    #[inline]
    pub(crate) fn give(&mut self, part: u32, nth_ref: u32, line: u32, amount: i64) -> i64 {
        let Some(left) = self.left.get_mut(line as usize) else { return 0 };
        let amount = amount.min(*left);
        if amount <= 0 {
            return 0;
        }
        *left -= amount;
        self.awards.push(Award { part, nth_ref, line, amount });
        amount
    }

    /// Σ of the awards. Only bonus through very many refs can pass `i64`; recording refuses that,
    /// so the bound here decides nothing.
    pub(crate) fn sum(&self) -> i64 {
        self.awards.iter().fold(0, |sum, award| sum.saturating_add(award.amount))
    }

    pub(crate) fn result(&self, part: u32) -> Option<&PartResult> {
        self.results.iter().find(|result| result.part == part)
    }

    /// What a part gives here.
    pub(crate) fn amount_of(&self, part: u32) -> i64 {
        self.awards.iter().filter(|award| award.part == part).fold(0, |sum, award| sum.saturating_add(award.amount))
    }
}
