"""What lint says is so: rules said to give nothing give nothing, on whatever receipts there are."""

from __future__ import annotations

import copy
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import rabatt
import shop
from native import cases, parts
from test_corpus import read

CALLS = [parts(case.call) for case in cases("generated", "--cases", "4000", "--seed", "1")]
RECEIPTS = shop.table([{**read(call["receipt"]), "receipt_id": f"l{at}"} for at, call in enumerate(CALLS[:800])])
NOTHING = {"never_applies", "always_beaten", "always_deactivated", "switched_off"}


def rule(name: str, value: Any = 10, kind: str = "discount_percent", **more: Any) -> dict[str, Any]:
    return {"id": name, "reward": {"type": kind, "value": value}, **more}


def found(*rules: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    return [(finding.rule_id, finding.code, finding.pointer) for finding in rabatt.lint(list(rules), **more)]


def gave(rules: list[dict[str, Any]], table: pa.Table = RECEIPTS) -> set[str]:
    """Rules that gave discount or bonus."""
    rows = pa.table(rabatt.Engine(rules).evaluate_arrow(table, on_error="collect").rules())
    return {row["rule_id"] for row in rows.select(["rule_id", "usage"]).to_pylist() if row["usage"]}


LIMITS: list[dict[str, Any]] = [
    {"discount_reward_usage": 0},
    {"discount_reward_usage": 1},
    {"discount_repeat_usage": 0},
    {"max_discount_amount": 0},
    {"max_discount_amount": 500},
    {},
    {},
]


def variant(chance: random.Random, original: dict[str, Any], name: str) -> dict[str, Any]:
    """A rule like this one, but for its size, limits, window or thresholds."""
    own: dict[str, Any] = copy.deepcopy(original)
    own["id"] = name
    own.pop("active", None)
    reward = own["reward"]
    if chance.random() < 0.5:
        reward["value"] = chance.choice([0, 1, reward["value"]])
    own["limitation"] = {**own.get("limitation", {}), **chance.choice(LIMITS)}
    if chance.random() < 0.3:
        own["requirement"] = {**own.get("requirement", {}), "gross_amount": chance.choice([0, 1000, 5000])}
    return own


def paired(chance: random.Random, rules: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """A variant of one of these rules that has something to do with it."""
    original = chance.choice(rules)
    more = variant(chance, original, name)
    how = chance.randrange(4)
    if how == 0:
        for one in (original, more):
            one["limitation"] = {**one.get("limitation", {}), "discount_combination": 0}
    elif how == 1:
        for one in (original, more):
            one["stacking"] = {**one.get("stacking", {}), "group": "g"}
    elif how == 2:
        off = {"type": "deactivate_if_discount_active", "value": original["id"]}
        more["limitation"]["discount_activation"] = [off]
    else:
        listed = more.get("requirement", {}).get("item", {}).get("items") or []
        more["limitation"]["blacklist"] = [entry for entry in listed if chance.random() < 0.8]
    return more


@pytest.mark.parametrize("seed", range(8))
def test_rules_said_to_give_nothing_give_nothing(seed: int) -> None:
    """Generated rules with variants of them that do not combine, share a group, or switch each other off."""
    chance = random.Random(seed)  # noqa: S311
    told: Counter[str] = Counter()
    for call in chance.sample(CALLS, 60):
        rules = read(call["rules"])
        for at in range(4 if rules else 0):
            rules.append(paired(chance, rules, f"variant-{at}"))
        try:
            findings = rabatt.lint(rules)
        except rabatt.RulesError:
            continue
        giving = gave(rules)
        told.update(finding.code for finding in findings)
        wrong = [finding for finding in findings if finding.code in NOTHING and finding.rule_id in giving]
        assert wrong == []
    assert told["never_applies"] > 20
    assert told["always_beaten"] + told["always_deactivated"] > 5, told


def test_each_kind_is_found_in_generated_rules() -> None:
    """The property above is about something."""
    told: Counter[str] = Counter()
    for call in CALLS[:1500]:
        try:
            told.update(finding.code for finding in rabatt.lint(call["rules"]))
        except rabatt.RulesError:
            continue
    assert told["unbounded"] > 100
    assert told["switched_off"] > 10


def test_hours_are_met_or_not() -> None:
    """Against every minute of random windows of up to three days, over changes of clocks too."""
    chance = random.Random(3)  # noqa: S311
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    told = 0
    for _ in range(60):
        start = chance.choice([datetime(2024, 3, 29, tzinfo=UTC), datetime(2024, 10, 26, tzinfo=UTC)])
        begin = start + timedelta(minutes=chance.randrange(2880), seconds=chance.choice([0, 0, 1, 59]))
        end = begin + timedelta(seconds=chance.choice([1, 60, 3600, 36_000, 86_400, 200_000]))
        hours = [
            {
                "day": chance.choice(days),
                "start": f"{chance.randrange(24):02}:{chance.randrange(60):02}",
                "end": f"{chance.randrange(24):02}:{chance.randrange(60):02}",
            }
            for _ in range(3)
        ]
        zone = chance.choice(["Europe/Oslo", "America/New_York", "Asia/Kathmandu"])
        own = rule(
            "r",
            100,
            requirement={"purchase_from": begin.isoformat(), "purchase_to": end.isoformat()},
            limitation={"discount_hours": {"timezone": zone, "hours": hours}},
        )
        # The first second, every later minute, the last second.
        instants = [begin, end - timedelta(seconds=1)]
        at = begin.replace(second=0) + timedelta(minutes=1)
        while at < end:
            instants.append(at)
            at += timedelta(minutes=1)
        line = {"gross_amount": 100, "eligible_for_discount": True}
        table = pa.Table.from_pylist([{"purchase_at": instant, "items": [line]} for instant in instants])
        never = ("r", "never_applies", "/0/limitation/discount_hours") in found(own)
        assert never == (not gave([own], table)), own
        told += never
    assert 10 < told < 50


OPEN = {"purchase_from": "2024-06-01T08:00:00+02:00"}


@pytest.mark.parametrize(
    ("own", "code", "place"),
    [
        (rule("r", limitation={"discount_repeat_usage": 0}), "never_applies", "/limitation/discount_repeat_usage"),
        (rule("r", limitation={"discount_reward_usage": 0}), "never_applies", "/limitation/discount_reward_usage"),
        (rule("r", limitation={"max_discount_amount": 0}), "never_applies", "/limitation/max_discount_amount"),
        (rule("r", 0), "never_applies", "/reward/value"),
        (
            rule("r", limitation={"dynamic_purchase_to_days": 0}),
            "lapses_at_once",
            "/limitation/dynamic_purchase_to_days",
        ),
        (rule("r", active=False), "switched_off", "/active"),
        (rule("r", deleted_at="2024-01-01T00:00:00Z"), "switched_off", "/deleted_at"),
        (
            rule("r", requirement={"store_ids": ["a", "b"], "store": {"id": ["c"]}}),
            "never_applies",
            "/requirement/store/id",
        ),
        (
            rule(
                "r",
                requirement={"item": {"items": [{"id": "a", "group_id": "g"}, {"group_id": "h"}]}},
                limitation={"blacklist": [{"group_id": "g"}, {"group_id": "h"}]},
            ),
            "never_applies",
            "/requirement/item/items",
        ),
        (
            rule(
                "r",
                requirement={
                    "item": {
                        "mixes": [{"quantity": 1, "items": [{"id": "x"}]}, {"quantity": 1, "items": [{"id": "a"}]}]
                    }
                },
                limitation={"blacklist": [{"id": "a"}]},
            ),
            "never_applies",
            "/requirement/item/mixes/1/items",
        ),
        (rule("r", 5000, "discount_amount"), "purchase_for_nothing", "/reward/value"),
        (rule("r", 100), "purchase_for_nothing", "/reward/value"),
        (
            rule("r", 500, "discount_amount", limitation={"max_discount_amount": 300}),
            "always_cut",
            "/limitation/max_discount_amount",
        ),
        (rule("r"), "unbounded", "/limitation"),
        (
            {
                "id": "r",
                "requirement": {"item": {"items": [{"id": "a"}]}},
                "reward": {"type": "discount_percent", "value": 1, "values": [{"items": [{"id": "b"}], "value": 2}]},
            },
            "value_never_used",
            "/reward/values/0",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_rule(own: dict[str, Any], code: str, place: str) -> None:
    assert found(own) == [("r", code, f"/0{place}")]


@pytest.mark.parametrize(
    "own",
    [
        rule("r", requirement={"gross_amount": 5001}, kind="discount_amount", value=5000),
        rule("r", limitation={"max_discount_amount": 5000}),
        rule("r", requirement={**OPEN, "purchase_to": "2025-01-01T00:00:00Z"}),
        rule("r", limitation={"discount_repeat_usage": 1}),
        rule("r", limitation={"budget_amount": 100_000}),
        rule("r", requirement={"store_ids": ["a", "b"], "store": {"id": ["b"]}, "stamp": 5}),
        rule(
            "r",
            requirement={"item": {"items": [{"id": "a"}, {"group_id": "h"}]}},
            limitation={"blacklist": [{"id": "a", "group_id": "g"}, {"group_id": "h"}], "discount_repeat_usage": 9},
        ),
    ],
)
def test_nothing_is_wrong(own: dict[str, Any]) -> None:
    assert found(own) == []


def bounded(name: str, value: int, **limitation: Any) -> dict[str, Any]:
    return rule(name, value, requirement={**OPEN, "purchase_to": "2025-01-01T00:00:00Z"}, limitation=limitation)


def test_two_rules() -> None:
    def alone(name: str, value: int, **more: Any) -> dict[str, Any]:
        return bounded(name, value, discount_combination=0, **more)

    assert found(alone("a", 10), alone("b", 10)) == [("b", "always_beaten", "/1/reward/value")]
    assert found(alone("a", 10), alone("b", 20)) == [("a", "beaten_unless_tied", "/0/reward/value")]
    assert found(alone("b", 10), alone("a", 20)) == [("b", "always_beaten", "/0/reward/value")]
    assert found(alone("a", 20), bounded("b", 10)) == []
    assert found(alone("a", 20, max_discount_amount=100), alone("b", 10)) == []
    grouped = [{**bounded("a", 20), "stacking": {"group": "g"}}, {**bounded("b", 10), "stacking": {"group": "g"}}]
    assert found(*grouped) == [("b", "always_beaten", "/1/reward/value")]
    assert found(bounded("a", 10), bounded("b", 10)) == [("b", "given_twice", "/1")]
    off = {"type": "deactivate_if_discount_active", "value": "a"}
    assert found(bounded("a", 20), bounded("b", 10, discount_activation=[off])) == [
        ("b", "always_deactivated", "/1/limitation/discount_activation/0")
    ]
    often = bounded("a", 20, discount_repeat_usage=1)
    assert found(often, bounded("b", 10, discount_activation=[off])) == []
    [finding] = rabatt.lint([alone("a", 10), alone("b", 10)])
    assert (finding.other, finding.level) == ("a", "error")
    assert str(finding).startswith("/1/reward/value: whoever may use both gets the other rule: they do not combine")


def test_pointers_go_into_a_snapshot() -> None:
    rules = [bounded("b", 10), rule("a", 0)]
    snapshot = {"plan": rabatt.Engine(rules).plan_hash, "rules": rules}
    assert found(*rules) == [("a", "never_applies", "/1/reward/value")]
    [finding] = rabatt.lint(snapshot)
    assert finding.pointer == "/rules/1/reward/value"
    assert rabatt.lint(rabatt.Engine(snapshot)) == [finding]


def test_what_receipts_show() -> None:
    line = {"id": "x", "groups": ["coffee"], "gross_amount": 1000, "eligible_for_discount": True}
    table = pa.Table.from_pylist(
        [{"purchase_at": "2024-06-02T10:00:00Z", "store": {"id": f"k{at % 3}"}, "items": [line]} for at in range(30)]
    )
    rules = [
        bounded("gives", 50, discount_combination=0),
        {
            **bounded("stands back", 20, discount_combination=0),
            "requirement": {"item": {"items": [{"group_id": "coffee"}]}},
        },
        {**bounded("elsewhere", 20), "requirement": {"store": {"id": ["k9"]}, "gross_amount": 1}},
        {**bounded("too much", 20), "requirement": {"store": {"id": ["k1"]}, "gross_amount": 5000}},
        {**bounded("stamps", 20), "requirement": {"stamp": 5}},
        bounded("nothing", 0),
    ]
    findings = {finding.rule_id: finding for finding in rabatt.lint(rules, table) if finding.level != "note"}
    assert {name: finding.code for name, finding in findings.items()} == {
        "stands back": "always_displaced",
        "elsewhere": "never_applied",
        "too much": "never_applied",
        "nothing": "never_applies",
    }
    assert findings["stands back"].other == "gives"
    assert "on 30 of 30 receipts" in findings["stands back"].message
    assert findings["elsewhere"].message.endswith("because of `store.id`, on 30")
    assert findings["too much"].message.endswith("because of `gross_below`, on 30")
    many = pa.concat_tables([table] * 2000)
    both = [rabatt.lint(rules, many, threads=threads) for threads in (1, 3)]
    assert both[0] == both[1]
    assert "60000 receipts" in both[0][1].message or "60000" in str(both[0])
    assert rabatt.lint(rules, table.slice(0, 0)) == rabatt.lint(rules)


def test_broken_receipts() -> None:
    line = {"gross_amount": 1000, "eligible_for_discount": True}
    table = pa.Table.from_pylist([{"purchase_at": at, "items": [line]} for at in ("2024-06-02T10:00:00Z", None)])
    with pytest.raises(rabatt.RowError, match="row 1, column `purchase_at`"):
        rabatt.lint([bounded("a", 10)], table)
    assert rabatt.lint([bounded("a", 10)], table, on_error="collect") == []
    with pytest.raises(rabatt.RulesError):
        rabatt.lint([{}])
