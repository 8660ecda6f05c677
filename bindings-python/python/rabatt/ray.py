"""Receipts in Ray Data: the same evaluation, block by block."""

from __future__ import annotations

from typing import Any, Literal

from rabatt.batches import Batches

__all__ = ["evaluate"]


def evaluate(  # noqa: PLR0913
    receipts: Any,
    rules: Any,
    table: Literal["receipts", "lines", "rules"] = "receipts",
    *,
    facts: Any = None,
    on_error: Literal["raise", "collect"] = "raise",
    steps: int | None = None,
) -> Any:
    """Evaluate a Dataset of receipts: `rabatt.ray.evaluate(dataset, rules)` is a Dataset again.

    It has the columns that `Engine.evaluate_arrow` takes, `receipt_id` among them, and gives one of
    its tables, without `row`. Nothing is computed before Ray does.
    """
    batches = Batches(rules, table, facts=facts, on_error=on_error, steps=steps)
    return receipts.map_batches(batches.__call__, batch_format="pyarrow")
