"""Receipts from files and from a service that answers as the contract says."""

from __future__ import annotations

import base64
import gzip
import json
import random
import threading
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rabatt
import shop
from native import cases, parts
from rabatt import service
from test_corpus import read

CALLS = [parts(case.call) for case in cases("generated", "--cases", "4000", "--seed", "1")]
TEN = {"id": "ten", "reward": {"type": "discount_percent", "value": 10}}
ENGINE = rabatt.Engine([TEN])


def receipt(name: Any, amount: int = 1000, **more: Any) -> dict[str, Any]:
    items = [{"id": "espresso", "gross_amount": amount, "eligible_for_discount": True}]
    return {"receipt_id": name, "purchase_at": "2024-06-01T12:00:00+02:00", "items": items, **more}


def written(path: Path, *receipts: Any) -> Path:
    lines = [line if isinstance(line, str) else json.dumps(line) for line in receipts]
    text = "\n".join(lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def discounts(source: rabatt.Receipts) -> list[int]:
    found: list[int] = pa.table(ENGINE.evaluate_arrow(source).tables().receipts)["discount"].to_pylist()
    return found


def plain(text: str) -> dict[str, Any]:
    """A receipt as Python has it."""
    found: dict[str, Any] = read(text)
    return found


def test_lines_are_read_as_the_engine_reads_them(tmp_path: Path) -> None:
    """Generated receipts, through a file and one by one, under rules that look at every member."""
    texts = [call["receipt"] for call in CALLS[:1500]]
    # A line break stands between tokens only.
    path = written(tmp_path / "generated.jsonl", *(text.replace("\n", " ") for text in texts))
    table = pa.table(rabatt.read_receipts(path))
    assert table.num_rows == 1500
    table = table.set_column(0, "receipt_id", pa.array([f"j{at}" for at in range(1500)]))
    engines = 0
    for at in range(0, 1500, 30):
        try:
            engine = rabatt.Engine(CALLS[at]["rules"])
        except rabatt.RulesError:
            continue
        engines += 1
        picked = [(at + step) % 1500 for step in range(60)]
        answers = shop.Expected(engine, [{**plain(texts[place]), "receipt_id": f"j{place}"} for place in picked])
        shop.assert_equal(engine.evaluate_arrow(table.take(picked), on_error="collect").tables(), answers)
    assert engines > 20


def test_columns_do_not_depend_on_the_lines(tmp_path: Path) -> None:
    empty = pa.table(rabatt.read_receipts(written(tmp_path / "empty.jsonl")))
    full = {
        "receipt_id": 1001,
        "customer_id": "K1",
        "purchase_at": "2024-06-01T12:00:00.123456+02:00",
        "currency": "NOK",
        "discount_code": "Taco",
        "store": {"id": "k1", "address": {"country": "NO"}, "mcc": 5814, "own": {"x": 1}},
        "customer": {
            "addresses": [{"postal_code": "0349"}, None],
            "attributes": {"level": ["gold", 7], "club": True},
            "marketing_consent": {"email": {"consent": True}},
        },
        "items": [
            {
                "line_id": 1,
                "id": "espresso",
                "groups": [{"id": "coffee"}],
                "quantity": 0.145,
                "unit_gross_price": 100,
                "eligible_for_discount": True,
                "cost_price": 40.0,
                "discount_lines": [{"amount": 5, "discount_id": "x"}],
            }
        ],
    }
    table = pa.table(rabatt.read_receipts(written(tmp_path / "full.jsonl", full)))
    assert table.schema == empty.schema
    [row] = table.to_pylist()
    assert row["receipt_id"] == "1001"
    assert row["customer_id"] == "K1"
    assert row["purchase_at"].isoformat() == "2024-06-01T10:00:00.123456+00:00"
    assert row["discount_code"] == ["taco"]
    assert row["store"]["mcc"] == "5814"
    assert row["store"]["address"] == {
        "country": "NO",
        **dict.fromkeys(("postal_code", "postal_place", "type", "custom_type")),
    }
    assert row["customer"]["attributes"] == [("level", ["gold", "7"]), ("club", ["true"])]
    assert row["customer"]["addresses"][0]["postal_code"] == "0349"
    assert row["customer"]["marketing_consent"]["email"] == {"consent": "true"}
    [line] = row["items"]
    assert str(line["quantity"].normalize()) == "0.145"
    assert (line["groups"], line["cost_price"], line["voided"]) == (["coffee"], 40, False)
    assert line["discount_lines"] == [{"discount_id": "x", "amount": 5}]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.JSONL.gz"])
def test_files_end_with_or_without_a_line_break(tmp_path: Path, name: str) -> None:
    first = written(tmp_path / name, receipt("1"), "", receipt("2"), "  ")
    second = written(tmp_path / "b.jsonl", receipt("3", 2000))
    source = rabatt.read_receipts(first, second)
    assert discounts(source) == [100, 100, 200]
    assert discounts(source) == [100, 100, 200]  # read anew
    assert pa.table(rabatt.read_receipts(second, first))["receipt_id"].to_pylist() == ["3", "1", "2"]


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ('{"purchase_at"', ""),
        ("\xff", ""),
        ("[]", ""),
        ('{"receipt_id": "x"}', "`purchase_at`"),
        (json.dumps(receipt("x", items=[{}, {"quantity": "two"}])), "`items[1].quantity`"),
        (json.dumps(receipt("x", items=[{}, {"cost_price": 1.5}])), "`items[1].cost_price`"),
        (json.dumps(receipt("x", items=[{"cost_price": "12"}])), "`items[0].cost_price`"),
        (json.dumps(receipt([1])), "`receipt_id`"),
        (json.dumps(receipt("x", store={"address": "Oslo"})), "`store.address`"),
        (json.dumps(receipt("x", store={"id": ["a", "b"]})), "`store.id`"),
        (json.dumps(receipt("x", customer={"addresses": {}})), "`customer.addresses`"),
        (json.dumps(receipt("x", customer={"addresses": [{"country": {}}]})), "`customer.addresses[0].country`"),
        (json.dumps(receipt("x", customer={"attributes": {"a": {"b": 1}}})), "`customer.attributes.a`"),
        (json.dumps(receipt("x", items=[{"line_id": 1}, {"line_id": 1}])), "`items[1].line_id`"),
    ],
)
def test_a_broken_line_in_the_middle(tmp_path: Path, broken: str, place: str) -> None:
    path = tmp_path / "broken.jsonl"
    lines = [json.dumps(receipt("1")), broken, json.dumps(receipt("3"))]
    path.write_bytes(b"\n".join(line.encode("latin-1") for line in lines))
    with pytest.raises(OSError, match=r"broken\.jsonl, line 2") as raised:
        discounts(rabatt.read_receipts(path))
    assert place in str(raised.value)
    source = rabatt.read_receipts(path, on_error="collect")
    for _ in range(2):
        assert discounts(source) == [100, 100]
        [row] = pa.table(source.rejected()).to_pylist()
        assert row["line"] == 2
        assert place in row["error"]


def test_many_lines_are_read_in_windows_of_any_cut(tmp_path: Path) -> None:
    random.seed(5)
    amounts = [random.randrange(1, 100_000) * 10 for _ in range(60_000)]  # noqa: S311
    long = {"comment": "x" * 3_000_000}
    lines = [
        json.dumps(receipt(str(at), amount, **(long if at % 9_000 == 5 else {}))) for at, amount in enumerate(amounts)
    ]
    lines[50_001] = "{"
    path = written(tmp_path / "many.jsonl", *lines)
    del amounts[50_001]
    tracemalloc.start()
    source = rabatt.read_receipts(path, on_error="collect", threads=3)
    rows = 0
    for part in ENGINE.evaluate_arrow(source):
        found = pa.table(part.receipts)["discount"].to_pylist()
        assert found == [amount // 10 for amount in amounts[rows : rows + len(found)]]
        rows += len(found)
    assert rows == 59_999
    assert [row["line"] for row in pa.table(source.rejected()).to_pylist()] == [50_002]
    # Python holds a block of the file at a time, no row of it.
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < path.stat().st_size


def test_parquet(tmp_path: Path) -> None:
    rows = [
        receipt(str(at), at * 10, store={"id": "k1", "address": {"country": "NO"}}, own=at, customer_id="K")
        for at in range(1, 2001)
    ]
    table = pa.Table.from_pylist(rows)
    paths = [tmp_path / "a.parquet", tmp_path / "b.pq"]
    for path in paths:
        pq.write_table(table, path, row_group_size=300)
    source = rabatt.read_receipts(*paths)
    assert source.num_rows == 4000
    assert repr(source).endswith("b.pq, 4000 receipts)")
    assert pa.table(source).column_names == [name for name in table.column_names if name != "own"]
    assert pa.table(rabatt.read_receipts(paths[0], columns=["own"]))["own"].to_pylist() == list(range(1, 2001))
    seen: list[tuple[int, int | None]] = []
    result = ENGINE.evaluate_arrow(source, progress=lambda done, all_rows: seen.append((done, all_rows)))
    assert pa.table(result.receipts())["discount"].to_pylist() == list(range(1, 2001)) * 2
    assert seen[-1] == (4000, 4000)
    assert {total for _, total in seen} == {4000}
    assert discounts(source) == list(range(1, 2001)) * 2


def test_parquet_whose_columns_differ(tmp_path: Path) -> None:
    one, other = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.Table.from_pylist([receipt("1")]), one)
    pq.write_table(pa.Table.from_pylist([receipt(2)]), other)
    with pytest.raises(ValueError, match=r"b\.parquet` has other columns"):
        rabatt.read_receipts(one, other)
    with pytest.raises(ValueError, match="has no column `mine`, `yours`"):
        rabatt.read_receipts(one, columns=["mine", "yours"])
    pq.write_table(pa.table({"receipt_id": ["1"]}), other)
    with pytest.raises(rabatt.ColumnError, match="purchase_at"):
        discounts(rabatt.read_receipts(other))
    bad = pa.Table.from_pylist([receipt("1"), receipt("2", -(2**63)), receipt("3")])
    pq.write_table(
        bad.set_column(1, "purchase_at", pa.array(["2024-06-01T12:00:00Z", None, "2024-06-01T12:00:00Z"])), other
    )
    with pytest.raises(rabatt.RowError) as raised:
        ENGINE.evaluate_arrow(rabatt.read_receipts(other)).tables()
    assert (raised.value.row, raised.value.column) == (1, "purchase_at")


def test_what_is_no_source() -> None:
    for sources, message in [
        ((), "at least one"),
        (("a.csv",), r"`a.csv` ends in none of"),
        (("a.jsonl", "b.parquet"), "one kind of source"),
        (("https://x/v1/accounts/T1",), "give `client"),
    ]:
        with pytest.raises(ValueError, match=message):
            rabatt.read_receipts(*sources)
    with pytest.raises(ValueError, match="are for the service's receipts"):
        rabatt.read_receipts("a.jsonl", customers=["K1"])
    with pytest.raises(ValueError, match="on_error"):
        rabatt.read_receipts("a.jsonl", on_error="ignore")  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        rabatt.read_receipts("nowhere.jsonl")
    with pytest.raises(FileNotFoundError):
        rabatt.read_receipts("nowhere.parquet")
    with pytest.raises(ValueError, match="use https"):
        rabatt.read_receipts("http://shop.example/v1/accounts/T1", client=("a", "b"))
    with pytest.raises(ValueError, match="is as `https"):
        rabatt.read_receipts("https://shop.example/T1", client=("a", "b"))


class Account(BaseHTTPRequestHandler):
    """A service with receipts of some customers, as the contract says: lists by page, tokens by Basic."""

    customers: dict[str, list[str]]
    asked: list[str]
    failures: list[int]
    token: int
    expires_in: int
    tokens: int

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        basic = base64.b64decode(self.headers["authorization"].removeprefix("Basic ")).decode()
        if basic != "till:secret":
            self.answer(401, {"error": {"message": "no such client"}})
            return
        assert body == {"grant_type": "client_credentials", "audience": f"http://{self.headers['host']}/v1/accounts/T1"}
        type(self).tokens += 1
        self.answer(200, {"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": self.expires_in})

    def do_GET(self) -> None:
        if self.failures:
            self.answer(self.failures.pop(), {"error": {"message": "not now"}}, ("retry-after", "0"))
            return
        if self.headers["authorization"] != f"Bearer t{self.tokens}":
            self.answer(401, {"error": {"message": "token"}})
            return
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        assert query["limit"] == ["100"]
        after = query.get("starting_after", [None])[0]
        path = unquote(parts.path.removeprefix("/v1/accounts/T1/"))
        type(self).asked.append(f"{path} {after}")
        if path == "customers/users":
            names = list(self.customers)
            first = 0 if after is None else int(after) + 1
            self.answer(200, [{"id": str(at), "customer_id": names[at]} for at in range(first, len(names))][:100])
            return
        customer = path.removeprefix("receipts/customers/")
        if customer not in self.customers:
            self.answer(404, {"error": {"code": "NOT FOUND", "message": "Customer not found"}})
            return
        texts = self.customers[customer]
        first = 0 if after is None else int(after)
        more = f', "starting_after": "{first + 100}"' if first + 100 < len(texts) else ""
        self.send(200, f'{{ "total": [1], "receipts": [{" , ".join(texts[first : first + 100])}]{more}}}')

    def answer(self, status: int, body: Any, *headers: tuple[str, str]) -> None:
        self.send(status, json.dumps(body), *headers)

    def send(self, status: int, text: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def account() -> Iterator[tuple[str, type[Account]]]:
    def texts(customer: str, count: int) -> list[str]:
        return [
            json.dumps(
                {"id": f"{customer}-{at}", **{k: v for k, v in receipt("", 10 * at).items() if k != "receipt_id"}},
                indent=1,
            )
            for at in range(1, count + 1)
        ]

    class Own(Account):
        expires_in = 86400
        tokens = 0

    Own.customers = {"K 1/2": texts("a", 250), "K3": [], "K4": texts("b", 100), **{f"E{at}": [] for at in range(120)}}
    Own.asked, Own.failures = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/accounts/T1", Own
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_service_page_by_page(account: tuple[str, type[Account]]) -> None:
    address, own = account
    source = rabatt.read_receipts(address, client=("till", "secret"), customers=["K 1/2", "K4"])
    assert own.asked == []
    rows = pa.table(ENGINE.evaluate_arrow(source).receipts())
    assert rows["receipt_id"].to_pylist() == [f"a-{at}" for at in range(1, 251)] + [f"b-{at}" for at in range(1, 101)]
    assert rows["discount"].to_pylist() == list(range(1, 251)) + list(range(1, 101))
    assert own.asked == [
        "receipts/customers/K 1/2 None",
        "receipts/customers/K 1/2 100",
        "receipts/customers/K 1/2 200",
        "receipts/customers/K4 None",
    ]
    assert own.tokens == 1
    names = pa.table(source)["customer_id"].to_pylist()
    assert names == ["K 1/2"] * 250 + ["K4"] * 100


def test_all_customers_of_the_account(account: tuple[str, type[Account]]) -> None:
    address, own = account
    assert sum(discounts(rabatt.read_receipts(address, client=("till", "secret")))) == 250 * 251 // 2 + 100 * 101 // 2
    assert [line for line in own.asked if line.startswith("customers")] == [
        "customers/users None",
        "customers/users 99",
    ]


def test_the_service_fails_and_comes_back(account: tuple[str, type[Account]]) -> None:
    address, own = account
    own.failures = [503, 429]
    own.expires_in = 0  # a new token for each request
    assert len(discounts(rabatt.read_receipts(address, client=("till", "secret"), customers=["K4"]))) == 100
    assert own.tokens == 1
    own.failures = [401]  # taken back: a new token, once
    assert len(discounts(rabatt.read_receipts(address, client=("till", "secret"), customers=["K4"]))) == 100
    own.failures = [503] * 9
    with pytest.raises(OSError, match="503 not now"):
        discounts(rabatt.read_receipts(address, client=("till", "secret"), customers=["K4"]))


@pytest.mark.parametrize(
    ("client", "customer", "message"),
    [
        (("till", "wrong"), "K4", "401 no such client; are id and secret of the client right"),
        (("till", "secret"), "K9", "404 Customer not found; is this the address of the account"),
    ],
)
def test_the_service_refuses(
    account: tuple[str, type[Account]], client: tuple[str, str], customer: str, message: str
) -> None:
    address, _ = account
    with pytest.raises(OSError, match=message):
        discounts(rabatt.read_receipts(address, client=client, customers=[customer]))
    with pytest.raises(rabatt.ServiceError, match=message) as raised:
        list(service.receipt_lines(service.Client(address, *client), [customer]))
    assert raised.value.status in {401, 404}


def test_a_redirect_is_not_followed(account: tuple[str, type[Account]], monkeypatch: pytest.MonkeyPatch) -> None:
    address, own = account

    def elsewhere(self: Account) -> None:
        self.answer(302, {}, ("location", f"{address}/receipts/customers/K4?limit=100"))

    monkeypatch.setattr(own, "do_GET", elsewhere)
    with pytest.raises(rabatt.ServiceError, match="302"):
        list(service.receipt_lines(service.Client(address, "till", "secret"), ["K3"]))
