//! Recording what purchases used (§15): claims, receipts, and usage added by hand.
//!
//! One purchase may be reported by several roads and in any order; each takes from a ref once. What
//! names a purchase:
//!
//! | key | whose name |
//! | --- | --- |
//! | `r:` | a receipt's `id` |
//! | `s:` | store id and `receipt_id` |
//! | `w:` | a receipt's `receipt_id`, `transaction_id` or `order_number`, which another store may use too |
//! | `c:` | a claim's `ref` |
//! | `m:` | `ref_type` and `ref` of a usage added by hand |

mod claim;
mod lines;
mod manual;
mod receipt;
mod returns;

use std::collections::HashMap;

use rabatt_engine::Rule;

pub use claim::{claim, release};
pub use manual::{add_usage, stamps_within};
pub use receipt::{ReceiptUse, SentReceipt, read_receipt, record_receipt};
pub use returns::void_lines;

use super::store::refs::{self, StoredRef};
use super::store::rules;
use super::terms::Terms;
use crate::App;
use crate::error::ApiError;

/// `ref_type` of what a receipt used.
pub const RECEIPT_ADD: &str = "receipt_add";

/// The most that one report may say of one ref. No purchase comes near it, and sums of millions of
/// such stay within 64 bits.
const MOST: i64 = 1_000_000_000_000;

/// Checks the numbers of a ref; `place` is the pointer of the object that they are members of.
fn check_numbers(place: &str, numbers: [(&str, Option<i64>); 4]) -> Result<(), ApiError> {
    for (name, number) in numbers {
        if number.is_some_and(|number| !(0..=MOST).contains(&number)) {
            let message = format!("this lies between 0 and {MOST}");
            return Err(ApiError::At("invalid_body", format!("{place}/{name}"), message));
        }
    }
    Ok(())
}

/// A key of two names, which may hold anything.
fn key(kind: &str, first: &str, second: &str) -> String {
    // Only the first bar is between them.
    let first = first.replace('%', "%25").replace('|', "%7C");
    format!("{kind}:{first}|{second}")
}

/// The key of a usage added by hand.
fn by_hand(ref_type: &str, reference: &str) -> String {
    key("m", ref_type, reference)
}

/// Refs by id, and what limits their rules.
struct Known {
    refs: HashMap<String, StoredRef>,
    rules: HashMap<String, (Terms, bool)>,
}

impl Known {
    /// Looks them up. Which rule a ref is of and who holds it never changes, so this needs no transaction.
    async fn look_up(app: &App, account: &str, ids: &[&str]) -> Result<Self, ApiError> {
        let mut known = Self { refs: HashMap::new(), rules: HashMap::new() };
        if ids.is_empty() {
            return Ok(known);
        }
        for found in refs::by_ids(app.store.pool(), account, ids).await? {
            known.refs.insert(found.id.clone(), found);
        }
        let rules = app.plans.get(&app.store, account).await?;
        for found in known.refs.values() {
            if known.rules.contains_key(&found.rule_id) {
                continue;
            }
            let in_force = rules
                .plan
                .rule_index(&found.rule_id)
                .and_then(|at| rules.plan.rules().get(at as usize))
                .map(|rule| Terms::of(rule));
            let deleted = in_force.is_none();
            let terms = match in_force {
                Some(terms) => terms,
                // A rule that was deleted after the purchase: its limits are those it ended with.
                None => rules::rule(app.store.pool(), account, &found.rule_id)
                    .await?
                    .and_then(|stored| Rule::from_json(&stored.body).ok())
                    .map(|rule| Terms::of(&rule))
                    .unwrap_or_default(),
            };
            known.rules.insert(found.rule_id.clone(), (terms, deleted));
        }
        Ok(known)
    }

    fn terms(&self, rule: &str) -> Terms {
        self.rules.get(rule).map(|(terms, _)| terms.clone()).unwrap_or_default()
    }

    fn is_deleted(&self, rule: &str) -> bool {
        self.rules.get(rule).is_none_or(|(_, deleted)| *deleted)
    }
}
