"""The totals of simple rules, as one writes them by hand: Polars, pandas, plain Python.

Simple rules are percentages and new prices on items and groups, amounts bound to a store, and a
percentage on the receipt from a minimum on. All of them compute the discount of each receipt and
nothing else: no lines, no rules, no reasons.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

if TYPE_CHECKING:
    import pyarrow as pa

SIMPLE = {"discount_percent", "discount_item_new_price", "discount_amount"}


def simple(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the workload's rules that the functions here know."""
    return [
        rule
        for rule in rules
        if rule["reward"]["type"] in SIMPLE
        and not rule["limitation"]
        and rule["requirement"].get("item", {}).get("quantity") is None
    ]


class Tables:
    """The rules as tables to join with."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        self.item_percent: list[tuple[str, int]] = []
        self.group_percent: list[tuple[str, int]] = []
        self.item_price: dict[str, int] = {}
        self.store_amount: list[tuple[str, str, int]] = []
        self.receipt_percent: list[tuple[int, int]] = []
        for rule in rules:
            self._add(rule["requirement"], rule["reward"]["type"], rule["reward"]["value"])

    def within(self, most: int) -> Tables:
        """Without receipt rules that ask for more than any receipt has: joining with those is no art."""
        self.receipt_percent = [(least, percent) for least, percent in self.receipt_percent if least <= most]
        return self

    def _add(self, requirement: dict[str, Any], kind: str, value: int) -> None:
        if "item" not in requirement:
            self.receipt_percent.append((requirement["gross_amount"], value))
            return
        [entry] = requirement["item"]["items"]
        if kind == "discount_item_new_price":
            self.item_price[entry["id"]] = min(value, self.item_price.get(entry["id"], value))
        elif kind == "discount_amount":
            self.store_amount.append((entry["id"], requirement["store"]["id"][0], value))
        elif "id" in entry:
            self.item_percent.append((entry["id"], value))
        else:
            self.group_percent.append((entry["group_id"], value))


def lines(receipts: pa.Table) -> pa.Table:
    """The lines as a flat table, which a till's database has anyway: not part of what is measured."""
    frame = pl.from_arrow(receipts.select(["store", "items"]))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101
    flat = (
        frame.with_row_index("receipt")
        .with_columns(store=pl.col("store").struct.field("id"))
        .explode("items")
        .select("receipt", "store", pl.col("items").struct.unnest())
        .select(
            pl.col("receipt").cast(pl.Int64),
            "store",
            "id",
            pl.col("groups").list.first().struct.field("id").alias("group"),
            pl.col("quantity").cast(pl.Int64),
            pl.col("gross_amount").alias("gross"),
        )
    )
    return flat.to_arrow()


def with_polars(tables: Tables, flat: pl.DataFrame) -> pl.DataFrame:
    """Lazy joins."""

    def percent(rows: list[tuple[str, int]], key: str) -> pl.LazyFrame:
        frame = pl.LazyFrame(rows, schema={key: pl.String, "percent": pl.Int64}, orient="row")
        return numbered.join(frame, on=key).select("line", amount=(pl.col("gross") * pl.col("percent") + 50) // 100)

    numbered = flat.lazy().with_row_index("line")
    prices = pl.LazyFrame(list(tables.item_price.items()), schema={"id": pl.String, "price": pl.Int64}, orient="row")
    bound = pl.LazyFrame(
        tables.store_amount, schema={"id": pl.String, "store": pl.String, "off": pl.Int64}, orient="row"
    )
    deals = numbered.join(prices, on="id").select(
        "line", amount=pl.max_horizontal(pl.col("gross") - pl.col("quantity") * pl.col("price"), 0)
    )
    amounts = numbered.join(bound, on=["id", "store"]).select(
        "line", amount=pl.min_horizontal(pl.col("quantity") * pl.col("off"), "gross")
    )
    given = (
        pl.concat([percent(tables.item_percent, "id"), percent(tables.group_percent, "group"), deals, amounts])
        .group_by("line")
        .agg(pl.col("amount").sum())
    )
    totals = (
        numbered.join(given, on="line", how="left")
        .select("receipt", "gross", given=pl.min_horizontal(pl.col("amount").fill_null(0), "gross"))
        .group_by("receipt")
        .agg(pl.col("gross").sum(), pl.col("given").sum())
    )
    off = sum(
        (
            pl.when(pl.col("gross") >= least).then((pl.col("gross") * percent + 50) // 100).otherwise(0)
            for least, percent in tables.receipt_percent
        ),
        pl.lit(0),
    )
    return totals.select("receipt", discount=pl.min_horizontal(pl.col("given") + off, "gross")).collect()


def with_pandas(tables: Tables, flat: pd.DataFrame) -> pd.DataFrame:
    """Vectorised merges."""
    numbered = flat.reset_index(names="line")
    parts = []
    for rows, key in ((tables.item_percent, "id"), (tables.group_percent, "group")):
        found = numbered.merge(pd.DataFrame(rows, columns=[key, "percent"]), on=key)
        parts.append(pd.Series((found["gross"] * found["percent"] + 50).to_numpy() // 100, found["line"]))
    prices = pd.DataFrame(list(tables.item_price.items()), columns=["id", "price"])
    found = numbered.merge(prices, on="id")
    parts.append(
        pd.Series((found["gross"] - found["quantity"] * found["price"]).clip(lower=0).to_numpy(), found["line"])
    )
    bound = pd.DataFrame(tables.store_amount, columns=["id", "store", "off"])
    found = numbered.merge(bound, on=["id", "store"])
    parts.append(pd.Series((found["quantity"] * found["off"]).clip(upper=found["gross"]).to_numpy(), found["line"]))
    given = pd.concat(parts).groupby(level=0).sum()
    numbered["given"] = given.reindex(numbered["line"], fill_value=0).clip(upper=numbered["gross"]).to_numpy()
    totals = numbered.groupby("receipt")[["gross", "given"]].sum()
    discount = totals["given"]
    for least, percent in tables.receipt_percent:
        discount = discount + ((totals["gross"] * percent + 50) // 100).where(totals["gross"] >= least, 0)
    return discount.clip(upper=totals["gross"]).to_frame("discount")


class WithPython:
    """Dicts by item and group, and a loop."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.by_item: dict[str, list[int]] = defaultdict(list)
        self.by_group: dict[str, list[int]] = defaultdict(list)
        self.by_store: dict[tuple[str, str], list[int]] = defaultdict(list)
        for item, percent in tables.item_percent:
            self.by_item[item].append(percent)
        for group, percent in tables.group_percent:
            self.by_group[group].append(percent)
        for item, store, off in tables.store_amount:
            self.by_store[item, store].append(off)

    def __call__(self, receipt: dict[str, Any]) -> int:
        """The discount of a receipt."""
        total = given = 0
        store = receipt["store"]["id"]
        prices = self.tables.item_price
        for line in receipt["items"]:
            gross, item, quantity = line["gross_amount"], line["id"], line["quantity"]
            total += gross
            amount = 0
            if item in prices:
                amount += max(gross - quantity * prices[item], 0)
            for percent in self.by_item.get(item, ()):
                amount += (gross * percent + 50) // 100
            for group in line["groups"]:
                for percent in self.by_group.get(group["id"], ()):
                    amount += (gross * percent + 50) // 100
            for off in self.by_store.get((item, store), ()):
                amount += min(quantity * off, gross)
            given += min(amount, gross)
        for least, percent in self.tables.receipt_percent:
            if total >= least:
                given += (total * percent + 50) // 100
        return min(given, total)
