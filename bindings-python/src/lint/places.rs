//! Where each rule stands in the text that it was read from.

use jiter::{Jiter, JiterError, Peek};
use rustc_hash::FxHashMap;

/// Positions of rules in their list, and the pointer of that list.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) before: &'static str,
    by_id: FxHashMap<String, usize>,
}

impl Places {
    pub(crate) fn of(&self, id: &str) -> usize {
        self.by_id.get(id).copied().unwrap_or(0)
    }
}

/// Finds them in a list of rules that has been read before.
pub(crate) fn places(list: &str, before: &'static str) -> Places {
    let mut by_id = FxHashMap::default();
    // What has been read before is JSON.
    let _ = ids(list, &mut by_id);
    Places { before, by_id }
}

fn ids(list: &str, by_id: &mut FxHashMap<String, usize>) -> Result<(), JiterError> {
    let mut jiter = Jiter::new(list.as_bytes());
    let mut next = jiter.next_array()?;
    let mut at = 0;
    while let Some(peek) = next {
        if peek == Peek::Object {
            let mut is_id = jiter.known_object()?.map(|key| key == "id");
            while let Some(here) = is_id {
                let peek = jiter.peek()?;
                if here && peek == Peek::String {
                    by_id.insert(jiter.known_str()?.to_owned(), at);
                } else {
                    jiter.known_skip(peek)?;
                }
                is_id = jiter.next_key()?.map(|key| key == "id");
            }
        } else {
            jiter.known_skip(peek)?;
        }
        at += 1;
        next = jiter.array_step()?;
    }
    Ok(())
}
