"""Rules that such a kiosk might have."""

from __future__ import annotations

from typing import Any

__all__ = ["rules"]

Rule = dict[str, Any]


def _hours(days: str, start: str, end: str) -> dict[str, Any]:
    hours = [{"day": day, "start": start, "end": end} for day in days.split()]
    return {"timezone": "Europe/Oslo", "hours": hours}


def _of(group: str) -> list[dict[str, str]]:
    return [{"group_id": group}]


def _together(*groups: str) -> dict[str, Any]:
    return {"item": {"mixes": [{"items": _of(group), "quantity": 1, "reward_eligible": True} for group in groups]}}


def rules() -> list[Rule]:
    """A new list each time, so that you may change it.

    >>> from rabatt import kiosk
    >>> for rule in kiosk.rules():
    ...     print(rule["name"])
    Every sixth coffee free
    Coffee and something baked for 60,-
    Hot dog and soda for 59,-
    Thursday to Saturday after 18: popcorn and soda for 69,-
    Ice cream: 3 for 2
    15 % off coffee on working days before 8
    10 % off when the basket is worth 200,- or more
    Code WAFFLE10: 10,- off a waffle
    2 % bonus
    """
    return [
        {
            "id": "coffee-card",
            "name": "Every sixth coffee free",
            "receipt_text": "Coffee card",
            "requirement": {"stamp": 5, "item": {"items": _of("coffee")}},
            "reward": {"type": "discount_item_percent", "value": 100},
            "limitation": {"stamp_expire_days": 180},
        },
        {
            "id": "coffee-and-bun",
            "name": "Coffee and something baked for 60,-",
            "receipt_text": "Coffee and bun",
            "requirement": _together("coffee", "bakery"),
            "reward": {"type": "discount_mix_new_price", "value": 6000},
        },
        {
            "id": "hot-dog-and-soda",
            "name": "Hot dog and soda for 59,-",
            "receipt_text": "Hot dog and soda",
            "requirement": _together("hot-dogs", "soda"),
            "reward": {"type": "discount_mix_new_price", "value": 5900},
        },
        {
            "id": "film-night",
            "name": "Thursday to Saturday after 18: popcorn and soda for 69,-",
            "receipt_text": "Film night",
            "requirement": _together("popcorn", "soda"),
            "reward": {"type": "discount_mix_new_price", "value": 6900},
            "limitation": {"discount_hours": _hours("thu fri sat", "18:00", "00:00")},
        },
        {
            "id": "ice-3-for-2",
            "name": "Ice cream: 3 for 2",
            "receipt_text": "Ice cream 3 for 2",
            "requirement": {"item": {"quantity": 3, "items": _of("ice-cream")}},
            "reward": {"type": "discount_item_quantity", "value": 1},
        },
        {
            "id": "morning-coffee",
            "name": "15 % off coffee on working days before 8",
            "receipt_text": "Morning coffee",
            "requirement": {"item": {"items": _of("coffee")}},
            "reward": {"type": "discount_percent", "value": 15},
            "limitation": {"discount_hours": _hours("mon tue wed thu fri", "06:00", "08:00")},
        },
        {
            "id": "big-basket",
            "name": "10 % off when the basket is worth 200,- or more",
            "receipt_text": "Big basket",
            "requirement": {"gross_amount": 20000},
            "reward": {"type": "discount_percent", "value": 10, "base": "net"},
        },
        {
            "id": "waffle-code",
            "name": "Code WAFFLE10: 10,- off a waffle",
            "receipt_text": "WAFFLE10",
            "requirement": {"discount_code": "WAFFLE10", "item": {"items": [{"id": "waffle"}]}},
            "reward": {"type": "discount_amount", "value": 1000},
            "limitation": {"discount_reward_usage": 1},
        },
        {
            "id": "bonus",
            "name": "2 % bonus",
            "receipt_text": "Bonus",
            "requirement": {},
            "reward": {"type": "discount_percent", "value": 2, "base": "net", "effect": "bonus"},
        },
    ]
