"""The shape of an Answer, for type checkers.

What a receipt or rule holds beyond this is the merchant's own and comes back as it was sent.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

__all__ = [
    "Answer",
    "Applied",
    "AppliedLine",
    "BonusLine",
    "Discount",
    "DiscountLine",
    "Entry",
    "Failure",
    "Fault",
    "Outcome",
    "Reason",
    "Ref",
    "Statistics",
    "Totals",
    "Verdict",
]


class Answer(TypedDict):
    """What `Engine.evaluate` gives for a dict."""

    ok: Literal[True]
    receipt: dict[str, Any]
    """The receipt as sent, plus `is_changed`, `discounts` (see `Discount`), and on its items
    `is_changed`, `discount_lines` (see `DiscountLine`) and `bonus_lines` (see `BonusLine`)."""
    outcome: Outcome


class Failure(TypedDict):
    """What `answer` gives for a Call with problems."""

    ok: Literal[False]
    errors: list[Fault]


class Fault(TypedDict):
    """One thing that is wrong with a Call."""

    code: str
    pointer: str
    message: str


class Outcome(TypedDict):
    """The amounts, in minor units."""

    plan: str
    """Hash of the rules that gave it."""
    currency: NotRequired[str]
    totals: Totals
    applied: list[Applied]
    optimal: bool
    """Are the deals proven to be the best choice?"""
    gap: NotRequired[int]
    """When not proven: at most so much more discount exists."""
    entries: list[Entry]
    explain: NotRequired[list[Verdict]]


class Totals(TypedDict):
    """Sums over the counting lines."""

    gross: int
    existing_discount: int
    discount: int
    net: int
    bonus: int


class AppliedLine(TypedDict):
    """What a rule gave on a line."""

    line_id: int
    amount: int
    bonus: int


class Applied(TypedDict):
    """What one ref of one rule gave."""

    rule_id: str
    ref_id: str
    stage: Literal["deal", "item", "any_item", "receipt", "debit", "bonus", "stamp"]
    amount: int
    bonus: int
    stamp: int
    usage: int
    lines: list[AppliedLine]


class Entry(TypedDict):
    """What to record of a ref when the purchase is made."""

    rule_id: str
    ref_id: str
    usage: int
    amount: int
    bonus: int
    stamp: int
    stamp_spent: int
    debit: int


class Reason(TypedDict):
    """Why a rule did not apply; the numbers where it is one of degree."""

    code: str
    have: NotRequired[int]
    need: NotRequired[int]
    missing: NotRequired[int]


class Verdict(TypedDict):
    """What became of a rule, with `explain=True`."""

    rule_id: str
    verdict: Literal["applied", "partly_applied", "lost", "not_applied"]
    lost_to: NotRequired[str]
    by: NotRequired[int]
    reasons: list[Reason]
    near_miss: NotRequired[Literal[True]]
    potential: NotRequired[int]


class Statistics(TypedDict):
    """A ref's sums with this purchase included."""

    usage: int
    amount: int
    bonus: int
    stamp: int
    current_stamp: NotRequired[int]
    debit_balance: NotRequired[int]


class Ref(TypedDict):
    """One ref in `discounts[].refs`."""

    id: str
    usage: int
    amount: int
    bonus: int
    stamp: int
    items: list[AppliedLine]
    statistics: Statistics


class Discount(TypedDict):
    """An entry of the receipt's `discounts`: the rule as it is, and its refs."""

    id: str
    refs: list[Ref]


class DiscountLine(TypedDict):
    """An entry of `discount_lines`."""

    amount: int
    percentage: NotRequired[int | float]
    discount_type: Literal["external"]
    discount_id: str
    description: str
    line_id: int


class BonusLine(TypedDict):
    """An entry of `bonus_lines`."""

    bonus: int
    percentage: NotRequired[int | float]
    discount_type: Literal["external"]
    discount_id: str
    description: str
    line_id: int
