//! `cargo xtask up` sets Rabatt up and starts it; `cargo xtask test` checks everything.
//!
//! Uses nothing beyond the standard library, so that it builds at once on a bare machine.

mod apt;
mod bench;
mod peers;
mod postgres;
mod python;
mod ratios;
mod schemathesis;
mod suites;
mod up;
mod wasm;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask up             build what is missing and start the service on 127.0.0.1:8080
cargo xtask test           run every suite
cargo xtask test SUITE…    run some of them
cargo xtask wasm           build the npm package @rabatt/engine in bindings-wasm/
cargo xtask web            build the console in web/, which the service serves at /
cargo xtask bench          the benchmark: every part but engine and web, and the page; --quick for a look
cargo xtask bench engine   run criterion's benches and print their ratios
cargo xtask bench peers    measure other rule engines on the same workload (rust, cedar, node, python)
cargo xtask bench sizes    measure the engine by rules, lines and overlap, and what is adverse to it
cargo xtask bench memory   count allocations and bytes
cargo xtask bench instructions   count instructions beside those stored; --write stores them
cargo xtask bench service  load the service beside its floors
cargo xtask bench wasm     measure the npm package in Node and Chromium beside its floor
cargo xtask bench web      measure typing in the console's cart with 10 000 rules, in Chromium
cargo xtask bench python   measure the Python package beside the native engine, json, Polars and others
cargo xtask bench page     make a page and the table in benches/README.md of what was measured";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["up", rest @ ..] => up::up(rest),
        ["test", suites @ ..] => suites::test(suites),
        // What the suites of these names run.
        ["schemathesis"] => schemathesis::run(),
        ["wasm"] => exit(wasm::build()),
        ["web"] => exit(web::build()),
        ["python", rest @ ..] => python::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}\n\nSuites: {}", suites::names().join(", "));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{HELP}\n\nSuites: {}", suites::names().join(", "));
            ExitCode::from(2)
        }
    }
}

fn exit(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
