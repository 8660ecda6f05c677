//! `cargo xtask python`: the Python package, built, installed into an environment of its own, and tested.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use crate::apt;

/// What the tests use, in exact versions.
const REQUIREMENTS: &str = "bindings-python/requirements-test.txt";

/// Runs it; pytest's last line is counted. Further words go to pytest.
pub(crate) fn run(words: &[&str]) -> ExitCode {
    match prepare().and_then(|python| test(&python, words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("python: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Measures the package as it is installed for use; `simulate` measures that, further words go to the program.
pub(crate) fn bench(words: &[&str]) -> ExitCode {
    let done = environment().and_then(|python| {
        develop(&python, &["--release"])?;
        let (program, words) = match words {
            ["simulate", words @ ..] => ("bindings-python/benches/simulate.py", words),
            words => ("bindings-python/benches/speed.py", words),
        };
        succeed(python.command("python").arg(program).args(words))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("python: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the package as it is for use, and leaves it where its Python files are.
pub(crate) fn release() -> Result<(), String> {
    develop(&environment()?, &["--release"])
}

/// A virtual environment, and beside it what maturin builds.
struct Environment(PathBuf);

impl Environment {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.0.join("bin").join(program));
        // maturin installs into the environment that this names.
        command.env("VIRTUAL_ENV", &self.0).env_remove("PYTHONPATH").stdin(Stdio::null());
        command
    }
}

/// The environment with everything the tests use; installed when it is not there in these versions.
fn environment() -> Result<Environment, String> {
    let target = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let target = std::path::absolute(target).map_err(|error| error.to_string())?;
    let python = Environment(target.join("python"));
    let wanted = std::fs::read(REQUIREMENTS).map_err(|error| format!("{REQUIREMENTS}: {error}"))?;
    // Written last, so that an installation broken off is begun anew.
    let installed = python.0.join("installed.txt");
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!("Installing {REQUIREMENTS} into {}, once …", python.0.display());
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&python.0))
        .map_err(|error| format!("{error}; Python 3.11 or later with its venv module is needed (Debian: python3-venv)"))?;
    succeed(python.command("pip").args(["install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS]))?;
    std::fs::write(&installed, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

/// Builds the package and installs it so that its Python files are used where they are.
fn develop(python: &Environment, words: &[&str]) -> Result<(), String> {
    // maturin builds PyO3 with settings of its own: in one folder with the workspace, each would
    // undo what the other built.
    let target = python.0.with_file_name("python-build");
    let manifest = ["develop", "--quiet", "--locked", "--manifest-path", "bindings-python/Cargo.toml"];
    succeed(python.command("maturin").args(manifest).args(words).env("CARGO_TARGET_DIR", target))
}

/// Spark runs on Java 17 or later.
fn java() -> Result<(), String> {
    const PACKAGE: &str = "openjdk-17-jre-headless";
    let runs =
        || Command::new("java").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
    if runs() || (apt::install(PACKAGE) && runs()) {
        return Ok(());
    }
    Err(format!("Java 17 or later is needed for the tests with Spark (Debian: apt-get install {PACKAGE})"))
}

fn prepare() -> Result<Environment, String> {
    java()?;
    let python = environment()?;
    develop(&python, &[])?;
    // Prints the native answers that the tests compare with.
    succeed(Command::new("cargo").args(["build", "--quiet", "--package", "rabatt-tests", "--bin", "answers"]))?;
    // Records the purchases that are simulated.
    succeed(Command::new("cargo").args(["build", "--quiet", "--package", "rabatt-service", "--bin", "rabatt"]))?;
    Ok(python)
}

fn test(python: &Environment, words: &[&str]) -> Result<(), String> {
    // The benches' peers have no settings of their own.
    const PEERS: [&str; 3] = ["benches/peers/python", "--config", "bindings-python/pyproject.toml"];
    for words in [["check", "--quiet"].as_slice(), &["format", "--quiet", "--diff"]] {
        succeed(python.command("ruff").args(words).arg("bindings-python"))?;
        succeed(python.command("ruff").args(words).args(PEERS))?;
    }
    succeed(python.command("python").args(["-m", "pytest", "--quiet"]).args(words).current_dir("bindings-python"))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
