"""Engines in Python on the workload that `handout` has written, in turns: started by `cargo xtask bench peers`.

Words: the folder of the workload, the folder for results, numbers of rules, and `--quick`. Answers are compared first.
`--check`, the folder of the workload and numbers of rules: compares the answers of what needs no package, and measures
nothing.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rules import Simple, discount, facts, gross_of, minute_of_week, simple

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK = "--quick" in sys.argv
ROUNDS = 5 if QUICK else 11
SAMPLE = 0.004 if QUICK else 0.02
PATIENCE = 3.0
WEEK = 7 * 1_440


def answer(met: list[Simple], receipt: dict[str, Any]) -> str:
    """What an engine of conditions and its host give."""
    return json.dumps({"met": [rule.name for rule in met], "discount": discount(met, receipt)})


def floor(_: dict[str, Any]) -> Callable[[str], str]:
    """What nothing in plain Python is faster than."""
    return lambda text: json.dumps(json.loads(text))


def loop(given: dict[str, Any]) -> Callable[[str], str]:
    """A look at every rule."""
    rules = simple(given["rules"])

    def run(text: str) -> str:
        receipt = json.loads(text)
        minute, gross = minute_of_week(receipt["purchase_at"]), gross_of(receipt)
        return answer([rule for rule in rules if rule.met(receipt, minute, gross)], receipt)

    return run


def by_dicts(given: dict[str, Any]) -> Callable[[str], str]:
    """What somebody writes who has no engine but some time: dicts by item and group."""
    rules = simple(given["rules"])
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, rule in enumerate(rules):
        if rule.item is not None:
            found["item", rule.item].append(at)
        elif rule.group is not None:
            found["group", rule.group].append(at)
    whole = sorted((rule.least, at) for at, rule in enumerate(rules) if rule.on_receipt)

    def run(text: str) -> str:
        receipt = json.loads(text)
        minute, gross = minute_of_week(receipt["purchase_at"]), gross_of(receipt)
        near = set()
        for least, at in whole:
            if least > gross:
                break
            near.add(at)
        for line in receipt["items"]:
            near.update(found.get(("item", line["id"]), ()))
            for group in line["groups"]:
                near.update(found.get(("group", group["id"]), ()))
        return answer([rules[at] for at in sorted(near) if rules[at].met(receipt, minute, gross)], receipt)

    return run


def rule_engine(given: dict[str, Any]) -> Callable[[str], str]:
    """One expression a rule."""
    import rule_engine as engine  # noqa: PLC0415

    def expression(rule: Simple) -> str:
        asked = []
        if rule.item is not None:
            asked.append(f"{rule.item!r} in items")
        if rule.group is not None:
            asked.append(f"{rule.group!r} in {'threes' if rule.quantity > 1 else 'groups'}")
        if rule.least:
            asked.append(f"gross >= {rule.least}")
        if rule.stores:
            asked.append(f"store in [{', '.join(map(repr, rule.stores))}]")
        if rule.hours:
            periods = [
                f"(minute >= {start + shift} and minute < {start + shift + length})"
                for start, length in rule.hours
                for shift in (0, -WEEK)
            ]
            asked.append(f"({' or '.join(periods)})")
        return " and ".join(asked)

    compiled = [(engine.Rule(expression(rule)), rule) for rule in simple(given["rules"])]

    def run(text: str) -> str:
        receipt = json.loads(text)
        have = facts(receipt)
        return answer([rule for one, rule in compiled if one.matches(have)], receipt)

    return run


def condition(name: str, operator: str, value: Any) -> dict[str, Any]:
    """As business-rules has it."""
    return {"name": name, "operator": operator, "value": value}


def conditions(rule: Simple) -> dict[str, Any]:
    """All that a rule asks, as business-rules has it."""
    shares = "shares_at_least_one_element_with"
    asked: list[dict[str, Any]] = []
    if rule.item is not None:
        asked.append(condition("items", shares, [rule.item]))
    if rule.group is not None:
        asked.append(condition("threes" if rule.quantity > 1 else "groups", shares, [rule.group]))
    if rule.least:
        asked.append(condition("gross", "greater_than_or_equal_to", rule.least))
    if rule.stores:
        asked.append({"any": [condition("store", "equal_to", store) for store in rule.stores]})
    if rule.hours:
        periods = [
            {
                "all": [
                    condition("minute", "greater_than_or_equal_to", start + shift),
                    condition("minute", "less_than", start + shift + length),
                ]
            }
            for start, length in rule.hours
            for shift in (0, -WEEK)
        ]
        asked.append({"any": periods})
    return {"all": asked}


def business_rules(given: dict[str, Any]) -> Callable[[str], str]:  # noqa: C901
    """Conditions and an action a rule."""
    from business_rules import run_all  # noqa: PLC0415
    from business_rules.actions import BaseActions, rule_action  # noqa: PLC0415
    from business_rules.fields import FIELD_NUMERIC  # noqa: PLC0415
    from business_rules.variables import (  # noqa: PLC0415
        BaseVariables,
        numeric_rule_variable,
        select_multiple_rule_variable,
        string_rule_variable,
    )

    class Variables(BaseVariables):
        def __init__(self, have: dict[str, Any]) -> None:
            self.have = have

        @select_multiple_rule_variable()
        def items(self) -> list[str]:
            return self.have["items"]

        @select_multiple_rule_variable()
        def groups(self) -> list[str]:
            return self.have["groups"]

        @select_multiple_rule_variable()
        def threes(self) -> list[str]:
            return self.have["threes"]

        @numeric_rule_variable()
        def gross(self) -> int:
            return self.have["gross"]

        @numeric_rule_variable()
        def minute(self) -> int:
            return self.have["minute"]

        @string_rule_variable()
        def store(self) -> str:
            return self.have["store"]

    class Actions(BaseActions):
        def __init__(self) -> None:
            self.met: list[int] = []

        @rule_action(params={"at": FIELD_NUMERIC})
        def apply(self, at: int) -> None:
            self.met.append(at)

    rules = simple(given["rules"])
    modelled = [
        {"conditions": conditions(rule), "actions": [{"name": "apply", "params": {"at": at}}]}
        for at, rule in enumerate(rules)
    ]

    def run(text: str) -> str:
        receipt = json.loads(text)
        actions = Actions()
        run_all(modelled, Variables(facts(receipt)), actions, stop_on_first_trigger=False)
        return answer([rules[at] for at in actions.met], receipt)

    return run


def zen(given: dict[str, Any]) -> Callable[[str], str]:
    """At its kindest, see `benches/README.md`: compiled before, its inputs prepared; it computes no amounts."""
    import zen as engine  # noqa: PLC0415

    made = engine.ZenEngine({"loader": {"type": "static", "content": {"rules": given["zen"]}}})
    return lambda text: json.dumps(made.evaluate("rules", text)["result"])


def rabatt(given: dict[str, Any]) -> Callable[[str], str]:
    """Rabatt's package."""
    import rabatt as engine  # noqa: PLC0415

    return engine.Engine(given["text"]).evaluate


ENGINES: list[tuple[str, str, Callable[[dict[str, Any]], Callable[[str], str]]]] = [
    ("floor: json.loads and json.dumps", "nothing", floor),
    ("Rabatt (Python)", "rabatt", rabatt),
    ("zen-engine (PyPI)", "prepared", zen),
    ("dicts in Python", "totals", by_dicts),
    ("a loop in Python", "totals", loop),
    ("rule-engine", "totals", rule_engine),
    ("business-rules", "totals", business_rules),
]


def compare(name: str, check: str, text: str, wanted: dict[str, Any]) -> None:
    """Stop when an answer is wrong."""
    given = json.loads(text)
    if check == "rabatt":
        found: Any = given["outcome"]["totals"]["discount"]
        right = wanted["discount"] in (None, found)
    elif check == "prepared":
        found = sorted({row["rule"] for table in given.values() for rows in table for row in rows})
        right = found == wanted["met"]
    else:
        found = {"met": sorted(given["met"]), "discount": given["discount"]}
        right = found == wanted
    if not right:
        sys.exit(f"{name}: {found}, not {wanted}")


def checked(name: str, check: str, run: Callable[[str], str], texts: list[str], answers: list[Any]) -> str | None:
    """Compares answers for a while; says which."""
    if check == "nothing":
        return None
    start, count = time.perf_counter(), 0
    while count < len(texts) and time.perf_counter() - start < PATIENCE:
        compare(name, check, run(texts[count]), answers[count])
        count += 1
    what = {"rabatt": "the totals", "prepared": "the rules that apply", "totals": "the rules that apply and the totals"}
    return f"{what[check]}, on {count} receipts"


class Turn:
    """One engine, and its times."""

    def __init__(self, run: Callable[[str], str], texts: list[str]) -> None:
        self.run, self.texts, self.at, self.calls = run, texts, 0, 1
        self.times: list[float] = []
        while (took := self.sample()) < SAMPLE:
            self.calls = int(self.calls * min(10, max(1.2, SAMPLE / max(took, 1e-7)))) + 1

    def sample(self) -> float:
        """Seconds of its calls."""
        run, texts, at = self.run, self.texts, self.at
        start = time.perf_counter()
        for _ in range(self.calls):
            at = (at + 1) % len(texts)
            run(texts[at])
        took = time.perf_counter() - start
        self.at = at
        return took


def workload(source: str, count: str) -> tuple[dict[str, Any], list[Any], list[str], list[str]]:
    """Rules, answers, receipts, and receipts as zen-engine has them."""
    folder = Path(source) / count
    text = (folder / "rules.json").read_text()
    given = {"text": text, "rules": json.loads(text), "zen": json.loads((folder / "zen.json").read_text())}
    answers = [json.loads(line) for line in (folder / "answers.jsonl").read_text().splitlines()]
    plain, prepared = ((folder / name).read_text().splitlines() for name in ("receipts.jsonl", "zen.jsonl"))
    return given, answers, plain, prepared


def check_plain(source: str, *counts: str) -> None:
    """Compare what is plain Python."""
    for count in counts:
        given, answers, plain, _ = workload(source, count)
        for name, check, make in ENGINES:
            if make in (loop, by_dicts):
                print(f"{count} rules, {name}: {checked(name, check, make(given), plain, answers)}")


def main() -> None:
    """Measure, and write what was found."""
    if sys.argv[1:2] == ["--check"]:
        check_plain(*sys.argv[2:])
        return
    source, out, *counts = [word for word in sys.argv[1:] if word != "--quick"]
    names = ["zen-engine", "rule-engine", "business-rules"]
    part: dict[str, Any] = {
        "part": "peers-python",
        "stamp": json.loads(os.environ.get("RABATT_BENCH_STAMP", "{}")),
        "versions": {f"{name} (PyPI)": importlib.metadata.version(name) for name in names}
        | {"Python": platform.python_version()},
        "rows": [],
    }
    for count in counts:
        given, answers, plain, prepared = workload(source, count)
        turns = []
        for name, check, make in ENGINES:
            if make is rabatt and importlib.util.find_spec("rabatt") is None:
                print("Rabatt's own package is not here: `cargo xtask bench python` builds it")
                continue
            run, texts = make(given), prepared if check == "prepared" else plain
            turns.append((name, checked(name, check, run, texts, answers), Turn(run, texts)))
        for _ in range(ROUNDS):
            for _, _, turn in turns:
                turn.times.append(turn.sample() / turn.calls * 1e9)
        for name, how, turn in turns:
            low, median, high = (sorted(turn.times)[(ROUNDS - 1) * quarter // 4] for quarter in (1, 2, 3))
            row = {"who": name, "door": "text", "workload": "few", "rules": int(count), "lines": 10, "unit": "ns"}
            row |= {"median": median, "low": low, "high": high} | ({"checked": how} if how else {})
            part["rows"].append(row)
            print(f"{count:>7} rules  {name:40} {median / 1e3:12.2f} µs  {how or ''}")
    (Path(out) / "peers-python.json").write_text(json.dumps(part, indent=2) + "\n")


main()
