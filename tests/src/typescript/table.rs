//! The members that the engine reads and writes.

use super::Type::{Always, Any, Bool, Either, List, Named, Number, Text, Word};
use super::{Interface, Member, Type};

/// Names for plain types.
pub const NAMES: &[(&str, &str, &str)] = &[
    ("Instant", "A date-time with its offset, as `2024-06-01T12:00:00+02:00` (RFC 3339).", "string"),
    ("Minor", "Whole minor units: øre, cents.", "number"),
    ("Answer", "What a Call is answered with.", "Answered | Failure"),
];

/// The table's name for a schema of the OpenAPI document.
pub(super) fn name_of(schema: &str) -> Option<&'static str> {
    Some(match schema {
        "Item" | "ItemMixPropertyItem" | "RewardValueItem" => "Entry",
        "DiscountRefs" => "GivenRule",
        "LimitationDiscountHoursHourDay" => "Day",
        "RewardType" => "RewardType",
        _ => INTERFACES.iter().find(|interface| interface.schema == Some(schema))?.name,
    })
}

pub(super) fn members(interface: &Interface) -> impl Iterator<Item = Member> + use<> {
    interface.members.iter().map(|(name, holds, needed, doc)| Member {
        name: (*name).to_owned(),
        holds: holds.clone(),
        needed: *needed,
        doc: (*doc).to_owned(),
    })
}

const MINOR: Type = Named("Minor");
const INSTANT: Type = Named("Instant");
const ENTRIES: Type = List(&Named("Entry"));

const INPUT: Interface = Interface { name: "", doc: "", schema: None, input: true, open: false, extends: None, members: &[] };
const OUTPUT: Interface = Interface { input: false, ..INPUT };

/// Every interface, in the order of reading.
pub const INTERFACES: &[Interface] = &[
    Interface {
        name: "Rule",
        doc: "What a merchant wrote: requirement, reward, limitation.",
        schema: Some("Discount"),
        members: &[
            ("id", Text, true, "Unique among the rules."),
            ("active", Bool, false, "True when absent."),
            ("created_at", INSTANT, false, "Decides between rules of one priority; the earlier comes first."),
            ("deleted_at", INSTANT, false, "A deleted rule gives nothing."),
            ("receipt_text", Text, false, "What stands on the receipt beside the discount."),
            ("requirement", Named("Requirement"), false, "What must hold."),
            ("reward", Named("Reward"), true, "What is given."),
            ("limitation", Named("Limitation"), false, "How often, when, with what."),
            ("stacking", Named("Stacking"), false, "Which rules come first, and which stand for each other."),
            ("refs", Any, false, "Left out: an answer has refs of its own."),
        ],
        ..INPUT
    },
    Interface {
        name: "Requirement",
        doc: "What must hold for a rule to give anything. Everything that is given must hold.",
        schema: Some("Requirement"),
        members: &[
            ("purchase_from", INSTANT, false, "First instant of the window."),
            ("purchase_to", INSTANT, false, "First instant after the window."),
            ("gross_amount", MINOR, false, "Least gross amount of the receipt."),
            ("net_amount", MINOR, false, "Least net amount of the receipt."),
            ("currencies", List(&Either(&Text, &Named("AnythingBut"))), false, "Any one of these holds."),
            ("discount_code", Text, false, "A code that must be on the receipt, typed or scanned."),
            ("store", Named("StoreNeed"), false, "Members of the store; each any-of its list."),
            ("store_ids", List(&Text), false, "Any-of on the store's id; `*` is any."),
            ("customer", Named("CustomerNeed"), false, "Members of the customer; lists are any-of."),
            ("item", Named("ItemRequirement"), false, "Which lines the rule looks at."),
            ("stamp", Number, false, "Stamps for one reward."),
        ],
        ..INPUT
    },
    Interface {
        name: "AnythingBut",
        doc: "Currencies that are not accepted.",
        members: &[("anything-but", Either(&Text, &List(&Text)), true, "")],
        ..INPUT
    },
    Interface { name: "StoreNeed", doc: "What a rule asks of the store.", schema: Some("StoreRequirement"), open: true, ..INPUT },
    Interface {
        name: "CustomerNeed",
        doc: "What a rule asks of the customer.",
        schema: Some("CustomerRequirement"),
        open: true,
        ..INPUT
    },
    Interface {
        name: "ItemRequirement",
        doc: "Which lines a rule looks at, and how many units it asks for.",
        schema: Some("RequirementItem"),
        members: &[
            ("quantity", Number, false, "Units for one fulfilment, 1 when absent."),
            (
                "items",
                ENTRIES,
                false,
                "Any-of. Absent, empty or `*` alone: every line. `ANY_ITEM`: lines that no other item rule rewards.",
            ),
            ("mixes", List(&Named("Mix")), false, "Sets of units that are bought together."),
        ],
        ..INPUT
    },
    Interface {
        name: "Entry",
        doc: "An item by id, by group, or both at once; never neither.",
        schema: Some("Item"),
        members: &[("id", Text, false, "The line's id."), ("group_id", Text, false, "One of the line's groups.")],
        ..INPUT
    },
    Interface {
        name: "Mix",
        doc: "So many units out of its own items.",
        schema: Some("ItemMixProperty"),
        members: &[
            ("items", ENTRIES, true, "Any-of; no wildcards."),
            ("quantity", Number, true, "At least 1."),
            ("reward_eligible", Bool, false, "Do its units take part in the reward? True when absent."),
        ],
        ..INPUT
    },
    Interface {
        name: "Reward",
        doc: "What is given.",
        schema: Some("Reward"),
        members: &[
            ("type", Named("RewardType"), true, "How `value` is read."),
            ("value", Number, true, "Percent for the percentage kinds, else minor units or units."),
            ("values", List(&Named("ValueFor")), false, "Other values for certain items; the first match wins."),
            ("base", Named("Base"), false, "`gross` when absent."),
            ("effect", Named("Effect"), false, "`discount` when absent."),
        ],
        ..INPUT
    },
    Interface {
        name: "ValueFor",
        doc: "Another value for certain items.",
        schema: Some("RewardValue"),
        members: &[("items", ENTRIES, true, "Any-of."), ("value", Number, true, "Instead of `reward.value`.")],
        ..INPUT
    },
    Interface {
        name: "Limitation",
        doc: "How often, when, with what.",
        schema: Some("Limitation"),
        members: &[
            ("discount_hours", Named("Hours"), false, "Hours of the local week."),
            ("discount_reward_usage", Number, false, "Most rewards in a purchase; -1 is no limit."),
            ("discount_repeat_usage", Number, false, "Most purchases per ref; -1 is no limit."),
            ("discount_combination", Number, false, "-1 combines with everything, 0 with no other discount."),
            ("discount_eligible", Named("Eligible"), false, "Which lines may be rewarded."),
            ("blacklist", ENTRIES, false, "Items never rewarded."),
            ("discount_activation", List(&Named("Activation")), false, "Rules that switch this one off."),
            ("dynamic_purchase_to_days", Number, false, "Days a ref lasts after it was given."),
            ("stamp_expire_days", Number, false, "Days a stamp lasts; -1 is for ever."),
            ("max_discount_amount", MINOR, false, "Most that the rule gives in a purchase."),
            ("budget_amount", MINOR, false, "Most that the rule gives to all customers; counted by the service."),
            ("budget_usage", Number, false, "Most purchases of all customers; counted by the service."),
        ],
        ..INPUT
    },
    Interface {
        name: "Hours",
        doc: "When a rule may be used, in local time.",
        schema: Some("LimitationDiscountHours"),
        members: &[
            ("timezone", Text, false, "An IANA name; `Europe/Oslo` when absent."),
            ("hours", List(&Named("Period")), false, "Any-of; none: any hour."),
        ],
        ..INPUT
    },
    Interface {
        name: "Period",
        doc: "One period of the week.",
        schema: Some("LimitationDiscountHoursHour"),
        members: &[
            ("day", Named("Day"), true, "The day on which it begins."),
            ("start", Text, true, "`HH:MM`."),
            ("end", Text, true, "`HH:MM`; not after `start`: the next day."),
        ],
        ..INPUT
    },
    Interface {
        name: "Activation",
        doc: "A rule that switches this one off.",
        schema: Some("LimitationDiscountActivationItem"),
        members: &[("type", Word("deactivate_if_discount_active"), true, ""), ("value", Text, true, "The other rule's id.")],
        ..INPUT
    },
    Interface {
        name: "Stacking",
        doc: "Which rules come first, and which stand for each other.",
        members: &[
            ("priority", Number, false, "Higher comes first; 0 when absent."),
            ("group", Text, false, "Of one group only the best rule takes part."),
        ],
        ..INPUT
    },
    Interface {
        name: "Receipt",
        doc: "The purchase. Members that are not known here come back as they are; add them to this interface to write them.",
        schema: Some("Receipt"),
        members: &[
            ("purchase_at", INSTANT, true, "The instant at which rules are judged."),
            ("currency", Text, false, "ISO 4217."),
            ("store", Named("Store"), false, "Where it was bought."),
            ("customer", Named("Customer"), false, "Who bought it."),
            ("discount_code", Either(&Text, &List(&Text)), false, "Codes that the customer typed."),
            ("items", List(&Named("ReceiptItem")), false, "The lines."),
            ("is_changed", Bool, false, "Did any rule give anything? Written by the answer."),
            ("discounts", List(&Any), false, "Written by the answer; entries of other rules stay."),
            ("net_amount", MINOR, false, "Written anew with `amounts`."),
            ("total_discount", MINOR, false, "Written anew with `amounts`."),
        ],
        ..INPUT
    },
    Interface {
        name: "ReceiptItem",
        doc: "One line.",
        schema: Some("ReceiptItem"),
        members: &[
            ("id", Text, false, "The product."),
            ("line_id", Number, false, "Unique; a line without one is called by its position, from 1."),
            ("groups", List(&Named("ReceiptGroup")), false, "The product's groups."),
            ("quantity", Number, false, "Pieces, or kilograms and the like; 1 when absent."),
            ("gross_amount", MINOR, false, "Of the whole line."),
            ("unit_gross_price", MINOR, false, "Of one unit, where `gross_amount` is absent."),
            ("eligible_for_discount", Bool, false, "False when absent."),
            ("voided", Bool, false, ""),
            ("is_return_item", Bool, false, ""),
            ("scale_item", Bool, false, "Sold by weight: one unit, whatever the quantity."),
            ("discount_lines", List(&Named("DiscountLine")), false, "Discounts that are on the line already."),
            ("bonus_lines", List(&Named("BonusLine")), false, "Bonus that was earned already."),
            ("is_changed", Bool, false, "Did any rule give anything here? Written by the answer."),
            ("net_amount", MINOR, false, "Written anew with `amounts`."),
            ("total_discount", MINOR, false, "Written anew with `amounts`."),
        ],
        ..INPUT
    },
    Interface {
        name: "ReceiptGroup",
        doc: "A group that a product belongs to.",
        schema: Some("ReceiptItemGroup"),
        members: &[("id", Text, false, "")],
        ..INPUT
    },
    Interface {
        name: "DiscountLine",
        doc: "A discount on a line.",
        schema: Some("DiscountItem"),
        members: &[
            ("amount", MINOR, false, ""),
            ("discount_id", Text, false, "The rule that gave it."),
            ("percentage", Number, false, "Of percentage rewards."),
            ("discount_type", Text, false, "`external` for what the answer writes."),
            ("description", Text, false, "The rule's `receipt_text`."),
            ("line_id", Number, false, "Its place in the list, from 0."),
        ],
        ..INPUT
    },
    Interface {
        name: "BonusLine",
        doc: "Bonus earned on a line.",
        schema: Some("BonusItem"),
        members: &[
            ("bonus", MINOR, false, ""),
            ("discount_id", Text, false, "The rule that gave it."),
            ("percentage", Number, false, "Of percentage rewards."),
            ("discount_type", Text, false, "`external` for what the answer writes."),
            ("description", Text, false, "The rule's `receipt_text`."),
            ("line_id", Number, false, "Its place in the list, from 0."),
        ],
        ..INPUT
    },
    Interface { name: "Store", doc: "Where something is bought.", schema: Some("Store"), open: true, ..INPUT },
    Interface { name: "Customer", doc: "Who buys.", schema: Some("ReceiptCustomer"), open: true, ..INPUT },
    Interface {
        name: "Facts",
        doc: "What is known beyond the receipt.",
        members: &[
            ("refs", List(&Named("Ref")), false, "Exactly the refs this purchase may use. Absent: one of every rule, unused."),
            ("customer", Named("Customer"), false, "Stored members; those on the receipt win."),
        ],
        ..INPUT
    },
    Interface {
        name: "Ref",
        doc: "One gift of a rule. Statistics stand beside its id, or in `statistics`, which then count.",
        extends: Some("Statistics"),
        members: &[
            ("id", Text, true, ""),
            ("rule_id", Text, true, "The rule it is a gift of."),
            ("given_at", INSTANT, false, "Refs without it come first."),
            ("deleted_at", INSTANT, false, "A deleted ref gives nothing."),
            ("statistics", Named("Statistics"), false, "Totals over earlier purchases."),
        ],
        ..INPUT
    },
    Interface {
        name: "Statistics",
        doc: "Totals of a ref over earlier purchases; 0 when absent.",
        members: &[
            ("usage", Number, false, "Purchases in which it gave something."),
            ("amount", MINOR, false, "Discount given."),
            ("bonus", MINOR, false, "Bonus given."),
            ("stamp", Number, false, "Stamps ever earned."),
            ("current_stamp", Number, false, "Stamps since the last reward."),
            ("debit_balance", MINOR, false, "What is left of a debit; `reward.value` when absent."),
        ],
        ..INPUT
    },
    Interface {
        name: "Options",
        doc: "How to evaluate.",
        members: &[
            ("explain", Bool, false, "Say of every rule why it did what it did."),
            ("steps", Number, false, "Most steps of the search for the best deals."),
            ("amounts", Word("recalculated"), false, "Also write `net_amount` and `total_discount` anew."),
        ],
        ..INPUT
    },
    Interface {
        name: "Snapshot",
        doc: "Rules and facts for evaluating offline, as `GET discounts/snapshot` gives them.",
        members: &[
            ("plan", Text, false, "Hash of the rules, as the service has them."),
            ("rules", List(&Named("Rule")), true, ""),
            ("facts", Named("Facts"), false, "Used where none are given."),
        ],
        ..INPUT
    },
    Interface {
        name: "Call",
        doc: "Everything that an evaluation needs.",
        members: &[
            ("rules", List(&Named("Rule")), true, ""),
            ("receipt", Named("Receipt"), true, ""),
            ("facts", Named("Facts"), false, ""),
            ("options", Named("Options"), false, ""),
        ],
        ..INPUT
    },
    Interface {
        name: "Answered",
        doc: "The receipt with what the rules gave, and the outcome.",
        members: &[
            ("ok", Always(true), true, ""),
            ("receipt", Named("RecalculatedReceipt"), true, "As sent, and what the rules gave."),
            ("outcome", Named("Outcome"), true, "What was given, by rule and line."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "Failure",
        doc: "What is wrong with a Call.",
        members: &[("ok", Always(false), true, ""), ("errors", List(&Named("Problem")), true, "Every problem at once.")],
        ..OUTPUT
    },
    Interface {
        name: "Problem",
        doc: "One thing that is wrong, and where.",
        members: &[
            ("code", Named("ProblemCode"), true, ""),
            ("pointer", Text, true, "JSON pointer (RFC 6901) to the place."),
            ("message", Text, true, "What is wrong and what to do, in one sentence."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "RecalculatedReceipt",
        doc: "A receipt with what the rules gave.",
        extends: Some("Omit<Receipt, \"is_changed\" | \"discounts\">"),
        members: &[
            ("is_changed", Bool, true, "Did any rule give anything?"),
            (
                "discounts",
                List(&Named("GivenRule")),
                true,
                "The rules that gave something, in rule order; behind entries of other rules that were there, which stay as they are.",
            ),
        ],
        ..OUTPUT
    },
    Interface {
        name: "GivenRule",
        doc: "A rule that gave something, and through which refs.",
        extends: Some("Omit<Rule, \"refs\">"),
        members: &[("refs", List(&Named("GivenRef")), true, "")],
        ..OUTPUT
    },
    Interface {
        name: "GivenRef",
        doc: "What one ref gave.",
        members: &[
            ("id", Text, true, ""),
            ("usage", Number, true, "1 when it gave discount or bonus, else 0."),
            ("amount", MINOR, true, "Discount."),
            ("bonus", MINOR, true, "Bonus."),
            ("stamp", Number, true, "Stamps earned."),
            ("items", List(&Named("GivenLine")), true, "By line."),
            ("statistics", Named("GivenStatistics"), true, "With this purchase included."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "GivenLine",
        doc: "What one ref gave on one line.",
        members: &[("line_id", Number, true, ""), ("amount", MINOR, true, "Discount."), ("bonus", MINOR, true, "Bonus.")],
        ..OUTPUT
    },
    Interface {
        name: "GivenStatistics",
        doc: "A ref's totals with this purchase included.",
        members: &[
            ("usage", Number, true, "Purchases in which it gave something."),
            ("amount", MINOR, true, "Discount given."),
            ("bonus", MINOR, true, "Bonus given."),
            ("stamp", Number, true, "Stamps ever earned."),
            ("current_stamp", Number, false, "Stamps since the last reward, for rules with stamps."),
            ("debit_balance", MINOR, false, "What is left, for debits."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "Outcome",
        doc: "What an evaluation found.",
        members: &[
            ("plan", Text, true, "Hash of the rules."),
            ("currency", Text, false, "The receipt's."),
            ("totals", Named("Totals"), true, "Sums over the counting lines."),
            ("applied", List(&Named("Applied")), true, "In rule order, then ref order."),
            ("optimal", Bool, true, "Is the choice of deals proven to be the best?"),
            ("gap", MINOR, false, "Where it is not: the best may be better by at most this much."),
            ("entries", List(&Named("LedgerEntry")), true, "What to record."),
            ("explain", List(&Named("Verdict")), false, "With `explain`: one for every rule."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "Totals",
        doc: "Sums over the counting lines.",
        members: &[
            ("gross", MINOR, true, "Before any discount."),
            ("existing_discount", MINOR, true, "On the receipt already."),
            ("discount", MINOR, true, "Given by the rules."),
            ("net", MINOR, true, "What is left to pay."),
            ("bonus", MINOR, true, "Earned."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "Applied",
        doc: "What one ref of one rule gave.",
        members: &[
            ("rule_id", Text, true, ""),
            ("ref_id", Text, true, ""),
            ("stage", Named("Stage"), true, "Where in the evaluation."),
            ("amount", MINOR, true, "Discount."),
            ("bonus", MINOR, true, "Bonus."),
            ("stamp", Number, true, "Stamps earned."),
            ("usage", Number, true, "1 when discount or bonus was given, else 0."),
            ("lines", List(&Named("GivenLine")), true, "By line."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "LedgerEntry",
        doc: "What to record of a ref.",
        members: &[
            ("rule_id", Text, true, ""),
            ("ref_id", Text, true, ""),
            ("usage", Number, true, "1 when discount or bonus was given, else 0."),
            ("amount", MINOR, true, "Discount."),
            ("bonus", MINOR, true, "Bonus."),
            ("stamp", Number, true, "Stamps earned."),
            ("stamp_spent", Number, true, "Stamps paid for rewards."),
            ("debit", MINOR, true, "Taken from the debit's balance."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "Verdict",
        doc: "Why a rule did what it did.",
        members: &[
            ("rule_id", Text, true, ""),
            ("verdict", Named("VerdictName"), true, ""),
            ("lost_to", Text, false, "Of `lost`: the rule it stood back for, when it was one."),
            ("by", MINOR, false, "Of `lost`: by how much."),
            ("reasons", List(&Named("Reason")), true, "All that speaks against it."),
            ("near_miss", Always(true), false, "One numeric reason stands alone against it."),
            ("potential", MINOR, false, "Of a near miss: what it would give."),
        ],
        ..OUTPUT
    },
    Interface {
        name: "Reason",
        doc: "One reason against a rule; numeric ones say what there is and what is needed.",
        members: &[
            ("code", Named("ReasonCode"), true, ""),
            ("have", Number, false, "Minor units, units or stamps."),
            ("need", Number, false, "Same unit."),
            ("missing", Number, false, "Same unit."),
        ],
        ..OUTPUT
    },
];
