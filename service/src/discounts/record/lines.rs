//! Lines of a receipt, and what of a ref's award is left when some of them are voided or go back.

use std::collections::BTreeMap;

use rabatt_engine::{Decimal, Plan, RecalculateOptions, Workspace, recalculate};
use serde_json::{Map, Value, json};

/// Parts of a unit that quantities are counted in: goods are sold by weight.
const UNIT: i64 = 1_000_000_000;

/// A line of a receipt.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What it is called on its receipt.
    pub(super) name: String,
    /// What is sold.
    pub(super) id: Option<String>,
    /// In parts of a unit.
    pub(super) quantity: i64,
    /// Taken off the receipt again.
    pub(super) voided: bool,
    /// It goes back.
    pub(super) returned: bool,
    sent: Map<String, Value>,
}

impl Line {
    fn read(position: usize, line: &Value) -> Option<Self> {
        let sent = line.as_object()?;
        let is = |name: &str| sent.get(name).and_then(Value::as_bool).unwrap_or(false);
        let returned = is("is_return_item");
        let least = if returned { i64::MIN } else { 0 };
        Some(Self {
            // A line without a name is called by its position (§16.4).
            name: sent.get("line_id").and_then(name).unwrap_or_else(|| position.saturating_add(1).to_string()),
            id: sent.get("id").and_then(Value::as_str).map(str::to_owned),
            // What goes back tills write with either sign; a line of less than nothing that is not marked was not bought.
            quantity: sent.get("quantity").and_then(quantity).unwrap_or(UNIT).max(least).saturating_abs(),
            voided: is("voided"),
            returned,
            sent: sent.clone(),
        })
    }

    /// Was it bought?
    pub(super) fn counts(&self) -> bool {
        !self.voided && !self.returned && self.quantity > 0
    }

    /// Does it go back?
    pub(super) fn brings_back(&self) -> bool {
        self.returned && !self.voided
    }

    /// As the engine reads it, with so much left of it.
    fn left(&self, left: i64) -> Value {
        let mut line = self.sent.clone();
        // What a line costs does not matter to how many stamps it earns.
        let kept = |name: &str| !matches!(name, "line_id" | "discount_lines" | "bonus_lines" | "voided" | "is_return_item");
        line.retain(|name, _| kept(name));
        if left != self.quantity {
            let whole = left.checked_div(UNIT).unwrap_or_default();
            let part = left.checked_rem(UNIT).unwrap_or_default();
            let text = if part == 0 { whole.to_string() } else { format!("{whole}.{part:09}") };
            line.insert("quantity".to_owned(), serde_json::from_str(&text).unwrap_or_default());
        }
        Value::Object(line)
    }
}

fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A quantity, in parts of a unit.
fn quantity(value: &Value) -> Option<i64> {
    let (digits, power) = Decimal::parse(&value.as_number()?.to_string())?.ratio();
    let parts = i128::from(digits).checked_mul(i128::from(UNIT))?.checked_div(i128::from(power))?;
    i64::try_from(parts).ok()
}

/// The lines of a receipt.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines(pub(super) Vec<Line>);

/// How much of which line is gone since the receipt was stored, in parts of a unit.
pub(super) type Gone = BTreeMap<String, i64>;

impl Lines {
    /// Reads `items`; what is no line is none.
    pub(super) fn read(items: Option<&Value>) -> Self {
        let lines = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self(lines.iter().enumerate().filter_map(|(position, line)| Line::read(position, line)).collect())
    }

    /// Is anything on it that was not bought?
    pub(super) fn has_others(&self) -> bool {
        self.0.iter().any(|line| !line.counts())
    }

    fn left(line: &Line, gone: &Gone) -> i64 {
        if line.counts() { line.quantity.saturating_sub(gone.get(&line.name).copied().unwrap_or(0)).max(0) } else { 0 }
    }

    /// Is nothing left of it?
    pub(super) fn all_gone(&self, gone: &Gone) -> bool {
        !self.0.is_empty() && self.0.iter().all(|line| Self::left(line, gone) == 0)
    }

    /// What is left of an award when so much of the lines is gone. `rule` is the JSON of the rule that gave it.
    pub(super) fn kept(&self, award: &Award, gone: &Gone, rule: Option<&str>) -> Award {
        let kept = self.given(award, gone);
        let stamp = self.stamps(award.stamp, i64::from(kept.usage > 0), gone, rule);
        Award { stamp, ..kept }
    }

    /// The same without its stamps.
    pub(super) fn given(&self, award: &Award, gone: &Gone) -> Award {
        if self.all_gone(gone) {
            return Award::default();
        }
        let share = |line: &str, amount: i64| {
            let Some(line) = self.0.iter().find(|own| own.name == line) else { return 0 };
            let gone = line.quantity.saturating_sub(Self::left(line, gone));
            let share = i128::from(amount).saturating_mul(i128::from(gone)).checked_div(i128::from(line.quantity));
            // Nothing was sold on a line without a quantity: nothing is kept of it.
            share.map_or(amount, |share| i64::try_from(share).unwrap_or(amount))
        };
        let (mut amount, mut bonus) = (award.amount, award.bonus);
        for (line, of_amount, of_bonus) in &award.lines {
            amount = amount.saturating_sub(share(line, *of_amount));
            bonus = bonus.saturating_sub(share(line, *of_bonus));
        }
        let (amount, bonus) = (amount.max(0), bonus.max(0));
        let usage = if award.gave() > 0 && amount == 0 && bonus == 0 { 0 } else { award.usage };
        Award { usage, amount, bonus, stamp: 0, lines: award.lines.clone() }
    }

    /// What is left of stamps, when what is left has so many rewards: what is rewarded earns no stamp (§13).
    pub(super) fn stamps(&self, told: i64, rewards: i64, gone: &Gone, rule: Option<&str>) -> i64 {
        if told <= 0 || self.all_gone(gone) {
            return 0;
        }
        let most = rule.and_then(|rule| self.fulfilments(rule, gone));
        most.map_or(told, |most| told.min(most.saturating_sub(rewards).max(0)))
    }

    /// How often what is left fulfils a rule: the stamps it would earn if no reward were ever due.
    pub(super) fn fulfilments(&self, rule: &str, gone: &Gone) -> Option<i64> {
        let mut rule: Value = serde_json::from_str(rule).ok()?;
        let item = rule.pointer("/requirement/item").cloned();
        let bare = rule.as_object_mut()?;
        bare.retain(|name, _| matches!(name.as_str(), "id" | "reward"));
        bare.insert("requirement".to_owned(), json!({"stamp": 1_000_000_000, "item": item}));
        let left = self.0.iter().filter_map(|line| match Self::left(line, gone) {
            0 => None,
            left => Some(line.left(left)),
        });
        let receipt = json!({"purchase_at": "2024-01-01T12:00:00Z", "items": left.collect::<Vec<_>>()}).to_string();
        let plan = Plan::from_json(&json!([rule]).to_string()).ok()?;
        let answer = recalculate(&plan, &receipt, None, RecalculateOptions::default(), &mut Workspace::new()).ok()?;
        let answer: Value = serde_json::from_str(&answer.receipt).ok()?;
        let stamps = answer.pointer("/discounts/0/refs/0/stamp").and_then(Value::as_i64);
        Some(stamps.unwrap_or(0))
    }
}

/// What a receipt says that a ref gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Award {
    pub(super) usage: i64,
    pub(super) amount: i64,
    pub(super) bonus: i64,
    pub(super) stamp: i64,
    /// Of which line how much discount and bonus.
    pub(super) lines: Vec<(String, i64, i64)>,
}

impl Award {
    /// The lines among the members of a ref.
    pub(super) fn lines(sent: &Value) -> Vec<(String, i64, i64)> {
        let items = sent.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let number = |item: &Value, name: &str| item.get(name).and_then(crate::json::Whole::of).map_or(0, i64::from).max(0);
        let line = |item: &Value| Some((name(item.get("line_id")?)?, number(item, "amount"), number(item, "bonus")));
        items.iter().filter_map(line).collect()
    }

    /// A number of a ref that says it by line only: the sum of its lines; `None` when it has none.
    pub(super) fn sum(sent: &Value, name: &str) -> Option<i64> {
        let items = sent.get("items").and_then(Value::as_array)?;
        let numbers = items.iter().filter_map(|item| item.get(name).and_then(crate::json::Whole::of)).map(i64::from);
        Some(numbers.fold(0, |sum: i64, number| sum.saturating_add(number.max(0))))
    }

    /// Discount and bonus.
    pub(super) fn gave(&self) -> i64 {
        self.amount.saturating_add(self.bonus)
    }

    /// Does it say nothing?
    pub(super) fn is_nothing(&self) -> bool {
        (self.usage, self.amount, self.bonus, self.stamp) == (0, 0, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(items: Value) -> Lines {
        Lines::read(Some(&items))
    }

    fn gone(line: &str, units: i64) -> Gone {
        [(line.to_owned(), units.saturating_mul(UNIT))].into()
    }

    #[test]
    fn an_award_shrinks_with_its_lines_and_ends_with_them() {
        let lines = lines(json!([{"line_id": 1, "quantity": 3}, {"quantity": 1}]));
        let award = Award { usage: 1, amount: 1000, lines: vec![("1".into(), 700, 0), ("2".into(), 300, 0)], ..Award::default() };
        let amount = |gone: &Gone| lines.kept(&award, gone, None).amount;
        assert_eq!(amount(&Gone::new()), 1000);
        assert_eq!((amount(&gone("1", 1)), amount(&gone("1", 2)), amount(&gone("1", 3))), (767, 534, 300));
        assert_eq!(amount(&gone("2", 1)), 700);
        let mut both = gone("1", 3);
        both.extend(gone("2", 1));
        assert_eq!(lines.kept(&award, &both, None), Award::default());
        // Where a receipt does not say which line, all of it stays until nothing is left.
        let whole = Award { lines: Vec::new(), ..award.clone() };
        assert_eq!(lines.kept(&whole, &gone("1", 3), None).amount, 1000);
        assert_eq!(lines.kept(&whole, &both, None), Award::default());
    }

    #[test]
    fn stamps_stay_as_far_as_what_is_left_earns_them() {
        let rule = r#"{"id": "r", "requirement": {"stamp": 5, "item": {"items": [{"group_id": "coffee"}], "quantity": 2},
            "purchase_from": "2030-01-01T00:00:00Z"}, "reward": {"type": "discount_item_percent", "value": 100},
            "limitation": {"discount_repeat_usage": 1}}"#;
        let coffee = |line: i64, quantity: i64| {
            json!({"line_id": line, "groups": [{"id": "coffee"}], "quantity": quantity, "gross_amount": 100,
                "eligible_for_discount": true})
        };
        let lines = lines(json!([coffee(1, 5), {"line_id": 2, "gross_amount": 100}]));
        let award = Award { stamp: 2, ..Award::default() };
        let stamp = |gone: &Gone| lines.kept(&award, gone, Some(rule)).stamp;
        assert_eq!([0, 1, 2, 3, 4, 5].map(|units| stamp(&gone("1", units))), [2, 2, 1, 1, 0, 0]);
        assert_eq!(stamp(&gone("2", 1)), 2);
    }

    #[test]
    fn voided_lines_and_returns_were_not_bought() {
        let lines = lines(json!([{"line_id": "a", "voided": true}, {"is_return_item": true, "quantity": -2.5}, {"id": "tea"}]));
        assert!(lines.has_others());
        assert_eq!(lines.0.iter().map(Line::counts).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(lines.0.iter().map(|line| line.quantity).collect::<Vec<_>>(), [UNIT, 2_500_000_000, UNIT]);
        let award = Award { usage: 1, amount: 50, lines: vec![("a".into(), 20, 0), ("3".into(), 30, 0)], ..Award::default() };
        assert_eq!(lines.kept(&award, &Gone::new(), None).amount, 30);
        assert!(lines.all_gone(&gone("3", 1)));
        let unmarked = super::Lines::read(Some(&json!([{"id": "tea", "quantity": -1}])));
        assert_eq!(unmarked.0.iter().map(|line| (line.quantity, line.counts())).collect::<Vec<_>>(), [(0, false)]);
    }
}
