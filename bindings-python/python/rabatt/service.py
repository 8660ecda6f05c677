"""Receipts of an account of the service, page by page."""

from __future__ import annotations

import base64
import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from rabatt.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Client", "receipt_lines"]

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
LIMIT = 100
ATTEMPTS = 4
# A token is renewed so many seconds before it ends.
EARLY = 60
TIMEOUT = 60


class _NoRedirect(HTTPRedirectHandler):
    """A token goes to nobody but whom it is for."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Client:
    """An API client of one account: asks for a token when it needs one."""

    def __init__(self, address: str, client_id: str, secret: str) -> None:
        self._base = address.rstrip("/")
        parts = urlsplit(self._base)
        if "/v1/accounts/" not in parts.path:
            raise ValueError(f"the address of an account is as `https://…/v1/accounts/T00000001`, not `{address}`")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError(f"`{address}` would send the secret in the clear; use https")
        self._basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._opener = build_opener(_NoRedirect)
        self._token = ""
        self._ends = 0.0

    def get(self, path: str, **query: str | int) -> str:
        """The body of an answer, as text."""
        address = f"{self._base}/{path}?{urlencode(query)}"
        for renewed in (False, True):
            if renewed or time.monotonic() >= self._ends:
                self._renew()
            try:
                return self._ask(Request(address, headers={"authorization": f"Bearer {self._token}"}))  # noqa: S310
            except ServiceError as error:
                # The token may have been taken back; then a new one says why.
                if error.status != HTTPStatus.UNAUTHORIZED or renewed:
                    raise
        raise AssertionError

    def _renew(self) -> None:
        body = json.dumps({"grant_type": "client_credentials", "audience": self._base}).encode()
        headers = {"authorization": f"Basic {self._basic}", "content-type": "application/json"}
        answer = _object(self._ask(Request(f"{self._base}/auth/token", body, headers)), "the token")  # noqa: S310
        token = answer.get("access_token")
        if not isinstance(token, str):
            raise ServiceError("the service answered without an `access_token`", None)
        self._token = token
        self._ends = time.monotonic() + float(answer.get("expires_in") or 0) - EARLY

    def _ask(self, request: Request) -> str:
        place = f"{request.get_method()} {request.full_url}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._opener.open(request, timeout=TIMEOUT) as answer:
                    return str(answer.read().decode())
            except HTTPError as error:
                again = error.code == HTTPStatus.TOO_MANY_REQUESTS or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
                if not again or attempt == ATTEMPTS:
                    raise ServiceError(f"{place}: {_reason(error)}", error.code) from None
                _wait(attempt, error.headers.get("retry-after"))
            except (URLError, TimeoutError) as error:
                if attempt == ATTEMPTS:
                    raise ServiceError(f"{place}: {getattr(error, 'reason', error)}", None) from None
                _wait(attempt, None)
        raise AssertionError


def _wait(attempt: int, asked: str | None) -> None:
    seconds = float(asked) if asked is not None and asked.isdigit() else 0.2 * 2**attempt
    time.sleep(min(seconds, 30.0))


def _reason(error: HTTPError) -> str:
    """What the error's body says."""
    try:
        message = json.loads(error.read())["error"]["message"]
    except (ValueError, KeyError, TypeError, OSError):
        message = error.reason
    hint = {
        HTTPStatus.UNAUTHORIZED: "; are id and secret of the client right?",
        HTTPStatus.FORBIDDEN: "; the client needs a grant with `read:receipts`, and `read:customers` to list customers",
        HTTPStatus.NOT_FOUND: "; is this the address of the account, and does this service keep receipts?",
    }
    return f"{error.code} {message}{hint.get(HTTPStatus(error.code), '')}"


def receipt_lines(client: Client, customers: Sequence[str] | None) -> Iterator[bytes]:
    """Pages of receipts as JSON lines, each receipt with the `customer_id` whose it is."""
    for customer in customers if customers is not None else _customers(client):
        query: dict[str, str | int] = {"limit": LIMIT}
        while True:
            text = client.get(f"receipts/customers/{quote(customer, safe='')}", **query)
            page = _object(text, "a page of receipts")
            lines = [_owned(receipt, customer) for receipt in _elements(text, "receipts")]
            if lines:
                yield b"".join(lines)
            after = page.get("starting_after")
            if not after:
                break
            if after == query.get("starting_after"):
                raise ServiceError(f"the service gives the page after `{after}` again and again", None)
            query["starting_after"] = str(after)


def _customers(client: Client) -> Iterator[str]:
    query: dict[str, str | int] = {"limit": LIMIT}
    while True:
        page = json.loads(client.get("customers/users", **query))
        if not isinstance(page, list):
            raise ServiceError("the service answered `customers/users` with something else than a list", None)
        for customer in page:
            yield str(customer["customer_id"])
        if len(page) < LIMIT:
            return
        query["starting_after"] = str(page[-1]["id"])


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ServiceError(f"the service answered with something else than {what}", None)
    return found


def _elements(text: str, name: str) -> Iterator[str]:
    """The elements of a list in an object, each as it is written: numbers keep their digits."""
    decoder = json.JSONDecoder()
    space = " \t\n\r"
    at = text.index("{") + 1
    while True:
        while text[at] in space + ",":
            at += 1
        if text[at] == "}":
            return
        member, at = decoder.raw_decode(text, at)
        while text[at] in space + ":":
            at += 1
        if member != name or text[at] != "[":
            _, at = decoder.raw_decode(text, at)
            continue
        at += 1
        while True:
            while text[at] in space + ",":
                at += 1
            if text[at] == "]":
                at += 1
                break
            begin = at
            _, at = decoder.raw_decode(text, at)
            yield text[begin:at]


def _owned(receipt: str, customer: str) -> bytes:
    """A receipt on a line of its own."""
    # A line break stands between tokens only, since texts have it escaped.
    text = receipt.replace("\r", " ").replace("\n", " ").strip()
    if text.startswith("{") and "customer_id" not in json.loads(text):
        comma = "" if text[1:].lstrip().startswith("}") else ","
        text = f'{{"customer_id":{json.dumps(customer)}{comma}{text[1:]}'
    return text.encode() + b"\n"
