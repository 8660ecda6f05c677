//! What requests about cards look like: to say all that is wrong with one at once.

use super::check::{MOST_AMOUNT, MOST_SECONDS};
use crate::documents::{Member, Shape};
use crate::http::is_client_id;

static NAME: Shape = Shape::That(is_name, "this is a name of 1 to 255 characters, without space around them");
static AMOUNT: Shape = Shape::Between(0, MOST_AMOUNT, "an amount here lies between 0 and 1000000000000 minor units");
static MOVED: Shape = Shape::Between(1, MOST_AMOUNT, "an amount here lies between 1 and 1000000000000 minor units");
static SECONDS: Shape = Shape::Between(1, MOST_SECONDS, "a token lasts between 1 and 315360000 seconds");
static CURRENCY: Shape = Shape::That(is_currency, "a card holds NOK, SEK, DKK, EUR or USD");

const KIND: Shape = Shape::That(is_kind, "a card is a `gift_card` or a `credit_note`");
const CUSTOMER: Shape = Shape::That(is_customer, "this names one customer; leave it out when nobody is known");
const ORIGIN: Shape = Shape::That(is_short, "this has at most 255 characters");
const METADATA: Shape = Shape::Object(&[]);

static FORMAT: [Member; 6] = [
    Member("length", Shape::Whole),
    Member("prefix", Shape::Text),
    Member("symbols", Shape::Flag),
    Member("numbers", Shape::Flag),
    Member("characters", Shape::Flag),
    Member("barcode", Shape::Flag),
];

/// What is made by a format.
static MADE: Shape = Shape::Object(&[Member("format", Shape::Object(&FORMAT))]);

static CARD_TOKEN: [Member; 3] = [
    Member("format", Shape::Object(&FORMAT)),
    Member("expires_after_transaction", Shape::Flag),
    Member("expires_in", Shape::Between(1, MOST_SECONDS, "a token lasts between 1 and 315360000 seconds")),
];

/// A card to make.
pub(super) static CARD: Shape = Shape::Object(&[
    Member("card_id", Shape::Needed(&NAME)),
    Member("customer_id", CUSTOMER),
    Member("name", Shape::Text),
    Member("originated_by", ORIGIN),
    Member("type", KIND),
    Member("amount", Shape::Needed(&AMOUNT)),
    Member("currency", Shape::Needed(&CURRENCY)),
    Member("active_from", Shape::Instant),
    Member("expires_at", Shape::Instant),
    Member("metadata", METADATA),
    Member("pin", Shape::Object(&[Member("format", Shape::Object(&FORMAT))])),
    Member("card_token", Shape::Object(&CARD_TOKEN)),
]);

static CARDS: Shape = Shape::List(&Shape::Object(&[Member("card_id", Shape::Needed(&NAME)), Member("type", KIND)]));

/// Cards to make, to be activated later.
pub(super) static BATCH: Shape = Shape::Object(&[
    Member("cards", Shape::Needed(&CARDS)),
    Member(
        "options",
        Shape::Object(&[
            Member("pin", Shape::Object(&[Member("format", Shape::Object(&FORMAT))])),
            Member("card_token", Shape::Object(&[Member("format", Shape::Object(&FORMAT))])),
        ]),
    ),
]);

/// What a card becomes.
pub(super) static ACTIVATION: Shape = Shape::Object(&[
    Member("customer_id", CUSTOMER),
    Member("name", Shape::Text),
    Member("amount", Shape::Needed(&AMOUNT)),
    Member("currency", Shape::Needed(&CURRENCY)),
    Member("originated_by", ORIGIN),
    Member("active_from", Shape::Instant),
    Member("expires_at", Shape::Instant),
    Member("metadata", METADATA),
]);

/// A PIN in place of the one before.
pub(super) static ROTATION: Shape = Shape::Object(&[Member("pin", Shape::Needed(&MADE))]);

/// A token for a while.
pub(super) static TOKEN: Shape = Shape::Object(&[
    Member("ref_id", Shape::Needed(&NAME)),
    Member("format", Shape::Object(&FORMAT)),
    Member("expires_after_transaction", Shape::Flag),
    Member("expires_in", Shape::Needed(&SECONDS)),
    Member("metadata", METADATA),
]);

/// An amount to move.
pub(super) static TRANSACTION: Shape = Shape::Object(&[
    Member("token", Shape::Text),
    Member("card_id", Shape::That(is_name, "this is a name of 1 to 255 characters, without space around them")),
    Member("pin", Shape::Text),
    Member("ref_id", Shape::Needed(&NAME)),
    Member("amount", Shape::Needed(&MOVED)),
    Member("currency", Shape::Needed(&CURRENCY)),
    Member("type", Shape::That(is_movement, "a transaction is a `drawdown` or a `fund`")),
    Member("pending", Shape::Flag),
    Member("originated_by", ORIGIN),
    Member("metadata", METADATA),
]);

/// How much of what was reserved is paid, or let go.
pub(super) static CAPTURE: Shape = Shape::Object(&[
    Member("ref_id", Shape::Needed(&NAME)),
    Member("amount", Shape::Between(1, MOST_AMOUNT, "an amount here lies between 1 and 1000000000000 minor units")),
    Member("metadata", METADATA),
]);

fn is_name(text: &str) -> bool {
    is_client_id(text) && !text.contains('\0')
}

fn is_customer(text: &str) -> bool {
    is_name(text) && !matches!(text, "*" | "/")
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= 255
}

fn is_currency(text: &str) -> bool {
    ["NOK", "SEK", "DKK", "EUR", "USD"].contains(&text)
}

fn is_kind(text: &str) -> bool {
    ["gift_card", "credit_note"].contains(&text)
}

fn is_movement(text: &str) -> bool {
    ["drawdown", "fund"].contains(&text)
}
