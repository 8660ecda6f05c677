//! discounts/available_for_receipt/claims

mod limits;
mod operations;
mod receipts;
