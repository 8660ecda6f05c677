//! Does a JSON value fit a declared type?

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Interface, Type, table, words};

/// Which members of which interfaces were seen.
pub type Seen = BTreeSet<(&'static str, &'static str)>;

/// Does the value fit? Interfaces of output have no members but the declared ones.
///
/// # Errors
/// The first place where it does not, and why.
pub fn fits(value: &Value, holds: &Type, at: &str, seen: &mut Seen) -> Result<(), String> {
    let good = match holds {
        Type::Text => value.is_string(),
        Type::Number => value.is_number(),
        Type::Bool => value.is_boolean(),
        Type::Always(wanted) => value == wanted,
        Type::Word(wanted) => value == wanted,
        Type::Any | Type::Written(_) => true,
        Type::List(element) => {
            let Some(elements) = value.as_array() else { return Err(format!("{at}: {value} is no list")) };
            return elements.iter().enumerate().try_for_each(|(n, one)| fits(one, element, &format!("{at}/{n}"), seen));
        }
        Type::Either(one, other) => fits(value, one, at, seen).or_else(|_| fits(value, other, at, seen)).is_ok(),
        Type::Named("Instant") => value.is_string(),
        Type::Named("Minor") => value.is_i64(),
        Type::Named(name) => return fits_named(value, name, at, seen),
    };
    if good { Ok(()) } else { Err(format!("{at}: {value} is not {holds:?}")) }
}

fn fits_named(value: &Value, name: &str, at: &str, seen: &mut Seen) -> Result<(), String> {
    if let Some((_, _, words)) = words().into_iter().find(|(words, ..)| *words == name) {
        let word = value.as_str().unwrap_or_default();
        let open = |prefix: &str| words.contains(&format!("`{prefix}.${{string}}`")) && word.starts_with(&format!("{prefix}."));
        let known = words.contains(&format!("{word:?}")) || open("store") || open("customer");
        return if known { Ok(()) } else { Err(format!("{at}: {value} is no {name}")) };
    }
    let interface = table::INTERFACES.iter().find(|interface| interface.name == name);
    let interface = interface.ok_or_else(|| format!("{at}: there is no type {name}"))?;
    let Some(members) = value.as_object() else { return Err(format!("{at}: {value} is no {name}")) };
    for (member, value) in members {
        match interface.members.iter().find(|(known, ..)| known == member) {
            Some((known, holds, ..)) => {
                seen.insert((interface.name, known));
                fits(value, holds, &format!("{at}/{member}"), seen)?;
            }
            None if is_closed(interface) => return Err(format!("{at}: {name} has no member `{member}`")),
            None => {}
        }
    }
    match interface.members.iter().find(|(known, _, needed, _)| *needed && !members.contains_key(*known)) {
        Some((lacking, ..)) => Err(format!("{at}: {name} needs `{lacking}`")),
        None => Ok(()),
    }
}

/// What the engine writes whole has no members but the declared ones; what was sent comes back as it is.
fn is_closed(interface: &Interface) -> bool {
    !interface.input && interface.extends.is_none()
}
