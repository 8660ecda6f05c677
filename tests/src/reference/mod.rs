//! The slow, plain twin of the engine, written from the design's semantics alone: every unit is
//! spelled out, deals are found by exhaustive search, numbers are exact ratios. Each function
//! names its paragraph. It judges nothing about speed and little about bad input.

mod adders;
mod answer;
mod combine;
mod deals;
mod explain;
mod input;
mod lines;
mod matching;
mod number;
mod refs;
mod requirements;
mod stamps;

use std::cell::Cell;

use serde_json::{Value, json};

pub use number::{Money, Ratio, decimal, number, plain, share};

/// Every Answer that is right for a Call. There is more than one only where §8.4 leaves the last
/// tie, a fixed order of units, open.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The right Answers, all different.
    pub answers: Vec<Value>,
    /// There may be more right Answers than are listed, or the case was too large: do not judge by
    /// these.
    pub capped: bool,
}

/// One right Answer to a Call (§22).
pub fn answer(call: &Value) -> Value {
    answers(call).answers.into_iter().next().unwrap_or_else(|| failure("too large for the reference"))
}

/// Every right Answer to a Call.
pub fn answers(call: &Value) -> Answers {
    match evaluate(call) {
        Ok(answers) => answers,
        Err(problem) => Answers { answers: vec![failure(&problem)], capped: false },
    }
}

fn failure(problem: &str) -> Value {
    json!({ "ok": false, "errors": [{ "code": "invalid", "pointer": "", "message": problem }] })
}

fn evaluate(sent: &Value) -> Result<Answers, String> {
    let call = input::Call::read(sent)?;
    let lines = lines::lines(&call.receipt)?;
    let takers: Vec<combine::Taker> = call
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| explain::reasons(&call, &lines, rule).is_empty())
        .map(|(place, rule)| combine::Taker { place, rule: rule.clone(), refs: refs::available(&call, rule).0 })
        .collect();
    let world = combine::World { lines: &lines, capped: Cell::new(false) };
    let wants_explain = input::at(sent, &["options", "explain"]) == Some(&Value::Bool(true));
    let mut answers: Vec<Value> = Vec::new();
    for result in combine::evaluate(&world, &takers) {
        let explain = wants_explain.then(|| explain::verdicts(&call, &lines, &takers, &result));
        let answer = answer::answer(&call, &lines, &takers, &result, explain);
        if !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    Ok(Answers { answers, capped: world.capped.get() })
}
