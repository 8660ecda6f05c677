//! The cursor beside jiter: both must find the same texts to be JSON, and stop at the same byte of the others.
#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use jiter::{Jiter, JiterResult, NumberInt};

use super::*;

/// How far the text is JSON: all of it, or up to this byte.
fn ours(text: &str) -> Result<(), usize> {
    let mut cursor = Cursor::new(text);
    let kind = cursor.peek().map_err(|broken| broken.at)?;
    cursor.skip(kind).and_then(|()| cursor.end()).map_err(|broken| broken.at)
}

fn theirs(text: &str) -> Result<(), usize> {
    let mut jiter = Jiter::new(text.as_bytes());
    jiter.next_skip().and_then(|()| jiter.finish()).map_err(|error| error.index)
}

/// A small generator of numbers: the same at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

const PIECES: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "d83d",
    "\\ude00",
    "\\n",
    "0",
    "1",
    "-",
    "+",
    ".",
    "e",
    "E",
    "12",
    "true",
    "false",
    "null",
    "nul",
    "t",
    " ",
    "\n",
    "\t",
    "\"a\"",
    "\"a\":",
    "{\"a\":1}",
    "[1,2]",
    "é",
    "\u{1}",
    "\u{7f}",
    "a",
    "/",
    "1.5e-3",
    "\"\\u00e5\"",
    "\"12345678\"",
];

#[test]
fn texts_of_any_pieces_are_json_up_to_the_same_byte() {
    let mut dice = Dice(7);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..60_000 {
        let count = 1 + dice.below(12);
        let text: String = (0..count).map(|_| PIECES[dice.below(PIECES.len())]).collect();
        compare(&text);
        if ours(&text).is_ok() { good += 1 } else { bad += 1 }
    }
    assert!(good > 1_000 && bad > 1_000, "{good} texts are JSON and {bad} are not");
}

#[test]
fn a_text_that_lost_or_gained_a_piece_breaks_at_the_same_byte() {
    let whole = "{\"purchase_at\": \"2024-06-01T12:00:00Z\", \"items\": [{\"line_id\": -1, \"id\": \"caf\\u00e9 \\\"\\ud83d\\ude00\\\"\", \
                 \"gross_amount\": 10500, \"tax\": 12.50e+1, \"ok\": true, \"no\": false, \"none\": null, \"empty\": [{}, []]}]}\n";
    assert_eq!(ours(whole), Ok(()));
    let mut dice = Dice(11);
    for _ in 0..30_000 {
        let mut text = whole.to_owned();
        for _ in 0..=dice.below(2) {
            let at = (0..=text.len()).cycle().skip(dice.below(text.len() + 1)).find(|at| text.is_char_boundary(*at)).unwrap();
            match dice.below(3) {
                0 => text.truncate(at),
                1 => text.insert_str(at, PIECES[dice.below(PIECES.len())]),
                _ => drop((at < text.len()).then(|| text.remove(at))),
            }
        }
        compare(&text);
    }
}

fn compare(text: &str) {
    let (ours, theirs) = (ours(text), theirs(text));
    // Halves of surrogate pairs are told a few bytes further on or back; that they are refused is what counts.
    if text.contains("\\u") {
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?}: {ours:?} {theirs:?}");
    } else {
        assert_eq!(ours, theirs, "{text:?}");
    }
}

#[test]
fn strings_are_read_as_jiter_reads_them() {
    let mut dice = Dice(13);
    for _ in 0..30_000 {
        let count = dice.below(14);
        let text = format!("\"{}\"", (0..count).map(|_| PIECES[dice.below(PIECES.len())]).collect::<String>());
        let mut cursor = Cursor::new(&text);
        let ours = cursor.string().map(|string| cursor.text(string).into_owned()).ok();
        let mut jiter = Jiter::new(text.as_bytes());
        let theirs: JiterResult<String> = jiter.next_str().map(str::to_owned);
        assert_eq!(ours, theirs.ok(), "{text:?}");
        if ours.is_some() {
            assert_eq!(cursor.at(), jiter.current_index(), "{text:?}");
        }
    }
}

#[test]
fn numbers_are_read_as_jiter_reads_them() {
    let mut dice = Dice(17);
    let digits = ["0", "1", "9", "12345", "-", ".", "e", "+", "000", "123456789012345678"];
    for _ in 0..30_000 {
        let count = 1 + dice.below(5);
        let text: String = (0..count).map(|_| digits[dice.below(digits.len())]).collect();
        let mut cursor = Cursor::new(&text);
        if cursor.peek() != Ok(Kind::Number) {
            continue;
        }
        if let Some(whole) = cursor.whole() {
            let mut jiter = Jiter::new(text.as_bytes());
            assert_eq!(jiter.next_int().unwrap(), NumberInt::Int(whole), "{text}");
            assert_eq!(cursor.at(), jiter.current_index(), "{text}");
        } else {
            assert_eq!(cursor.at(), 0, "{text}");
        }
        let mut jiter = Jiter::new(text.as_bytes());
        let mut cursor = Cursor::new(&text);
        let theirs = jiter.next_number_bytes().map(<[u8]>::to_vec).map_err(|error| error.index);
        assert_eq!(cursor.number().map(|number| number.as_bytes().to_vec()).map_err(|broken| broken.at), theirs, "{text}");
    }
}

/// Every whole number that a text of plain digits may be is read as it is passed, others another way.
#[test]
fn whole_numbers_fit() {
    for (text, value) in
        [("0", Some(0)), ("-0", Some(0)), ("-7,", Some(-7)), ("999999999999999999]", Some(999_999_999_999_999_999))]
    {
        assert_eq!(Cursor::new(text).whole(), value, "{text}");
    }
    for text in ["1000000000000000000", "01", "-", "1.0", "1e2", "", "x"] {
        assert_eq!(Cursor::new(text).whole(), None, "{text}");
    }
}

#[test]
fn depth_ends_where_it_did() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [198, 199, 200, 201, 202, 300] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            compare(&text);
            assert_eq!(ours(&text).is_ok(), depth <= 200, "{depth}");
        }
    }
}

#[test]
fn a_fault_has_its_line_and_column() {
    for (text, at, place) in
        [("", 0, (1, 0)), ("[", 1, (1, 1)), ("x", 0, (1, 1)), ("[1,\n 2,\n x]", 9, (3, 2)), ("[\n", 2, (2, 0))]
    {
        assert_eq!(Cursor::new(text).place(at), place, "{text:?}");
    }
    let mut cursor = Cursor::new("{\"a\" 1}");
    assert_eq!(cursor.peek(), Ok(Kind::Object));
    let broken = cursor.skip(Kind::Object).unwrap_err();
    assert_eq!(
        (broken, broken.fault.to_string().as_str()),
        (Broken { fault: Fault::NoColon, at: 5 }, "`:` belongs behind a member's name")
    );
}
