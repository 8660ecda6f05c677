//! Once warm, evaluating allocates nothing: counted, not assumed.
#![expect(clippy::expect_used, reason = "a test stops where its set-up fails")]

use rabatt_engine::{EvaluateOptions, Facts, Plan, Receipt, Workspace, evaluate};

/// Every kind of reward, with stamps, mixes, groups, bonus, a debit and a rule that stands alone.
const RULES: &str = r#"[
  {"id": "percent", "requirement": {"item": {"items": [{"group_id": "hot"}]}}, "reward": {"type": "discount_percent", "value": 10.5}},
  {"id": "net", "requirement": {"gross_amount": 1000}, "reward": {"type": "discount_percent", "value": 5, "base": "net"}},
  {"id": "amount", "requirement": {"item": {"quantity": 2, "items": [{"id": "bun"}]}}, "reward": {"type": "discount_amount", "value": 300}},
  {"id": "three", "requirement": {"item": {"quantity": 3, "items": [{"group_id": "hot"}]}}, "reward": {"type": "discount_item_quantity", "value": 1}},
  {"id": "half", "requirement": {"item": {"items": [{"id": "bun"}]}}, "reward": {"type": "discount_item_percent", "value": 50}},
  {"id": "price", "requirement": {"item": {"items": [{"id": "film"}]}}, "reward": {"type": "discount_item_new_price", "value": 9000}},
  {"id": "menu", "requirement": {"item": {"mixes": [{"items": [{"id": "film"}], "quantity": 1}, {"items": [{"id": "cola"}], "quantity": 1}]}},
   "reward": {"type": "discount_mix_new_price", "value": 12000}},
  {"id": "card", "requirement": {"stamp": 2, "item": {"items": [{"id": "coffee"}]}}, "reward": {"type": "discount_item_percent", "value": 100}},
  {"id": "any", "requirement": {"item": {"items": [{"id": "ANY_ITEM"}]}}, "reward": {"type": "discount_amount", "value": 100}},
  {"id": "alone", "limitation": {"discount_combination": 0}, "reward": {"type": "discount_amount", "value": 700}},
  {"id": "coupon", "reward": {"type": "discount_debit", "value": 500}},
  {"id": "bonus", "reward": {"type": "discount_percent", "value": 3, "effect": "bonus", "base": "net"}},
  {"id": "g1", "stacking": {"group": "g"}, "reward": {"type": "discount_amount", "value": 50}},
  {"id": "g2", "stacking": {"group": "g"}, "limitation": {"max_discount_amount": 40}, "reward": {"type": "discount_amount", "value": 60}},
  {"id": "hours", "limitation": {"discount_hours": {"hours": [{"day": "sat", "start": "10:00", "end": "20:00"}]}},
   "requirement": {"store": {"id": ["s1"]}, "customer": {"gender": ["f"]}, "currencies": ["NOK"]}, "reward": {"type": "discount_percent", "value": 1}},
  {"id": "code", "requirement": {"discount_code": "vaffel"}, "reward": {"type": "discount_amount", "value": 200}},
  {"id": "off", "limitation": {"discount_activation": [{"type": "deactivate_if_discount_active", "value": "code"}]}, "reward": {"type": "discount_amount", "value": 1}}
]"#;

const RECEIPT: &str = r#"{"purchase_at": "2024-06-01T12:00:00+02:00", "currency": "NOK", "store": {"id": "s1"}, "customer": {"gender": "f"},
  "discount_code": ["VAFFEL"], "items": [
  {"id": "coffee", "groups": [{"id": "hot"}], "quantity": 7, "gross_amount": 24503, "eligible_for_discount": true},
  {"id": "bun", "groups": [{"id": "hot"}], "quantity": 5, "gross_amount": 12500, "eligible_for_discount": true,
   "discount_lines": [{"amount": 700}]},
  {"id": "film", "quantity": 2, "gross_amount": 26000, "eligible_for_discount": true},
  {"id": "cola", "quantity": 3, "gross_amount": 9000, "eligible_for_discount": true},
  {"id": "grapes", "quantity": 0.453, "unit_gross_price": 3990, "eligible_for_discount": true}]}"#;

#[test]
fn evaluating_again_allocates_nothing() {
    let plan = Plan::from_json(RULES).expect("rules compile");
    let receipt = Receipt::from_json(RECEIPT).expect("receipt reads");
    let refs: Vec<String> = plan
        .rules()
        .iter()
        .map(|rule| format!(r#"{{"id": "ref-{0}", "rule_id": "{0}", "statistics": {{"current_stamp": 1}}}}"#, rule.id))
        .collect();
    let text = format!(r#"{{"refs": [{}], "customer": {{"gender": "f"}}}}"#, refs.join(","));
    let facts = Facts::from_json(&text).expect("facts read");
    for facts in [None, Some(&facts)] {
        let mut workspace = Workspace::new();
        // Warm up: scenarios swap their buffers, so it takes a few rounds until each has grown.
        for _ in 0..8 {
            evaluate(&plan, &receipt, facts, EvaluateOptions::default(), &mut workspace).expect("evaluates");
        }
        let first = evaluate(&plan, &receipt, facts, EvaluateOptions::default(), &mut workspace).expect("evaluates");
        assert!(first.applied.len() >= 10, "the receipt should exercise the engine: {:?}", first.applied);
        let totals = first.totals;
        let counted = allocation_counter::measure(|| {
            for _ in 0..100 {
                let again = evaluate(&plan, &receipt, facts, EvaluateOptions::default(), &mut workspace).expect("evaluates");
                assert_eq!(again.totals, totals);
            }
        });
        assert_eq!(counted.count_total, 0, "allocations in 100 warm evaluations");
    }
}
