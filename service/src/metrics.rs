//! `GET /metrics`: how the service does, in Prometheus' text format.
//!
//! Labels are methods, route patterns and statuses, which are few; never ids, which may name customers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::App;

/// Upper bounds of the histogram, seconds: a warm answer takes a few hundred microseconds.
const SECONDS: [f64; 13] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    /// The pattern, as `/v1/accounts/{aid}/discounts/rules`; `none` where nothing matches.
    route: RoutePattern,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: RoutePattern,
    status: u16,
}

/// A pattern of the router, shared with it rather than copied for each request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct RoutePattern(Option<MatchedRoute>);

#[derive(Debug, Clone)]
struct MatchedRoute(MatchedPath);

impl PartialEq for MatchedRoute {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for MatchedRoute {}

impl std::hash::Hash for MatchedRoute {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl EncodeLabelValue for RoutePattern {
    fn encode(&self, encoder: &mut prometheus_client::encoding::LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.as_ref().map_or("none", |route| route.0.as_str()).encode(encoder)
    }
}

/// What became of an attempt to send a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempt {
    state: &'static str,
}

#[derive(Debug, Clone)]
struct Seconds;

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

/// Everything that is counted. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    answered: Family<Answered, Counter>,
    seconds: Family<Route, Histogram, Seconds>,
    under_way: Gauge,
    plans: Gauge,
    compiled: Counter,
    attempts: Family<Attempt, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("rabatt");
        let answered = Family::default();
        registry.register("http_requests", "Requests answered", answered.clone());
        let seconds = Family::new_with_constructor(Seconds);
        registry.register("http_request_seconds", "How long requests took", seconds.clone());
        let under_way = Gauge::default();
        registry.register("http_requests_under_way", "Requests being answered now", under_way.clone());
        let plans = Gauge::default();
        registry.register("plans_in_memory", "Accounts whose compiled rules are in memory", plans.clone());
        let compiled = Counter::default();
        registry.register("plans_compiled", "How often an account's rules were compiled", compiled.clone());
        let attempts = Family::default();
        registry.register("delivery_attempts", "Attempts to send a message, by what became of it", attempts.clone());
        Self { registry: Arc::new(registry), answered, seconds, under_way, plans, compiled, attempts }
    }
}

impl Metrics {
    /// An account's rules are compiled.
    pub(crate) fn compiled(&self) {
        self.compiled.inc();
    }

    /// The compiled rules of so many accounts are in memory.
    pub(crate) fn plans_in_memory(&self, accounts: usize) {
        self.plans.set(i64::try_from(accounts).unwrap_or(i64::MAX));
    }

    /// An attempt to send a message is over: `accepted`, `refused`, `waiting` for the next, or `failed`.
    pub(crate) fn attempted(&self, state: &'static str) {
        self.attempts.get_or_create(&Attempt { state }).inc();
    }

    fn answered(&self, method: &'static str, route: RoutePattern, status: u16, took: Duration) {
        self.seconds.get_or_create(&Route { method, route: route.clone() }).observe(took.as_secs_f64());
        self.answered.get_or_create(&Answered { method, route, status }).inc();
    }
}

/// A request under way, counted also when its caller gives up.
struct UnderWay(Gauge);

impl UnderWay {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts a request.
pub(crate) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = named(request.method());
    let route = RoutePattern(request.extensions().get::<MatchedPath>().cloned().map(MatchedRoute));
    let (under_way, begun) = (UnderWay::begin(&app.metrics.under_way), std::time::Instant::now());
    let answer = next.run(request).await;
    drop(under_way);
    app.metrics.answered(method, route, answer.status().as_u16(), begun.elapsed());
    answer
}

/// A method's name; whatever a caller invents is one and the same.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &app.metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
