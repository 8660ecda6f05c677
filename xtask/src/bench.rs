//! `cargo xtask bench`: the benchmark, part by part. Each leaves what it measured in `target/bench/`, and the last makes a page of it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::{peers, python, ratios, wasm, web};

/// The parts of a whole run, in their order.
const WHOLE: [&str; 7] = ["peers", "sizes", "memory", "wasm", "python", "service", "instructions"];

/// What of the service's bench is in a whole run: without customers by the million.
const SERVICE: [&str; 5] = ["available", "http", "changes", "claims", "receipts"];

/// Runs all, or one part with further words for it.
pub(crate) fn run(words: &[&str]) -> ExitCode {
    let done = match words {
        [] | ["--quick"] => whole(words),
        ["engine", rest @ ..] => engine(rest),
        ["peers", rest @ ..] => peers::run(rest),
        ["sizes", rest @ ..] => benches("sizes", &[], rest),
        ["memory", rest @ ..] => benches("memory", &["--features", "counted"], rest),
        ["instructions", rest @ ..] => instructions(rest),
        ["page"] => benches("page", &[], &[]),
        ["python", rest @ ..] => return python::bench(rest),
        ["service", rest @ ..] => service(rest),
        ["wasm"] => return wasm::bench(),
        ["web", rest @ ..] => web::bench(rest).then_some(()).ok_or_else(|| "web: it did not end well".to_owned()),
        [other, ..] => Err(format!(
            "there is no part `{other}`; there are engine, peers, sizes, memory, instructions, wasm, web, python, service, page, \
             and without a word (or with --quick) nearly all of them"
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Everything, and the page of it. A part that cannot run (a tool is missing) does not keep the others from running.
fn whole(words: &[&str]) -> Result<(), String> {
    let quick = !words.is_empty();
    let mut failed = Vec::new();
    for part in WHOLE {
        println!("\n== {part} ==");
        let start = Instant::now();
        let done = match part {
            "wasm" => printed("wasm", &[&["wasm"]]),
            "python" => printed("python", &[if quick { &["python", "1000"] } else { &["python"] }]),
            "service" if quick => printed("service", &[&["service", SERVICE[0]]]),
            "service" => printed("service", &SERVICE.map(|name| ["service", name]).each_ref().map(<[&str; 2]>::as_slice)),
            "instructions" => instructions(&[]),
            other => itself(&[&[other], words].concat(), None),
        };
        if let Err(message) = done {
            eprintln!("{part}: {message}");
            failed.push(part);
        }
        println!("{part}: {} s", start.elapsed().as_secs());
    }
    println!();
    benches("page", &[], &[])?;
    if failed.is_empty() { Ok(()) } else { Err(format!("not everything could be measured: {}", failed.join(", "))) }
}

/// Criterion's benches; further words go to it.
fn engine(words: &[&str]) -> Result<(), String> {
    let done =
        wasm::succeed(Command::new("cargo").args(["bench", "-p", "rabatt-benches", "--bench", "engine", "--"]).args(words));
    ratios::print();
    done
}

fn service(words: &[&str]) -> Result<(), String> {
    let load = ["run", "--release", "-p", "rabatt-benches", "--features", "load", "--bin", "load", "--"];
    wasm::succeed(Command::new("cargo").args(load).args(words))
}

/// A program of the benches.
fn benches(program: &str, settings: &[&str], words: &[&str]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "-p", "rabatt-benches", "--bin", program]).args(settings).arg("--");
    command.args(words).arg("--out").arg(folder()?);
    command.env("RABATT_BENCH_STAMP", stamp(words));
    wasm::succeed(&mut command)
}

fn instructions(words: &[&str]) -> Result<(), String> {
    let there = || Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if !there() && !crate::apt::install("valgrind") {
        return Err("valgrind counts them and is missing; on Debian: sudo apt-get install valgrind".to_owned());
    }
    let run = ["run", "--quiet", "--release", "-p", "rabatt-benches", "--bin", "instructions", "--"];
    wasm::succeed(Command::new("cargo").args(run).args(words).env("RABATT_BENCH_RUSTC", told("rustc", &["--version"])))
}

/// Parts that print tables: what they print is kept, and the tables in it go on the page.
fn printed(name: &str, runs: &[&[&str]]) -> Result<(), String> {
    let folder = folder()?;
    let path = folder.join(format!("{name}.txt"));
    let mut file = fs::File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    for words in runs {
        itself(words, Some(&mut file))?;
    }
    let text = path.display().to_string();
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "-p", "rabatt-benches", "--bin", "page", "--", "--part", name, &text, "--out"]);
    wasm::succeed(command.arg(folder).env("RABATT_BENCH_STAMP", stamp(&[])))
}

/// This program with other words; what it prints goes into the file as well.
fn itself(words: &[&str], file: Option<&mut fs::File>) -> Result<(), String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(own);
    command.arg("bench").args(words);
    let Some(file) = file else { return wasm::succeed(&mut command) };
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(|error| error.to_string())?;
        println!("{line}");
        writeln!(file, "{line}").map_err(|error| error.to_string())?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("it ended with {status}")) }
}

/// Where results go.
pub(crate) fn folder() -> Result<PathBuf, String> {
    let folder = wasm::target().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Where and when something is measured, as JSON that programs of all languages hand on.
pub(crate) fn stamp(words: &[&str]) -> String {
    let changed = if told("git", &["status", "--porcelain"]).is_empty() { "" } else { "+" };
    let commit = format!("{}{changed}", told("git", &["rev-parse", "--short", "HEAD"]));
    let processor = fs::read_to_string(Path::new("/proc/cpuinfo")).unwrap_or_default();
    let name =
        processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map_or("", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, Into::into).to_string();
    let pace = if words.contains(&"--quick") { "quick" } else { "" };
    let members = [
        ("commit", commit.as_str()),
        ("date", &told("date", &["+%F"])),
        ("processor", name),
        ("cores", &cores),
        ("rustc", &told("rustc", &["--version"])),
        ("pace", pace),
    ];
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("{name:?}:\"{}\"", value.replace(['"', '\\'], ""))).collect();
    format!("{{{}}}", members.join(","))
}

/// What a program says; nothing when it is not there.
fn told(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).stderr(Stdio::null()).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
