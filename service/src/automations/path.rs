//! JSONPath (RFC 9535), bounded: a path must cost no more than reading the event a few times.

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, JpQuery, Segment, Selector, Test, TestFunction,
};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

/// The longest path, in bytes.
const LONGEST: usize = 512;

/// Most entries of a list of selectors, `['a','b']`.
const MOST_IN_LIST: usize = 8;

/// Most bytes the places of all values of one event take together, written out as `$['items'][0]['id']`: the
/// library writes each that it finds. An ordinary receipt of 1 MiB has far less.
const MOST_PLACES: usize = 16 << 20;

/// The largest place in a list.
const FARTHEST: i64 = 1_000_000;

/// A checked path.
#[derive(Debug)]
pub(super) struct Path {
    query: JpQuery,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// A sentence that says why it cannot be used.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("a JSONPath has at most {LONGEST} bytes"));
        }
        let query = parse_json_path(text)
            .map_err(|_| format!("`{}` is not a JSONPath (RFC 9535), as `$.store.id` or `$.items[*].id`", text.escape_debug()))?;
        Cost::default().segments(&query.segments)?;
        Ok(Self { query })
    }

    /// Does it lead to one place, so that it finds one value or nothing?
    pub(super) fn is_singular(&self) -> bool {
        self.query.segments.iter().all(|segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_))))
    }

    /// What it finds.
    pub(super) fn find<'a>(&self, event: &'a Value) -> Vec<&'a Value> {
        // It finds places, and those cannot fail.
        js_path_process(&self.query, event).map(|found| found.into_iter().map(|place| place.val).collect()).unwrap_or_default()
    }
}

/// Can paths look into this event? Not where long names are nested so deeply that places would fill the memory.
pub(super) fn can_look_into(event: &Value) -> bool {
    fn spend(value: &Value, place: usize, budget: &mut usize) -> bool {
        let Some(left) = budget.checked_sub(place) else { return false };
        *budget = left;
        match value {
            // `[4294967295]` is the longest place in a list.
            Value::Array(elements) => elements.iter().all(|element| spend(element, place.saturating_add(12), budget)),
            Value::Object(members) => members.iter().all(|(name, member)| {
                let written = |c: char| if c.is_control() || matches!(c, '\'' | '\\') { 6 } else { c.len_utf8() };
                let name: usize = name.chars().map(written).sum();
                spend(member, place.saturating_add(name).saturating_add(4), budget)
            }),
            _ => true,
        }
    }
    let mut budget = MOST_PLACES;
    spend(event, 1, &mut budget)
}

/// What multiplies: two of any of these, one inside the other, and a path could visit an event a million times.
#[derive(Default)]
struct Cost {
    descendants: usize,
    lists: usize,
    filters: usize,
}

impl Cost {
    fn segments(&mut self, segments: &[Segment]) -> Result<(), String> {
        segments.iter().try_for_each(|segment| self.segment(segment))
    }

    fn segment(&mut self, segment: &Segment) -> Result<(), String> {
        match segment {
            Segment::Descendant(inner) => {
                count(&mut self.descendants, "`..`")?;
                self.segment(inner)
            }
            Segment::Selector(selector) => self.selector(selector),
            Segment::Selectors(selectors) => {
                count(&mut self.lists, "list of selectors")?;
                if selectors.len() > MOST_IN_LIST {
                    return Err(format!("a list of selectors has at most {MOST_IN_LIST} entries"));
                }
                selectors.iter().try_for_each(|selector| self.selector(selector))
            }
        }
    }

    fn selector(&mut self, selector: &Selector) -> Result<(), String> {
        let far = |place: &i64| !(-FARTHEST..=FARTHEST).contains(place);
        match selector {
            Selector::Name(_) | Selector::Wildcard => Ok(()),
            Selector::Index(place) if far(place) => Err(format!("places in a list lie between -{FARTHEST} and {FARTHEST}")),
            Selector::Slice(start, end, step) if [start, end, step].into_iter().flatten().any(far) => {
                Err(format!("places in a list lie between -{FARTHEST} and {FARTHEST}"))
            }
            Selector::Index(_) | Selector::Slice(..) => Ok(()),
            Selector::Filter(filter) => {
                count(&mut self.filters, "filter `[?…]`")?;
                self.filter(filter)
            }
        }
    }

    fn filter(&mut self, filter: &Filter) -> Result<(), String> {
        match filter {
            Filter::Or(parts) | Filter::And(parts) => parts.iter().try_for_each(|part| self.filter(part)),
            Filter::Atom(FilterAtom::Filter { expr, .. }) => self.filter(expr),
            Filter::Atom(FilterAtom::Test { expr, .. }) => self.test(expr),
            Filter::Atom(FilterAtom::Comparison(comparison)) => match &**comparison {
                Comparison::Eq(a, b)
                | Comparison::Ne(a, b)
                | Comparison::Gt(a, b)
                | Comparison::Gte(a, b)
                | Comparison::Lt(a, b)
                | Comparison::Lte(a, b) => {
                    self.comparable(a)?;
                    self.comparable(b)
                }
            },
        }
    }

    fn comparable(&mut self, comparable: &Comparable) -> Result<(), String> {
        match comparable {
            Comparable::Literal(_) | Comparable::SingularQuery(_) => Ok(()),
            Comparable::Function(function) => self.function(function),
        }
    }

    fn test(&mut self, test: &Test) -> Result<(), String> {
        match test {
            Test::RelQuery(segments) => self.segments(segments),
            Test::AbsQuery(_) => Err("inside a filter `$` may only lead to one value, as in `[?@.id == $.id]`".to_owned()),
            Test::Function(function) => self.function(function),
        }
    }

    fn function(&mut self, function: &TestFunction) -> Result<(), String> {
        match function {
            TestFunction::Custom(..) => Err("only the functions of RFC 9535 can be used".to_owned()),
            TestFunction::Length(a) => self.argument(a),
            TestFunction::Value(a) | TestFunction::Count(a) => self.argument(a),
            TestFunction::Search(a, b) | TestFunction::Match(a, b) => {
                self.argument(a)?;
                self.argument(b)
            }
        }
    }

    fn argument(&mut self, argument: &FnArg) -> Result<(), String> {
        match argument {
            FnArg::Literal(_) => Ok(()),
            FnArg::Test(test) => self.test(test),
            FnArg::Filter(filter) => self.filter(filter),
        }
    }
}

fn count(seen: &mut usize, what: &str) -> Result<(), String> {
    *seen = seen.saturating_add(1);
    if *seen > 1 { Err(format!("a JSONPath has at most one {what} here")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_find_values_in_their_order() {
        let event = json!({"customer_id": "kari", "items": [{"id": "a", "n": 1.5}, {"id": "b"}], "a b": {"x": null}});
        let find = |path: &str| json!(Path::parse(path).unwrap().find(&event));
        assert_eq!(find("$.customer_id"), json!(["kari"]));
        assert_eq!(find("$['a b'].x"), json!([null]));
        assert_eq!(find("$.items[*].id"), json!(["a", "b"]));
        assert_eq!(find("$.items[-1].id"), json!(["b"]));
        assert_eq!(find("$.items[?@.id == 'a'].n").to_string(), "[1.5]");
        assert_eq!(find("$..id"), json!(["a", "b"]));
        assert_eq!(find("$.nothing[0].here"), json!([]));
        assert_eq!(find("$"), json!([event]));
        for (path, one) in [("$.a[0]['b']", true), ("$", true), ("$.a[*]", false), ("$..a", false), ("$.a[0,1]", false)] {
            assert_eq!(Path::parse(path).unwrap().is_singular(), one, "{path}");
        }
    }

    #[test]
    fn what_is_no_path_or_costs_too_much_is_refused() {
        for path in ["", "customer_id", "$.", "$[", "$.a[?", "$100 off", "@.a", "$['a'", "$.a[01]", " $.a"] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
        let long = format!("$.{}", "a".repeat(600));
        for path in [
            "$..*..*",
            "$[*,*][*,*]",
            "$[?@[?@.a]]",
            "$.a[?$..b]",
            "$[?count($.*) > 1]",
            "$[0,1,2,3,4,5,6,7,8]",
            "$[::9007199254740991]",
            "$[9007199254740991]",
            "$.a[?in(@.b, $.c)]",
            &long,
        ] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
        // What nests deeply is told, not followed.
        for path in ["$[?", "$[", "(", "$[?(!("] {
            assert!(Path::parse(&path.repeat(120)).is_err());
        }
    }

    #[test]
    fn an_event_whose_places_would_fill_the_memory_is_seen() {
        let line = json!({"line_id": 1, "id": "kaffe", "quantity": 1, "gross_amount": 3500, "eligible_for_discount": true});
        let receipt = json!({"items": vec![line; 12_000]});
        assert!(receipt.to_string().len() > 900_000 && can_look_into(&receipt));
        let mut deep = json!(vec![1; 50_000]);
        for _ in 0..50 {
            let mut outer = serde_json::Map::new();
            outer.insert("n".repeat(10_000), deep);
            deep = Value::Object(outer);
        }
        assert!(deep.to_string().len() < 700_000 && !can_look_into(&deep));
    }

    #[test]
    fn one_path_reads_a_large_event_in_no_time() {
        let lines: Vec<Value> = (0..20_000).map(|n| json!({"id": n, "groups": [{"id": "g"}]})).collect();
        let event = json!({"items": lines});
        let start = std::time::Instant::now();
        assert_eq!(Path::parse("$..groups[?@.id == 'g'].id").unwrap().find(&event).len(), 20_000);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
