"""A shop whose partner sends and is asked for lists: what it owes us, by number, of which some changes are newer."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from tests.support.apps import app, element, field, form
from tests.support.library import NOON

if TYPE_CHECKING:
    from tests.integration.connectors.conftest import Shop

SECRET = "signed-with-this"
BILL = form(
    "bill",
    field("number"),
    field("amount", "money"),
    field("told", "number"),
    field("customer", "reference", form="customer"),
    field("note"),
)
CUSTOMER = form("customer", field("code"))


def values() -> list[Any]:
    """Return what of an item is read."""
    return [
        field("number", at="/no", required=True),
        field("amount", "money", at="/sum"),
        field("edition", "number", at="/v"),
        field("code", at="/customer/code"),
        field("void", "boolean", at="/void"),
    ]


def intake(**more: Any) -> dict[str, Any]:
    """Return the intake of bills; what is given as None is left out."""
    stated = {
        "form": "bill",
        "values": values(),
        "by": {"number": "number"},
        "set": {"amount": "amount", "customer": {"code": "code"}},
        "newest": {"told": "edition"},
        **more,
    }
    return element("bills", **{key: value for key, value in stated.items() if value is not None})


def signature(**more: Any) -> dict[str, Any]:
    return {"header": "X-Signature", "scheme": "hmac-sha256", "secret": {"secret": "erp_hook"}, **more}


TIMED = signature(timestamp="X-Timestamp")


def hook(**more: Any) -> dict[str, Any]:
    return element("paid", **{"intake": "bills", "items": "/data", "signature": TIMED, "id": {"at": "/id"}, **more})


def listing() -> dict[str, Any]:
    """Return the operation that asks for a page of bills."""
    return element(
        "list",
        method="GET",
        path="/bills",
        arguments=[field("cursor"), field("page", "number"), field("since", "datetime")],
        query={"cursor": "cursor", "page": "page", "since": "since"},
    )


def pull(**more: Any) -> dict[str, Any]:
    paging = {"cursor": {"at": "/next", "argument": "cursor"}}
    return element("fetch", **{"operation": "list", "intake": "bills", "items": "/rows", "paging": paging, **more})


def bills_shop(url: str | None = "https://erp.example.com", *rules: Any, **more: Any) -> dict[str, Any]:
    """Return the app: bills, customers and the connector."""
    stated = {"intakes": [intake()], "hooks": [hook()], "pulls": [pull()], "operations": [listing()], **more}
    documents = app(BILL, CUSTOMER, *rules)
    documents["connectors/erp.json"] = {
        "format": 1, "kind": "connector", **element("erp"),
        **{key: value for key, value in {"base_url": url, **stated}.items() if value is not None},
    }  # fmt: skip
    return documents


def bill(number: str, version: int = 1, **more: Any) -> dict[str, Any]:
    return {"no": number, "sum": 10 * version, "v": version, **more}


def body_of(id: str, *items: Any) -> bytes:
    return json.dumps({"id": id, "data": list(items)}).encode()


def signed(body: bytes, at: int = NOON, secret: str = SECRET) -> dict[str, str]:
    """Return the headers with which a partner sends a body at that moment."""
    seconds = str(at // 1_000)
    made = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-timestamp": seconds, "x-signature": made}


def send(here: Shop, body: bytes, headers: dict[str, str] | None = None) -> Any:
    """Send a delivery to the hook."""
    given = signed(body) if headers is None else headers
    return here.site.services.hooks.accept("shop", "erp", "paid", given, body)


def bills(here: Shop) -> list[tuple[str, int | None, int | None]]:
    """Return the bills that are there: number, whole amount and version, by number."""
    found = here.site.query("SELECT number, amount, told FROM bill ORDER BY number, id")
    scaled = 100 if here.site.database.dialect == "sqlite" else 1
    return [(number, sum and int(sum) // scaled, told and int(told)) for number, sum, told in found]
