//! Exact numbers: whole minor units in `i64`, decimals as a whole number and a scale (§2).
//! Nothing here, or anywhere in this crate, passes through a binary float.

use std::fmt;

/// The most decimals a [`Decimal`] keeps; more are refused, never cut off.
pub(crate) const MAX_SCALE: u8 = 18;

#[expect(clippy::indexing_slicing, reason = "evaluated while compiling, where a slip does not build")]
const POWERS: [i64; 19] = {
    let mut table = [1i64; 19];
    let mut i = 1;
    while i < 19 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

/// An amount left the range of `i64` (§2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overflow;

/// An exact decimal: `digits / 10^scale`, with no trailing zero behind the point.
///
/// At most 18 decimals and an `i64` of digits, which holds every percentage and quantity that a
/// till writes.
///
/// ```
/// use rabatt_engine::Decimal;
/// let ten_and_a_half: Decimal = Decimal::parse("10.50").unwrap();
/// assert_eq!(ten_and_a_half.to_string(), "10.5");
/// assert_eq!(ten_and_a_half.whole(), None);
/// assert_eq!(Decimal::parse("1e2").unwrap().whole(), Some(100));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    digits: i64,
    scale: u8,
}

impl Decimal {
    /// One.
    pub const ONE: Decimal = Decimal { digits: 1, scale: 0 };
    /// Nothing.
    pub const ZERO: Decimal = Decimal { digits: 0, scale: 0 };

    /// A whole number.
    pub const fn from_whole(value: i64) -> Self {
        Self { digits: value, scale: 0 }
    }

    /// `digits / 10^scale`; a negative scale multiplies. `None`: more than 18 decimals, or more
    /// digits than `i64` holds, once trailing zeros are taken away.
    ///
    /// ```
    /// use rabatt_engine::Decimal;
    /// assert_eq!(Decimal::new(45_300, 5), Decimal::parse("0.453"));
    /// assert_eq!(Decimal::new(45, -2), Some(Decimal::from_whole(4_500)));
    /// assert_eq!(Decimal::new(i128::MAX, 0), None);
    /// ```
    pub fn new(mut digits: i128, mut scale: i32) -> Option<Self> {
        if digits == 0 {
            return Some(Self::ZERO);
        }
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        while scale < 0 {
            digits = digits.checked_mul(10)?;
            scale += 1;
        }
        let scale = u8::try_from(scale).ok().filter(|scale| *scale <= MAX_SCALE)?;
        Some(Self { digits: i64::try_from(digits).ok()?, scale })
    }

    /// Reads a number as JSON writes it (`10.5`, `-3`, `1e2`). `None`: not a number, or more
    /// than 18 decimals, or more digits than `i64` holds.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (negative, mut rest) = match bytes.split_first()? {
            (b'-', rest) => (true, rest),
            _ => (false, bytes),
        };
        let mut exponent: i64 = 0;
        if let Some(at) = rest.iter().position(|b| matches!(b, b'e' | b'E')) {
            let (mantissa, tail) = rest.split_at(at);
            let tail = std::str::from_utf8(tail.get(1..)?).ok()?;
            let tail = tail.strip_prefix('+').unwrap_or(tail);
            exponent = match tail.parse::<i64>() {
                Ok(exponent) => exponent,
                // An exponent beyond i64: only zero survives it.
                Err(_) if !tail.is_empty() && mantissa.iter().all(|b| matches!(b, b'0' | b'.')) => 0,
                Err(_) => return None,
            };
            rest = mantissa;
        }
        let mut digits: i128 = 0;
        let mut scale: i64 = 0;
        let mut zeros: i64 = 0; // trailing zeros seen but not yet multiplied in
        let mut point = false;
        let mut any = false;
        for &byte in rest {
            match byte {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    any = true;
                    scale += i64::from(point);
                    if byte == b'0' {
                        zeros += i64::from(digits != 0);
                        continue;
                    }
                    for _ in 0..=zeros {
                        digits = digits.checked_mul(10)?;
                    }
                    zeros = 0;
                    digits = digits.checked_add(i128::from(byte - b'0'))?;
                }
                _ => return None,
            }
        }
        if !any {
            return None;
        }
        if digits == 0 {
            return Some(Self::ZERO);
        }
        // value = digits * 10^(zeros - scale + exponent)
        let power = zeros.checked_sub(scale)?.checked_add(exponent)?;
        let digits = if negative { -digits } else { digits };
        if power >= 0 {
            let factor = *POWERS.get(usize::try_from(power).ok()?)?;
            let digits = i64::try_from(digits.checked_mul(i128::from(factor))?).ok()?;
            Some(Self { digits, scale: 0 })
        } else {
            let scale = u8::try_from(power.checked_neg()?).ok().filter(|s| *s <= MAX_SCALE)?;
            Some(Self { digits: i64::try_from(digits).ok()?, scale })
        }
    }

    /// The value when it has no decimals.
    pub fn whole(self) -> Option<i64> {
        (self.scale == 0).then_some(self.digits)
    }

    /// Below zero?
    pub fn is_negative(self) -> bool {
        self.digits < 0
    }

    /// Above zero?
    pub fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// More than this whole number?
    pub fn exceeds(self, whole: i64) -> bool {
        i128::from(self.digits) > i128::from(whole) * i128::from(self.power())
    }

    fn power(self) -> i64 {
        POWERS.get(usize::from(self.scale)).copied().unwrap_or(i64::MAX)
    }

    /// `price × self`, rounded half away from zero to whole minor units (§2.2).
    pub fn times(self, price: i64) -> Result<i64, Overflow> {
        let product = i128::from(price) * i128::from(self.digits);
        i64::try_from(round_div(product, i128::from(self.power()))).map_err(|_| Overflow)
    }

    /// `self` percent of `base` (minor units), rounded once, half away from zero (§2.2).
    ///
    /// ```
    /// use rabatt_engine::Decimal;
    /// assert_eq!(Decimal::parse("12.5").unwrap().percent_of(100), Ok(13)); // 12.5 → 13
    /// ```
    pub fn percent_of(self, base: i64) -> Result<i64, Overflow> {
        let product = i128::from(base) * i128::from(self.digits);
        i64::try_from(round_div(product, i128::from(self.power()) * 100)).map_err(|_| Overflow)
    }

    /// The digits and the power of ten they are divided by: `self = digits / power`.
    pub fn ratio(self) -> (i64, i64) {
        (self.digits, self.power())
    }
}

impl fmt::Display for Decimal {
    /// Shortest plain form: no exponent, no trailing zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.digits);
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs();
        let power = self.power().unsigned_abs();
        write!(f, "{sign}{}.{:0width$}", digits / power, digits % power, width = usize::from(self.scale))
    }
}

/// `numerator / denominator` to the nearest whole number, halves away from zero (§2.2).
/// `denominator` is above zero.
pub fn round_div(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator >= 0 { (numerator + half) / denominator } else { (numerator - half) / denominator }
}
