"""The types that the package promises are those it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]


def run(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=FOLDER, check=False, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy() -> None:
    run("mypy")


def test_the_stub_is_the_module() -> None:
    run("mypy.stubtest", "rabatt", "--mypy-config-file", "pyproject.toml")


def test_importing_loads_nothing_else() -> None:
    slow = {"pyarrow", "numpy", "pandas", "polars", "urllib.request", "statistics", "ssl", "gzip"}
    code = f"import sys, rabatt; found = {slow} & set(sys.modules); assert not found, found"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
