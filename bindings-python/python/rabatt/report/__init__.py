"""A page about what rules gave, to be sent to those who decide.

>>> from rabatt import Engine, kiosk
>>> from rabatt.report import Report
>>> receipts = kiosk.Kiosk(seed=7, days=28, per_day=100).table()
>>> rules = kiosk.rules()
>>> report = Report("Four weeks", rules, receipts, Engine(rules).evaluate_arrow(receipts).tables())
>>> "<script" in report.html()
False

It needs matplotlib and pyarrow: `pip install rabatt[plots]`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rabatt

try:
    import matplotlib as mpl
    from matplotlib.axes import Axes  # noqa: TC002  # so that the type is there to be looked up
    from matplotlib.figure import Figure
except ImportError as _error:
    raise ImportError("rabatt.report needs matplotlib: pip install rabatt[plots]") from _error

import pyarrow as pa
import pyarrow.compute as pc

from rabatt import money, plots, sums
from rabatt.report import page
from rabatt.report.compared import compared

if TYPE_CHECKING:
    from rabatt.comparison import Comparison
    from rabatt.sums import Result, RuleSum, Totals, _Every

__all__ = ["Report"]

_LIGHT = "#1c2126"
_DARK = "#e7eaed"
_DAYS_SHOWN_AS_DAYS = 60
_DAYS_SHOWN_AS_WEEKS = 1100
_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color", "grid.color")


class Report:
    """What rules gave on some receipts, as one HTML file.

    The file needs nothing else: pictures are inside, there is no script and nothing is loaded, so it can be mailed and
    printed, and its own content security policy forbids the rest. It follows the reader's light or dark colours. The
    same results give the same bytes.

    `result` is what `evaluate_arrow` or `simulate` gave for these rules and receipts; of a simulation, the stamp cards
    are shown too. Of an `Evaluation` give `.tables()`, since it can be read once only. `comparison` is what
    `compare(rules_before, rules, receipts)` gave: with it the page says what changes.
    """

    def __init__(  # noqa: PLR0913
        self,
        title: str,
        rules: Sequence[Mapping[str, Any]],
        receipts: Any,
        result: Result,
        *,
        comparison: Comparison | None = None,
        currency: str | None = None,
    ) -> None:
        if isinstance(result, rabatt.Evaluation):
            raise TypeError("an Evaluation is read once, a report reads it often: give its `.tables()`")
        self._title = title
        self._rules = list(rules)
        self._plan = rabatt.Engine(self._rules).plan_hash
        self._receipts = _columns(receipts)
        self._result = result
        self._comparison = comparison
        self._currency = currency or _currency(self._receipts)
        self._by_rule = sums.by_rule(result)
        known = sums.rule_names(self._rules)
        strange = [rule.rule_id for rule in self._by_rule if rule.rule_id not in known]
        if strange:
            raise ValueError(
                f"the result has a rule `{strange[0]}` that is not among `rules`; give those it was made with"
            )

    def save(self, path: str | Path) -> Path:
        """Write the page to a file.

        >>> from rabatt import Engine, kiosk
        >>> from rabatt.report import Report
        >>> from tempfile import TemporaryDirectory
        >>> receipts, rules = kiosk.Kiosk(seed=7, days=7, per_day=50).table(), kiosk.rules()
        >>> report = Report("A week", rules, receipts, Engine(rules).evaluate_arrow(receipts).tables())
        >>> with TemporaryDirectory() as folder:
        ...     report.save(f"{folder}/campaign.html").name
        'campaign.html'
        """
        path = Path(path)
        path.write_text(self.html(), encoding="utf-8", newline="\n")
        return path

    def html(self) -> str:
        """The page."""
        whole = sums.totals(self._result)
        parts = [
            self._head(whole),
            self._of_rules(whole),
            self._against(),
            self._over_time(),
            self._of_baskets(whole),
            self._cards(),
            self._made(),
        ]
        return page.page(self._title, parts)

    def _money(self, value: int, *, minor: bool = False) -> str:
        return money.amount(value, self._currency, minor=minor)

    def _head(self, whole: Totals) -> str:
        days = sums.local_days(self._receipts)
        period = f"{pc.min(days).as_py()} to {pc.max(days).as_py()}" if len(days) else "no receipts"
        average = (whole.discount + whole.touched // 2) // whole.touched if whole.touched else 0
        of_gross = f"{money.share(whole.discount, whole.gross)} of {self._money(whole.gross)}"
        of_all = f"{money.share(whole.touched, whole.receipts)} of {money.count(whole.receipts)}"
        entries = [
            ("Discount", self._money(whole.discount), of_gross),
            ("Receipts with one", money.count(whole.touched), of_all),
            ("Average discount", self._money(average, minor=True), "of these receipts"),
        ]
        if whole.bonus:
            entries.append(("Bonus", self._money(whole.bonus), "earned, not taken off"))
        return f"<h1>{page.escape(self._title)}</h1>\n{page.paragraph(period, quiet=True)}{page.tiles(entries)}"

    def _of_rules(self, whole: Totals) -> str:
        if not self._by_rule:
            return page.section("What each rule gave", page.paragraph("No rule gave anything on these receipts."))
        named = sums.rule_names(self._rules)
        heads, rows = self._rows(whole)
        given = {rule.rule_id for rule in self._by_rule}
        idle = [name for rule_id, name in named.items() if rule_id not in given]
        never = page.paragraph(f"Gave nothing: {'; '.join(idle)}.") if idle else ""
        first = self._by_rule[0]
        most = f"{named[first.rule_id]}, {self._money(first.amount)}"

        def draw(ax: Axes) -> object:
            return plots.discount_by_rule(self._result, self._rules, currency=self._currency, ax=ax)

        return page.section(
            "What each rule gave",
            self._picture(draw, f"Bars: what each rule gave. Most discount: {most}.", 0.9 + 0.42 * min(len(rows), 12)),
            page.table(heads, rows),
            never,
        )

    def _rows(self, whole: Totals) -> tuple[list[str], list[list[str]]]:
        """The table of rules; bonus and stamps only where there are any."""
        named = sums.rule_names(self._rules)
        columns: list[tuple[str, Callable[[RuleSum], str]]] = [
            ("Rule", lambda rule: named[rule.rule_id]),
            ("Discount", lambda rule: self._money(rule.amount) if rule.amount else ""),
            ("Receipts", lambda rule: money.count(rule.receipts)),
            ("of all", lambda rule: money.share(rule.receipts, whole.receipts)),
        ]
        if any(rule.bonus for rule in self._by_rule):
            columns.append(("Bonus", lambda rule: self._money(rule.bonus) if rule.bonus else ""))
        if any(rule.stamps for rule in self._by_rule):
            columns.append(("Stamps", lambda rule: money.count(rule.stamps) if rule.stamps else ""))
        return [head for head, _ in columns], [[cell(rule) for _, cell in columns] for rule in self._by_rule]

    def _against(self) -> str:
        if self._comparison is None:
            return ""
        return compared(self._comparison, sums.rule_names(self._rules), self._currency)

    def _over_time(self) -> str:
        days = sums.local_days(self._receipts)
        if not len(days):
            return ""
        length = (pc.max(days).as_py() - pc.min(days).as_py()).days
        every: _Every = "day" if length < _DAYS_SHOWN_AS_DAYS else "week" if length < _DAYS_SHOWN_AS_WEEKS else "month"
        periods = sums.by_period(self._receipts, self._result, every)
        most = max(periods, key=lambda period: period.discount)

        def draw(ax: Axes) -> object:
            return plots.cost_over_time(self._receipts, self._result, every=every, currency=self._currency, ax=ax)

        says = f"Line: discount a {every}. Most in the {every} of {most.start}: {self._money(most.discount)}."
        heads = [every.capitalize() + (" from" if every != "day" else ""), "Discount", "Share", "Receipts", "Before"]
        rows = [
            [
                str(period.start),
                self._money(period.discount),
                money.share(period.discount, period.gross),
                money.count(period.receipts),
                self._money(period.gross),
            ]
            for period in periods
        ]
        numbers = page.details("Numbers", page.table(heads, rows))
        return page.section("What it cost over time", self._picture(draw, says), numbers)

    def _of_baskets(self, whole: Totals) -> str:
        if not whole.touched:
            return ""

        def draw(ax: Axes) -> object:
            return plots.baskets(self._result, currency=self._currency, ax=ax)

        says = "Two outlines: how many baskets came to how much, before and after the discount."
        return page.section("Baskets before and after", self._picture(draw, says))

    def _cards(self) -> str:
        states = getattr(self._result, "states", None)
        if states is None:
            return ""
        table = pa.table(states())
        held = set(table["rule_id"].to_pylist())
        stamped = [rule["id"] for rule in self._rules if (rule.get("requirement") or {}).get("stamp")]
        return "".join(self._card(table, rule_id) for rule_id in stamped if rule_id in held)

    def _card(self, states: pa.Table, rule_id: str) -> str:
        def draw(ax: Axes) -> object:
            return plots.stamp_cards(states, rule_id, ax=ax)

        return page.section(
            f"Stamp card: {sums.rule_names(self._rules)[rule_id]}",
            page.paragraph("How many stamps customers held when the time was over."),
            self._picture(draw, "Bars: how many customers hold how many stamps."),
        )

    def _made(self) -> str:
        rules = json.dumps(self._rules, ensure_ascii=False, indent=2, default=str)
        return page.section(
            "How this was computed",
            page.paragraph(
                "Every receipt was computed anew under these rules, to the last minor unit. What people would have "
                "bought at other prices is not known, so nothing here supposes that they buy more."
            ),
            f"<p>Plan <code>{page.escape(self._plan)}</code>, rabatt {page.escape(rabatt.__version__)}.</p>\n",
            page.details("The rules", f"<pre>{page.escape(rules)}</pre>\n"),
        )

    def _picture(self, draw: Callable[[Axes], object], says: str, height: float = 3) -> str:
        return page.picture(_svg(draw, _LIGHT, height), _svg(draw, _DARK, height), says)


def _svg(draw: Callable[[Axes], object], ink: str, height: float) -> bytes:
    """A picture in this colour on the page's own; narrow, so that it can be read on a phone."""
    # Names of parts come from this salt instead of from chance: the same picture is the same bytes.
    settings = {"svg.hashsalt": "rabatt", "svg.fonttype": "path", "font.size": 10, "legend.fontsize": 9}
    with mpl.rc_context(settings | dict.fromkeys(_INKED, ink)):
        figure = Figure(figsize=(5, height), layout="constrained", facecolor="none")
        axes = figure.add_subplot(facecolor="none")
        draw(axes)
        out = BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _columns(receipts: Any) -> pa.Table:
    """The columns of the receipts that are read here."""
    table = pa.table(receipts)
    return table.select([name for name in ("purchase_at", "currency") if name in table.column_names])


def _currency(receipts: pa.Table) -> str:
    """The one currency of the receipts."""
    if "currency" not in receipts.column_names:
        return "NOK"
    found = pc.unique(receipts["currency"].drop_null()).to_pylist()
    if len(found) > 1:
        several = ", ".join(sorted(found))
        raise ValueError(
            f"receipts in {several}: sums of different money mean nothing; make a report for each currency"
        )
    return str(found[0]) if found else "NOK"
