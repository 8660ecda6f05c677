"""The page needs nothing but itself, and says what the results say."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

import rabatt
from rabatt import kiosk, money, sums
from rabatt.report import Report

EVIL = '<script>alert(1)</script> & "friends" \'<b onclick=x>'
RECEIPTS = kiosk.Kiosk(seed=7, days=20, per_day=60).table()
RULES = kiosk.rules()
RULES[1]["name"] = EVIL
RULES.append({"id": "idle", "name": "Never", "requirement": {"gross_amount": 10**9}, "reward": RULES[1]["reward"]})
RULES[-1]["reward"] = {"type": "discount_percent", "value": 10}
RESULT = rabatt.Engine(RULES).evaluate_arrow(RECEIPTS).tables()
VOID = {"meta", "img", "source"}


class Tags(HTMLParser):
    """Collects tags and text; each that is opened has to be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def page() -> str:
    return Report(EVIL, RULES, RECEIPTS, RESULT).html()


def test_it_needs_nothing_else(page: str) -> None:
    tags = Tags(page)
    names = {tag for tag, _ in tags.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form", "b"}
    for _, attributes in tags.tags:
        assert not any(name.startswith("on") or name in {"style", "href"} for name in attributes)
        for name in ("src", "srcset"):
            assert (attributes.get(name) or "data:image/svg+xml;").startswith("data:image/svg+xml;")
    assert "http:" not in page
    assert "https:" not in page


def test_the_browser_is_told_to_load_nothing(page: str) -> None:
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;")


def test_names_are_text(page: str) -> None:
    words = Tags(page).words
    assert words.count(EVIL) >= 2  # title, heading, table
    assert any(word.startswith("Gave nothing: ") and "Never" in word for word in words)


def test_pictures_are_whole_and_said_in_words(page: str) -> None:
    found = [attributes for tag, attributes in Tags(page).tags if tag == "img"]
    assert len(found) == 3
    for attributes in found:
        assert len(attributes["alt"] or "") > 20
        svg = base64.b64decode((attributes["src"] or "").split(",", 1)[1]).decode()
        assert "<script" not in svg
        links = [value for node in ET.fromstring(svg).iter() for name, value in node.items() if name.endswith("href")]  # noqa: S314
        assert all(link.startswith("#") for link in links)
    # One for light and one for dark.
    assert page.count("data:image/svg+xml;base64,") == 6


def test_it_says_the_numbers(page: str) -> None:
    whole = sums.totals(RESULT)
    words = Tags(page).words
    assert money.amount(whole.discount) in words
    assert money.count(whole.touched) in words
    for rule in sums.by_rule(RESULT):
        assert money.count(rule.receipts) in words
    assert "2025-01-01 to 2025-01-20" in words
    assert rabatt.Engine(RULES).plan_hash in words


def test_the_same_results_give_the_same_bytes(page: str, tmp_path: Path) -> None:
    path = Report(EVIL, RULES, RECEIPTS, RESULT).save(tmp_path / "campaign.html")
    assert path.read_bytes().decode() == page


def test_a_simulation_shows_its_stamp_cards() -> None:
    simulation = rabatt.simulate(RULES, RECEIPTS)
    words = Tags(Report("Year", RULES, RECEIPTS, simulation).html()).words
    assert [word for word in words if word.startswith("Stamp card")] == ["Stamp card: Every sixth coffee free"]
    # Free coffees are in it, which receipts by themselves do not earn.
    free = next(rule for rule in sums.by_rule(simulation) if rule.rule_id == "coffee-card")
    assert free.amount > next(rule for rule in sums.by_rule(RESULT) if rule.rule_id == "coffee-card").amount
    assert money.amount(free.amount) in words


def test_a_comparison_says_what_changes() -> None:
    before = [rule for rule in RULES if rule["id"] not in {"coffee-and-bun", "bonus"}]
    before.append({"id": "gone", "reward": {"type": "discount_percent", "value": 1}})
    whole = rabatt.compare(before, RULES, RECEIPTS)
    words = Tags(Report("Change", RULES, RECEIPTS, RESULT, comparison=whole).html()).words
    assert "Compared with the rules before" in words
    assert f"{EVIL} (new)" in words
    assert "gone (gone)" in words
    totals = whole.totals
    assert any(word.startswith(f"{money.count(totals['winners'].difference)} receipts get more") for word in words)
    assert any(f"{money.count(totals['losers'].difference)} receipts get less" in word for word in words)
    assert {money.amount(totals["margin"].a or 0), money.amount(totals["margin"].b or 0)} <= set(words)
    assert "Between" not in words
    sampled = rabatt.compare(before, RULES, RECEIPTS, sample=0.5, seed=3)
    words = Tags(Report("Change", RULES, RECEIPTS, RESULT, comparison=sampled).html()).words
    assert "Between" in words
    assert any(
        f"sample of {money.count(sampled.seen)} of {money.count(RECEIPTS.num_rows)} receipts" in word for word in words
    )
    same = rabatt.compare(RULES, RULES, RECEIPTS)
    words = Tags(Report("Same", RULES, RECEIPTS, RESULT, comparison=same).html()).words
    assert "No receipt gets another discount." in words


def test_nothing_given_and_nothing_bought() -> None:
    rules = RULES[-1:]
    page = Report("Nothing", rules, RECEIPTS, rabatt.Engine(rules).evaluate_arrow(RECEIPTS).tables()).html()
    assert "No rule gave anything on these receipts." in page
    none = RECEIPTS.slice(0, 0)
    page = Report("Nobody", rules, none, rabatt.Engine(rules).evaluate_arrow(none).tables()).html()
    assert "no receipts" in Tags(page).words


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="has a rule `hot-dog-and-soda` that is not among `rules`"):
        Report("Other rules", RULES[:1], RECEIPTS, RESULT)
    with pytest.raises(rabatt.RulesError):
        Report("Bad rules", [{"id": "x"}], RECEIPTS, RESULT)
    with pytest.raises(TypeError, match=r"give its `\.tables\(\)`"):
        Report("Streams", RULES, RECEIPTS, rabatt.Engine(RULES).evaluate_arrow(RECEIPTS))
    with pytest.raises(ValueError, match="but there are 3 receipts"):
        Report("Others", RULES, RECEIPTS.slice(0, 3), RESULT).html()
    two = RECEIPTS.set_column(2, "currency", pa.array(["NOK", *["SEK"] * (RECEIPTS.num_rows - 1)]))
    with pytest.raises(ValueError, match=r"receipts in NOK, SEK: .* a report for each currency"):
        Report("Two", RULES, two, RESULT)
