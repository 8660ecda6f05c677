//! The program itself: the corpus through `rabatt evaluate --jsonl`, files, exit statuses.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use rabatt_tests::corpus;
use serde_json::Value;

fn rabatt(words: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rabatt"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written while the answers are read, as a till would.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

#[test]
fn the_whole_corpus_as_a_stream() {
    let cases: Vec<_> = corpus::all().unwrap().into_iter().filter(|case| !case.call.trim_end().contains('\n')).collect();
    let input: String = cases.iter().map(|case| format!("{}\n", case.call.trim_end())).collect();
    let output = rabatt(&["evaluate", "--jsonl"], input.as_bytes());
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), cases.len());
    let failed: Vec<String> =
        cases.iter().zip(answers.lines()).filter_map(|(case, answer)| corpus::run(case, |_| answer.to_owned()).err()).collect();
    assert!(failed.is_empty(), "{} of {} cases:\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}

#[test]
fn a_stream_goes_on_after_nonsense() {
    let good = r#"{"rules": [], "receipt": {"purchase_at": "2024-06-01T12:00:00Z"}}"#;
    let mut input = format!("{good}\n{{\n\n[]\n").into_bytes();
    input.extend(b"\xFF\xFE\n");
    input.extend(good.as_bytes());
    let output = rabatt(&["evaluate", "--jsonl"], &input);
    let ok: Vec<bool> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["ok"].as_bool().unwrap())
        .collect();
    assert_eq!(ok, [true, false, false, false, true]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn files_options_and_exit_statuses() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let rules = file("rules.json", r#"[{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}]"#);
    let receipt = file(
        "receipt.json",
        r#"{"purchase_at": "2024-06-01T12:00:00Z", "items": [{"gross_amount": 1000, "eligible_for_discount": true}]}"#,
    );
    let output = rabatt(&["evaluate", "--rules", &rules, "--receipt", &receipt, "--explain"], b"");
    assert_eq!(output.status.code(), Some(0));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["outcome"]["totals"]["discount"], 100);
    assert_eq!(answer["outcome"]["explain"][0]["verdict"], "applied");
    let facts = file("facts.json", r#"{"refs": []}"#);
    let output = rabatt(&["evaluate", "--rules", &rules, "--receipt", &receipt, "--facts", &facts], b"");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["outcome"]["totals"]["discount"], 0);
    assert_eq!(rabatt(&["check", &rules], b"").status.code(), Some(0));
    let bad = file("bad.json", r#"[{"id": "a", "reward": {"type": "discount_percent", "value": 101}}]"#);
    let output = rabatt(&["check", &bad], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("rule 1 (\"a\") at reward/value"));
    for words in [&["evaluate", "/nowhere.json"][..], &["check", "/"], &["evaluate", "--rules", &rules], &["check"], &["dance"]] {
        let output = rabatt(words, b"");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(!output.stderr.is_empty(), "{words:?}");
    }
    assert_eq!(rabatt(&["evaluate"], b"").status.code(), Some(2));
}
