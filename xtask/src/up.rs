//! `cargo xtask up`: from a clone to a running service.

use std::process::{Command, ExitCode};

/// Builds the console and the program and starts `rabatt serve` in the foreground; further words go to it.
pub(crate) fn up(words: &[&str]) -> ExitCode {
    if !crate::web::build() {
        eprintln!("The service starts without its page; everything else works.");
    }
    println!("Building the service (a few minutes the first time) …");
    let built = Command::new("cargo").args(["build", "--release", "--package", "rabatt-service"]).status();
    if !built.is_ok_and(|status| status.success()) {
        eprintln!(
            "The service did not build. Rust 1.95 or later is needed (`rustc --version`); then type `cargo xtask up` again."
        );
        return ExitCode::FAILURE;
    }
    println!("Starting it; stop it with Ctrl-C.");
    // In the same process group, so that Ctrl-C reaches the service, which then finishes what it accepted.
    match Command::new("target/release/rabatt").arg("serve").args(words).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("target/release/rabatt: {error}");
            ExitCode::FAILURE
        }
    }
}
