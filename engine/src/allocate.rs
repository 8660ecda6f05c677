//! Sharing an amount so that the parts sum exactly (§10).

/// Equal takers of a share: `count` lines or units with one weight and one cap each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taker {
    /// Each one's weight, at least 0.
    pub(crate) weight: i64,
    /// The most each one can take, at least 0.
    pub(crate) cap: i64,
    /// How many there are, at least 1.
    pub(crate) count: i64,
    /// Result: what they take together.
    pub(crate) amount: i64,
    /// How many are fixed at their cap.
    fixed: i64,
    /// Of the others: what each takes in this round, and how many of them one more.
    each: i64,
    more: i64,
}

/// A taker's place among those that get a left-over minor unit, the least first: its fractional
/// part of the exact share upside down, then its position. One number, since that compares fast.
pub(crate) type Place = u128;

/// The fraction is less than the sum of weights, which are at most an `i64` for each taker.
fn place(fraction: i128, at: u32) -> Place {
    debug_assert!(fraction >> 96 == 0);
    (!fraction.cast_unsigned() << 32) | Place::from(at)
}

impl Taker {
    pub(crate) fn new(weight: i64, cap: i64, count: i64) -> Self {
        Self { weight, cap, count, amount: 0, fixed: 0, each: 0, more: 0 }
    }

    fn open(&self) -> i64 {
        self.count - self.fixed
    }
}

/// Shares `amount` over the takers by weight (§10): exact share, floored; left-over minor units
/// to the largest fractional parts, earlier takers first; whoever is over the cap is fixed there
/// and the rest shared again. `order` is scratch. Returns what was shared: `amount`, or the sum
/// of the caps when that is less.
pub(crate) fn share(amount: i64, takers: &mut [Taker], order: &mut Vec<Place>) -> i64 {
    let (mut caps, mut weights) = (0i128, 0i128);
    for taker in takers.iter() {
        caps += i128::from(taker.cap) * i128::from(taker.count);
        weights += i128::from(taker.weight) * i128::from(taker.open());
    }
    let amount = to_i64(i128::from(amount).min(caps).max(0));
    // All that is handed out is part of `amount`, so it fits.
    let mut rest = amount;
    loop {
        if weights == 0 {
            fill_in_order(rest, takers);
            break;
        }
        let (mut over, mut one_by_one) = (rest, true);
        order.clear();
        for (at, taker) in (0u32..).zip(takers.iter_mut()).filter(|(_, t)| t.open() > 0) {
            let (each, fraction) = divide(i128::from(rest) * i128::from(taker.weight), weights);
            taker.each = to_i64(each);
            taker.more = 0;
            over -= taker.each * taker.open();
            one_by_one &= taker.open() == 1;
            if fraction > 0 {
                order.push(place(fraction, at));
            }
        }
        if over > 0 {
            // At most `over` takers get one, so only those need to be told from the others.
            if let Some(most) = usize::try_from(over).ok().filter(|most| *most < order.len()) {
                order.select_nth_unstable(most);
                order.truncate(most);
            }
            if !one_by_one {
                order.sort_unstable();
            }
            for place in order.iter() {
                let Some(taker) = takers.get_mut(*place as u32 as usize) else { continue };
                taker.more = over.min(taker.open());
                over -= taker.more;
                if over == 0 {
                    break;
                }
            }
        }
        let mut fixed_any = false;
        for taker in takers.iter_mut() {
            taker.amount = taker.cap * taker.fixed;
            if taker.open() == 0 {
                continue;
            }
            // Holds unless somebody is fixed now.
            taker.amount += taker.each * taker.open() + taker.more;
            let fix = if taker.each > taker.cap {
                taker.open()
            } else if taker.each == taker.cap {
                taker.more // those would take one more than they can
            } else {
                0
            };
            if fix > 0 {
                fixed_any = true;
                taker.fixed += fix;
                rest -= taker.cap * fix;
                weights -= i128::from(taker.weight) * i128::from(fix);
            }
        }
        if !fixed_any {
            break;
        }
    }
    amount
}

/// Quotient and remainder of numbers that are not negative.
fn divide(number: i128, by: i128) -> (i128, i128) {
    // Amounts of ordinary receipts divide in one instruction, those of 128 bits in dozens.
    match (u64::try_from(number), u64::try_from(by)) {
        (Ok(number), Ok(by)) => ((number / by).into(), (number % by).into()),
        _ => (number / by, number % by),
    }
}

/// No weights left: fill up to the caps, first takers first.
fn fill_in_order(mut rest: i64, takers: &mut [Taker]) {
    for taker in takers {
        let room = i128::from(taker.cap) * i128::from(taker.open());
        let take = to_i64(i128::from(rest).min(room));
        rest -= take;
        taker.amount = taker.cap * taker.fixed + take;
    }
}

/// Every amount here is at most the `i64` that came in.
fn to_i64(value: i128) -> i64 {
    debug_assert!(i64::try_from(value).is_ok());
    value as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(amount: i64, takers: &[(i64, i64)]) -> Vec<i64> {
        let mut takers: Vec<Taker> = takers.iter().map(|&(weight, cap)| Taker::new(weight, cap, 1)).collect();
        share(amount, &mut takers, &mut Vec::new());
        takers.iter().map(|t| t.amount).collect()
    }

    #[test]
    fn examples_of_section_10() {
        let big = i64::MAX / 8;
        assert_eq!(shared(1000, &[(3333, big), (3333, big), (3334, big)]), [333, 333, 334]);
        assert_eq!(shared(100, &[(1, big), (1, big), (1, big)]), [34, 33, 33]);
    }

    #[test]
    fn a_cap_moves_the_rest() {
        assert_eq!(shared(100, &[(1, 10), (1, 100), (1, 100)]), [10, 45, 45]);
        assert_eq!(shared(100, &[(1, 10), (0, 100), (0, 5)]), [10, 90, 0]);
        assert_eq!(shared(100, &[(1, 10), (1, 20)]), [10, 20]);
    }

    #[test]
    fn equal_takers_together_are_as_one_by_one() {
        // (weight, cap) lists with runs, shared both ways.
        let mut seed = 7u64;
        let mut next = |n: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % n
        };
        for _ in 0..20_000 {
            let groups: Vec<(i64, i64, i64)> =
                (0..1 + next(4)).map(|_| (next(5) as i64, next(8) as i64, 1 + next(4) as i64)).collect();
            let amount = next(60) as i64;
            let mut grouped: Vec<Taker> = groups.iter().map(|&(w, c, n)| Taker::new(w, c, n)).collect();
            let total = share(amount, &mut grouped, &mut Vec::new());
            let mut single: Vec<Taker> = groups.iter().flat_map(|&(w, c, n)| (0..n).map(move |_| Taker::new(w, c, 1))).collect();
            share(amount, &mut single, &mut Vec::new());
            let mut at = 0;
            for (group, taker) in groups.iter().zip(&grouped) {
                let n = group.2 as usize;
                let sum: i64 = single[at..at + n].iter().map(|t| t.amount).sum();
                assert_eq!(sum, taker.amount, "{groups:?} {amount}");
                at += n;
            }
            assert_eq!(grouped.iter().map(|t| t.amount).sum::<i64>(), total);
            assert_eq!(total, amount.min(groups.iter().map(|g| g.1 * g.2).sum()));
        }
    }
}
