"""The part of the page that says what another set of rules would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from rabatt import money
from rabatt.report import page

if TYPE_CHECKING:
    from rabatt.comparison import Comparison, Metric

__all__ = ["compared"]

_BEFORE_AND_AFTER = {"discount": "Discount", "bonus": "Bonus", "margin": "Margin"}
_STATES = {"added": "new", "removed": "gone", "changed": "changed", "kept": ""}


def compared(comparison: Comparison, names: Mapping[str, str], currency: str) -> str:
    """What changes from the first rules to the second: cost, who wins and loses, and which rules give way."""
    told = _Told(names, currency)
    parts = [told.totals(comparison), told.people(comparison), told.rules(comparison), told.displaced(comparison)]
    return page.section("Compared with the rules before", *parts)


class _Told:
    def __init__(self, names: Mapping[str, str], currency: str) -> None:
        self._names = names
        self._currency = currency

    def _money(self, value: int | None) -> str:
        return "" if value is None else money.amount(value, self._currency)

    def _change(self, value: int) -> str:
        return f"{'+' if value > 0 else ''}{self._money(value)}" if value else ""

    def totals(self, comparison: Comparison) -> str:
        """Amounts before and after; with a sample, between which the true differences lie."""
        heads = ["", "Difference", "Before", "After"]
        if comparison.sampled:
            heads.append("Between")
        rows = []
        for name, called in _BEFORE_AND_AFTER.items():
            metric = comparison.totals.get(name)
            if metric is not None and (metric.a or metric.b):
                rows.append([called, self._change(metric.difference), self._money(metric.a), self._money(metric.b)])
                if comparison.sampled:
                    rows[-1].append(self._bounds(metric))
        sample = ""
        if comparison.sampled:
            text = (
                f"From a sample of {money.count(comparison.seen)} of {money.count(comparison.population)} receipts, "
                "scaled up; the true difference lies between the bounds with a probability of "
                f"{comparison.confidence:.0%}."
            )
            sample = page.paragraph(text, quiet=True)
        return page.table(heads, rows) + sample

    def _bounds(self, metric: Metric) -> str:
        if metric.low is None or metric.high is None:
            return "unknown"
        return f"{self._money(metric.low)} and {self._money(metric.high)}"

    def people(self, comparison: Comparison) -> str:
        """Who gets more and who gets less."""
        totals = comparison.totals
        said = [
            f"{money.count(totals[count].difference)} receipts get {more}, "
            f"{self._money(totals[total].difference)} together"
            for count, total, more in (("winners", "won", "more"), ("losers", "lost", "less"))
            if totals[count].difference
        ]
        return page.paragraph(f"{'; '.join(said)}." if said else "No receipt gets another discount.")

    def rules(self, comparison: Comparison) -> str:
        """What each rule gives before and after, the greatest change first."""
        found = [row for row in pa.table(comparison.rules()).to_pylist() if row["difference"] or row["state"] != "kept"]
        if not found:
            return ""
        rows = [
            [
                self._name(row["rule_id"], row["state"]),
                self._change(row["difference"]),
                *map(self._money, (row["amount_a"], row["amount_b"])),
            ]
            for row in sorted(found, key=lambda row: -abs(row["difference"]))
        ]
        return page.table(["Rule", "Difference", "Before", "After"], rows)

    def _name(self, rule_id: str, state: str = "kept") -> str:
        name = self._names.get(rule_id, rule_id)
        return f"{name} ({_STATES[state]})" if _STATES.get(state) else name

    def displaced(self, comparison: Comparison) -> str:
        """Which rules gave way to which."""
        found: list[dict[str, Any]] = pa.table(comparison.displaced()).to_pylist()
        rows = [
            [f"{self._name(row['rule_id'])}, by: {self._name(row['by'])}", self._money(row["amount"])]
            for row in sorted(found, key=lambda row: -row["amount"])
            if row["amount"]
        ]
        if not rows:
            return ""
        note = page.paragraph(
            "What the new rules give is not all more: some was given before, by rules that they displace."
        )
        return note + page.table(["Displaced", "Amount"], rows)
