//! `wallets/…`: a file for each part of the paths.

pub mod cards;
pub mod customers;
pub mod transactions;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Every operation on cards and transactions.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(cards::list_cards, cards::create_card))
        .routes(routes!(cards::create_cards))
        .routes(routes!(cards::get_card))
        .routes(routes!(cards::activate_card))
        .routes(routes!(cards::rotate_pin))
        .routes(routes!(cards::create_token))
        .routes(routes!(cards::list_transactions))
        .routes(routes!(customers::list_customer_cards))
        .routes(routes!(customers::get_customer_card))
        .routes(routes!(transactions::get_card_of_token))
        .routes(routes!(transactions::create_transaction))
        .routes(routes!(transactions::capture))
        .routes(routes!(transactions::void))
}
