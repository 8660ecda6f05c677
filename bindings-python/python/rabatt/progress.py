"""How far a pass over many receipts is: what `progress=True` shows."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Bar", "bar", "rows"]

WIDTH = 30
EVERY = 0.1


class Bar:
    """A line of text on stderr, rewritten as receipts are done.

    >>> import sys
    >>> from rabatt.progress import Bar
    >>> bar = Bar(sys.stdout, clock=iter([0.0, 2.0, 4.0]).__next__)
    >>> bar(500_000, 1_000_000)  # doctest: +NORMALIZE_WHITESPACE
    [###############...............] 500 000 of 1 000 000 receipts, 250 000/s, 2 s left
    >>> bar(1_000_000, 1_000_000)  # doctest: +NORMALIZE_WHITESPACE
    [##############################] 1 000 000 of 1 000 000 receipts, 250 000/s, 4 s
    """

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out or sys.stderr
        self._clock = clock
        self._begun = clock()
        self._next = 0.0
        self._width = 0

    def __call__(self, done: int, total: int | None) -> None:
        """Show that `done` of `total` receipts are done."""
        now = self._clock()
        end = done == total
        if now < self._next and not end:
            return
        self._next = now + EVERY
        text = described(done, total, now - self._begun)
        # What a longer text left behind is wiped out.
        self._out.write("\r" + text.ljust(self._width) + ("\n" if end else ""))
        self._out.flush()
        self._width = 0 if end else len(text)


def described(done: int, total: int | None, seconds: float) -> str:
    """The text of a bar."""
    rate = done / seconds if seconds > 0 else 0.0
    speed = f", {spaced(round(rate))}/s" if rate else ""
    if total is None:
        return f"{spaced(done)} receipts{speed}, {seconds:.0f} s"
    filled = WIDTH * done // total if total else WIDTH
    left = f"{(total - done) / rate:.0f} s left" if rate and done < total else f"{seconds:.0f} s"
    return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {spaced(done)} of {spaced(total)} receipts{speed}, {left}"


def spaced(number: int) -> str:
    """Digits in threes."""
    return f"{number:,}".replace(",", " ")


def quiet(_done: int, _total: int | None) -> None:
    """Nobody is looking."""


def in_notebook() -> bool:
    """Tell whether this runs in a notebook's kernel."""
    # That its packages are loaded says nothing: programs that run notebooks load them too.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def bar() -> Callable[[int, int | None], None]:
    """A bar where somebody can see it, in a terminal or a notebook; else something that says nothing."""
    if sys.stderr is None:
        return quiet
    return Bar() if sys.stderr.isatty() or in_notebook() else quiet


def rows(source: Any) -> int | None:
    """How many receipts a source has, when it can say so without reading them."""
    # pyarrow's tables and our own sources; Polars; pandas. DuckDB would run the query for it.
    for name in ("num_rows", "height"):
        count = getattr(source, name, None)
        if isinstance(count, int):
            return count
    return len(source.index) if hasattr(source, "iloc") else None
