//! §1 and §19: what a Call says. Bad input is one short sentence; which problems there are, and
//! where, is the engine's own affair.

use chrono::{DateTime, FixedOffset};
use num_traits::{Signed, ToPrimitive};
use serde_json::Value;

use super::number::{Money, Ratio, number, ratio};

/// What is wrong, coarsely.
pub(crate) type Problem = String;

/// One `{id, group_id}` entry (§6.2).
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: Option<String>,
    pub(crate) group_id: Option<String>,
}

/// `requirement.item.items` (§6.2).
#[derive(Debug, Clone)]
pub(crate) enum Items {
    Every,
    AnyItem,
    Listed(Vec<Entry>),
}

/// One mix (§6.4).
#[derive(Debug, Clone)]
pub(crate) struct Mix {
    pub(crate) items: Vec<Entry>,
    pub(crate) quantity: usize,
    pub(crate) reward_eligible: bool,
}

/// `reward.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Amount,
    Percent,
    ItemNewPrice,
    ItemQuantity,
    ItemPercent,
    MixNewPrice,
    Debit,
}

/// §5.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Eligible {
    Item,
    ItemNoDiscount,
    ReceiptNoDiscount,
}

/// A rule as the reference sees it. `json` is the rule as stored.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) json: Value,
    pub(crate) id: String,
    pub(crate) priority: Ratio,
    pub(crate) created_at: Option<DateTime<FixedOffset>>,
    pub(crate) live_switch: bool,
    pub(crate) from: Option<DateTime<FixedOffset>>,
    pub(crate) to: Option<DateTime<FixedOffset>>,
    pub(crate) receipt_text: String,
    pub(crate) items: Items,
    pub(crate) quantity: usize,
    pub(crate) mixes: Vec<Mix>,
    pub(crate) stamp: Option<Money>,
    pub(crate) kind: Kind,
    pub(crate) value: Ratio,
    pub(crate) values: Vec<(Vec<Entry>, Ratio)>,
    pub(crate) net_base: bool,
    pub(crate) bonus: bool,
    pub(crate) reward_usage: Option<Money>,
    pub(crate) repeat_usage: Option<Money>,
    pub(crate) alone: bool,
    pub(crate) eligible: Eligible,
    pub(crate) blacklist: Vec<Entry>,
    pub(crate) deactivated_by: Vec<String>,
    pub(crate) dynamic_days: Option<Money>,
    pub(crate) group: Option<String>,
    pub(crate) max_amount: Option<Money>,
}

/// One ref of a rule, before this purchase (§1.3).
#[derive(Debug, Clone)]
pub(crate) struct Ref {
    pub(crate) id: String,
    pub(crate) rule_id: String,
    pub(crate) given_at: Option<DateTime<FixedOffset>>,
    pub(crate) deleted: bool,
    pub(crate) usage: Money,
    pub(crate) amount: Money,
    pub(crate) bonus: Money,
    pub(crate) stamp: Money,
    pub(crate) current_stamp: Money,
    pub(crate) debit_balance: Option<Money>,
}

/// A whole Call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// In rule order (§1.4).
    pub(crate) rules: Vec<Rule>,
    /// As sent, entries of this Plan's rules dropped (§16.6).
    pub(crate) receipt: Value,
    pub(crate) at: DateTime<FixedOffset>,
    pub(crate) refs: Option<Vec<Ref>>,
    /// Receipt and stored members together (§1.3).
    pub(crate) customer: Value,
}

/// A member, `null` being absent (§1.6).
pub(crate) fn get<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|v| !v.is_null())
}

/// A member of a member.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |v, name| get(v, name))
}

/// The elements of a list member; none when absent.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    get(value, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The ids of `[{id: …}]`, as text.
pub(crate) fn text(value: &Value, name: &str) -> Option<String> {
    get(value, name).and_then(Value::as_str).map(str::to_owned)
}

/// A boolean member.
pub(crate) fn flag(value: &Value, name: &str) -> Option<bool> {
    get(value, name).and_then(Value::as_bool)
}

/// A whole number member; anything else there is a problem (§2.3).
pub(crate) fn whole(value: &Value, name: &str) -> Result<Option<Money>, Problem> {
    let Some(found) = get(value, name) else { return Ok(None) };
    let n = number(found).filter(Ratio::is_integer).ok_or(format!("{name} is not a whole number"))?;
    let n = n.to_integer().to_i64().ok_or(format!("{name} does not fit"))?;
    Ok(Some(n.into()))
}

fn time(value: &Value, name: &str) -> Result<Option<DateTime<FixedOffset>>, Problem> {
    let Some(found) = get(value, name) else { return Ok(None) };
    let text = found.as_str().ok_or(format!("{name} is not a text"))?;
    DateTime::parse_from_rfc3339(text).map(Some).map_err(|_| format!("{name} is not a date-time"))
}

fn need(holds: bool, problem: &str) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(problem.to_owned()) }
}

fn entries(found: &[Value]) -> Result<Vec<Entry>, Problem> {
    found
        .iter()
        .map(|e| {
            let entry = Entry { id: text(e, "id"), group_id: text(e, "group_id") };
            need(entry.id.is_some() || entry.group_id.is_some(), "an empty entry")?;
            Ok(entry)
        })
        .collect()
}

/// §6.2: which lines a rule looks at.
fn items(found: &[Value]) -> Result<Items, Problem> {
    let listed = entries(found)?;
    let special = |e: &Entry| matches!(e.id.as_deref(), Some("*" | "ANY_ITEM"));
    match listed.as_slice() {
        [] => Ok(Items::Every),
        [one] if special(one) => Ok(if one.id.as_deref() == Some("*") { Items::Every } else { Items::AnyItem }),
        _ if listed.iter().any(special) => Err("a wildcard beside others".to_owned()),
        _ => Ok(Items::Listed(listed)),
    }
}

fn mixes(item: &Value) -> Result<Vec<Mix>, Problem> {
    let mut mixes = Vec::new();
    for mix in list(item, "mixes") {
        let items = entries(list(mix, "items"))?;
        need(!items.is_empty(), "a mix without items")?;
        need(items.iter().all(|e| e.id.as_deref() != Some("*")), "a wildcard in a mix")?;
        let quantity = whole(mix, "quantity")?.unwrap_or(1);
        need(quantity >= 1, "a mix of fewer than one unit")?;
        let quantity = usize::try_from(quantity).map_err(|_| "mix quantity")?;
        mixes.push(Mix { items, quantity, reward_eligible: flag(mix, "reward_eligible").unwrap_or(true) });
    }
    need(mixes.is_empty() || mixes.iter().any(|m| m.reward_eligible), "no eligible mix")?;
    Ok(mixes)
}

/// -1 and absent are "no limit".
fn limit(value: &Value, name: &str) -> Result<Option<Money>, Problem> {
    Ok(whole(value, name)?.filter(|&n| n >= 0))
}

fn rule(json: &Value) -> Result<Rule, Problem> {
    let nothing = Value::Null;
    let requirement = get(json, "requirement").unwrap_or(&nothing);
    let reward = get(json, "reward").ok_or("a rule without reward")?;
    let limitation = get(json, "limitation").unwrap_or(&nothing);
    let stacking = get(json, "stacking").unwrap_or(&nothing);
    let item = get(requirement, "item").unwrap_or(&nothing);
    let id = text(json, "id").filter(|id| !id.is_empty()).ok_or("a rule without id")?;

    let kind = match text(reward, "type").as_deref() {
        Some("discount_amount") => Kind::Amount,
        Some("discount_percent") => Kind::Percent,
        Some("discount_item_new_price") => Kind::ItemNewPrice,
        Some("discount_item_quantity") => Kind::ItemQuantity,
        Some("discount_item_percent") => Kind::ItemPercent,
        Some("discount_mix_new_price") => Kind::MixNewPrice,
        Some("discount_debit") => Kind::Debit,
        _ => return Err("an unknown reward type".to_owned()),
    };
    let quantity = whole(item, "quantity")?.unwrap_or(0).max(1);
    let check = |value: &Ratio| -> Result<(), Problem> {
        need(!value.is_negative(), "a negative value")?;
        match kind {
            Kind::Percent | Kind::ItemPercent => need(value <= &ratio(100), "a percent above 100"),
            Kind::ItemQuantity => need(value.is_integer() && value <= &ratio(quantity), "value above quantity"),
            _ => need(value.is_integer(), "a fractional amount"),
        }
    };
    let value = get(reward, "value").and_then(number).ok_or("a reward without value")?;
    check(&value)?;
    let mut values = Vec::new();
    for entry in list(reward, "values") {
        let value = get(entry, "value").and_then(number).ok_or("values without value")?;
        check(&value)?;
        let items = entries(list(entry, "items"))?;
        need(!items.is_empty(), "values without items")?;
        values.push((items, value));
    }
    let mixes = mixes(item)?;
    let items_list = list(item, "items");
    need(values.is_empty() || !items_list.is_empty(), "values without items")?;
    let bonus = text(reward, "effect").as_deref() == Some("bonus");
    need(!(kind == Kind::Debit && (bonus || !mixes.is_empty())), "a debit with bonus or mixes")?;
    need(!(kind == Kind::MixNewPrice && mixes.is_empty()), "a mix price without mixes")?;
    let stamp = whole(requirement, "stamp")?;
    need(stamp.is_none_or(|s| s >= 1), "a stamp below one")?;
    let (from, to) = (time(requirement, "purchase_from")?, time(requirement, "purchase_to")?);
    need(from.is_none() || to.is_none() || to > from, "an empty window")?;
    if let Some(code) = text(requirement, "discount_code") {
        need(!code.trim().is_empty(), "an empty code")?;
    }
    let deactivated_by: Vec<String> = list(limitation, "discount_activation")
        .iter()
        .filter(|a| text(a, "type").as_deref() == Some("deactivate_if_discount_active"))
        .filter_map(|a| text(a, "value"))
        .collect();
    need(!deactivated_by.contains(&id), "a rule that switches itself off")?;
    let eligible = match text(limitation, "discount_eligible").as_deref() {
        Some("item_eligible_for_discount_no_discount") => Eligible::ItemNoDiscount,
        Some("receipt_no_discount") => Eligible::ReceiptNoDiscount,
        _ => Eligible::Item,
    };

    Ok(Rule {
        json: json.clone(),
        priority: get(stacking, "priority").and_then(number).unwrap_or_else(|| ratio(0)),
        created_at: time(json, "created_at")?,
        live_switch: flag(json, "active").unwrap_or(true) && get(json, "deleted_at").is_none(),
        from,
        to,
        receipt_text: text(json, "receipt_text").unwrap_or_default(),
        items: items(items_list)?,
        quantity: usize::try_from(quantity).map_err(|_| "item.quantity")?,
        mixes,
        stamp,
        kind,
        value,
        values,
        net_base: text(reward, "base").as_deref() == Some("net"),
        bonus,
        reward_usage: limit(limitation, "discount_reward_usage")?,
        repeat_usage: limit(limitation, "discount_repeat_usage")?,
        alone: whole(limitation, "discount_combination")? == Some(0),
        eligible,
        blacklist: entries(list(limitation, "blacklist"))?,
        deactivated_by,
        dynamic_days: limit(limitation, "dynamic_purchase_to_days")?,
        group: text(stacking, "group"),
        max_amount: limit(limitation, "max_discount_amount")?,
        id,
    })
}

/// §1.3: statistics lie in `statistics` or flat on the ref.
fn reference(json: &Value) -> Result<Ref, Problem> {
    let statistic = |name: &str| -> Result<Option<Money>, Problem> {
        match get(json, "statistics") {
            Some(nested) if get(nested, name).is_some() => whole(nested, name),
            _ => whole(json, name),
        }
    };
    Ok(Ref {
        id: text(json, "id").ok_or("a ref without id")?,
        rule_id: text(json, "rule_id").ok_or("a ref without rule_id")?,
        given_at: time(json, "given_at")?,
        deleted: get(json, "deleted_at").is_some(),
        usage: statistic("usage")?.unwrap_or(0),
        amount: statistic("amount")?.unwrap_or(0),
        bonus: statistic("bonus")?.unwrap_or(0),
        stamp: statistic("stamp")?.unwrap_or(0),
        current_stamp: statistic("current_stamp")?.unwrap_or(0),
        debit_balance: statistic("debit_balance")?,
    })
}

/// §1.3: a member on the receipt wins over the stored one, `attributes` key by key.
fn customer(receipt: &Value, facts: Option<&Value>) -> Value {
    let mut merged = serde_json::Map::new();
    for source in [facts.and_then(|f| get(f, "customer")), get(receipt, "customer")].into_iter().flatten() {
        for (name, value) in source.as_object().into_iter().flatten().filter(|(_, v)| !v.is_null()) {
            match (name.as_str(), merged.get_mut(name), value) {
                ("attributes", Some(Value::Object(stored)), Value::Object(sent)) => {
                    stored.extend(sent.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())));
                }
                _ => drop(merged.insert(name.clone(), value.clone())),
            }
        }
    }
    Value::Object(merged)
}

/// §16.6: what rules of this Plan wrote is dropped first.
fn cleaned(receipt: &Value, rules: &[Rule]) -> Value {
    let ours = |entry: &Value, member: &str| text(entry, member).is_some_and(|id| rules.iter().any(|rule| rule.id == id));
    let mut receipt = receipt.clone();
    if let Some(discounts) = receipt.get_mut("discounts").and_then(Value::as_array_mut) {
        discounts.retain(|d| !ours(d, "id"));
    }
    for item in receipt.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
        for member in ["discount_lines", "bonus_lines"] {
            if let Some(lines) = item.get_mut(member).and_then(Value::as_array_mut) {
                lines.retain(|line| !ours(line, "discount_id"));
            }
        }
    }
    receipt
}

impl Call {
    /// Reads a Call, or says what is wrong with it.
    pub(crate) fn read(call: &Value) -> Result<Call, Problem> {
        let rules = get(call, "rules").map_or(Some(&[][..]), |r| r.as_array().map(Vec::as_slice));
        let mut rules = rules.ok_or("rules is not a list")?.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
        // §1.4: priority descending, created_at ascending (missing first), id ascending.
        rules.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.created_at.cmp(&b.created_at)).then(a.id.cmp(&b.id)));
        need((1..rules.len()).all(|i| rules[..i].iter().all(|r| r.id != rules[i].id)), "two rules with one id")?;
        let sent = get(call, "receipt").filter(|r| r.is_object()).ok_or("no receipt")?;
        let facts = get(call, "facts");
        let refs = match facts.and_then(|f| get(f, "refs")) {
            Some(refs) => {
                let refs = refs.as_array().ok_or("refs is not a list")?;
                Some(refs.iter().map(reference).collect::<Result<Vec<_>, _>>()?)
            }
            None => None,
        };
        let at = time(sent, "purchase_at")?.ok_or("no purchase_at")?;
        let customer = customer(sent, facts);
        Ok(Call { receipt: cleaned(sent, &rules), rules, at, refs, customer })
    }
}

impl Rule {
    /// §6.2: everything, and no mixes.
    pub(crate) fn is_receipt_rule(&self) -> bool {
        matches!(self.items, Items::Every) && self.mixes.is_empty()
    }

    /// §11.3.
    pub(crate) fn is_any_item(&self) -> bool {
        matches!(self.items, Items::AnyItem)
    }

    /// §7.1.
    pub(crate) fn is_deal(&self) -> bool {
        !self.mixes.is_empty() || matches!(self.kind, Kind::ItemNewPrice | Kind::ItemQuantity | Kind::ItemPercent)
    }

    /// §8.1: the two kinds whose value is a promised price.
    pub(crate) fn is_new_price(&self) -> bool {
        matches!(self.kind, Kind::ItemNewPrice | Kind::MixNewPrice)
    }

    /// §16.1: the kinds that carry `percentage`.
    pub(crate) fn is_percentage(&self) -> bool {
        matches!(self.kind, Kind::Percent | Kind::ItemPercent)
    }

    /// §6.3: a limit on rewards, or stamps.
    pub(crate) fn is_limited(&self) -> bool {
        self.reward_usage.is_some() || self.stamp.is_some()
    }

    /// §6.3: the one fulfilment of `discount_item_quantity` and `discount_item_percent` with q = 1
    /// and no stamps: "the cheapest item", once per ref.
    pub(crate) fn is_the_cheapest(&self) -> bool {
        self.mixes.is_empty()
            && self.quantity == 1
            && self.stamp.is_none()
            && matches!(self.kind, Kind::ItemQuantity | Kind::ItemPercent)
    }
}
