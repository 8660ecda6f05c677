//! Catalogs, products, groups and taxes as they go over the wire. Stored ones stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use utoipa::ToSchema;

use crate::discounts::model::receipt::Dimension;

/// A catalog as it is sent.
#[derive(Debug, ToSchema)]
pub struct CatalogRequest {
    pub catalog_id: Option<String>,
    pub catalog_name: Option<String>,
}

/// A catalog of products.
#[derive(Debug, ToSchema)]
pub struct Catalog {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub catalog_id: Option<String>,
    pub catalog_name: Option<String>,
}

/// A page of catalogs.
#[derive(Debug, ToSchema)]
pub struct Catalogs {
    pub catalogs: Option<Vec<Catalog>>,
    pub starting_after: Option<String>,
}

/// Where a product is to be had.
#[derive(Debug, ToSchema)]
pub struct ProductLocation {
    pub location_id: Option<String>,
    pub location_name: Option<String>,
    #[schema(default = json!(true))]
    pub is_available_for_shipping: Option<bool>,
    #[schema(default = json!(false))]
    pub is_available_for_pickup: Option<bool>,
    pub number_of_items_in_storage: Option<i64>,
}

/// A product as it is sent.
#[derive(Debug, ToSchema)]
pub struct ProductRequest {
    pub product_name: Option<String>,
    pub description: Option<String>,
    #[schema(default = json!(false))]
    pub is_virtual_product: Option<bool>,
    pub unit_gross_price: Option<i64>,
    pub unit: Option<String>,
    pub currency: Option<String>,
    #[schema(format = DateTime)]
    pub starting_at: Option<String>,
    #[schema(format = DateTime)]
    pub stopping_at: Option<String>,
    pub dimension: Option<Dimension>,
    pub images: Option<Vec<ProductImage>>,
    pub locations: Option<Vec<ProductLocation>>,
    pub product_id: Option<String>,
    pub groups: Option<Vec<ProductGroup>>,
}

/// What may change of a product.
#[derive(Debug, ToSchema)]
pub struct ProductUpdate {
    pub product_name: Option<String>,
    pub description: Option<String>,
    #[schema(default = json!(false))]
    pub is_virtual_product: Option<bool>,
    pub unit_gross_price: Option<i64>,
    pub unit: Option<String>,
    pub currency: Option<String>,
    #[schema(format = DateTime)]
    pub starting_at: Option<String>,
    #[schema(format = DateTime)]
    pub stopping_at: Option<String>,
    pub dimension: Option<Dimension>,
    pub images: Option<Vec<ProductImage>>,
    pub locations: Option<Vec<ProductLocation>>,
}

/// A picture of a product.
#[derive(Debug, ToSchema)]
pub struct ProductImage {
    #[schema(format = "uri")]
    pub href: String,
    pub title: Option<String>,
    pub rel: Option<String>,
    pub r#type: Option<String>,
}

/// A group that a product is in.
#[derive(Debug, ToSchema)]
pub struct ProductGroup {
    pub group_id: Option<String>,
    pub group_name: Option<String>,
}

/// A product, with its groups.
#[derive(Debug, ToSchema)]
pub struct Product {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub product_name: Option<String>,
    pub description: Option<String>,
    #[schema(default = json!(false))]
    pub is_virtual_product: Option<bool>,
    pub unit_gross_price: Option<i64>,
    pub unit: Option<String>,
    pub currency: Option<String>,
    #[schema(format = DateTime)]
    pub starting_at: Option<String>,
    #[schema(format = DateTime)]
    pub stopping_at: Option<String>,
    pub dimension: Option<Dimension>,
    pub images: Option<Vec<ProductImage>>,
    pub locations: Option<Vec<ProductLocation>>,
    pub product_id: Option<String>,
    pub catalog_id: Option<String>,
    pub catalog_name: Option<String>,
    pub groups: Option<Vec<ProductGroup>>,
}

/// A product.
#[derive(Debug, ToSchema)]
pub struct ProductResponse {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub product_name: Option<String>,
    pub description: Option<String>,
    #[schema(default = json!(false))]
    pub is_virtual_product: Option<bool>,
    pub unit_gross_price: Option<i64>,
    pub unit: Option<String>,
    pub currency: Option<String>,
    #[schema(format = DateTime)]
    pub starting_at: Option<String>,
    #[schema(format = DateTime)]
    pub stopping_at: Option<String>,
    pub dimension: Option<Dimension>,
    pub images: Option<Vec<ProductImage>>,
    pub locations: Option<Vec<ProductLocation>>,
    pub product_id: Option<String>,
    pub catalog_id: Option<String>,
    pub catalog_name: Option<String>,
}

/// A page of products.
#[derive(Debug, ToSchema)]
pub struct Products {
    pub products: Option<Vec<Product>>,
    pub starting_after: Option<String>,
}

/// A group as it is sent.
#[derive(Debug, ToSchema)]
pub struct GroupRequest {
    pub group_id: Option<String>,
    pub group_name: Option<String>,
}

/// A group of products.
#[derive(Debug, ToSchema)]
pub struct Group {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub group_id: Option<String>,
    pub group_name: Option<String>,
}

/// A page of groups.
#[derive(Debug, ToSchema)]
pub struct Groups {
    pub groups: Option<Vec<Group>>,
    pub starting_after: Option<String>,
}

/// A tax group as it is sent.
#[derive(Debug, ToSchema)]
pub struct TaxRequest {
    pub tax_id: Option<String>,
    pub tax_group: Option<String>,
    pub description: Option<String>,
    pub amount: Option<i64>,
    #[schema(value_type = Option<f64>)]
    pub percentage: Option<serde_json::Number>,
    pub tax_code: Option<String>,
}

/// A tax group.
#[derive(Debug, ToSchema)]
pub struct Tax {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub tax_id: Option<String>,
    pub tax_group: Option<String>,
    pub description: Option<String>,
    pub amount: Option<i64>,
    #[schema(value_type = Option<f64>)]
    pub percentage: Option<serde_json::Number>,
    pub tax_code: Option<String>,
}

/// A page of tax groups.
#[derive(Debug, ToSchema)]
pub struct Taxes {
    pub tax_groups: Option<Vec<Tax>>,
    pub starting_after: Option<String>,
}
