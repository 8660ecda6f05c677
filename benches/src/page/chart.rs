//! Charts as inline SVG: bars, and lines over a scale, both by tens, as engines differ by thousands.

use std::fmt::Write;

use super::{escaped, spaced};
use crate::results::nanoseconds;

/// One bar.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) ns: f64,
    /// The one that the others are compared with.
    pub(super) strong: bool,
}

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(u64, f64)>,
}

/// One chart.
#[derive(Debug)]
pub(super) enum Chart {
    Bars { title: String, what: String, bars: Vec<Bar> },
    Lines { title: String, what: String, across: String, lines: Vec<Line> },
}

/// Narrow, so that letters are readable where a phone makes it narrower.
const WIDTH: f64 = 440.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;

/// From the smallest to the largest as whole powers of ten.
#[derive(Debug, Clone, Copy)]
struct Tens {
    from: f64,
    to: f64,
}

impl Tens {
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let (least, most) = (values.iter().copied().reduce(f64::min)?, values.iter().copied().reduce(f64::max)?);
        let from = least.floor();
        Some(Self { from, to: most.ceil().max(from + 1.0) })
    }

    /// Where on a scale from 0 to 1.
    fn place(self, value: f64) -> f64 {
        (value.max(1e-3).log10() - self.from) / (self.to - self.from)
    }

    fn steps(self) -> impl Iterator<Item = f64> {
        let count = (self.to - self.from).round() as i32;
        (0..=count).map(move |step| 10f64.powf(self.from + f64::from(step)))
    }
}

/// A round time: `1 µs`.
fn round(ns: f64) -> String {
    let (number, unit) = match ns {
        ns if ns < 999.0 => (ns, "ns"),
        ns if ns < 999e3 => (ns / 1e3, "µs"),
        ns if ns < 999e6 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    format!("{number:.0} {unit}")
}

impl Chart {
    /// With its title and legend; nothing when there is nothing to show.
    pub(super) fn svg(&self) -> String {
        match self {
            Self::Bars { bars, .. } if bars.is_empty() => String::new(),
            Self::Lines { lines, .. } if lines.iter().all(|line| line.points.is_empty()) => String::new(),
            Self::Bars { title, what, bars } => figure(title, what, &bars_svg(title, bars), ""),
            Self::Lines { title, what, across, lines } => {
                let legend: String = coloured(lines).map(|(colour, line)| entry(&colour, line)).collect();
                figure(title, what, &lines_svg(title, across, lines), &format!("<ul class=\"legend\">{legend}</ul>"))
            }
        }
    }
}

fn figure(title: &str, what: &str, svg: &str, legend: &str) -> String {
    format!("<figure><figcaption><b>{}</b>{}</figcaption>{svg}{legend}</figure>\n", escaped(title), escaped(what))
}

/// Rabatt has the first colour wherever it is, the others those behind it.
fn coloured(lines: &[Line]) -> impl Iterator<Item = (String, &Line)> {
    let mut others = 0;
    lines.iter().filter(|line| !line.points.is_empty()).map(move |line| {
        let own = line.name.starts_with("Rabatt");
        others += usize::from(!own);
        (format!("var(--c{})", if own { 0 } else { (others - 1) % 7 + 1 }), line)
    })
}

/// Floors have broken lines, here and in the chart.
fn is_floor(line: &Line) -> bool {
    line.name.starts_with("floor")
}

fn entry(colour: &str, line: &Line) -> String {
    let fill = if is_floor(line) {
        format!("repeating-linear-gradient(90deg,{colour} 0 3px,transparent 3px 5px)")
    } else {
        colour.to_owned()
    };
    format!("<li><i style=\"background:{fill}\"></i>{}</li>", escaped(&line.name))
}

/// Names stand above their bars: they are long, and phones are narrow.
fn bars_svg(title: &str, bars: &[Bar]) -> String {
    const STEP: f64 = 34.0;
    let Some(tens) = Tens::of(bars.iter().map(|bar| bar.ns)) else { return String::new() };
    let own = bars.iter().filter(|bar| bar.strong).map(|bar| bar.ns).reduce(f64::min);
    let (height, bottom) = (STEP * bars.len() as f64 + 26.0, STEP * bars.len() as f64 + 4.0);
    let x = |ns: f64| 4.0 + tens.place(ns) * (WIDTH - 20.0);
    let mut out = open(title, height);
    for step in tens.steps() {
        let _ = write!(out, "<line class=\"grid\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"4\" y2=\"{bottom:.1}\"/>", x(step));
        let anchor = if step <= 10f64.powf(tens.from) {
            "start"
        } else if tens.place(step) > 0.99 {
            "end"
        } else {
            "middle"
        };
        let _ =
            write!(out, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>", x(step), height - 6.0, round(step));
    }
    for (at, bar) in bars.iter().enumerate() {
        let y = STEP * at as f64 + 4.0;
        let fill = match bar {
            bar if bar.strong => "var(--c0)",
            bar if bar.name.starts_with("floor") => "var(--rule)",
            _ => "var(--c7)",
        };
        let class = if bar.strong { " class=\"strong\"" } else { "" };
        let beside = match own {
            Some(own) if !bar.strong && bar.ns >= 1.05 * own => format!(", {} as long", times(bar.ns / own)),
            _ => String::new(),
        };
        let name = escaped(&bar.name);
        let _ = write!(out, "<text{class} x=\"4\" y=\"{:.1}\">{name}: {}{beside}</text>", y + 12.0, nanoseconds(bar.ns));
        let _ = write!(
            out,
            "<rect x=\"4\" y=\"{:.1}\" width=\"{:.1}\" height=\"10\" rx=\"2\" fill=\"{fill}\"/>",
            y + 17.0,
            (x(bar.ns) - 4.0).max(1.0)
        );
    }
    out + "</svg>"
}

fn times(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}×") } else { format!("{ratio:.0}×") }
}

fn lines_svg(title: &str, across: &str, lines: &[Line]) -> String {
    const HEIGHT: f64 = 290.0;
    const BOTTOM: f64 = HEIGHT - 34.0;
    let points = || lines.iter().flat_map(|line| line.points.iter());
    let Some((down, over)) = Tens::of(points().map(|(_, ns)| *ns)).zip(Tens::of(points().map(|(x, _)| *x as f64))) else {
        return String::new();
    };
    let x = |value: u64| LEFT + over.place(value as f64) * (WIDTH - LEFT - RIGHT);
    let y = |ns: f64| BOTTOM - down.place(ns) * (BOTTOM - 10.0);
    let mut out = open(title, HEIGHT);
    for step in down.steps() {
        let _ = write!(out, "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/>", WIDTH - RIGHT, y(step));
        let _ = write!(out, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 6.0, y(step) + 4.0, round(step));
    }
    let mut marks: Vec<u64> = points().map(|(x, _)| *x).collect();
    marks.sort_unstable();
    marks.dedup();
    for mark in marks {
        let anchor = if over.place(mark as f64) > 0.97 { "end" } else { "middle" };
        let _ =
            write!(out, "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>", x(mark), BOTTOM + 16.0, spaced(mark));
    }
    let _ = write!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{across}</text>", WIDTH - RIGHT, BOTTOM + 31.0);
    for (colour, line) in coloured(lines) {
        let path: Vec<String> = line.points.iter().map(|(n, ns)| format!("{:.1},{:.1}", x(*n), y(*ns))).collect();
        let name = escaped(&line.name);
        let dashes = if is_floor(line) { " stroke-dasharray=\"5 4\"" } else { "" };
        let width = if line.name.starts_with("Rabatt") { 3.2 } else { 1.8 };
        let _ = write!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dashes}/>",
            path.join(" ")
        );
        for (n, ns) in &line.points {
            let told = format!("{name}, {} {across}: {}", spaced(*n), nanoseconds(*ns));
            let _ = write!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.2\" fill=\"{colour}\"><title>{told}</title></circle>",
                x(*n),
                y(*ns)
            );
        }
    }
    out + "</svg>"
}

fn open(title: &str, height: f64) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">", escaped(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_go_by_whole_tens() -> Result<(), String> {
        let tens = Tens::of([850.0, 130_000.0].into_iter()).ok_or("there are numbers")?;
        let steps: Vec<String> = tens.steps().map(round).collect();
        assert_eq!(steps, ["100 ns", "1 µs", "10 µs", "100 µs", "1 ms"]);
        assert!((tens.place(100.0)).abs() < 1e-9 && (tens.place(1e6) - 1.0).abs() < 1e-9);
        assert!(Tens::of([0.0].into_iter()).is_none());
        Ok(())
    }

    #[test]
    fn a_chart_of_nothing_is_nothing() {
        let chart = Chart::Bars { title: String::new(), what: String::new(), bars: Vec::new() };
        assert_eq!(chart.svg(), "");
    }
}
