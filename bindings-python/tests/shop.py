"""Receipts as Arrow tables, and what `evaluate` gives for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

import rabatt

GROUP = pa.struct([("id", pa.string())])
LINE_FIELDS = [
    ("line_id", pa.int64()),
    ("id", pa.string()),
    ("groups", pa.list_(GROUP)),
    ("quantity", pa.decimal128(20, 6)),
    ("gross_amount", pa.int64()),
    ("unit_gross_price", pa.int64()),
    ("eligible_for_discount", pa.bool_()),
    ("voided", pa.bool_()),
    ("is_return_item", pa.bool_()),
    ("scale_item", pa.bool_()),
    ("discount_lines", pa.list_(pa.struct([("amount", pa.int64()), ("discount_id", pa.string())]))),
]
ADDRESS = pa.struct([("country", pa.string()), ("postal_code", pa.string())])
STORE = pa.struct([("id", pa.string()), ("mcc", pa.string()), ("email", pa.string()), ("address", ADDRESS)])
CUSTOMER = pa.struct(
    [
        ("first_name", pa.string()),
        ("gender", pa.string()),
        ("attributes", pa.struct([("level", pa.list_(pa.string())), ("other", pa.int32())])),
        ("addresses", pa.list_(ADDRESS)),
        ("marketing_consent", pa.struct([("email", pa.struct([("consent", pa.bool_())]))])),
        ("company", pa.struct([("number_of_employees", pa.float64())])),
    ]
)
RECEIPT_FIELDS = [
    ("receipt_id", pa.string()),
    ("purchase_at", pa.string()),
    ("currency", pa.string()),
    ("store", STORE),
    ("customer", CUSTOMER),
    ("discount_code", pa.list_(pa.string())),
]


def as_row(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt with values of one type for each member."""
    row = dict(receipt)
    if isinstance(row.get("discount_code"), str):
        row["discount_code"] = [row["discount_code"]]
    level = row.get("customer", {}).get("attributes", {}).get("level")
    if level is not None:
        # As rules compare it: one text, or any of a list's.
        levels = level if isinstance(level, list) else [level]
        attributes = {**row["customer"]["attributes"], "level": [str(level) for level in levels]}
        row["customer"] = {**row["customer"], "attributes": attributes}
    row["items"] = [
        {**line, "quantity": Decimal(line["quantity"]) if line.get("quantity") is not None else None}
        for line in row.get("items") or []
    ]
    return row


def table(receipts: list[dict[str, Any]]) -> pa.Table:
    """A row per receipt with a list `items`."""
    fields = [*RECEIPT_FIELDS, ("items", pa.list_(pa.struct(LINE_FIELDS)))]
    return pa.Table.from_pylist([as_row(receipt) for receipt in receipts], schema=pa.schema(fields))


def two_tables(receipts: list[dict[str, Any]]) -> tuple[pa.Table, pa.Table]:
    """Receipts, and their lines in a table of their own."""
    rows = [as_row(receipt) for receipt in receipts]
    lines = [{**line, "receipt_id": row["receipt_id"]} for row in rows for line in row["items"]]
    line_schema = pa.schema([("receipt_id", pa.string()), *LINE_FIELDS])
    return (
        pa.Table.from_pylist(rows, schema=pa.schema(RECEIPT_FIELDS)),
        pa.Table.from_pylist(lines, schema=line_schema),
    )


def copied(table: pa.Table, size: int) -> pa.RecordBatchReader:
    """The table in batches of this size that are no slices of one another."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=size)
    return pa.ipc.open_stream(sink.getvalue())


class Expected:
    """The three tables, put together from `evaluate`, receipt by receipt."""

    def __init__(self, engine: rabatt.Engine, receipts: list[dict[str, Any]], facts: str | None = None) -> None:
        self.receipts: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.rules: list[dict[str, Any]] = []
        for row, receipt in enumerate(receipts):
            key = {"row": row, "receipt_id": receipt["receipt_id"]}
            try:
                answer = engine.evaluate(receipt, facts)
            except rabatt.ReceiptError as error:
                self.receipts.append({**key, "error": str(error.problems[0].code)})
                continue
            self.add(key, receipt, answer)

    def add(self, key: dict[str, Any], receipt: dict[str, Any], answer: Any) -> None:
        outcome = answer["outcome"]
        self.receipts.append({**key, **outcome["totals"], "optimal": outcome["optimal"], "gap": outcome.get("gap", 0)})
        for position, line in enumerate(receipt.get("items") or [], start=1):
            name = line["line_id"] if line.get("line_id") is not None else position
            given = [part for rule in outcome["applied"] for part in rule["lines"] if part["line_id"] == name]
            sums = {"discount": sum(part["amount"] for part in given), "bonus": sum(part["bonus"] for part in given)}
            self.lines.append({**key, "line_id": name, "id": line.get("id"), **sums})
        self.rules += [{**key, **rule} for rule in outcome["applied"]]


def assert_equal(tables: rabatt.Tables, expected: Expected) -> None:
    """Compares all three tables."""
    rows = pa.table(tables.receipts).to_pylist()
    assert len(rows) == len(expected.receipts)
    for row, right in zip(rows, expected.receipts, strict=True):
        error = row.pop("error", None)
        if "error" in right:
            assert f"({right['error']})" in (error or "")
            assert row["net"] is None
        else:
            assert error is None
            assert row == right
    assert pa.table(tables.lines).to_pylist() == expected.lines
    assert pa.table(tables.rules).to_pylist() == expected.rules
