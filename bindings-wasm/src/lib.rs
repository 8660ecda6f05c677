//! Rabatt's engine behind a boundary of numbers: JSON texts are written into and read from the memory of
//! the WebAssembly instance, whose only thread this is. `../ts/boundary.ts` is the other side.
//!
//! Each call finds its texts one after the other in the buffer that [`reserve`] gave room in, and leaves
//! its text behind where [`text_at`] and [`text_length`] say.
#![allow(unsafe_code, reason = "exporting a name is `unsafe`; there is nothing else that is")]

use std::cell::RefCell;

use rabatt_engine::Engine;

/// What stays between calls.
#[derive(Debug, Default)]
struct Door {
    input: Vec<u8>,
    output: String,
    engines: Vec<Option<Engine>>,
}

thread_local! {
    static DOOR: RefCell<Door> = RefCell::default();
}

/// The length of a text that is not given.
const ABSENT: u32 = u32::MAX;

/// The number of an engine that could not be loaded.
const NONE: u32 = u32::MAX;

/// Room that is kept for the next call; what is above it goes back.
const KEPT: usize = 1 << 20;

fn with<T>(work: impl FnOnce(&mut Door) -> T) -> T {
    DOOR.with_borrow_mut(work)
}

/// Where texts of so many bytes together are to be written. What was written before stays.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *const u8 {
    with(|door| {
        if door.input.len() < length {
            door.input.resize(length, 0);
        }
        door.input.as_ptr()
    })
}

/// Where the text that the last call gave begins.
#[unsafe(no_mangle)]
pub extern "C" fn text_at() -> *const u8 {
    with(|door| door.output.as_ptr())
}

/// Its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text_length() -> usize {
    with(|door| door.output.len())
}

/// Gives back the room that a large text needed.
#[unsafe(no_mangle)]
pub extern "C" fn forget() {
    with(|door| {
        if door.input.len() > KEPT {
            door.input = Vec::new();
        }
        if door.output.capacity() > KEPT {
            door.output = String::new();
        }
    });
}

/// Answers the Call of so many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn answer(call: usize) {
    with(|door| door.output = rabatt_engine::answer_bytes(door.input.get(..call).unwrap_or_default()));
}

/// Loads rules or a snapshot: the engine's number, and its hash as text. Or `NONE`, and an Answer with
/// the problems.
#[unsafe(no_mangle)]
pub extern "C" fn load(rules: usize) -> u32 {
    with(|door| {
        door.output.clear();
        match Engine::load_bytes(door.input.get(..rules).unwrap_or_default()) {
            Ok(engine) => {
                door.output.push_str(engine.plan().hash());
                let place = door.engines.iter().position(Option::is_none).unwrap_or_else(|| {
                    door.engines.push(None);
                    door.engines.len() - 1
                });
                if let Some(free) = door.engines.get_mut(place) {
                    *free = Some(engine);
                }
                place as u32
            }
            Err(problems) => {
                rabatt_engine::write_problems(&problems, &mut door.output);
                NONE
            }
        }
    })
}

/// Forgets an engine.
#[unsafe(no_mangle)]
pub extern "C" fn unload(engine: usize) {
    with(|door| {
        if let Some(place) = door.engines.get_mut(engine) {
            *place = None;
        }
    });
}

/// Answers a receipt under the rules of an engine: the texts are receipt, facts and options, of which
/// the last two may be `ABSENT`. Is the Answer `ok`?
#[unsafe(no_mangle)]
pub extern "C" fn evaluate(engine: usize, receipt: u32, facts: u32, options: u32) -> bool {
    with(|door| {
        let Door { input, output, engines } = door;
        output.clear();
        let mut rest = input.as_slice();
        let mut next = |length: u32| {
            let (text, behind) = rest.split_at_checked(length as usize)?;
            rest = behind;
            // What JavaScript encodes is UTF-8.
            std::str::from_utf8(text).ok()
        };
        let mut optional = |length: u32| if length == ABSENT { Some(None) } else { next(length).map(Some) };
        let (Some(Some(receipt)), Some(facts), Some(options)) = (optional(receipt), optional(facts), optional(options)) else {
            return false;
        };
        engines.get_mut(engine).and_then(Option::as_mut).is_some_and(|engine| engine.answer(receipt, facts, options, output))
    })
}
