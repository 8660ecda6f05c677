"""`simulate` against plain Python, itself cut otherwise, and bad input."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import rabatt
import shop
import town
from ledger import Gift, Ledger

PEOPLE = ["kari", "ola", "siri", "per", "liv"]
KINDS = ["usage", "amount", "bonus", "stamp", "current_stamp"]


class Scene:
    """Rules, gifts and purchases of a seed."""

    def __init__(self, seed: int, count: int, people: list[str] = PEOPLE) -> None:
        rnd = random.Random(seed)  # noqa: S311
        ids = [f"rule-{nth:02}" for nth in range(rnd.randint(3, 12))]
        self.rules = [{"id": name, **town.rule(rnd, ids[:nth])} for nth, name in enumerate(ids)]
        for rule in self.rules:
            # Rule order is then that of the ids, as the ledger has it.
            rule["stacking"].pop("priority")
        self.gifts = []
        for name in ids:
            for nth, holder in enumerate(town.holders(rnd, people)):
                days = [rnd.choice([None, None, rnd.randint(-5, 60)]) for _ in range(2)]
                given, deleted = (None if day is None else town.NOW + timedelta(days=day) for day in days)
                self.gifts.append(Gift(holder, name, f"{name}/{nth}", given, deleted))
        self.receipts = town.purchases(rnd, people, count, town.NOW)
        self.table = town.table(self.receipts)
        self.customers = pa.Table.from_pylist([gift._asdict() for gift in self.gifts])

    def simulate(self, table: Any = None, **more: Any) -> rabatt.Simulation:
        return rabatt.simulate(self.rules, self.table if table is None else table, self.customers, **more)


def rows(table: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.table(table).to_pylist()
    return found


def all_equal(left: rabatt.Simulation, right: rabatt.Simulation) -> None:
    for name in ("receipts", "lines", "rules", "states"):
        assert pa.table(getattr(left, name)()).equals(pa.table(getattr(right, name)())), name


@pytest.mark.parametrize("seed", range(40))
def test_as_plain_python(seed: int) -> None:
    scene = Scene(seed, 250)
    ledger = Ledger(scene.rules, scene.gifts)
    simulation = scene.simulate(threads=1 + seed % 3)
    by_row: dict[int, list[dict[str, Any]]] = {}
    for applied in rows(simulation.rules()):
        by_row.setdefault(applied.pop("row"), []).append(applied)
    for row, receipt in zip(rows(simulation.receipts()), scene.receipts, strict=True):
        outcome = ledger.purchase(receipt)
        right = {"row": row["row"], "receipt_id": receipt["receipt_id"], **outcome["totals"], "optimal": True, "gap": 0}
        assert row == right
        given = [{"receipt_id": receipt["receipt_id"], **applied} for applied in outcome["applied"]]
        assert by_row.get(row["row"], []) == given
    ends = max(datetime.fromisoformat(receipt["purchase_at"]) for receipt in scene.receipts)
    states = rows(simulation.states())
    expected = ledger.states(ends)
    assert [{name: state[name] for name in right} for state, right in zip(states, expected, strict=True)] == expected
    for state in states:
        assert state["stamp_spent"] <= state["stamp"]
        if state["stamps"] is not None:
            assert sum(held["count"] for held in state["stamps"]) == state["current_stamp"]


def test_the_scenes_have_everything() -> None:
    """What the comparison above is worth: limits end, stamps lapse and are spent, budgets run out."""
    found: set[str] = set()
    for seed in range(40):
        scene = Scene(seed, 250)
        limits = {rule["id"]: rule["limitation"] for rule in scene.rules}
        totals: dict[str, int] = {}
        for state in rows(scene.simulate().states()):
            limit = limits[state["rule_id"]]
            totals[state["rule_id"]] = totals.get(state["rule_id"], 0) + state["amount"] + state["bonus"]
            found |= {"used up"} if state["usage"] == limit.get("discount_repeat_usage") else set()
            found |= {"spent"} if state["stamp_spent"] else set()
            found |= {"lapsed"} if state["stamp"] - state["stamp_spent"] > state["current_stamp"] else set()
            found |= {"balance"} if state["debit_balance"] == 0 else set()
            found |= {"passer-by"} if state["customer_id"] == "/" else set()
            found |= {"bonus"} if state["bonus"] else set()
        found |= {"budget" for rule, sum_ in totals.items() if sum_ >= limits[rule].get("budget_amount", 1 << 60) > 0}
    assert found == {"used up", "spent", "lapsed", "balance", "passer-by", "bonus", "budget"}


@pytest.fixture(scope="module")
def crowd() -> Scene:
    """Many purchases under rules with budgets that end in their midst."""
    scene = Scene(3, 30_000, [f"c{nth}" for nth in range(900)])
    for nth, rule in enumerate(scene.rules):
        rule["limitation"][("budget_usage", "budget_amount")[nth % 2]] = (nth + 1) * (400, 600_000)[nth % 2]
    return scene


@pytest.fixture(scope="module")
def whole(crowd: Scene) -> rabatt.Simulation:
    return crowd.simulate(threads=1)


@pytest.mark.parametrize(("size", "threads"), [(1_000, 2), (8_193, 3), (30_000, 5)])
def test_batches_and_threads_change_nothing(crowd: Scene, whole: rabatt.Simulation, size: int, threads: int) -> None:
    all_equal(crowd.simulate(shop.copied(crowd.table, size), threads=threads), whole)


def test_budgets_end_in_its_midst(crowd: Scene, whole: rabatt.Simulation) -> None:
    given = pa.table(whole.rules()).group_by("rule_id").aggregate([("row", "max")]).to_pylist()
    assert sum(rule["row_max"] < 25_000 for rule in given) >= 3
    sums = pa.table(whole.states()).group_by("rule_id").aggregate([("usage", "sum")]).to_pylist()
    usage = {rule["rule_id"]: rule["usage_sum"] for rule in sums}
    budgets = {rule["id"]: rule["limitation"]["budget_usage"] for rule in crowd.rules[::2]}
    used_up = [usage[name] - most for name, most in budgets.items() if usage.get(name, 0) >= most]
    # The last purchase may use two refs.
    assert used_up
    assert set(used_up) <= {0, 1}


def test_any_order_of_rows_and_tables() -> None:
    scene = Scene(11, 3_000)
    for nth, receipt in enumerate(scene.receipts):
        # One at a time, so that order is in the instants alone.
        receipt["purchase_at"] = (town.NOW + timedelta(minutes=nth * 13)).isoformat()
    whole = scene.simulate(town.table(scene.receipts))
    shuffled = scene.receipts.copy()
    random.Random(1).shuffle(shuffled)  # noqa: S311
    other = scene.simulate(town.table(shuffled))
    assert pa.table(other.states()).equals(pa.table(whole.states()))
    for name in ("receipts", "rules"):
        keys = ["receipt_id"] + (["rule_id", "ref_id"] if name == "rules" else [])
        left, right = (pa.table(getattr(one, name)()).drop_columns(["row"]) for one in (whole, other))
        order = [(key, "ascending") for key in keys]
        assert left.sort_by(order).equals(right.sort_by(order))
    lines = [{"receipt_id": receipt["receipt_id"], **line} for receipt in scene.receipts for line in receipt["items"]]
    random.Random(2).shuffle(lines)  # noqa: S311
    lines.sort(key=lambda line: line["line_id"])
    heads = town.table(scene.receipts).drop_columns(["items"])
    all_equal(scene.simulate(heads, items=pa.Table.from_pylist(lines)), whole)


@pytest.mark.parametrize("seed", range(12))
def test_a_year_after_the_other(seed: int) -> None:
    """Where one simulation ended, the next goes on: both together are the whole."""
    scene = Scene(100 + seed, 400)
    cut = 100 + 20 * seed
    whole = scene.simulate()
    first = scene.simulate(town.table(scene.receipts[:cut]))
    for start in (first, first.states(), pa.table(first.states())):
        second = scene.simulate(town.table(scene.receipts[cut:]), start_state=start)
        assert pa.table(second.states()).equals(pa.table(whole.states()))
        discounts = [pa.table(one.receipts())["net"].to_pylist() for one in (first, second)]
        assert discounts[0] + discounts[1] == pa.table(whole.receipts())["net"].to_pylist()


def test_without_customers_everybody_holds_everything() -> None:
    scene = Scene(5, 300)
    gifts = [Gift(holder, rule["id"], rule["id"]) for rule in scene.rules for holder in ("*", "/")]
    table = pa.Table.from_pylist([gift._asdict() for gift in gifts]).select(["customer_id", "rule_id", "ref_id"])
    plain = rabatt.simulate(scene.rules, scene.table)
    all_equal(plain, rabatt.simulate(scene.rules, scene.table, table))
    ids = [rule["id"] for rule in scene.rules]
    all_equal(plain, rabatt.simulate(rabatt.Engine(scene.rules), scene.table, {"*": ids, "/": ids}))


CARD: dict[str, Any] = {
    "id": "card",
    "requirement": {"stamp": 1, "item": {"items": [{"id": "espresso"}]}},
    "reward": {"type": "discount_item_percent", "value": 100},
}
LINE = {"id": "espresso", "quantity": 1, "gross_amount": 3500, "eligible_for_discount": True}


def cups(*buyers: Any, **more: Any) -> pa.Table:
    at = datetime(2024, 6, 1, 12, tzinfo=UTC)
    cup = {"currency": "NOK", "items": [LINE], **more}
    return pa.Table.from_pylist([
        {"customer_id": buyer, "purchase_at": at + timedelta(days=nth), **cup} for nth, buyer in enumerate(buyers)
    ])  # fmt: skip


def discounts(simulation: rabatt.Simulation) -> list[int | None]:
    found: list[int | None] = pa.table(simulation.receipts())["discount"].to_pylist()
    return found


def test_who_buys() -> None:
    """Customers by text or number, in either column; those without share one count; unknown tokens get nothing."""
    assert discounts(rabatt.simulate([CARD], cups("a", "b", "a", "b"))) == [0, 0, 3500, 3500]
    assert discounts(rabatt.simulate([CARD], cups(7, 8, 7, None, None))) == [0, 0, 3500, 0, 3500]
    inner = cups(None, None, None, None, customer={"customer_id": "a"})
    assert discounts(rabatt.simulate([CARD], inner)) == [0, 3500, 0, 3500]
    token = cups(None, None, customer={"token": {"type": "card", "value": "1"}})
    assert discounts(rabatt.simulate([CARD], token)) == [0, 0]
    assert pa.table(rabatt.simulate([CARD], cups(7, 8, 7)).states())["customer_id"].to_pylist() == ["7", "8"]


def test_personal_rules() -> None:
    receipts = cups("a", "b", "a", "b", None, None)
    assert discounts(rabatt.simulate([CARD], receipts, {"a": "card"})) == [0, 0, 3500, 0, 0, 0]
    assert discounts(rabatt.simulate([CARD], receipts, {"a": ["card", "card"], "/": ["card"]})) == [
        0,
        0,
        3500,
        0,
        0,
        3500,
    ]
    names = pa.table(rabatt.simulate([CARD], receipts, {"a": "card", "*": "card"}).states())["ref_id"].to_pylist()
    assert names == ["card#1", "card"]


def test_ties_are_in_order_of_rows_and_time_decides_otherwise() -> None:
    receipts = cups("a", "a", "a")
    assert discounts(rabatt.simulate([CARD], receipts.take([2, 1, 0]))) == [0, 3500, 0]
    same = receipts.set_column(1, "purchase_at", pa.array([datetime(2024, 6, 1, tzinfo=UTC)] * 3))
    assert discounts(rabatt.simulate([CARD], same)) == [0, 3500, 0]


def test_no_purchases() -> None:
    simulation = rabatt.simulate([CARD], cups("a").slice(0, 0))
    assert [pa.table(getattr(simulation, name)()).num_rows for name in ("receipts", "lines", "rules", "states")] == [
        0
    ] * 4
    assert repr(simulation) == "Simulation(0 receipts, 0 states)"


def test_progress_and_stopping(crowd: Scene) -> None:
    told: list[tuple[int, int]] = []
    crowd.simulate(progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (30_000, 30_000)
    assert told == sorted(told)

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt(done, of)

    with pytest.raises(KeyboardInterrupt):
        crowd.simulate(progress=stop)


def broken(name: str, value: Any) -> pa.Table:
    """Five purchases, the fourth with this in a column."""
    found = cups("a", "a", "a", "a", "a").to_pylist()
    found[3][name] = value
    # As wide as the widest of them.
    return pa.Table.from_pylist([found[3], *found[:3], found[4]]).take([1, 2, 3, 0, 4])


@pytest.mark.parametrize(
    ("name", "value", "column", "says"),
    [
        ("purchase_at", None, "purchase_at", "needs `purchase_at`"),
        ("customer_id", " a", "customer_id", "names one customer"),
        ("customer_id", "*", "customer_id", "names one customer"),
        ("currency", "SEK", "currency", "`SEK` after `NOK`"),
        ("items", [{**LINE, "quantity": -1}], "items[0].quantity", "is_return_item"),
        ("items", [LINE, {**LINE, "gross_amount": 2**63 - 1}], "items[1]", "too large"),
        ("items", [{**LINE, "line_id": 1}, {**LINE, "line_id": 1}], "items[1].line_id", "two lines"),
    ],
)
def test_a_broken_row(name: str, value: Any, column: str, says: str) -> None:
    """It is named, or told beside the others, whose purchases go on."""
    receipts = broken(name, value)
    for threads in (1, 2):
        with pytest.raises(rabatt.RowError) as raised:
            rabatt.simulate([CARD], receipts, threads=threads)
        assert (raised.value.batch, raised.value.row, raised.value.column) == (0, 3, column)
        assert says in str(raised.value)
    simulation = rabatt.simulate([CARD], receipts, on_error="collect")
    given = discounts(simulation)
    assert given[3] is None
    assert sorted(amount for amount in given if amount is not None) == [0, 0, 3500, 3500]
    errors = pa.table(simulation.receipts())["error"].to_pylist()
    assert [error is None for error in errors] == [True, True, True, False, True]
    assert says in errors[3]
    assert set(pa.table(simulation.lines())["row"].to_pylist()) == {0, 1, 2, 4}


def test_the_first_broken_row_is_named_whoever_finds_it() -> None:
    receipts = cups(*[f"c{nth % 50}" for nth in range(20_000)]).to_pylist()
    for nth in range(777, 20_000, 1_000):
        receipts[nth]["items"] = [{**LINE, "quantity": -1}]
    for threads in (1, 2, 4):
        with pytest.raises(rabatt.RowError) as raised:
            rabatt.simulate([CARD], pa.Table.from_pylist(receipts), threads=threads)
        assert raised.value.row == 777


def test_returned_and_voided_lines_may_be_negative() -> None:
    for name in ("is_return_item", "voided"):
        receipts = cups("a", "a", items=[LINE, {**LINE, "quantity": -1, name: True}])
        assert discounts(rabatt.simulate([CARD], receipts)) == [0, 3500]


def test_columns_that_cannot_be_right() -> None:
    def problems(*arguments: Any, **more: Any) -> list[str]:
        with pytest.raises(rabatt.ColumnError) as raised:
            rabatt.simulate([CARD], *arguments, **more)
        return [problem.pointer for problem in raised.value.problems]

    receipts = cups("a")
    assert problems(receipts.drop_columns(["customer_id"])) == ["/customer_id"]
    assert problems(receipts.drop_columns(["purchase_at"])) == ["/purchase_at"]
    assert problems(receipts.set_column(0, "customer_id", pa.array([1.5]))) == ["/customer_id"]
    assert problems(receipts, pa.table({"customer": ["a"]})) == ["/customers/customer_id", "/customers/rule_id"]
    assert problems(receipts, start_state=pa.table({"customer_id": ["a"], "usage": [0.5]})) == [
        "/start_state/rule_id",
        "/start_state/ref_id",
        "/start_state/usage",
    ]


@pytest.mark.parametrize(
    ("argument", "row", "column"),
    [
        ("customers", {"customer_id": "a", "rule_id": "nothing"}, "customers.rule_id"),
        ("customers", {"customer_id": "a", "rule_id": None}, "customers.rule_id"),
        ("customers", {"customer_id": "", "rule_id": "card"}, "customers.customer_id"),
        ("customers", {"customer_id": "x", "rule_id": "card", "ref_id": "1"}, "customers.ref_id"),
        ("customers", {"customer_id": "y", "rule_id": "card", "ref_id": None}, "customers.ref_id"),
        (
            "customers",
            {"customer_id": "a", "rule_id": "card", "ref_id": "1", "given_at": "today"},
            "customers.given_at",
        ),
        ("start_state", {"customer_id": "*", "rule_id": "card", "ref_id": "1"}, "start_state.customer_id"),
        ("start_state", {"customer_id": "a", "rule_id": "card", "ref_id": "1", "usage": -1}, "start_state.usage"),
        ("start_state", {"customer_id": "x", "rule_id": "card", "ref_id": "1"}, "start_state.ref_id"),
        ("start_state", {"customer_id": "a", "rule_id": None, "ref_id": "1"}, "start_state.rule_id"),
    ],
)
def test_broken_rows_of_other_tables(argument: str, row: dict[str, Any], column: str) -> None:
    table = pa.Table.from_pylist([{**dict.fromkeys(row), "customer_id": "x", "rule_id": "card", "ref_id": "1"}, row])
    with pytest.raises(rabatt.RowError) as raised:
        rabatt.simulate([CARD], cups("a"), **{argument: table})
    assert (raised.value.row, raised.value.column) == (1, column)


def test_arguments_that_cannot_be_right() -> None:
    with pytest.raises(rabatt.FactsError, match=r"/a/1.*there is no rule `nothing`"):
        rabatt.simulate([CARD], cups("a"), {"a": ["card", "nothing"]})
    with pytest.raises(rabatt.FactsError, match=r"/a.*a list of rule ids"):
        rabatt.simulate([CARD], cups("a"), {"a": [1]})  # type: ignore[list-item]
    with pytest.raises(rabatt.RulesError, match="/0/limitation/budget_usage: a whole number"):
        rabatt.simulate([{**CARD, "limitation": {"budget_usage": 1.5}}], cups("a"))
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        rabatt.simulate([CARD], [])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="threads"):
        rabatt.simulate([CARD], cups("a"), threads=0)
    with pytest.raises(ValueError, match="on_error"):
        rabatt.simulate([CARD], cups("a"), on_error="ignore")  # type: ignore[arg-type]


def test_stamps_that_begin_to_lapse() -> None:
    """Stamps of a rule that had no end until now count from the first purchase."""
    card: dict[str, Any] = {**CARD, "requirement": {**CARD["requirement"], "stamp": 3}}
    first = rabatt.simulate([card], cups("a", "a"))
    lapsing = {**card, "limitation": {"stamp_expire_days": 1}}
    second = rabatt.simulate([lapsing], cups("a", "b", "b", "a"), start_state=first)
    assert discounts(second) == [0, 0, 0, 0]
    assert rows(second.states())[0]["current_stamp"] == 1
    assert discounts(rabatt.simulate([lapsing], cups("a", "a"), start_state=first)) == [0, 3500]
