//! A throw-away PostgreSQL server for tests: in a temporary directory, on a free port of this machine only.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Makes a server in a new directory, says when it answers, and takes both away when its input
/// ends: that happens however this program ends, so nothing is ever left behind.
const SCRIPT: &str = r#"
bin=$1 port=$2
dir=$(mktemp -d "${TMPDIR:-/tmp}/rabatt-postgres.XXXXXX") || exit 1
cd "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT
"$bin/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >log 2>&1 || { cat log >&2; exit 1; }
"$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off </dev/null >>log 2>&1 &
server=$!
until "$bin/pg_isready" --quiet --host=127.0.0.1 --port="$port"; do
    kill -0 "$server" 2>/dev/null || { cat log >&2; exit 1; }
    sleep 0.1
done
echo "ready $dir"
read -r _
kill -INT "$server"
wait "$server"
"#;

/// A running server; dropped, it is gone with all it held.
pub(crate) struct Cluster {
    shell: Child,
    port: u16,
    /// Where its programs are.
    bin: PathBuf,
    /// What it logs.
    log: PathBuf,
}

impl Cluster {
    /// Starts one; installs PostgreSQL when it is missing and that is possible.
    ///
    /// The error says what to type.
    pub(crate) fn start() -> Result<Self, String> {
        let bin = match binaries() {
            Some(bin) => bin,
            None => install()?,
        };
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| format!("no free port: {error}"))?.port();
        // PostgreSQL refuses to run as root.
        let mut command = if crate::apt::is_root() { Command::new("runuser") } else { Command::new("sh") };
        if crate::apt::is_root() {
            command.args(["-u", "postgres", "--", "sh"]);
        }
        // A group of its own: Ctrl-C ends this program, and that ends the server in good order.
        command.args(["-c", SCRIPT, "sh"]).arg(&bin).arg(port.to_string()).process_group(0);
        let mut shell = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let mut line = String::new();
        if let Some(out) = shell.stdout.take() {
            // Nothing read is as bad as an error.
            drop(BufReader::new(out).read_line(&mut line));
        }
        let folder = line.trim().strip_prefix("ready ").map(Path::new);
        let log = folder.unwrap_or(Path::new("")).join("log");
        let cluster = Self { shell, port, bin, log };
        match folder {
            Some(_) => Ok(cluster),
            None => Err(format!("the server of {} did not start; see above", cluster.bin.display())),
        }
    }

    /// What tests are told of it.
    pub(crate) fn environment(&self) -> [(&'static str, std::ffi::OsString); 3] {
        [
            ("RABATT_TEST_POSTGRES", self.url().into()),
            ("RABATT_TEST_POSTGRES_BIN", self.bin.clone().into()),
            ("RABATT_TEST_POSTGRES_LOG", self.log.clone().into()),
        ]
    }

    /// Its address, without a database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        drop(self.shell.wait());
    }
}

/// The folder with `initdb`, `postgres` and `pg_isready`: on the path, or where Debian keeps them, newest first.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    let number = |bin: &PathBuf| bin.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.sort_by_key(number);
    folders.extend(versions.into_iter().rev());
    folders.into_iter().find(|bin| ["initdb", "postgres", "pg_isready"].iter().all(|name| bin.join(name).is_file()))
}

/// Installs the distribution's PostgreSQL.
fn install() -> Result<PathBuf, String> {
    const BY_HAND: &str = "PostgreSQL is missing; by hand: sudo apt-get install postgresql (then it need not run)";
    println!("Installing PostgreSQL (apt-get install postgresql), once …");
    crate::apt::install("postgresql").then(binaries).flatten().ok_or_else(|| BY_HAND.to_owned())
}
