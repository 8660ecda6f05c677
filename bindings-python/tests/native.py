"""Calls with the answers that the engine gives natively, from the harness's program `answers`."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Case(NamedTuple):
    """A Call and the native Answer, as texts."""

    name: str
    call: str
    answer: str


@cache
def cases(*words: str) -> list[Case]:
    """The cases that `answers` prints for these words."""
    command = ["cargo", "run", "--quiet", "--package", "rabatt-tests", "--bin", "answers", "--", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    lines = done.stdout.decode().splitlines()
    return [Case(**json.loads(line)) for line in lines]


def parts(call: str) -> dict[str, str]:
    """The members of a Call, each as it is written."""
    found = {}
    decoder = json.JSONDecoder()
    at = 1
    while call[at] != "}":
        at += call[at] == ","
        name, at = decoder.raw_decode(call, at)
        _, end = decoder.raw_decode(call, at + 1)
        found[name] = call[at + 1 : end]
        at = end
    return found
