//! `reward`: what is given (§7).

use super::requirement::entries;
use super::{Read, Reader};
use crate::error::Code;
use crate::number::Decimal;
use crate::rule::{Base, Effect, Entry, Items, Requirement, Reward, RewardKind, ValueFor};

/// A reward as written, before it is known whether its values fit.
pub(super) struct RewardRead {
    kind: Option<RewardKind>,
    value: Option<Decimal>,
    /// Each entry's position, items and value.
    values: Vec<(usize, Box<[Entry]>, Option<Decimal>)>,
    base: Base,
    effect: Effect,
}

pub(super) fn reward(r: &mut Reader<'_>) -> Read<Option<RewardRead>> {
    let mut out = RewardRead { kind: None, value: None, values: Vec::new(), base: Base::Gross, effect: Effect::Discount };
    let mut seen = 0u64;
    let range = r.object("`reward` is an object with `type` and `value`", |r, name| {
        match &**name {
            "type" if r.once(&mut seen, 0)? => {
                if let Some(text) = r.string()? {
                    out.kind = RewardKind::named(&text);
                    if out.kind.is_none() {
                        r.problem(
                            Code::UnknownRewardType,
                            "there is no such reward; write discount_amount, discount_percent, discount_item_new_price, \
                             discount_item_quantity, discount_item_percent, discount_mix_new_price or discount_debit",
                        );
                    }
                }
            }
            "value" if r.once(&mut seen, 1)? => out.value = r.decimal()?,
            "values" if r.once(&mut seen, 2)? => {
                r.list("`values` is a list of objects with `items` and `value`", |r, at| {
                    let (mut items, mut value, mut seen) = (Box::default(), None, 0u64);
                    let known = r.problems.len();
                    let read =
                        r.object("an entry of `values` is an object with `items` and `value`", |r, name| match &**name {
                            "items" if r.once(&mut seen, 0)? => entries(r, "`items` is a list").map(|list| items = list),
                            "value" if r.once(&mut seen, 1)? => r.decimal().map(|number| value = number),
                            "items" | "value" => Ok(()),
                            _ => r.skip(),
                        })?;
                    if read.is_none() {
                        return Ok(());
                    }
                    if items.is_empty() && r.problems.len() == known {
                        r.problem_below("/items", Code::EmptyEntry, "say which items have this value: list at least one");
                    }
                    if items.iter().any(|entry| matches!(entry.id.as_deref(), Some("*" | "ANY_ITEM"))) {
                        r.problem_below(
                            "/items",
                            Code::WildcardNotAlone,
                            "`values` are for particular items; for all others there is `reward.value`",
                        );
                    }
                    if seen & 2 == 0 {
                        r.problem_below("/value", Code::MissingMember, "these items need a value");
                    }
                    out.values.push((at, items, value));
                    Ok(())
                })?;
            }
            "base" if r.once(&mut seen, 3)? => {
                out.base = r.word(Base::named, "`base` is `gross` or `net`")?.unwrap_or_default();
            }
            "effect" if r.once(&mut seen, 4)? => {
                out.effect = r.word(Effect::named, "`effect` is `discount` or `bonus`")?.unwrap_or_default();
            }
            "type" | "value" | "values" | "base" | "effect" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    if range.is_none() {
        return Ok(None);
    }
    if seen & 1 == 0 {
        r.problem_below("/type", Code::MissingMember, "a reward needs a `type`");
    }
    if seen & 2 == 0 {
        r.problem_below("/value", Code::MissingMember, "a reward needs a `value`");
    }
    Ok(Some(out))
}

/// Checks the reward against the requirement. The reader stands at the rule.
pub(super) fn check_values(r: &mut Reader<'_>, requirement: &Requirement, read: RewardRead) -> Option<Reward> {
    let mixes = &requirement.mixes;
    if !read.values.is_empty() && requirement.items == Items::Every {
        r.problem_below(
            "/reward/values",
            Code::ValuesWithoutItems,
            "`values` need `requirement.item.items`; list the items there",
        );
    }
    // All else goes by the type.
    let kind = read.kind?;
    if kind == RewardKind::MixNewPrice && mixes.is_empty() {
        r.problem_below("/requirement/item/mixes", Code::MixesMissing, "a new price for a bundle needs the mixes it consists of");
    }
    if kind == RewardKind::Debit && read.effect == Effect::Bonus {
        r.problem_below(
            "/reward/effect",
            Code::DebitWithBonus,
            "a debit is the customer's own money and cannot be bonus; leave `effect` out",
        );
    }
    if kind == RewardKind::Debit && !mixes.is_empty() {
        r.problem_below(
            "/requirement/item/mixes",
            Code::DebitWithMixes,
            "a debit pays for lines, not bundles; list `items` instead of `mixes`",
        );
    }
    // With mixes, as many as take part in the reward.
    let eligible = mixes.iter().filter(|mix| mix.reward_eligible).fold(0i64, |sum, mix| sum.saturating_add(mix.quantity));
    let most = requirement.quantity.max(eligible);
    let value = read.value.and_then(|value| check_value(r, kind, most, value, "/reward/value"));
    let mut values = Vec::with_capacity(read.values.len());
    for (at, items, value) in read.values {
        let value = value.and_then(|value| check_value(r, kind, most, value, &format!("/reward/values/{at}/value")));
        values.extend(value.map(|value| ValueFor { items, value }));
    }
    Some(Reward { kind, value: value?, values: values.into(), base: read.base, effect: read.effect })
}

fn check_value(r: &mut Reader<'_>, kind: RewardKind, most: i64, value: Decimal, at: &str) -> Option<Decimal> {
    if kind.is_percentage() {
        if value.is_negative() || value.exceeds(100) {
            r.problem_below(at, Code::PercentOutOfRange, "a percentage lies between 0 and 100");
            return None;
        }
        return Some(value);
    }
    let Some(whole) = value.whole() else {
        r.problem_below(at, Code::FractionalNumber, "a whole number belongs here: minor units (øre, cents) or units");
        return None;
    };
    if whole < 0 {
        r.problem_below(at, Code::NegativeNumber, "a reward cannot be negative");
        return None;
    }
    if kind == RewardKind::ItemQuantity && whole > most {
        let message = format!("{whole} units cannot be free when {most} are bought; lower the value or raise the quantity");
        r.problem_below(at, Code::ValueAboveQuantity, message);
        return None;
    }
    Some(value)
}
