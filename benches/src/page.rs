//! The results page: one HTML file without scripts, and the table of `benches/README.md`, from what the parts have left in
//! `target/bench/`.

mod chart;
mod goals;
mod tables;

use std::fmt::Write;

use pulldown_cmark::{Options, Parser, html};

use crate::results::{Part, Table};
use chart::{Bar, Chart, Line};

pub use tables::read as read_tables;

const STYLE: &str = "\
:root{color-scheme:light dark;--paper:#fcfcfb;--ink:#1a1c1f;--soft:#5d646d;--rule:#d9dce0;--good:#0b6b3a;--bad:#a3320b;\
--c0:#c2410c;--c1:#1d4ed8;--c2:#0f766e;--c3:#7e22ce;--c4:#a16207;--c5:#be185d;--c6:#4d7c0f;--c7:#475569}\
@media(prefers-color-scheme:dark){:root{--paper:#15171a;--ink:#e8eaed;--soft:#a2aab4;--rule:#363b42;--good:#5fd08f;--bad:#ff9a6b;\
--c0:#fb923c;--c1:#7fb0ff;--c2:#4fd1c0;--c3:#c99bff;--c4:#e6c34d;--c5:#ff8fc0;--c6:#a8d65c;--c7:#a9b4c4}}\
*{box-sizing:border-box}body{margin:0 auto;padding:1.2rem 1rem 4rem;max-width:76rem;background:var(--paper);color:var(--ink);\
font:1rem/1.5 system-ui,sans-serif}h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0}h2{font-size:1.2rem;margin:2.4rem 0 .4rem}\
p,li{max-width:46rem}.soft,figcaption,small{color:var(--soft)}.charts{display:grid;gap:1.6rem 2.4rem;\
grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}figure{margin:0}figcaption{font-size:.9rem;margin-bottom:.4rem}\
figcaption b{display:block;color:var(--ink);font-size:1rem}svg{width:100%;height:auto;display:block}svg text{fill:var(--soft);\
font:12px system-ui,sans-serif}svg text.strong{fill:var(--ink);font-weight:600}svg .grid{stroke:var(--rule)}\
ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:.3rem 0 0;font-size:.85rem}\
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}.wide{overflow-x:auto}\
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}th,td{padding:.25rem .9rem .25rem 0;text-align:left;\
vertical-align:top;border-bottom:1px solid var(--rule)}th{font-weight:600}td.number,th.number{text-align:right;white-space:nowrap}\
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}td small{display:block;max-width:34rem}";

/// What bounds what was missed, and the profiles that show it.
const PROFILES: &str = include_str!("../profiles.md");

/// A text as HTML has it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A whole number with spaces between thousands.
fn spaced(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// What a name of the results means to a person.
fn plain(who: &str) -> String {
    match who {
        "rabatt" => "Rabatt",
        "zen-engine" => "zen-engine (Rust)",
        "floor-siphash" => "floor: look-ups, standard hash",
        "floor-fx" => "floor: look-ups, fast hash",
        "floor-serde_json" => "floor: read and write, serde_json",
        "floor-sonic-rs" => "floor: read and write, sonic-rs",
        "floor-simd-json" => "floor: read and write, simd-json",
        "every rule, in Rust" => "a loop in Rust",
        other => other,
    }
    .to_owned()
}

/// All parts, looked into by what was measured.
#[derive(Debug)]
pub struct Parts<'a>(pub &'a [Part]);

impl Parts<'_> {
    /// The median of one thing in one part.
    fn median(&self, part: &str, who: &str, door: &str, key: (&str, u64, u64)) -> Option<f64> {
        self.0.iter().find(|one| one.part == part)?.median(who, door, key)
    }

    /// What stands in a row of a printed table: the first whose cells have all these words.
    fn told(&self, part: &str, title: &str, words: &[&str], column: usize) -> Option<&str> {
        let tables = &self.0.iter().find(|one| one.part == part)?.tables;
        let has = |row: &&Vec<String>| words.iter().all(|word| row.iter().any(|cell| cell.contains(word)));
        let row = tables.iter().filter(|table| table.title.contains(title)).find_map(|table| table.rows.iter().find(has))?;
        row.get(column).map(String::as_str)
    }

    /// The first printed table with such a column.
    fn with_column(&self, part: &str, column: &str) -> Option<&Table> {
        self.0.iter().find(|one| one.part == part)?.tables.iter().find(|table| table.head.iter().any(|head| head == column))
    }

    /// Whoever was measured at this door on the seeded workload of 10 lines, each once, as lines by rules.
    fn by_rules(&self, door: &str, wanted: fn(&str) -> bool) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for part in self.0.iter().filter(|part| part.part.starts_with("peers")) {
            for row in part.rows.iter().filter(|row| row.door == door && row.workload == "few" && wanted(&row.who)) {
                let point = (row.rules, row.median);
                match lines.iter_mut().find(|line| line.name == plain(&row.who)) {
                    Some(line) => line.points.push(point),
                    None => lines.push(Line { name: plain(&row.who), points: vec![point] }),
                }
            }
        }
        lines.sort_by(|a, b| last(b).total_cmp(&last(a)));
        lines
    }
}

/// The number of a printed amount: `68 %`, `143.2 MiB`.
fn amount(cell: &str) -> Option<f64> {
    cell.trim().split(' ').next()?.parse().ok()
}

/// Nanoseconds of a printed time: `12.3 µs`.
fn time(cell: &str) -> Option<f64> {
    let (number, unit) = cell.trim().rsplit_once(' ')?;
    let number: f64 = number.replace(' ', "").parse().ok()?;
    match unit {
        "ns" => Some(number),
        "µs" => Some(number * 1e3),
        "ms" => Some(number * 1e6),
        _ => None,
    }
}

/// Nanoseconds between two of so many a second.
fn each(per_second: &str) -> Option<f64> {
    let number: f64 = per_second.replace([' ', ','], "").parse().ok()?;
    (number > 0.0).then(|| 1e9 / number)
}

fn last(line: &Line) -> f64 {
    line.points.iter().find(|(rules, _)| *rules == 1_000).or(line.points.last()).map_or(0.0, |(_, ns)| *ns)
}

/// The whole page.
pub fn page(parts: &[Part]) -> String {
    let parts = Parts(parts);
    let goals = goals::all(&parts);
    let reached = goals.iter().filter(|goal| goal.reached() == Some(true)).count();
    let measured = goals.iter().filter(|goal| goal.reached().is_some()).count();
    let mut out = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    out += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>Rabatt's benchmark</title>\n";
    let _ = write!(out, "<style>{STYLE}</style></head><body>\n<h1>How fast is Rabatt, and beside whom?</h1>\n");
    let _ = writeln!(
        out,
        "<p>Rabatt recalculates a receipt under loyalty rules. It is measured here beside other rule engines that can be embedded, all on \
         the same seeded rules and receipts, with the same answers compared, and beside <em>floors</em>: work that nothing can avoid. \
         {reached} of {measured} goals are reached.</p>\n<p class=\"soft\">{}</p>",
        stamp(parts.0)
    );
    out += "<p><b>Read ratios, not times.</b> Machines and neighbours differ; what was measured in turns in one run can be compared.</p>\n";
    let _ = write!(out, "<h2>Goals</h2>\n{}", goals::table(&goals));
    html::push_html(&mut out, Parser::new_ext(PROFILES, Options::ENABLE_TABLES));
    out += "<h2>Beside others</h2>\n<p>60 % of the rules are a percentage on an item or a group, 15 % new prices, 10 % “3 for 2”, 10 % a \
            percentage on the receipt, 5 % bound to a store or to hours. About three apply to a receipt; more rules are more rules that do \
            <em>not</em> apply.</p>\n<div class=\"charts\">\n";
    for chart in beside(&parts) {
        out += &chart.svg();
    }
    out += "</div>\n<h2>Rabatt alone</h2>\n<div class=\"charts\">\n";
    for chart in alone(&parts) {
        out += &chart.svg();
    }
    out += "</div>\n<h2>All that was measured</h2>\n";
    for part in parts.0 {
        out += &tables::part(part);
    }
    out += "</body></html>\n";
    out
}

/// Machine, commit, versions.
fn stamp(parts: &[Part]) -> String {
    let Some(stamp) = parts.iter().map(|part| &part.stamp).find(|stamp| !stamp.commit.is_empty()) else {
        return "Where and when this was measured is not known.".to_owned();
    };
    let mut versions: Vec<String> =
        parts.iter().flat_map(|part| &part.versions).map(|(name, version)| format!("{name} {version}")).collect();
    versions.sort();
    versions.dedup();
    let pace =
        if parts.iter().any(|part| part.stamp.pace == "quick") { " Short samples: a look, not a measurement." } else { "" };
    let other = parts.iter().any(|part| !part.stamp.commit.is_empty() && part.stamp.commit != stamp.commit);
    escaped(&format!(
        "{}, {} threads, {}; commit {}{}, {}.{pace} {}.",
        stamp.processor,
        stamp.cores,
        stamp.rustc,
        stamp.commit,
        if other { " (and others: not every part was measured anew)" } else { "" },
        stamp.date,
        versions.join(", ")
    ))
}

fn beside(parts: &Parts<'_>) -> Vec<Chart> {
    let text = parts.by_rules("text", |_| true);
    // One of each kind: more lines cannot be told apart.
    let main = |name: &str| {
        matches!(name, "rabatt" | "zen-engine" | "floor-serde_json" | "json-rules-engine" | "Medusa promotion")
            || matches!(name, "rule-engine" | "business-rules" | "a loop in JavaScript")
    };
    let shown = |name: &str| !name.contains("beside");
    let bars: Vec<Bar> = text
        .iter()
        .rev()
        .filter_map(|line| line.points.iter().find(|(rules, _)| *rules == 1_000).map(|(_, ns)| (line.name.clone(), *ns)))
        .map(|(name, ns)| Bar { strong: name.starts_with("Rabatt"), name, ns })
        .collect();
    vec![
        Chart::Bars {
            title: "One receipt, 1 000 rules, from JSON to JSON".to_owned(),
            what: "Each step of the scale is ten times as long. Less is better. Engines in their own language; amounts are computed \
                   except by zen-engine."
                .to_owned(),
            bars,
        },
        Chart::Lines {
            title: "With more rules, from JSON to JSON".to_owned(),
            what: "Who looks at every rule takes ten times as long with ten times the rules.".to_owned(),
            across: "rules".to_owned(),
            lines: parts.by_rules("text", main),
        },
        Chart::Lines {
            title: "With more rules, the receipt in memory already".to_owned(),
            what: "Without JSON, what remains is deciding and computing. cedar-policy and zen-engine compute no amounts.".to_owned(),
            across: "rules".to_owned(),
            lines: parts.by_rules("memory", shown),
        },
        Chart::Lines {
            title: "Reading and compiling the rules".to_owned(),
            what: "Once, before any receipt. The floor reads them into plain structs with serde_json.".to_owned(),
            across: "rules".to_owned(),
            lines: parts.by_rules("compile", |_| true),
        },
    ]
}

fn alone(parts: &Parts<'_>) -> Vec<Chart> {
    const OVERLAPS: [(&str, &str); 3] =
        [("disjoint", "no line has two rules"), ("few", "about three apply"), ("bundles", "ten bundles compete")];
    let line = |name: &str, points: Vec<(u64, Option<f64>)>| Line {
        name: name.to_owned(),
        points: points.into_iter().filter_map(|(x, ns)| ns.map(|ns| (x, ns))).collect(),
    };
    let at = |workload: &str, rules: u64, lines: u64| parts.median("sizes", "rabatt", "memory", (workload, rules, lines));
    let by_rules =
        OVERLAPS.map(|(workload, name)| line(name, [10, 100, 1_000, 10_000, 100_000].map(|n| (n, at(workload, n, 10))).to_vec()));
    let by_lines =
        OVERLAPS.map(|(workload, name)| line(name, [1, 10, 50, 200, 1_000].map(|n| (n, at(workload, 1_000, n))).to_vec()));
    let adverse = crate::adverse::ADVERSE
        .iter()
        .filter_map(|adverse| {
            at(adverse.name, adverse.rules, adverse.lines).map(|ns| Bar { name: adverse.what.to_owned(), ns, strong: false })
        })
        .collect();
    let of = |part: &str, who: &str, door: &str| parts.median(part, who, door, ("few", 1_000, 10));
    let arrow = |threads: &str| parts.told("python", "1000 rules", &["evaluate_arrow, ", threads], 1).and_then(time);
    let browser = parts.told("wasm", "", &["Chromium", "evaluateText"], 2).and_then(time);
    let doors = [
        ("Rust, the receipt in memory", of("peers-rust", "rabatt", "memory")),
        ("Python, columns (Arrow), 1 thread", arrow("1 thread")),
        ("Rust, from JSON to JSON", of("peers-rust", "rabatt", "text")),
        ("Python, from JSON to JSON", of("peers-python", "Rabatt (Python)", "text")),
        ("Node, from JSON to JSON", of("peers-node", "Rabatt (WebAssembly)", "text")),
        ("Chromium, from JSON to JSON", browser),
        ("HTTP, 16 clients: time from answer to answer", parts.told("service", "", &["available_for_receipt"], 1).and_then(each)),
    ];
    let doors = doors.into_iter().filter_map(|(name, ns)| Some(Bar { name: name.to_owned(), ns: ns?, strong: false })).collect();
    vec![
        Chart::Bars {
            title: "Through every door".to_owned(),
            what: "One receipt of 10 lines, 1 000 rules. Over HTTP the customer's refs are read, too.".to_owned(),
            bars: doors,
        },
        Chart::Lines {
            title: "More rules, 10 lines, in memory".to_owned(),
            what: "Flat is what an index is for.".to_owned(),
            across: "rules".to_owned(),
            lines: by_rules.to_vec(),
        },
        Chart::Lines {
            title: "More lines, 1 000 rules, in memory".to_owned(),
            what: "Bundles that compete are a search for the best choice, bounded by counted steps.".to_owned(),
            across: "lines".to_owned(),
            lines: by_lines.to_vec(),
        },
        Chart::Bars { title: "What is made to be hard".to_owned(), what: "One receipt, in memory.".to_owned(), bars: adverse },
    ]
}

const BEGIN: &str = "<!-- results: made by `cargo xtask bench page` -->";
const END: &str = "<!-- end of results -->";

/// The README with the table between its markers made anew.
///
/// # Errors
/// When it has no markers.
pub fn readme(text: &str, parts: &[Part]) -> Result<String, String> {
    let missing = || format!("benches/README.md has no `{BEGIN}` and `{END}` for the table to stand between");
    let (before, rest) = text.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    let goals = goals::all(&Parts(parts));
    let stamp = stamp(parts).replace("&quot;", "\"");
    Ok(format!("{before}{BEGIN}\n{}\n{stamp}\n{END}{after}", goals::markdown(&goals)))
}

#[cfg(test)]
mod tests {
    use super::goals::Goal;
    use super::*;

    /// Results as they were once, with one part missing.
    const SAMPLE: &str = include_str!("page/sample.json");

    fn sample() -> Vec<Part> {
        serde_json::from_str(SAMPLE).unwrap_or_default()
    }

    #[test]
    fn the_page_says_what_was_measured_and_needs_nothing_else() {
        let page = page(&sample());
        for told in
            ["zen-engine (Rust)", "json-rules-engine", "&lt;script&gt;", "36× as long", "prefers-color-scheme", "viewport"]
        {
            assert!(page.contains(told), "{told} is missing");
        }
        for not in ["<script", "http://", "https://", "NaN", "inf"] {
            assert!(!page.contains(not), "{not} is on the page");
        }
        assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
        assert!(page.matches("<svg").count() >= 3);
    }

    #[test]
    fn a_missed_goal_says_what_bounds_it_and_one_not_measured_is_neither() {
        let parts = sample();
        let goals = goals::all(&Parts(&parts));
        let found = |name: &str| goals.iter().find(|goal| goal.what.contains(name)).and_then(Goal::reached);
        assert_eq!(found("25 times as fast as zen-engine, 1 000 rules"), Some(true));
        assert_eq!(found("look-ups"), Some(false));
        assert_eq!(found("10 000 rules held"), None);
        let table = goals::markdown(&goals);
        assert!(table.contains("| 2.50 | ≤ 2 | no |"), "{table}");
        assert!(goals::table(&goals).contains("<small>"));
    }

    #[test]
    fn the_readme_keeps_what_is_around_the_table() {
        let text = format!("before\n{BEGIN}\nformer\n{END}\nafter\n");
        let new = readme(&text, &sample()).unwrap_or_default();
        assert!(new.starts_with("before\n") && new.ends_with("\nafter\n") && !new.contains("former"), "{new}");
        assert_eq!(readme(&new, &sample()).as_deref(), Ok(new.as_str()));
        assert!(readme("no markers", &sample()).is_err());
    }

    #[test]
    fn printed_times_are_read() {
        assert_eq!(time("12.5 µs"), Some(12_500.0));
        assert_eq!(time("12.5"), None);
        assert_eq!(each("3 372").map(f64::round), Some(296_560.0));
        assert_eq!(Parts(&sample()).told("service", "Claims", &["floor"], 1), Some("3 372"));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(spaced(100_000), "100\u{202f}000");
        assert_eq!(spaced(999), "999");
    }

    #[test]
    fn without_results_there_is_a_page_all_the_same() {
        assert!(page(&[]).contains("0 of 0 goals"));
    }
}
