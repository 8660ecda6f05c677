//! The workload that benches measure, and the plain types that their floors parse into.

pub mod plain;
pub mod workload;
