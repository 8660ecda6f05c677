//! `rabatt check`: are these rules good, and if not, where and why?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use rabatt_engine::{Plan, Problem};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::input;

/// Check a file of rules: every problem at once, with its place.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 the rules are good, 1 they have problems, 2 the file could not be read.")]
pub struct CheckArgs {
    /// A JSON list of rules; `-` is standard input.
    #[arg(value_name = "R.json")]
    rules: PathBuf,
    /// Print the problems as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &CheckArgs) -> ExitCode {
    let text = match input::read(&args.rules) {
        Ok(text) => text,
        Err(input::Unreadable(message)) => {
            eprintln!("rabatt check: {message}");
            return ExitCode::from(2);
        }
    };
    let compiled = Plan::from_json(&text);
    let problems = compiled.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    if args.json {
        let list: Vec<Value> = problems
            .iter()
            .map(|problem| json!({"code": problem.code.as_str(), "pointer": problem.pointer, "message": problem.message}))
            .collect();
        println!("{}", Value::Array(list));
    } else {
        let file = args.rules.display().to_string();
        print!("{}", compiled.as_ref().map_or_else(|problems| told(&file, &text, problems), |plan| good(&file, plan)));
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is said of rules without a problem.
fn good(file: &str, plan: &Plan) -> String {
    let count = plan.rules().len();
    format!("{file}: {count} {}, no problems\n", if count == 1 { "rule" } else { "rules" })
}

/// The problems for people: which rule by position and name, where in it, and what to do.
fn told(file: &str, text: &str, problems: &[Problem]) -> String {
    // Only rules with problems are looked into.
    let rules: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
    let rule = |at: usize| rules.get(at).and_then(|rule| serde_json::from_str::<Value>(rule.get()).ok());
    let mut out = String::new();
    for problem in problems {
        let mut steps = problem.pointer.splitn(3, '/').skip(1);
        let at = steps.next().and_then(|step| step.parse::<usize>().ok());
        let rule = at.map(|at| {
            let rule = rule(at).unwrap_or_default();
            let name = rule.get("name").or_else(|| rule.get("id")).and_then(Value::as_str);
            format!("rule {}{}", at + 1, name.map(|name| format!(" (\"{name}\")")).unwrap_or_default())
        });
        let place = steps.next().map(|rest| format!(" at {rest}")).unwrap_or_default();
        let rule = rule.map(|rule| format!(": {rule}{place}")).unwrap_or_default();
        out.push_str(&format!("{file}{rule}: {} [{}]\n", problem.message, problem.code.as_str()));
    }
    let count = problems.len();
    out.push_str(&format!("{count} {}\n", if count == 1 { "problem" } else { "problems" }));
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn a_problem_names_the_rule_and_its_place() {
        let rules = r#"[{"id": "a", "name": "Kaffe", "reward": {"type": "discount_percent", "value": 101}}]"#;
        assert_eq!(
            told("r.json", rules, &Plan::from_json(rules).unwrap_err()),
            "r.json: rule 1 (\"Kaffe\") at reward/value: a percentage lies between 0 and 100 [percent_out_of_range]\n1 problem\n"
        );
    }

    #[test]
    fn a_rule_without_a_name_is_told_by_its_position() {
        let text = told("r.json", "[1, {\"reward\": ", &Plan::from_json("[1, {\"reward\": ").unwrap_err());
        assert!(text.starts_with("r.json: rule 1: a rule is an object [wrong_type]\nr.json: rule 2: this is not JSON"), "{text}");
    }

    #[test]
    fn good_rules_are_counted() {
        assert_eq!(good("r.json", &Plan::from_json("[]").unwrap()), "r.json: 0 rules, no problems\n");
    }
}
