//! The engine's one door: a Call in, an Answer out, both as text (§22).

use serde_json::{Value, json};

/// What the engine answers to a Call.
pub fn engine_door(call: &str) -> String {
    let answer = match serde_json::from_str::<Value>(call) {
        Ok(call) => crate::reference::answer(&call),
        Err(problem) => {
            json!({ "ok": false, "errors": [{ "code": "bad_json", "pointer": "", "message": problem.to_string() }] })
        }
    };
    answer.to_string()
}

/// The same for Calls and Answers as values.
pub fn engine(call: &Value) -> Value {
    serde_json::from_str(&engine_door(&call.to_string())).unwrap_or(Value::Null)
}
