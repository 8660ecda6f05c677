//! `cargo xtask web`: the console in `web/dist/`, which the service holds in itself.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::wasm;

/// What the console is made from, beside the WebAssembly package.
const SOURCES: [&str; 10] = [
    "bindings-wasm/pkg",
    "rules-examples",
    "service/examples",
    "service/openapi.json",
    "web/build",
    "web/index.html",
    "web/package-lock.json",
    "web/src",
    "web/tsconfig.json",
    "web/vite.config.ts",
];

/// Builds the package and the console unless they are newer than everything that they are made from.
pub(crate) fn build() -> bool {
    if let Err(message) = node() {
        eprintln!("{message}");
        return false;
    }
    if !wasm::build() {
        return false;
    }
    let made = wasm::newest(Path::new("web/dist/index.html"));
    let source = SOURCES.iter().map(|source| wasm::newest(Path::new(source))).max().flatten();
    if made.is_some() && made > source {
        return true;
    }
    println!("Building the console …");
    let built = wasm::npm("web").and_then(|()| wasm::succeed(Command::new("npm").args(["run", "--prefix", "web", "build"])));
    if let Err(message) = &built {
        eprintln!("the console could not be built: {message}");
    }
    built.is_ok()
}

/// Sees to it that Node is there.
fn node() -> Result<(), String> {
    for (program, package) in [("node", "nodejs"), ("npm", "npm")] {
        let there = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) && !crate::apt::install(package) {
            return Err(format!("the console needs Node 20.19 or later with npm; by hand: sudo apt-get install {package}"));
        }
    }
    Ok(())
}

/// Measures the console in Chromium; further words go to the program.
pub(crate) fn bench(words: &[&str]) -> bool {
    let service = ["build", "--package", "rabatt-service"];
    build()
        && wasm::succeed(Command::new("cargo").args(service)).is_ok()
        && wasm::succeed(Command::new("node").arg("web/bench/typing.mjs").args(words)).is_ok()
}
