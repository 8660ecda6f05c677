"""When people come: the week, the day, the season and the feasts, for each kind of store."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

__all__ = ["KINDS", "OPENS", "PARTS", "StoreKind", "black_friday", "busy", "is_weekend", "part_of", "utc_offset"]

OPENS: Final = 6
"""The first hour with customers; the last is 22."""


class StoreKind(NamedTuple):
    """How a kind of store lives."""

    name: str
    share: int
    """Its part of all purchases on a usual day, by weight."""
    week: tuple[int, ...]
    """Monday to Sunday, in percent of a usual day."""
    year: tuple[int, ...]
    """The middles of January to December, in percent."""
    hours: tuple[int, ...]
    """From 6 to 22 o'clock on working days, by weight."""
    weekend_hours: tuple[int, ...]
    occasions: tuple[int, ...]
    """How much more than elsewhere people come for each of `goods.OCCASIONS`, in percent."""


KINDS: Final[tuple[StoreKind, ...]] = (
    StoreKind(
        "station",
        40,
        (112, 116, 118, 119, 118, 67, 50),
        (103, 103, 105, 99, 101, 97, 64, 97, 107, 106, 109, 108),
        (40, 100, 95, 45, 30, 42, 50, 36, 36, 64, 76, 50, 28, 18, 14, 10, 8),
        (5, 12, 25, 40, 50, 55, 55, 50, 50, 50, 48, 42, 35, 26, 20, 16, 12),
        (140, 100, 100, 15, 40, 30, 140),
    ),
    StoreKind(
        "corner",
        32,
        (91, 90, 92, 95, 113, 125, 94),
        (95, 95, 97, 100, 102, 103, 92, 100, 102, 102, 104, 110),
        (10, 34, 44, 34, 30, 38, 42, 36, 38, 62, 78, 74, 62, 52, 44, 32, 20),
        (4, 10, 24, 46, 62, 66, 64, 58, 54, 54, 54, 52, 50, 46, 40, 30, 20),
        (80, 90, 110, 110, 100, 190, 110),
    ),
    StoreKind(
        "cinema",
        16,
        (66, 66, 76, 88, 134, 160, 110),
        (116, 110, 106, 100, 86, 76, 72, 82, 96, 112, 116, 130),
        (2, 6, 10, 12, 14, 24, 30, 26, 26, 34, 44, 70, 96, 92, 90, 60, 24),
        (0, 2, 6, 14, 26, 38, 48, 58, 66, 70, 74, 84, 100, 96, 90, 64, 30),
        (60, 80, 110, 420, 90, 20, 40),
    ),
    StoreKind(
        "beach",
        12,
        (86, 84, 84, 88, 104, 130, 124),
        (30, 30, 42, 68, 115, 190, 250, 205, 110, 60, 40, 40),
        (2, 8, 16, 26, 44, 66, 84, 92, 96, 90, 78, 60, 50, 42, 30, 18, 8),
        (0, 4, 12, 30, 56, 82, 98, 104, 104, 96, 82, 64, 50, 40, 28, 16, 8),
        (80, 110, 110, 20, 420, 50, 40),
    ),
)

PARTS: Final[dict[str, tuple[int, ...]]] = {
    "morning": (70, 2, 8, 0, 1, 9, 12),
    "midday": (28, 40, 12, 1, 7, 6, 5),
    "afternoon": (25, 10, 26, 3, 14, 16, 6),
    "evening": (8, 16, 24, 26, 11, 12, 3),
}
"""Parts of the day, and why people come then: weights of `goods.OCCASIONS`."""

_ENDS: Final = (10, 14, 17)

_FEASTS: Final = {(1, 1): 30, (5, 17): 150, (12, 23): 135, (12, 24): 60, (12, 25): 20, (12, 26): 45, (12, 31): 110}
"""Days of the year unlike others, in percent."""

_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_NOVEMBER: Final = 11


def part_of(hour: int) -> int:
    """Which of `PARTS` an hour belongs to."""
    return sum(hour >= end for end in _ENDS)


def is_weekend(day: date) -> bool:
    """Tell Saturdays and Sundays."""
    return day.weekday() >= _SATURDAY


def _last_sunday(year: int, month: int) -> date:
    """Of a month with 31 days."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() - _SUNDAY) % 7)


def utc_offset(day: date) -> int:
    """Seconds that clocks in Oslo are ahead while the kiosk is open."""
    # Clocks change at night, on the last Sundays of March and October.
    summer = _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)
    return 7200 if summer else 3600


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    latest = date(year, _NOVEMBER, 29)
    return latest - timedelta(days=(latest.weekday() - _FRIDAY) % 7)


def _season(year: tuple[int, ...], day: date) -> int:
    """In a hundredth of a percent, straight from one month's middle to the next."""
    since_middle = day.day - 15
    other = day.month - 1 + (1 if since_middle >= 0 else -1)
    return year[day.month - 1] * (30 - abs(since_middle)) * 100 // 30 + year[other % 12] * abs(since_middle) * 100 // 30


def _feast(day: date) -> int:
    if day.month == _NOVEMBER:
        friday = black_friday(day.year)
        if day == friday:
            return 150
        if timedelta() < friday - day < timedelta(days=5):
            return 115
    return _FEASTS.get((day.month, day.day), 100)


def busy(kind: StoreKind, day: date) -> int:
    """How busy such a store is on a day, in millionths of usual."""
    return kind.week[day.weekday()] * _season(kind.year, day) * _feast(day) // 100
