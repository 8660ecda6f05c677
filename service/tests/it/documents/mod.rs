mod metrics;
mod openapi;
