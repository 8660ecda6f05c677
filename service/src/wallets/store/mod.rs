//! Cards, tokens and the ledger in the database. Whoever changes a card locks it first: units of work
//! hold one card each, or make new ones in the order of their names, and never wait for each other in a circle.

pub(super) mod cards;
pub(super) mod ledger;
pub(super) mod tokens;
