"""`simulate` is what the service says when every purchase is recorded there, one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import rabatt
import town
from service import Account, Service, running

PEOPLE = ["kari", "ola", "siri", "per"]
COUNTS = ["usage", "amount", "bonus", "stamp"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service")) as found:
        yield found


class Shop:
    """Rules and refs as an account has them, and purchases to come."""

    def __init__(self, account: Account, seed: int, count: int) -> None:
        rnd = random.Random(seed)  # noqa: S311
        self.account = account
        self.rules: list[dict[str, Any]] = []
        self.refs: list[dict[str, Any]] = []
        for _ in range(rnd.randint(6, 12)):
            made = town.rule(rnd, [rule["id"] for rule in self.rules])
            stored, refs = account.rule(made, town.holders(rnd, PEOPLE))
            self.rules.append(stored)
            self.refs += refs
        # Refs are given now, whatever the clock says; purchases follow.
        begins = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        self.receipts = town.purchases(rnd, PEOPLE, count, begins)

    def replay(self) -> list[dict[str, Any]]:
        """Ask for each purchase what it gets, and tell the service that it happened."""
        answers = []
        for receipt in self.receipts:
            answer = self.account.discounts("POST", "available_for_receipt?explain=true", receipt)
            answers.append(answer)
            receipt_add = {"event": "receipt_add", "event_delivery": receipt["receipt_id"]}
            self.account.discounts("POST", "events", {"receipt": answer}, **receipt_add)
        return answers


@pytest.mark.parametrize("seed", range(6))
def test_as_the_service(service: Service, seed: int) -> None:
    with service.account(f"T{seed + 10:08}") as account:
        replayed_and_simulated(Shop(account, seed, 160))


def replayed_and_simulated(shop: Shop) -> None:
    """Compare everything that both say."""
    gifts = pa.Table.from_pylist(shop.refs)
    simulation = rabatt.simulate(shop.rules, town.table(shop.receipts), gifts)
    by_row: dict[int, list[dict[str, Any]]] = {}
    for applied in pa.table(simulation.rules()).to_pylist():
        by_row.setdefault(applied["row"], []).append(applied)
    lines = iter(pa.table(simulation.lines()).to_pylist())
    receipts = pa.table(simulation.receipts()).to_pylist()
    for row, (receipt, answer) in enumerate(zip(receipts, shop.replay(), strict=True)):
        outcome = answer["outcome"]
        assert {name: receipt[name] for name in outcome["totals"]} == outcome["totals"], row
        given = [
            (rule["id"], ref["id"], ref["usage"], ref["amount"], ref.get("bonus", 0), ref.get("stamp", 0))
            for rule in answer["discounts"]
            for ref in rule["refs"]
        ]
        names = ("rule_id", "ref_id", "usage", "amount", "bonus", "stamp")
        assert [tuple(applied[name] for name in names) for applied in by_row.get(row, [])] == given, row
        for line in answer["items"]:
            right = next(lines)
            sums = [
                sum(part[name] for part in line.get(place, []))
                for name, place in (("amount", "discount_lines"), ("bonus", "bonus_lines"))
            ]
            assert (right["row"], right["line_id"], right["discount"], right["bonus"]) == (row, line["line_id"], *sums)
    compare_states(shop, simulation)


def compare_states(shop: Shop, simulation: rabatt.Simulation) -> None:
    """What everybody has had of everything, and has left."""
    states = {(state["customer_id"], state["ref_id"]): state for state in pa.table(simulation.states()).to_pylist()}
    assert states
    rules = {rule["id"]: rule for rule in shop.rules}
    for ref in shop.refs:
        rule = rules[ref["rule_id"]]
        for customer in PEOPLE if ref["customer_id"] == "*" else [ref["customer_id"]]:
            told = shop.account.statistics(customer, ref["ref_id"])
            state = states.pop((customer, ref["ref_id"]), {})
            assert [told.get(name, 0) for name in COUNTS] == [state.get(name, 0) for name in COUNTS]
            if rule["limitation"].get("stamp_expire_days", -1) < 0:
                # The service leaves out what has lapsed by now, which is before all purchases.
                assert told.get("current_stamp", 0) == state.get("current_stamp", 0)
            if rule["reward"]["type"] == "discount_debit":
                start = rule["reward"]["value"]
                assert told.get("debit_balance", start) == state.get("debit_balance", start)
    assert not states
