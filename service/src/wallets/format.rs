//! PINs and tokens in the format that was asked for.

use super::barcode;
use super::check::wrong;
use super::model::{Hidden, SecretFormat, SecretValue};
use crate::error::ApiError;

const NUMBERS: &[u8] = b"0123456789";
const CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// They need no escape in a URL, and every barcode has them.
const SYMBOLS: &[u8] = b"-._~";

/// The longest prefix, and the longest rest: what a scanner still reads.
const LONGEST_PREFIX: usize = 64;
const LONGEST: usize = 128;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Tried on one card, a few times only.
    Pin,
    /// Names a card by itself: nobody may find one by trying.
    Token,
}

impl Kind {
    /// How many different ones there are at least: four digits, and 2⁵⁰ (16 digits).
    fn least(self) -> u128 {
        match self {
            Kind::Pin => 10_000,
            Kind::Token => 1 << 50,
        }
    }

    /// What is made when no format is asked for.
    pub(super) fn usual(self) -> SecretFormat {
        match self {
            Kind::Pin => {
                SecretFormat { length: Some(6), symbols: Some(false), characters: Some(false), ..SecretFormat::default() }
            }
            Kind::Token => SecretFormat::default(),
        }
    }
}

/// A format that was checked.
#[derive(Debug)]
pub(super) struct Shape {
    format: SecretFormat,
    length: usize,
    alphabet: Vec<u8>,
}

impl Shape {
    /// Checks a format; `place` is its pointer.
    ///
    /// # Errors
    /// 400 when nothing can be made so, or what is made could be guessed.
    pub(super) fn of(kind: Kind, format: Option<SecretFormat>, place: &str) -> Result<Self, ApiError> {
        let format = format.unwrap_or_else(|| kind.usual());
        let classes = [(format.numbers, NUMBERS), (format.characters, CHARACTERS), (format.symbols, SYMBOLS)];
        let alphabet: Vec<u8> =
            classes.iter().filter(|(wanted, _)| wanted.unwrap_or(true)).flat_map(|(_, class)| *class).copied().collect();
        if alphabet.is_empty() {
            return Err(wrong(place, "one of `symbols`, `numbers` and `characters` at least is true"));
        }
        let at = |member: &str| format!("{place}/{member}");
        let prefix = format.prefix.as_deref().unwrap_or_default();
        if prefix.len() > LONGEST_PREFIX || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = format!("a prefix has at most {LONGEST_PREFIX} letters, digits and signs of ASCII, and no space");
            return Err(wrong(&at("prefix"), message));
        }
        let length = usize::try_from(format.length.unwrap_or(36)).ok().filter(|length| (1..=LONGEST).contains(length));
        let Some(length) = length else {
            return Err(wrong(&at("length"), format!("`length` lies between 1 and {LONGEST}")));
        };
        if kind == Kind::Pin && length < 4 {
            return Err(wrong(&at("length"), "a PIN has 4 characters at least"));
        }
        let different = u128::try_from(alphabet.len()).unwrap_or_default();
        // So many that they cannot be counted are enough.
        let count = u32::try_from(length).ok().and_then(|length| different.checked_pow(length)).unwrap_or(u128::MAX);
        if count < kind.least() {
            let message = match kind {
                Kind::Pin => "such a PIN could be guessed: let it be longer, or of more kinds of characters",
                Kind::Token => "such a token could be guessed: 16 digits are enough, or fewer of more kinds of characters",
            };
            return Err(wrong(&at("length"), message));
        }
        Ok(Self { format, length, alphabet })
    }

    /// The format, as it is shown.
    pub(super) fn format(&self) -> &SecretFormat {
        &self.format
    }

    /// As it is stored.
    pub(super) fn stored(&self) -> String {
        serde_json::to_string(&self.format).unwrap_or_default()
    }

    /// Makes one.
    ///
    /// # Errors
    /// When there is no chance to be had, or no barcode can be drawn.
    pub(super) fn make(&self) -> Result<SecretValue, ApiError> {
        let mut value = self.format.prefix.clone().unwrap_or_default();
        let end = value.len().saturating_add(self.length);
        // Bytes beyond the last whole multiple of the alphabet would make its first characters more likely.
        let fair = 256_usize.checked_div(self.alphabet.len()).unwrap_or_default().saturating_mul(self.alphabet.len());
        let mut bytes = [0_u8; 64];
        while value.len() < end {
            getrandom::fill(&mut bytes).map_err(|error| ApiError::Internal(format!("no random bytes: {error}")))?;
            let fit = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < fair);
            let drawn = fit.filter_map(|byte| self.alphabet.get(byte.checked_rem(self.alphabet.len())?));
            value.extend(drawn.take(end.saturating_sub(value.len())).map(|byte| char::from(*byte)));
        }
        let barcode_128 = if self.format.barcode == Some(true) { Some(Hidden(barcode::data_url(&value)?)) } else { None };
        Ok(SecretValue { value: Hidden(value), barcode_128 })
    }

    /// What a list shows of one: the prefix and, where enough stays hidden, the end.
    pub(super) fn masked(&self, value: &str) -> String {
        let prefix = self.format.prefix.as_deref().unwrap_or_default();
        // All of it is ASCII.
        let rest = value.strip_prefix(prefix).unwrap_or(value);
        let hidden = rest.len().saturating_sub(rest.len() / 8);
        format!("{prefix}{}{}", "*".repeat(hidden), rest.get(hidden..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use std::collections::HashSet;

    use super::*;

    fn format(length: i64, symbols: bool, numbers: bool, characters: bool) -> SecretFormat {
        SecretFormat {
            length: Some(length),
            symbols: Some(symbols),
            numbers: Some(numbers),
            characters: Some(characters),
            ..SecretFormat::default()
        }
    }

    #[test]
    fn what_is_made_has_the_format_and_every_character_comes() {
        let shape =
            Shape::of(Kind::Token, Some(SecretFormat { prefix: Some("CARD:".to_owned()), ..format(100, true, true, true) }), "");
        let (shape, mut seen, mut values) = (shape.unwrap(), HashSet::new(), HashSet::new());
        for _ in 0..50 {
            let value = shape.make().unwrap().value.0;
            assert_eq!(value.len(), 105);
            seen.extend(value.strip_prefix("CARD:").unwrap().bytes());
            let masked = shape.masked(&value);
            assert_eq!(masked, format!("CARD:{}{}", "*".repeat(88), &value[93..]));
            assert!(values.insert(value));
        }
        assert_eq!(seen, [NUMBERS, CHARACTERS, SYMBOLS].concat().into_iter().collect());
        let pin = Shape::of(Kind::Pin, None, "").unwrap().make().unwrap().value.0;
        assert!(pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()), "{pin}");
    }

    #[test]
    fn what_could_be_guessed_is_refused() {
        let place = |kind, format| match Shape::of(kind, Some(format), "/pin/format") {
            Err(ApiError::At(_, place, _)) => place,
            other => format!("{:?}", other.is_ok()),
        };
        assert_eq!(place(Kind::Pin, format(3, false, true, false)), "/pin/format/length");
        assert_eq!(place(Kind::Pin, format(4, false, true, false)), "true");
        assert_eq!(place(Kind::Pin, format(4, true, false, false)), "/pin/format/length");
        assert_eq!(place(Kind::Token, format(15, false, true, false)), "/pin/format/length");
        assert_eq!(place(Kind::Token, format(16, false, true, false)), "true");
        assert_eq!(place(Kind::Token, format(129, true, true, true)), "/pin/format/length");
        assert_eq!(place(Kind::Token, format(-1, true, true, true)), "/pin/format/length");
        assert_eq!(place(Kind::Token, format(36, false, false, false)), "/pin/format");
        let spaced = SecretFormat { prefix: Some("a b".to_owned()), ..SecretFormat::default() };
        assert_eq!(place(Kind::Token, spaced), "/pin/format/prefix");
    }
}
