//! Tables: all rows of a part, and those that other benches print as Markdown.

use std::fmt::Write;

use super::{escaped, plain, spaced};
use crate::results::{Part, Row, Table, nanoseconds};

/// The tables of a text in Markdown, each with the line that stands before it.
pub fn read(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let (mut title, mut inside) = (String::new(), false);
    for line in text.lines().map(str::trim) {
        let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            inside = false;
            if !line.is_empty() {
                line.clone_into(&mut title);
            }
            continue;
        };
        let cells: Vec<String> = cells.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        if !inside {
            tables.push(Table { title: std::mem::take(&mut title), head: cells, rows: Vec::new() });
            inside = true;
        } else if let Some(table) = tables.last_mut() {
            let ruler = cells.iter().all(|cell| !cell.is_empty() && cell.chars().all(|c| c == '-' || c == ':'));
            if !ruler {
                table.rows.push(cells);
            }
        }
    }
    tables
}

/// Everything a part has.
pub(super) fn part(part: &Part) -> String {
    let mut out = format!("<details><summary>{}</summary>\n", escaped(title(&part.part)));
    if !part.rows.is_empty() {
        out += "<div class=\"wide\"><table><tr><th>what</th><th>door</th><th>workload</th><th class=\"number\">rules</th>\
                <th class=\"number\">lines</th><th class=\"number\">median</th><th class=\"number\">half of all between</th>\
                <th>compared</th></tr>\n";
        for row in &part.rows {
            out += &html(row);
        }
        out += "</table></div>\n";
    }
    for Table { title, head, rows } in &part.tables {
        let _ = writeln!(out, "<p>{}</p><div class=\"wide\"><table><tr>", escaped(title));
        for cell in head {
            let _ = write!(out, "<th>{}</th>", escaped(cell));
        }
        out += "</tr>\n";
        for row in rows {
            let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
            let _ = writeln!(out, "<tr>{cells}</tr>");
        }
        out += "</table></div>\n";
    }
    for note in &part.notes {
        let _ = writeln!(out, "<p>{}</p>", escaped(note));
    }
    out + "</details>\n"
}

fn title(part: &str) -> &str {
    match part {
        "peers-rust" => "Rabatt, zen-engine and the floors, in Rust",
        "peers-cedar" => "cedar-policy, in Rust",
        "peers-node" => "Engines in Node",
        "peers-python" => "Engines in Python",
        "sizes" => "Rabatt by rules, lines and overlap",
        "memory" => "Rabatt's memory",
        "instructions" => "Instructions, counted by callgrind",
        "service" => "Rabatt over HTTP, beside its floors",
        "wasm" => "Rabatt in Node and Chromium, beside its floors",
        "python" => "Rabatt's Python package, per receipt and in columns",
        other => other,
    }
}

fn html(row: &Row) -> String {
    let number = |number: f64| {
        if row.unit == "ns" { nanoseconds(number) } else { format!("{} {}", spaced(number.round() as u64), row.unit) }
    };
    let between = if row.low < row.high { format!("{} – {}", number(row.low), number(row.high)) } else { String::new() };
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
         <td class=\"number\">{between}</td><td>{}</td></tr>\n",
        escaped(&plain(&row.who)),
        escaped(&row.door),
        escaped(&row.workload),
        spaced(row.rules),
        spaced(row.lines),
        number(row.median),
        escaped(row.checked.as_deref().unwrap_or(""))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_in_what_is_printed() {
        let text = "noise\n\nClaims\n\n| what | per second |\n| --- | ---: |\n| floor | 3 372 |\n| `claims` | 3 062 |\n\nmore\n| a |\n| --- |\n";
        let tables = read(text);
        assert_eq!(tables.len(), 2);
        let first = tables.first().cloned().unwrap_or_default();
        assert_eq!(first.title, "Claims");
        assert_eq!(first.head, ["what", "per second"]);
        assert_eq!(first.rows, [["floor", "3 372"], ["claims", "3 062"]]);
    }
}
