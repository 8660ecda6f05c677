//! Answers: the receipt as sent with what the rules gave spliced in (§16), and the outcome (§22).
//!
//! Everything Rabatt does not know stays byte for byte, because it is copied from the text that
//! came in. Members that are there are replaced in place, others go to the end of their object.

use std::borrow::Cow;
use std::ops::Range;

use crate::canonical::string;
use crate::error::Problem;
use crate::held::Refs;
use crate::json::{Cursor, Kind};
use crate::outcome::{Applied, LineReward, Outcome, VerdictResult};
use crate::plan::Plan;
use crate::read::ReceiptLayout;
use crate::receipt::{Item, Receipt};

/// Replacements in a text, in the order of their places.
struct Splicer<'t> {
    text: &'t str,
    /// Up to here the text is written already.
    at: usize,
    out: &'t mut String,
}

impl Splicer<'_> {
    /// Copies the text up to a place.
    fn copy_to(&mut self, place: usize) {
        self.out.push_str(self.text.get(self.at..place).unwrap_or(""));
        self.at = place;
    }

    /// Copies the text up to a range and passes over it; what is written next takes its place.
    fn replace(&mut self, range: &Range<usize>) {
        self.copy_to(range.start);
        self.at = range.end;
    }
}

/// A member of an object that the answer sets: where it stands now, and its new value.
struct Change<'w> {
    place: Option<&'w Range<usize>>,
    name: &'static str,
    value: Value<'w>,
}

/// The new value of a member.
enum Value<'w> {
    Bool(bool),
    Whole(i64),
    /// Entries that stay, then one per rule that gave something on the line.
    Lines {
        kept: Vec<&'w str>,
        given: &'w [LineReward],
        bonus: bool,
    },
    /// Entries that stay, then one per rule that gave something on the receipt.
    Discounts {
        kept: Vec<&'w str>,
    },
}

/// What an answer is made of.
struct Answer<'w> {
    plan: &'w Plan,
    receipt: &'w Receipt<'w>,
    refs: Refs<'w>,
    outcome: &'w Outcome,
}

/// Writes the changes of one object: in place, or at its end. The splicer stands at or before
/// the object's first changed member; afterwards behind the last one written. `inside` writes
/// what lies between (the items of a receipt).
fn write_changes(answer: &Answer<'_>, splicer: &mut Splicer<'_>, object: &Range<usize>, changes: &mut [Change<'_>], empty: bool) {
    changes.sort_by_key(|change| change.place.map_or(usize::MAX, |place| place.start));
    let mut empty = empty;
    for change in changes {
        match change.place {
            Some(place) => splicer.replace(place),
            None => {
                splicer.copy_to(object.end - 1);
                if !empty {
                    splicer.out.push(',');
                }
                splicer.out.push('"');
                splicer.out.push_str(change.name);
                splicer.out.push_str("\":");
            }
        }
        empty = false;
        match &change.value {
            Value::Bool(value) => splicer.out.push_str(if *value { "true" } else { "false" }),
            Value::Whole(value) => whole(*value, splicer.out),
            Value::Lines { kept, given, bonus } => write_reward_lines(answer.plan, kept, given, *bonus, splicer.out),
            Value::Discounts { kept } => write_discounts(answer, kept, splicer.out),
        }
    }
}

/// Is there no member between these braces?
fn is_empty(text: &str, object: &Range<usize>) -> bool {
    text.get(object.start + 1..object.end.saturating_sub(1)).is_none_or(|inside| inside.trim().is_empty())
}

#[inline]
fn whole(value: i64, out: &mut String) {
    let mut buffer = itoa::Buffer::new();
    out.push_str(buffer.format(value));
}

// Inlined, a name of known length is copied without a call.
#[inline]
fn member(name: &str, value: i64, out: &mut String) {
    out.push_str(name);
    whole(value, out);
}

/// §16.4: its `line_id`, or its position from 1.
fn line_name(receipt: &Receipt<'_>, item: u32) -> i64 {
    receipt.items.get(item as usize).and_then(|item| item.line_id).unwrap_or(i64::from(item) + 1)
}

/// Writes the receipt with what the rules gave.
#[expect(clippy::too_many_arguments, reason = "an answer is made of all of these")]
pub(crate) fn receipt(
    plan: &Plan,
    text: &str,
    layout: &ReceiptLayout,
    receipt: &Receipt<'_>,
    refs: Refs<'_>,
    outcome: &Outcome,
    amounts: bool,
    out: &mut String,
) {
    let mut splicer = Splicer { text, at: layout.object.start, out };
    let answer = Answer { plan, receipt, refs, outcome };
    let mut own = vec![
        Change { place: layout.is_changed.as_ref(), name: "is_changed", value: Value::Bool(!outcome.applied.is_empty()) },
        Change {
            place: layout.discounts.as_ref(),
            name: "discounts",
            value: Value::Discounts { kept: foreign(plan, text, layout.discounts.as_ref(), "id").0 },
        },
    ];
    if amounts {
        let (net, discount) = receipt_amounts(plan, receipt, outcome);
        own.push(Change { place: layout.net_amount.as_ref(), name: "net_amount", value: Value::Whole(net) });
        own.push(Change { place: layout.total_discount.as_ref(), name: "total_discount", value: Value::Whole(discount) });
    }
    // Members of the receipt before its items, the items, then the members behind them.
    let items_start = layout.items.first().map_or(usize::MAX, |item| item.object.start);
    let (mut before, mut after): (Vec<Change<'_>>, Vec<Change<'_>>) =
        own.into_iter().partition(|change| change.place.is_some_and(|place| place.start < items_start));
    write_changes(&answer, &mut splicer, &layout.object, &mut before, false);
    let mut rewards = outcome.rewards.as_slice();
    let mut changes: Vec<Change<'_>> = Vec::with_capacity(5);
    for (at, (item, spans)) in (0u32..).zip(receipt.items.iter().zip(&layout.items)) {
        let count = rewards.iter().take_while(|reward| reward.item == at).count();
        let (given, rest) = rewards.split_at(count);
        rewards = rest;
        changes.clear();
        if !given.is_empty() || spans.is_changed.is_some() {
            let value = Value::Bool(!given.is_empty());
            changes.push(Change { place: spans.is_changed.as_ref(), name: "is_changed", value });
        }
        for (name, place, bonus) in [("discount_lines", &spans.discount_lines, false), ("bonus_lines", &spans.bonus_lines, true)]
        {
            let (kept, count) = foreign(plan, text, place.as_ref(), "discount_id");
            if kept.len() < count || given.iter().any(|reward| amount_of(reward, bonus) > 0) {
                changes.push(Change { place: place.as_ref(), name, value: Value::Lines { kept, given, bonus } });
            }
        }
        if let Some((net, discount)) = amounts.then(|| line_amounts(plan, item, given)).flatten() {
            changes.push(Change { place: spans.net_amount.as_ref(), name: "net_amount", value: Value::Whole(net) });
            changes.push(Change { place: spans.total_discount.as_ref(), name: "total_discount", value: Value::Whole(discount) });
        }
        if !changes.is_empty() {
            write_changes(&answer, &mut splicer, &spans.object, &mut changes, is_empty(text, &spans.object));
        }
    }
    write_changes(&answer, &mut splicer, &layout.object, &mut after, is_empty(text, &layout.object));
    splicer.copy_to(layout.object.end);
}

fn amount_of(reward: &LineReward, bonus: bool) -> i64 {
    if bonus { reward.bonus } else { reward.amount }
}

/// What counts of a line, with what is given: net and total discount (§16.3); `None` for lines
/// that do not count.
fn line_amounts(plan: &Plan, item: &Item<'_>, given: &[LineReward]) -> Option<(i64, i64)> {
    let gross = crate::evaluate::counting_gross(item)?;
    let existing = crate::evaluate::existing_discounts(plan, item)?.clamp(0, gross);
    let discount = given.iter().fold(existing, |sum, reward| sum.saturating_add(reward.amount));
    Some((gross - discount, discount))
}

/// The same over the receipt; returned goods count against the net.
fn receipt_amounts(plan: &Plan, receipt: &Receipt<'_>, outcome: &Outcome) -> (i64, i64) {
    let totals = &outcome.totals;
    let returned: i64 = receipt.items.iter().filter_map(|item| crate::evaluate::returned_net(plan, item)).sum();
    (totals.net - returned, totals.existing_discount + totals.discount)
}

/// The elements of a list in the text, each with the text of its `name` member, when that is
/// not a rule of the Plan; the others are dropped (§16.6). The second number counts all.
fn foreign<'t>(plan: &Plan, text: &'t str, list: Option<&Range<usize>>, name: &str) -> (Vec<&'t str>, usize) {
    let Some(list) = list.and_then(|list| text.get(list.clone())) else { return (Vec::new(), 0) };
    let mut kept = Vec::new();
    let mut count = 0;
    // The list was read once already, so it is well-formed.
    let mut cursor = Cursor::new(list);
    let is_list = cursor.peek().is_ok_and(|kind| kind == Kind::List);
    while is_list && cursor.element(count == 0).unwrap_or(false) {
        count += 1;
        let Some(element) = cursor.range().ok().and_then(|range| list.get(range)) else { break };
        if member_text(element, name).is_none_or(|id| plan.rule_index(&id).is_none()) {
            kept.push(element);
        }
    }
    (kept, count)
}

/// The text of one member of an object.
fn member_text<'t>(object: &'t str, name: &str) -> Option<Cow<'t, str>> {
    let mut cursor = Cursor::new(object);
    let mut first = cursor.peek().ok()? == Kind::Object;
    if !first {
        return None;
    }
    while let Some(found) = cursor.member(first).ok()? {
        first = false;
        let kind = cursor.peek().ok()?;
        if cursor.text(found) == name {
            return if kind == Kind::String { cursor.string().ok().map(|string| cursor.text(string)) } else { None };
        }
        cursor.skip(kind).ok()?;
    }
    None
}

/// `discount_lines` or `bonus_lines` of one item (§16.1).
fn write_reward_lines(plan: &Plan, kept: &[&str], given: &[LineReward], bonus: bool, out: &mut String) {
    write_list_start(kept, out);
    for (line_id, reward) in (kept.len() as i64..).zip(given.iter().filter(|reward| amount_of(reward, bonus) > 0)) {
        let Some(rule) = plan.rules().get(reward.rule as usize) else { continue };
        if line_id > 0 {
            out.push(',');
        }
        member(if bonus { "{\"bonus\":" } else { "{\"amount\":" }, amount_of(reward, bonus), out);
        if let Some(percentage) = reward.percentage {
            out.push_str(",\"percentage\":");
            match percentage.whole() {
                Some(percentage) => whole(percentage, out),
                None => out.push_str(&percentage.to_string()),
            }
        }
        out.push_str(",\"discount_type\":\"external\",\"discount_id\":");
        string(&rule.id, out);
        out.push_str(",\"description\":");
        string(&rule.receipt_text, out);
        member(",\"line_id\":", line_id, out);
        out.push('}');
    }
    out.push(']');
}

/// Opens a list with the entries that stay.
fn write_list_start(kept: &[&str], out: &mut String) {
    out.push('[');
    for (at, element) in kept.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(element);
    }
}

/// `discounts`: entries of rules that the Plan does not know, then one per rule that gave
/// something (§16.2).
fn write_discounts(answer: &Answer<'_>, kept: &[&str], out: &mut String) {
    write_list_start(kept, out);
    let mut first = kept.is_empty();
    for refs in answer.outcome.applied.chunk_by(|a, b| a.rule == b.rule) {
        let Some(rule) = refs.first().and_then(|first| answer.plan.rules().get(first.rule as usize)) else { continue };
        if !first {
            out.push(',');
        }
        first = false;
        let source = rule.source.trim_end();
        out.push_str(source.strip_suffix('}').unwrap_or(source));
        out.push_str(",\"refs\":[");
        for (at, applied) in refs.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            write_ref(answer, applied, out);
        }
        out.push_str("]}");
    }
    out.push(']');
}

/// The ref's id, or the rule's for the one that every rule has without Facts (§1.3).
fn ref_id<'a>(plan: &'a Plan, refs: Refs<'a>, applied: &Applied) -> &'a str {
    let found = applied.reference.and_then(|at| refs.get(at));
    found.map_or_else(|| plan.rules().get(applied.rule as usize).map_or("", |rule| &rule.id), |found| &found.held.id)
}

fn write_ref(answer: &Answer<'_>, applied: &Applied, out: &mut String) {
    let Answer { plan, receipt, refs, outcome, .. } = *answer;
    out.push_str("{\"id\":");
    string(ref_id(plan, refs, applied), out);
    member(",\"usage\":", applied.usage, out);
    member(",\"amount\":", applied.amount, out);
    member(",\"bonus\":", applied.bonus, out);
    member(",\"stamp\":", applied.stamp, out);
    out.push_str(",\"items\":");
    write_lines(receipt, outcome, applied, out);
    let statistics = &applied.statistics;
    member(",\"statistics\":{\"usage\":", statistics.usage, out);
    member(",\"amount\":", statistics.amount, out);
    member(",\"bonus\":", statistics.bonus, out);
    member(",\"stamp\":", statistics.stamp, out);
    let rule = plan.rules().get(applied.rule as usize);
    if rule.is_some_and(|rule| rule.requirement.stamp.is_some()) {
        member(",\"current_stamp\":", statistics.current_stamp, out);
    }
    if let Some(balance) =
        statistics.debit_balance.filter(|_| rule.is_some_and(|rule| rule.reward.kind == crate::rule::RewardKind::Debit))
    {
        member(",\"debit_balance\":", balance, out);
    }
    out.push_str("}}");
}

fn write_lines(receipt: &Receipt<'_>, outcome: &Outcome, applied: &Applied, out: &mut String) {
    out.push('[');
    for (at, line) in outcome.lines.get(applied.lines.clone()).unwrap_or(&[]).iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        member("{\"line_id\":", line_name(receipt, line.item), out);
        member(",\"amount\":", line.amount, out);
        member(",\"bonus\":", line.bonus, out);
        out.push('}');
    }
    out.push(']');
}

/// Writes the `outcome` of an Answer (§22).
pub(crate) fn outcome(plan: &Plan, receipt: &Receipt<'_>, refs: Refs<'_>, outcome: &Outcome, out: &mut String) {
    out.reserve(512 + 320 * outcome.applied.len());
    out.push_str("{\"plan\":\"");
    out.push_str(plan.hash());
    out.push('"');
    if let Some(currency) = &receipt.currency {
        out.push_str(",\"currency\":");
        string(currency, out);
    }
    let totals = &outcome.totals;
    member(",\"totals\":{\"gross\":", totals.gross, out);
    member(",\"existing_discount\":", totals.existing_discount, out);
    member(",\"discount\":", totals.discount, out);
    member(",\"net\":", totals.net, out);
    member(",\"bonus\":", totals.bonus, out);
    out.push_str("},\"applied\":[");
    for (at, applied) in outcome.applied.iter().enumerate() {
        out.push_str(if at > 0 { ",{\"rule_id\":" } else { "{\"rule_id\":" });
        rule_id(plan, applied.rule, out);
        out.push_str(",\"ref_id\":");
        string(ref_id(plan, refs, applied), out);
        out.push_str(",\"stage\":\"");
        out.push_str(applied.stage.as_str());
        member("\",\"amount\":", applied.amount, out);
        member(",\"bonus\":", applied.bonus, out);
        member(",\"stamp\":", applied.stamp, out);
        member(",\"usage\":", applied.usage, out);
        out.push_str(",\"lines\":");
        write_lines(receipt, outcome, applied, out);
        out.push('}');
    }
    out.push_str(if outcome.optimal { "],\"optimal\":true" } else { "],\"optimal\":false" });
    if !outcome.optimal {
        member(",\"gap\":", outcome.gap, out);
    }
    out.push_str(",\"entries\":[");
    for (at, applied) in outcome.applied.iter().enumerate() {
        out.push_str(if at > 0 { ",{\"rule_id\":" } else { "{\"rule_id\":" });
        rule_id(plan, applied.rule, out);
        out.push_str(",\"ref_id\":");
        string(ref_id(plan, refs, applied), out);
        member(",\"usage\":", applied.usage, out);
        member(",\"amount\":", applied.amount, out);
        member(",\"bonus\":", applied.bonus, out);
        member(",\"stamp\":", applied.stamp, out);
        member(",\"stamp_spent\":", applied.stamp_spent, out);
        member(",\"debit\":", applied.debit, out);
        out.push('}');
    }
    out.push(']');
    if let Some(verdicts) = &outcome.explain {
        out.push_str(",\"explain\":[");
        for (at, verdict) in verdicts.iter().enumerate() {
            out.push_str(if at > 0 { ",{\"rule_id\":" } else { "{\"rule_id\":" });
            rule_id(plan, verdict.rule, out);
            out.push_str(",\"verdict\":\"");
            out.push_str(verdict.result.as_str());
            out.push('"');
            if let VerdictResult::Lost { to, by } = verdict.result {
                if let Some(to) = to {
                    out.push_str(",\"lost_to\":");
                    rule_id(plan, to, out);
                }
                member(",\"by\":", by, out);
            }
            out.push_str(",\"reasons\":[");
            for (at, reason) in verdict.reasons.iter().enumerate() {
                let (prefix, name) = reason.code.parts();
                out.push_str(if at > 0 { ",{\"code\":" } else { "{\"code\":" });
                string(&[prefix, name].concat(), out);
                if let Some(numbers) = reason.numbers {
                    member(",\"have\":", numbers.have, out);
                    member(",\"need\":", numbers.need, out);
                    member(",\"missing\":", numbers.need.saturating_sub(numbers.have), out);
                }
                out.push('}');
            }
            out.push(']');
            if verdict.near_miss {
                out.push_str(",\"near_miss\":true");
            }
            if let Some(potential) = verdict.potential {
                member(",\"potential\":", potential, out);
            }
            out.push('}');
        }
        out.push(']');
    }
    out.push('}');
}

fn rule_id(plan: &Plan, rule: u32, out: &mut String) {
    string(plan.rules().get(rule as usize).map_or("", |rule| &rule.id), out);
}

/// Writes the Answer to a Call that cannot be evaluated.
pub(crate) fn problems(problems: &[Problem], out: &mut String) {
    out.push_str("{\"ok\":false,\"errors\":[");
    for (at, problem) in problems.iter().enumerate() {
        out.push_str(if at > 0 { ",{\"code\":" } else { "{\"code\":" });
        string(problem.code.as_str(), out);
        out.push_str(",\"pointer\":");
        string(&problem.pointer, out);
        out.push_str(",\"message\":");
        string(&problem.message, out);
        out.push('}');
    }
    out.push_str("]}");
}
