"""What is told while many receipts are read."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rabatt
from rabatt import progress

ENGINE = rabatt.Engine([{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}])
ITEM = {"gross_amount": 100, "eligible_for_discount": True}
TABLE = pa.Table.from_pylist([{"purchase_at": "2024-06-01T12:00:00Z", "items": [ITEM]}] * 50_000)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(source: Any, **more: Any) -> list[tuple[int, int | None]]:
    seen: list[tuple[int, int | None]] = []
    result = ENGINE.evaluate_arrow(source, progress=lambda done, rows: seen.append((done, rows)), **more)
    assert seen == []
    assert pa.table(result.receipts()).num_rows == 50_000
    return seen


def test_it_knows_its_end() -> None:
    seen = told(TABLE, threads=1)
    # Seven parts, as equal as they can be, and the end.
    assert seen == [(min(part * 7_143, 50_000), 50_000) for part in range(1, 8)] + [(50_000, 50_000)]


def test_a_stream_tells_its_end_when_it_comes() -> None:
    seen = told(TABLE.to_reader(10_000), threads=2)
    assert seen == [(done, None) for done in range(5_000, 55_000, 5_000)] + [(50_000, 50_000)]


def test_who_knows_how_many_rows_there_are() -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert progress.rows(frame) == 3
    assert progress.rows(pl.DataFrame(frame)) == 3
    assert progress.rows(pa.table({"a": [1, 2]})) == 2
    assert progress.rows(TABLE.to_reader()) is None
    assert progress.rows(object()) is None


def test_a_bar_on_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    ENGINE.evaluate_arrow(TABLE, progress=True).tables()
    assert "[##############################] 50 000 of 50 000 receipts" in screen.getvalue()
    assert screen.getvalue().endswith("\n")


@pytest.mark.parametrize("wanted", [True, False, None])
def test_nothing_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wanted: Any
) -> None:
    ENGINE.evaluate_arrow(TABLE, progress=wanted).tables()
    monkeypatch.setattr(sys, "stderr", None)
    ENGINE.evaluate_arrow(TABLE, progress=wanted).tables()
    assert capsys.readouterr() == ("", "")


def test_a_bar_in_a_notebook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    ENGINE.evaluate_arrow(TABLE, progress=True).tables()
    assert "50 000 of 50 000" in capsys.readouterr().err
    # Outside of a kernel, where somebody loaded the package all the same, and in a shell that is redirected.
    for outside in (None, object()):
        loaded = SimpleNamespace(get_ipython=lambda shell=outside: shell)
        monkeypatch.setitem(sys.modules, "IPython", loaded)
        ENGINE.evaluate_arrow(TABLE, progress=True).tables()
        assert capsys.readouterr().err == ""


def test_a_bar_is_not_drawn_more_often_than_one_can_see() -> None:
    out = io.StringIO()
    times = iter([n / 1000 for n in range(1001)])
    bar = progress.Bar(out, clock=lambda: next(times))
    for done in range(1, 1001):
        bar(done, 1000)
    assert 9 <= out.getvalue().count("\r") <= 12
    assert progress.described(5, None, 0) == "5 receipts, 0 s"
    assert progress.described(0, 0, 1.0).startswith("[###")


def test_what_the_function_raises_ends_the_reading() -> None:
    def stop(done: int, _rows: int | None) -> None:
        if done > 20_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ENGINE.evaluate_arrow(TABLE, progress=stop).tables()
    with pytest.raises(KeyboardInterrupt):
        rabatt.compare(ENGINE, ENGINE, TABLE, progress=stop)
    with pytest.raises(pa.ArrowInvalid, match="KeyboardInterrupt"):
        pa.table(ENGINE.evaluate_arrow(TABLE, progress=stop).receipts())


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="progress is True for a bar, or a function"):
        ENGINE.evaluate_arrow(TABLE, progress="yes")  # type: ignore[arg-type]
