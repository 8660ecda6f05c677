"""What the kiosk sells, and what goes together."""

from __future__ import annotations

from typing import Final, NamedTuple

__all__ = ["OCCASIONS", "PRODUCTS", "SLOTS", "Product", "Slot"]


class Product(NamedTuple):
    """Something the kiosk sells. Amounts are in minor units (øre), VAT included; of weighed goods for a kilogram."""

    id: str
    groups: tuple[str, ...]
    price: int
    """What a unit, or a kilogram, costs the customer."""
    cost: int
    """What it costs the kiosk."""
    eligible: bool = True
    """May it take a discount?"""
    grams: tuple[int, int] | None = None
    """Of weighed goods, from how little to how much people take."""
    several: int = 80
    """Of a thousand purchases, how many take more than one."""
    months: tuple[int, ...] = (100,) * 12
    """How much it is asked for from January to December, in percent."""


_SUMMER: Final = (15, 15, 30, 60, 120, 200, 240, 200, 100, 40, 20, 15)
_WINTER: Final = (150, 150, 130, 100, 80, 50, 35, 50, 90, 120, 150, 170)
_LENT: Final = (200, 400, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0)
_ADVENT: Final = (0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 200, 350)

PRODUCTS: Final[tuple[Product, ...]] = (
    Product("filter-coffee", ("coffee", "hot-drinks"), 2900, 650, several=140),
    Product("cappuccino", ("coffee", "hot-drinks"), 4300, 1100, several=110),
    Product("latte", ("coffee", "hot-drinks"), 4500, 1150, several=110),
    Product("espresso", ("coffee", "hot-drinks"), 3300, 700, several=60),
    Product("tea", ("hot-drinks",), 2900, 400),
    Product("cocoa", ("hot-drinks",), 3900, 950, several=200, months=_WINTER),
    Product("cinnamon-bun", ("bakery",), 3200, 1100, several=180),
    Product("custard-bun", ("bakery",), 3400, 1250, several=150),
    Product("croissant", ("bakery",), 3300, 1200),
    Product("waffle", ("bakery",), 3500, 900, several=160),
    Product("cream-bun", ("bakery",), 4200, 1600, several=250, months=_LENT),
    Product("gingerbread", ("bakery",), 3000, 1000, several=200, months=_ADVENT),
    Product("hot-dog", ("hot-dogs", "meals"), 3900, 1300, several=170),
    Product("bacon-hot-dog", ("hot-dogs", "meals"), 4900, 1700, several=130),
    Product("baguette", ("meals",), 7900, 3300, several=50),
    Product("salad", ("meals",), 9900, 4700, several=20),
    Product("cola", ("soda",), 3500, 1500, several=150),
    Product("orange-soda", ("soda",), 3500, 1500, several=150),
    Product("water", ("soda",), 2900, 900, months=_SUMMER),
    Product("energy-drink", ("soda",), 3900, 1900, several=120),
    Product("chocolate", ("snacks",), 2500, 1200, several=200),
    Product("crisps", ("snacks",), 3900, 1900),
    Product("nuts", ("snacks",), 4500, 2300),
    Product("popcorn", ("popcorn", "snacks"), 4900, 900, several=250),
    Product("pick-and-mix", ("sweets", "snacks"), 22900, 9500, grams=(80, 520)),
    Product("soft-ice", ("ice-cream",), 4500, 1100, several=420, months=_SUMMER),
    Product("ice-lolly", ("ice-cream",), 3500, 1600, several=420, months=_SUMMER),
    Product("newspaper", ("news",), 4500, 3600, several=0),
    Product("magazine", ("news",), 8900, 6700, several=0),
    Product("milk", ("groceries",), 2690, 1950, several=120),
    Product("bread", ("groceries",), 4490, 2600, several=60),
    Product("eggs", ("groceries",), 4990, 3400, several=20),
    Product("bananas", ("groceries", "fruit"), 2990, 1700, grams=(300, 1400)),
    # The law, or the one who runs the lottery, allows no discounts on these.
    Product("snus", ("tobacco",), 12900, 10300, eligible=False, several=100),
    Product("lottery-ticket", ("lottery",), 5000, 4600, eligible=False, several=150),
)


class Slot(NamedTuple):
    """A place in a basket: of a thousand, how many fill it, and with what by weight."""

    filled: int
    goods: dict[str, int]


_COFFEE: Final = {"filter-coffee": 40, "cappuccino": 22, "latte": 24, "espresso": 6, "tea": 8, "cocoa": 7}
_BAKERY: Final = {
    "cinnamon-bun": 36,
    "custard-bun": 24,
    "croissant": 20,
    "waffle": 14,
    "cream-bun": 10,
    "gingerbread": 8,
}
_SODA: Final = {"cola": 40, "orange-soda": 18, "water": 16, "energy-drink": 16}
_SWEET: Final = {"chocolate": 45, "crisps": 20, "nuts": 12, "pick-and-mix": 20}
_ICE: Final = {"soft-ice": 55, "ice-lolly": 45}
_NEWS: Final = {"newspaper": 70, "magazine": 20, "lottery-ticket": 25, "snus": 45}
_FOOD: Final = {"milk": 40, "bread": 34, "eggs": 12, "bananas": 20}

OCCASIONS: Final[dict[str, tuple[Slot, ...]]] = {
    "coffee": (Slot(1000, _COFFEE), Slot(380, _BAKERY), Slot(70, _NEWS), Slot(50, {"bananas": 3, "water": 2})),
    "meal": (
        Slot(1000, {"hot-dog": 36, "bacon-hot-dog": 24, "baguette": 26, "salad": 12}),
        Slot(620, _SODA),
        Slot(180, _SWEET),
        Slot(110, _COFFEE),
    ),
    "snack": (Slot(1000, _SODA), Slot(620, _SWEET), Slot(120, _BAKERY), Slot(60, {"snus": 1})),
    "film": (
        Slot(1000, {"popcorn": 60, "pick-and-mix": 40}),
        Slot(800, _SODA),
        Slot(330, {"chocolate": 4, "nuts": 2, "crisps": 2}),
        Slot(120, _ICE),
    ),
    "ice-cream": (Slot(1000, _ICE), Slot(240, _SODA), Slot(150, _COFFEE), Slot(90, {"waffle": 1})),
    "groceries": (
        Slot(1000, _FOOD),
        Slot(640, _FOOD),
        Slot(380, _FOOD),
        Slot(250, _SWEET),
        Slot(180, _NEWS),
        Slot(120, _BAKERY),
    ),
    "paper": (Slot(1000, _NEWS), Slot(240, _COFFEE), Slot(140, {"chocolate": 3, "nuts": 1})),
}
"""Why people come, and what they then take: the first slot is what they came for."""

SLOTS: Final = max(len(slots) for slots in OCCASIONS.values())
