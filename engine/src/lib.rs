//! Pure evaluation of loyalty rules against receipts: discounts, coupons, stamps and bonus, line by
//! line, and why.
//!
//! Rules become a [`Plan`] once; a receipt is then evaluated against it with a reusable
//! [`Workspace`]. [`recalculate`] takes and gives JSON text, [`evaluate`] typed values, and
//! [`answer`] a whole Call with its rules. Amounts are whole minor units. Numbers as §5.3 cite the
//! evaluation semantics.
//!
//! ```
//! use rabatt_engine::{EvaluateOptions, Plan, Receipt, Workspace, evaluate};
//!
//! let plan = Plan::from_json(r#"[{"id": "three", "requirement": {"item": {"quantity": 3, "items": [{"group_id": "coffee"}]}},
//!     "reward": {"type": "discount_item_quantity", "value": 1}}]"#)?;
//! let text = r#"{"purchase_at": "2024-06-01T12:00:00Z", "items": [
//!     {"groups": [{"id": "coffee"}], "quantity": 7, "gross_amount": 24500, "eligible_for_discount": true}]}"#;
//! let receipt = Receipt::from_json(text)?;
//! let mut workspace = Workspace::new();
//! let outcome = evaluate(&plan, &receipt, None, EvaluateOptions::default(), &mut workspace).map_err(|problem| vec![problem])?;
//! assert_eq!(outcome.totals.discount, 7000); // seven cups, two of them free
//! assert!(outcome.optimal);
//! # Ok::<(), Vec<rabatt_engine::Problem>>(())
//! ```
//!
//! Nothing here reads a clock, uses a float, does I/O or panics on input.
#![deny(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    clippy::unreachable,
    clippy::get_unwrap
)]

mod allocate;
mod call;
mod canonical;
mod deals;
mod engine;
mod error;
mod evaluate;
mod facts;
mod held;
mod json;
mod number;
mod outcome;
mod parsed;
mod plan;
mod read;
mod receipt;
mod rule;
mod sort;
mod time;
mod value;
mod words;
mod write;
mod zone;

pub use call::{RecalculateOptions, Recalculated, answer, answer_bytes, check, recalculate, recalculate_held, write_problems};
pub use engine::Engine;
pub use error::{Code, Problem};
pub use evaluate::{EvaluateOptions, Workspace, evaluate, evaluate_held};
pub use facts::{Facts, Ref, Statistics};
pub use held::{HeldMut, HeldRefs, Holding};
pub use number::{Decimal, Overflow, round_div};
pub use outcome::*;
pub use parsed::ParsedReceipt;
pub use plan::{Moved, Plan};
pub use receipt::{DiscountLine, Item, Receipt};
pub use rule::*;
pub use time::{Hours, Instant, Period};
pub use value::{Need, Value};
pub use zone::{Clocks, Zone};
