//! From JSON text to rules, receipts and facts, in one pass, with a pointer for every problem.
//!
//! A problem does not end the reading: the value is passed over and the rest is read, so that
//! everything wrong comes back at once (§19). Only text that is not JSON ends it.

mod call;
mod facts;
mod limitation;
mod members;
mod receipt;
mod requirement;
mod reward;
mod rule;
mod snapshot;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use call::{call, options};
pub(crate) use facts::facts;
pub(crate) use receipt::{ReceiptLayout, receipt};
pub(crate) use rule::{RulesRead, rule, rules};
pub(crate) use snapshot::snapshot;

use crate::canonical;
use crate::error::{Code, Problem};
use crate::json::{Broken, Cursor, Fault, Kind, Quoted};
use crate::number::Decimal;
use crate::time::Instant;
use crate::value::Value;

/// At most this many problems are told; more only repeat themselves.
const MOST_PROBLEMS: usize = 1_000;

/// How deep free-form members may lie.
const MOST_DEPTH: usize = 64;

/// The text is not JSON from here on: reading ends. The problem has been told.
#[derive(Debug)]
struct Stop;

type Read<T> = Result<T, Stop>;

/// What is done with each member of an object: its name, and whether it is `null`.
type EachMember<'m, 'a> = dyn FnMut(&mut Reader<'a>, &Cow<'a, str>, bool) -> Read<()> + 'm;

/// One step of a JSON pointer.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Where the member's name stands in the text.
    Member(Quoted),
    Element(usize),
}

/// A place in a JSON text, and the problems found so far.
struct Reader<'a> {
    cursor: Cursor<'a>,
    text: &'a str,
    /// Where the text stands in the Call.
    base: &'a str,
    path: Vec<Step>,
    problems: Vec<Problem>,
    untold: usize,
}

/// Bytes as text.
///
/// # Errors
/// `bad_json` naming the first byte that is not UTF-8.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Problem::new(Code::BadJson, "", format!("the text is not UTF-8: byte {at} does not belong to a character"))
    })
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, base: &'a str) -> Self {
        Self { cursor: Cursor::new(text), text, base, path: Vec::with_capacity(16), problems: Vec::new(), untold: 0 }
    }

    /// Reads the whole text with `read` and gives back what it found, or every problem.
    fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> Read<Option<T>>) -> Result<T, Vec<Problem>> {
        let found = read(&mut self).and_then(|found| {
            self.cursor.end().map_err(|broken| self.broken(broken))?;
            Ok(found)
        });
        if self.untold > 0 {
            let message = format!("there are {} more problems; these come first", self.untold);
            self.problems.push(Problem::new(Code::WrongType, self.base, message));
        }
        match found {
            Ok(Some(found)) if self.problems.is_empty() => Ok(found),
            Ok(_) | Err(Stop) => {
                if self.problems.is_empty() {
                    self.problems.push(Problem::new(
                        Code::MissingMember,
                        self.base,
                        "there is nothing here; `null` means absent",
                    ));
                }
                Err(self.problems)
            }
        }
    }

    fn pointer(&self, below: &str) -> String {
        let mut pointer = self.base.to_owned();
        for step in &self.path {
            pointer.push('/');
            match step {
                Step::Member(name) => {
                    pointer.push_str(&self.cursor.text(*name).replace('~', "~0").replace('/', "~1"));
                }
                Step::Element(at) => pointer.push_str(&at.to_string()),
            }
        }
        pointer.push_str(below);
        pointer
    }

    /// Tells a problem at the place being read.
    fn problem(&mut self, code: Code, message: impl Into<Cow<'static, str>>) {
        self.problem_below("", code, message);
    }

    /// Tells a problem at `below` the place being read, as `/reward/value`.
    fn problem_below(&mut self, below: &str, code: Code, message: impl Into<Cow<'static, str>>) {
        if self.problems.len() >= MOST_PROBLEMS {
            self.untold += 1;
            return;
        }
        let pointer = self.pointer(below);
        self.problems.push(Problem::new(code, pointer, message));
    }

    /// The text is not JSON: tells where.
    #[cold]
    fn broken(&mut self, Broken { fault, at }: Broken) -> Stop {
        let (line, column) = self.cursor.place(at);
        let (code, what) = if fault == Fault::TooDeep { (Code::TooDeep, "") } else { (Code::BadJson, "this is not JSON: ") };
        self.problem(code, format!("{what}{fault} at line {line}, column {column}"));
        Stop
    }

    fn peek(&mut self) -> Read<Kind> {
        self.cursor.peek().map_err(|broken| self.broken(broken))
    }

    /// Passes over a value; its JSON is checked.
    fn skip(&mut self) -> Read<()> {
        let kind = self.peek()?;
        self.known_skip(kind)
    }

    /// The same for a value whose kind is known.
    fn known_skip(&mut self, kind: Kind) -> Read<()> {
        self.cursor.skip(kind).map_err(|broken| self.broken(broken))
    }

    /// The range of the next value, passed over.
    fn range(&mut self) -> Read<Range<usize>> {
        self.cursor.range().map_err(|broken| self.broken(broken))
    }

    /// Tells that another type was expected and passes over the value.
    fn wrong_type(&mut self, wanted: &'static str) -> Read<()> {
        // Text that is no JSON at all has that one problem.
        self.skip()?;
        self.problem(Code::WrongType, wanted);
        Ok(())
    }

    /// Reads an object, `member` once for each member that is not `null` (§1.6); `member` reads
    /// the value. `None`: absent, or not an object. Otherwise the object's range.
    fn object(
        &mut self,
        wanted: &'static str,
        mut member: impl FnMut(&mut Self, &Cow<'a, str>) -> Read<()>,
    ) -> Read<Option<Range<usize>>> {
        self.members(wanted, &mut |r, name, null| if null { r.skip() } else { member(r, name) })
    }

    /// Like [`Reader::object`], but `member` also reads those that are `null`, and is told so.
    ///
    /// The closure is not a type of its own here and in [`Reader::list`]: there are many, and one copy of
    /// the code does for all.
    fn members(&mut self, wanted: &'static str, member: &mut EachMember<'_, 'a>) -> Read<Option<Range<usize>>> {
        self.each_member(wanted, |r, name, kind| member(r, &r.cursor.text(name), kind == Kind::Null))
    }

    /// Reads an object, `member` once for each member: it is told where the name stands in the text,
    /// and what comes, and reads the value.
    fn each_member(
        &mut self,
        wanted: &'static str,
        mut member: impl FnMut(&mut Self, Quoted, Kind) -> Read<()>,
    ) -> Read<Option<Range<usize>>> {
        let Some(from) = self.open_object(wanted)? else { return Ok(None) };
        let mut first = true;
        while let Some(name) = self.cursor.member(first).map_err(|broken| self.broken(broken))? {
            first = false;
            let kind = self.peek()?;
            self.path.push(Step::Member(name));
            member(self, name, kind)?;
            self.path.pop();
        }
        Ok(Some(from..self.cursor.at()))
    }

    /// Where an object begins; `None`: absent, or not an object.
    fn open_object(&mut self, wanted: &'static str) -> Read<Option<usize>> {
        match self.peek()? {
            Kind::Object => {}
            Kind::Null => return self.skip().map(|()| None),
            _ => return self.wrong_type(wanted).map(|()| None),
        }
        if self.path.len() > 2 * MOST_DEPTH {
            self.problem(Code::TooDeep, "lists and objects lie too deep in each other");
            return Err(Stop);
        }
        Ok(Some(self.cursor.at()))
    }

    /// Reads a list, `element` once for each element. False: absent, or not a list.
    fn list(&mut self, wanted: &'static str, mut element: impl FnMut(&mut Self, usize) -> Read<()>) -> Read<bool> {
        self.elements(wanted, &mut element)
    }

    fn elements(&mut self, wanted: &'static str, element: &mut dyn FnMut(&mut Self, usize) -> Read<()>) -> Read<bool> {
        match self.peek()? {
            Kind::List => {}
            Kind::Null => return self.skip().map(|()| false),
            _ => return self.wrong_type(wanted).map(|()| false),
        }
        if self.path.len() > 2 * MOST_DEPTH {
            self.problem(Code::TooDeep, "lists and objects lie too deep in each other");
            return Err(Stop);
        }
        let mut at = 0;
        while self.cursor.element(at == 0).map_err(|broken| self.broken(broken))? {
            self.path.push(Step::Element(at));
            element(self, at)?;
            self.path.pop();
            at += 1;
        }
        Ok(true)
    }

    /// The name of the member being read, where it stands in the text.
    fn name(&self) -> Option<Quoted> {
        match self.path.last() {
            Some(Step::Member(name)) => Some(*name),
            _ => None,
        }
    }

    /// Marks a member as seen; false, with a problem, when it was there before.
    #[inline]
    fn once(&mut self, seen: &mut u64, member: u32) -> Read<bool> {
        let bit = 1u64 << member;
        if *seen & bit == 0 {
            *seen |= bit;
            return Ok(true);
        }
        self.twice().map(|()| false)
    }

    #[cold]
    fn twice(&mut self) -> Read<()> {
        self.problem(Code::DuplicateMember, "this member is here twice; leave one of them out");
        self.skip()
    }

    fn string(&mut self) -> Read<Option<Cow<'a, str>>> {
        match self.peek()? {
            Kind::String => {}
            Kind::Null => return self.skip().map(|()| None),
            _ => return self.wrong_type("a text in quotes belongs here").map(|()| None),
        }
        let string = self.cursor.string().map_err(|broken| self.broken(broken))?;
        Ok(Some(self.cursor.text(string)))
    }

    /// One of a few words; another one is told as `wanted`.
    fn word<T>(&mut self, named: impl Fn(&str) -> Option<T>, wanted: &'static str) -> Read<Option<T>> {
        let Some(text) = self.string()? else { return Ok(None) };
        let word = named(&text);
        if word.is_none() {
            self.problem(Code::UnknownValue, wanted);
        }
        Ok(word)
    }

    fn bool(&mut self) -> Read<Option<bool>> {
        match self.peek()? {
            Kind::True => self.skip().map(|()| Some(true)),
            Kind::False => self.skip().map(|()| Some(false)),
            Kind::Null => self.skip().map(|()| None),
            _ => self.wrong_type("`true` or `false` belongs here").map(|()| None),
        }
    }

    /// The text of a number.
    fn number(&mut self) -> Read<Option<&'a str>> {
        match self.peek()? {
            Kind::Number => self.cursor.number().map(Some).map_err(|broken| self.broken(broken)),
            Kind::Null => self.skip().map(|()| None),
            _ => self.wrong_type("a number belongs here, without quotes").map(|()| None),
        }
    }

    /// A plain whole number, as nearly all are. `None`: it is read another way, nothing was read yet.
    fn plain_whole(&mut self) -> Read<Option<i64>> {
        Ok(if self.peek()? == Kind::Number { self.cursor.whole() } else { None })
    }

    fn decimal(&mut self) -> Read<Option<Decimal>> {
        if let Some(value) = self.plain_whole()? {
            return Ok(Some(Decimal::from_whole(value)));
        }
        let Some(text) = self.number()? else { return Ok(None) };
        let decimal = Decimal::parse(text);
        if decimal.is_none() {
            self.problem(Code::OutOfRange, "this number is too large or has more than 18 decimals");
        }
        Ok(decimal)
    }

    /// A whole number: minor units or a count (§2.3).
    fn whole(&mut self) -> Read<Option<i64>> {
        if let Some(value) = self.plain_whole()? {
            return Ok(Some(value));
        }
        let Some(text) = self.number()? else { return Ok(None) };
        match Decimal::parse(text) {
            None => self.problem(Code::OutOfRange, "this number is too large: amounts are 64-bit whole minor units"),
            Some(decimal) if decimal.whole().is_none() => {
                self.problem(Code::FractionalNumber, "a whole number belongs here: amounts are in minor units (øre, cents)");
            }
            Some(decimal) => return Ok(decimal.whole()),
        }
        Ok(None)
    }

    /// A whole number that is not negative.
    fn count(&mut self) -> Read<Option<i64>> {
        let value = self.whole()?;
        if value.is_some_and(|value| value < 0) {
            self.problem(Code::NegativeNumber, "this number cannot be negative");
            return Ok(None);
        }
        Ok(value)
    }

    fn instant(&mut self) -> Read<Option<Instant>> {
        let Some(text) = self.string()? else { return Ok(None) };
        let instant = Instant::parse(&text);
        if instant.is_none() {
            self.problem(Code::BadTime, "a date-time with its offset belongs here, as `2024-06-01T12:00:00+02:00` (RFC 3339)");
        }
        Ok(instant)
    }

    /// Any JSON value as a tree.
    fn value(&mut self) -> Read<Value<'a>> {
        Ok(match self.peek()? {
            Kind::Null => {
                self.skip()?;
                Value::Absent
            }
            Kind::True | Kind::False => Value::Bool(self.bool()?.unwrap_or(false)),
            Kind::String => self.string()?.map_or(Value::Absent, Value::Text),
            Kind::List => {
                let mut elements = Vec::new();
                self.list("", |r, _| {
                    elements.push(r.value()?);
                    Ok(())
                })?;
                Value::List(elements)
            }
            Kind::Object => {
                let mut members: Vec<(Cow<'a, str>, Value<'a>)> = Vec::new();
                self.object("", |r, name| {
                    if members.iter().any(|(other, _)| other == name) {
                        r.problem(Code::DuplicateMember, "this member is here twice; leave one of them out");
                    }
                    members.push((name.clone(), r.value()?));
                    Ok(())
                })?;
                Value::Object(members)
            }
            _ => {
                let Some(text) = self.number()? else { return Ok(Value::Absent) };
                let mut plain = String::new();
                if canonical::number(text, &mut plain).is_none() {
                    self.problem(Code::OutOfRange, "this number is too large");
                }
                Value::Number(if plain == text { Cow::Borrowed(text) } else { Cow::Owned(plain) })
            }
        })
    }

    /// An object as a tree, or [`Value::Absent`].
    fn object_value(&mut self, wanted: &'static str) -> Read<Value<'a>> {
        match self.peek()? {
            Kind::Object | Kind::Null => self.value(),
            _ => self.wrong_type(wanted).map(|()| Value::Absent),
        }
    }
}
