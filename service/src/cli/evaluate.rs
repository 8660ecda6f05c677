//! `rabatt evaluate`: one Call to one Answer, or a stream of them.

use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{input, till};

/// A Call longer than this is refused without being read into memory.
const MOST_BYTES: u64 = 64 << 20;

const EXAMPLES: &str = "\
Examples:
  rabatt evaluate call.json
  rabatt evaluate --rules rules.json --receipt receipt.json --explain
  rabatt evaluate --jsonl < calls.jsonl > answers.jsonl

A Call is {\"rules\": [...], \"receipt\": {...}, \"facts\": {...}?, \"options\": {...}?}.
To a terminal the Answer is a receipt to read, otherwise JSON.
Exit status: 0 evaluated, 1 the input has problems (they are in the Answer), 2 it could not be read.";

/// Recalculate a receipt offline: what each line costs, and why.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EvaluateArgs {
    /// File with one Call; `-` or nothing is standard input.
    #[arg(value_name = "CALL.json", conflicts_with_all = ["rules", "receipt", "facts"])]
    call: Option<PathBuf>,
    /// Rules (a JSON list), instead of a Call.
    #[arg(long, value_name = "R.json", requires = "receipt")]
    rules: Option<PathBuf>,
    /// The receipt.
    #[arg(long, value_name = "B.json", requires = "rules")]
    receipt: Option<PathBuf>,
    /// What is known of the customer: refs and stored members.
    #[arg(long, value_name = "F.json", requires = "rules")]
    facts: Option<PathBuf>,
    /// Read a Call per line and print an Answer per line, in order, for as long as lines come.
    #[arg(long, conflicts_with_all = ["rules", "receipt", "facts"])]
    jsonl: bool,
    /// Say of every rule why it did what it did.
    #[arg(long)]
    explain: bool,
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> ExitCode {
    let done = if args.jsonl { stream(args) } else { once(args) };
    match done {
        Ok(code) => code,
        // The reader went away: nothing is left to do.
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Io(error)) => {
            eprintln!("rabatt evaluate: {error}");
            ExitCode::from(2)
        }
        Err(Failure::Input(message)) => {
            eprintln!("rabatt evaluate: {message}");
            ExitCode::from(2)
        }
    }
}

enum Failure {
    Io(io::Error),
    Input(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Io(error)
    }
}

impl From<input::Unreadable> for Failure {
    fn from(error: input::Unreadable) -> Self {
        Failure::Input(error.0)
    }
}

fn once(args: &EvaluateArgs) -> Result<ExitCode, Failure> {
    let call = match (&args.rules, &args.receipt) {
        (Some(rules), Some(receipt)) => {
            let facts = args.facts.as_deref().map(input::read).transpose()?;
            let facts = facts.map(|facts| format!(",\"facts\":{facts}")).unwrap_or_default();
            format!("{{\"rules\":{},\"receipt\":{}{facts}}}", input::read(rules)?, input::read(receipt)?)
        }
        _ => {
            let path = args.call.clone().unwrap_or_else(|| PathBuf::from("-"));
            if path.as_os_str() == "-" && io::stdin().is_terminal() {
                return Err(Failure::Input("name a file with a Call, or pipe one in; see rabatt evaluate --help".to_owned()));
            }
            input::read(&path)?
        }
    };
    let answer = answer(&call, args.explain);
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        out.write_all(till::receipt(&answer, &call).as_bytes())?;
    } else {
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    Ok(if answer.starts_with("{\"ok\":true") { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The Answer to a Call; `explain` sets that option, whatever the Call says.
fn answer(call: &str, explain: bool) -> String {
    if explain {
        // Kept apart from the text door's own reading: only an object can take the option.
        if let Ok(serde_json::Value::Object(mut members)) = serde_json::from_str(call) {
            let options = members.entry("options").or_insert(serde_json::Value::Null);
            if options.is_null() {
                *options = serde_json::json!({});
            }
            if let Some(options) = options.as_object_mut() {
                options.insert("explain".to_owned(), true.into());
                return rabatt_engine::answer(&serde_json::Value::Object(members).to_string());
            }
        }
    }
    rabatt_engine::answer(call)
}

/// One Call a line, one Answer a line. A line that is no Call gets an Answer that says so.
fn stream(args: &EvaluateArgs) -> Result<ExitCode, Failure> {
    let source: Box<dyn Read> = match &args.call {
        Some(path) if path.as_os_str() != "-" => {
            Box::new(std::fs::File::open(path).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?)
        }
        _ => Box::new(io::stdin().lock()),
    };
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    let mut all_good = true;
    loop {
        line.clear();
        if (&mut source).take(MOST_BYTES + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let answer = if line.len() as u64 > MOST_BYTES && line.last() != Some(&b'\n') {
            skip_line(&mut source)?;
            line = Vec::new(); // give the memory back
            "{\"ok\":false,\"errors\":[{\"code\":\"out_of_range\",\"pointer\":\"\",\"message\":\"this line is longer than 64 MiB; split it\"}]}"
                .to_owned()
        } else if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        } else {
            match std::str::from_utf8(&line) {
                Ok(call) => answer(call, args.explain),
                Err(_) => rabatt_engine::answer_bytes(&line),
            }
        };
        all_good &= answer.starts_with("{\"ok\":true");
        out.write_all(answer.as_bytes())?;
        out.write_all(b"\n")?;
        // Whoever waits for this answer before sending more must get it.
        if source.buffer().is_empty() {
            out.flush()?;
        }
    }
    out.flush()?;
    Ok(if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Passes over the rest of a line without keeping it.
fn skip_line(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (length, found) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        source.consume(length);
        if found {
            return Ok(());
        }
    }
}
