"""What an evaluation of many receipts gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rabatt._native import ArrowTable

__all__ = ["Tables"]


class Tables(NamedTuple):
    """The three tables of an Evaluation, or of one part of it."""

    receipts: ArrowTable
    """A row per receipt."""
    lines: ArrowTable
    """A row per line of a receipt."""
    rules: ArrowTable
    """A row per receipt, rule and ref that gave something."""
