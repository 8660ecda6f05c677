"""From a day to its receipts, and from receipts to their Arrow columns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from rabatt.kiosk import chance
from rabatt.kiosk.chance import Chooser, Ints, Keys
from rabatt.kiosk.days import KINDS, OPENS, PARTS, busy, is_weekend, part_of, utc_offset
from rabatt.kiosk.goods import OCCASIONS, PRODUCTS, SLOTS
from rabatt.kiosk.people import People, hours

__all__ = ["SCHEMA", "Maker", "Visits"]

ZONE: Final = "Europe/Oslo"
LINE: Final = pa.struct(
    [
        pa.field("id", pa.string()),
        pa.field("groups", pa.list_(pa.string())),
        pa.field("quantity", pa.decimal128(9, 3)),
        pa.field("scale_item", pa.bool_()),
        pa.field("unit_gross_price", pa.int64()),
        pa.field("cost_price", pa.int64()),
        pa.field("gross_amount", pa.int64()),
        pa.field("eligible_for_discount", pa.bool_()),
    ]
)
SCHEMA: Final = pa.schema(
    [
        pa.field("receipt_id", pa.int64()),
        pa.field("purchase_at", pa.timestamp("s", ZONE)),
        pa.field("currency", pa.string()),
        pa.field("store", pa.struct([pa.field("id", pa.string())])),
        pa.field("customer", pa.struct([pa.field("customer_id", pa.string())])),
        pa.field("discount_code", pa.string()),
        pa.field("items", pa.list_(LINE)),
    ]
)

# Of a hundred visits, how many are to the customer's own store, for the usual reason, for the usual thing, and at the
# usual time on working days and on others.
_FAITHFUL: Final = 88
_SAME_OCCASION: Final = 60
_SAME_GOODS: Final = 65
_SAME_TIME: Final = (75, 40)

_CODED: Final = 12
"""Of a thousand receipts, how many show each code."""

_EPOCH: Final = date(1970, 1, 1)
_MILLION: Final = 1_000_000
_ANONYMOUS: Final = -1
_LAST_SECOND: Final = 23 * 3600 - 1


class Visits(NamedTuple):
    """Who comes where and when: a row per receipt."""

    key: Keys
    number: Ints
    at: Ints
    """Seconds since 1970."""
    store: Ints
    customer: Ints
    """The position of a known customer, or -1."""
    occasions: Ints
    """The row of the weights of why people come."""
    month: Ints

    @classmethod
    def joined(cls, parts: list[Visits]) -> Visits:
        """Those of several days."""
        return cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _occasion_rows() -> list[list[int]]:
    """Weights of occasions for each kind of store, part of the day and month."""
    ices = next(product.months for product in PRODUCTS if "ice-cream" in product.groups)
    names = list(OCCASIONS)
    return [
        [
            weight * more * (ices[month] if name == "ice-cream" else 100)
            for name, weight, more in zip(names, part, kind.occasions, strict=True)
        ]
        for kind in KINDS
        for part in PARTS.values()
        for month in range(12)
    ]


def _goods_rows() -> list[list[int]]:
    """Weights of products for each month, occasion and slot; of a slot that an occasion lacks, any."""
    rows = []
    for month in range(12):
        for slots in OCCASIONS.values():
            for at in range(SLOTS):
                goods = slots[at].goods if at < len(slots) else {PRODUCTS[0].id: 1}
                rows.append([goods.get(product.id, 0) * product.months[month] for product in PRODUCTS])
    return rows


class Maker:
    """Makes receipts, day by day."""

    def __init__(self, seed: int, first_day: date, people: People, stores: int, anonymous: int) -> None:
        self._seed = seed
        self._first_day = first_day
        self._people = people
        self._stores = stores
        self._anonymous = anonymous
        self._hours = hours()
        self._part = np.array([part_of(hour) for hour in range(24)])
        self._occasions = Chooser(_occasion_rows())
        self._goods = Chooser(_goods_rows())
        filled = [[slots[at].filled if at < len(slots) else 0 for at in range(SLOTS)] for slots in OCCASIONS.values()]
        self._filled = np.array(filled)
        self._columns = _Columns(stores, len(people.keys))

    def visits(self, number: int) -> Visits:
        """Those of the day with this number, from 0, in order of time."""
        day = self._first_day + timedelta(days=number)
        start = chance.key(self._seed, 2, number)
        moods = 850 + chance.below(chance.keys(start, self._stores), 0, 301)
        demand = np.array([busy(KINDS[at % len(KINDS)], day) for at in range(self._stores)]) * moods // 1000
        parts = [
            self._strangers(chance.key(start, 1), demand),
            self._customers(chance.key(start, 2), number, demand, day),
        ]
        key, store, customer, second = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        weekend = len(KINDS) * is_weekend(day)
        kind = store % len(KINDS)
        hour = OPENS + self._hours.choose(kind + weekend, key, 8)
        second = np.where(second < 0, hour * 3600 + chance.below(key, 9, 3600), second)
        # Those of one second stay in the order in which they were drawn.
        order = np.argsort(second, kind="stable")
        second = second[order]
        occasions = (kind[order] * len(PARTS) + self._part[second // 3600]) * 12 + day.month - 1
        numbers = int(day.strftime("%Y%m%d")) * _MILLION + np.arange(1, len(order) + 1)
        at = (day - _EPOCH).days * 86_400 - utc_offset(day) + second
        return Visits(
            key[order], numbers, at, store[order], customer[order], occasions, np.full(len(order), day.month - 1)
        )

    def _strangers(self, start: int, demand: Ints) -> tuple[Keys, Ints, Ints, Ints]:
        """Keys, stores, nobody, and seconds that are not known yet."""
        shares = np.array([KINDS[at % len(KINDS)].share for at in range(self._stores)])
        counts = self._anonymous * shares * demand // (int(shares.sum()) * _MILLION)
        store = np.repeat(np.arange(self._stores), counts)
        nobody = np.full(len(store), -1, dtype=np.int64)
        return chance.keys(start, len(store)), store, nobody, nobody

    def _customers(self, start: int, number: int, demand: Ints, day: date) -> tuple[Keys, Ints, Ints, Ints]:
        """Keys, stores, positions, and seconds for those who come at their usual time."""
        people = self._people
        key = chance.keys(start, len(people.keys))
        likely = np.minimum(people.visits * demand[people.store] // _MILLION, 970_000)
        here = (people.joined <= number) & (number < people.left)
        come = np.flatnonzero(here & (chance.below(key, 0, _MILLION) < likely))
        key = key[come]
        away = chance.below(key, 1, 100) >= _FAITHFUL
        store = np.where(away, chance.below(key, 2, self._stores), people.store[come])
        # Three draws together cluster around the usual time, up to an hour early or late.
        late = sum(
            (chance.below(key, purpose, 2401) - 1200 for purpose in (3, 4, 5)),
            start=np.zeros(len(come), dtype=np.int64),
        )
        usual = np.clip(people.habit[come] + late, OPENS * 3600, _LAST_SECOND)
        as_usual = (chance.below(key, 6, 100) < _SAME_TIME[is_weekend(day)]) & ~away
        return key, store, come, np.where(as_usual, usual, -1)

    def batch(self, visits: Visits) -> pa.RecordBatch:
        """The receipts of these visits."""
        key, known = visits.key, visits.customer >= 0
        habits = key
        if len(self._people.keys):
            habits = np.where(known, self._people.keys[np.maximum(visits.customer, 0)], key)
        # What somebody likes is drawn from their own key, so that it stays the same.
        occasion = self._occasions.choose(
            visits.occasions, np.where(chance.below(key, 10, 100) < _SAME_OCCASION, habits, key), 11
        )
        slots = [chance.below(key, 40 + slot, 1000) < self._filled[occasion, slot] for slot in range(SLOTS)]
        there = np.stack(slots, axis=1)
        receipt, slot = np.divmod(np.flatnonzero(there), SLOTS)
        own = key[receipt] + slot.astype(np.uint64)
        as_usual = (slot == 0) & (chance.below(own, 20, 100) < _SAME_GOODS)
        row = (visits.month * len(OCCASIONS) + occasion)[receipt] * SLOTS + slot
        product = self._goods.choose(row, np.where(as_usual, habits[receipt], own), 30)
        offsets = np.concatenate(([0], np.cumsum(np.count_nonzero(there, axis=1))))
        items = self._columns.items(product, own, offsets)
        return self._columns.receipts(visits, items)


class _Columns:
    """Turns numbers into columns."""

    def __init__(self, stores: int, customers: int) -> None:
        self._ids = pa.array([product.id for product in PRODUCTS])
        self._groups = pa.array([list(product.groups) for product in PRODUCTS], type=pa.list_(pa.string()))
        self._price = np.array([product.price for product in PRODUCTS])
        self._cost = np.array([product.cost for product in PRODUCTS])
        self._several = np.array([product.several for product in PRODUCTS])
        self._eligible = np.array([product.eligible for product in PRODUCTS])
        self._weighed = np.array([product.grams is not None for product in PRODUCTS])
        grams = [product.grams or (0, 1) for product in PRODUCTS]
        self._least = np.array([least for least, _ in grams])
        self._more = np.array([(most - least) // 2 + 1 for least, most in grams])
        self._stores = pa.array([f"kiosk-{at + 1}" for at in range(stores)])
        self._customers = pa.array([customer_id(at) for at in range(customers)], type=pa.string())
        self._codes = pa.array(["WAFFLE10", "SUMMER"])

    def _thousandths(self, product: Ints, key: Keys) -> Ints:
        """Quantities: one, two, seldom more; of weighed goods grams."""
        more = 1 + chance.below(key, 51, 100) // 72 + chance.below(key, 52, 100) // 90
        pieces = 1 + np.where(chance.below(key, 50, 1000) < self._several[product], more, 0)
        grams = (
            self._least[product]
            + chance.below(key, 53, self._more[product])
            + chance.below(key, 54, self._more[product])
        )
        return np.where(self._weighed[product], grams, pieces * 1000)

    def items(self, product: Ints, key: Keys, offsets: Ints) -> pa.Array:
        """The lines, as lists."""
        quantity = self._thousandths(product, key)
        price = self._price[product]
        columns = [
            self._ids.take(pa.array(product)),
            self._groups.take(pa.array(product)),
            _decimals(quantity),
            pa.array(self._weighed[product]),
            pa.array(price),
            pa.array(self._cost[product]),
            pa.array((price * quantity + 500) // 1000),
            pa.array(self._eligible[product]),
        ]
        return pa.ListArray.from_arrays(
            pa.array(offsets.astype(np.int32)), pa.StructArray.from_arrays(columns, fields=list(LINE))
        )

    def receipts(self, visits: Visits, items: pa.Array) -> pa.RecordBatch:
        """The batch."""
        count = len(visits.number)
        stranger = visits.customer == _ANONYMOUS
        who: Any = self._customers.take(pa.array(visits.customer, mask=stranger))
        customer_field = SCHEMA.field("customer").type.field(0)
        code = chance.below(visits.key, 60, 1000)
        columns = [
            pa.array(visits.number),
            pa.array(visits.at).cast(pa.timestamp("s", ZONE)),
            pa.repeat("NOK", count),
            pa.StructArray.from_arrays([self._stores.take(pa.array(visits.store))], names=["id"]),
            pa.StructArray.from_arrays([who], fields=[customer_field], mask=pa.array(stranger)),
            self._codes.take(pa.array(code // _CODED, mask=code >= len(self._codes) * _CODED)),
            items,
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def customer_id(at: int) -> str:
    """What the customer at this position is called."""
    return f"C{at + 1:06d}"


def _decimals(thousandths: Ints) -> pa.Array:
    """As decimals with three digits: Arrow keeps them as 128-bit numbers, the low half first."""
    halves = np.zeros((len(thousandths), 2), dtype="<i8")
    halves[:, 0] = thousandths
    return pa.Array.from_buffers(pa.decimal128(9, 3), len(thousandths), [None, pa.py_buffer(halves)])
