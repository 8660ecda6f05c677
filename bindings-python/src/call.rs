//! The one door (§22).

use pyo3::prelude::*;

use crate::json::json;
use crate::objects;
use crate::problems::Kind;

/// Answer a Call: rules, a receipt and perhaps facts and options, all in one.
///
/// Text (`str` or `bytes`) in gives the Answer as text, the same bytes as every other door of
/// Rabatt; a dict in gives a dict. It never raises for what is in the Call: the Answer says what
/// is wrong. With `decimals=True` numbers with decimals come back as `decimal.Decimal`.
///
/// >>> import rabatt
/// >>> rabatt.answer('{"rules": [], "receipt": {"purchase_at": "yesterday"}}')[:46]
/// '{"ok":false,"errors":[{"code":"bad_time","poin'
/// >>> call = {"rules": [{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}],
/// ...         "receipt": {"purchase_at": "2024-06-01T12:00:00Z",
/// ...                     "items": [{"gross_amount": 3500, "eligible_for_discount": True}]}}
/// >>> rabatt.answer(call)["outcome"]["totals"]["discount"]
/// 350
#[pyfunction]
#[pyo3(signature = (call, *, decimals=false))]
pub(crate) fn answer<'py>(call: &Bound<'py, PyAny>, decimals: bool) -> PyResult<Bound<'py, PyAny>> {
    let py = call.py();
    // Bytes that are no text are the door's own to refuse.
    if let Ok(bytes) = call.cast::<pyo3::types::PyBytes>() {
        let bytes = bytes.as_bytes();
        return Ok(py.detach(|| rabatt_engine::answer_bytes(bytes)).into_pyobject(py)?.into_any());
    }
    let call = json(call, Kind::Call)?;
    let answer = py.detach(|| rabatt_engine::answer(&call.text));
    if call.was_text { Ok(answer.into_pyobject(py)?.into_any()) } else { objects::value(py, &answer, decimals) }
}
