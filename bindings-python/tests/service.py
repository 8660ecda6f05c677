"""The real service, as a process of its own on a database of its own."""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from native import ROOT


@cache
def program() -> Path:
    """The program `rabatt`, built when it is not."""
    package = ["--package", "rabatt-service", "--bin", "rabatt"]
    subprocess.run(["cargo", "build", "--quiet", *package], cwd=ROOT, check=True)  # noqa: S603, S607
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps"]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603
    return Path(json.loads(said)["target_directory"], "debug", "rabatt")


class Service:
    """A running service."""

    def __init__(self, address: str, environment: dict[str, str]) -> None:
        self.address = address
        self.environment = environment

    @contextmanager
    def account(self, name: str) -> Iterator[Account]:
        """A new account, and a client that may do everything there."""
        add = [str(program()), "account"]
        subprocess.run([*add, "add", name], env=self.environment, check=True, capture_output=True)  # noqa: S603
        client = subprocess.run([*add, "client", name], env=self.environment, check=True, capture_output=True)  # noqa: S603
        account = Account(self.address, json.loads(client.stdout))
        try:
            yield account
        finally:
            account.connection.close()


class Account:
    """An account of the service, seen by a client of it."""

    def __init__(self, address: str, client: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc)
        self.path = f"/v1/accounts/{client['account_id']}"
        named = f"{client['client_id']}:{client['client_secret']}".encode()
        self.headers = {"authorization": f"Basic {base64.b64encode(named).decode()}"}
        audience = {"grant_type": "client_credentials", "audience": f"http://127.0.0.1:8080{self.path}"}
        token = self.ask("POST", "auth/token", audience)["access_token"]
        self.headers = {"authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask something below the account; what is answered."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = None if body is None else json.dumps(body)
        all_headers = {**self.headers, "content-type": "application/json", **named}
        self.connection.request(method, f"{self.path}/{path}", sent, all_headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (method, path, answer.status, text)
        return json.loads(text) if text else None

    def discounts(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask something below the account's discounts."""
        return self.ask(method, f"discounts/{path}", body, **headers)

    def rule(self, rule: dict[str, Any], holders: list[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Store a rule and give it away: the rule as it is stored, and its refs."""
        name = self.discounts("POST", "rules", rule)["id"]
        self.discounts("POST", f"rules/{name}/customers", {"customers": holders})
        stored = self.discounts("GET", f"rules/{name}")
        refs = self.discounts("GET", f"rules/{name}/customers?limit=1000")
        return stored, [
            {
                "customer_id": ref["customer_id"] or "*",
                "rule_id": name,
                "ref_id": ref["id"],
                "given_at": ref["created_at"],
            }
            for ref in refs
        ]

    def statistics(self, customer: str, ref: str) -> dict[str, Any]:
        """What a customer has had of a ref."""
        found: dict[str, Any] = self.discounts("GET", f"customers/{quote(customer, safe='')}/refs/{ref}")["statistics"]
        return found


@contextmanager
def running(folder: Path) -> Iterator[Service]:
    """A service for as long as this lasts."""
    # Settings of whoever runs the tests are not those of the tests.
    own = {
        name: value for name, value in os.environ.items() if not name.startswith("RABATT_") and name != "DATABASE_URL"
    }
    environment = {**own, "RABATT_LISTEN": "127.0.0.1:0", "RABATT_DATA": str(folder), "RUST_LOG": "warn"}
    with subprocess.Popen([program(), "serve"], env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout
            first = process.stdout.readline()
            address = next(word.rstrip(";,.") for word in first.split() if word.startswith("http://"))
            yield Service(address, environment)
        finally:
            process.terminate()
