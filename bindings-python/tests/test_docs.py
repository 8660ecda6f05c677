"""Every example in the documentation runs."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import rabatt
from rabatt import (
    batches,
    comparison,
    dask,
    errors,
    findings,
    kiosk,
    money,
    plots,
    progress,
    ray,
    readers,
    report,
    service,
    spark,
    sums,
    tables,
)

README = Path(__file__).resolve().parents[1] / "README.md"


def documented() -> dict[str, str]:
    """Docstrings by name, of modules, classes and their members."""
    found = {module.__name__: module.__doc__ or "" for module in (rabatt, kiosk, plots, report, sums)}
    modules = (
        rabatt,
        batches,
        comparison,
        dask,
        errors,
        findings,
        kiosk,
        money,
        plots,
        progress,
        ray,
        readers,
        report,
        service,
        spark,
        sums,
        tables,
    )
    for module in modules:
        for name in module.__all__:
            thing: Any = getattr(module, name)
            found[f"{module.__name__}.{name}"] = inspect.getdoc(thing) or ""
            for member in vars(thing) if inspect.isclass(thing) else ():
                value = getattr(thing, member)
                # Settings of a dataclass have defaults there, whose documentation is not ours.
                if not member.startswith("_") and (inspect.isroutine(value) or inspect.isdatadescriptor(value)):
                    found[f"{module.__name__}.{name}.{member}"] = inspect.getdoc(value) or ""
    return found


EXAMPLES = {name: text for name, text in documented().items() if ">>>" in text}


@pytest.mark.parametrize("name", EXAMPLES)
def test_docstring(name: str) -> None:
    test = doctest.DocTestParser().get_doctest(EXAMPLES[name], {}, name, None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    said: list[str] = []
    runner.run(test, out=said.append)
    assert not said, "".join(said)


def test_what_is_public_is_documented() -> None:
    assert [name for name, text in documented().items() if not text and not name.endswith("__version__")] == []
    for name in (
        "Engine",
        "Engine.check",
        "Engine.evaluate",
        "Engine.evaluate_arrow",
        "Evaluation",
        "answer",
        "compare",
    ):
        assert f"rabatt.{name}" in EXAMPLES


def test_readme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its Python blocks run one after the other; what they print is the text in the comments."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) >= 2
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)  # noqa: S102
        printed = [line.split("# ", 1)[1] for line in block.splitlines() if line.startswith("print(") and "# " in line]
        assert capsys.readouterr().out.splitlines() == printed
