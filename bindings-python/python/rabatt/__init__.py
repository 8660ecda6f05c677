"""Rabatt recalculates shopping carts: which discounts, stamps and bonus a purchase gets, and why.

>>> import rabatt
>>> engine = rabatt.Engine([{
...     "id": "three", "receipt_text": "3 for 2",
...     "requirement": {"item": {"quantity": 3, "items": [{"group_id": "coffee"}]}},
...     "reward": {"type": "discount_item_quantity", "value": 1}}])
>>> answer = engine.evaluate({"purchase_at": "2024-06-01T12:00:00+02:00", "items": [
...     {"line_id": 1, "groups": [{"id": "coffee"}], "quantity": 7, "gross_amount": 24500,
...      "eligible_for_discount": True}]})
>>> answer["outcome"]["totals"]["discount"]  # seven cups, two of them free
7000

Amounts are whole minor units (øre, cents), always `int`. `Engine.evaluate` takes one receipt,
`Engine.evaluate_arrow` tables of them, `simulate` walks customers through time, `answer` takes a
whole Call with its rules.
"""

from __future__ import annotations

from rabatt._native import ArrowReader, ArrowTable, Engine, Evaluation, Simulation, __version__, answer, simulate
from rabatt.comparison import Comparison, Metric, compare
from rabatt.errors import (
    CallError,
    ColumnError,
    FactsError,
    Problem,
    RabattError,
    ReceiptError,
    RowError,
    RulesError,
    ServiceError,
)
from rabatt.findings import Finding, lint
from rabatt.readers import Receipts, read_receipts
from rabatt.tables import Tables

__all__ = [
    "ArrowReader",
    "ArrowTable",
    "CallError",
    "ColumnError",
    "Comparison",
    "Engine",
    "Evaluation",
    "FactsError",
    "Finding",
    "Metric",
    "Problem",
    "RabattError",
    "ReceiptError",
    "Receipts",
    "RowError",
    "RulesError",
    "ServiceError",
    "Simulation",
    "Tables",
    "__version__",
    "answer",
    "compare",
    "lint",
    "read_receipts",
    "simulate",
]
