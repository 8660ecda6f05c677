"""Pictures show the numbers of the results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import pyarrow as pa
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch

import rabatt
from rabatt import kiosk, money, plots, sums

mpl.use("agg")

RULES = kiosk.rules()
RECEIPTS = kiosk.Kiosk(seed=7, days=45, per_day=60).table()
RESULT = rabatt.Engine(RULES).evaluate_arrow(RECEIPTS).tables()
WHOLE = sums.totals(RESULT)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_sums_are_those_of_the_tables() -> None:
    by_rule = sums.by_rule(RESULT)
    assert sum(rule.amount for rule in by_rule) == WHOLE.discount == WHOLE.gross - WHOLE.net > 0
    assert sum(rule.bonus for rule in by_rule) == WHOLE.bonus > 0
    assert [rule.amount for rule in by_rule] == sorted((rule.amount for rule in by_rule), reverse=True)
    card = next(rule for rule in by_rule if rule.rule_id == "coffee-card")
    assert card.stamps >= card.receipts > 0
    for every, count in (("day", 45), ("week", 7), ("month", 2)):
        periods = sums.by_period(RECEIPTS, RESULT, every)  # type: ignore[arg-type]
        assert len(periods) == count
        assert sum(period.discount for period in periods) == WHOLE.discount
        assert sum(period.receipts for period in periods) == WHOLE.receipts == RECEIPTS.num_rows
    assert {period.start.weekday() for period in sums.by_period(RECEIPTS, RESULT, "week")} == {0}


def test_rejected_receipts_are_left_out() -> None:
    at = pa.array([None, *(["2025-01-01T23:30:00+01:00"] * (RECEIPTS.num_rows - 1))])
    broken = RECEIPTS.set_column(1, "purchase_at", at)
    result = rabatt.Engine(RULES).evaluate_arrow(broken, on_error="collect").tables()
    assert sums.totals(result).receipts == RECEIPTS.num_rows - 1
    # Days as they are where the purchase was made, not in UTC.
    assert [str(period.start) for period in sums.by_period(broken, result, "day") if period.receipts] == ["2025-01-01"]


def test_cost_over_time() -> None:
    axes = plots.cost_over_time(RECEIPTS, RESULT, every="day")
    (line,) = axes.get_lines()
    assert sum(line.get_ydata()) == pytest.approx(WHOLE.discount / 100)
    assert axes.get_ylabel() == "discount, kr a day"
    assert axes.get_ylim()[0] == 0
    # January the 1st of 2025 is a Wednesday: whole weeks are drawn, from Monday.
    (line,) = plots.cost_over_time(RECEIPTS, RESULT).get_lines()
    assert [str(day) for day in line.get_xdata()][:1] == ["2025-01-06"]
    assert len(line.get_xdata()) == 5


def test_results_side_by_side() -> None:
    without = rabatt.Engine(RULES[:1]).evaluate_arrow(RECEIPTS).tables()
    axes = plots.cost_over_time(RECEIPTS, {"today": RESULT, "less": without}, currency="EUR")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["today", "less"]
    first, second = axes.get_lines()
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()
    assert sum(second.get_ydata()) == 0
    assert axes.get_ylabel() == "discount, € a week"


def test_discount_by_rule() -> None:
    axes = plots.discount_by_rule(RESULT, RULES)
    widths = [patch.get_width() for patch in axes.patches]
    assert sum(widths) == pytest.approx((WHOLE.discount + WHOLE.bonus) / 100)
    assert axes.get_xlabel() == "given, kr"
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names[0] == "2 % bonus"
    assert "Every sixth coffee free" not in names
    few = plots.discount_by_rule(RESULT, most=3)
    assert few.get_yticklabels()[2].get_text().endswith("others")
    assert sum(patch.get_width() for patch in few.patches) == pytest.approx(sum(widths))


def test_baskets() -> None:
    axes = plots.baskets(RESULT)
    outlines = [patch for patch in axes.patches if isinstance(patch, StepPatch) and not patch.get_fill()]
    assert len(outlines) == 2
    for outline in outlines:
        assert 0.985 * WHOLE.touched <= outline.get_data().values.sum() <= WHOLE.touched
    assert axes.get_xlabel() == "basket, kr"
    assert f"of {money.count(WHOLE.receipts)} receipts" in axes.get_title(loc="left")


STATES = pa.table(
    {
        "customer_id": ["A", "B", "C", "/", "A"],
        "rule_id": ["card"] * 4 + ["other"],
        "usage": [0, 1, 2, 9, 1],
        "stamp_spent": [0, 5, 10, 0, 0],
        "current_stamp": [3, 3, 0, 9, 0],
    }
)


def test_stamp_cards() -> None:
    axes = plots.stamp_cards(STATES, "card")
    heights = [patch.get_height() for patch in axes.patches]
    assert heights == [0, 0, 0, 1, 1, 0, 0, 1]
    assert axes.get_title(loc="left") == "3 customers collect; 3 purchases with a reward"
    with pytest.raises(ValueError, match="of the rule `cards`; there are states of `card`, `other`"):
        plots.stamp_cards(STATES, "cards")


def test_stamp_cards_of_a_simulation() -> None:
    simulation = rabatt.simulate(RULES, RECEIPTS, customers={"*": [rule["id"] for rule in RULES]})
    states = [row for row in pa.table(simulation.states()).to_pylist() if row["rule_id"] == "coffee-card"]
    axes = plots.stamp_cards(simulation.states(), "coffee-card")
    assert sum(patch.get_height() for patch in axes.patches) == len(states) > 20
    again = sum(row["stamp_spent"] > 0 for row in states)
    assert sum(patch.get_height() for patch in axes.patches[len(axes.patches) // 2 :]) == again > 0


def test_axes_of_others_are_used() -> None:
    _, ax = plt.subplots()
    assert plots.baskets(RESULT, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_nothing_to_draw() -> None:
    none = RECEIPTS.slice(0, 0)
    result = rabatt.Engine(RULES).evaluate_arrow(none).tables()
    assert plots.discount_by_rule(result).patches[:] == []
    assert plots.baskets(result).get_title(loc="left") == "0 of 0 receipts got a discount"
    assert list(plots.cost_over_time(none, result).get_lines()[0].get_ydata()) == []


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_colours_next_to_each_other_differ_in_lightness_too() -> None:
    """So that they stay apart in print without colours."""
    assert all(to_hex(colour) == colour.lower() for colour in plots.COLOURS)
    first, second = luminance(plots.COLOURS[0]), luminance(plots.COLOURS[1])
    assert (max(first, second) + 0.05) / (min(first, second) + 0.05) > 2


@pytest.mark.parametrize(
    ("work", "kind", "words"),
    [
        (lambda: sums.totals({}), TypeError, "a result is what `evaluate_arrow` or `simulate` gives"),  # type: ignore[arg-type]
        (lambda: sums.by_period(RECEIPTS.slice(0, 3), RESULT), ValueError, "but there are 3 receipts"),
        (lambda: sums.by_period(RECEIPTS.select(["items"]), RESULT), ValueError, "no column `purchase_at`"),
        (lambda: sums.by_period(RECEIPTS, RESULT, "year"), ValueError, "`every` is"),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_is_told(work: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        work()


def test_amounts_read_alike_everywhere() -> None:
    narrow = "\N{NARROW NO-BREAK SPACE}"
    assert money.amount(-50) == f"\N{MINUS SIGN}1{narrow}kr"
    assert money.amount(-49) == f"0{narrow}kr"
    assert money.amount(5, "JPY", minor=True) == f"5{narrow}JPY"
    assert money.amount(-5, "USD", minor=True) == f"\N{MINUS SIGN}0.05{narrow}$"
    assert money.count(-1_234_567) == f"\N{MINUS SIGN}1{narrow}234{narrow}567"
    assert money.share(1, 3) == f"33.3{narrow}%"
    assert money.share(-1, 8) == f"\N{MINUS SIGN}12.5{narrow}%"
    assert money.share(1, 0) == "\N{EN DASH}"
