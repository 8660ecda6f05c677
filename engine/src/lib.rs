//! Pure evaluation of loyalty rules against receipts.

mod deals;
mod error;
mod facts;
mod number;
mod outcome;
mod plan;
mod receipt;
mod rule;
mod time;
mod value;

pub use error::{Code, Problem};
pub use facts::{Facts, Ref, Statistics};
pub use number::{Decimal, Overflow, round_div};
pub use outcome::*;
pub use plan::Plan;
pub use receipt::{DiscountLine, Item, Receipt};
pub use rule::*;
pub use time::{Hours, Instant, Period};
pub use value::{Need, Value};
