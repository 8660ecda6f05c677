//! Pure evaluation of loyalty rules against receipts.

mod allocate;
mod call;
mod canonical;
mod deals;
mod error;
mod evaluate;
mod facts;
mod number;
mod outcome;
mod plan;
mod read;
mod receipt;
mod rule;
mod time;
mod value;
mod write;

pub use call::{RecalculateOptions, Recalculated, answer, answer_bytes, check, recalculate};
pub use error::{Code, Problem};
pub use evaluate::{EvaluateOptions, Workspace, evaluate};
pub use facts::{Facts, Ref, Statistics};
pub use number::{Decimal, Overflow, round_div};
pub use outcome::*;
pub use plan::Plan;
pub use receipt::{DiscountLine, Item, Receipt};
pub use rule::*;
pub use time::{Hours, Instant, Period};
pub use value::{Need, Value};
