//! `cargo xtask schemathesis`: the service answers what its OpenAPI document says, whatever it is asked.
//!
//! Schemathesis makes requests from the document, good and bad ones, always the same ones. Checked: no
//! server errors, no status, content type or body that is not documented.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

const VERSION: &str = "4.32.5";

/// Requests for an operation and phase, about.
const EXAMPLES: &str = "25";

/// Settings of schemathesis. The account is the one that the token is for.
const SETTINGS: &str = r#"
[parameters]
"path.aid" = "T00000001"
"path.oid" = "T00000001"

[checks]
enabled = false
not_a_server_error.enabled = true
status_code_conformance.enabled = true
content_type_conformance.enabled = true
response_schema_conformance.enabled = true

# These two answer with the receipt as it was sent: members that take no part in a calculation come back
# unread, so a body that breaks its schema gives one that does.
[[operations]]
include-path-regex = "discounts/(available_for_receipt|evaluate)$"
checks.response_schema_conformance.enabled = false
"#;

/// Runs it; the last line is counted like that of other tests.
pub(crate) fn run() -> ExitCode {
    match try_run() {
        Ok((passed, failed)) => {
            println!("test result: {passed} passed; {failed} failed");
            if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(message) => {
            eprintln!("schemathesis: {message}");
            println!("test result: 0 passed; 1 failed");
            ExitCode::FAILURE
        }
    }
}

fn try_run() -> Result<(u64, u64), String> {
    let target = PathBuf::from(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let target = std::path::absolute(target).map_err(|error| error.to_string())?;
    let program = install(&target)?;
    // As the unit suite builds it, so that nothing is built twice.
    succeed(Command::new("cargo").args(["nextest", "run", "--workspace", "--no-run"]))?;
    let folder = target.join("schemathesis");
    // A fresh database each time.
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.to_string()),
        _ => {}
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    fs::write(folder.join("schemathesis.toml"), SETTINGS).map_err(|error| error.to_string())?;
    let service = Service::start(&target.join("debug/rabatt"), &folder)?;
    let token = service.token(&folder)?;
    let mut command = Command::new(program);
    command
        .args(["--no-color", "--config-file", "schemathesis.toml", "run", "--seed", "1", "--workers", "1"])
        .args(["--max-examples", EXAMPLES, "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-shrink"])
        // Patterns that few texts match are slow to make texts for, and no fault.
        .args(["--suppress-health-check", "filter_too_much,too_slow"])
        .args(["--warnings", "off", "--header", &format!("Authorization: Bearer {token}")])
        .arg(format!("http://{}/openapi.json", service.address))
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
        let line = line.map_err(|error| error.to_string())?;
        println!("{line}");
        said.push(line);
    }
    let succeeded = child.wait().map_err(|error| error.to_string())?.success();
    Ok(count(&said, succeeded))
}

/// Test cases without and with failures, from the summary: `11843 generated, 212 found 217 unique failures`.
fn count(said: &[String], succeeded: bool) -> (u64, u64) {
    let summary = said.iter().rev().find(|line| line.contains(" generated, "));
    let numbers: Vec<u64> =
        summary.into_iter().flat_map(|line| line.split_whitespace()).filter_map(|word| word.parse().ok()).collect();
    let generated = numbers.first().copied().unwrap_or(0);
    if succeeded {
        return (generated, 0);
    }
    // Without failing cases it could not run to the end.
    let failed = summary.filter(|line| line.contains(" found ")).and_then(|_| numbers.get(1)).copied().unwrap_or(1).max(1);
    (generated.saturating_sub(failed), failed)
}

/// The program, in a virtual environment of its own; installed when it is not there in this version.
fn install(target: &Path) -> Result<PathBuf, String> {
    let environment = target.join(format!("schemathesis-{VERSION}"));
    let program = environment.join("bin/schemathesis");
    let there = |program: &Path| {
        Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !there(&program) {
        println!("Installing schemathesis {VERSION} into {}, once …", environment.display());
        succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))
            .map_err(|error| format!("{error}; Python 3.11 or later with its venv module is needed (Debian: python3-venv)"))?;
        succeed(Command::new(environment.join("bin/pip")).args(["install", "--quiet", &format!("schemathesis=={VERSION}")]))?;
    }
    Ok(program)
}

fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

/// The service; ends with this.
struct Service {
    child: Child,
    address: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Service {
    fn start(program: &Path, folder: &Path) -> Result<Self, String> {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .env("RABATT_LISTEN", "127.0.0.1:0")
            .env("RABATT_DATA", folder.join("data"))
            .env("RUST_LOG", "error")
            .env_remove("DATABASE_URL")
            .env_remove("RABATT_TEST_POSTGRES")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        let mut service = Self { child, address: String::new() };
        let mut said = BufReader::new(service.child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        said.read_line(&mut line).map_err(|error| error.to_string())?;
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        service.address = address.ok_or("the service does not say where it listens")?.trim_end_matches(';').to_owned();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(service)
    }

    /// A token of the test account.
    fn token(&self, folder: &Path) -> Result<String, String> {
        let client = fs::read_to_string(folder.join("data/client.json")).map_err(|error| error.to_string())?;
        let of_client = |name: &str| member(&client, name).ok_or(format!("client.json has no {name}"));
        let (account, id, secret) = (of_client("account_id")?, of_client("client_id")?, of_client("client_secret")?);
        let body =
            format!("{{\"grant_type\":\"client_credentials\",\"audience\":\"http://127.0.0.1:8080/v1/accounts/{account}\"}}");
        let request = format!(
            "POST /v1/accounts/{account}/auth/token HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Basic {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            base64(format!("{id}:{secret}").as_bytes()),
            body.len()
        );
        let mut answer = String::new();
        TcpStream::connect(&self.address)
            .and_then(|mut connection| {
                connection.write_all(request.as_bytes())?;
                connection.read_to_string(&mut answer)
            })
            .map_err(|error| error.to_string())?;
        member(&answer, "access_token").ok_or(format!("no token: {answer}"))
    }
}

/// A text member of JSON whose texts have no escapes.
fn member(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    rest.split('"').nth(1).map(str::to_owned)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * at) & 63) as usize).copied().map_or('=', char::from);
            text.push(if at <= three.len() { letter } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_base64() {
        for (text, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("a:b~?", "YTpifj8=")] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn summaries_are_counted() {
        let said = |line: &str| [line.to_owned(), "Seed: 1".to_owned()];
        assert_eq!(count(&said("  100 generated, 3 found 7 unique failures, 5 skipped"), false), (97, 3));
        assert_eq!(count(&said("  100 generated, 100 passed"), true), (100, 0));
        assert_eq!(count(&said("  100 generated, 100 passed"), false), (99, 1));
        assert_eq!(count(&said("nothing"), true), (0, 0));
    }
}
