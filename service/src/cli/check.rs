//! `rabatt check`: are these rules good, and if not, where and why?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
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
    let problems = rabatt_engine::check(&text);
    if args.json {
        let list: Vec<Value> = problems
            .iter()
            .map(|problem| json!({"code": problem.code.as_str(), "pointer": problem.pointer, "message": problem.message}))
            .collect();
        println!("{}", Value::Array(list));
    } else {
        print!("{}", report(&args.rules.display().to_string(), &text, &problems));
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The problems for people: which rule by position and name, where in it, and what to do.
fn report(file: &str, text: &str, problems: &[rabatt_engine::Problem]) -> String {
    let rules: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    if problems.is_empty() {
        let count = rules.as_array().map_or(0, Vec::len);
        return format!("{file}: {count} {}, no problems\n", if count == 1 { "rule" } else { "rules" });
    }
    let mut out = String::new();
    for problem in problems {
        let mut steps = problem.pointer.splitn(3, '/').skip(1);
        let at = steps.next().and_then(|step| step.parse::<usize>().ok());
        let rule = at.map(|at| {
            let rule = rules.get(at);
            let name = rule.and_then(|rule| rule.get("name").or_else(|| rule.get("id"))).and_then(Value::as_str);
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
    use super::report;

    #[test]
    fn a_problem_names_the_rule_and_its_place() {
        let rules = r#"[{"id": "a", "name": "Kaffe", "reward": {"type": "discount_percent", "value": 101}}]"#;
        let text = report("r.json", rules, &rabatt_engine::check(rules));
        assert_eq!(
            text,
            "r.json: rule 1 (\"Kaffe\") at reward/value: a percentage lies between 0 and 100 [percent_out_of_range]\n1 problem\n"
        );
    }

    #[test]
    fn good_rules_are_counted() {
        assert_eq!(report("r.json", "[]", &[]), "r.json: 0 rules, no problems\n");
    }
}
