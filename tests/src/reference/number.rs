//! §2 numbers and §10 sharing. Sums of minor units are `i128` (inputs are 64-bit, so they cannot
//! overflow); every product and quotient is an exact ratio of big integers.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use serde_json::Value;

/// Minor units.
pub type Money = i128;
/// An exact number: percentages, quantities, shares.
pub type Ratio = BigRational;

/// A whole number as a ratio.
pub(crate) fn ratio(n: Money) -> Ratio {
    Ratio::from_integer(BigInt::from(n))
}

/// The decimal that was written (§2.1): sign, digits, point, exponent.
pub fn decimal(text: &str) -> Option<Ratio> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    if exponent.abs() > 400 {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let ten = BigInt::from(10);
    let scale = exponent - i32::try_from(fraction.len()).ok()?;
    let power = num_traits::pow(ten, scale.unsigned_abs() as usize);
    Some(if scale < 0 { Ratio::new(digits, power) } else { Ratio::from_integer(digits * power) })
}

/// The exact value of a JSON number.
pub fn number(value: &Value) -> Option<Ratio> {
    match value {
        Value::Number(n) => decimal(&n.to_string()),
        _ => None,
    }
}

/// The shortest plain decimal text of a number (§1.6, §5.5).
pub fn plain(n: &Ratio) -> String {
    let mut digits = 0;
    let mut scaled = n.clone();
    while !scaled.is_integer() && digits < 400 {
        scaled *= ratio(10);
        digits += 1;
    }
    let all = scaled.to_integer().abs().to_string();
    let sign = if n.is_negative() { "-" } else { "" };
    if digits == 0 {
        return format!("{sign}{all}");
    }
    let all = format!("{all:0>width$}", width = digits + 1);
    let (whole, fraction) = all.split_at(all.len() - digits);
    format!("{sign}{whole}.{fraction}")
}

/// Half away from zero to whole minor units (§2.2).
pub(crate) fn round(n: &Ratio) -> Money {
    n.round().to_integer().to_i128().unwrap_or(Money::MAX)
}

/// `percent` % of an amount, rounded once (§2.2).
pub(crate) fn percent_of(percent: &Ratio, amount: Money) -> Money {
    round(&(percent * ratio(amount) / ratio(100)))
}

/// §10: `share(D, weights, caps)`. Weights, caps and D are not negative.
pub fn share(amount: Money, weights: &[Money], caps: &[Money]) -> Vec<Money> {
    let mut parts: Vec<Option<Money>> = vec![None; weights.len()];
    let mut rest = amount.min(caps.iter().sum()).max(0);
    loop {
        let open: Vec<usize> = (0..weights.len()).filter(|&i| parts[i].is_none()).collect();
        let total: Money = open.iter().map(|&i| weights[i]).sum();
        if total == 0 {
            for i in open {
                let part = rest.min(caps[i]);
                parts[i] = Some(part);
                rest -= part;
            }
            break;
        }
        let tentative = spread(rest, &open.iter().map(|&i| weights[i]).collect::<Vec<_>>());
        let over: Vec<(usize, Money)> =
            open.iter().copied().zip(tentative.iter().copied()).filter(|&(i, part)| part > caps[i]).collect();
        if over.is_empty() {
            for (i, part) in open.into_iter().zip(tentative) {
                parts[i] = Some(part);
            }
            break;
        }
        for (i, _) in over {
            parts[i] = Some(caps[i]);
            rest -= caps[i];
        }
    }
    parts.into_iter().map(|part| part.unwrap_or(0)).collect()
}

/// Largest remainders, earlier first on ties; the weights do not sum to 0.
fn spread(amount: Money, weights: &[Money]) -> Vec<Money> {
    let total: Money = weights.iter().sum();
    let exact: Vec<Ratio> = weights.iter().map(|&w| ratio(amount) * ratio(w) / ratio(total)).collect();
    let mut parts: Vec<Money> = exact.iter().map(|e| e.floor().to_integer().to_i128().unwrap_or(0)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| (&exact[b] - exact[b].floor()).cmp(&(&exact[a] - exact[a].floor())).then(a.cmp(&b)));
    let leftover = amount - parts.iter().sum::<Money>();
    for &i in order.iter().take(usize::try_from(leftover).unwrap_or(0)) {
        parts[i] += 1;
    }
    parts
}

/// An amount over `n` units of equal weight, no caps (§3.5, §3.6).
pub(crate) fn evenly(amount: Money, n: usize) -> Vec<Money> {
    share(amount, &vec![1; n], &vec![amount.max(0); n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharing_follows_the_examples() {
        assert_eq!(share(1000, &[3333, 3333, 3334], &[9999; 3]), [333, 333, 334]);
        assert_eq!(share(100, &[1, 1, 1], &[100; 3]), [34, 33, 33]);
        assert_eq!(share(100, &[1, 1, 1], &[10, 100, 100]), [10, 45, 45]);
        assert_eq!(share(100, &[0, 0], &[30, 100]), [30, 70]);
        assert_eq!(share(100, &[1, 0, 0], &[50, 30, 100]), [50, 30, 20]);
        assert_eq!(evenly(1000, 3), [334, 333, 333]);
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(plain(&decimal("10.50").unwrap_or_default()), "10.5");
        assert_eq!(plain(&decimal("1e2").unwrap_or_default()), "100");
        assert_eq!(plain(&decimal("-0.05").unwrap_or_default()), "-0.05");
        assert_eq!(round(&decimal("2.5").unwrap_or_default()), 3);
        assert_eq!(round(&decimal("-2.5").unwrap_or_default()), -3);
    }
}
