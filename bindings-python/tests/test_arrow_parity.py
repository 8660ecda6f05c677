"""Arrow tables and single receipts agree, however the receipts are cut into batches and threads."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

import rabatt
import shop
from native import cases, parts
from test_corpus import read

CALLS = [parts(case.call) for case in cases("generated", "--cases", "4000", "--seed", "1")]
RECEIPTS: list[dict[str, Any]] = [{**read(call["receipt"]), "receipt_id": f"b{at}"} for at, call in enumerate(CALLS)]
PER_CALL = 25


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_generated_receipts(first: int) -> None:
    """Each Call's rules and facts on receipts of its own and of other Calls: 10 000 in all."""
    for at in range(first, first + 50):
        call = CALLS[at]
        try:
            engine = rabatt.Engine(call["rules"])
            facts = call.get("facts")
            engine.evaluate('{"purchase_at": "2024-06-01T12:00:00Z"}', facts)
        except rabatt.RabattError:
            continue
        receipts = [RECEIPTS[at], *random.Random(at).sample(RECEIPTS, PER_CALL - 1)]  # noqa: S311
        expected = shop.Expected(engine, receipts, facts)
        table = shop.table(receipts)
        nested = engine.evaluate_arrow(table, facts=facts, on_error="collect")
        shop.assert_equal(nested.tables(), expected)
        if len({receipt["receipt_id"] for receipt in receipts}) == len(receipts):
            joined = engine.evaluate_arrow(*shop.two_tables(receipts), facts=facts, on_error="collect")
            shop.assert_equal(joined.tables(), expected)


@pytest.fixture(scope="module")
def many() -> tuple[rabatt.Engine, pa.Table]:
    """20 000 receipts under the rules that give something on most of them."""
    best, most = None, -1
    for call in CALLS[:60]:
        try:
            engine = rabatt.Engine(call["rules"])
        except rabatt.RulesError:
            continue
        rules = engine.evaluate_arrow(shop.table(RECEIPTS[:50]), on_error="collect").rules()
        if (count := pa.table(rules).num_rows) > most:
            best, most = engine, count
    assert best is not None
    return best, shop.table([{**receipt, "receipt_id": f"r{at}"} for at, receipt in enumerate(RECEIPTS * 5)])


@pytest.fixture(scope="module")
def whole(many: tuple[rabatt.Engine, pa.Table]) -> rabatt.Tables:
    engine, table = many
    return engine.evaluate_arrow(table, on_error="collect", threads=1).tables()


@pytest.mark.parametrize(("size", "threads"), [(1_000, 1), (8_192, 2), (8_193, 5), (12_345, 2), (20_000, 5)])
def test_batches_and_threads_change_nothing(
    many: tuple[rabatt.Engine, pa.Table], whole: rabatt.Tables, size: int, threads: int
) -> None:
    engine, table = many
    parts = list(engine.evaluate_arrow(shop.copied(table, size), on_error="collect", threads=threads))
    for name in rabatt.Tables._fields:
        right = pa.table(getattr(whole, name))
        assert pa.concat_tables(pa.table(getattr(part, name)) for part in parts).equals(right)


def test_streams_are_the_tables(many: tuple[rabatt.Engine, pa.Table], whole: rabatt.Tables) -> None:
    engine, table = many
    for name in rabatt.Tables._fields:
        stream = getattr(engine.evaluate_arrow(table, on_error="collect"), name)()
        assert pa.table(stream).equals(pa.table(getattr(whole, name)))


@pytest.mark.parametrize(
    "kind",
    [
        pa.float64(),
        pa.float32(),
        pa.decimal128(12, 3),
        pa.decimal128(38, 6),
        pa.string(),
        pa.large_string(),
        pa.string_view(),
    ],
    ids=str,
)
def test_quantities_are_read_exactly(kind: pa.DataType) -> None:
    engine = rabatt.Engine([])
    quantities = ["0.145", "1.005", "2", "0.1", "33.335", None]
    lines = [
        {"quantity": Decimal(text) if text else None, "unit_gross_price": 100, "eligible_for_discount": True}
        for text in quantities
    ]
    receipts = [
        {"receipt_id": str(at), "purchase_at": "2024-06-01T12:00:00Z", "items": [line]} for at, line in enumerate(lines)
    ]
    expected = [engine.evaluate(receipt)["outcome"]["totals"]["gross"] for receipt in receipts]
    assert expected == [15, 101, 200, 10, 3334, 100]
    if pa.types.is_floating(kind):
        cells = pa.array([float(text) if text else None for text in quantities], kind)
    elif pa.types.is_decimal(kind):
        cells = pa.array([Decimal(text) if text else None for text in quantities], kind)
    else:
        cells = pa.array(quantities, kind)
    columns = {
        "quantity": cells,
        "unit_gross_price": pa.array([100] * 6, pa.uint16()),
        "eligible_for_discount": [True] * 6,
    }
    items = pa.table({"receipt_id": [str(at) for at in range(6)], **columns})
    heads = pa.table({"receipt_id": [str(at) for at in range(6)], "purchase_at": ["2024-06-01T12:00:00Z"] * 6})
    assert pa.table(engine.evaluate_arrow(heads, items).receipts())["gross"].to_pylist() == expected
