from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, Self, TypeAlias, final, overload

from rabatt.answers import Answer, Failure
from rabatt.errors import Problem
from rabatt.tables import Tables

__all__ = [
    "ArrowReader",
    "ArrowTable",
    "Engine",
    "Evaluation",
    "RejectedLines",
    "Simulation",
    "__version__",
    "answer",
    "compare",
    "json_lines",
    "lint",
    "simulate",
]

__version__: str

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> object: ...

_Text: TypeAlias = str | bytes
_Object: TypeAlias = Mapping[str, Any]
_Rules: TypeAlias = _Text | Sequence[_Object] | _Object
_Table: TypeAlias = _ArrowStream | _ArrowArray
_Progress: TypeAlias = bool | Callable[[int, int | None], object]

@overload
def answer(call: _Text, *, decimals: bool = False) -> str: ...
@overload
def answer(call: _Object, *, decimals: bool = False) -> Answer | Failure: ...
def compare(
    a: Engine,
    b: Engine,
    receipts: _Table,
    items: _Table | None,
    *,
    facts: _Text | _Object | None,
    cost: str | None,
    sample: int | None,
    seed: int,
    z: int,
    details: bool,
    on_error: str,
    steps: int | None,
    threads: int | None,
    progress: _Progress | None,
) -> dict[str, Any]: ...
def lint(
    engine: Engine,
    receipts: _Table | None,
    items: _Table | None,
    *,
    facts: _Text | _Object | None,
    on_error: str,
    steps: int | None,
    threads: int | None,
    progress: _Progress | None,
) -> list[tuple[str, str, str, str, str, str | None]]: ...
def simulate(
    rules: _Rules | Engine,
    receipts: _Table,
    customers: Mapping[str, str | Sequence[str]] | _Table | None = None,
    start_state: Simulation | _Table | None = None,
    *,
    items: _Table | None = None,
    on_error: Literal["raise", "collect"] = "raise",
    steps: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Simulation: ...
def json_lines(
    chunks: Iterator[bytes], name: str, rejected: RejectedLines | None, threads: int | None
) -> ArrowReader: ...

@final
class RejectedLines:
    def __new__(cls) -> Self: ...
    def table(self) -> ArrowTable: ...

@final
class Engine:
    def __new__(cls, rules: _Rules) -> Self: ...
    @staticmethod
    def check(rules: _Rules) -> list[Problem]: ...
    @property
    def plan_hash(self) -> str: ...
    @overload
    def evaluate(
        self,
        receipt: _Text,
        facts: _Text | _Object | None = None,
        explain: bool = False,
        *,
        amounts: Literal["recalculated"] | None = None,
        steps: int | None = None,
        decimals: bool = False,
    ) -> str: ...
    @overload
    def evaluate(
        self,
        receipt: _Object,
        facts: _Text | _Object | None = None,
        explain: bool = False,
        *,
        amounts: Literal["recalculated"] | None = None,
        steps: int | None = None,
        decimals: bool = False,
    ) -> Answer: ...
    def evaluate_arrow(
        self,
        receipts: _Table,
        items: _Table | None = None,
        *,
        facts: _Text | _Object | None = None,
        on_error: Literal["raise", "collect"] = "raise",
        steps: int | None = None,
        threads: int | None = None,
        progress: _Progress | None = None,
    ) -> Evaluation: ...
    def __reduce__(self) -> tuple[type[Engine], tuple[str]]: ...

@final
class Evaluation:
    def receipts(self) -> ArrowReader: ...
    def lines(self) -> ArrowReader: ...
    def rules(self) -> ArrowReader: ...
    def tables(self) -> Tables: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> Tables: ...

@final
class Simulation:
    def receipts(self) -> ArrowReader: ...
    def lines(self) -> ArrowReader: ...
    def rules(self) -> ArrowReader: ...
    def tables(self) -> Tables: ...
    def states(self) -> ArrowTable: ...

@final
class ArrowReader:
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class ArrowTable:
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __len__(self) -> int: ...
