//! What the seeded workload means, as somebody would write it who looks at every rule: what Rabatt and its peers are checked with,
//! and the simplest way to do without an engine. It knows the rules of [`workload`](crate::workload) and nothing else.

use crate::plain::{Receipt, Rule};

/// Rules as far as this workload has them.
#[derive(Debug, Clone)]
pub struct Scan {
    /// In rule order.
    rules: Vec<Simple>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Simple {
    /// Its name.
    pub id: String,
    /// Wanted item.
    pub item: Option<String>,
    /// Wanted group.
    pub group: Option<String>,
    /// How many units of it.
    pub quantity: i64,
    /// The receipt's least amount.
    pub least: i64,
    /// Stores, any when empty.
    pub stores: Vec<String>,
    /// Minutes of the week, from Monday: start and length. Any when empty.
    pub hours: Vec<(i64, i64)>,
    /// What it gives.
    pub gives: Gives,
    created_at: String,
}

/// A reward of the workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// So many percent.
    Percent(i64),
    /// A price for each unit.
    NewPrice(i64),
    /// Of every `quantity` units so many free.
    Free(i64),
    /// So much off each unit.
    Amount(i64),
}

/// What a receipt gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The rules whose requirements are met, by id.
    pub met: Vec<String>,
    /// The discount in minor units; `None` where deals want the same line, which takes a search.
    pub discount: Option<i64>,
}

const MINUTES_OF_A_WEEK: i64 = 7 * 24 * 60;

impl Scan {
    /// Reads the workload's rules.
    ///
    /// # Errors
    /// When they are not the workload's.
    pub fn new(text: &str) -> Result<Self, String> {
        let rules: Vec<Rule> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut rules = rules.iter().map(Simple::of).collect::<Result<Vec<_>, _>>()?;
        rules.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
        Ok(Self { rules })
    }

    /// The rules, in rule order.
    pub fn rules(&self) -> &[Simple] {
        &self.rules
    }

    /// Looks at every rule.
    pub fn answer(&self, receipt: &Receipt) -> Answer {
        let minute = minute_of_week(&receipt.purchase_at);
        let met: Vec<&Simple> = self.rules.iter().filter(|rule| rule.met(receipt, minute)).collect();
        Answer { discount: discount(&met, receipt), met: met.iter().map(|rule| rule.id.clone()).collect() }
    }
}

impl Simple {
    fn of(rule: &Rule) -> Result<Self, String> {
        let entry = rule.requirement.item.as_ref().and_then(|item| item.items.first());
        let texts = |value: &serde_json::Value| -> Vec<String> {
            let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        };
        let hours = rule.limitation.as_ref().and_then(|limitation| limitation.pointer("/discount_hours/hours"));
        let hours = hours.and_then(|hours| hours.as_array()).map(Vec::as_slice).unwrap_or_default();
        let value = rule.reward.value;
        Ok(Self {
            id: rule.id.clone(),
            item: entry.and_then(|entry| entry.id.clone()),
            group: entry.and_then(|entry| entry.group_id.clone()),
            quantity: rule.requirement.item.as_ref().map_or(1, |item| item.quantity.max(1)),
            least: rule.requirement.gross_amount,
            stores: rule.requirement.store.as_ref().map_or_else(Vec::new, |store| texts(&store["id"])),
            hours: hours
                .iter()
                .map(|period| period_of(period).ok_or(format!("{}: its hours", rule.id)))
                .collect::<Result<_, _>>()?,
            gives: match rule.reward.kind.as_str() {
                "discount_percent" => Gives::Percent(value),
                "discount_item_new_price" => Gives::NewPrice(value),
                "discount_item_quantity" => Gives::Free(value),
                "discount_amount" => Gives::Amount(value),
                other => return Err(format!("{}: the workload has no {other}", rule.id)),
            },
            created_at: rule.created_at.clone(),
        })
    }

    fn on_receipt(&self) -> bool {
        self.item.is_none() && self.group.is_none()
    }

    /// The lines it is about.
    fn lines<'r>(&'r self, receipt: &'r Receipt) -> impl Iterator<Item = usize> + 'r {
        let wants = |line: &crate::plain::Item| {
            line.eligible_for_discount
                && self.item.as_ref().is_none_or(|id| *id == line.id)
                && self.group.as_ref().is_none_or(|id| line.groups.iter().any(|group| group.id == *id))
        };
        receipt.items.iter().enumerate().filter(move |(_, line)| wants(line)).map(|(at, _)| at)
    }

    fn met(&self, receipt: &Receipt, minute: i64) -> bool {
        let units: i64 = self.lines(receipt).filter_map(|at| receipt.items.get(at)).map(|line| line.quantity).sum();
        units >= self.quantity
            && receipt.items.iter().map(|line| line.gross_amount).sum::<i64>() >= self.least
            && (self.stores.is_empty() || self.stores.contains(&receipt.store.id))
            && (self.hours.is_empty()
                || self.hours.iter().any(|(start, length)| (minute + MINUTES_OF_A_WEEK - start) % MINUTES_OF_A_WEEK < *length))
    }
}

/// A period of `discount_hours` as its start in the week and its length.
fn period_of(period: &serde_json::Value) -> Option<(i64, i64)> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = DAYS.iter().position(|day| Some(*day) == period["day"].as_str())?;
    let minute = |name: &str| -> Option<i64> {
        let (hour, minute) = period[name].as_str()?.split_once(':')?;
        Some(60 * hour.parse::<i64>().ok()? + minute.parse::<i64>().ok()?)
    };
    let (start, end) = (minute("start")?, minute("end")?);
    let length = if end > start { end - start } else { end - start + 24 * 60 };
    Some((i64::try_from(day).ok()? * 24 * 60 + start, length))
}

/// The minute of the week, from Monday; the workload's receipts say their local time (`2024-06-03T12:30:00+02:00`).
pub fn minute_of_week(at: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| at.get(range).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Days since a Monday, by the civil calendar: March is the first month, so that leap days come last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day + 1;
    days % 7 * 24 * 60 + 60 * number(11..13) + number(14..16)
}

/// The discount of rules that are met, in rule order: deals first, then what adds up, on lines before on the receipt.
pub fn discount(met: &[&Simple], receipt: &Receipt) -> Option<i64> {
    let mut left: Vec<i64> = receipt.items.iter().map(|line| line.gross_amount).collect();
    let mut dealt = vec![false; left.len()];
    for rule in met {
        let given = match rule.gives {
            Gives::NewPrice(price) => new_price(rule, price, receipt),
            Gives::Free(free) => {
                // Units that are taken by a deal are taken whether or not they are the free ones.
                let given = free_units(rule, free, receipt);
                if !given.is_empty() {
                    for at in rule.lines(receipt) {
                        take(&mut dealt, at)?;
                    }
                }
                for (at, amount) in given {
                    *left.get_mut(at)? -= amount;
                }
                continue;
            }
            _ => continue,
        };
        for (at, amount) in given {
            take(&mut dealt, at)?;
            *left.get_mut(at)? -= amount;
        }
    }
    let adders = |on_receipt| met.iter().filter(move |rule| rule.on_receipt() == on_receipt);
    for rule in adders(false) {
        for at in rule.lines(receipt) {
            let line = receipt.items.get(at)?;
            let amount = match rule.gives {
                Gives::Percent(percent) => percent_of(percent, line.gross_amount),
                Gives::Amount(amount) => (amount * line.quantity).min(line.gross_amount),
                _ => 0,
            };
            let left = left.get_mut(at)?;
            *left -= amount.min(*left);
        }
    }
    let gross: i64 = receipt.items.iter().map(|line| line.gross_amount).sum();
    let mut whole: i64 = left.iter().sum();
    for rule in adders(true) {
        if let Gives::Percent(percent) = rule.gives {
            whole -= percent_of(percent, gross).min(whole);
        }
    }
    Some(gross - whole)
}

/// Marks a line; `None` when another deal has it.
fn take(dealt: &mut [bool], at: usize) -> Option<()> {
    let taken = dealt.get_mut(at)?;
    (!std::mem::replace(taken, true)).then_some(())
}

fn new_price(rule: &Simple, price: i64, receipt: &Receipt) -> Vec<(usize, i64)> {
    let gain = |at: usize| {
        let line = receipt.items.get(at)?;
        let gain = line.quantity * (line.unit_gross_price - price);
        (gain > 0).then_some((at, gain))
    };
    rule.lines(receipt).filter_map(gain).collect()
}

/// The cheapest of every `quantity` units, dearest first.
fn free_units(rule: &Simple, free: i64, receipt: &Receipt) -> Vec<(usize, i64)> {
    let units = |at: usize| {
        let line = receipt.items.get(at);
        let count = line.map_or(0, |line| usize::try_from(line.quantity).unwrap_or(0));
        std::iter::repeat_n((at, line.map_or(0, |line| line.unit_gross_price)), count)
    };
    let mut units: Vec<(usize, i64)> = rule.lines(receipt).flat_map(units).collect();
    units.sort_by_key(|(_, price)| std::cmp::Reverse(*price));
    let (of, free) = (usize::try_from(rule.quantity).unwrap_or(1), usize::try_from(free).unwrap_or(0));
    units.chunks_exact(of).flat_map(|group| group.iter().skip(of - free.min(of)).copied()).collect()
}

/// Rounded half up.
fn percent_of(percent: i64, amount: i64) -> i64 {
    (percent * amount + 50) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload;
    use rabatt_engine::{EvaluateOptions, Plan, Workspace, evaluate};

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(minute_of_week("2024-06-03T12:30:00+02:00"), 12 * 60 + 30);
        assert_eq!(minute_of_week("2024-06-01T00:01:00+02:00"), 5 * 24 * 60 + 1);
        assert_eq!(minute_of_week("2023-12-31T00:00:00+01:00"), 6 * 24 * 60);
    }

    #[test]
    #[expect(clippy::expect_used, reason = "a test stops where its set-up fails")]
    fn the_engine_gives_what_a_look_at_every_rule_gives() {
        for rules in [10, 100, 1_000] {
            let text = workload::rules(rules, 1);
            let scan = Scan::new(&text).expect("the workload's rules");
            let plan = Plan::from_json(&text).expect("rules compile");
            let mut workspace = Workspace::new();
            let mut given = 0;
            for seed in 0..300 {
                let text = workload::receipt(rules, 10, 0, seed);
                let answer = scan.answer(&serde_json::from_str(&text).expect("a plain receipt"));
                let receipt = rabatt_engine::Receipt::from_json(&text).expect("receipt reads");
                let outcome = evaluate(&plan, &receipt, None, EvaluateOptions::default(), &mut workspace).expect("evaluates");
                for applied in &outcome.applied {
                    let id = &plan.rules().get(applied.rule as usize).expect("a rule of the plan").id;
                    assert!(answer.met.iter().any(|met| *met == **id), "{rules} rules, receipt {seed}: {id}");
                }
                if let Some(discount) = answer.discount {
                    given += 1;
                    assert_eq!(outcome.totals.discount, discount, "{rules} rules, receipt {seed}");
                }
            }
            assert!(given >= 285, "of 300 receipts {given} have no deals that compete");
        }
    }
}
