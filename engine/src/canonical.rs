//! Canonical JSON (§1.6): what the Plan's hash is made of. UTF-8, no white space, keys by code
//! point, numbers as exact decimals in shortest plain form, `null` members left out.

use std::borrow::Cow;

use jiter::{Jiter, JiterResult, Peek};

/// Exponents beyond this make no number that anybody prices by.
const MOST_EXPONENT: i64 = 400;

/// Why a text has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is not JSON (which its reader has told by then), or lies too deep.
    NotJson,
    /// A number with an exponent beyond ±400.
    Number,
}

/// Writes canonical forms one after another, keeping its buffers.
#[derive(Debug, Default)]
pub(crate) struct Canonical {
    /// Buffer for putting an object's members in order.
    moved: String,
}

/// A member of an object being written: its key, and where `"key":value` stands.
type Member<'t> = (Cow<'t, str>, usize, usize);

impl Canonical {
    /// Appends the canonical form of a JSON text; of the outermost object the member `without` is
    /// left out.
    pub(crate) fn write(&mut self, text: &str, without: &str, out: &mut String) -> Result<(), Unfit> {
        let mut jiter = Jiter::new(text.as_bytes());
        let peek = jiter.peek().map_err(|_| Unfit::NotJson)?;
        // Members of all open objects, the innermost ones last.
        let mut members = Vec::with_capacity(32);
        self.value(text, &mut jiter, peek, without, 0, &mut members, out)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a recursion that shares its buffers")]
    fn value<'t>(
        &mut self,
        text: &'t str,
        jiter: &mut Jiter<'t>,
        peek: Peek,
        without: &str,
        depth: u32,
        members: &mut Vec<Member<'t>>,
        out: &mut String,
    ) -> Result<(), Unfit> {
        if depth > 200 {
            return Err(Unfit::NotJson);
        }
        match peek {
            Peek::String => string(fit(jiter.known_str())?, out),
            Peek::Array => {
                out.push('[');
                let mut next = fit(jiter.known_array())?;
                let mut first = true;
                while let Some(peek) = next {
                    if !first {
                        out.push(',');
                    }
                    first = false;
                    self.value(text, jiter, peek, "", depth + 1, members, out)?;
                    next = fit(jiter.array_step())?;
                }
                out.push(']');
            }
            Peek::Object => self.object(text, jiter, without, depth, members, out)?,
            peek if peek.is_num() => {
                let bytes = fit(jiter.known_number_bytes(peek))?;
                let number_text = std::str::from_utf8(bytes).map_err(|_| Unfit::NotJson)?;
                number(number_text, out).ok_or(Unfit::Number)?;
            }
            _ => {
                let from = jiter.current_index();
                fit(jiter.known_skip(peek))?;
                out.push_str(text.get(from..jiter.current_index()).unwrap_or(""));
            }
        }
        Ok(())
    }

    /// An object: each member is written as it comes, then they are put in order.
    fn object<'t>(
        &mut self,
        text: &'t str,
        jiter: &mut Jiter<'t>,
        without: &str,
        depth: u32,
        members: &mut Vec<Member<'t>>,
        out: &mut String,
    ) -> Result<(), Unfit> {
        out.push('{');
        let (start, outer) = (out.len(), members.len());
        let mut key = fit(jiter.known_object())?.map(|key| own(text, key));
        while let Some(name) = key {
            let peek = fit(jiter.peek())?;
            if peek == Peek::Null || (!without.is_empty() && name == without) {
                fit(jiter.known_skip(peek))?;
            } else {
                if out.len() > start {
                    out.push(',');
                }
                let from = out.len();
                string(&name, out);
                out.push(':');
                self.value(text, jiter, peek, "", depth + 1, members, out)?;
                members.push((name, from, out.len()));
            }
            key = fit(jiter.next_key())?.map(|key| own(text, key));
        }
        let own = members.get_mut(outer..).unwrap_or_default();
        if !own.is_sorted_by(|a, b| a.0 <= b.0) {
            own.sort_by(|a, b| a.0.cmp(&b.0));
            self.moved.clear();
            self.moved.push_str(out.get(start..).unwrap_or(""));
            out.truncate(start);
            for (_, from, to) in own {
                if out.len() > start {
                    out.push(',');
                }
                out.push_str(self.moved.get(*from - start..*to - start).unwrap_or(""));
            }
        }
        members.truncate(outer);
        out.push('}');
        Ok(())
    }
}

fn fit<T>(result: JiterResult<T>) -> Result<T, Unfit> {
    result.map_err(|_| Unfit::NotJson)
}

/// Borrows a key from the text when it stands there as it is (no escapes).
fn own<'t>(text: &'t str, key: &str) -> Cow<'t, str> {
    let from = (key.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    match text.get(from..from.saturating_add(key.len())) {
        Some(same) if same.as_ptr() == key.as_ptr() => Cow::Borrowed(same),
        _ => Cow::Owned(key.to_owned()),
    }
}

/// Appends a JSON string with the fewest escapes.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    // Nearly every text needs no escape; asking without an early way out is a few vector instructions.
    if !text.bytes().fold(false, |found, byte| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\')) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0C => "\\f",
            b'\r' => "\\r",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or(""));
        plain = at + 1;
        if escape.is_empty() {
            out.push_str("\\u00");
            for digit in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(digit.into(), 16));
            }
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(text.get(plain..).unwrap_or(""));
    out.push('"');
}

/// Appends a JSON number as the shortest plain decimal: no exponent, no needless zeros. `None`
/// when its exponent is beyond ±400.
pub(crate) fn number(text: &str, out: &mut String) -> Option<()> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if digits().all(|digit| digit == b'0') {
        out.push('0');
        return Some(());
    }
    let exponent: i64 = exponent.parse().ok().filter(|exponent: &i64| exponent.abs() <= MOST_EXPONENT)?;
    if exponent == 0 && fraction.is_empty() {
        if negative {
            out.push('-');
        }
        out.push_str(whole); // JSON has no leading zeros
        return Some(());
    }
    // The digits with the point after `point` of them.
    let all: Vec<u8> = digits().collect();
    let point = whole.len() as i64 + exponent;
    let digit = |at: i64| usize::try_from(at).ok().and_then(|at| all.get(at)).map_or('0', |digit| char::from(*digit));
    let last = all.iter().rposition(|digit| *digit != b'0').unwrap_or(0) as i64;
    if negative {
        out.push('-');
    }
    let first = all.iter().position(|digit| *digit != b'0').unwrap_or(0) as i64;
    if point <= first {
        out.push('0');
    } else {
        (first..point).for_each(|at| out.push(digit(at)));
    }
    if last >= point {
        out.push('.');
        (point..=last).for_each(|at| out.push(digit(at)));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    fn canonical(text: &str) -> String {
        let mut out = String::new();
        Canonical::default().write(text, "refs", &mut out).unwrap();
        out
    }

    #[test]
    fn keys_are_sorted_and_nulls_left_out() {
        let text = r#" {"b": [1, null, {"z": 1, "y": null}], "a": "\u00e5\u0001\n", "refs": [1], "é": true} "#;
        assert_eq!(canonical(text), "{\"a\":\"å\\u0001\\n\",\"b\":[1,null,{\"z\":1}],\"é\":true}");
    }

    #[test]
    fn numbers_are_plain_and_shortest() {
        for (text, plain) in [
            ("1e2", "100"),
            ("10.50", "10.5"),
            ("-0", "0"),
            ("0.0e5", "0"),
            ("1.5E-3", "0.0015"),
            ("-12.340e1", "-123.4"),
            ("120e-1", "12"),
            ("0.1", "0.1"),
            ("0.05e1", "0.5"),
            ("0.05e3", "50"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ] {
            let mut out = String::new();
            number(text, &mut out).unwrap();
            assert_eq!(out, plain, "{text}");
        }
        assert!(number("1e401", &mut String::new()).is_none());
    }
}
