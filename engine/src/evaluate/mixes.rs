//! How many bundles a receipt holds: every unit used once, also when it fits several mixes (§6.4).

/// Scratch of [`bundles`]. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// Units each mix needs for one bundle.
    quantities: Vec<i64>,
    /// Which mixes a line fits, and its units.
    lines: Vec<(u32, u32, i64)>,
    /// Units by the set of mixes they fit.
    kinds: Vec<Kind>,
    /// Units of each kind given to each mix, kind by kind.
    given: Vec<i64>,
    /// How a mix was reached while looking for units: through which kind, from which mix.
    reached: Vec<Option<(usize, usize)>>,
    queue: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Kind {
    fits: u32,
    units: i64,
    free: i64,
}

/// How many bundles are possible. Each mix comes with its quantity and the lines (position,
/// units) it matches. With `wanted`, the second number is how many units can be put to use
/// towards that many bundles.
pub(crate) fn bundles<I>(flow: &mut Flow, mixes: impl Iterator<Item = (i64, I)>, wanted: Option<i64>) -> (i64, i64)
where
    I: Iterator<Item = (u32, i64)>,
{
    flow.quantities.clear();
    flow.lines.clear();
    for (mix, (quantity, lines)) in (0u32..32).zip(mixes) {
        flow.quantities.push(quantity.max(1));
        flow.lines.extend(lines.map(|(line, units)| (line, 1u32 << mix, units)));
    }
    flow.lines.sort_unstable_by_key(|(line, ..)| *line);
    flow.lines.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 |= next.1;
        }
        same
    });
    flow.kinds.clear();
    flow.lines.sort_unstable_by_key(|(_, fits, _)| *fits);
    for &(_, fits, units) in &flow.lines {
        match flow.kinds.last_mut() {
            Some(kind) if kind.fits == fits => kind.units = kind.units.saturating_add(units),
            _ => flow.kinds.push(Kind { fits, units, free: 0 }),
        }
    }
    // No more than what each mix finds when it has all its units to itself.
    let mut most = i64::MAX;
    let mut disjoint = true;
    for (mix, quantity) in flow.quantities.iter().enumerate() {
        let units =
            flow.kinds.iter().filter(|kind| kind.fits >> mix & 1 == 1).fold(0i64, |sum, kind| sum.saturating_add(kind.units));
        most = most.min(units / quantity);
    }
    disjoint &= flow.kinds.iter().all(|kind| kind.fits.is_power_of_two());
    if flow.quantities.is_empty() {
        return (0, 0);
    }
    let used = wanted.map_or(0, |wanted| flow.fill(wanted));
    if disjoint {
        return (most, used);
    }
    // The greatest number that can be filled, between `low` (can) and `high` (can or not).
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2 + (high - low) % 2;
        let need = flow.quantities.iter().fold(0i64, |sum, quantity| sum.saturating_add(quantity.saturating_mul(middle)));
        if flow.fill(middle) == need {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    (low, used)
}

impl Flow {
    /// Gives as many units as possible to the mixes, for `count` bundles; how many were given.
    fn fill(&mut self, count: i64) -> i64 {
        let mixes = self.quantities.len();
        self.given.clear();
        self.given.resize(self.kinds.len() * mixes, 0);
        for kind in &mut self.kinds {
            kind.free = kind.units;
        }
        let mut total = 0i64;
        for mix in 0..mixes {
            let mut need = self.quantities.get(mix).copied().unwrap_or(0).saturating_mul(count);
            while need > 0 {
                let moved = self.augment(mix, need);
                if moved == 0 {
                    break;
                }
                need -= moved;
                total = total.saturating_add(moved);
            }
        }
        total
    }

    /// Finds units for `mix`, moving others' units on when they have another kind to take from.
    fn augment(&mut self, mix: usize, need: i64) -> i64 {
        let mixes = self.quantities.len();
        self.reached.clear();
        self.reached.resize(mixes, None);
        self.queue.clear();
        self.queue.push(mix);
        let mut next = 0;
        while let Some(&taker) = self.queue.get(next) {
            next += 1;
            for kind in 0..self.kinds.len() {
                let Some(&Kind { fits, free, .. }) = self.kinds.get(kind) else { continue };
                if fits >> taker & 1 == 0 {
                    continue;
                }
                if free > 0 {
                    return self.move_along(mix, taker, kind, need.min(free));
                }
                for other in 0..mixes {
                    let gives = self.given.get(kind * mixes + other).is_some_and(|given| *given > 0);
                    let new = other != mix && self.reached.get(other).is_some_and(Option::is_none);
                    if gives && new && other != taker {
                        if let Some(slot) = self.reached.get_mut(other) {
                            *slot = Some((kind, taker));
                        }
                        self.queue.push(other);
                    }
                }
            }
        }
        0
    }

    /// Free units of `kind` go to `last`, whose units of other kinds move on to `mix`.
    fn move_along(&mut self, mix: usize, last: usize, kind: usize, most: i64) -> i64 {
        let mixes = self.quantities.len();
        let mut amount = most;
        let mut at = last;
        while at != mix {
            let Some(&Some((through, taker))) = self.reached.get(at) else { return 0 };
            amount = amount.min(self.given.get(through * mixes + at).copied().unwrap_or(0));
            at = taker;
        }
        if let Some(kind) = self.kinds.get_mut(kind) {
            kind.free -= amount;
        }
        if let Some(given) = self.given.get_mut(kind * mixes + last) {
            *given += amount;
        }
        let mut at = last;
        while at != mix {
            let Some(&Some((through, taker))) = self.reached.get(at) else { return 0 };
            for (who, change) in [(at, -amount), (taker, amount)] {
                if let Some(given) = self.given.get_mut(through * mixes + who) {
                    *given += change;
                }
            }
            at = taker;
        }
        amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(mixes: &[(i64, &[(u32, i64)])]) -> (i64, i64) {
        bundles(&mut Flow::default(), mixes.iter().map(|(q, lines)| (*q, lines.iter().copied())), Some(1))
    }

    #[test]
    fn disjoint_mixes() {
        assert_eq!(count(&[(1, &[(0, 3)]), (2, &[(1, 5)])]), (2, 3));
        assert_eq!(count(&[(1, &[(0, 3)]), (2, &[])]), (0, 1));
    }

    #[test]
    fn a_unit_serves_one_mix_only() {
        // Lines 0 and 1 fit both mixes: three units, so one bundle.
        assert_eq!(count(&[(1, &[(0, 1), (1, 2)]), (1, &[(0, 1), (1, 2)])]).0, 1);
        // Mix 0 takes line 1 so that mix 1 can have line 0.
        assert_eq!(count(&[(1, &[(0, 1), (1, 1)]), (1, &[(0, 1)])]).0, 1);
        assert_eq!(count(&[(2, &[(0, 10), (1, 4)]), (1, &[(1, 4)])]).0, 4);
    }
}
