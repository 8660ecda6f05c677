"""Receipts in Apache Spark: the same evaluation, on as many machines as the cluster has."""

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
    """Evaluate a DataFrame of receipts: `rabatt.spark.evaluate(frame, rules)` is a DataFrame again.

    It has the columns that `Engine.evaluate_arrow` takes, `receipt_id` among them, and gives one of
    its tables, without `row`. Nothing is computed before Spark does. Needs `rabatt`, and pyarrow,
    where Spark's Python workers run.

    One line does it by hand: `frame.mapInArrow(Batches(rules).many, schema)`.
    """
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema  # noqa: PLC0415  # slow

    batches = Batches(rules, table, facts=facts, on_error=on_error, steps=steps)
    schema = batches.schema(to_arrow_schema(receipts.schema, timezone="UTC"))
    return receipts.mapInArrow(batches.many, from_arrow_schema(schema))
