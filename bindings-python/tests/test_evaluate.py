"""One receipt at a time: what goes in, what comes out, what is refused."""

from __future__ import annotations

import json
import pickle
import threading
from collections import UserDict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import rabatt

TEN = [{"id": "ten", "receipt_text": "10 % off", "reward": {"type": "discount_percent", "value": 10}}]
ENGINE = rabatt.Engine(TEN)


def receipt(**line: Any) -> dict[str, Any]:
    item = {"line_id": 1, "gross_amount": 3500, "eligible_for_discount": True, **line}
    return {"purchase_at": "2024-06-01T12:00:00+02:00", "items": [item]}


def item_of(answer: Any) -> Any:
    return answer["receipt"]["items"][0]


def test_text_in_gives_text_out_and_a_dict_a_dict() -> None:
    text = json.dumps(receipt())
    answer = ENGINE.evaluate(text)
    assert isinstance(answer, str)
    assert ENGINE.evaluate(text.encode()) == answer
    assert ENGINE.evaluate(receipt()) == json.loads(answer)
    assert answer.startswith('{"ok":true,"receipt":' + text[:-3])


def test_a_receipt_is_not_changed() -> None:
    sent = receipt()
    ENGINE.evaluate(sent)
    assert sent == receipt()


def test_rules_as_objects_text_and_bytes_are_one_plan() -> None:
    text = json.dumps(TEN)
    hashes = {rabatt.Engine(rules).plan_hash for rules in (TEN, tuple(TEN), text, text.encode(), " \n" + text)}
    assert hashes == {ENGINE.plan_hash}


def test_a_snapshot_brings_its_facts() -> None:
    held = {"id": "r1", "rule_id": "ten", "given_at": None, "statistics": {"usage": 0}}
    snapshot = {"plan": ENGINE.plan_hash, "rules": TEN, "facts": {"refs": [held]}}
    for form in (snapshot, json.dumps(snapshot), json.dumps(snapshot).encode()):
        engine = rabatt.Engine(form)
        assert engine.evaluate(receipt())["outcome"]["applied"][0]["ref_id"] == "r1"
        assert engine.evaluate(receipt(), {"refs": []})["outcome"]["applied"] == []
        assert engine.evaluate(receipt(), "{}")["outcome"]["applied"][0]["ref_id"] == "ten"
        again = pickle.loads(pickle.dumps(engine))  # noqa: S301
        assert again.evaluate(receipt()) == engine.evaluate(receipt())


@pytest.mark.parametrize(
    ("snapshot", "code", "pointer"),
    [
        ({"plan": "0" * 64, "rules": TEN}, "unknown_value", "/plan"),
        ({"rules": [{"id": "a"}]}, "missing_member", "/rules/0/reward"),
        ({"rules": TEN, "facts": {"refs": [{}]}}, "missing_member", "/facts/refs/0/id"),
        ({"facts": {}}, "missing_member", "/rules"),
        ("{", "bad_json", ""),
        ('{"rules": []} x', "bad_json", ""),
    ],
)
def test_bad_snapshots(snapshot: Any, code: str, pointer: str) -> None:
    with pytest.raises(rabatt.RulesError) as raised:
        rabatt.Engine(snapshot)
    assert (raised.value.problems[0].code, raised.value.problems[0].pointer) == (code, pointer)
    assert rabatt.Engine.check(snapshot) == list(raised.value.problems)


def test_check_tells_every_problem() -> None:
    assert rabatt.Engine.check(TEN) == []
    problems = rabatt.Engine.check([{"id": "a", "reward": {"type": "discount_percent", "value": 101}}, {"id": "a"}])
    assert [problem.pointer for problem in problems] == ["/0/reward/value", "/1/reward", "/1/id"]


@pytest.mark.parametrize(
    ("quantity", "comes_back"),
    [
        (0.1, 0.1),
        (Decimal("0.10"), 0.1),
        (1e-7, 1e-7),
        (2, 2),
        (True + 1, 2),
        (np.int64(3), 3),
        (np.float32(0.453), 0.453),
        (np.float64(0.453), 0.453),
        (Decimal("0.123456789012345678"), Decimal("0.123456789012345678")),
        (0.1 + 0.2, 0.1 + 0.2),
    ],
)
def test_numbers_are_what_their_repr_shows(quantity: Any, comes_back: Any) -> None:
    back = item_of(ENGINE.evaluate(receipt(quantity=quantity)))["quantity"]
    assert (back, type(back)) == (comes_back, type(comes_back))
    exact = item_of(ENGINE.evaluate(receipt(quantity=quantity), decimals=True))["quantity"]
    assert Decimal(str(comes_back)) == exact


def test_a_float_is_priced_as_its_repr() -> None:
    # 0.145 as a binary fraction lies below 145/1000; ten kilos' worth would round down.
    answer = ENGINE.evaluate(receipt(gross_amount=None, unit_gross_price=100, quantity=0.145))
    assert answer["outcome"]["totals"]["gross"] == 15


def test_amounts_are_whole() -> None:
    assert ENGINE.evaluate(receipt(gross_amount=3500.0))["outcome"]["totals"]["gross"] == 3500
    with pytest.raises(rabatt.ReceiptError) as raised:
        ENGINE.evaluate(receipt(gross_amount=3500.5))
    assert raised.value.problems == (
        rabatt.Problem(
            "fractional_number",
            "/items/0/gross_amount",
            "a whole number belongs here: amounts are in minor units (øre, cents)",
        ),
    )


def test_unknown_members_come_back() -> None:
    own: dict[str, Any] = {
        "none": None,
        "flag": False,
        "big": 10**40,
        "text": 'æ"\\\n\x00\u2028',
        "list": [[], {}],
        "e": 1e300,
        "": {"~/": 1},
    }
    assert item_of(ENGINE.evaluate(receipt(own=own)))["own"] == own


def test_date_times_and_mappings() -> None:
    summer = timezone(timedelta(hours=2))
    for at in (datetime(2024, 6, 1, 12, tzinfo=summer), datetime(2024, 6, 1, 10, tzinfo=UTC)):
        sent = MappingProxyType({"purchase_at": at, "items": (UserDict(receipt()["items"][0]),)})
        assert ENGINE.evaluate(sent)["outcome"]["totals"]["discount"] == 350


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "out_of_range"),
        (Decimal("Infinity"), "out_of_range"),
        pytest.param(10**5000, "out_of_range", id="5000 digits"),
        ({1, 2}, "wrong_type"),
        ({1: 2}, "wrong_type"),
        (object(), "wrong_type"),
        ("\ud800", "bad_json"),
        (datetime(2024, 6, 1), "bad_time"),  # noqa: DTZ001
    ],
)
def test_what_has_no_json_form_is_named(value: Any, code: str) -> None:
    with pytest.raises(rabatt.ReceiptError) as raised:
        ENGINE.evaluate({"a/b": [0, {"c": value}]})
    assert (raised.value.problems[0].code, raised.value.problems[0].pointer) == (code, "/a~1b/1/c")


def test_what_holds_itself_is_refused() -> None:
    sent: dict[str, Any] = receipt()
    sent["own"] = sent
    with pytest.raises(rabatt.ReceiptError) as raised:
        ENGINE.evaluate(sent)
    assert raised.value.problems[0].code == "too_deep"


def test_errors_hold_every_problem_and_pickle() -> None:
    with pytest.raises(rabatt.ReceiptError) as raised:
        ENGINE.evaluate('{"purchase_at": "yesterday", "items": [{"quantity": "x"}]}')
    error = raised.value
    assert [problem.pointer for problem in error.problems] == ["/purchase_at", "/items/0/quantity"]
    assert str(error).splitlines()[1] == "/items/0/quantity: a number belongs here, without quotes (wrong_type)"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), again.problems) == (rabatt.ReceiptError, error.problems)
    assert isinstance(error, ValueError)
    with pytest.raises(rabatt.FactsError) as refused:
        ENGINE.evaluate(receipt(), {"refs": 1})
    assert refused.value.problems[0].pointer == "/refs"
    with pytest.raises(rabatt.RulesError):
        rabatt.Engine(b"\xff")
    with pytest.raises(rabatt.CallError):
        rabatt.answer({"rules": {1}})
    assert rabatt.answer(b"\xff").startswith('{"ok":false')


def test_options() -> None:
    explained = ENGINE.evaluate(receipt(eligible_for_discount=False), explain=True)
    assert explained["outcome"]["explain"][0]["reasons"] == [{"code": "no_matching_items"}]
    assert item_of(ENGINE.evaluate(receipt(), amounts="recalculated"))["net_amount"] == 3150
    assert ENGINE.evaluate(receipt(), steps=0)["outcome"]["optimal"]
    with pytest.raises(ValueError, match="recalculated"):
        ENGINE.evaluate(receipt(), amounts="other")  # type: ignore[call-overload]


def test_threads_share_an_engine() -> None:
    text = json.dumps(receipt())
    answers: set[str] = set()

    def evaluate() -> None:
        answers.update(ENGINE.evaluate(text) for _ in range(200))

    threads = [threading.Thread(target=evaluate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {ENGINE.evaluate(text)}
