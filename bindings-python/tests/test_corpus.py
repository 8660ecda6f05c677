"""Every case of the corpus, and generated Calls, answered as natively: the same bytes."""

from __future__ import annotations

import json
from decimal import Decimal
from types import NoneType
from typing import Any

import pytest

import rabatt
from native import Case, cases, parts

CORPUS = cases("corpus")
GENERATED = cases("generated", "--cases", "4000", "--seed", "1")
CHUNK = 500


def read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def is_plain(text: str) -> bool:
    """JSON as dicts can hold it: no member twice, no NaN."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise ValueError
        return members

    try:
        json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except ValueError:
        return False
    return True


def through_answer(case: Case) -> None:
    assert rabatt.answer(case.call) == case.answer
    assert rabatt.answer(case.call.encode()) == case.answer
    if is_plain(case.call):
        answer = read(case.answer)
        if not answer["ok"] and answer["errors"][0]["code"] == "too_deep":
            with pytest.raises(rabatt.CallError, match="too_deep"):
                rabatt.answer(read(case.call))
        else:
            assert rabatt.answer(read(case.call), decimals=True) == answer


def through_engine(case: Case) -> None:
    """The same Call, its rules compiled first."""
    call = parts(case.call)
    options = read(call.get("options", "{}")) or {}
    options = {name: value for name, value in options.items() if value is not None}
    try:
        engine = rabatt.Engine(call["rules"])
        facts = call.get("facts")
        facts = None if facts == "null" else facts
        text = engine.evaluate(call["receipt"], facts, **options)
        assert text == case.answer
        receipt = read(call["receipt"])
        objects = engine.evaluate(receipt, read(facts) if facts else None, **options, decimals=True)
        assert objects == read(case.answer)
        assert engine.plan_hash == objects["outcome"]["plan"]
    except rabatt.RabattError as error:
        place = {rabatt.RulesError: "/rules", rabatt.FactsError: "/facts", rabatt.ReceiptError: "/receipt"}[type(error)]
        # A Call tells the problems of all its parts at once; an amount of a rule that grows too large is told of
        # the rules.
        own = [problem for problem in problems(case) if problem.pointer.startswith(place) or problem.code == "overflow"]
        told = [problem._replace(pointer=place + problem.pointer) for problem in error.problems]
        assert own == [problem if problem.pointer != "/receipt/rules" else own[0] for problem in told]


def problems(case: Case) -> list[rabatt.Problem]:
    return [rabatt.Problem(**problem) for problem in read(case.answer).get("errors", ())]


def is_for_an_engine(case: Case) -> bool:
    """Whether it is about rules, receipt or facts, rather than about the Call that holds them."""
    if (
        case.name.startswith("invalid-text/")
        or not is_plain(case.call)
        or not isinstance(call := read(case.call), dict)
    ):
        return False
    options = call.get("options") or {}
    return (
        {"rules", "receipt"} <= set(call)
        and not isinstance(call["rules"], (dict, NoneType))
        and set(options) <= {"explain", "steps", "amounts"}
        and not any(problem.pointer.startswith("/options") for problem in problems(case))
    )


@pytest.mark.parametrize("case", CORPUS, ids=[case.name for case in CORPUS])
def test_corpus(case: Case) -> None:
    through_answer(case)


ENGINE = [case for case in CORPUS if is_for_an_engine(case)]


@pytest.mark.parametrize("case", ENGINE, ids=[case.name for case in ENGINE])
def test_corpus_through_an_engine(case: Case) -> None:
    through_engine(case)


@pytest.mark.parametrize("first", range(0, len(GENERATED), CHUNK))
def test_generated_calls(first: int) -> None:
    for case in GENERATED[first : first + CHUNK]:
        through_answer(case)
        through_engine(case)


def test_there_are_cases_of_every_kind() -> None:
    assert len(CORPUS) > 500
    assert len(ENGINE) > 450
    given = [read(case.answer) for case in GENERATED]
    assert sum(bool(answer["ok"] and answer["outcome"]["applied"]) for answer in given) > 1000
