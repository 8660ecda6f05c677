"""Pieces of a page that needs nothing but itself: no script, no style in tags, no address elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

__all__ = ["details", "escape", "page", "paragraph", "picture", "section", "table", "tiles"]


def page(title: str, body: Iterable[str]) -> str:
    """The whole document."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # Nothing may be loaded or run, whatever a rule is called: the browser itself sees to that.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{"".join(body)}</main>
</body>
</html>
"""


def section(heading: str, *parts: str) -> str:
    """A heading and what belongs under it."""
    return f"<section>\n<h2>{escape(heading)}</h2>\n{''.join(parts)}</section>\n"


def paragraph(text: str, *, quiet: bool = False) -> str:
    """Some text."""
    kind = ' class="quiet"' if quiet else ""
    return f"<p{kind}>{escape(text)}</p>\n"


def tiles(entries: Sequence[tuple[str, str, str]]) -> str:
    """Numbers that stand out: what they are, the number, and a word on it."""
    inside = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd>{f'<dd>{escape(note)}</dd>' if note else ''}</div>\n"
        for name, value, note in entries
    )
    return f"<dl>\n{inside}</dl>\n"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], foot: Sequence[str] = ()) -> str:
    """A table whose first column is text, the others numbers."""

    def row(cells: Sequence[str]) -> str:
        return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"

    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    last = f"<tfoot>{row(foot)}</tfoot>\n" if foot else ""
    body = "".join(map(row, rows))
    head = f"<thead><tr>{head}</tr></thead>\n"
    return f'<div class="wide">\n<table>\n{head}<tbody>\n{body}</tbody>\n{last}</table>\n</div>\n'


def details(summary: str, inside: str) -> str:
    """What only some want to see."""
    return f"<details>\n<summary>{escape(summary)}</summary>\n{inside}</details>\n"


def picture(light: bytes, dark: bytes, says: str) -> str:
    """An SVG picture for each scheme of colours, and what it says for those who cannot see it."""
    day, night = (f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" for svg in (light, dark))
    return (
        f'<figure>\n<picture>\n<source media="(prefers-color-scheme: dark)" srcset="{night}">\n'
        f'<img src="{day}" alt="{escape(says)}">\n</picture>\n</figure>\n'
    )
