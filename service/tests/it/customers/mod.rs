//! discounts/customers/{customer_id}

mod refs;
mod rules;
