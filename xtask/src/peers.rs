//! `cargo xtask bench peers`: other rule engines, from their registries at the versions that are written down, on Rabatt's workload.
//!
//! They are installed below `target/peers/`, and neither built nor installed by anything else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{folder, stamp};
use crate::{python, wasm};

const FOLDER: &str = "benches/peers";

/// By language: `rust`, `cedar`, `node`, `python`.
const GROUPS: [&str; 4] = ["rust", "cedar", "node", "python"];

/// Numbers of rules that all are measured with, and those only of a run that is not quick.
const RULES: [&str; 3] = ["10", "100", "1000"];
const MORE: &str = "10000";

/// Numbers of rules for `--check`.
const CHECKED: [&str; 2] = ["10", "100"];

/// Python leaves nothing beside its files.
const NO_CACHE: &str = "PYTHONDONTWRITEBYTECODE";

const RECEIPTS: &str = "200";

/// Runs all groups, or those named. `--quick` takes short samples; `--check` compares what needs no package and measures nothing.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    if words == ["--check"] {
        return check();
    }
    let quick = words.contains(&"--quick");
    let asked: Vec<&str> = words.iter().copied().filter(|word| *word != "--quick").collect();
    if let Some(unknown) = asked.iter().find(|word| !GROUPS.contains(word)) {
        return Err(format!("peers: there is no `{unknown}`; there are {}, and --quick or --check", GROUPS.join(", ")));
    }
    let out = folder()?;
    // One that cannot be installed does not keep the others from being measured.
    let mut failed = Vec::new();
    for group in GROUPS.iter().filter(|group| asked.is_empty() || asked.contains(group)) {
        println!("\n{group}:");
        let done = match *group {
            "rust" => rust("zen", &out, quick),
            "cedar" => rust("cedar", &out, quick),
            "node" => node(&out, quick),
            _ => in_python(&out, quick),
        };
        if let Err(message) = done {
            eprintln!("{group}: {message}");
            failed.push(*group);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("peers: {} could not be measured", failed.join(", "))) }
}

/// What tests run: the crates' lock file fits what they are built of here, which nothing else builds them to see; and the workload's
/// meaning in other languages is still that of `benches/src/scan.rs`.
fn check() -> Result<(), String> {
    let lock = ["update", "--quiet", "--workspace", "--locked"];
    let told = "the lock file of the crates is out of date; run `cargo update --workspace` in benches/peers/rust";
    wasm::succeed(Command::new("cargo").args(lock).current_dir(Path::new(FOLDER).join("rust")))
        .map_err(|message| format!("{told} ({message})"))?;
    let folder = home("check");
    for count in CHECKED {
        let handout = ["run", "--quiet", "-p", "rabatt-benches", "--bin", "handout", "--", count, RECEIPTS];
        wasm::succeed(Command::new("cargo").args(handout).arg(folder.join(count)))?;
    }
    for (program, file) in [("node", "node/run.mjs"), ("python3", "python/run.py")] {
        let mut command = Command::new(program);
        wasm::succeed(command.env(NO_CACHE, "1").arg(Path::new(FOLDER).join(file)).arg("--check").arg(&folder).args(CHECKED))?;
    }
    Ok(())
}

fn home(group: &str) -> PathBuf {
    wasm::target().join("peers").join(group)
}

/// Crates: a package of its own, each program with the features it needs.
fn rust(program: &str, out: &Path, quick: bool) -> Result<(), String> {
    let target = home("rust");
    let manifest = ["build", "--release", "--locked", "--features", program, "--bin", program, "--target-dir"];
    // There, as cargo looks for its settings where it is started.
    wasm::succeed(Command::new("cargo").args(manifest).arg(&target).current_dir(Path::new(FOLDER).join("rust")))?;
    let mut command = Command::new(target.join("release").join(program));
    command.arg("--out").arg(out).env("RABATT_BENCH_STAMP", pace(quick));
    if quick {
        command.args(["--quick", "--rules", "10,1000"]);
    }
    wasm::succeed(&mut command)
}

fn pace(quick: bool) -> String {
    stamp(if quick { &["--quick"] } else { &[] })
}

/// The workload as files; gives their folder and the numbers of rules.
fn handout(quick: bool) -> Result<(PathBuf, Vec<&'static str>), String> {
    let folder = home("workload");
    let mut counts = RULES.to_vec();
    if !quick {
        counts.push(MORE);
    }
    for count in &counts {
        let mut command = Command::new("cargo");
        command.args(["run", "--quiet", "--release", "-p", "rabatt-benches", "--bin", "handout", "--", count, RECEIPTS]);
        wasm::succeed(command.arg(folder.join(count)))?;
    }
    Ok((folder, counts))
}

fn node(out: &Path, quick: bool) -> Result<(), String> {
    let home = home("node");
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let lock = Path::new(FOLDER).join("node/package-lock.json");
    let installed = home.join("installed.json");
    let wanted = read(&lock)?;
    copy(&Path::new(FOLDER).join("node"), &home)?;
    if fs::read(&installed).ok().as_ref() != Some(&wanted) {
        println!("Installing what benches/peers/node/package.json names into {} (about 270 MB), once …", home.display());
        // Not `ci`, which refuses a lock file without the packages for other systems, and one made here has none of those.
        let words = ["install", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
        wasm::succeed(Command::new("npm").args(words).current_dir(&home))?;
        // Written last, so that an installation broken off is begun anew.
        fs::write(&installed, wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
    }
    let (input, counts) = handout(quick)?;
    let package = std::path::absolute("bindings-wasm/pkg/node.js").map_err(|error| error.to_string())?;
    let rabatt = if wasm::build() { package } else { PathBuf::from("-") };
    let mut command = Command::new("node");
    command.arg("run.mjs").arg(input).arg(out).arg(rabatt).args(counts).current_dir(&home);
    wasm::succeed(quickly(&mut command, quick))
}

fn in_python(out: &Path, quick: bool) -> Result<(), String> {
    let home = home("python");
    let requirements = Path::new(FOLDER).join("python/requirements.txt");
    let wanted = read(&requirements)?;
    let installed = home.join("installed.txt");
    if fs::read(&installed).ok().as_ref() != Some(&wanted) {
        println!("Installing benches/peers/python/requirements.txt into {}, once …", home.display());
        wasm::succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        let pip = ["install", "--quiet", "--disable-pip-version-check", "--requirement"];
        wasm::succeed(Command::new(home.join("bin/pip")).args(pip).arg(&requirements))?;
        fs::write(&installed, wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
    }
    let (input, counts) = handout(quick)?;
    let mut command = Command::new(home.join("bin/python"));
    command.env(NO_CACHE, "1").arg(Path::new(FOLDER).join("python/run.py")).arg(input).arg(out).args(counts);
    // Rabatt's own package is used where it is built; without it the others are measured all the same.
    match python::release() {
        Ok(()) => {
            _ = command.env("PYTHONPATH", std::path::absolute("bindings-python/python").map_err(|error| error.to_string())?)
        }
        Err(message) => eprintln!("Rabatt's own package could not be built: {message}"),
    }
    wasm::succeed(quickly(&mut command, quick))
}

fn quickly(command: &mut Command, quick: bool) -> &mut Command {
    if quick {
        command.arg("--quick");
    }
    command.env("RABATT_BENCH_STAMP", pace(quick))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The files of a folder, which has none below.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", from.display());
    for entry in fs::read_dir(from).map_err(told)?.flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(told)?;
    }
    Ok(())
}
