//! The workloads that benches measure, what they are checked with, and how measurements are told.

pub mod adverse;
pub mod overlap;
pub mod page;
pub mod plain;
pub mod results;
pub mod scan;
pub mod turns;
pub mod workload;
pub mod zen;
