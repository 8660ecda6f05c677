"""The kiosk that does not exist: always the same, and believable."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import rabatt
from rabatt import kiosk
from rabatt.kiosk import Kiosk
from shop import Expected, assert_equal

YEAR = Kiosk(seed=7, per_day=300)


@pytest.fixture(scope="module")
def year() -> pa.Table:
    return YEAR.table()


def lines(table: pa.Table) -> pa.Table:
    """A row per line, with the position of its receipt."""
    items = table["items"].combine_chunks()
    return pa.table(
        {"row": pc.list_parent_indices(items), **{name: items.flatten().field(name) for name in ("id", "groups")}}
    )


def rows_with(table: pa.Table, group: str) -> set[int]:
    found = lines(table)
    inside = [group in groups for groups in found["groups"].to_pylist()]
    return set(found.filter(pa.array(inside))["row"].to_pylist())


def test_it_is_the_same_everywhere() -> None:
    """A change of these digests is a change of everybody's examples: say so in the changelog."""
    digests = {}
    for name, table in {"receipts": Kiosk(seed=1, days=3, per_day=80).table(), "known": Kiosk(seed=1).known()}.items():
        text = "\n".join(json.dumps(row, default=str) for row in table.to_pylist())
        digests[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert digests == {"receipts": "7524a41018fb8309", "known": "a503c5647834f5ce"}


def test_batches_and_further_days_change_nothing() -> None:
    whole = Kiosk(seed=3, days=20, per_day=100).table()
    assert Kiosk(seed=3, days=20, per_day=100, batch=1).table().equals(whole)
    week = Kiosk(seed=3, days=7, per_day=100).table()
    assert whole.slice(0, week.num_rows).equals(week)
    assert not Kiosk(seed=4, days=7, per_day=100).table().equals(week)


def test_it_is_read_again_and_again() -> None:
    shop = Kiosk(days=2, per_day=50)
    engine = rabatt.Engine(kiosk.rules())
    first, second = (pa.table(engine.evaluate_arrow(shop).receipts()) for _ in range(2))
    assert first.equals(second)
    assert pa.table(shop).equals(shop.table())
    assert pa.schema(shop) == shop.table().schema


def test_receipts_stand_in_order_and_have_names_of_their_own(year: pa.Table) -> None:
    assert year.num_rows == pytest.approx(300 * 365, rel=0.1)
    assert len(year["receipt_id"].unique()) == year.num_rows
    at = year["purchase_at"].cast(pa.int64()).to_numpy()
    assert (at[1:] >= at[:-1]).all()
    # Also on the days when clocks change.
    hours = pc.hour(year["purchase_at"])
    assert (pc.min(hours).as_py(), pc.max(hours).as_py()) == (6, 22)


def test_every_rule_of_the_example_gives_something(year: pa.Table) -> None:
    tables = rabatt.Engine(kiosk.rules()).evaluate_arrow(year).tables()
    given = set(pa.table(tables.rules)["rule_id"].to_pylist())
    assert given == {rule["id"] for rule in kiosk.rules()}
    amounts = year["items"].combine_chunks().flatten().field("gross_amount")
    assert pc.sum(pa.table(tables.receipts)["gross"]) == pc.sum(amounts)
    assert pc.all(pa.table(tables.receipts)["optimal"]).as_py()


def test_amounts_are_those_of_the_price_list(year: pa.Table) -> None:
    products = {product.id: product for product in kiosk.PRODUCTS}
    for line in year["items"].combine_chunks().flatten().slice(0, 5_000).to_pylist():
        product = products[line["id"]]
        assert line["gross_amount"] == int(product.price * line["quantity"] + Decimal("0.5"))
        assert line["unit_gross_price"] == product.price
        assert line["eligible_for_discount"] == product.eligible
        assert line["scale_item"] == (product.grams is not None)
        assert line["cost_price"] == product.cost < product.price


def test_things_go_together(year: pa.Table) -> None:
    coffee, bakery, popcorn, soda = (rows_with(year, group) for group in ("coffee", "bakery", "popcorn", "soda"))
    others = set(range(year.num_rows)) - coffee
    assert len(bakery & coffee) / len(coffee) > 2.5 * len(bakery & others) / len(others)
    assert len(popcorn & soda) / len(popcorn) > 0.7


def share(table: pa.Table, group: str, only: Any) -> float:
    some = table.filter(only)
    part: float = len(rows_with(some, group)) / some.num_rows
    return part


def test_the_day_and_the_year_have_a_rhythm(year: pa.Table) -> None:
    hour, month, weekday = (part(year["purchase_at"]) for part in (pc.hour, pc.month, pc.day_of_week))
    assert share(year, "coffee", pc.less(hour, 9)) > 2 * share(year, "coffee", pc.greater(hour, 18))
    assert share(year, "popcorn", pc.greater(hour, 18)) > 5 * share(year, "popcorn", pc.less(hour, 12))
    assert share(year, "ice-cream", pc.equal(month, 7)) > 4 * share(year, "ice-cream", pc.equal(month, 1))
    station = pc.equal(year["store"].combine_chunks().field("id"), "kiosk-1")
    counts = dict.fromkeys(range(7), 0)
    for day in weekday.filter(station).to_pylist():
        counts[day] += 1
    assert counts[6] < counts[5] < min(counts[day] for day in range(5))
    days = pc.value_counts(year["purchase_at"].cast(pa.timestamp("s")).cast(pa.date32()))
    by_day = {entry["values"]: entry["counts"] for entry in days.to_pylist()}
    friday = kiosk.black_friday(2025)
    assert friday == date(2025, 11, 28)
    assert by_day[friday] > 1.2 * by_day[date(2025, 11, 14)]


def test_some_come_every_day_and_many_once_in_a_while(year: pa.Table) -> None:
    known = YEAR.known()
    who = year["customer"].combine_chunks().field("customer_id")
    visits = {entry["values"]: entry["counts"] for entry in pc.value_counts(who.drop_null()).to_pylist()}
    assert 0.35 < sum(visits.values()) / year.num_rows < 0.55
    by_loyalty: dict[str, list[int]] = {name: [] for name in kiosk.LOYALTIES}
    for row in known.to_pylist():
        if row["joined"] == YEAR.first_day and row["left"] is None:
            by_loyalty[row["loyalty"]].append(visits.get(row["customer_id"], 0))
    means = {name: sum(counts) / len(counts) for name, counts in by_loyalty.items()}
    assert means["regular"] > 150
    assert 40 < means["frequent"] < 100
    assert means["rare"] < 20
    assert set(visits) <= set(known["customer_id"].to_pylist())


def test_customers_come_only_while_they_are_customers(year: pa.Table) -> None:
    known = {row["customer_id"]: row for row in YEAR.known().to_pylist()}
    who = year["customer"].combine_chunks().field("customer_id").to_pylist()
    days = year["purchase_at"].to_pylist()
    for name, at in zip(who, days, strict=True):
        if name is not None:
            assert known[name]["joined"] <= at.date() < (known[name]["left"] or date.max)


def test_rows_and_dicts_get_the_same(year: pa.Table) -> None:
    """Weighed goods, several groups and codes among them."""
    some = year.slice(40_000, 1_500)
    receipts = []
    for row in some.to_pylist():
        lines = [{**line, "groups": [{"id": group} for group in line["groups"]]} for line in row["items"]]
        known = {name: value for name, value in row.items() if value is not None}
        receipts.append({**known, "purchase_at": row["purchase_at"].isoformat(), "items": lines})
    engine = rabatt.Engine(kiosk.rules())
    assert_equal(engine.evaluate_arrow(some).tables(), Expected(engine, receipts))


def test_polars_reads_it() -> None:
    shop = Kiosk(days=2, per_day=50)
    frame = pl.DataFrame(shop)
    assert frame["receipt_id"].to_list() == shop.table()["receipt_id"].to_pylist()


def test_a_kiosk_without_customers() -> None:
    shop = Kiosk(days=2, per_day=50, customers=0)
    assert shop.known().num_rows == 0
    assert shop.table()["customer"].null_count == shop.table().num_rows > 0


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"seed": -1}, ValueError, "`seed` lies between 0 and"),
        ({"days": 0}, ValueError, "`days` lies between 1 and"),
        ({"days": 1.5}, TypeError, "`days` is a whole number, not float"),
        ({"stores": True}, TypeError, "`stores` is a whole number, not bool"),
        ({"first_day": "2025-01-01"}, TypeError, "`first_day` is a date, not str"),
        ({"first_day": datetime(2025, 1, 1)}, TypeError, "`first_day` is a date, not datetime"),  # noqa: DTZ001
        ({"first_day": date(1900, 1, 1)}, ValueError, "1970 to 2199, not 1900"),
        ({"customers": 100_000}, ValueError, "have at most 5334 customers, or raise `per_day`"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        Kiosk(**settings)
