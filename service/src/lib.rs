//! The discount service and the command line around the engine.
//!
//! One folder per resource, each with `routes` (handlers in the contract's order), `model` (what
//! goes over the wire) and `store` (what goes to the database).

pub mod auth;
pub mod automations;
pub mod cli;
pub mod config;
pub mod console;
pub mod customers;
pub mod discounts;
pub mod documents;
mod entity;
pub mod error;
pub mod external;
pub mod happened;
pub mod hooks;
pub mod http;
pub mod json;
pub mod locations;
mod members;
pub mod messages;
pub mod metrics;
pub mod outbox;
pub mod products;
pub mod receipts;
pub mod sealed;
pub mod serve;
pub mod setup;
pub mod store;
pub mod wallets;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::auth::Auth;
use crate::config::Config;
use crate::discounts::plans::Plans;
use crate::error::ApiError;
use crate::external::{Limit, Registry};
use crate::metrics::Metrics;
use crate::outbox::HandOver;
use crate::sealed::Sealer;
use crate::store::Store;
use crate::wallets::Secrets;

/// The application: what every request needs. One count to clone, which every layer does for every request.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] has.
#[derive(Clone)]
pub struct Parts {
    /// Settings.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// Who may do what.
    pub auth: Arc<Auth>,
    /// Compiled rules.
    pub plans: Arc<Plans>,
    /// What is counted.
    pub metrics: Metrics,
    /// What the tokens of cards are looked up by.
    pub wallets: Arc<Secrets>,
    /// What is personal or secret is stored sealed.
    pub sealer: Arc<Sealer>,
    /// Where companies and places are looked up, when they are.
    pub registry: Option<Arc<dyn Registry>>,
    /// How often they are.
    pub lookups: Arc<Limit>,
    /// What is sent as soon as it is saved.
    pub hand_over: Arc<HandOver>,
}

impl App {
    /// The application on an open database.
    ///
    /// # Errors
    /// When the database refuses, or was sealed with another key, or the settings name no registry.
    pub async fn new(config: Config, store: Store) -> Result<Self, ApiError> {
        let sealer = Arc::new(Sealer::load(&config, &store).await?);
        let auth = Arc::new(Auth::load(&store, &sealer).await?);
        let metrics = Metrics::default();
        let plans = Arc::new(Plans::new(metrics.clone()));
        let wallets = Arc::new(Secrets::load(&store, &sealer).await?);
        let registry = external::registry(&config).map_err(ApiError::Internal)?;
        let (lookups, hand_over) = (Arc::default(), Arc::default());
        let config = Arc::new(config);
        Ok(Self(Arc::new(Parts { config, store, auth, plans, metrics, wallets, sealer, registry, lookups, hand_over })))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// One that differs from its clones.
impl DerefMut for App {
    fn deref_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rabatt",
        description = "Recalculates shopping carts: discounts, coupons, stamps and bonus, line by line, and why.\n\nMoney is in \
                       whole minor units (øre, cents). Times are RFC 3339.",
        license(name = "Apache-2.0 OR MIT")
    ),
    tags(
        (name = "auth", description = "Tokens, API clients, and what they may do"),
        (name = "discounts", description = "Rules, and what they give"),
        (name = "automations", description = "Who gets a rule when something happens"),
        (name = "receipts", description = "Finished purchases, and what they used"),
        (name = "customers", description = "Who buys: what is known of them, what identifies them, how they log in"),
        (name = "locations", description = "Where goods are sold"),
        (name = "products", description = "Catalogs of products, their groups, and taxes"),
        (name = "hooks", description = "Webhooks: who is told what happens, and what was delivered"),
        (name = "external", description = "Companies and places, as others know them"),
        (name = "wallets", description = "Gift cards and credit notes")
    ),
    // Of parameters, which bring no schema along by themselves.
    components(schemas(
        automations::store::AutomationState,
        discounts::events::EventKind,
        discounts::routes::available::Amounts,
        discounts::routes::rules::Include,
        discounts::store::campaigns::CampaignState,
        discounts::store::refs::RefState,
        discounts::store::rules::State
    )),
    modifiers(&Security)
)]
struct Api;

/// Tokens, and how to get one, for the document.
struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_with(Default::default);
        for (name, scheme) in [("bearer", HttpAuthScheme::Bearer), ("client", HttpAuthScheme::Basic)] {
            components.add_security_scheme(name, SecurityScheme::Http(Http::new(scheme)));
        }
    }
}

const TOTAL_COUNT: HeaderName = HeaderName::from_static("total-count");
const PAGE_COUNT: HeaderName = HeaderName::from_static("page-count");

/// Every operation, and the document that describes them.
fn operations() -> OpenApiRouter<App> {
    use discounts::routes::{available, campaigns, claims, customers, events, offline, public, refs, rules, search};
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(auth::routes::operations())
        .routes(routes!(available::available_for_receipt))
        .routes(routes!(rules::list_rules, rules::create_rule))
        .routes(routes!(rules::get_rule, rules::update_rule, rules::delete_rule))
        .routes(routes!(refs::list_refs, refs::give_rule, refs::take_rule_away))
        .routes(routes!(refs::list_usages))
        .routes(routes!(customers::list_customer_rules))
        .routes(routes!(customers::get_ref, customers::add_usage, customers::delete_ref))
        .routes(routes!(public::list_public_rules))
        .routes(routes!(public::get_public_rule))
        .routes(routes!(campaigns::list_campaigns, campaigns::create_campaign))
        .routes(routes!(campaigns::get_campaign, campaigns::update_campaign, campaigns::delete_campaign))
        .routes(routes!(claims::list_claims, claims::create_claim))
        .routes(routes!(claims::get_claim, claims::delete_claim))
        .routes(routes!(events::post_event))
        .routes(routes!(search::search_rules))
        .routes(routes!(offline::snapshot))
        .routes(routes!(offline::get_plan))
        .routes(routes!(offline::evaluate))
        .routes(routes!(automations::routes::list_automations, automations::routes::create_automation))
        .routes(routes!(automations::routes::get_automation, automations::routes::delete_automation))
        .merge(receipts::routes::operations())
        .merge(crate::customers::routes::operations())
        .merge(locations::routes::operations())
        .merge(products::routes::operations())
        .merge(wallets::routes::operations())
        .merge(hooks::routes::operations())
        .merge(external::routes::operations())
}

/// The OpenAPI document, as committed in `service/openapi.json`.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn openapi() -> Result<String, serde_json::Error> {
    let (_, api) = operations().split_for_parts();
    api.to_pretty_json().map(|text| text + "\n")
}

/// The whole service.
pub fn app(app: App) -> Router {
    app_with(app, Router::new())
}

/// The whole service and further routes, which benches compare it with.
pub fn app_with(app: App, more: Router<App>) -> Router {
    let (router, api) = operations().split_for_parts();
    let router = router.merge(more);
    let deadline = Duration::from_secs(app.config.request_seconds);
    let in_time = middleware::from_fn(move |request: Request, next: Next| async move {
        let answer = tokio::time::timeout(deadline, next.run(request)).await;
        answer.unwrap_or_else(|_| ApiError::TooSlow.into_response())
    });
    // The route's pattern and no more: paths and bodies name customers.
    let spans = TraceLayer::new_for_http()
        .make_span_with(|request: &Request| {
            let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
            tracing::info_span!("request", method = %request.method(), route)
        })
        .on_request(())
        .on_response(|response: &Response, took: Duration, _: &tracing::Span| {
            tracing::info!(
                status = response.status().as_u16(),
                took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                "answered"
            );
        })
        // What went wrong was logged where it did.
        .on_failure(());
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::POST, Method::DELETE])
        // The contract names some; clients in browsers also send names of their own, as the vendor's do.
        .allow_headers(AllowHeaders::mirror_request())
        // The contract's, and what a checkout of another origin asks again with.
        .expose_headers([TOTAL_COUNT, PAGE_COUNT, header::ETAG, header::RETRY_AFTER]);
    let ready = |store: Store| async move {
        if store.is_ready().await {
            (StatusCode::OK, "ready")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    };
    let store = app.store.clone();
    router
        .merge(console::routes())
        .merge(SwaggerUi::new("/docs").url("/openapi.json", api))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(move || ready(store.clone())))
        .route("/metrics", get(metrics::metrics))
        .fallback(|| async { ApiError::NotFound("Path") })
        .method_not_allowed_fallback(|| async { ApiError::WrongMethod })
        .layer(DefaultBodyLimit::max(http::MOST_BYTES))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            ApiError::Internal("a handler panicked".to_owned()).into_response()
        }))
        .layer(in_time)
        .layer(cors)
        .layer(middleware::from_fn_with_state(app.clone(), metrics::count))
        .layer(spans)
        .with_state(app)
}
