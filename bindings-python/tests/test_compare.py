"""What a comparison adds up is what single receipts give."""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest

import rabatt
import shop
from native import cases, parts
from test_corpus import read

COUNT = 200
CALLS = [parts(case.call) for case in cases("generated", "--cases", "4000", "--seed", "1")]
RECEIPTS: list[dict[str, Any]] = [
    {**read(call["receipt"]), "receipt_id": f"c{at}"} for at, call in enumerate(CALLS[:COUNT])
]


def compiled() -> list[tuple[list[Any], rabatt.Engine]]:
    """Rules of generated Calls that compile and give something."""
    found = []
    for call in CALLS:
        rules = read(call["rules"])
        try:
            engine = rabatt.Engine(rules)
        except rabatt.RulesError:
            continue
        gave = engine.evaluate_arrow(shop.table(RECEIPTS), on_error="collect").rules()
        if pa.table(gave).num_rows > COUNT // 10:
            found.append((rules, engine))
        if len(found) == 12:
            break
    return found


RULES = compiled()


def rows(table: rabatt.ArrowTable) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.table(table).to_pylist()
    return found


class Sums:
    """The same sums in plain Python, receipt by receipt."""

    def __init__(self, rules_a: list[Any], rules_b: list[Any], receipts: list[dict[str, Any]]) -> None:
        self.totals: Counter[str] = Counter()
        self.amounts: Counter[tuple[str, str]] = Counter()
        self.groups: Counter[tuple[str | None, str]] = Counter()
        self.refused = 0
        a, b = rabatt.Engine(rules_a), rabatt.Engine(rules_b)
        ids = {rule["id"] for rule in rules_a} | {rule["id"] for rule in rules_b}
        for receipt in receipts:
            items = [
                {
                    **line,
                    "discount_lines": [
                        given for given in line.get("discount_lines") or [] if given.get("discount_id") not in ids
                    ],
                }
                for line in receipt.get("items") or []
            ]
            plain = {**receipt, "items": items}
            try:
                outcomes = {"a": a.evaluate(plain)["outcome"], "b": b.evaluate(plain)["outcome"]}
            except rabatt.ReceiptError:
                self.refused += 1
                continue
            self.add(items, outcomes)

    def add(self, items: list[dict[str, Any]], outcomes: dict[str, Any]) -> None:
        for side, outcome in outcomes.items():
            totals = outcome["totals"]
            for name in ("gross", "discount", "net", "bonus"):
                self.totals[f"{name}_{side}"] += totals[name]
            self.totals[f"receipts_touched_{side}"] += totals["discount"] > 0 or totals["bonus"] > 0
            for applied in outcome["applied"]:
                self.amounts[applied["rule_id"], side] += applied["amount"]
            for position, line in enumerate(items, start=1):
                called = line["line_id"] if line.get("line_id") is not None else position
                given = [part for rule in outcome["applied"] for part in rule["lines"] if part["line_id"] == called]
                for group in {entry["id"] for entry in line.get("groups") or []} or {None}:
                    self.groups[group, side] += sum(part["amount"] for part in given)
        more = outcomes["b"]["totals"]["discount"] - outcomes["a"]["totals"]["discount"]
        self.totals["winners"] += more > 0
        self.totals["losers"] += more < 0
        self.totals["won"] += max(more, 0)
        self.totals["lost"] += max(-more, 0)


@pytest.mark.parametrize("at", range(len(RULES) - 1))
def test_sums_are_those_of_single_receipts(at: int) -> None:
    (rules_a, _), (rules_b, _) = RULES[at], RULES[at + 1]
    expected = Sums(rules_a, rules_b, RECEIPTS)
    comparison = rabatt.compare(rules_a, rules_b, shop.table(RECEIPTS), on_error="collect", details=True)
    for name in ("gross", "discount", "net", "bonus", "receipts_touched"):
        metric = comparison.totals[name]
        assert (metric.a, metric.b) == (expected.totals[f"{name}_a"], expected.totals[f"{name}_b"]), name
        assert (
            metric.difference
            == metric.low
            == metric.high
            == expected.totals[f"{name}_b"] - expected.totals[f"{name}_a"]
        )
    for name in ("winners", "losers", "won", "lost"):
        assert comparison.totals[name].difference == expected.totals[name]
    for row in rows(comparison.rules()):
        for side in "ab":
            assert row[f"amount_{side}"] == expected.amounts[row["rule_id"], side]
        assert row["difference"] == row["amount_b"] - row["amount_a"]
    for row in rows(comparison.groups()):
        for side in "ab":
            assert row[f"discount_{side}"] == expected.groups[row["group_id"], side]
    assert {key for key, amount in expected.groups.items() if amount} <= {
        (row["group_id"], side) for row in rows(comparison.groups()) for side in "ab"
    }
    assert comparison.refused == expected.refused == len(rows(comparison.rejected()))
    details = rows(comparison.receipts())
    assert len(details) == COUNT - expected.refused
    assert sum(row["difference"] for row in details) == comparison.totals["discount"].difference
    assert [row["row"] for row in details] == sorted(row["row"] for row in details)


def test_sums_are_of_something() -> None:
    assert len(RULES) == 12
    assert sum(Sums(a, b, RECEIPTS).totals["winners"] for (a, _), (b, _) in itertools.pairwise(RULES)) > COUNT


@pytest.mark.parametrize(("size", "threads"), [(100, 1), (1_000, 2), (8_192, 5), (20_000, 3)])
@pytest.mark.parametrize("sample", [None, 0.3])
def test_batches_and_threads_change_nothing(size: int, threads: int, sample: float | None) -> None:
    (a, _), (b, _) = RULES[:2]
    table = shop.table([{**receipt, "receipt_id": f"{n}"} for n in range(60) for receipt in RECEIPTS])
    whole = rabatt.compare(a, b, table, on_error="collect", details=True, sample=sample, threads=1)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=size)
    stream = pa.ipc.open_stream(sink.getvalue())
    other = rabatt.compare(a, b, stream, on_error="collect", details=True, sample=sample, threads=threads)
    for name in ("summary", "rules", "groups", "displaced", "customers", "receipts", "rejected"):
        assert pa.table(getattr(other, name)()).equals(pa.table(getattr(whole, name)())), name
    assert repr(other) == repr(whole)


def line(at: str, amount: int, *groups: str, **more: Any) -> dict[str, Any]:
    return {"id": at, "groups": list(groups), "gross_amount": amount, "eligible_for_discount": True, **more}


def receipt(name: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"receipt_id": name, "purchase_at": "2024-06-01T12:00:00+02:00", "items": list(items), **more}


def rule(name: str, value: int, *groups: str, **more: Any) -> dict[str, Any]:
    items = [{"group_id": group} for group in groups]
    return {
        "id": name,
        "requirement": {"item": {"items": items}},
        "reward": {"type": "discount_percent", "value": value},
        **more,
    }


ALONE = {"limitation": {"discount_combination": 0}}
TEN = rule("ten", 10, "coffee", **ALONE)


def test_a_new_rule_displaces_an_old_one() -> None:
    table = pa.Table.from_pylist(
        [receipt("1", line("espresso", 3000, "coffee")), receipt("2", line("bun", 2000, "bakery"))]
    )
    comparison = rabatt.compare([TEN], [TEN, rule("twenty", 20, "coffee", **ALONE)], table)
    assert rows(comparison.displaced()) == [
        {
            "rule_id": "ten",
            "by": "twenty",
            "receipts": 1,
            "amount": 300,
            "amount_low": 300,
            "amount_high": 300,
            "bonus": 0,
        }
    ]
    assert [(row["rule_id"], row["state"], row["displaced"]) for row in rows(comparison.rules())] == [
        ("ten", "kept", 300),
        ("twenty", "added", 0),
    ]
    assert comparison.totals["discount"][:3] == (300, 600, 300)


def test_what_is_displaced_is_shared_by_what_is_given() -> None:
    items = [line("espresso", 10_000, "coffee"), line("bun", 3_000, "bakery")]
    table = pa.Table.from_pylist([receipt("1", *items)])
    new = [rule("c", 20, "coffee"), rule("b", 20, "bakery")]
    comparison = rabatt.compare([TEN], [TEN, *new], table)
    # 1 000 lost to 2 000 and 600.
    assert {row["by"]: row["amount"] for row in rows(comparison.displaced())} == {"c": 769, "b": 231}


def test_removed_and_changed_rules_are_not_displaced() -> None:
    table = pa.Table.from_pylist([receipt("1", line("espresso", 3000, "coffee"))])
    five = rule("ten", 5, "coffee", **ALONE)
    comparison = rabatt.compare([TEN, rule("gone", 5, "coffee")], [five], table)
    assert [(row["rule_id"], row["state"]) for row in rows(comparison.rules())] == [
        ("gone", "removed"),
        ("ten", "changed"),
    ]
    assert rows(comparison.displaced()) == []
    renamed = {**TEN, "name": "Ten per cent", "receipt_text": "10 %"}
    assert rows(rabatt.compare([TEN], [renamed], table).rules())[0]["state"] == "kept"


def test_discounts_of_either_side_are_decided_anew() -> None:
    given = line("espresso", 3000, "coffee", discount_lines=[{"amount": 300, "discount_id": "ten"}])
    other = line("bun", 3000, "bakery", discount_lines=[{"amount": 100, "discount_id": "other"}])
    table = pa.Table.from_pylist([receipt("1", given, other)])
    comparison = rabatt.compare([TEN], [rule("twenty", 20, "coffee")], table)
    assert comparison.totals["discount"][:3] == (300, 600, 300)
    assert comparison.totals["net"][:2] == (6000 - 100 - 300, 6000 - 100 - 600)


@pytest.mark.parametrize(("column", "costs", "margins"), [
    ("cost_price", (1000, None), (6000 - 600 - 2000, 6000 - 1200 - 2000)),
    ("cost_amount", (1000, 3999), (6000 - 600 - 1000 + 0 + 1, 6000 - 1200 - 1000 + 1)),
])  # fmt: skip
def test_margins(column: str, costs: tuple[int, int | None], margins: tuple[int, int]) -> None:
    items = [line("espresso", 6000, "coffee", quantity=2), line("bun", 4000, "bakery")]
    for item, cost in zip(items, costs, strict=True):
        item[column] = cost
    table = pa.Table.from_pylist([receipt("1", *items)])
    comparison = rabatt.compare([TEN], [rule("ten", 20, "coffee")], table, cost=column)
    assert comparison.totals["margin"][:2] == margins
    by_group = {row["group_id"]: row for row in rows(comparison.groups())}
    assert sum(row["margin_a"] for row in by_group.values()) == margins[0]
    all_off = rabatt.compare([TEN], [rule("ten", 100, "coffee")], table, cost=column)
    assert all_off.totals["lines_below_cost"][:3] == (0, 1, 1)
    assert "margin" not in rabatt.compare([TEN], [TEN], table, cost=None).totals


def test_customers_by_column_and_by_member() -> None:
    table = pa.Table.from_pylist(
        [receipt(str(n), line("espresso", 1000, "coffee"), customer={"customer_id": f"K{n % 2}"}) for n in range(5)]
    )
    comparison = rabatt.compare([TEN], [rule("ten", 20, "coffee")], table)
    expected = [("K0", 3, 300, 600, 300), ("K1", 2, 200, 400, 200)]
    names = ("customer_id", "receipts", "discount_a", "discount_b", "difference")
    assert [tuple(row[name] for name in names) for row in rows(comparison.customers())] == expected
    flat = table.drop_columns(["customer"]).append_column("customer_id", pa.array([7, 8, 7, None, 7]))
    assert [row["customer_id"] for row in rows(rabatt.compare([TEN], [TEN], flat).customers())] == ["7", "8"]


def test_bounds_hold_the_truth_as_often_as_they_say() -> None:
    """200 samples of a tenth: at 90 % some 180 of them hold it, and with these seeds always the same."""
    amounts = [100 + (n * 7919) % 5000 for n in range(4000)]
    table = pa.Table.from_pylist(
        [receipt(str(n), line("x", amount, "coffee" if n % 3 else "bakery")) for n, amount in enumerate(amounts)]
    )
    a, b = rabatt.Engine([TEN]), rabatt.Engine([rule("ten", 25, "coffee", **ALONE)])
    truth = rabatt.compare(a, b, table).totals
    held: Counter[str] = Counter()
    for seed in range(200):
        comparison = rabatt.compare(a, b, table, sample=0.1, seed=seed, confidence=0.9)
        assert comparison.sampled
        assert 300 < comparison.seen < 500
        for name in ("discount", "winners"):
            metric = comparison.totals[name]
            assert metric.low is not None
            assert metric.high is not None
            assert metric.low < metric.difference < metric.high
            held[name] += metric.low <= truth[name].difference <= metric.high
    assert all(165 <= count <= 194 for count in held.values()), held


def test_the_bounds_are_those_of_the_textbook() -> None:
    table = pa.Table.from_pylist([receipt(str(n), line("x", 100 * (n % 7), "coffee")) for n in range(1000)])
    comparison = rabatt.compare([], [rule("all", 100, "coffee")], table, sample=0.25, seed=3, details=True)
    seen = [Fraction(row["difference"]) for row in rows(comparison.receipts())]
    count = len(seen)
    mean = sum(seen) / count
    variance = sum((value - mean) ** 2 for value in seen) / (count - 1)
    error = float(1000 * (1000 - count) * variance / count) ** 0.5 * 1.959964
    metric = comparison.totals["discount"]
    assert metric.difference == round(1000 * mean)
    assert metric.high is not None
    assert abs(metric.high - metric.difference - error) <= 1


def test_a_sample_of_all_is_all() -> None:
    table = shop.table(RECEIPTS)
    (a, _), (b, _) = RULES[:2]
    whole = rabatt.compare(a, b, table, on_error="collect")
    sampled = rabatt.compare(a, b, table, on_error="collect", sample=1)
    assert sampled.totals == whole.totals


def test_nothing_is_compared() -> None:
    empty = pa.Table.from_pylist([receipt("1", line("x", 1))]).slice(0, 0)
    comparison = rabatt.compare([TEN], [TEN], empty)
    assert (comparison.population, comparison.totals["discount"]) == (0, (0, 0, 0, 0, 0))
    one = pa.Table.from_pylist([receipt("1", line("x", 1))] * 50)
    seldom = rabatt.compare([TEN], [TEN], one, sample=1e-12)
    assert (seldom.seen, seldom.totals["discount"].low) == (0, None)


def test_what_is_refused() -> None:
    table = pa.Table.from_pylist(
        [receipt("1", line("x", 1)), receipt("2", line("x", 1, quantity=-(2**62), cost_price=2**62))]
    )
    for sample in (0, 1.5, -1):
        with pytest.raises(ValueError, match="sample is the part of receipts"):
            rabatt.compare([], [], table, sample=sample)
    with pytest.raises(ValueError, match="confidence is a probability"):
        rabatt.compare([], [], table, confidence=95)
    with pytest.raises(ValueError, match="details=True"):
        rabatt.compare([], [], table).receipts()
    with pytest.raises(ValueError, match="on_error"):
        rabatt.compare([], [], table).rejected()
    with pytest.raises(rabatt.RulesError):
        rabatt.compare([], [{}], table)
    with pytest.raises(rabatt.ColumnError, match=r"items\.cost_price"):
        rabatt.compare([], [], pa.Table.from_pylist([receipt("1", line("x", 1, cost_price=1.5))]))


def test_a_broken_row_is_named_or_collected() -> None:
    good = receipt("1", line("x", 1000, "coffee", quantity=1, cost_price=1))
    bad = receipt("2", line("y", 1, quantity=1, cost_price=0), line("x", 1000, "coffee", quantity=4, cost_price=2**62))
    table = pa.Table.from_pylist([good, bad, good])
    with pytest.raises(rabatt.RowError) as raised:
        rabatt.compare([TEN], [TEN], table)
    assert (raised.value.row, raised.value.column) == (1, "items[1].cost_price")
    comparison = rabatt.compare([TEN], [TEN], table, on_error="collect")
    assert [(row["row"], row["receipt_id"]) for row in rows(comparison.rejected())] == [(1, "2")]
    assert comparison.totals["discount"].a == 200
    assert [row["lines"] for row in rows(comparison.groups())] == [2]
