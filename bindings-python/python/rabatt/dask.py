"""Receipts in Dask: the same evaluation, partition by partition."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from rabatt.batches import Batches

__all__ = ["evaluate"]


class _Frames:
    """`Batches` for pandas' frames. A class, so that it can be sent to workers."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        return self._batches(table).to_pandas(types_mapper=pd.ArrowDtype)


def evaluate(  # noqa: PLR0913
    receipts: Any,
    rules: Any,
    table: Literal["receipts", "lines", "rules"] = "receipts",
    *,
    facts: Any = None,
    on_error: Literal["raise", "collect"] = "raise",
    steps: int | None = None,
) -> Any:
    """Evaluate a Dask DataFrame of receipts: `rabatt.dask.evaluate(frame, rules)` is a Dask DataFrame again.

    Read it with `dd.read_parquet(…, dtype_backend="pyarrow")`, so that its columns are Arrow's and no
    row becomes a Python object. It has the columns that `Engine.evaluate_arrow` takes, `receipt_id`
    among them, and gives one of its tables, without `row`, each partition with an index from 0.
    Nothing is computed before Dask does.
    """
    frames = _Frames(Batches(rules, table, facts=facts, on_error=on_error, steps=steps))
    # Dask's own `_meta`: a frame with the columns and no rows.
    return receipts.map_partitions(frames, meta=frames(receipts._meta))  # noqa: SLF001
