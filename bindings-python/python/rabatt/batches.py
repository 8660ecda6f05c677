"""One evaluation as a function from Arrow batches to Arrow batches, for engines that spread data over machines."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from rabatt._native import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Batches"]

TABLES = ("receipts", "lines", "rules")


class Batches:
    """Evaluates batches of receipts wherever it is sent: it can be pickled.

    What comes out is one of the tables of `Evaluation`, without `row`: a batch does not know how many
    receipts stand in others. So `receipt_id` says which receipt a row is of, and has to be there.

    >>> import pyarrow as pa
    >>> from rabatt.batches import Batches
    >>> evaluate = Batches([{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}], "rules")
    >>> batch = pa.Table.from_pylist([{"receipt_id": "1001", "purchase_at": "2024-06-01T12:00:00+02:00",
    ...     "items": [{"id": "espresso", "gross_amount": 3500, "eligible_for_discount": True}]}])
    >>> evaluate(batch).select(["receipt_id", "rule_id", "amount"]).to_pylist()
    [{'receipt_id': '1001', 'rule_id': 'ten', 'amount': 350}]
    """

    def __init__(  # noqa: PLR0913
        self,
        rules: Any,
        table: Literal["receipts", "lines", "rules"] = "receipts",
        *,
        facts: Any = None,
        on_error: Literal["raise", "collect"] = "raise",
        steps: int | None = None,
        threads: int | None = 1,
    ) -> None:
        if table not in TABLES:
            raise ValueError(f"table is one of {', '.join(TABLES)}, not `{table}`")
        self._engine = rules if isinstance(rules, Engine) else Engine(rules)
        self._table = table
        # One thread, since who spreads data runs as many tasks as there are cores.
        self._settings = {"facts": facts, "on_error": on_error, "steps": steps, "threads": threads}

    def __call__(self, batch: Any) -> pa.Table:
        """The table of one batch: anything with `__arrow_c_stream__`."""
        stream = self._stream(batch)
        return pa.Table.from_batches([*stream], stream.schema).drop_columns(["row"])

    def many(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The table of batches as a stream: what Spark's `mapInArrow` asks for."""
        rest = iter(batches)
        first = next(rest, None)
        if first is None:
            return
        source = pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], rest))
        for batch in self._stream(source):
            yield batch.drop_columns(["row"])

    def schema(self, receipts: pa.Schema) -> pa.Schema:
        """The columns that come out where these go in."""
        schema = self._stream(receipts.empty_table()).schema
        return schema.remove(schema.get_field_index("row"))

    def _stream(self, source: Any) -> pa.RecordBatchReader:
        evaluation = self._engine.evaluate_arrow(source, **self._settings)
        stream = pa.RecordBatchReader.from_stream(getattr(evaluation, self._table)())
        if "receipt_id" not in stream.schema.names:
            raise ValueError("column `receipt_id` is missing: it says which receipt a row of the result is of")
        return stream
