"""Receipts from files and from the service, as a stream that may be larger than memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from rabatt import _native

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

    from rabatt._native import ArrowTable

__all__ = ["Receipts", "read_receipts"]

JSON_ENDINGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
PARQUET_ENDINGS = (".parquet", ".pq")
BLOCK = 4 << 20
# Receipts of a Parquet file that are read at a time.
BATCH = 1 << 15
# Of a Parquet file with more columns only these are read.
COLUMNS = (
    "receipt_id",
    "purchase_at",
    "currency",
    "customer_id",
    "store",
    "customer",
    "discount_code",
    "items",
)


class Receipts:
    """Receipts that `Engine.evaluate_arrow`, `compare` and `simulate` take, read anew each time.

    Nothing is read before they are; only a window of them is in memory.
    """

    def __init__(
        self, stream: Callable[[], Any], num_rows: int | None, name: str, rejected: _native.RejectedLines | None
    ) -> None:
        self._stream = stream
        self._name = name
        self._rejected = rejected
        self.num_rows = num_rows
        """How many receipts there are, where that is known without reading them."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Arrow's C interface: the stream, from the beginning."""
        return self._stream().__arrow_c_stream__(requested_schema)

    def rejected(self) -> ArrowTable:
        """The table of broken lines that were left out, with `on_error="collect"`, when all have been read.

        `line` counts from 1 through all sources, `error` says what is wrong.
        """
        if self._rejected is None:
            raise ValueError('broken lines were not collected; call read_receipts with on_error="collect"')
        return self._rejected.table()

    def __repr__(self) -> str:
        count = "" if self.num_rows is None else f", {self.num_rows} receipts"
        return f"Receipts({self._name}{count})"


def read_receipts(
    *sources: str | PathLike[str],
    client: tuple[str, str] | None = None,
    customers: Sequence[str] | None = None,
    columns: Sequence[str] = (),
    on_error: Literal["raise", "collect"] = "raise",
    threads: int | None = None,
) -> Receipts:
    r"""Read receipts: JSON lines, Parquet, or those of an account of the service.

    JSON lines (`.jsonl`, `.ndjson`, also with `.gz`) have a receipt in the service's shape on each
    line. They are read as the engine reads them, exactly, into columns that do not depend on what
    the lines hold: those that `evaluate_arrow` takes, `customer_id`, and `cost_price` of lines;
    `store` and `customer` with the members that the service's contract has; `purchase_at` to the
    microsecond. A broken line is an error that names line and member, or with `on_error="collect"`
    it is left out and told by `Receipts.rejected()`.

    Parquet (`.parquet`, needs pyarrow) is read with the columns that a receipt has, and `columns`.
    Its rows are judged where they are used: `evaluate_arrow` has an `on_error` of its own.

    An address as `https://…/v1/accounts/T00000001` reads the receipts of that account's customers,
    or of those named in `customers`, page by page, each newest first. `client` is id and secret of an
    API client that may read receipts (and customers, when none are named).

    >>> import json, pathlib, tempfile, pyarrow as pa, rabatt
    >>> receipt = {"receipt_id": "1001", "purchase_at": "2024-06-01T12:00:00+02:00", "items": [
    ...     {"id": "espresso", "gross_amount": 3500, "eligible_for_discount": True}]}
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name) / "june.jsonl"
    >>> _ = path.write_text(json.dumps(receipt) + "\n")
    >>> receipts = rabatt.read_receipts(path)
    >>> engine = rabatt.Engine([{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}])
    >>> pa.table(engine.evaluate_arrow(receipts).receipts())["discount"].to_pylist()
    [350]
    >>> folder.cleanup()
    """
    if not sources:
        raise ValueError("name at least one file or address to read")
    if on_error not in {"raise", "collect"}:
        raise ValueError('on_error is "raise" or "collect"')
    texts = [str(source) for source in sources]
    name = ", ".join(texts)
    kinds = {_kind(text) for text in texts}
    if len(kinds) > 1:
        raise ValueError(f"read one kind of source at a time, not {' and '.join(sorted(kinds))} together")
    [kind] = kinds
    if kind != "the service" and (client is not None or customers is not None):
        raise ValueError(f"`client` and `customers` are for the service's receipts; `{name}` is {kind}")
    if kind == "Parquet":
        return _parquet([Path(text) for text in texts], name, columns)
    if kind == "the service":
        if client is None:
            raise ValueError(f"give `client=(id, secret)` to read from `{name}`")
        from rabatt.service import Client, receipt_lines  # noqa: PLC0415  # importing rabatt is quick

        accounts = [Client(text, *client) for text in texts]

        def chunks() -> Iterator[bytes]:
            return (page for account in accounts for page in receipt_lines(account, customers))
    else:

        def chunks() -> Iterator[bytes]:
            return _blocks([Path(text) for text in texts])

        _readable(texts)
    rejected = _native.RejectedLines() if on_error == "collect" else None
    return Receipts(lambda: _native.json_lines(chunks(), name, rejected, threads), None, name, rejected)


def _kind(text: str) -> str:
    if "://" in text:
        return "the service"
    lower = text.lower()
    if lower.endswith(PARQUET_ENDINGS):
        return "Parquet"
    if lower.endswith(JSON_ENDINGS):
        return "JSON lines"
    known = ", ".join(JSON_ENDINGS + PARQUET_ENDINGS)
    raise ValueError(f"`{text}` ends in none of {known}, and is no address; receipts are JSON lines or Parquet")


def _readable(texts: list[str]) -> None:
    """Say at once that a file is not there."""
    for text in texts:
        Path(text).open("rb").close()


def _blocks(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        last = b"\n"
        with _opened(path) as file:
            while block := file.read(BLOCK):
                yield block
                last = block[-1:]
        if last != b"\n":
            # The next file begins a line of its own.
            yield b"\n"


def _opened(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        import gzip  # noqa: PLC0415  # importing rabatt is quick

        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")


def _row_groups(metadata: Any, rows: int) -> Iterator[list[int]]:
    """Row groups, so many together that they have these rows."""
    together: list[int] = []
    count = 0
    for group in range(metadata.num_row_groups):
        together.append(group)
        count += metadata.row_group(group).num_rows
        if count >= rows:
            yield together
            together, count = [], 0
    if together:
        yield together


def _parquet(paths: list[Path], name: str, columns: Sequence[str]) -> Receipts:
    try:
        import pyarrow as pa  # noqa: PLC0415  # the package itself needs nothing
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise ImportError("reading Parquet needs pyarrow: pip install pyarrow") from error
    files = [pq.ParquetFile(path) for path in paths]
    schemas = [file.schema_arrow for file in files]
    missing = [column for column in columns if column not in schemas[0].names]
    if missing:
        raise ValueError(f"`{paths[0]}` has no column {', '.join(f'`{column}`' for column in missing)}")
    wanted = [column for column in schemas[0].names if column in COLUMNS or column in columns]
    schema = pa.schema([schemas[0].field(column) for column in wanted])
    for path, other in zip(paths, schemas, strict=True):
        if any(column not in other.names or other.field(column).type != schema.field(column).type for column in wanted):
            raise ValueError(f"`{path}` has other columns than `{paths[0]}`; read them one after the other")

    def batches() -> Iterator[Any]:
        for path in paths:
            with pq.ParquetFile(path) as file:
                # A few row groups at a time: pyarrow keeps hold of what it has read until its iterator ends.
                for groups in _row_groups(file.metadata, BATCH):
                    yield from file.iter_batches(batch_size=BATCH, row_groups=groups, columns=wanted)

    count = sum(file.metadata.num_rows for file in files)
    for file in files:
        file.close()
    return Receipts(lambda: pa.RecordBatchReader.from_batches(schema, batches()), count, name, None)
