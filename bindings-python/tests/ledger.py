"""Purchases one after the other in plain Python: `Engine.evaluate` with facts that are kept by hand.

Written from §4, §13-§15 and §20, not from the package's own code, and without care for speed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import rabatt

UNFINISHED = {"Voided", "Cancelled", "OnHold", "Training"}


class Gift(NamedTuple):
    """A rule that somebody holds."""

    customer_id: str
    rule_id: str
    ref_id: str
    given_at: datetime | None = None
    deleted_at: datetime | None = None


class Entry(NamedTuple):
    """What a purchase took of a gift."""

    at: datetime
    applied: dict[str, Any]
    spent: int


class Ledger:
    """What has been used so far: nothing is kept that can be summed up again."""

    def __init__(self, rules: list[dict[str, Any]], gifts: list[Gift]) -> None:
        self.rules = {rule["id"]: rule for rule in rules}
        self.engine = rabatt.Engine(rules)
        self.gifts = gifts
        self.entries: dict[tuple[str, str, str], list[Entry]] = {}
        self.totals: dict[str, tuple[int, int]] = dict.fromkeys(self.rules, (0, 0))

    def limit(self, rule: str, name: str) -> int | None:
        value: int = self.rules[rule].get("limitation", {}).get(name, -1)
        return value if value >= 0 else None

    def offered(self, rule: str) -> bool:
        usage, amount = self.totals[rule]
        most_usage, most_amount = self.limit(rule, "budget_usage"), self.limit(rule, "budget_amount")
        return (most_usage is None or usage < most_usage) and (most_amount is None or amount < most_amount)

    def usable(self, customer: str | None, at: datetime) -> list[Gift]:
        def is_open(gift: Gift) -> bool:
            return (gift.given_at is None or gift.given_at <= at) and (gift.deleted_at is None or at < gift.deleted_at)

        here = [gift for gift in self.gifts if is_open(gift)]
        own = [gift for gift in here if gift.customer_id == (customer or "/")]
        personally = {gift.rule_id for gift in own}
        shared = [gift for gift in here if customer and gift.customer_id == "*" and gift.rule_id not in personally]
        return [gift for gift in own + shared if self.offered(gift.rule_id)]

    def held(self, place: tuple[str, str, str], at: datetime) -> int:
        """Stamps held at an instant, lapsed ones left out; a reward takes the oldest."""
        days = self.limit(place[1], "stamp_expire_days")
        held: list[datetime] = []
        for entry in self.entries.get(place, []):
            if days is not None:
                held = [earned for earned in held if earned + timedelta(days=days) >= entry.at]
            held += [entry.at] * entry.applied["stamp"]
            del held[: entry.spent]
        return sum(1 for earned in held if days is None or earned + timedelta(days=days) >= at)

    def statistics(self, place: tuple[str, str, str], at: datetime) -> dict[str, Any]:
        entries = self.entries.get(place, [])
        sums = {name: sum(entry.applied[name] for entry in entries) for name in ("usage", "amount", "bonus", "stamp")}
        reward = self.rules[place[1]]["reward"]
        balance = {"debit_balance": reward["value"] - sums["amount"]} if reward["type"] == "discount_debit" else {}
        return {**sums, "current_stamp": self.held(place, at), **balance}

    def purchase(self, receipt: dict[str, Any]) -> Any:
        """Evaluate a purchase and count what it used; its outcome."""
        at, customer = datetime.fromisoformat(receipt["purchase_at"]), receipt.get("customer_id")
        refs: list[dict[str, Any]] = []
        for gift in self.usable(customer, at):
            place = (customer or "/", gift.rule_id, gift.ref_id)
            ref: dict[str, Any] = {"id": gift.ref_id, "rule_id": gift.rule_id, "statistics": self.statistics(place, at)}
            refs.append(ref if gift.given_at is None else {**ref, "given_at": gift.given_at.isoformat()})
        outcome = self.engine.evaluate(receipt, {"refs": refs})["outcome"]
        if receipt.get("entry_status") in UNFINISHED:
            return outcome
        held = {(ref["rule_id"], ref["id"]): ref["statistics"] for ref in refs}
        for applied, after in zip(outcome["applied"], self.afterwards(receipt, refs), strict=True):
            rule, name = applied["rule_id"], applied["ref_id"]
            spent = held[rule, name]["current_stamp"] + applied["stamp"] - after
            self.entries.setdefault((customer or "/", rule, name), []).append(Entry(at, dict(applied), spent))
            usage, amount = self.totals[rule]
            self.totals[rule] = (usage + applied["usage"], amount + applied["amount"] + applied["bonus"])
        return outcome

    def afterwards(self, receipt: dict[str, Any], refs: list[dict[str, Any]]) -> list[int]:
        """The stamps after a purchase, as the answer says them."""
        answered = self.engine.evaluate(receipt, {"refs": refs})["receipt"]["discounts"]
        return [ref["statistics"].get("current_stamp", 0) for rule in answered for ref in rule["refs"]]

    def states(self, at: datetime) -> list[dict[str, Any]]:
        """Everything that anybody has had of any gift."""
        order = {rule: nth for nth, rule in enumerate(self.rules)}
        places = sorted(self.entries, key=lambda place: (place[0], order[place[1]], place[2]))
        return [
            {"customer_id": place[0], "rule_id": place[1], "ref_id": place[2], **self.statistics(place, at)}
            for place in places
        ]
