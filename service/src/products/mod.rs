//! Catalogs of products, groups of products, and taxes. Groups and taxes are the account's; products belong to a catalog.

mod catalog;
pub mod fill;
pub mod model;
pub mod routes;

use crate::documents::{Kind, Member, Shape};

/// Catalogs.
pub static CATALOG: Kind =
    Kind { word: "catalog", title: "Catalog", name: "catalog_id", members: &[Member("catalog_name", Shape::Text)] };

/// Products.
pub static PRODUCT: Kind = Kind {
    word: "product",
    title: "Product",
    name: "product_id",
    members: &[
        Member("product_name", Shape::Text),
        Member("description", Shape::Text),
        Member("is_virtual_product", Shape::Flag),
        Member("unit_gross_price", Shape::Amount),
        Member("unit", Shape::Text),
        Member("currency", Shape::Text),
        Member("starting_at", Shape::Instant),
        Member("stopping_at", Shape::Instant),
        Member(
            "dimension",
            Shape::Object(&[
                Member("color", Shape::Text),
                Member("size", Shape::Text),
                Member("style", Shape::Text),
                Member("config", Shape::Text),
                Member("variant", Shape::Text),
            ]),
        ),
        Member(
            "images",
            Shape::List(&Shape::Object(&[
                Member("href", Shape::NeededText),
                Member("title", Shape::Text),
                Member("rel", Shape::Text),
                Member("type", Shape::Text),
            ])),
        ),
        Member(
            "locations",
            Shape::List(&Shape::Object(&[
                Member("location_id", Shape::Text),
                Member("location_name", Shape::Text),
                Member("is_available_for_shipping", Shape::Flag),
                Member("is_available_for_pickup", Shape::Flag),
                Member("number_of_items_in_storage", Shape::Whole),
            ])),
        ),
    ],
};

/// Groups of products.
pub static GROUP: Kind = Kind { word: "group", title: "Group", name: "group_id", members: &[Member("group_name", Shape::Text)] };

/// Tax groups.
pub static TAX: Kind = Kind {
    word: "tax",
    title: "Tax",
    name: "tax_id",
    members: &[
        Member("tax_group", Shape::Text),
        Member("description", Shape::Text),
        Member("amount", Shape::Amount),
        Member("percentage", Shape::Percent),
        Member("tax_code", Shape::Text),
    ],
};
