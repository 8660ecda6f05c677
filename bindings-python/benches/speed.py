"""What the package costs beside `json` and pyarrow, in one run: `cargo xtask bench python`."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

import rabatt

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
DISTINCT = 10_000
REPEATED = 30
ROUNDS = 5


def workload(rules: int) -> tuple[str, list[str]]:
    """Rules, and receipts of 10 lines, as the engine's own benches have them."""
    command = ["cargo", "run", "--quiet", "--release", "--package", "rabatt-benches", "--bin", "workload", "--"]
    done = subprocess.run([*command, str(rules), str(DISTINCT)], cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    first, *receipts = done.stdout.decode().splitlines()
    return first, receipts


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


def single(engine: rabatt.Engine, texts: list[str]) -> None:
    """One receipt a call."""
    texts = texts[:2_000]
    dicts = [json.loads(text) for text in texts]
    floor = median(lambda: [json.dumps(json.loads(text)) for text in texts])
    row("floor: `json.loads` and `json.dumps` of the receipt", floor, len(texts))
    row("`evaluate`, text to text", median(lambda: [engine.evaluate(text) for text in texts]), len(texts), floor)
    row("`evaluate`, dict to dict", median(lambda: [engine.evaluate(one) for one in dicts]), len(texts), floor)


def tables(engine: rabatt.Engine, texts: list[str]) -> None:
    """Many receipts as tables, in memory and from a file."""
    table = pa.concat_tables([pa.Table.from_pylist([json.loads(text) for text in texts])] * REPEATED)
    count = table.num_rows

    def evaluate(source: Any, threads: int | None = None) -> int:
        return pa.table(engine.evaluate_arrow(source, threads=threads).receipts()).num_rows

    cores = os.cpu_count() or 1
    one = median(lambda: evaluate(table, 1))
    row("`evaluate_arrow(…).receipts()` in memory, 1 thread", one, count)
    row(f"the same, {cores} threads", median(lambda: evaluate(table)), count, one)
    row(f"all three tables, {cores} threads", median(lambda: engine.evaluate_arrow(table).tables()), count, one)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "receipts.parquet"
        pq.write_table(table, path, row_group_size=50_000)

        def scan() -> pa.RecordBatchReader:
            batches = pq.ParquetFile(path).iter_batches(batch_size=16_384)
            return pa.RecordBatchReader.from_batches(table.schema, batches)

        floor = median(lambda: sum(batch.num_rows for batch in scan()))
        row("floor: pyarrow reads the Parquet file, all columns", floor, count)
        row("the file read and evaluated", median(lambda: evaluate(scan())), count, floor)


def main() -> None:
    """Print the table."""
    for rules in [int(word) for word in sys.argv[1:]] or [1_000]:
        text, receipts = workload(rules)
        engine = rabatt.Engine(text)
        print(f"\n{rules} rules, receipts of 10 lines\n")
        print("| what | a receipt | receipts/s | against the floor |\n| --- | ---: | ---: | ---: |")
        single(engine, receipts)
        tables(engine, receipts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nPeak memory {peak} MiB, tables in memory included.")


main()
