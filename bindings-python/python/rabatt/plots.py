"""Pictures of results, with matplotlib: what rules cost, when, and what baskets became.

Each function draws into `ax`, or a figure of its own, and gives the axes back. Colours can be told apart by the
colour-blind, axes say their units, numbers and days are written alike for every country.

>>> from rabatt import Engine, kiosk, plots
>>> receipts = kiosk.Kiosk(seed=7, days=28, per_day=100).table()
>>> result = Engine(kiosk.rules()).evaluate_arrow(receipts).tables()
>>> axes = plots.cost_over_time(receipts, result, every="day")
>>> axes.get_ylabel()
'discount, kr a day'

It needs matplotlib and pyarrow: `pip install rabatt[plots]`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

try:
    import matplotlib.dates as mdates
    import numpy as np
    from matplotlib.axes import Axes  # noqa: TC002  # so that the type is there to be looked up
    from matplotlib.ticker import FuncFormatter, MaxNLocator
except ImportError as _error:
    raise ImportError("rabatt.plots needs matplotlib: pip install rabatt[plots]") from _error

import pyarrow as pa
import pyarrow.compute as pc

from rabatt import money, sums

if TYPE_CHECKING:
    from rabatt.sums import Period, Result, _Every

__all__ = ["COLOURS", "baskets", "cost_over_time", "discount_by_rule", "stamp_cards"]

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""The palette of Okabe and Ito, which people with any kind of colour vision tell apart."""
_NOBODY = "/"
"""How the states of purchases without a customer are called."""
_DAYS_BY_NAME = 100
"""Over more of them an axis tells months, not days."""
_STROKES = ("-", "--", "-.", ":")


def _axes(ax: Axes | None, height: float = 3.6) -> Axes:
    """The axes to draw into, without what says nothing."""
    if ax is None:
        from matplotlib import pyplot as plt  # noqa: PLC0415

        _, made = plt.subplots(figsize=(8, height), layout="constrained")
        ax = made
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    return ax


def _counts(axis: Any, most: int = 7) -> None:
    """Whole numbers with their thousands apart, at no more places than have room."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: money.count(round(value))))
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10], integer=True))


def _major(amounts: Any, currency: str) -> Any:
    """Amounts in minor units as numbers to draw."""
    return np.asarray(amounts, dtype=float) / 10 ** money.minor_digits(currency)


def _whole(periods: Sequence[Period], every: _Every, first: date, last: date) -> list[Period]:
    """Without weeks or months that the receipts do not cover wholly, while others are left."""

    def end(start: date) -> date:
        if every == "month":
            return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
        return start + timedelta(days=7 if every == "week" else 1)

    whole = [period for period in periods if period.start >= first and end(period.start) <= last + timedelta(days=1)]
    return whole or list(periods)


def cost_over_time(
    receipts: Any,
    results: Result | Mapping[str, Result],
    *,
    every: _Every = "week",
    currency: str = "NOK",
    ax: Axes | None = None,
) -> Axes:
    """Draw the discount given in each day, week or month: a line, or one for each named result.

    `receipts` is the table that was evaluated, or any with its column `purchase_at`. Weeks and months that it does not
    cover wholly, at the start and the end, are left out.
    """
    ax = _axes(ax)
    several = isinstance(results, Mapping)
    named: Mapping[str, Result] = results if isinstance(results, Mapping) else {"": results}
    days = sums.local_days(receipts)
    first, last = pc.min(days).as_py(), pc.max(days).as_py()
    for (name, result), colour, stroke in zip(named.items(), cycle(COLOURS), cycle(_STROKES), strict=False):
        periods = _whole(sums.by_period(receipts, result, every), every, first, last)
        cost = _major([period.discount for period in periods], currency)
        starts: Any = [period.start for period in periods]
        ax.plot(starts, cost, stroke, color=colour, linewidth=2, label=name)
        if not several:
            ax.fill_between(starts, cost, color=colour, alpha=0.15, linewidth=0)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(f"discount, {money.symbol(currency)} a {every}")
    _counts(ax.yaxis)
    ax.grid(axis="y", alpha=0.3)
    months = len(days) > 0 and (last - first).days > _DAYS_BY_NAME
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8 if months else 5))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m" if months else "%Y-%m-%d"))
    if several:
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    return ax


def discount_by_rule(
    result: Result,
    rules: Sequence[Mapping[str, Any]] = (),
    *,
    most: int = 12,
    currency: str = "NOK",
    ax: Axes | None = None,
) -> Axes:
    """Draw what each rule gave, the costliest first; bonus beside discounts.

    `rules` give the names; of more than `most` rules the rest is one bar.
    """
    named = sums.rule_names(rules)
    found = [(named.get(rule.rule_id, rule.rule_id), rule.amount, rule.bonus) for rule in sums.by_rule(result)]
    found = sorted((one for one in found if one[1] or one[2]), key=lambda one: -one[1] - one[2])
    if len(found) > most:
        rest = found[most - 1 :]
        others = (f"{len(rest)} others", sum(one[1] for one in rest), sum(one[2] for one in rest))
        found = [*found[: most - 1], others]
    ax = _axes(ax, 0.9 + 0.42 * max(len(found), 1))
    places = np.arange(len(found))
    amounts = _major([one[1] for one in found], currency)
    bonus = _major([one[2] for one in found], currency)
    ax.barh(places, amounts, color=COLOURS[0], label="discount")
    if any(bonus):
        ax.barh(
            places, bonus, left=amounts, color=COLOURS[1], hatch="//", edgecolor="white", linewidth=0, label="bonus"
        )
        ax.legend(frameon=False, loc="lower right")
    for place, (_, amount, more) in enumerate(found):
        ax.annotate(
            money.amount(amount + more, currency),
            (float(amounts[place] + bonus[place]), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )
    ax.set_yticks(places, [_short(one[0]) for one in found])
    ax.invert_yaxis()
    ax.margins(x=0.2)
    ax.set_xlim(left=0)
    ax.set_xlabel(f"given, {money.symbol(currency)}")
    _counts(ax.xaxis, 4)
    ax.grid(axis="x", alpha=0.3)
    return ax


def baskets(result: Result, *, currency: str = "NOK", ax: Axes | None = None) -> Axes:
    """Draw what baskets that got a discount came to before and after it, one in a hundred (the largest) left out."""
    ax = _axes(ax)
    table = sums.table_of(result, "receipts")
    table = table.filter(pc.is_valid(table["net"]))
    given = table.filter(pc.greater(table["discount"], 0))
    before = _major(pc.subtract(given["gross"], given["existing_discount"]).to_numpy(), currency)
    after = _major(given["net"].to_numpy(), currency)
    if len(before):
        top = float(np.quantile(before, 0.99))
        width = _nice(top / 40)
        edges = np.arange(0, top + width, width)
        for values, name, colour, stroke in ((before, "before", COLOURS[0], "-"), (after, "after", COLOURS[5], "--")):
            heights, _ = np.histogram(values, edges)
            middle = (
                f"{name}: half of them at most {money.count(round(float(np.median(values))))} {money.symbol(currency)}"
            )
            ax.stairs(heights, edges, color=colour, linestyle=stroke, linewidth=2, label=middle)
            ax.stairs(heights, edges, color=colour, alpha=0.12, fill=True)
        ax.legend(frameon=False)
        ax.set_xlim(0, float(edges[-1]))
    shared = f"{money.count(given.num_rows)} of {money.count(table.num_rows)} receipts got a discount"
    ax.set_title(shared, fontsize="medium", loc="left")
    ax.set_xlabel(f"basket, {money.symbol(currency)}")
    ax.set_ylabel("receipts")
    _counts(ax.xaxis)
    _counts(ax.yaxis)
    ax.grid(axis="y", alpha=0.3)
    return ax


def stamp_cards(states: Any, rule_id: str, *, ax: Axes | None = None) -> Axes:
    """Draw how far the customers of a stamp card are: how many hold how many stamps, and who has had a reward before.

    `states` is what `simulate(…).states()` gives.
    """
    ax = _axes(ax)
    table = pa.table(states)
    every = pc.unique(table["rule_id"]).to_pylist()
    table = table.filter(pc.and_(pc.equal(table["rule_id"], rule_id), pc.not_equal(table["customer_id"], _NOBODY)))
    if table.num_rows == 0:
        known = ", ".join(f"`{name}`" for name in every) or "no rule"
        raise ValueError(f"no customer holds anything of the rule `{rule_id}`; there are states of {known}")
    held = table["current_stamp"].to_numpy()
    before = pc.greater(table["stamp_spent"], 0).to_numpy()
    places = np.arange(int(held.max()) + 1)
    first, again = (np.bincount(held[had], minlength=len(places)) for had in (~before, before))
    ax.bar(places, first, color=COLOURS[0], label="no reward yet")
    ax.bar(
        places,
        again,
        bottom=first,
        color=COLOURS[1],
        hatch="//",
        edgecolor="white",
        linewidth=0,
        label="had a reward before",
    )
    taken = pc.sum(table["usage"]).as_py()
    title = f"{money.count(table.num_rows)} customers collect; {money.count(taken)} purchases with a reward"
    ax.set_title(title, fontsize="medium", loc="left")
    ax.set_xticks(places)
    ax.set_xlabel("stamps on the card")
    ax.set_ylabel("customers")
    _counts(ax.yaxis)
    ax.grid(axis="y", alpha=0.3)
    ax.legend(frameon=False)
    return ax


def _short(text: str) -> str:
    """A text that leaves room for the bars, on one line or two."""
    return "\n".join(textwrap.wrap(text, 26, max_lines=2, placeholder="…"))


def _nice(width: float) -> float:
    """The next 1, 2 or 5 times a power of ten, at least 1."""
    power = 10 ** np.floor(np.log10(max(width, 1)))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= width))
