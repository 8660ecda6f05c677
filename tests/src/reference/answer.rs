//! §16 and §22: the answered receipt and the Answer.

use serde_json::{Map, Value, json};

use super::combine::{Award, Taker, Verdicts, balance};
use super::explain::int;
use super::input::{Call, Kind, Ref, Rule};
use super::lines::Line;
use super::matching::{fulfilments, value_for};
use super::number::{Money, Ratio, plain};
use super::stamps;

/// What one ref of one rule gave in all.
struct Applied<'a> {
    rule: &'a Rule,
    r: &'a Ref,
    amounts: Vec<Money>,
    bonuses: Vec<Money>,
    stamp: Money,
    /// `current_stamp` afterwards, for rules with stamps.
    held: Option<Money>,
}

impl Applied<'_> {
    fn amount(&self) -> Money {
        self.amounts.iter().sum()
    }

    fn bonus(&self) -> Money {
        self.bonuses.iter().sum()
    }

    /// §4.4.
    fn usage(&self) -> Money {
        Money::from(self.amount() > 0 || self.bonus() > 0)
    }

    fn stage(&self) -> &'static str {
        if self.usage() == 0 {
            "stamp"
        } else if self.rule.bonus {
            "bonus"
        } else if self.rule.kind == Kind::Debit {
            "debit"
        } else if self.rule.is_any_item() {
            "any_item"
        } else if self.rule.is_deal() {
            "deal"
        } else if self.rule.is_receipt_rule() {
            "receipt"
        } else {
            "item"
        }
    }

    fn lines(&self, lines: &[Line]) -> Vec<Value> {
        (0..lines.len())
            .filter(|&l| self.amounts[l] > 0 || self.bonuses[l] > 0)
            .map(|l| json!({ "line_id": int(lines[l].name), "amount": int(self.amounts[l]), "bonus": int(self.bonuses[l]) }))
            .collect()
    }

    /// §16.2.
    fn reference(&self, lines: &[Line]) -> Value {
        let mut statistics = json!({
            "usage": int(self.r.usage + self.usage()),
            "amount": int(self.r.amount + self.amount()),
            "bonus": int(self.r.bonus + self.bonus()),
            "stamp": int(self.r.stamp + self.stamp),
        });
        if let Some(held) = self.held {
            statistics["current_stamp"] = int(held);
        }
        if self.rule.kind == Kind::Debit {
            statistics["debit_balance"] = int(balance(self.rule, self.r) - self.amount());
        }
        json!({
            "id": self.r.id, "usage": int(self.usage()), "amount": int(self.amount()), "bonus": int(self.bonus()),
            "stamp": int(self.stamp), "items": self.lines(lines), "statistics": statistics,
        })
    }
}

/// §11.4, §13.4: what was applied, in rule order, then ref order.
fn applied<'a>(takers: &'a [Taker], lines: &[Line], result: &Verdicts) -> Vec<Applied<'a>> {
    let mut all = Vec::new();
    for taker in takers {
        let f = fulfilments(&taker.rule, lines, &vec![true; lines.len()]);
        for (i, r) in taker.refs.iter().enumerate() {
            let sum = |awards: &[Award]| -> Vec<Money> {
                let of = |l: usize| awards.iter().filter(|a| a.rule == taker.place && a.r == i).map(|a| a.lines[l]).sum();
                (0..lines.len()).map(of).collect()
            };
            let given: Money =
                result.discounts.iter().chain(&result.bonuses).filter(|a| a.rule == taker.place).map(|a| a.rewards).sum();
            let collects = i == 0;
            let one = Applied {
                rule: &taker.rule,
                r,
                amounts: sum(&result.discounts),
                bonuses: sum(&result.bonuses),
                stamp: if collects { stamps::earned(&taker.rule, f, given) } else { 0 },
                held: if collects { stamps::held(&taker.rule, r, f, given) } else { taker.rule.stamp.map(|_| r.current_stamp) },
            };
            if one.amount() > 0 || one.bonus() > 0 || one.stamp > 0 {
                all.push(one);
            }
        }
    }
    all
}

/// The Answer, `plan` and `entries` left out.
pub(crate) fn answer(call: &Call, lines: &[Line], takers: &[Taker], result: &Verdicts, explain: Option<Vec<Value>>) -> Value {
    let applied = applied(takers, lines, result);
    let counting = || lines.iter().filter(|l| l.counts);
    let gross: Money = counting().map(|l| l.gross).sum();
    let existing: Money = counting().map(|l| l.existing).sum();
    let discount: Money = applied.iter().map(Applied::amount).sum();
    let bonus: Money = applied.iter().map(Applied::bonus).sum();
    let mut outcome = json!({
        "totals": {
            "gross": int(gross), "existing_discount": int(existing), "discount": int(discount),
            "net": int(gross - existing - discount), "bonus": int(bonus),
        },
        "applied": applied.iter().map(|a| json!({
            "rule_id": a.rule.id, "ref_id": a.r.id, "stage": a.stage(), "amount": int(a.amount()), "bonus": int(a.bonus()),
            "stamp": int(a.stamp), "usage": int(a.usage()), "lines": a.lines(lines),
        })).collect::<Vec<_>>(),
        "optimal": true,
    });
    if let Some(currency) = call.receipt.get("currency").filter(|c| !c.is_null()) {
        outcome["currency"] = currency.clone();
    }
    if let Some(explain) = explain {
        outcome["explain"] = Value::Array(explain);
    }
    json!({ "ok": true, "receipt": receipt(call, lines, &applied), "outcome": outcome })
}

/// §16: the receipt as sent, and what was given.
fn receipt(call: &Call, lines: &[Line], applied: &[Applied]) -> Value {
    let mut receipt = call.receipt.as_object().cloned().unwrap_or_default();
    receipt.insert("is_changed".to_owned(), Value::Bool(!applied.is_empty()));
    if let Some(items) = receipt.get_mut("items").and_then(Value::as_array_mut) {
        for (l, item) in items.iter_mut().enumerate() {
            if let Some(item) = item.as_object_mut() {
                answer_item(call, &lines[l], l, applied, item);
            }
        }
    }
    let mut discounts = receipt.get("discounts").and_then(Value::as_array).cloned().unwrap_or_default();
    for rule in &call.rules {
        let refs: Vec<Value> = applied.iter().filter(|a| a.rule.id == rule.id).map(|a| a.reference(lines)).collect();
        if !refs.is_empty() {
            let mut entry = rule.json.as_object().cloned().unwrap_or_default();
            entry.insert("refs".to_owned(), Value::Array(refs));
            discounts.push(Value::Object(entry));
        }
    }
    receipt.insert("discounts".to_owned(), Value::Array(discounts));
    Value::Object(receipt)
}

fn answer_item(call: &Call, line: &Line, l: usize, applied: &[Applied], item: &mut Map<String, Value>) {
    let mut changed = false;
    for rule in &call.rules {
        let mine = || applied.iter().filter(|a| a.rule.id == rule.id);
        let amount: Money = mine().map(|a| a.amounts[l]).sum();
        let bonus: Money = mine().map(|a| a.bonuses[l]).sum();
        for (list, member, given) in [("discount_lines", "amount", amount), ("bonus_lines", "bonus", bonus)] {
            if given > 0 {
                changed = true;
                let entries = item.entry(list).or_insert(Value::Null);
                if !entries.is_array() {
                    *entries = json!([]);
                }
                if let Some(entries) = entries.as_array_mut() {
                    let mut entry = json!({
                        "discount_id": rule.id, "discount_type": "external", "description": rule.receipt_text,
                        "line_id": entries.len(), member: int(given),
                    });
                    if rule.is_percentage() {
                        entry["percentage"] = decimal(value_for(rule, line));
                    }
                    entries.push(entry);
                }
            }
        }
    }
    if changed {
        item.insert("is_changed".to_owned(), Value::Bool(true));
    } else if item.contains_key("is_changed") {
        item.insert("is_changed".to_owned(), Value::Bool(false));
    }
}

fn decimal(n: &Ratio) -> Value {
    serde_json::from_str(&plain(n)).unwrap_or(Value::Null)
}
