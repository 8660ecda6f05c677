//! Packages of the distribution, installed when they are missing.

use std::process::{Command, Stdio};

/// Installs a package; false when that cannot be done here.
pub(crate) fn install(package: &str) -> bool {
    println!("Installing {package} (apt-get), once …");
    let wanted = ["install", "--yes", "--no-install-recommends", package];
    apt(&wanted) || (apt(&["update"]) && apt(&wanted))
}

fn apt(words: &[&str]) -> bool {
    let mut command = if is_root() { Command::new("apt-get") } else { Command::new("sudo") };
    if !is_root() {
        command.args(["--non-interactive", "apt-get"]);
    }
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Is this the superuser?
pub(crate) fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
