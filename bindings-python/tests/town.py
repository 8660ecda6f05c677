"""A small town: rules of every kind that remembers, who holds them, and what people buy."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

import shop

THINGS = {"espresso": 3500, "bun": 2900, "water": 2500, "cake": 4900, "wrap": 8900}
WINDOW = {"purchase_from": "2020-01-01T00:00:00Z", "purchase_to": "2060-01-01T00:00:00Z"}


def item(rnd: random.Random) -> dict[str, Any]:
    """One thing, or all drinks."""
    return rnd.choice([{"id": rnd.choice(list(THINGS))}, {"group_id": "drinks"}])


def off(kind: str, value: float, **more: Any) -> dict[str, Any]:
    """A reward."""
    return {"reward": {"type": kind, "value": value, **more}}


def most(name: str, value: int) -> dict[str, Any]:
    """A limitation."""
    return {"limitation": {name: value}}


Part = dict[str, Any]
KINDS: list[Callable[[random.Random], list[Part]]] = [
    lambda rnd: [
        off("discount_amount", rnd.choice([500, 1000, 4000])),
        most("discount_repeat_usage", rnd.randint(1, 3)),
    ],
    lambda rnd: [off("discount_item_percent", rnd.choice([50, 100])), *card(rnd)],
    lambda rnd: [off("discount_amount", 2000), *card(rnd), {"requirement": {"item": {}}}],
    lambda rnd: [off("discount_debit", rnd.choice([3000, 12000, 50000]))],
    lambda _: [off("discount_debit", 40000), {"requirement": {"item": {}}}],
    lambda _: [off("discount_percent", 5, effect="bonus")],
    lambda rnd: [most("budget_amount", rnd.choice([0, 5000, 30000]))],
    lambda rnd: [most("budget_amount", rnd.choice([2000, 9000])), off("discount_percent", 12.5, effect="bonus")],
    lambda rnd: [most("budget_usage", rnd.randint(1, 40)), most("discount_repeat_usage", rnd.choice([-1, 5]))],
    lambda rnd: [most("dynamic_purchase_to_days", rnd.randint(5, 60))],
    lambda rnd: [off("discount_item_quantity", 1), triple(rnd), most("discount_reward_usage", rnd.choice([-1, 1]))],
    lambda rnd: [most("discount_combination", 0), most("discount_repeat_usage", rnd.choice([-1, 3]))],
    lambda rnd: [most("discount_repeat_usage", rnd.randint(2, 6)), {"stacking": {"group": "g"}}],
    lambda _: [most("max_discount_amount", 700), off("discount_percent", 30)],
]


def card(rnd: random.Random) -> list[Part]:
    """A stamp card; of most the stamps lapse."""
    parts: list[Part] = [{"requirement": {"stamp": rnd.randint(1, 5)}}]
    parts += [most("stamp_expire_days", rnd.randint(3, 40))] if rnd.random() < 0.6 else []
    return parts + ([most("discount_repeat_usage", rnd.randint(1, 4))] if rnd.random() < 0.3 else [])


def triple(rnd: random.Random) -> Part:
    """Three of something."""
    return {"requirement": {"item": {"quantity": 3, "items": [item(rnd)]}}}


def rule(rnd: random.Random, others: list[str]) -> dict[str, Any]:
    """A rule, which one of the others may switch off."""
    made: dict[str, Any] = {
        "requirement": {**WINDOW, "item": {"items": [item(rnd)]}},
        "limitation": {},
        "stacking": {"priority": rnd.randint(0, 2)},
        **off("discount_percent", rnd.choice([5, 10, 12.5])),
    }
    for part in rnd.choice(KINDS)(rnd):
        for name, members in part.items():
            made[name] = {**made[name], **members} if name != "reward" else members
    if others and rnd.random() < 0.15:
        by = {"type": "deactivate_if_discount_active", "value": rnd.choice(others)}
        made["limitation"]["discount_activation"] = [by]
    return made


def holders(rnd: random.Random, people: list[str]) -> list[str]:
    """Who holds a rule; some hold it twice, some beside what everybody holds."""
    found = [name for name, share in (("*", 0.7), ("/", 0.6)) if rnd.random() < share]
    found += [person for person in people for _ in range(2) if rnd.random() < 0.15]
    return found or ["*"]


def purchases(rnd: random.Random, people: list[str], count: int, begins: datetime) -> list[dict[str, Any]]:
    """What people buy from an instant on, in order of time; several at one instant."""
    found = []
    at = begins
    for number in range(count):
        if rnd.random() < 0.8:
            at += timedelta(seconds=rnd.randint(1, 2 * 86_400 * 90 // count))
        lines = []
        for position in range(rnd.randint(1, 4)):
            thing = rnd.choice(list(THINGS))
            quantity = rnd.choice([1, 1, 1, 2, 3, 7])
            line = {"line_id": position + 1, "id": thing, "quantity": quantity, "eligible_for_discount": True}
            groups = [{"id": "drinks"}] if thing in {"espresso", "water"} else []
            lines.append({**line, "groups": groups, "gross_amount": THINGS[thing] * quantity})
        receipt = {"receipt_id": f"R{number}", "purchase_at": at.isoformat(), "currency": "NOK", "items": lines}
        buyer = rnd.choice([*people, None])
        if rnd.random() < 0.05:
            receipt["entry_status"] = rnd.choice(["Training", "Voided", "Completed"])
        found.append(receipt if buyer is None else {**receipt, "customer_id": buyer})
    return found


def table(receipts: list[dict[str, Any]]) -> pa.Table:
    """Purchases as a table."""
    fields = [*shop.RECEIPT_FIELDS, ("customer_id", pa.string()), ("entry_status", pa.string())]
    schema = pa.schema([*fields, ("items", pa.list_(pa.struct(shop.LINE_FIELDS)))])
    return pa.Table.from_pylist([shop.as_row(receipt) for receipt in receipts], schema=schema)


NOW = datetime(2024, 1, 1, 8, tzinfo=UTC)
