"""What results amount to: sums over the tables of an evaluation or a simulation.

>>> from rabatt import Engine, kiosk, sums
>>> shop = kiosk.Kiosk(seed=7, days=28, per_day=100)
>>> result = Engine(kiosk.rules()).evaluate_arrow(shop).tables()
>>> whole = sums.totals(result)
>>> whole.discount == sum(rule.amount for rule in sums.by_rule(result))
True

A result is what `evaluate_arrow` or `simulate` gives, or the `Tables` of it. It needs pyarrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as _error:
    raise ImportError("rabatt.sums needs pyarrow: pip install rabatt[plots]") from _error

__all__ = [
    "Period",
    "Result",
    "RuleSum",
    "Totals",
    "by_period",
    "by_rule",
    "local_days",
    "rule_names",
    "table_of",
    "totals",
]

if TYPE_CHECKING:
    _Every: TypeAlias = Literal["day", "week", "month"]


class Result(Protocol):
    """What `evaluate_arrow` or `simulate` gives, or its `tables()`."""

    @property
    def receipts(self) -> Any:
        """The table per receipt, or a method that gives it."""

    @property
    def rules(self) -> Any:
        """The table per rule and ref, or a method that gives it."""


def table_of(result: Result, name: Literal["receipts", "lines", "rules"]) -> pa.Table:
    """One table of a result, for pyarrow."""
    table = getattr(result, name, None)
    if table is None:
        kind = type(result).__name__
        raise TypeError(f"a result is what `evaluate_arrow` or `simulate` gives, or its `tables()`, not `{kind}`")
    return pa.table(table() if callable(table) else table)


class Totals(NamedTuple):
    """Sums over all receipts, amounts in minor units."""

    receipts: int
    touched: int
    """Receipts with a discount."""
    gross: int
    net: int
    discount: int
    bonus: int


def totals(result: Result) -> Totals:
    """Sums over a result's receipts; rejected ones are left out."""
    table = table_of(result, "receipts")
    table = table.filter(pc.is_valid(table["net"]))
    touched = pc.sum(pc.greater(table["discount"], 0)).as_py() or 0
    amounts = [pc.sum(table[name]).as_py() or 0 for name in ("gross", "net", "discount", "bonus")]
    return Totals(table.num_rows, touched, *amounts)


class RuleSum(NamedTuple):
    """What a rule gave, in minor units."""

    rule_id: str
    receipts: int
    """To how many it gave something."""
    amount: int
    bonus: int
    stamps: int


def by_rule(result: Result) -> list[RuleSum]:
    """What each rule gave that gave something, the costliest first."""
    table = table_of(result, "rules").select(["row", "rule_id", "amount", "bonus", "stamp"])
    wanted = [("row", "count_distinct"), ("amount", "sum"), ("bonus", "sum"), ("stamp", "sum")]
    columns = (
        table.group_by("rule_id")
        .aggregate(wanted)
        .select(["rule_id", "row_count_distinct", "amount_sum", "bonus_sum", "stamp_sum"])
    )
    found = [RuleSum(*row.values()) for row in columns.to_pylist()]
    return sorted(found, key=lambda rule: (-rule.amount, -rule.bonus, -rule.stamps, rule.rule_id))


class Period(NamedTuple):
    """A day, week or month, by its first day; amounts in minor units."""

    start: date
    receipts: int
    gross: int
    discount: int
    bonus: int


def by_period(receipts: Any, result: Result, every: _Every = "week") -> list[Period]:
    """Sums of a result for each day, week (from Monday) or month with purchases.

    `receipts` is the table that was evaluated, or any with its column `purchase_at`, row for row.
    """
    starts = _starts(receipts, every)
    table = table_of(result, "receipts")
    if table.num_rows and (most := pc.max(table["row"]).as_py()) >= len(starts):
        raise ValueError(
            f"the result has a row {most}, but there are {len(starts)} receipts: are these the ones evaluated?"
        )
    start = starts.take(table["row"])
    sums = (
        pa.table({"start": start, **{name: table[name] for name in ("net", "gross", "discount", "bonus")}})
        .group_by("start")
        .aggregate([("net", "count"), ("gross", "sum"), ("discount", "sum"), ("bonus", "sum")])
        .sort_by("start")
        .select(["start", "net_count", "gross_sum", "discount_sum", "bonus_sum"])
    )
    return [
        Period(row["start"], row["net_count"], row["gross_sum"] or 0, row["discount_sum"] or 0, row["bonus_sum"] or 0)
        for row in sums.to_pylist()
    ]


def _starts(receipts: Any, every: _Every) -> pa.ChunkedArray:
    """The first day of each receipt's period."""
    if every not in ("day", "week", "month"):
        raise ValueError(f'`every` is "day", "week" or "month", not {every!r}')
    days = local_days(receipts)
    return days if every == "day" else pc.floor_temporal(days, unit=every)


def local_days(receipts: Any) -> pa.ChunkedArray:
    """The day of each purchase, where it was made."""
    table = pa.table(receipts)
    if "purchase_at" not in table.column_names:
        raise ValueError("`receipts` has no column `purchase_at`; give the table that was evaluated")
    at = table["purchase_at"]
    if pa.types.is_timestamp(at.type):
        return pc.local_timestamp(at).cast(pa.date32(), safe=False)
    return pc.utf8_slice_codeunits(at.cast(pa.string()), 0, 10).cast(pa.date32())


def rule_names(rules: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What people call each rule: its name, else what the receipt says, else its id."""
    return {rule["id"]: str(rule.get("name") or rule.get("receipt_text") or rule["id"]) for rule in rules}
