//! What the fuzz targets do with their bytes. The targets themselves are in `tests/fuzz`; the
//! same functions run on a fixed set of inputs in `tests/tests/fuzz_smoke.rs`.

use serde_json::Value;

use crate::generate;

/// Call parsing: any bytes get an Answer that is JSON; an accepted Call keeps the laws.
///
/// # Panics
/// When a law does not hold: that is the finding.
#[expect(clippy::panic, reason = "a fuzz target reports by panicking")]
pub fn call(bytes: &[u8]) {
    let text = rabatt_engine::answer_bytes(bytes);
    let answer: Value = match serde_json::from_str(&text) {
        Ok(answer) => answer,
        Err(error) => panic!("the Answer is not JSON: {error}\n{text}"),
    };
    match answer["ok"].as_bool() {
        Some(false) => assert!(answer["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "no reason: {text}"),
        Some(true) => laws(&answer),
        None => panic!("neither ok nor not: {text}"),
    }
}

/// Evaluation: a Call generated from the bytes as a seed, a few of its bytes then overwritten.
///
/// # Panics
/// When a law does not hold: that is the finding.
pub fn evaluate(bytes: &[u8]) {
    let mut seed = [0u8; 8];
    for (to, from) in seed.iter_mut().zip(bytes) {
        *to = *from;
    }
    let mut text = generate::call(u64::from_le_bytes(seed)).to_string().into_bytes();
    for change in bytes.get(8..).unwrap_or(&[]).chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % text.len();
        if let Some(byte) = text.get_mut(at) {
            *byte = change[2];
        }
    }
    call(&text);
}

/// Parts sum to wholes, nothing is below zero (§18).
fn laws(answer: &Value) {
    let number = |value: &Value| value.to_string().parse::<i128>().unwrap_or(0);
    let outcome = &answer["outcome"];
    let (mut discount, mut bonus) = (0, 0);
    for applied in outcome["applied"].as_array().into_iter().flatten() {
        let lines = applied["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
        let sum = |member: &str| lines.iter().map(|line| number(&line[member])).sum::<i128>();
        assert_eq!(sum("amount"), number(&applied["amount"]), "{applied}");
        assert_eq!(sum("bonus"), number(&applied["bonus"]), "{applied}");
        discount += number(&applied["amount"]);
        bonus += number(&applied["bonus"]);
    }
    let totals = &outcome["totals"];
    assert_eq!(discount, number(&totals["discount"]), "{outcome}");
    assert_eq!(bonus, number(&totals["bonus"]), "{outcome}");
    assert!(number(&totals["net"]) >= 0, "{outcome}");
    let parts = number(&totals["net"]) + number(&totals["existing_discount"]) + discount;
    assert_eq!(parts, number(&totals["gross"]), "{outcome}");
}
