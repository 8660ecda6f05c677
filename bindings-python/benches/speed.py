"""What the package costs beside `json`, the native engine and other ways, in one run: `cargo xtask bench python`.

Words: numbers of rules (10 1000 10000 when none), and `large` for ten million receipts from Parquet.
"""

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

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import rabatt
import rivals

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
DISTINCT = 10_000
REPEATED = 30
ROUNDS = 5
LARGE = 10_000_000
CORES = os.cpu_count() or 1


def program(name: str, *words: str, stdin: str = "") -> str:
    """What a program of the benches prints."""
    command = ["cargo", "run", "--quiet", "--release", "--package", "rabatt-benches", "--bin", name, "--", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, input=stdin.encode())  # noqa: S603
    return done.stdout.decode()


def workload(rules: int) -> tuple[str, list[str]]:
    """Rules, and receipts of 10 lines, as the engine's own benches have them."""
    first, *receipts = program("workload", str(rules), str(DISTINCT)).splitlines()
    return first, receipts


def native(rules: int, text: str) -> dict[int, float]:
    """Seconds for a receipt that is in memory already, by threads."""
    rows = program("native", str(rules), "2000", "-", stdin=text).splitlines()
    return {int(threads): 1 / float(rate) for threads, rate in (row.split() for row in rows)}


def median(work: Callable[[], Any]) -> float:
    """Seconds of the middle one of some rounds, after one that does not count."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def row(what: str, seconds: float, count: int, ratio: str = "") -> None:
    """One line of the table."""
    print(f"| {what} | {seconds / count * 1e6:.2f} µs | {count / seconds:,.0f} | {ratio} |".replace(",", " "))


def times(faster: float, slower: float) -> str:
    """How many times as fast."""
    return f"{slower / faster:.2f} times"


def head(title: str) -> None:
    """The head of a table."""
    print(f"\n{title}\n\n| what | a receipt | receipts/s | |\n| --- | ---: | ---: | --- |")


def single(engine: rabatt.Engine, texts: list[str]) -> None:
    """One receipt a call."""
    texts = texts[:2_000]
    dicts = [json.loads(text) for text in texts]
    floor = median(lambda: [json.dumps(json.loads(text)) for text in texts])
    row("floor: `json.loads` and `json.dumps` of the receipt", floor, len(texts))
    for name, given in (("text to text", texts), ("dict to dict", dicts)):
        found = median(lambda given=given: [engine.evaluate(one) for one in given])
        row(f"`evaluate`, {name}", found, len(texts), f"{found / floor:.2f} of the floor")


def evaluated(engine: rabatt.Engine, source: Any, threads: int | None = None) -> pa.Table:
    """The table per receipt."""
    return pa.table(engine.evaluate_arrow(source, threads=threads).receipts())


def tables(engine: rabatt.Engine, receipts: pa.Table, one_native: dict[int, float]) -> None:
    """Many receipts as tables, in memory, beside the native engine."""
    count = receipts.num_rows
    for threads, seconds in one_native.items():
        row(f"native, in memory, {threads} threads", seconds * count, count)
    one = median(lambda: evaluated(engine, receipts, 1))
    all_cores = median(lambda: evaluated(engine, receipts))
    row("`evaluate_arrow`, 1 thread", one, count, f"{one_native[1] * count / one:.0%} of native")
    rate = f"{one_native[CORES] * count / all_cores:.0%} of native, {times(all_cores, one)} as fast as one thread"
    row(f"`evaluate_arrow`, {CORES} threads", all_cores, count, rate)
    row("all three tables", median(lambda: engine.evaluate_arrow(receipts).tables()), count)
    compared = median(lambda: rabatt.compare(engine, engine, receipts))
    row(
        "`compare` of the rules with themselves",
        compared,
        count,
        times(compared, all_cores) + " as fast as one evaluation",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "receipts.parquet"
        pq.write_table(receipts, path, row_group_size=50_000)
        floor = median(lambda: sum(batch.num_rows for batch in pq.ParquetFile(path).iter_batches()))
        row("floor: pyarrow reads the Parquet file, all columns", floor, count)
        through = median(lambda: to_parquet(engine, path, Path(folder) / "out.parquet"))
        row("from Parquet to Parquet", through, count, f"{all_cores / through:.0%} of in memory")


def to_parquet(engine: rabatt.Engine, source: Path, target: Path) -> int:
    """A file of receipts into a file of their discounts; how many."""
    stream = pa.RecordBatchReader.from_stream(engine.evaluate_arrow(rabatt.read_receipts(source)).receipts())
    count = 0
    with pq.ParquetWriter(target, stream.schema) as writer:
        for batch in stream:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def beside_others(rules: int, text: str, receipts: pa.Table, texts: list[str]) -> None:
    """The totals of the simple rules among them, by hand."""
    simple = rivals.simple(json.loads(text))
    engine = rabatt.Engine(simple)
    flat = rivals.lines(receipts)
    most = max(pc.max(evaluated(engine, receipts)["gross"]).as_py(), 0)
    by_hand = rivals.Tables(simple).within(most)
    frame, frames = pl.from_arrow(flat), flat.to_pandas()
    assert isinstance(frame, pl.DataFrame)  # noqa: S101
    dicts = receipts.slice(0, 20_000).to_pylist()
    python = rivals.WithPython(by_hand)
    head(f"Totals of the {len(simple)} simple rules among {rules}")
    count = receipts.num_rows
    own = median(lambda: evaluated(engine, receipts))
    row(f"`evaluate_arrow`, {CORES} threads", own, count)
    joined = median(lambda: rivals.with_polars(by_hand, frame))
    row("Polars, lazy joins, all cores", joined, count, times(own, joined))
    merged = median(lambda: rivals.with_pandas(by_hand, frames))
    row("pandas, merges", merged, count, times(own, merged))
    looped = median(lambda: [python(receipt) for receipt in dicts]) / len(dicts) * count
    row("plain Python, dicts by item and group", looped, count, times(own, looped))
    read = median(lambda: [python(json.loads(text)) for text in texts]) / len(texts) * count
    row("the same from the receipts' JSON", read, count, times(own, read))
    right = evaluated(engine, receipts)["discount"].to_pylist()
    found = {
        "Polars": rivals.with_polars(by_hand, frame).sort("receipt")["discount"].to_list(),
        "pandas": rivals.with_pandas(by_hand, frames).sort_index()["discount"].tolist(),
        "Python": [python(receipt) for receipt in dicts],
    }
    for name, discounts in found.items():
        other = sum(a != b for a, b in zip(discounts, right, strict=False))
        print(f"\n{name}: {other} of {len(discounts)} totals differ from the engine's.")


def importing() -> None:
    """How long `import rabatt` takes."""

    def run(code: str) -> float:
        return median(lambda: subprocess.run([sys.executable, "-c", code], check=True))  # noqa: S603

    bare, with_it = run("pass"), run("import rabatt")
    own = (with_it - bare) * 1000
    print(f"\n`import rabatt` takes {own:.0f} ms beyond the {bare * 1000:.0f} ms of Python's own start.")


def large() -> None:
    """Ten million receipts from Parquet to Parquet, in a process of its own."""
    text, texts = workload(1_000)
    receipts = pa.Table.from_pylist([json.loads(text) for text in texts]).select(
        ["receipt_id", "purchase_at", "currency", "store", "items"]
    )
    receipts = pa.concat_tables([receipts] * 5).combine_chunks()
    with tempfile.TemporaryDirectory() as folder:
        path, rules = Path(folder) / "receipts.parquet", Path(folder) / "rules.json"
        rules.write_text(text)
        with pq.ParquetWriter(path, receipts.schema) as writer:
            for _ in range(LARGE // receipts.num_rows):
                writer.write_table(receipts)
        start = time.perf_counter()
        subprocess.run([sys.executable, __file__, "through", folder], check=True)  # noqa: S603
        seconds = time.perf_counter() - start
        print(f"{LARGE / seconds:,.0f} receipts/s from Parquet to Parquet, {seconds:.0f} s in all.".replace(",", " "))


def through(folder: Path) -> None:
    """The process of `large`: says how much memory it took."""
    engine = rabatt.Engine((folder / "rules.json").read_text())
    count = to_parquet(engine, folder / "receipts.parquet", folder / "out.parquet")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{count} receipts of 10 lines, 1 000 rules: peak memory {peak} MiB.")


def main() -> None:
    """Print the tables."""
    words = sys.argv[1:]
    if words[:1] == ["through"]:
        through(Path(words[1]))
        return
    if words == ["large"]:
        large()
        return
    importing()
    for rules in [int(word) for word in words] or [10, 1_000, 10_000]:
        text, texts = workload(rules)
        engine = rabatt.Engine(text)
        receipts = pa.concat_tables([pa.Table.from_pylist([json.loads(text) for text in texts])] * REPEATED)
        head(f"{rules} rules, receipts of 10 lines")
        single(engine, texts)
        tables(engine, receipts, native(rules, text))
        beside_others(rules, text, receipts, texts)


main()
