//! What was measured, as a table.

use std::time::Duration;

use crate::client::Measured;

/// Prints the head of a table.
pub(crate) fn head(title: &str) {
    println!("\n{title}\n\n| what | per second | of the floor | p50 | p99 |\n| --- | ---: | ---: | ---: | ---: |");
}

/// Prints a row; `floor` is what it is compared with.
pub(crate) fn row(what: &str, measured: &Measured, floor: &Measured) {
    println!(
        "| {what} | {:.0} | {:.0} % | {} | {} |",
        measured.per_second(),
        100.0 * measured.per_second() / floor.per_second(),
        time(measured.permille(500)),
        time(measured.permille(990)),
    );
}

/// A duration as people read it.
pub(crate) fn time(duration: Duration) -> String {
    match duration.as_micros() {
        us if us < 1_000 => format!("{us} µs"),
        us if us < 1_000_000 => format!("{:.1} ms", us as f64 / 1e3),
        us => format!("{:.2} s", us as f64 / 1e6),
    }
}
