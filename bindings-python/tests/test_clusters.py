"""Spark and Dask, in local mode, give what one machine gives."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import rabatt
import rabatt.dask
import rabatt.spark
from rabatt.batches import Batches

COUNT = 1_000_000
DISTINCT = 2_000
RULES = [
    {
        "id": "three",
        "requirement": {"item": {"quantity": 3, "items": [{"group_id": "g1"}]}},
        "reward": {"type": "discount_item_quantity", "value": 1},
    },
    {
        "id": "kiosk",
        "requirement": {"store": {"id": ["k1", "k3"]}, "gross_amount": 5000},
        "reward": {"type": "discount_percent", "value": 7.5},
    },
    {
        "id": "evening",
        "requirement": {"item": {"items": [{"group_id": "g2"}]}},
        "reward": {"type": "discount_amount", "value": 250},
        "limitation": {"discount_hours": {"hours": [{"day": "sat", "start": "18:00", "end": "23:00"}]}},
    },
]


def receipt(at: int) -> dict[str, Any]:
    return {
        "purchase_at": datetime(2024, 6, 1, tzinfo=UTC) + timedelta(minutes=37 * at),
        "currency": "NOK",
        "store": {"id": f"k{at % 5}", "address": {"country": "NO"}},
        "items": [
            {
                "id": f"i{(at * 7 + line) % 50}",
                "groups": [f"g{(at + line) % 4}"],
                "quantity": (at + line) % 5 + 0.5 * (at % 2),
                "gross_amount": (at * 31 + line * 17) % 4000 + 100,
                "eligible_for_discount": line != 2,
            }
            for line in range(at % 4 + 1)
        ],
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A million receipts in four files."""
    path = tmp_path_factory.mktemp("receipts")
    distinct = pa.Table.from_pylist([receipt(at) for at in range(DISTINCT)])
    quarter = pa.concat_tables([distinct] * (COUNT // DISTINCT // 4))
    for part in range(4):
        ids = pa.array(range(part * COUNT // 4, (part + 1) * COUNT // 4), pa.int64())
        pq.write_table(quarter.add_column(0, "receipt_id", ids), path / f"{part}.parquet", row_group_size=50_000)
    return path


def alone(table: str, *paths: Path) -> pa.Table:
    """What one machine gives."""
    evaluation = rabatt.Engine(RULES).evaluate_arrow(rabatt.read_receipts(*paths))
    return pa.table(getattr(evaluation, table)()).drop_columns(["row"])


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession  # noqa: PLC0415  # slow

    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    builder = SparkSession.builder.master("local[2]").appName("rabatt")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore")
def test_spark(spark: Any, folder: Path, tmp_path: Path) -> None:
    frame = spark.read.parquet(str(folder))
    rabatt.spark.evaluate(frame, RULES).write.parquet(str(tmp_path / "out"))
    found = pq.read_table(tmp_path / "out")
    expected = alone("receipts", *sorted(folder.iterdir()))
    assert expected.num_rows == COUNT
    assert pc.sum(expected["discount"]).as_py() > COUNT
    assert found.sort_by("receipt_id").cast(expected.schema).equals(expected)


@pytest.mark.filterwarnings("ignore")
def test_spark_lines_rules_and_errors(spark: Any, folder: Path) -> None:
    frame = spark.read.parquet(str(folder / "0.parquet")).limit(3_000)
    lines = rabatt.spark.evaluate(frame, RULES, "lines")
    assert lines.columns == ["receipt_id", "line_id", "id", "discount", "bonus"]
    expected = alone("lines", folder / "0.parquet").slice(0, 7_500)  # 3 000 receipts of 1 to 4 lines
    assert lines.groupBy().sum("discount").collect()[0][0] == pc.sum(expected["discount"]).as_py()
    [listed] = rabatt.spark.evaluate(frame, RULES, "rules").where("rule_id = 'kiosk'").take(1)
    assert listed["amount"] == sum(line["amount"] for line in listed["lines"])
    with pytest.raises(rabatt.ColumnError, match="purchase_at"):
        rabatt.spark.evaluate(frame.drop("purchase_at"), RULES)
    broken = frame.selectExpr("receipt_id", "if(receipt_id = 7, null, purchase_at) AS purchase_at", "items")
    with pytest.raises(Exception, match="row 7, column `purchase_at`"):
        rabatt.spark.evaluate(broken, RULES).collect()
    collected = rabatt.spark.evaluate(broken, RULES, on_error="collect")
    [row] = collected.where("error IS NOT NULL").collect()
    assert row["receipt_id"] == 7


@pytest.mark.filterwarnings("ignore")
def test_dask(folder: Path) -> None:
    import dask.dataframe as dd  # noqa: PLC0415  # slow

    paths = [folder / "0.parquet", folder / "1.parquet"]
    frame = dd.read_parquet(paths, dtype_backend="pyarrow")
    assert frame.npartitions >= 2
    found = pa.Table.from_pandas(rabatt.dask.evaluate(frame, RULES).compute(scheduler="threads"), preserve_index=False)
    expected = alone("receipts", *paths)
    assert found.cast(expected.schema).equals(expected)
    rules = rabatt.dask.evaluate(frame.partitions[0], RULES, "rules").compute(scheduler="threads")
    assert rules["amount"].sum() > 0
    assert list(rules.columns) == alone("rules", paths[0]).column_names


def test_batches() -> None:
    table = pa.Table.from_pylist([{"receipt_id": at, **receipt(at)} for at in range(100)])
    batches: Batches = pickle.loads(pickle.dumps(Batches(RULES, "receipts")))  # noqa: S301
    whole = pa.table(rabatt.Engine(RULES).evaluate_arrow(table).receipts()).drop_columns(["row"])
    assert batches(table).equals(whole)
    # Each batch copied: no slice of another.
    parts = [table.take(pa.array(range(at, at + 25))).to_batches()[0] for at in range(0, 100, 25)]
    assert pa.Table.from_batches(batches.many(iter(parts))).equals(whole)
    assert list(batches.many(iter([]))) == []
    assert batches.schema(table.schema) == whole.schema
    with pytest.raises(ValueError, match="column `receipt_id` is missing"):
        batches(table.drop_columns(["receipt_id"]))
    with pytest.raises(ValueError, match="table is one of receipts, lines, rules"):
        Batches(RULES, "receipt")  # type: ignore[arg-type]
