//! Canonical JSON (§1.6): what the Plan's hash is made of. UTF-8, no white space, keys by code
//! point, numbers as exact decimals in shortest plain form, `null` members left out.
//!
//! [`Canonical`] works on text that its reader has found to be JSON. Most of such a text is
//! canonical already, so whole runs of it are copied, and only what differs is written anew.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::json::{Cursor, string_stop};

/// Exponents beyond this make no number that anybody prices by.
const MOST_EXPONENT: i64 = 400;

/// Deeper than any text that the reader lets through.
const MOST_DEPTH: u32 = 1_000;

/// Why a text has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is not JSON, or lies deeper than any reader follows.
    NotJson,
    /// A number with an exponent beyond ±400.
    Number,
}

/// Writes canonical forms one after another, keeping its buffers.
#[derive(Debug, Default)]
pub(crate) struct Canonical<'t> {
    form: String,
    /// Members of all open objects, the innermost ones last.
    members: Vec<Member<'t>>,
    /// Buffer for putting an object's members in order.
    moved: String,
}

/// A member of an object being written.
#[derive(Debug)]
struct Member<'t> {
    /// The first bytes of the key as a number; they nearly always tell the order.
    beginning: u64,
    key: Cow<'t, str>,
    /// Where `"key":value` stands.
    from: usize,
    to: usize,
}

impl Member<'_> {
    fn order(&self, other: &Self) -> Ordering {
        self.beginning.cmp(&other.beginning).then_with(|| self.key.cmp(&other.key))
    }
}

/// The first 8 bytes of a text as a number: what is less here is less as a text. The text is so many bytes of these,
/// and more may stand behind it.
#[inline]
fn beginning(bytes: &[u8], len: usize) -> u64 {
    match bytes.first_chunk() {
        Some(chunk) if len >= 8 => u64::from_be_bytes(*chunk),
        Some(chunk) => u64::from_be_bytes(*chunk) & !(u64::MAX >> (8 * len)),
        None => (0..8).fold(0, |word, at| word << 8 | bytes.get(at).filter(|_| at < len).map_or(0, |byte| u64::from(*byte))),
    }
}

impl<'t> Canonical<'t> {
    /// The canonical form of a JSON text; of the outermost object the member `without` is left out.
    ///
    /// # Errors
    /// The text has no canonical form.
    pub(crate) fn of(&mut self, text: &'t str, without: &str) -> Result<&str, Unfit> {
        let Self { form, members, moved } = self;
        form.clear();
        members.clear();
        let mut writer = Writer { text, at: 0, copied: 0, out: form, members, moved };
        writer.space();
        writer.value(without, 0)?;
        writer.flush();
        Ok(form)
    }
}

/// Goes through a text. What lies between `copied` and `at` is canonical as it stands, and goes
/// out in one piece when something comes that is not.
struct Writer<'w, 't> {
    text: &'t str,
    at: usize,
    copied: usize,
    out: &'w mut String,
    members: &'w mut Vec<Member<'t>>,
    moved: &'w mut String,
}

impl<'t> Writer<'_, 't> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Where the next byte goes, once all before it is copied.
    fn position(&self) -> usize {
        self.out.len() + (self.at - self.copied)
    }

    /// Copies everything up to here.
    fn flush(&mut self) {
        self.out.push_str(self.text.get(self.copied..self.at).unwrap_or(""));
        self.copied = self.at;
    }

    /// Passes over white space.
    #[inline]
    fn space(&mut self) {
        // Nothing else that stands between values is as small.
        if self.byte().is_some_and(|byte| byte <= b' ') {
            self.known_space();
        }
    }

    fn known_space(&mut self) {
        self.flush();
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.copied = self.at;
    }

    fn value(&mut self, without: &str, depth: u32) -> Result<(), Unfit> {
        if depth > MOST_DEPTH {
            return Err(Unfit::NotJson);
        }
        match self.byte().ok_or(Unfit::NotJson)? {
            b'"' if self.plain_string() => Ok(()),
            b'"' => self.escaped_string().map(drop),
            b'{' => self.object(without, depth),
            b'[' => self.array(depth),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.pass("true"),
            b'f' => self.pass("false"),
            b'n' => self.pass("null"),
            _ => Err(Unfit::NotJson),
        }
    }

    /// Passes over what must stand here and stays as it is.
    fn pass(&mut self, word: &str) -> Result<(), Unfit> {
        if self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(());
        }
        Err(Unfit::NotJson)
    }

    /// The same for one byte.
    #[inline]
    fn pass_byte(&mut self, byte: u8) -> Result<(), Unfit> {
        if self.byte() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(Unfit::NotJson)
    }

    /// A string without escapes stays as it is; false: nothing was done.
    #[inline]
    fn plain_string(&mut self) -> bool {
        match string_stop(self.text.as_bytes(), self.at + 1) {
            Some(end) if self.text.as_bytes().get(end) == Some(&b'"') => {
                self.at = end + 1;
                true
            }
            _ => false,
        }
    }

    /// A key: its text, and how that begins.
    #[inline]
    fn key(&mut self) -> Result<(Cow<'t, str>, u64), Unfit> {
        if self.byte() != Some(b'"') {
            return Err(Unfit::NotJson);
        }
        let from = self.at + 1;
        if self.plain_string() {
            let key = self.text.get(from..self.at - 1).unwrap_or("");
            // What stands behind it lets it be read in one piece.
            let rest = self.text.as_bytes().get(from..).unwrap_or(&[]);
            return Ok((Cow::Borrowed(key), beginning(rest, key.len())));
        }
        let key = self.escaped_string()?;
        let beginning = beginning(key.as_bytes(), key.len());
        Ok((Cow::Owned(key), beginning))
    }

    /// A string with escapes is written with the fewest. Gives back its text.
    fn escaped_string(&mut self) -> Result<String, Unfit> {
        self.flush();
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut cursor = Cursor::new(rest);
        let plain = cursor.string().map(|string| cursor.text(string)).map_err(|_| Unfit::NotJson)?.into_owned();
        string(&plain, self.out);
        self.at += cursor.at();
        self.copied = self.at;
        Ok(plain)
    }

    fn number(&mut self) -> Result<(), Unfit> {
        let from = self.at;
        let mut whole = true;
        while let Some(byte @ (b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) = self.byte() {
            whole &= !matches!(byte, b'.' | b'e' | b'E');
            self.at += 1;
        }
        let number_text = self.text.get(from..self.at).unwrap_or("");
        if !whole || number_text == "-0" {
            self.out.push_str(self.text.get(self.copied..from).unwrap_or(""));
            self.copied = self.at;
            number(number_text, self.out).ok_or(Unfit::Number)?;
        }
        Ok(())
    }

    fn array(&mut self, depth: u32) -> Result<(), Unfit> {
        self.at += 1;
        loop {
            self.space();
            match self.byte() {
                Some(b']') => break,
                Some(b',') => self.at += 1,
                _ => {}
            }
            self.space();
            self.value("", depth + 1)?;
        }
        self.pass_byte(b']')
    }

    /// An object: each member is written as it comes, then they are put in order.
    fn object(&mut self, without: &str, depth: u32) -> Result<(), Unfit> {
        self.at += 1;
        let (start, outer) = (self.position(), self.members.len());
        let mut sorted = true;
        loop {
            self.space();
            let before = self.position();
            match self.byte() {
                Some(b'}') => break,
                // All before this comma was left out.
                Some(b',') if before == start => {
                    self.flush();
                    self.at += 1;
                    self.copied = self.at;
                }
                Some(b',') => self.at += 1,
                _ => {}
            }
            self.space();
            let from = self.position();
            let (key, beginning) = self.key()?;
            self.space();
            self.pass_byte(b':')?;
            self.space();
            if self.byte() == Some(b'n') || (!without.is_empty() && key == without) {
                self.flush();
                self.out.truncate(before);
                self.skip()?;
                continue;
            }
            self.value("", depth + 1)?;
            let member = Member { beginning, key, from, to: self.position() };
            let own = self.members.get(outer..).unwrap_or_default();
            sorted &= own.last().is_none_or(|last| last.order(&member).is_le());
            self.members.push(member);
        }
        if !sorted {
            self.flush();
            self.sort(start, outer);
        }
        self.members.truncate(outer);
        self.pass_byte(b'}')
    }

    /// Puts the members from `outer` on in order; they were written from `start` on.
    fn sort(&mut self, start: usize, outer: usize) {
        let own = self.members.get_mut(outer..).unwrap_or_default();
        own.sort_by(Member::order);
        self.moved.clear();
        self.moved.push_str(self.out.get(start..).unwrap_or(""));
        self.out.truncate(start);
        for member in own {
            if self.out.len() > start {
                self.out.push(',');
            }
            self.out.push_str(self.moved.get(member.from - start..member.to - start).unwrap_or(""));
        }
    }

    /// Passes over a value without writing it.
    fn skip(&mut self) -> Result<(), Unfit> {
        let mut depth = 0u32;
        loop {
            match self.byte().ok_or(Unfit::NotJson)? {
                b'"' => {
                    self.at += 1;
                    loop {
                        let stop = string_stop(self.text.as_bytes(), self.at).ok_or(Unfit::NotJson)?;
                        if self.text.as_bytes().get(stop) == Some(&b'"') {
                            self.at = stop;
                            break;
                        }
                        self.at = stop + 2;
                    }
                }
                b'{' | b'[' => depth += 1,
                // What stands behind a number or a word belongs to what is around it.
                b',' | b'}' | b']' if depth == 0 => break,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        self.copied = self.at;
        Ok(())
    }
}

/// Appends a JSON string with the fewest escapes.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    // Nearly every text needs no escape.
    if string_stop(text.as_bytes(), 0).is_none() {
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
    #![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test stops where its set-up fails")]
    use jiter::{Jiter, Peek};

    use super::*;

    fn canonical(text: &str) -> String {
        Canonical::default().of(text, "refs").unwrap().to_owned()
    }

    /// The same, the plain way: value by value.
    fn plainly(jiter: &mut Jiter<'_>, without: &str) -> String {
        match jiter.peek().unwrap() {
            Peek::String => {
                let mut out = String::new();
                string(jiter.known_str().unwrap(), &mut out);
                out
            }
            Peek::Array => {
                let mut elements = Vec::new();
                let mut next = jiter.known_array().unwrap();
                while next.is_some() {
                    elements.push(plainly(jiter, ""));
                    next = jiter.array_step().unwrap();
                }
                format!("[{}]", elements.join(","))
            }
            Peek::Object => {
                let mut members = Vec::new();
                let mut key = jiter.known_object().unwrap().map(str::to_owned);
                while let Some(name) = key {
                    let peek = jiter.peek().unwrap();
                    if peek == Peek::Null || (!without.is_empty() && name == without) {
                        jiter.next_skip().unwrap();
                    } else {
                        let mut member = String::new();
                        string(&name, &mut member);
                        members.push((name, format!("{member}:{}", plainly(jiter, ""))));
                    }
                    key = jiter.next_key().unwrap().map(str::to_owned);
                }
                members.sort_by(|a, b| a.0.cmp(&b.0));
                let members: Vec<String> = members.into_iter().map(|(_, member)| member).collect();
                format!("{{{}}}", members.join(","))
            }
            peek if peek.is_num() => {
                let mut out = String::new();
                number(std::str::from_utf8(jiter.known_number_bytes(peek).unwrap()).unwrap(), &mut out).unwrap();
                out
            }
            peek => {
                let from = jiter.current_index();
                jiter.known_skip(peek).unwrap();
                std::str::from_utf8(jiter.slice_to_current(from)).unwrap().to_owned()
            }
        }
    }

    fn both_ways(text: &str) {
        assert_eq!(canonical(text), plainly(&mut Jiter::new(text.as_bytes()), "refs"), "{text}");
    }

    #[test]
    fn odd_texts_come_out_the_plain_way_too() {
        for text in [
            "{}",
            " { } ",
            "[]",
            "[ ]",
            "[[],{}, [ ] ,{ }]",
            r#"{"a":null}"#,
            r#"{"a":null,"b":null}"#,
            r#"{"a":null,"b":1}"#,
            r#"{"b":1,"a":null}"#,
            r#"{"b":1,"a":null,"c":2}"#,
            r#"{ "b" : 1 , "a" : null , "c" : 2 }"#,
            r#"{"refs":null}"#,
            r#"{"refs":"a\\\"]}"}"#,
            r#"{"refs":1e999,"a":1}"#,
            r#"{"z":1,"refs":{"a":[1,{"b":"}"}],"c":"\\"},"a":1}"#,
            r#"{"z":1,"refs":true,"a":{"refs":1}}"#,
            r#"{"refs":[] , "refs":[ ]}"#,
            r#"{"\u0072efs":[1],"x":1}"#,
            r#"{"b":{"d":1,"c":{"f":null,"e":[{"h":1,"g":2}]}},"a":{"y":0,"x":-0}}"#,
            r#"{"same":1,"same":2,"a":3,"same":4}"#,
            r#"{"é":1,"e":2,"\u00e9a":3,"\uD83D\uDE00":4,"\uffff":5,"":6}"#,
            r#"{"a\"b":"c\\","a\/b":"\b\f\n\r\t\u0000\u001f\u007f","ab\\":""}"#,
            r#"{"a":"12345678","b":"1234567\"","c":"12345678\\","d":"123456789012345","e":"!#[]"}"#,
            r#"[1e2,-1.50E+1,-0,-0.0,0e9,10,-10,1.0,100e-2,12345678901234567890123,0.1,null,true,false]"#,
            "\t{\r\n\"b\"\n:\t[ 1 ,\n2 ]\r,\"a\" :\"x y\" , \"c\":\"\u{e5}\u{10ffff} \\u00e5\"\n}\n",
        ] {
            both_ways(text);
        }
        let deep = format!("{}1{}", "[{\"b\":1,\"a\":".repeat(200), "}]".repeat(200));
        assert_eq!(canonical(&deep), format!("{}1{}", "[{\"a\":".repeat(200), ",\"b\":1}]".repeat(200)));
    }

    /// Appends some JSON value, written in some way.
    fn some_value(below: &mut impl FnMut(usize) -> usize, depth: usize, out: &mut String) {
        fn pick<'p>(below: &mut impl FnMut(usize) -> usize, from: &[&'p str]) -> &'p str {
            from[below(from.len())]
        }
        const SPACE: [&str; 8] = ["", "", "", "", "", " ", "\n  ", "\t\r "];
        const PIECES: [&str; 12] =
            ["a", "b", "refs", "purchase_from", "\\n", "\\u00e5", "\\\\", "\\\"", "é", "😀", "\\uD83D\\uDE00", "\\/"];
        const SCALARS: [&str; 12] =
            ["null", "null", "true", "false", "0", "-0", "17", "-1.50", "1e3", "25E-1", "100.0", "9999999999999999999"];
        fn text(below: &mut impl FnMut(usize) -> usize, out: &mut String) {
            out.push('"');
            for _ in 0..usize::min(below(5), below(5)) {
                out.push_str(pick(below, &PIECES));
            }
            out.push('"');
        }
        out.push_str(pick(below, &SPACE));
        match if depth > 5 { 4 } else { below(10) } {
            kind @ 0..4 => {
                out.push(if kind == 0 { '[' } else { '{' });
                for at in 0..below(6) {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(pick(below, &SPACE));
                    if kind > 0 {
                        text(below, out);
                        out.push_str(pick(below, &SPACE));
                        out.push(':');
                    }
                    some_value(below, depth + 1, out);
                }
                out.push_str(pick(below, &SPACE));
                out.push(if kind == 0 { ']' } else { '}' });
            }
            4..7 => out.push_str(pick(below, &SCALARS)),
            _ => text(below, out),
        }
        out.push_str(pick(below, &SPACE));
    }

    #[test]
    fn any_text_comes_out_the_plain_way_too() {
        let mut state = 1u64;
        let mut below = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for _ in 0..20_000 {
            let mut text = String::new();
            some_value(&mut below, 0, &mut text);
            both_ways(&text);
        }
    }

    #[test]
    fn nothing_stays_of_the_text_before() {
        let mut canonical = Canonical::default();
        for (text, form) in [(r#"{"a": 1}"#, Ok(r#"{"a":1}"#)), ("[2, 1e401]", Err(Unfit::Number)), ("[ 3 ]", Ok("[3]"))] {
            assert_eq!(canonical.of(text, ""), form);
        }
    }

    #[test]
    fn text_that_is_not_json_ends_without_harm() {
        let text = r#"{"b": [1, null, {"z": "\u00e5", "y": -1.5e3}], "refs": {"a": ["]"]}, "a": false}"#;
        for end in 0..text.len() {
            let _ = Canonical::default().of(&text[..end], "refs");
        }
        for text in ["", " ", "x", "[x", "[1 x", "{1", "{\"a\"", "{\"a\"1", "]", "tru", "\"\\", "\"\\x\"", "{\"refs\":]"] {
            assert_eq!(Canonical::default().of(text, "refs"), Err(Unfit::NotJson), "{text}");
        }
        assert_eq!(Canonical::default().of(&"[".repeat(5_000), ""), Err(Unfit::NotJson));
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
