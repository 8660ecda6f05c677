"""Two sets of rules on the same receipts: what changes, for whom, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rabatt import _native
from rabatt._native import ArrowTable, Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Comparison", "Metric", "compare"]


class Metric(NamedTuple):
    """One number under both sets of rules. Amounts are minor units."""

    a: int | None
    """Under the first rules; None where it is about the difference alone."""
    b: int | None
    """Under the second."""
    difference: int
    """`b` less `a`."""
    low: int | None
    """Lower bound of the difference; the difference itself unless a sample was used."""
    high: int | None
    """Upper bound."""


class Comparison:
    """What `compare` gives. Amounts are int64 in minor units.

    Tables are Arrow tables, for `pyarrow.table(…)`, `polars.DataFrame(…)` and the like. Everything
    counts all receipts, scaled up where a sample was used; then the columns `…_low` and `…_high`
    bound the differences. Sums of scaled numbers may be a unit off, since each is rounded.
    """

    def __init__(self, found: dict[str, Any], confidence: float, *, sampled: bool) -> None:
        self._found = found
        self.confidence = confidence
        """With what probability the bounds hold the true number, where a sample was used."""
        self.sampled = sampled
        """Was only a part of the receipts evaluated?"""
        self.population: int = found["rows"]
        """How many receipts there are."""
        self.seen: int = found["seen"]
        """How many of them were evaluated."""
        self.refused: int = found["refused"]
        """How many of these were broken, with `on_error="collect"`."""
        self.totals: dict[str, Metric] = {name: Metric(*numbers) for name, *numbers in found["metrics"]}
        """The rows of `summary()` by name."""

    def summary(self) -> ArrowTable:
        """The table of all receipts together: `metric`, `a`, `b`, `difference` and its bounds.

        `discount` is what the rules cost, `receipts_touched` how many receipts got something,
        `receipts_changed` how many get another amount or bonus than before; `winners` and `won` how
        many get more discount and how much more, `losers` and `lost` how many get less and how much
        less; `receipts_unproven` how many have deals not proven to be the best. With a cost column
        also `margin`, what lines with a cost bring in above it, and `lines_below_cost`.
        """
        return self._table("summary")

    def rules(self) -> ArrowTable:
        """The table of rules: what each gave, and `state`: kept, changed, added or removed.

        `displaced` is what new rules took from it: see `displaced()`.
        """
        return self._table("rules")

    def groups(self) -> ArrowTable:
        """The table of item groups: `lines`, `gross`, discounts, bonus, and margins with a cost column.

        A line of several groups counts in each of them; lines of none have the group null.
        """
        return self._table("groups")

    def displaced(self) -> ArrowTable:
        """The table of rules that new ones cannibalise: `rule_id` gave `amount` less where `by` gave more.

        A new rule is one that was added or changed. On a receipt where new rules give more than
        before, what kept rules give less is theirs, in proportion to what they give.
        """
        return self._table("displaced")

    def customers(self) -> ArrowTable:
        """The table of customers: what each got.

        Known by the column `customer_id`, or the member of `customer`. Of a sample it has the
        customers and receipts that were looked at, not scaled up.
        """
        return self._table("customers")

    def receipts(self) -> ArrowTable:
        """The table of single receipts, with `details=True`; of a sample those looked at."""
        if "receipts" not in self._found:
            raise ValueError("single receipts were not kept; call compare with details=True")
        return self._table("receipts")

    def rejected(self) -> ArrowTable:
        """The table of broken rows, with `on_error="collect"`: `row`, `receipt_id`, `error`."""
        if "rejected" not in self._found:
            raise ValueError('broken rows were not collected; call compare with on_error="collect"')
        return self._table("rejected")

    def _table(self, name: str) -> ArrowTable:
        table: ArrowTable = self._found[name]
        return table

    def __repr__(self) -> str:
        cost = self.totals["discount"]
        bounds = f" ({cost.low:+} to {cost.high:+})" if self.sampled and cost.low is not None else ""
        return (
            f"Comparison({self.population} receipts, discount {cost.a} to {cost.b}: {cost.difference:+}{bounds}, "
            f"{self.totals['winners'].difference} winners, {self.totals['losers'].difference} losers)"
        )


def compare(  # noqa: PLR0913
    rules_a: Any,
    rules_b: Any,
    receipts: Any,
    items: Any = None,
    *,
    facts: str | bytes | Mapping[str, Any] | None = None,
    cost: str | None = "cost_price",
    sample: float | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    details: bool = False,
    on_error: Literal["raise", "collect"] = "raise",
    steps: int | None = None,
    threads: int | None = None,
    progress: bool | Callable[[int, int | None], object] | None = None,
) -> Comparison:
    """Evaluate every receipt under two sets of rules, and add up what differs.

    The rules are what `Engine` takes, or Engines; receipts, items, facts, on_error, steps, threads
    and progress are those of `Engine.evaluate_arrow`. The receipts are read once; single ones are
    kept with `details=True` only, so that a year of them fits in memory. Discounts on the receipts
    that came from a rule of either side are left out: they were given once, and are decided anew.

    `cost` names the column of lines with what they cost to buy, in minor units: of one unit, or of
    the whole line where its name ends in `_amount`. When there is such a column, margins are told.

    `sample=0.1` evaluates about a tenth of the receipts, chosen by their place and `seed`, and
    scales up. The bounds of differences are normal ones: the true number lies between them with the
    probability `confidence` when the sample has some hundreds of receipts that differ. Receipts are
    taken as independent of each other.

    >>> import pyarrow as pa, rabatt
    >>> receipts = pa.Table.from_pylist([
    ...     {"receipt_id": str(n), "purchase_at": "2024-06-01T12:00:00+02:00", "items": [
    ...         {"id": "espresso", "groups": ["coffee"], "quantity": n, "gross_amount": n * 3500,
    ...          "cost_price": 900, "eligible_for_discount": True}]} for n in (1, 2, 3)])
    >>> ten = {"id": "ten", "reward": {"type": "discount_percent", "value": 10}}
    >>> three = {"id": "three", "requirement": {"item": {"quantity": 3, "items": [{"group_id": "coffee"}]}},
    ...          "reward": {"type": "discount_item_quantity", "value": 1}}
    >>> comparison = rabatt.compare([ten], [ten, three], receipts)
    >>> comparison
    Comparison(3 receipts, discount 2100 to 5600: +3500, 1 winners, 0 losers)
    >>> comparison.totals["margin"].b
    10000
    >>> pa.table(comparison.displaced()).select(["rule_id", "by", "amount"]).to_pylist()
    []
    """
    from statistics import NormalDist  # noqa: PLC0415  # importing rabatt is quick

    part = None
    if sample is not None:
        if not 0 < sample <= 1:
            raise ValueError(f"sample is the part of receipts to evaluate, above 0 and at most 1, not {sample}")
        part = min(int(sample * 2**64), 2**64 - 1)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a probability between 0 and 1, as 0.95, not {confidence}")
    found = _native.compare(
        _engine(rules_a),
        _engine(rules_b),
        receipts,
        items,
        facts=facts,
        cost=cost,
        sample=part,
        seed=seed % 2**64,
        z=round(NormalDist().inv_cdf((1 + confidence) / 2) * 1_000_000),
        details=details,
        on_error=on_error,
        steps=steps,
        threads=threads,
        progress=progress,
    )
    return Comparison(found, confidence, sampled=part is not None)


def _engine(rules: Any) -> Engine:
    return rules if isinstance(rules, Engine) else Engine(rules)
