//! JSON text, piece by piece: a cursor that says what comes next, passes over it, and tells where a text
//! is not JSON. It builds nothing, so whoever reads decides what a value becomes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// How deep lists and objects may lie inside a value that is passed over.
const MOST_DEPTH: u32 = 200;

/// Whole numbers of up to so many digits are read as they are passed; longer ones may not fit 64 bits.
const PLAIN_DIGITS: u32 = 18;

/// What a value is, by the byte that it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    True,
    False,
    Number,
    String,
    List,
    Object,
    /// No value begins like this.
    Other,
}

impl Kind {
    #[inline]
    fn of(byte: u8) -> Self {
        match byte {
            b'"' => Self::String,
            b'{' => Self::Object,
            b'[' => Self::List,
            b'-' | b'0'..=b'9' => Self::Number,
            b't' => Self::True,
            b'f' => Self::False,
            b'n' => Self::Null,
            _ => Self::Other,
        }
    }
}

/// Where a string stands in the text, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quoted {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// There are escapes in it.
    escaped: bool,
}

impl Quoted {
    /// The same as far behind another place as it is behind `from`.
    #[inline]
    pub(crate) fn moved(self, from: usize, to: usize) -> Self {
        Self { from: self.from - from + to, to: self.to - from + to, ..self }
    }
}

/// What is wrong where a text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    EndInList,
    EndInObject,
    EndInString,
    EndBeforeValue,
    NoColon,
    NoCommaInList,
    NoCommaInObject,
    NoKey,
    NoValue,
    NoWord,
    NoNumber,
    Escape,
    Surrogate,
    Control,
    CommaTooMany,
    MoreBehind,
    TooDeep,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndInList => "the text ends inside a list",
            Self::EndInObject => "the text ends inside an object",
            Self::EndInString => "the text ends inside a string",
            Self::EndBeforeValue => "the text ends where a value belongs",
            Self::NoColon => "`:` belongs behind a member's name",
            Self::NoCommaInList => "`,` or `]` belongs here",
            Self::NoCommaInObject => "`,` or `}` belongs here",
            Self::NoKey => "a member's name belongs here, in double quotes",
            Self::NoValue => "no value begins like this",
            Self::NoWord => "`true`, `false` or `null` is misspelt",
            Self::NoNumber => "no number is written like this",
            Self::Escape => "there is no such escape",
            Self::Surrogate => "half of a surrogate pair stands alone",
            Self::Control => "a control character in a string must be written as an escape",
            Self::CommaTooMany => "there is a comma too many",
            Self::MoreBehind => "there is more behind the end",
            Self::TooDeep => "lists and objects lie too deep in each other",
        })
    }
}

/// The text is not JSON: what is wrong, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) fault: Fault,
    pub(crate) at: usize,
}

/// Goes through a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// A number with an exponent was passed over.
    exponent: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, exponent: false }
    }

    /// The byte that comes next.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Was a number with an exponent passed over since this was asked last?
    pub(crate) fn had_exponent(&mut self) -> bool {
        std::mem::take(&mut self.exponent)
    }

    /// Does the text from `at` on say what it says in this range?
    #[inline]
    pub(crate) fn goes_on(&self, at: usize, as_in: &Range<usize>) -> bool {
        let bytes = self.text.as_bytes();
        let (here, there) = (bytes.get(at..at + as_in.len()), bytes.get(as_in.clone()));
        here.is_some() && here == there
    }

    /// Goes to a place behind what is known.
    #[inline]
    pub(crate) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    #[cold]
    fn broken<T>(&self, fault: Fault) -> Result<T, Broken> {
        Err(Broken { fault, at: self.at })
    }

    /// Passes over white space; what comes then, if anything.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// What comes next; the cursor stands before it.
    pub(crate) fn peek(&mut self) -> Result<Kind, Broken> {
        match self.next() {
            Some(byte) => Ok(Kind::of(byte)),
            None => self.broken(Fault::EndBeforeValue),
        }
    }

    /// Nothing but white space may come.
    pub(crate) fn end(&mut self) -> Result<(), Broken> {
        if self.next().is_some() { self.broken(Fault::MoreBehind) } else { Ok(()) }
    }

    /// Steps to the next element of a list, from its bracket for the first. False: there is none, and the
    /// cursor stands behind the list.
    pub(crate) fn element(&mut self, first: bool) -> Result<bool, Broken> {
        self.at += usize::from(first);
        match self.next() {
            Some(b']') => {
                self.at += 1;
                return Ok(false);
            }
            Some(_) if first => return Ok(true),
            Some(b',') => self.at += 1,
            Some(_) => return self.broken(Fault::NoCommaInList),
            None => return self.broken(Fault::EndInList),
        }
        match self.next() {
            Some(b']') => self.broken(Fault::CommaTooMany),
            Some(_) => Ok(true),
            None => self.broken(Fault::EndBeforeValue),
        }
    }

    /// Steps over the name of an object's next member, from its brace for the first. `None`: there is none,
    /// and the cursor stands behind the object.
    pub(crate) fn member(&mut self, first: bool) -> Result<Option<Quoted>, Broken> {
        self.at += usize::from(first);
        let mut byte = self.next();
        if byte == Some(b'}') {
            self.at += 1;
            return Ok(None);
        }
        if !first && byte == Some(b',') {
            self.at += 1;
            byte = match self.next() {
                Some(b'}') => return self.broken(Fault::CommaTooMany),
                None => return self.broken(Fault::EndBeforeValue),
                next => next,
            };
        } else if !first && byte.is_some() {
            return self.broken(Fault::NoCommaInObject);
        }
        match byte {
            Some(b'"') => {}
            Some(_) => return self.broken(Fault::NoKey),
            None => return self.broken(Fault::EndInObject),
        }
        let name = self.string()?;
        match self.next() {
            Some(b':') => self.at += 1,
            Some(_) => return self.broken(Fault::NoColon),
            None => return self.broken(Fault::EndInObject),
        }
        Ok(Some(name))
    }

    /// Passes over the string that begins here.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Quoted, Broken> {
        let from = self.at + 1;
        match string_stop(self.text.as_bytes(), from) {
            Some(to) if self.byte(to) == Some(b'"') => {
                self.at = to + 1;
                Ok(Quoted { from, to, escaped: false })
            }
            _ => self.odd_string(from),
        }
    }

    /// The same of one with escapes, or that is none.
    #[cold]
    fn odd_string(&mut self, from: usize) -> Result<Quoted, Broken> {
        self.at = from;
        let mut escaped = false;
        loop {
            let Some(stop) = string_stop(self.text.as_bytes(), self.at) else {
                self.at = self.text.len();
                return self.broken(Fault::EndInString);
            };
            self.at = stop;
            match self.byte(stop) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Quoted { from, to: stop, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return self.broken(Fault::Control),
            }
        }
    }

    /// Passes over an escape; gives its character.
    #[cold]
    fn escape(&mut self) -> Result<char, Broken> {
        self.at += 1;
        let character = match self.byte(self.at) {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let mut code = self.hex()?;
                if code & 0xFC00 == 0xD800 && self.byte(self.at + 1) == Some(b'\\') && self.byte(self.at + 2) == Some(b'u') {
                    self.at += 2;
                    let low = self.hex()?;
                    // What is no second half leaves the first one alone.
                    code = if low & 0xFC00 == 0xDC00 { 0x1_0000 + ((code & 0x3FF) << 10) + (low & 0x3FF) } else { code };
                }
                match char::from_u32(code) {
                    Some(character) => character,
                    None => return self.broken(Fault::Surrogate),
                }
            }
            Some(_) => return self.broken(Fault::Escape),
            None => return self.broken(Fault::EndInString),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four digits of an escape, from its `u` to the last of them.
    fn hex(&mut self) -> Result<u32, Broken> {
        let mut code = 0;
        for _ in 0..4 {
            self.at += 1;
            let Some(byte) = self.byte(self.at) else { return self.broken(Fault::EndInString) };
            let Some(digit) = char::from(byte).to_digit(16) else { return self.broken(Fault::Escape) };
            code = code << 4 | digit;
        }
        Ok(code)
    }

    /// The text of a string that was passed over, its escapes resolved.
    #[inline]
    pub(crate) fn text(&self, string: Quoted) -> Cow<'a, str> {
        let raw = self.raw(string);
        if string.escaped { Cow::Owned(unescaped(raw)) } else { Cow::Borrowed(raw) }
    }

    /// The same as bytes, for comparing.
    #[inline]
    pub(crate) fn bytes(&self, string: Quoted) -> Cow<'a, [u8]> {
        if string.escaped {
            return Cow::Owned(unescaped(self.raw(string)).into_bytes());
        }
        Cow::Borrowed(self.text.as_bytes().get(string.from..string.to).unwrap_or_default())
    }

    /// The same as it stands.
    #[inline]
    pub(crate) fn raw(&self, string: Quoted) -> &'a str {
        self.text.get(string.from..string.to).unwrap_or("")
    }

    /// Reads a whole number without fraction or exponent that fits easily, as nearly all are. `None`: the
    /// cursor stays before whatever there is.
    pub(crate) fn whole(&mut self) -> Option<i64> {
        let negative = self.byte(self.at) == Some(b'-');
        let from = self.at + usize::from(negative);
        let mut to = from;
        let mut value = 0;
        while let Some(digit @ b'0'..=b'9') = self.byte(to) {
            if to - from >= PLAIN_DIGITS as usize {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
            to += 1;
        }
        let zero_first = to - from > 1 && self.byte(from) == Some(b'0');
        if to == from || zero_first || matches!(self.byte(to), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at = to;
        Some(if negative { -value } else { value })
    }

    /// Passes over a number; gives its text.
    pub(crate) fn number(&mut self) -> Result<&'a str, Broken> {
        let from = self.at;
        if self.byte(self.at) == Some(b'-') {
            self.at += 1;
        }
        if self.byte(self.at) == Some(b'0') {
            self.at += 1;
            if matches!(self.byte(self.at), Some(b'0'..=b'9')) {
                return self.broken(Fault::NoNumber);
            }
        } else {
            self.digits()?;
        }
        if self.byte(self.at) == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(self.at), Some(b'e' | b'E')) {
            self.exponent = true;
            self.at += 1;
            if matches!(self.byte(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text.get(from..self.at).unwrap_or(""))
    }

    /// Passes over at least one digit.
    fn digits(&mut self) -> Result<(), Broken> {
        let from = self.at;
        while matches!(self.byte(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        match self.byte(self.at) {
            _ if self.at > from => Ok(()),
            Some(_) => self.broken(Fault::NoNumber),
            None => self.broken(Fault::EndBeforeValue),
        }
    }

    /// Passes over a value of this kind; its JSON is checked.
    pub(crate) fn skip(&mut self, kind: Kind) -> Result<(), Broken> {
        self.skip_at(kind, 0)
    }

    fn skip_at(&mut self, kind: Kind, depth: u32) -> Result<(), Broken> {
        match kind {
            Kind::String => self.string().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::True => self.word("true"),
            Kind::False => self.word("false"),
            Kind::Null => self.word("null"),
            Kind::Other => self.broken(Fault::NoValue),
            Kind::List | Kind::Object => {
                let mut first = true;
                while if kind == Kind::List { self.element(first)? } else { self.member(first)?.is_some() } {
                    first = false;
                    let inner = self.peek()?;
                    if depth >= MOST_DEPTH {
                        return self.broken(Fault::TooDeep);
                    }
                    self.skip_at(inner, depth + 1)?;
                }
                Ok(())
            }
        }
    }

    /// Passes over a word of which the first letter is there.
    fn word(&mut self, word: &str) -> Result<(), Broken> {
        for letter in word.bytes() {
            match self.byte(self.at) {
                Some(byte) if byte == letter => self.at += 1,
                Some(_) => return self.broken(Fault::NoWord),
                None => return self.broken(Fault::EndBeforeValue),
            }
        }
        Ok(())
    }

    /// The range of the next value, passed over.
    pub(crate) fn range(&mut self) -> Result<Range<usize>, Broken> {
        let kind = self.peek()?;
        let from = self.at;
        self.skip(kind)?;
        Ok(from..self.at)
    }

    /// Line and column of a byte, both from 1; of the last byte for what lies behind it.
    pub(crate) fn place(&self, at: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let before = bytes.get(..at).unwrap_or(bytes);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        (line, before.len() - start + usize::from(at < bytes.len()))
    }
}

/// A string, without its quotes, that is known to be well-formed.
#[cold]
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut cursor = Cursor::new(raw);
    while let Some(stop) = string_stop(raw.as_bytes(), cursor.at) {
        text.push_str(raw.get(cursor.at..stop).unwrap_or(""));
        cursor.at = stop;
        text.extend(cursor.escape().ok());
    }
    text.push_str(raw.get(cursor.at..).unwrap_or(""));
    text
}

/// Where the first quote, backslash or control character stands, from `at` on. Eight bytes at a time.
#[inline]
pub(crate) fn string_stop(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const QUOTES: u64 = ONES * b'"' as u64;
    const BACKSLASHES: u64 = ONES * b'\\' as u64;
    // The high bit of each byte that is less than `limit`; above the lowest of them bits may be wrong.
    let less = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & (ONES << 7);
    let mut rest = bytes.get(at..)?;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let found = less(word ^ QUOTES, 1) | less(word ^ BACKSLASHES, 1) | less(word, 0x20);
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        (rest, at) = (after, at + 8);
    }
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).map(|found| at + found)
}

#[cfg(test)]
mod tests;
