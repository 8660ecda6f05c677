"""What walking through time costs beside evaluating the same receipts: `cargo xtask bench python simulate`."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import rabatt

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
DISTINCT = 10_000
REPEATED = 30
CUSTOMERS = 20_000
ROUNDS = 5


def workload(rules: int) -> tuple[list[dict[str, Any]], pa.Table]:
    """Rules, and receipts of 10 lines over a year, as the engine's own benches have them; two thirds of customers."""
    command = ["cargo", "run", "--quiet", "--release", "--package", "rabatt-benches", "--bin", "workload", "--"]
    done = subprocess.run([*command, str(rules), str(DISTINCT)], cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    first, *receipts = done.stdout.decode().splitlines()
    table = pa.concat_tables([pa.Table.from_pylist([json.loads(text) for text in receipts])] * REPEATED)
    rnd = random.Random(1)  # noqa: S311
    buyers = [rnd.choice([None, rnd.randrange(CUSTOMERS), rnd.randrange(CUSTOMERS)]) for _ in range(table.num_rows)]
    at = table.schema.get_field_index("customer_id")
    return json.loads(first), table.set_column(at, "customer_id", pa.array(buyers, pa.int64()))


def remembering(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules, of which every third may be used ten times and every tenth is a card of stamps that lapse."""
    found = json.loads(json.dumps(rules))
    for rule in found[::3]:
        rule.setdefault("limitation", {})["discount_repeat_usage"] = 10
    for rule in found[1::10]:
        rule.setdefault("requirement", {})["stamp"] = 5
        rule.setdefault("limitation", {})["stamp_expire_days"] = 60
    return found


def with_budgets(rules: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The rules, so many of them with a budget that is used up sooner or later."""
    found = json.loads(json.dumps(rules))
    for nth, rule in enumerate(found[:: max(1, len(found) // count)][:count]):
        rule.setdefault("limitation", {})["budget_usage"] = 100 * (nth + 1)
    return found


def median(work: Callable[[], Any]) -> float:
    """Seconds of the middle one of some rounds, after one that does not count."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(what: str, seconds: float, count: int, floor: float | None = None) -> None:
    """One line of the table."""
    ratio = f"{seconds / floor:.2f}" if floor else ""
    print(f"| {what} | {seconds / count * 1e6:.2f} µs | {count / seconds:,.0f} | {ratio} |".replace(",", " "))


def main() -> None:
    """Print the tables."""
    cores = os.cpu_count() or 1
    for number in [int(word) for word in sys.argv[1:]] or [10, 1_000]:
        rules, table = workload(number)
        count = table.num_rows
        print(f"\n{number} rules, {count} receipts of 10 lines, {CUSTOMERS} customers\n")
        print("| what | a receipt | receipts/s | against the floor |\n| --- | ---: | ---: | ---: |")
        engine = rabatt.Engine(rules)
        floor = median(lambda: pa.table(engine.evaluate_arrow(table).receipts()))  # noqa: B023
        row(f"floor: `evaluate_arrow(…).receipts()`, {cores} threads", floor, count)
        one = median(lambda: rabatt.simulate(engine, table, threads=1))  # noqa: B023
        row("`simulate`, 1 thread", one, count)
        row(f"`simulate`, {cores} threads", median(lambda: rabatt.simulate(engine, table)), count, floor)  # noqa: B023
        simulation = rabatt.simulate(engine, table)
        for name in ("receipts", "lines", "rules"):
            read = median(lambda: pa.table(getattr(simulation, name)()))  # noqa: B023
            row(f"its `{name}()` read", read, count, floor)
        engine = rabatt.Engine(remembering(rules))
        row("limits and stamps on many rules", median(lambda: rabatt.simulate(engine, table)), count, floor)  # noqa: B023
        for budgets in (1, 10):
            engine = rabatt.Engine(with_budgets(rules, budgets))
            took = median(lambda: rabatt.simulate(engine, table))  # noqa: B023
            row(f"{budgets} budget{'s' if budgets > 1 else ''} that end", took, count, floor)


main()
