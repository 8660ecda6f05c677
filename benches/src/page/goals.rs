//! What is to be reached, and what was.

use std::fmt::Write;

use super::{Parts, amount, escaped, time};

/// How a ratio is compared with what is to be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reach {
    AtMost(f64),
    AtLeast(f64),
}

/// One goal.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) what: &'static str,
    reach: Reach,
    unit: &'static str,
    /// The ratio or amount, when its parts were run.
    found: Option<f64>,
    /// What bounds it, told where it is missed.
    bound: &'static str,
}

impl Goal {
    /// Was it reached? `None` when it was not measured.
    pub(super) fn reached(&self) -> Option<bool> {
        self.found.map(|found| match self.reach {
            Reach::AtMost(most) => found <= most,
            Reach::AtLeast(least) => found >= least,
        })
    }

    fn told(&self) -> (String, String, &'static str) {
        let number = |number: f64| {
            let digits = if number >= 100.0 || number.fract() == 0.0 { 0 } else { 2 };
            format!("{number:.digits$}{}", self.unit)
        };
        let reach = match self.reach {
            Reach::AtMost(most) => format!("≤ {most}{}", self.unit),
            Reach::AtLeast(least) => format!("≥ {least}{}", self.unit),
        };
        let reached = match self.reached() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not measured",
        };
        (self.found.map_or_else(|| "–".to_owned(), number), reach, reached)
    }
}

const TEN: (&str, u64, u64) = ("few", 10, 10);
const THOUSAND: (&str, u64, u64) = ("few", 1_000, 10);
const BUNDLES: (&str, u64, u64) = ("bundles-by-seed", 10, 40);

/// All goals, in the order of what people ask first.
pub(super) fn all(parts: &Parts<'_>) -> Vec<Goal> {
    let rust = |who: &str, door: &str, key| parts.median("peers-rust", who, door, key);
    let sizes = |who: &str, door: &str, key| parts.median("sizes", who, door, key);
    let of = |own: Option<f64>, other: Option<f64>| Some(own? / other?);
    let times = |own: Option<f64>, other: Option<f64>| of(other, own);
    let memory = |key| rust("rabatt", "memory", key);
    let text = rust("rabatt", "text", THOUSAND);
    let floors = ["floor-serde_json", "floor-sonic-rs", "floor-simd-json"].map(|floor| rust(floor, "text", THOUSAND));
    let fastest = floors.into_iter().flatten().reduce(f64::min);
    let node = |who: &str| parts.median("peers-node", who, "text", THOUSAND);
    let gaps = crate::adverse::ADVERSE.map(|one| sizes("rabatt", "gap", (one.name, one.rules, one.lines)));
    let large = [200, 1_000].map(|lines| sizes("rabatt", "gap", ("bundles", 1_000, lines)));
    let gap = gaps.into_iter().chain(large).chain([sizes("rabatt", "gap", BUNDLES)]).collect::<Option<Vec<f64>>>();
    let held = parts.median("memory", "rabatt", "plan", ("few", 10_000, 10));
    let counted = parts.median("memory", "rabatt", "memory", THOUSAND);
    let goal = |what, reach, unit, found, bound| Goal { what, reach, unit, found, bound };
    let mut goals = vec![
        goal(
            "in memory, at least 25 times as fast as zen-engine, 10 rules",
            Reach::AtLeast(25.0),
            "",
            times(memory(TEN), rust("zen-engine", "memory", TEN)),
            "",
        ),
        goal(
            "in memory, at least 25 times as fast as zen-engine, 1 000 rules",
            Reach::AtLeast(25.0),
            "",
            times(memory(THOUSAND), rust("zen-engine", "memory", THOUSAND)),
            "",
        ),
        goal(
            "from JSON to JSON, at least 5 times as fast as zen-engine, 1 000 rules",
            Reach::AtLeast(5.0),
            "",
            times(text, rust("zen-engine", "text", THOUSAND)),
            "zen-engine reads and writes a receipt prepared for it, a quarter as long as Rabatt's.",
        ),
        goal(
            "from JSON to JSON, 300 times as fast as json-rules-engine, 1 000 rules",
            Reach::AtLeast(300.0),
            "",
            times(text, node("json-rules-engine")),
            "Rabatt's time is reading the receipt's JSON, nine tenths of it.",
        ),
        goal(
            "from JSON to JSON, 300 times as fast as Medusa, 1 000 rules",
            Reach::AtLeast(300.0),
            "",
            times(text, node("Medusa promotion")),
            "Rabatt's time is reading the receipt's JSON, nine tenths of it; Medusa's is proportional to the rules.",
        ),
        goal(
            "in memory, in look-ups of store, items and groups (standard hash), 1 000 rules",
            Reach::AtMost(2.0),
            "",
            of(memory(THOUSAND), rust("floor-siphash", "memory", THOUSAND)),
            "Of the instructions, look-ups are 5 %: filling the cart and finding candidates are 24 %, recording the outcome 20 %, sharing \
             receipt discounts over lines 13 %, judging requirements 12 %.",
        ),
        goal(
            "in memory, 100 000 rules in terms of 10 rules",
            Reach::AtMost(2.5),
            "",
            of(sizes("rabatt", "memory", ("few", 100_000, 10)), sizes("rabatt", "memory", TEN)),
            "Tables that no longer fit the processor's cache: the time is waiting for memory.",
        ),
        goal("in memory, allocations for a receipt, once warm", Reach::AtMost(0.0), "", counted, "Something allocates."),
        goal(
            "from JSON to JSON, in readings and writings with the fastest parser, 1 000 rules",
            Reach::AtMost(1.25),
            "",
            of(text, fastest),
            "Two thirds are the JSON reader's: every member is looked at, with problems told by place, and unknown ones kept.",
        ),
        goal(
            "10 bundles of 4 units compete for 40 lines: median",
            Reach::AtMost(50.0),
            " µs",
            sizes("rabatt", "memory", BUNDLES).map(|ns| ns / 1e3),
            "Trying how often each bundle is made is a third of it, finding prices that bound it a fifth; the rest evaluates the receipt.",
        ),
        goal(
            "10 bundles of 4 units compete for 40 lines: slowest of all",
            Reach::AtMost(1.0),
            " ms",
            sizes("rabatt", "worst", BUNDLES).map(|ns| ns / 1e6),
            "Receipts where many numbers of applications come close to the best ones.",
        ),
        goal(
            "more discount that may exist where the search ends unproven, in thousandths",
            Reach::AtMost(20.0),
            " ‰",
            gap.map(|gaps| gaps.into_iter().fold(0.0, f64::max)),
            "Hundreds of lines under dozens of bundles that are no whole shelves: the bound is by linear programme and cuts.",
        ),
        goal(
            "100 000 rules compiled, in readings of their JSON",
            Reach::AtMost(2.0),
            "",
            of(sizes("rabatt", "compile", ("few", 100_000, 10)), sizes("floor-serde_json", "compile", ("few", 100_000, 10))),
            "Reading is half of it; memory for the rules, their order and the index are the rest.",
        ),
        goal(
            "10 000 rules held in memory",
            Reach::AtMost(10.0),
            " MB",
            held.map(|bytes| bytes / 1e6),
            "Rules are kept as read beside the index, for answers that repeat them.",
        ),
    ];
    goals.extend(service(parts));
    goals
}

/// What is asked of the service, as its bench prints it.
fn service(parts: &Parts<'_>) -> [Goal; 4] {
    let told = |title: &str, words: &[&str], column| parts.told("service", title, words, column);
    let over_http = |words: &str, column| told("available_for_receipt over HTTP", &[words], column);
    let p99 = |words: &str| over_http(words, 4).and_then(time);
    let held: Vec<f64> = parts
        .with_column("service", "in memory")
        .map_or_else(Vec::new, |table| table.rows.iter().filter_map(|row| amount(row.get(1)?)).collect());
    let grown = match held.as_slice() {
        [.., before, after] => Some(after / before),
        _ => None,
    };
    let goal = |what, reach, unit, found, bound| Goal { what, reach, unit, found, bound };
    [
        goal(
            "over HTTP, available_for_receipt in terms of a server without logic",
            Reach::AtLeast(80.0),
            " %",
            over_http("to reach: 80 %", 2).and_then(amount),
            "The one question to SQLite for what the buyer holds takes a sixth of a request; see the profile.",
        ),
        goal(
            "over HTTP, the slowest of a hundred at full load in terms of half load",
            Reach::AtMost(2.0),
            "",
            Some(p99("to reach: 80 %")).zip(Some(p99("half that rate"))).and_then(|(full, half)| Some(full? / half?)),
            "At full load requests wait for each other.",
        ),
        goal(
            "memory of the service after the last million requests in terms of the million before",
            Reach::AtMost(1.05),
            "",
            grown,
            "Something grows.",
        ),
        goal(
            "one of 10 000 rules changes in a running service, until the first answer with it",
            Reach::AtMost(5.0),
            " ms",
            told("A rule changes", &["of 10 000 rules one changes: together"], 1).and_then(time).map(|ns| ns / 1e6),
            "Reading the change, the tables of the new Plan, and a commit.",
        ),
    ]
}

/// As HTML.
pub(super) fn table(goals: &[Goal]) -> String {
    let mut out = String::from(
        "<div class=\"wide\"><table><tr><th>goal</th><th class=\"number\">measured</th><th class=\"number\">to reach</th><th>reached</th></tr>\n",
    );
    for goal in goals {
        let (found, reach, reached) = goal.told();
        let (class, bound) = match goal.reached() {
            Some(true) => ("good", String::new()),
            Some(false) => ("bad", format!("<small>{}</small>", escaped(goal.bound))),
            None => ("soft", String::new()),
        };
        let _ = writeln!(
            out,
            "<tr><td>{}{bound}</td><td class=\"number\">{found}</td><td class=\"number\">{reach}</td><td class=\"{class}\">{reached}</td></tr>",
            escaped(goal.what)
        );
    }
    out + "</table></div>\n"
}

/// As Markdown.
pub(super) fn markdown(goals: &[Goal]) -> String {
    let mut out = String::from("| goal | measured | to reach | reached |\n| --- | ---: | ---: | --- |\n");
    for goal in goals {
        let (found, reach, reached) = goal.told();
        let _ = writeln!(out, "| {} | {found} | {reach} | {reached} |", goal.what);
    }
    for goal in goals.iter().filter(|goal| goal.reached() == Some(false)) {
        let _ = write!(out, "\n* {}: {}", goal.what, goal.bound);
    }
    out + "\n"
}
