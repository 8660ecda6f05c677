"""Tables of other libraries, columns of other types, streams, and what is refused."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rabatt

RULES = [
    {
        "id": "three",
        "requirement": {"item": {"quantity": 3, "items": [{"group_id": "coffee"}]}},
        "reward": {"type": "discount_item_quantity", "value": 1},
    },
    {"id": "kiosk", "requirement": {"store": {"id": ["k1"]}}, "reward": {"type": "discount_percent", "value": 10}},
]
ENGINE = rabatt.Engine(RULES)
RECEIPTS: list[dict[str, Any]] = [
    {
        "receipt_id": 1001 + at,
        "purchase_at": datetime(2024, 6, 1, 10, tzinfo=UTC),
        "store": {"id": f"k{at}"},
        "items": [
            {
                "id": "espresso",
                "groups": ["coffee"],
                "quantity": 3,
                "gross_amount": 10500,
                "eligible_for_discount": True,
            },
            {"id": "bun", "groups": [], "quantity": 1, "gross_amount": 2500, "eligible_for_discount": True},
        ],
    }
    for at in range(2)
]
TABLE = pa.Table.from_pylist(RECEIPTS)
DISCOUNTS = [3500, 3500 + 1300]


def discounts(table: Any, items: Any = None) -> list[int]:
    found: list[int] = pa.table(ENGINE.evaluate_arrow(table, items).receipts())["discount"].to_pylist()
    return found


def split() -> tuple[pa.Table, pa.Table]:
    lines = [{"receipt_id": receipt["receipt_id"], **line} for receipt in RECEIPTS for line in receipt["items"]]
    return TABLE.drop_columns(["items"]), pa.Table.from_pylist(lines)


def test_pyarrow() -> None:
    assert discounts(TABLE) == DISCOUNTS
    assert discounts(TABLE.to_batches()[0]) == DISCOUNTS
    assert discounts(TABLE.to_reader()) == DISCOUNTS
    assert discounts(TABLE.slice(1)) == DISCOUNTS[1:]
    assert discounts(TABLE.slice(0, 0)) == []


def test_polars() -> None:
    frame = pl.from_arrow(TABLE)
    assert isinstance(frame, pl.DataFrame)
    assert discounts(frame) == DISCOUNTS
    lines = pl.DataFrame(ENGINE.evaluate_arrow(frame).lines())
    assert lines.select("receipt_id", "id", "discount").rows() == [
        (1001, "espresso", 3500),
        (1001, "bun", 0),
        (1002, "espresso", 4550),
        (1002, "bun", 250),
    ]


def test_duckdb() -> None:
    with duckdb.connect() as connection:
        connection.register("receipts", TABLE)
        assert discounts(connection.sql("SELECT * FROM receipts ORDER BY receipt_id")) == DISCOUNTS
        rules = pa.table(ENGINE.evaluate_arrow(TABLE).rules())
        connection.register("rules", rules)
        totals = connection.sql("SELECT rule_id, sum(amount)::BIGINT FROM rules GROUP BY 1 ORDER BY 1").fetchall()
    assert totals == [("kiosk", 1300), ("three", 7000)]


def test_pandas() -> None:
    heads, lines = split()
    heads = heads.select(["receipt_id", "purchase_at"])
    assert discounts(heads.to_pandas(), lines.drop_columns(["groups"]).to_pandas()) == [0, 0]
    frame = pa.table(ENGINE.evaluate_arrow(TABLE).receipts()).to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame["discount"].dtype == "int64"
    assert list(frame["discount"]) == DISCOUNTS


def test_two_tables_in_any_order() -> None:
    heads, lines = split()
    assert discounts(heads, lines) == DISCOUNTS
    assert discounts(heads, lines.take([3, 1, 0, 2])) == DISCOUNTS
    assert discounts(heads.take([1, 0]), lines) == DISCOUNTS[::-1]
    assert discounts(heads.slice(1), lines) == DISCOUNTS[1:]
    assert discounts(heads, lines.slice(0, 0)) == [0, 0]
    as_text = [
        table.set_column(0, "receipt_id", table["receipt_id"].cast(pa.string()).dictionary_encode())
        for table in (heads, lines)
    ]
    assert discounts(*as_text) == DISCOUNTS
    out = pa.table(ENGINE.evaluate_arrow(heads, lines.take([3, 1, 0, 2])).lines())
    assert out["id"].to_pylist() == ["bun", "espresso"] * 2


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_purchase_at_in_any_unit(unit: str) -> None:
    at = TABLE["purchase_at"].cast(pa.timestamp(unit, "Europe/Oslo"))
    rules = [
        {
            "id": "w",
            "requirement": {"purchase_from": "2024-06-01T10:00:00Z", "purchase_to": "2024-06-01T10:00:01Z"},
            **TEN,
        }
    ]
    table = TABLE.set_column(1, "purchase_at", at)
    assert pa.table(rabatt.Engine(rules).evaluate_arrow(table).receipts())["discount"].to_pylist() == [1300, 1300]


TEN = {"reward": {"type": "discount_percent", "value": 10}}


def test_views_dictionaries_and_large_types() -> None:
    view = pa.array(["k0", "k1"], pa.string_view())
    for ids in (view, view.cast(pa.large_string()), view.cast(pa.string()).dictionary_encode()):
        store = pa.StructArray.from_arrays([ids], ["id"])
        assert discounts(TABLE.set_column(2, "store", store)) == DISCOUNTS
    items = TABLE["items"].combine_chunks()
    assert discounts(TABLE.set_column(3, "items", items.cast(pa.large_list(items.type.value_type)))) == DISCOUNTS
    assert discounts(TABLE.set_column(3, "items", items.cast(pa.list_(items.type.value_type, 2)))) == DISCOUNTS


def test_columns_of_nothing_are_absent() -> None:
    empty = pa.nulls(2)
    table = (
        TABLE.append_column("customer", empty).append_column("currency", empty).append_column("discount_code", empty)
    )
    assert discounts(table) == DISCOUNTS
    assert discounts(TABLE.set_column(3, "items", empty)) == [0, 0]


def test_receipt_id_comes_back_as_it_is() -> None:
    for ids in (pa.array([1, 2], pa.int16()), pa.array(["a", None]), pa.array([b"x", b"y"])):
        out = pa.table(ENGINE.evaluate_arrow(TABLE.set_column(0, "receipt_id", ids)).receipts())
        assert out["receipt_id"].combine_chunks().equals(ids)
    assert "receipt_id" not in pa.table(ENGINE.evaluate_arrow(TABLE.drop_columns(["receipt_id"])).rules()).column_names


def with_lines(**columns: Any) -> pa.Table:
    size = len(next(iter(columns.values())))
    given = {"gross_amount": pa.array([1000] * size), "eligible_for_discount": pa.array([True] * size), **columns}
    given = {name: column for name, column in given.items() if column is not None}
    lines = pa.StructArray.from_arrays([pa.array(column) for column in given.values()], list(given))
    return pa.table({"purchase_at": ["2024-06-01T12:00:00Z"], "items": pa.ListArray.from_arrays([0, size], lines)})


@pytest.mark.parametrize(
    ("table", "pointer", "words"),
    [
        (TABLE.drop_columns(["purchase_at"]), "/purchase_at", "is missing"),
        (TABLE.drop_columns(["items"]), "/items", "is missing"),
        (TABLE.set_column(1, "purchase_at", pa.array([datetime(2024, 6, 1)] * 2)), "/purchase_at", "time zone"),  # noqa: DTZ001
        (TABLE.set_column(2, "store", pa.array(["k1"] * 2)), "/store", "a struct belongs there"),
        (with_lines(gross_amount=[1.5]), "/items/gross_amount", "cast it to int64"),
        (with_lines(quantity=[True]), "/items/quantity", "a number belongs there"),
        (with_lines(voided=[1]), "/items/voided", "bool"),
        (with_lines(id=[1]), "/items/id", "text belongs there"),
        (with_lines(groups=[["a"]], gross_amount=None), "/items/gross_amount", "is missing"),
        (with_lines(id=["a"], eligible_for_discount=None), "/items/eligible_for_discount", "is missing"),
        (with_lines(groups=[[{"name": "x"}]]), "/items/groups", "no field `id`"),
    ],
    ids=str,
)
def test_columns_that_cannot_be_right(table: pa.Table, pointer: str, words: str) -> None:
    with pytest.raises(rabatt.ColumnError) as raised:
        ENGINE.evaluate_arrow(table)
    assert [problem.pointer for problem in raised.value.problems] == [pointer]
    assert words in str(raised.value)


def test_all_columns_are_told_at_once() -> None:
    table = with_lines(gross_amount=[1.5], quantity=[True]).drop_columns(["purchase_at"])
    with pytest.raises(rabatt.ColumnError) as raised:
        ENGINE.evaluate_arrow(table)
    pointers = [problem.pointer for problem in raised.value.problems]
    assert sorted(pointers) == ["/items/gross_amount", "/items/quantity", "/purchase_at"]


def test_tables_that_are_none() -> None:
    with pytest.raises(TypeError, match=r"`receipts` is a table with `__arrow_c_stream__`.*not `list`"):
        ENGINE.evaluate_arrow([{}])  # type: ignore[arg-type]
    heads, _ = split()
    with pytest.raises(rabatt.ColumnError, match=r"items\.receipt_id"):
        ENGINE.evaluate_arrow(heads, TABLE.drop_columns(["receipt_id"]))


BROKEN = [
    ({"purchase_at": None}, "purchase_at", "missing_member"),
    ({"purchase_at": "2024-06-01"}, "purchase_at", "bad_time"),
    ({"items": [{"quantity": float("nan")}]}, "items[0].quantity", "out_of_range"),
    ({"items": [{"quantity": 1e-30}]}, "items[0].quantity", "out_of_range"),
    ({"items": [{"line_id": 1}, {"line_id": 1}]}, "items[1].line_id", "duplicate_line_id"),
    ({"items": [{"gross_amount": 2**62}, {"gross_amount": 2**62}]}, "items[1]", "overflow"),
]


def broken(change: dict[str, Any], batches: int = 3) -> pa.RecordBatchReader:
    """Some good batches of three rows; in the last one the second row is broken."""
    line = {"line_id": None, "quantity": 1.0, "gross_amount": 1000, "eligible_for_discount": True}
    good = {"purchase_at": "2024-06-01T12:00:00Z", "items": [line]}
    bad = {**good, **change}
    bad["items"] = [{**line, **own} for own in bad["items"]]
    schema = pa.Table.from_pylist([good]).schema
    fields = [
        ("line_id", pa.int64()),
        ("quantity", pa.float64()),
        ("gross_amount", pa.int64()),
        ("eligible_for_discount", pa.bool_()),
    ]
    schema = pa.schema([schema.field("purchase_at"), ("items", pa.list_(pa.struct(fields)))])
    rows = [[good] * 3] * (batches - 1) + [[good, bad, good]]
    return pa.RecordBatchReader.from_batches(schema, [pa.RecordBatch.from_pylist(some, schema=schema) for some in rows])


@pytest.mark.parametrize(("change", "column", "code"), BROKEN, ids=[f"{code}-{column}" for _, column, code in BROKEN])
def test_a_broken_row_is_named(change: dict[str, Any], column: str, code: str) -> None:
    with pytest.raises(rabatt.RowError) as raised:
        ENGINE.evaluate_arrow(broken(change)).tables()
    error = raised.value
    assert (error.batch, error.row, error.column, error.problems[0].code) == (2, 1, column, code)
    assert str(error).startswith(f"batch 2, row 1, column `{column}`: ")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.row, str(again)) == (1, str(error))
    # The parts before it come; who reads the stream is told the same.
    parts = iter(ENGINE.evaluate_arrow(broken(change)))
    assert len([next(parts), next(parts)]) == 2
    with pytest.raises(rabatt.RowError):
        next(parts)
    assert list(parts) == []
    with pytest.raises(pa.ArrowInvalid) as told:
        pa.table(ENGINE.evaluate_arrow(broken(change)).receipts())
    assert str(error) in str(told.value)


@pytest.mark.parametrize(("change", "column", "code"), BROKEN, ids=[f"{code}-{column}" for _, column, code in BROKEN])
def test_broken_rows_are_collected(change: dict[str, Any], column: str, code: str) -> None:
    tables = ENGINE.evaluate_arrow(broken(change), on_error="collect").tables()
    receipts = pa.table(tables.receipts).to_pylist()
    assert [row["row"] for row in receipts] == list(range(9))
    assert [row["row"] for row in receipts if row["error"]] == [7]
    assert receipts[7]["net"] is None
    assert receipts[7]["error"].startswith(f"column `{column}`: ")
    assert receipts[7]["error"].endswith(f"({code})")
    assert 7 not in pa.table(tables.lines)["row"].to_pylist()
    assert len(tables.lines) == 8


def test_a_receipt_twice_does_not_get_its_lines_twice() -> None:
    heads, lines = split()
    twice = pa.concat_tables([heads, heads])
    with pytest.raises(rabatt.RowError, match=r"batch 1, row 0, column `receipt_id`"):
        ENGINE.evaluate_arrow(twice, lines).tables()
    receipts = pa.table(ENGINE.evaluate_arrow(twice, lines, on_error="collect").receipts())
    assert receipts["discount"].to_pylist() == [*DISCOUNTS, None, None]
    nameless = heads.set_column(0, "receipt_id", pa.array([1001, None]))
    with pytest.raises(rabatt.RowError, match="a receipt needs `receipt_id`"):
        ENGINE.evaluate_arrow(nameless, lines).tables()


def test_an_evaluation_is_read_once() -> None:
    evaluation = ENGINE.evaluate_arrow(TABLE)
    stream = evaluation.receipts()
    for again in (evaluation.lines, evaluation.tables):
        with pytest.raises(ValueError, match="call evaluate_arrow again"):
            again()
    assert list(evaluation) == []
    assert pa.table(stream).num_rows == 2
    with pytest.raises(ValueError, match="has been read already"):
        pa.table(stream)
    tables = ENGINE.evaluate_arrow(TABLE).tables()
    assert pa.table(tables.lines).equals(pa.table(tables.lines))
    assert (len(tables.lines), repr(tables.receipts)[:17]) == (4, "ArrowTable(2 rows")


def test_a_source_that_fails_is_told() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from TABLE.to_batches()
        raise KeyError("the cellar is flooded")

    source = pa.RecordBatchReader.from_batches(TABLE.schema, batches())
    with pytest.raises(OSError, match="the cellar is flooded"):
        ENGINE.evaluate_arrow(source).tables()


def test_slices_of_structs_in_structs_are_refused() -> None:
    store = [{"id": "k1", "address": {"country": "NO"}}] * 2
    table = TABLE.set_column(2, "store", pa.array(store))
    assert discounts(table) == [4800, 4800]
    with pytest.raises(OSError, match="copy such a table first"):
        ENGINE.evaluate_arrow(table.slice(1)).tables()
    assert discounts(table.slice(1).take([0])) == [4800]


def test_facts_hold_for_every_receipt() -> None:
    held = {"refs": [{"id": "x", "rule_id": "kiosk"}]}
    rules = pa.table(ENGINE.evaluate_arrow(TABLE, facts=held).rules())
    assert rules.select(["rule_id", "ref_id", "amount"]).to_pylist() == [
        {"rule_id": "kiosk", "ref_id": "x", "amount": 1300}
    ]
    snapshot = rabatt.Engine({"plan": ENGINE.plan_hash, "rules": RULES, "facts": held})
    assert pa.table(snapshot.evaluate_arrow(TABLE).rules()).equals(rules)
    with pytest.raises(rabatt.FactsError):
        ENGINE.evaluate_arrow(TABLE, facts="[]")


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="on_error"):
        ENGINE.evaluate_arrow(TABLE, on_error="skip")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="threads"):
        ENGINE.evaluate_arrow(TABLE, threads=0)


def test_a_file_streams_through(tmp_path: Any) -> None:
    """From Parquet to Parquet with no more than a window in memory."""
    batch = pa.concat_tables([TABLE] * 5_000).combine_chunks().to_batches()[0]
    source = tmp_path / "receipts.parquet"
    with pq.ParquetWriter(source, batch.schema) as writer:
        for _ in range(20):
            writer.write_batch(batch)
    del batch
    gc.collect()
    before = pa.total_allocated_bytes()
    most = 0

    def watched() -> Iterator[pa.RecordBatch]:
        nonlocal most
        for batch in pq.ParquetFile(source).iter_batches(batch_size=4_096):
            most = max(most, pa.total_allocated_bytes() - before)
            yield batch

    reader = pa.RecordBatchReader.from_batches(pq.read_schema(source), watched())
    lines = pa.RecordBatchReader.from_stream(ENGINE.evaluate_arrow(reader).lines())
    with pq.ParquetWriter(tmp_path / "lines.parquet", lines.schema) as writer:
        for part in lines:
            writer.write_batch(part)
    assert pq.read_metadata(tmp_path / "lines.parquet").num_rows == 400_000
    # Of 200 000 receipts one row group (10 000) and what is on its way are in memory.
    assert most < pq.ParquetFile(source).read().nbytes / 2


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="counts threads as Linux tells them")
def test_a_stream_that_nobody_reads_to_its_end_keeps_no_thread() -> None:
    threads = Path("/proc/self/task")
    before = len(list(threads.iterdir()))
    source = pa.concat_tables([TABLE] * 25_000).combine_chunks()
    parts = iter(ENGINE.evaluate_arrow(source, threads=4))
    next(parts)
    assert len(list(threads.iterdir())) == before + 4
    del parts
    assert len(list(threads.iterdir())) == before
