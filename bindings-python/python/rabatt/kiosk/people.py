"""Who comes: customers with a loyalty, a store and a habit of their own."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from rabatt.kiosk import chance
from rabatt.kiosk.chance import Chooser, Ints, Keys
from rabatt.kiosk.days import KINDS, OPENS

__all__ = ["DAILY_VISITS", "LOYALTIES", "People", "hours"]


class _Loyalty(NamedTuple):
    name: str
    share: int
    """Of a hundred customers."""
    visits: int
    """Per day, in millionths."""


_LOYALTIES: Final = (
    _Loyalty("regular", 12, 643_000),  # four or five times a week
    _Loyalty("frequent", 28, 200_000),  # three times in two weeks
    _Loyalty("rare", 60, 28_000),  # once in five weeks
)
LOYALTIES: Final = tuple(loyalty.name for loyalty in _LOYALTIES)
DAILY_VISITS: Final = sum(loyalty.share * loyalty.visits for loyalty in _LOYALTIES) * 75 // 10_000
"""Receipts that a customer makes on a usual day of the first year, in millionths: of four, one is not there then."""

_FROM_THE_START: Final = 70
"""Of a hundred customers; the others join in the first two years."""
_STAY: Final = 80
"""Of a hundred customers; the others stay away after a month to two years."""
_FOREVER: Final = 1 << 40


def hours() -> Chooser:
    """Hours of the day: a row for each kind of store on a working day, then on a weekend's."""
    return Chooser([kind.hours for kind in KINDS] + [kind.weekend_hours for kind in KINDS])


class People:
    """All known customers, a position each."""

    def __init__(self, seed: int, count: int, stores: int) -> None:
        self.keys: Keys = chance.keys(chance.key(seed, 1), count)
        shares = [[loyalty.share for loyalty in _LOYALTIES]]
        everyone = np.zeros(count, dtype=np.int64)
        self.loyalty: Ints = Chooser(shares).choose(everyone, self.keys, 0)
        usual = np.array([loyalty.visits for loyalty in _LOYALTIES])[self.loyalty]
        self.visits: Ints = usual * (60 + chance.below(self.keys, 1, 81)) // 100
        """Per day, in millionths."""
        self.store: Ints = Chooser([[KINDS[at % len(KINDS)].share for at in range(stores)]]).choose(
            everyone, self.keys, 2
        )
        late = chance.below(self.keys, 3, 100) >= _FROM_THE_START
        self.joined: Ints = np.where(late, chance.below(self.keys, 4, 730), 0)
        """Days after the first."""
        leaves = chance.below(self.keys, 5, 100) >= _STAY
        self.left: Ints = np.where(leaves, self.joined + 30 + chance.below(self.keys, 6, 700), _FOREVER)
        kind = self.store % len(KINDS)
        hour = OPENS + hours().choose(kind, self.keys, 7)
        self.habit: Ints = hour * 3600 + chance.below(self.keys, 8, 3600)
        """The second of the day when they usually come."""
