//! `cargo xtask wasm`: the npm package in `bindings-wasm/pkg/`.
//!
//! The standard library is built with the engine, for size: its sources are a component of rustup, or a
//! package of Debian's second compiler where rustup has nothing to offer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Where the package is.
const FOLDER: &str = "bindings-wasm";

/// What the package is made from.
const SOURCES: [&str; 11] = [
    "Cargo.lock",
    "Cargo.toml",
    "bindings-wasm/Cargo.toml",
    "bindings-wasm/package-lock.json",
    "bindings-wasm/package.json",
    "bindings-wasm/src",
    "bindings-wasm/ts",
    "bindings-wasm/tsconfig.json",
    "engine/Cargo.toml",
    "engine/src",
    "xtask/src/wasm.rs",
];

/// What is in the package.
const MADE: [&str; 3] = ["index.js", "index.d.ts", "rabatt.wasm"];

/// Nothing that only a debugger or a panic message would use, and small code where there is a choice. What
/// is computed stays the same.
const RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none --cfg sha2_backend=\"soft\" --cfg sha2_backend_soft=\"compact\"";

/// What every browser since 2022 and Node 20 can do.
const WASM_FEATURES: [&str; 5] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
];

/// Downloads by rustup that take longer are given up.
const PATIENCE: Duration = Duration::from_secs(90);

/// Builds the package unless it is newer than everything that it is made from.
pub(crate) fn build() -> bool {
    let made: Vec<PathBuf> = MADE.iter().map(|name| Path::new(FOLDER).join("pkg").join(name)).collect();
    let oldest = made.iter().map(|file| newest(file)).min().flatten();
    let source = SOURCES.iter().map(|source| newest(Path::new(source))).max().flatten();
    if oldest.is_some() && oldest > source && npm(FOLDER).is_ok() {
        return true;
    }
    println!("Building the WebAssembly package (a few minutes the first time) …");
    match try_build() {
        Ok(size) => {
            println!("{FOLDER}/pkg/rabatt.wasm: {size} bytes");
            true
        }
        Err(message) => {
            eprintln!("the WebAssembly package could not be built: {message}");
            false
        }
    }
}

/// Measures the package in Node and Chromium, beside its floor and another rule engine.
pub(crate) fn bench() -> ExitCode {
    let run = || {
        if !build() {
            return Err("there is no package to measure".to_owned());
        }
        let folder = target().join("wasm-bench");
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let floor = folder.join("floor.wasm");
        optimise(&compile("rabatt-wasm-floor")?, &floor)?;
        succeed(Command::new("node").arg("benches/wasm/run.mjs").arg(&floor).arg(folder.join("page")))?;
        println!();
        succeed(Command::new("node").arg("benches/wasm/size.mjs").arg(compiled("rabatt-wasm")))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// When a file, or a file below a folder, was changed last.
pub(crate) fn newest(path: &Path) -> Option<SystemTime> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().filter_map(|entry| newest(&entry.path())).max(),
        Err(_) => fs::metadata(path).and_then(|data| data.modified()).ok(),
    }
}

fn try_build() -> Result<u64, String> {
    npm(FOLDER)?;
    let wasm = compile("rabatt-wasm")?;
    let package = Path::new(FOLDER).join("pkg");
    fs::create_dir_all(&package).map_err(|error| error.to_string())?;
    let out = package.join("rabatt.wasm");
    optimise(&wasm, &out)?;
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(license, Path::new(FOLDER).join(license)).map_err(|error| error.to_string())?;
    }
    succeed(Command::new(tool("tsc")).args(["--project", FOLDER]))?;
    fs::metadata(&out).map(|data| data.len()).map_err(|error| error.to_string())
}

/// Compiles a crate of the workspace for WebAssembly; gives the file.
fn compile(krate: &str) -> Result<PathBuf, String> {
    let mut cargo = toolchain()?;
    cargo
        .args(["build", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "--package", krate])
        .args(["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size", "--target-dir"])
        .arg(target().join("wasm"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", RUSTFLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    succeed(&mut cargo)?;
    Ok(compiled(krate))
}

/// Where a crate's file is, once compiled.
fn compiled(krate: &str) -> PathBuf {
    target().join("wasm/wasm32-unknown-unknown/wasm").join(format!("{}.wasm", krate.replace('-', "_")))
}

/// Makes a compiled file smaller.
fn optimise(wasm: &Path, out: &Path) -> Result<(), String> {
    let mut command = Command::new(tool("wasm-opt"));
    // Nothing lies in the first kilobyte: it is the far end of the stack.
    command.args(WASM_FEATURES).args([
        "-Oz",
        "--low-memory-unused",
        "--strip-debug",
        "--strip-producers",
        "--strip-target-features",
        "-o",
    ]);
    succeed(command.arg(out).arg(wasm))
}

/// Cargo as this program was started by it, or Debian's second one: whichever has the library's sources.
fn toolchain() -> Result<Command, String> {
    if has_sources("rustc") || (rustup() && has_sources("rustc")) {
        return Ok(Command::new("cargo"));
    }
    const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
    if !has_sources("/usr/bin/rustc") && !PACKAGES.iter().all(|package| crate::apt::install(package)) {
        return Err(format!(
            "the sources of Rust's standard library are missing; by hand: `rustup component add rust-src`, \
             or on Debian `sudo apt-get install {}`",
            PACKAGES.join(" ")
        ));
    }
    let mut cargo = Command::new("/usr/bin/cargo");
    let path = std::env::var("PATH").unwrap_or_default();
    cargo.env("PATH", format!("/usr/bin:{path}"));
    // Whatever chose the compiler that runs this must not choose the other's.
    for chosen in ["RUSTC", "RUSTUP_TOOLCHAIN", "CARGO", "RUSTDOC"] {
        cargo.env_remove(chosen);
    }
    if Path::new("/usr/bin/wasm-ld-19").exists() {
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "/usr/bin/wasm-ld-19");
    }
    Ok(cargo)
}

/// Are the standard library's sources beside this compiler?
fn has_sources(rustc: &str) -> bool {
    let output = Command::new(rustc).args(["--print", "sysroot"]).stderr(Stdio::null()).output();
    output.is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").exists()
    })
}

/// Has rustup fetch them; false when it cannot, or takes too long.
fn rustup() -> bool {
    let child = Command::new("rustup").args(["component", "add", "rust-src"]).stdin(Stdio::null()).spawn();
    let Ok(mut child) = child else { return false };
    println!("Installing the sources of Rust's standard library (rustup component add rust-src), once …");
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(200)),
            Err(_) => return false,
        }
    }
    drop(child.kill());
    drop(child.wait());
    false
}

/// Installs what `package-lock.json` names, when that changed.
pub(crate) fn npm(folder: &str) -> Result<(), String> {
    let installed = newest(&Path::new(folder).join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= newest(&Path::new(folder).join("package-lock.json")) {
        return Ok(());
    }
    println!("Installing its tools (npm ci in {folder}) …");
    succeed(Command::new("npm").args(["ci", "--prefix", folder, "--no-audit", "--no-fund"]))
        .map_err(|error| format!("{error}; Node 20 or later with npm is needed"))
}

/// A program that npm installed.
fn tool(name: &str) -> PathBuf {
    Path::new(FOLDER).join("node_modules/.bin").join(name)
}

/// Where cargo keeps what it builds.
pub(crate) fn target() -> PathBuf {
    let target = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    std::path::absolute(&target).unwrap_or(target)
}

pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} ended with {status}", command.get_program().display())),
        Err(error) => Err(format!("{}: {error}", command.get_program().display())),
    }
}
