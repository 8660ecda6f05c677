"""The notebooks run from start to end, and what is kept of them holds no outputs."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
PICTURES = {"1-from-a-rule-to-its-cost": 2, "2-designing-a-stamp-card": 3, "3-comparing-two-campaigns": 1}


def test_all_are_here() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(PICTURES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_kept(path: Path) -> None:
    """Outputs are made anew by whoever runs it: kept, they would be old and large."""
    notebook: Any = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None), f"clear the outputs of {path.name}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    notebook: Any = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    # Warnings come as a stream; readers should see none.
    assert [output.text for output in outputs if output.output_type == "stream"] == []
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == PICTURES[path.stem]
    assert all(base64.b64decode(picture).startswith(b"\x89PNG") for picture in pictures)
    said = [output.data["text/markdown"] for output in outputs if "text/markdown" in output.get("data", {})]
    assert len(said) >= 5
    assert not [text for text in said if re.search(r"\bnan\b|\binf\b|None", text)]
    nbformat.write(notebook, tmp_path / path.name)
