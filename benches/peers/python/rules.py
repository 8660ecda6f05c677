"""The workload's rules as people would read them, and what they give: in step with `benches/src/scan.rs`.

Engines that only decide which rules apply leave the amounts to this.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK = 7 * 1_440


@dataclass(frozen=True)
class Simple:
    """One rule."""

    order: tuple[str, str]
    item: str | None
    group: str | None
    quantity: int
    least: int
    stores: tuple[str, ...]
    hours: tuple[tuple[int, int], ...]
    kind: str
    value: int

    @property
    def name(self) -> str:
        """Its id."""
        return self.order[1]

    @property
    def on_receipt(self) -> bool:
        """Whether it is about the whole receipt."""
        return self.item is None and self.group is None

    def wants(self, line: dict[str, Any]) -> bool:
        """Whether it is about this line."""
        return (
            line["eligible_for_discount"]
            and (self.item is None or line["id"] == self.item)
            and (self.group is None or any(group["id"] == self.group for group in line["groups"]))
        )

    def met(self, receipt: dict[str, Any], minute: int, gross: int) -> bool:
        """Whether it applies."""
        if self.least > gross or (self.stores and receipt["store"]["id"] not in self.stores):
            return False
        if self.hours and not within(minute, self.hours):
            return False
        return sum(line["quantity"] for line in receipt["items"] if self.wants(line)) >= self.quantity


def minutes(time: str) -> int:
    """Minutes of `12:30`."""
    return 60 * int(time[:2]) + int(time[3:5])


def minute_of_week(at: str) -> int:
    """From Monday, in the time that the receipt is written in."""
    return 1_440 * dt.date.fromisoformat(at[:10]).weekday() + minutes(at[11:16])


def within(minute: int, hours: tuple[tuple[int, int], ...]) -> bool:
    """Whether it is in one of the periods."""
    return any((minute - start) % WEEK < length for start, length in hours)


def simple(rules: list[dict[str, Any]]) -> list[Simple]:
    """The rules in rule order."""
    return sorted((one(rule) for rule in rules), key=lambda rule: rule.order)


def one(rule: dict[str, Any]) -> Simple:
    """One of them."""
    requirement = rule["requirement"]
    item = requirement.get("item", {})
    entry = item.get("items", [{}])[0]
    hours = rule["limitation"].get("discount_hours", {}).get("hours", [])
    return Simple(
        order=(rule["created_at"], rule["id"]),
        item=entry.get("id"),
        group=entry.get("group_id"),
        quantity=max(item.get("quantity", 1), 1),
        least=requirement.get("gross_amount", 0),
        stores=tuple(requirement.get("store", {}).get("id", [])),
        hours=tuple(
            (
                1_440 * DAYS.index(period["day"]) + minutes(period["start"]),
                (minutes(period["end"]) - minutes(period["start"])) % 1_440,
            )
            for period in hours
        ),
        kind=rule["reward"]["type"],
        value=rule["reward"]["value"],
    )


def gross_of(receipt: dict[str, Any]) -> int:
    """What the lines cost."""
    return sum(line["gross_amount"] for line in receipt["items"])


def percent(value: int, amount: int) -> int:
    """Rounded half up."""
    return (value * amount + 50) // 100


def deals(met: list[Simple], receipt: dict[str, Any]) -> dict[int, int] | None:
    """What deals give by line; None where two want the same, which takes a search."""
    items = receipt["items"]
    given: dict[int, int] = {}
    for rule in met:
        lines = [at for at, line in enumerate(items) if rule.wants(line)]
        found: dict[int, int] = {}
        if rule.kind == "discount_item_new_price":
            gains = {at: items[at]["quantity"] * (items[at]["unit_gross_price"] - rule.value) for at in lines}
            found = {at: gain for at, gain in gains.items() if gain > 0}
        elif rule.kind == "discount_item_quantity":
            units = [at for at in lines for _ in range(items[at]["quantity"])]
            units.sort(key=lambda at: -items[at]["unit_gross_price"])
            if len(units) >= rule.quantity:
                found = dict.fromkeys(lines, 0)
            for group in range(rule.quantity, len(units) + 1, rule.quantity):
                for at in units[group - rule.value : group]:
                    found[at] += items[at]["unit_gross_price"]
        if given.keys() & found.keys():
            return None
        given |= found
    return given


def discount(met: list[Simple], receipt: dict[str, Any]) -> int | None:
    """The discount of the rules that apply, in rule order."""
    given = deals(met, receipt)
    if given is None:
        return None
    left = [line["gross_amount"] - given.get(at, 0) for at, line in enumerate(receipt["items"])]
    for rule in met:
        if rule.on_receipt or rule.kind not in ("discount_percent", "discount_amount"):
            continue
        for at, line in enumerate(receipt["items"]):
            if rule.wants(line):
                gross = line["gross_amount"]
                whole = percent(rule.value, gross) if rule.kind == "discount_percent" else rule.value * line["quantity"]
                left[at] -= min(whole, gross, left[at])
    gross, whole = gross_of(receipt), sum(left)
    for rule in met:
        if rule.on_receipt:
            whole -= min(percent(rule.value, gross), whole)
    return gross - whole


def facts(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt as engines of conditions ask for it."""
    units: dict[str, int] = {}
    for line in receipt["items"]:
        for group in line["groups"]:
            units[group["id"]] = units.get(group["id"], 0) + line["quantity"]
    return {
        "items": [line["id"] for line in receipt["items"]],
        "groups": list(units),
        "threes": [group for group, count in units.items() if count >= 3],  # noqa: PLR2004
        "gross": gross_of(receipt),
        "store": receipt["store"]["id"],
        "minute": minute_of_week(receipt["purchase_at"]),
    }
