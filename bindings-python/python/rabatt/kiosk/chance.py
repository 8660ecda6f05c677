"""Chance that depends on nothing but numbers.

Every draw is a function of a key and a purpose, in whole 64-bit arithmetic: there is no generator whose state or
version matters, so a day is the same whether it is made alone or within a year, on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["Chooser", "Ints", "Keys", "below", "key", "keys"]

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_MASK: Final = (1 << 64) - 1
_STEP: Final = 0x9E37_79B9_7F4A_7C15


def _mixed(numbers: Keys) -> Keys:
    """Each number with its bits thoroughly mixed (the last step of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    mixed: Keys = numbers ^ (numbers >> np.uint64(31))
    return mixed


def key(*parts: int) -> int:
    """One key of some numbers, in their order."""
    value = 0
    for part in parts:
        value = int(_mixed(np.array([(value + (part + 1) * _STEP) & _MASK], dtype=np.uint64))[0])
    return value


def keys(start: int, count: int) -> Keys:
    """A key for each of `count` things that belong to `start`."""
    numbers = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_STEP)
    return _mixed(numbers + np.uint64(start))


def below(of: Keys, purpose: int, bound: int | Ints) -> Ints:
    """A whole number from 0 to below `bound` for each key; another purpose draws anew. Bounds are below 2**31."""
    mixed = _mixed(of + np.uint64((purpose + 1) * _STEP & _MASK))
    drawn = ((mixed >> np.uint64(32)) * np.asarray(bound).astype(np.uint64)) >> np.uint64(32)
    return drawn.astype(np.int64)


class Chooser:
    """Rows of weights; chooses a column of a row, as often as its weight says."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        weights = np.array(rows, dtype=np.int64)
        sums = np.cumsum(weights, axis=1)
        if not (sums[:, -1] > 0).all():
            raise ValueError("each row needs a weight above 0")
        self._columns = weights.shape[1]
        self._totals = sums[:, -1]
        # One ascending list of all rows, so that one search serves them all.
        self._span = int(self._totals.max()) + 1
        self._flat = (sums + np.arange(len(sums))[:, None] * self._span).ravel()

    def choose(self, row: Ints, of: Keys, purpose: int) -> Ints:
        """A column for each key, by the weights of its row."""
        drawn = row * self._span + below(of, purpose, self._totals[row])
        chosen: Ints = np.searchsorted(self._flat, drawn, side="right") - row * self._columns
        return chosen
