//! The engine's one door: a Call in, an Answer out, both as text (§22).

use serde_json::Value;

/// What the engine answers to a Call.
pub fn engine_door(call: &str) -> String {
    rabatt_engine::answer(call)
}

/// The same for Calls and Answers as values.
pub fn engine(call: &Value) -> Value {
    serde_json::from_str(&engine_door(&call.to_string())).unwrap_or(Value::Null)
}
