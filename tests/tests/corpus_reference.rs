//! Engine and reference agree on every case of the corpus that is valid.
#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use rabatt_tests::compare::agrees;
use rabatt_tests::corpus;
use rabatt_tests::door::engine;
use rabatt_tests::reference::answers;
use serde_json::Value;

#[test]
fn the_reference_answers_every_case_alike() {
    let mut judged = 0;
    let mut differences = Vec::new();
    for case in corpus::all().unwrap() {
        let Ok(mut call) = serde_json::from_str::<Value>(&case.call) else { continue };
        // Recalculated amounts are written by the engine's door alone; what is given is judged.
        if let Some(options) = call.get_mut("options").and_then(Value::as_object_mut) {
            options.remove("amounts");
        }
        let answer = engine(&call);
        if answer["ok"] != Value::Bool(true) {
            continue;
        }
        // More steps than the reference can take are the engine's own affair.
        let right = answers(&call);
        if right.capped || answer["outcome"]["optimal"] == Value::Bool(false) {
            continue;
        }
        judged += 1;
        differences.extend(agrees(&call, &answer, &right.answers).err().map(|difference| format!("{}: {difference}", case.name)));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    assert!(judged >= 100, "only {judged} cases could be judged");
}
