//! `cargo xtask test`: the suites, what each counts, and their sum on the last line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::postgres::Cluster;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    passed: u64,
    failed: u64,
}

/// How a suite's output is counted.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// One check: passed when the command succeeds.
    Whole,
    /// nextest's last line: `… N tests run: N passed, N failed`.
    Nextest,
    /// Each `test result:` line of cargo test.
    Libtest,
    /// pytest's last line: `N failed, N passed in N s`.
    Pytest,
    /// The lines `# pass N` and `# fail N` of Node's test runner.
    Node,
    /// differ's line: `N of N cases, …`.
    Differ,
}

struct Suite {
    name: &'static str,
    what: &'static str,
    commands: &'static [(&'static [&'static str], Counts)],
    /// Does it need a PostgreSQL server?
    postgres: bool,
}

const SUITES: &[Suite] = &[
    Suite {
        name: "format",
        what: "rustfmt",
        commands: &[(&["cargo", "fmt", "--all", "--check"], Counts::Whole)],
        postgres: false,
    },
    Suite {
        name: "lint",
        what: "clippy, warnings refused",
        // The load generator too, which nothing else builds.
        commands: &[(
            &[
                "cargo",
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--features",
                "rabatt-benches/load,rabatt-benches/counted",
                "--",
                "-D",
                "warnings",
            ],
            Counts::Whole,
        )],
        postgres: false,
    },
    Suite {
        name: "unit",
        what: "unit, corpus through every door, laws, HTTP",
        commands: &[(
            &[
                "cargo",
                "nextest",
                "run",
                "--workspace",
                "--no-fail-fast",
                "--failure-output=immediate-final",
                "--hide-progress-bar",
            ],
            Counts::Nextest,
        )],
        postgres: false,
    },
    Suite {
        name: "wasm",
        what: "the npm package: same bytes as the native engine, types, size, Deno, examples in Chromium (npm ci in bindings-wasm/)",
        commands: &[
            (&["cargo", "xtask", "wasm"], Counts::Whole),
            (
                &[
                    "node",
                    "--test",
                    "--test-reporter=tap",
                    "bindings-wasm/tests/browser.test.mjs",
                    "bindings-wasm/tests/deno.test.mjs",
                    "bindings-wasm/tests/engine.test.mjs",
                    "bindings-wasm/tests/package.test.mjs",
                    "bindings-wasm/tests/parity.test.mjs",
                    "bindings-wasm/tests/snapshot.test.mjs",
                ],
                Counts::Node,
            ),
        ],
        postgres: false,
    },
    Suite {
        name: "postgres",
        what: "HTTP again, on a PostgreSQL server of its own",
        // The whole workspace, so that what the unit suite built is used as it is.
        commands: &[(
            &[
                "cargo",
                "nextest",
                "run",
                "--workspace",
                "--test",
                "it",
                "--test",
                "processes",
                "--no-fail-fast",
                "--failure-output=immediate-final",
                "--hide-progress-bar",
            ],
            Counts::Nextest,
        )],
        postgres: true,
    },
    Suite {
        name: "differ",
        what: "engine against the slow reference on generated Calls, and the laws on larger ones",
        commands: &[
            (&["cargo", "run", "--quiet", "-p", "rabatt-tests", "--bin", "differ", "--", "--cases", "15000"], Counts::Differ),
            (
                &["cargo", "run", "--quiet", "-p", "rabatt-tests", "--bin", "differ", "--", "--cases", "60", "--size", "large"],
                Counts::Differ,
            ),
        ],
        postgres: false,
    },
    Suite {
        name: "docs",
        what: "examples in the documentation, and the documentation itself",
        commands: &[
            (&["cargo", "test", "--quiet", "--workspace", "--doc"], Counts::Libtest),
            (&["cargo", "doc", "--quiet", "--workspace", "--no-deps"], Counts::Whole),
        ],
        postgres: false,
    },
    Suite {
        name: "schemathesis",
        what: "requests made from the OpenAPI document, good and bad (installs schemathesis into target/ once)",
        commands: &[(&["cargo", "xtask", "schemathesis"], Counts::Libtest)],
        postgres: false,
    },
    Suite {
        name: "python",
        what: "the Python package: corpus, generated Calls, Arrow tables, types, examples (installs into target/ once)",
        commands: &[(&["cargo", "xtask", "python"], Counts::Pytest)],
        postgres: false,
    },
    Suite {
        name: "browser",
        what: "the console, and the public rules on a page of another origin, in Chromium",
        commands: &[
            (&["cargo", "xtask", "web"], Counts::Whole),
            // The program as the unit suite built it, and the console in it.
            (&["cargo", "nextest", "run", "--workspace", "--no-run"], Counts::Whole),
            (&["npm", "test", "--prefix", "web"], Counts::Node),
        ],
        postgres: false,
    },
    Suite {
        name: "bench",
        what: "every bench runs once; what other engines are compared with means the same in every language",
        commands: &[
            (&["cargo", "test", "--quiet", "-p", "rabatt-benches", "--benches"], Counts::Whole),
            (&["cargo", "xtask", "bench", "peers", "--check"], Counts::Whole),
        ],
        postgres: false,
    },
];

pub(crate) fn names() -> Vec<&'static str> {
    SUITES.iter().map(|suite| suite.name).collect()
}

/// Runs the suites asked for, or all; prints a line for each and their sum last.
pub(crate) fn test(asked: &[&str]) -> ExitCode {
    if let Some(unknown) = asked.iter().find(|name| !names().contains(name)) {
        eprintln!("there is no suite `{unknown}`; there are {}", names().join(", "));
        return ExitCode::from(2);
    }
    let suites: Vec<&Suite> = SUITES.iter().filter(|suite| asked.is_empty() || asked.contains(&suite.name)).collect();
    println!("Suites:");
    for suite in &suites {
        println!("  {:<12} {}", suite.name, suite.what);
    }
    install();
    let mut lines = Vec::new();
    let mut sum = Count::default();
    for suite in suites {
        println!("\n== {} ==", suite.name);
        let start = Instant::now();
        let mut count = Count::default();
        match suite.postgres.then(Cluster::start).transpose() {
            Ok(cluster) => {
                for (command, counts) in suite.commands {
                    let one = run(command, *counts, cluster.as_ref());
                    count.passed += one.passed;
                    count.failed += one.failed;
                }
            }
            Err(message) => {
                eprintln!("{message}");
                count.failed = 1;
            }
        }
        let seconds = start.elapsed().as_secs();
        lines.push(format!("{:<12} {:>6} passed, {} failed  ({seconds} s)", suite.name, count.passed, count.failed));
        sum.passed += count.passed;
        sum.failed += count.failed;
    }
    println!("\n{}\n", lines.join("\n"));
    println!("{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 && sum.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Installs what the suites need beyond cargo, only when it is missing.
fn install() {
    let there = |program: &[&str]| {
        let Some((name, words)) = program.split_first() else { return false };
        Command::new(name).args(words).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    if !there(&["cargo", "nextest", "--version"]) {
        println!("\nInstalling cargo-nextest (runs the unit suite), once …");
        if !there(&["cargo", "install", "cargo-nextest", "--locked", "--version", "0.9.143"]) {
            println!("It could not be installed; the unit suite will fail. By hand: cargo install cargo-nextest --locked");
        }
    }
    for (program, package) in [("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm"), ("python3", "python3-venv")] {
        if !there(&[program, "--version"]) && !crate::apt::install(package) {
            println!("{program} is missing and could not be installed; by hand: sudo apt-get install {package}");
        }
    }
    for component in ["rustfmt", "clippy"] {
        let program = if component == "rustfmt" { "fmt" } else { component };
        if !there(&["cargo", program, "--version"]) && !there(&["rustup", "component", "add", component]) {
            println!("{component} is missing and could not be installed; by hand: rustup component add {component}");
        }
    }
}

/// Runs one command, its output shown as it comes, and counts its tests. With a PostgreSQL server
/// the service's tests use it; without, whatever the environment says, SQLite.
fn run(command: &[&str], counts: Counts, postgres: Option<&Cluster>) -> Count {
    let Some((program, words)) = command.split_first() else { return Count::default() };
    println!("$ {}", command.join(" "));
    let mut child = Command::new(program);
    // What a failed test says is not to be looked for above forty frames.
    child.env("RUST_BACKTRACE", "0");
    match postgres {
        Some(cluster) => child.envs(cluster.environment()),
        None => child.env_remove("RABATT_TEST_POSTGRES"),
    };
    let child = child.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            eprintln!("{program}: {error}");
            return Count { passed: 0, failed: 1 };
        }
    };
    // nextest reports on standard error, the others on standard output.
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let other = std::thread::spawn(move || err.map_or_else(Count::default, |err| follow(BufReader::new(err), counts)));
    let mut count = out.map_or_else(Count::default, |out| follow(BufReader::new(out), counts));
    if let Ok(more) = other.join() {
        count.passed += more.passed;
        count.failed += more.failed;
    }
    let succeeded = child.wait().is_ok_and(|status| status.success());
    if matches!(counts, Counts::Whole) {
        count = if succeeded { Count { passed: 1, failed: 0 } } else { Count { passed: 0, failed: 1 } };
    }
    // A command that failed without a failed test (it did not build) fails the suite too; so does
    // one that ran nothing.
    if count.failed == 0 && (!succeeded || count.passed == 0) {
        count.failed = 1;
    }
    count
}

fn follow(lines: impl BufRead, counts: Counts) -> Count {
    let mut count = Count::default();
    for line in lines.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        let mut out = std::io::stdout().lock();
        // A closed terminal is no reason to stop testing.
        drop(writeln!(out, "{line}"));
        let one = match counts {
            Counts::Nextest if line.contains("tests run:") => after_word(&line, "tests run:"),
            Counts::Node if line.starts_with("# pass ") || line.starts_with("# fail ") => {
                let number = line.rsplit(' ').next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
                if line.starts_with("# pass ") {
                    Count { passed: number, failed: 0 }
                } else {
                    Count { passed: 0, failed: number }
                }
            }
            Counts::Pytest => summed(&line).map_or_else(Count::default, numbers),
            Counts::Libtest if line.contains("test result:") => after_word(&line, "test result:"),
            Counts::Differ if line.contains(" cases, ") && line.contains("disagreements") => {
                let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
                let failed = line.split(", ").find(|part| part.contains("disagreements")).and_then(number).unwrap_or(1);
                Count { passed: number(&line).unwrap_or(0).saturating_sub(failed), failed }
            }
            _ => Count::default(),
        };
        count.passed += one.passed;
        count.failed += one.failed;
    }
    count
}

/// Of pytest's last line, `1 failed, 9 passed in 77.01s (0:01:17)`, what stands before the time.
fn summed(line: &str) -> Option<&str> {
    let (counts, time) = line.split_once(" in ")?;
    let seconds = time.split_whitespace().next()?.strip_suffix('s')?;
    seconds.parse::<f64>().is_ok().then_some(counts)
}

/// The numbers behind a word.
fn after_word(line: &str, word: &str) -> Count {
    numbers(line.split(word).nth(1).unwrap_or(""))
}

/// Reads `N passed` and `N failed` (and `N timed out`, `N errors`).
fn numbers(text: &str) -> Count {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut count = Count::default();
    for pair in words.windows(2) {
        let [number, what] = pair else { continue };
        let Ok(number) = number.parse::<u64>() else { continue };
        match *what {
            "passed" => count.passed += number,
            "failed" | "timed" | "error" | "errors" => count.failed += number,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pytest_is_counted_by_its_last_line() {
        let count = |line: &str| {
            let count = follow(line.as_bytes(), Counts::Pytest);
            (count.passed, count.failed)
        };
        assert_eq!(count("2 failed, 51 passed, 1 error in 37.88s"), (51, 3));
        assert_eq!(count("1290 passed in 77.01s (0:01:17)"), (1290, 0));
        assert_eq!(count("..F.. [100%]\nE   5 passed in the kitchen"), (0, 0));
    }
}
