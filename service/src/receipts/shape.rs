//! What a list of receipts looks like: to say all that is wrong with one at once.

use crate::documents::{Member, Shape};
use crate::http::is_client_id;

static NAME: Shape = Shape::That(is_name, "this is a name of 1 to 255 characters, without space around them");

static CUSTOMER: Shape = Shape::That(is_customer, "this names one customer, in 1 to 255 characters without space around them");

static LINE: [Member; 7] = [
    Member("id", Shape::Text),
    Member("groups", Shape::List(&Shape::Object(&[Member("id", Shape::Needed(&Shape::Text))]))),
    Member("voided", Shape::Flag),
    Member("is_return_item", Shape::Flag),
    Member("gross_amount", Shape::Whole),
    Member("net_amount", Shape::Whole),
    Member("quantity", Shape::Number),
];

static STORE: Shape = Shape::Object(&[Member("id", Shape::Needed(&NAME))]);

/// Receipts to store.
pub(super) static RECEIPTS: Shape = Shape::List(&Shape::Object(&[
    Member("store", Shape::Needed(&STORE)),
    Member("receipt_id", Shape::Needed(&NAME)),
    Member("purchase_at", Shape::Needed(&Shape::Instant)),
    Member("customer_id", Shape::That(is_customer, "this names one customer; leave it out when nobody is known")),
    Member("entry_status", Shape::Text),
    Member("currency", Shape::Text),
    Member("gross_amount", Shape::Whole),
    Member("net_amount", Shape::Whole),
    Member("items", Shape::List(&Shape::Object(&LINE))),
]));

/// Whom a receipt is given to, and what it used.
pub(super) static COMPLETION: Shape = Shape::Object(&[
    Member("customer_id", Shape::Needed(&CUSTOMER)),
    Member("discounts", Shape::List(&Shape::Object(&[Member("refs", Shape::List(&Shape::Object(&[])))]))),
]);

/// Whose purchases are looked for.
pub(super) static SEGMENT: Shape = Shape::Object(&[
    Member("purchase_from", Shape::Instant),
    Member("purchase_to", Shape::Instant),
    Member("store_ids", Shape::List(&Shape::Text)),
    Member("items", Shape::List(&Shape::Object(&[Member("id", Shape::Text), Member("group", Shape::Text)]))),
]);

fn is_name(text: &str) -> bool {
    is_client_id(text) && !text.contains('\0')
}

fn is_customer(text: &str) -> bool {
    is_name(text) && !matches!(text, "*" | "/")
}
