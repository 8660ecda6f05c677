"""Receipts of a kiosk that does not exist, for trying rules: the same for the same seed, everywhere.

A chain of kiosks (at the station, around the corner, in the cinema, at the beach) with the rhythm of the week and the
day, seasons and feasts; baskets in which things go together; customers who come every morning, now and then or once,
and others whom nobody knows. Prices and costs are in øre. `Kiosk` is a table that `evaluate_arrow` takes as it is.

>>> from rabatt import Engine, kiosk
>>> import pyarrow as pa
>>> shop = kiosk.Kiosk(seed=7, days=7, per_day=200)
>>> receipts = pa.table(Engine(kiosk.rules()).evaluate_arrow(shop).receipts())
>>> receipts.num_rows == shop.table().num_rows
True

Nobody in it changes their mind when a price does: what more people would buy for a discount, receipts cannot tell.

It needs numpy and pyarrow: `pip install rabatt[kiosk]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

try:
    import numpy as np
    import pyarrow as pa
except ImportError as _error:
    raise ImportError("rabatt.kiosk needs numpy and pyarrow: pip install rabatt[kiosk]") from _error

from rabatt.kiosk.days import KINDS, black_friday
from rabatt.kiosk.goods import PRODUCTS, Product
from rabatt.kiosk.people import DAILY_VISITS, LOYALTIES, People
from rabatt.kiosk.receipts import SCHEMA, Maker, Visits, customer_id
from rabatt.kiosk.rules import rules

__all__ = ["LOYALTIES", "PRODUCTS", "Kiosk", "Product", "black_friday", "rules"]

_LIMITS = {
    "seed": (0, 2**63 - 1),
    "days": (1, 36_525),
    "stores": (1, 10_000),
    "customers": (0, 10_000_000),
    "per_day": (1, 300_000),
    "batch": (1, 10_000_000),
}


@dataclass(frozen=True)
class Kiosk:
    """A chain of kiosks and what is bought there.

    A table for everything that reads Arrow's C interface (`evaluate_arrow`, pyarrow, Polars, DuckDB, …), in order of
    time, made while it is read and anew for each reader, so it may be larger than memory. More days leave the days
    before as they are. Columns are those that `evaluate_arrow` takes, with `cost_price` beside each line's
    `unit_gross_price`: what one of the goods costs the kiosk.

    >>> from rabatt.kiosk import Kiosk
    >>> import pyarrow as pa
    >>> table = pa.table(Kiosk(seed=7, days=2, per_day=100))
    >>> [(line["id"], line["gross_amount"]) for line in table["items"][0].as_py()]
    [('cocoa', 3900)]
    """

    seed: int = 1
    """Another seed, other receipts."""
    first_day: date = date(2025, 1, 1)
    days: int = 365
    stores: int = 4
    """How many; they are of four kinds, in turn: station, corner, cinema, beach."""
    customers: int | None = None
    """How many known customers there are. By default four for each receipt of a day, who make nearly half of them."""
    per_day: int = 600
    """About how many receipts all stores together make on a usual day."""
    batch: int = 50_000
    """About how many receipts there are in memory at once, at least those of a day; changes nothing in them."""

    def __post_init__(self) -> None:
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            if value is None and name == "customers":
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"`{name}` is a whole number, not {type(value).__name__}")
            if not least <= value <= most:
                raise ValueError(f"`{name}` lies between {least} and {most}, not {value}")
        # A datetime is a date too, with a time that would be lost.
        kind: type = type(self.first_day)
        if not issubclass(kind, date) or issubclass(kind, datetime):
            raise TypeError(f"`first_day` is a date, not {kind.__name__}")
        if not 1970 <= self.first_day.year <= 2199:  # noqa: PLR2004
            raise ValueError(f"`first_day` lies in a year from 1970 to 2199, not {self.first_day.year}")
        if self._anonymous < 0:
            most = self.per_day * 1_000_000 // DAILY_VISITS
            made = f"{self.customers} customers make more than {self.per_day} receipts a day"
            raise ValueError(f"{made}; have at most {most} customers, or raise `per_day`")

    @property
    def _known(self) -> int:
        return 4 * self.per_day if self.customers is None else self.customers

    @property
    def _anonymous(self) -> int:
        """How many receipts of a day are nobody's."""
        return self.per_day - self._known * DAILY_VISITS // 1_000_000

    def _batches(self) -> Iterator[pa.RecordBatch]:
        people = People(self.seed, self._known, self.stores)
        maker = Maker(self.seed, self.first_day, people, self.stores, self._anonymous)
        waiting: list[Visits] = []
        count = 0
        for number in range(self.days):
            waiting.append(maker.visits(number))
            count += len(waiting[-1].number)
            if count >= self.batch or number == self.days - 1:
                yield maker.batch(Visits.joined(waiting))
                waiting, count = [], 0

    def receipts(self) -> pa.RecordBatchReader:
        """The receipts as a stream, for what has no use for the Kiosk itself.

        >>> from rabatt.kiosk import Kiosk
        >>> reader = Kiosk(days=3, batch=1).receipts()
        >>> len(list(reader))  # a batch is at least a day
        3
        """
        return pa.RecordBatchReader.from_batches(SCHEMA, self._batches())

    def table(self) -> pa.Table:
        """All receipts, in memory."""
        return self.receipts().read_all()

    def __arrow_c_schema__(self) -> object:
        return SCHEMA.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.receipts().__arrow_c_stream__(requested_schema)

    def known(self) -> pa.Table:
        """The known customers, a row each.

        `customer_id`, `loyalty` (one of `LOYALTIES`), `store_id` where they mostly are, the days `joined` and `left`.

        >>> from rabatt.kiosk import Kiosk
        >>> some = Kiosk(customers=100).known().slice(5, 3)
        >>> for row in some.select(["customer_id", "loyalty", "store_id"]).to_pylist():
        ...     print(*row.values())
        C000006 frequent kiosk-3
        C000007 frequent kiosk-4
        C000008 frequent kiosk-4
        """
        people = People(self.seed, self._known, self.stores)
        last = self.first_day + timedelta(days=self.days)
        start = np.datetime64(self.first_day, "D")
        left = start + people.left
        return pa.table(
            {
                "customer_id": pa.array([customer_id(at) for at in range(self._known)], type=pa.string()),
                "loyalty": pa.array(LOYALTIES).take(pa.array(people.loyalty)),
                "store_id": pa.array([f"kiosk-{at + 1}" for at in people.store], type=pa.string()),
                "joined": pa.array(start + people.joined),
                "left": pa.array(left, mask=left >= np.datetime64(last, "D")),
            }
        )

    def places(self) -> pa.Table:
        """The stores: `store_id` and `kind`.

        >>> from rabatt.kiosk import Kiosk
        >>> Kiosk(stores=2).places().to_pylist()
        [{'store_id': 'kiosk-1', 'kind': 'station'}, {'store_id': 'kiosk-2', 'kind': 'corner'}]
        """
        kinds = [KINDS[at % len(KINDS)].name for at in range(self.stores)]
        return pa.table({"store_id": [f"kiosk-{at + 1}" for at in range(self.stores)], "kind": kinds})
