"""Rules that cannot be meant: what is certain from the rules, and what receipts show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rabatt import _native
from rabatt._native import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Finding", "lint"]


class Finding(NamedTuple):
    """One thing about a rule."""

    rule_id: str
    code: str
    """Which kind, as `never_applies`: see `lint`."""
    level: str
    """`error`: the rule gives nothing; `warning`: hardly meant; `note`: it does what it says, but know that it does."""
    pointer: str
    """JSON pointer into the rules, as `/3/limitation/discount_hours`."""
    message: str
    """The reason, in a sentence."""
    other: str | None
    """The other rule that it is about."""

    def __str__(self) -> str:
        about = f" (`{self.other}`)" if self.other is not None else ""
        return f"{self.pointer}: {self.message}{about} ({self.code})"


def lint(  # noqa: PLR0913
    rules: Any,
    receipts: Any = None,
    items: Any = None,
    *,
    facts: str | bytes | Mapping[str, Any] | None = None,
    on_error: Literal["raise", "collect"] = "raise",
    steps: int | None = None,
    threads: int | None = None,
    progress: bool | Callable[[int, int | None], object] | None = None,
) -> list[Finding]:
    """Find rules that cannot be meant, in the order of the rules; rules that do not compile raise RulesError.

    From the rules alone, errors are certain: such a rule gives nothing, whatever comes.

    - `never_applies`: its hours lie outside its window, its items are on its own blacklist, its stores exclude each
      other, a limit or the reward is 0. `lapses_at_once`: whoever holds it may use it for 0 days.
    - `always_beaten`: another rule matches the same, gives at least as much and comes first, and only one of the two
      is ever given (`discount_combination` 0, or one `stacking.group`). `always_deactivated`: the rule that switches
      it off is met whenever it is. Both for whoever may use both rules.

    Warnings: `beaten_unless_tied` (as above, but where both give the same this one is given), `given_twice` (a twin
    adds to it), `value_never_used` (in `reward.values`), `always_cut` (an amount above `max_discount_amount`),
    `purchase_for_nothing`. Notes: `switched_off`, and `unbounded` where nothing limits what a rule gives.

    With receipts (and items, facts, on_error, steps, threads, progress, as `Engine.evaluate_arrow` takes them) rules
    that gave nothing on any are told too: `never_applied` with the most frequent reason, `always_displaced` with the
    rule they stood back for. Every rule is explained on every receipt: some thousand receipts are enough.

    >>> import rabatt
    >>> night = {"id": "night", "reward": {"type": "discount_percent", "value": 10},
    ...     "requirement": {"purchase_from": "2024-06-01T08:00:00+02:00", "purchase_to": "2024-06-01T20:00:00+02:00"},
    ...     "limitation": {"discount_hours": {"hours": [{"day": "sat", "start": "22:00", "end": "02:00"}]}}}
    >>> for finding in rabatt.lint([night]):
    ...     print(finding)
    /0/limitation/discount_hours: none of these hours lie between `purchase_from` and `purchase_to` (never_applies)
    """
    engine = rules if isinstance(rules, Engine) else Engine(rules)
    rows = _native.lint(
        engine,
        receipts,
        items,
        facts=facts,
        on_error=on_error,
        steps=steps,
        threads=threads,
        progress=progress,
    )
    return [Finding(*row) for row in rows]
