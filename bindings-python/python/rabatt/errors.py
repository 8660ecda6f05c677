"""What can be wrong, as exceptions: each holds every problem with its place."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "CallError",
    "ColumnError",
    "FactsError",
    "Problem",
    "RabattError",
    "ReceiptError",
    "RowError",
    "RulesError",
    "ServiceError",
]


class Problem(NamedTuple):
    """One thing that is wrong, and where."""

    code: str
    """Which kind of problem, as `percent_out_of_range`."""
    pointer: str
    """JSON pointer to the place, as `/items/0/quantity`."""
    message: str
    """What is wrong and what to do."""

    def __str__(self) -> str:
        place = f"{self.pointer}: " if self.pointer else ""
        return f"{place}{self.message} ({self.code})"


class RabattError(ValueError):
    """The input has problems; `problems` holds every one.

    >>> import rabatt
    >>> try:
    ...     rabatt.Engine([{"id": "a", "reward": {"type": "discount_percent", "value": 101}}])
    ... except rabatt.RabattError as error:
    ...     print(error)
    /0/reward/value: a percentage lies between 0 and 100 (percent_out_of_range)
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class RulesError(RabattError):
    """The rules do not compile. Pointers go into the rules."""


class ReceiptError(RabattError):
    """The receipt cannot be evaluated. Pointers go into the receipt."""


class FactsError(RabattError):
    """The facts cannot be read. Pointers go into the facts."""


class CallError(RabattError):
    """A Call given as objects has no JSON form. Pointers go into the Call."""


class ColumnError(RabattError):
    """A column of a table is missing or of a type that cannot be right. Pointers name the column."""


class RowError(RabattError):
    """A row of a table cannot be evaluated; the problem's pointer goes into that row's receipt."""

    batch: int
    """Which batch of the stream, from 0."""
    row: int
    """Which row of that batch, from 0."""
    column: str
    """Which column, as `items[2].quantity`; empty when it is no single one."""

    def __init__(self, problems: tuple[Problem, ...], batch: int, row: int, column: str) -> None:
        super().__init__(problems)
        self.args = (problems, batch, row, column)
        self.batch = batch
        self.row = row
        self.column = column

    def __str__(self) -> str:
        column = f", column `{self.column}`" if self.column else ""
        return f"batch {self.batch}, row {self.row}{column}: {self.problems[0].message} ({self.problems[0].code})"


class ServiceError(OSError):
    """The service did not answer as it should."""

    status: int | None
    """The HTTP status, when there was one."""

    def __init__(self, message: str, status: int | None) -> None:
        super().__init__(message)
        self.status = status
