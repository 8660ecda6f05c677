//! The TypeScript declarations of `@rabatt/engine`, made from what the engine reads and writes.
//!
//! Words and codes come from the engine's own enums; the members it knows are declared in [`table`], which
//! tests hold against the reader and against every Answer of the corpus; the contract's other members and
//! their types come from the service's OpenAPI document, which is made from its handlers.

pub mod fit;
mod schema;
pub mod table;

use std::fmt::Write;

use rabatt_engine::{Base, Code, Effect, Eligible, Hours, ReasonCode, RewardKind, Stage, VerdictResult};
use serde_json::Value;

/// A type as TypeScript has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `string`.
    Text,
    /// `number`.
    Number,
    /// `boolean`.
    Bool,
    /// Just this value, `true` or `false`.
    Always(bool),
    /// Just this text.
    Word(&'static str),
    /// Anything.
    Any,
    /// An interface, or a name for a type.
    Named(&'static str),
    /// A list.
    List(&'static Type),
    /// Either of these.
    Either(&'static Type, &'static Type),
    /// As it came from the OpenAPI document, written already.
    Written(String),
}

/// One member of an object.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Type,
    /// Must it be there?
    pub needed: bool,
    /// What it means.
    pub doc: String,
}

/// An object with named members.
#[derive(Debug)]
pub struct Interface {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The schema of the OpenAPI document whose further members it has.
    pub schema: Option<&'static str>,
    /// Is it given to the engine? Then `null` means absent (§1.6).
    pub input: bool,
    /// May it have members of any name?
    pub open: bool,
    /// An interface that it has all members of.
    pub extends: Option<&'static str>,
    /// The members that the engine reads or writes.
    pub members: &'static [(&'static str, Type, bool, &'static str)],
}

/// A name for a union of words.
fn words() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let plain = |words: &[&str]| words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>();
    let mut reasons = plain(ReasonCode::PLAIN);
    reasons.extend(["`store.${string}`".to_owned(), "`customer.${string}`".to_owned()]);
    vec![
        (
            "RewardType",
            "How `reward.value` is read.",
            plain(&RewardKind::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "Base",
            "Which amount a reward is computed from.",
            plain(&Base::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        (
            "Effect",
            "What becomes of the amount: taken off, or earned.",
            plain(&Effect::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        ("Eligible", "Which lines may be rewarded.", plain(&Eligible::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>())),
        ("Day", "A day of the week.", plain(&Hours::DAYS)),
        (
            "Stage",
            "Where in the evaluation something was given.",
            plain(&Stage::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>()),
        ),
        ("VerdictName", "What became of a rule.", plain(VerdictResult::WORDS)),
        (
            "ReasonCode",
            "Why a rule gave nothing; `store.` and `customer.` are followed by the member that does not match.",
            reasons,
        ),
        (
            "ProblemCode",
            "What can be wrong with rules, receipts, facts and options. The list only grows.",
            plain(&Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()),
        ),
    ]
}

/// The whole file.
pub fn declarations(openapi: &Value) -> String {
    let mut out = String::from(
        "// Generated from the engine's types and the service's OpenAPI document: `UPDATE_TYPES=1 cargo test -p rabatt-tests \
         --test typescript`.\n// Do not edit.\n",
    );
    for (name, doc, what) in table::NAMES {
        let _ = write!(out, "\n/** {doc} */\nexport type {name} = {what};\n");
    }
    for (name, doc, words) in words() {
        let _ = write!(out, "\n/** {doc} */\nexport type {name} =\n  | {};\n", words.join("\n  | "));
    }
    let mut schemas = schema::Schemas::new(openapi);
    for interface in table::INTERFACES {
        let members = members(interface, &mut schemas);
        write_interface(interface.name, interface.doc, interface.extends, interface.input, interface.open, &members, &mut out);
    }
    schemas.write_rest(&mut out);
    out
}

/// All members of an interface: the engine's, then the contract's.
fn members(interface: &Interface, schemas: &mut schema::Schemas<'_>) -> Vec<Member> {
    let mut members: Vec<Member> = table::members(interface).collect();
    if let Some(schema) = interface.schema {
        let more = schemas.members(schema);
        members.extend(more.into_iter().filter(|more| table::members(interface).all(|known| known.name != more.name)));
    }
    members
}

fn write_interface(name: &str, doc: &str, extends: Option<&str>, input: bool, open: bool, members: &[Member], out: &mut String) {
    let extends = extends.map_or(String::new(), |base| format!(" extends {base}"));
    let _ = write!(out, "\n/** {doc} */\nexport interface {name}{extends} {{\n");
    for member in members {
        if !member.doc.is_empty() {
            let _ = writeln!(out, "  /** {} */", member.doc);
        }
        let mark = if member.needed { "" } else { "?" };
        let null = if input && !member.needed && member.holds != Type::Any { " | null" } else { "" };
        let plain = member.name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        let name = if plain { member.name.clone() } else { format!("{:?}", member.name) };
        let _ = writeln!(out, "  {name}{mark}: {}{null};", written(&member.holds));
    }
    if open {
        let _ = writeln!(out, "  [member: string]: unknown;");
    }
    out.push_str("}\n");
}

fn written(holds: &Type) -> String {
    match holds {
        Type::Text => "string".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Bool => "boolean".to_owned(),
        Type::Always(value) => value.to_string(),
        Type::Word(word) => format!("{word:?}"),
        Type::Any => "unknown".to_owned(),
        Type::Named(name) => (*name).to_owned(),
        Type::List(element) => match **element {
            Type::Either(..) => format!("({})[]", written(element)),
            _ => format!("{}[]", written(element)),
        },
        Type::Either(one, other) => format!("{} | {}", written(one), written(other)),
        Type::Written(text) => text.clone(),
    }
}
