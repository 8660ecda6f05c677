//! The Python package `rabatt`: the engine's one door for single receipts, and Arrow tables in and
//! out for many.
//!
//! This crate converts and nothing else: what a receipt costs is decided in `rabatt-engine`. The
//! Python side is in `python/rabatt`, its types in `python/rabatt/_native.pyi`.
#![deny(
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    clippy::unreachable,
    clippy::get_unwrap
)]

mod arrow;
mod call;
mod compare;
mod engine;
mod json;
mod jsonlines;
mod lint;
mod objects;
mod problems;
mod simulate;

use pyo3::prelude::*;

/// What `import rabatt` takes from here.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(call::answer, module)?)?;
    module.add_function(wrap_pyfunction!(compare::compare, module)?)?;
    module.add_function(wrap_pyfunction!(jsonlines::json_lines, module)?)?;
    module.add_class::<jsonlines::RejectedLines>()?;
    module.add_function(wrap_pyfunction!(lint::lint, module)?)?;
    module.add_function(wrap_pyfunction!(simulate::simulate, module)?)?;
    module.add_class::<simulate::Simulation>()?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<arrow::Evaluation>()?;
    module.add_class::<arrow::ArrowTable>()?;
    module.add_class::<arrow::ArrowReader>()
}
