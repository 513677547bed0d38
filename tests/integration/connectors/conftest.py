"""A shop that asks a partner's service about its customers, over both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from engine.connectors.egress import Guard, read_allowed
from engine.connectors.outside import Outside
from engine.connectors.secrets import Secrets
from engine.runtime.views import Viewer
from engine.storage.connectors import Receipt, receipts_of
from tests.support.apps import app, element, field, form, rule
from tests.support.partner import Partner, Received, partner
from tests.support.sites import Site

TOKEN = "a-very-secret-token"


@pytest.fixture
def service() -> Iterator[Partner]:
    with partner() as found:
        yield found


def connector(url: str, *operations: Any, **more: Any) -> dict[str, Any]:
    """Return the document of the connector ``erp``."""
    return {
        "format": 1, "kind": "connector", **element("erp"), "base_url": url,
        "auth": {"bearer": {"secret": "erp_token"}}, "operations": list(operations), **more,
    }  # fmt: skip


def credit(**more: Any) -> dict[str, Any]:
    """Return the operation that asks for a customer's credit and keeps it."""
    asked = {
        "method": "GET",
        "path": "/customers/{{code}}",
        "form": "customer",
        "query": {"on": "since", "note": "note"},
        "answer": {
            "values": [field("left", "money", at="/data/left", required=True), field("error", "number", at="/error")],
            "accepted_when": "error = 0",
            "set": {"credit": "left"},
        },
    }
    return element("credit", **{**asked, **more})


CUSTOMER = form(
    "customer",
    field("code"),
    field("credit", "money"),
    field("since", "date"),
    field("note"),
    field("items", "lines", fields=[field("product"), field("count", "number")]),
)
WELL = {"data": {"left": 1234.5}, "error": 0}


def calling(operation: str = "credit", **more: Any) -> dict[str, Any]:
    """Return the rule that calls when a customer is made."""
    return rule("ask", "customer", {"created": True}, {"call": {"connector": "erp", "operation": operation, **more}})


def shop(url: str, *operations: Any, rules: Any = None, **more: Any) -> dict[str, Any]:
    """Return the app: customers, the connector and the rule that calls."""
    documents = app(CUSTOMER, *([calling()] if rules is None else rules))
    documents["connectors/erp.json"] = connector(url, *(operations or [credit()]), **more)
    return documents


@dataclass
class Shop:
    """The shop, open, with its partner."""

    site: Site
    service: Partner
    me: Viewer

    def customer(self, **fields: Any) -> str:
        """Make a customer and return the id."""
        made = self.site.services.records.create(self.me, "shop", "customer", {"code": "C 1/2", **fields})
        return str(made.id)

    def work(self) -> int:
        """Let the jobs do what is due now."""
        return self.site.jobs().run_until_quiet()

    def later(self, milliseconds: int) -> int:
        """Let real time pass, then let the jobs do what is due."""
        self.site.real.moment += milliseconds
        return self.work()

    def stored(self, id: str) -> Any:
        """Return what is stored of a customer."""
        return self.site.services.records.read(self.me, "shop", "customer", id).fields

    def receipts(self, id: str) -> list[Receipt]:
        """Return the receipts of the calls about a customer, oldest first."""
        with self.site.database.read() as connection:
            return list(reversed(receipts_of(connection, "shop", "customer", id)))

    @property
    def received(self) -> list[Received]:
        """What came to the partner."""
        return self.service.received

    def dead(self) -> list[str]:
        """Return the errors of the dead letters."""
        return [row[0] for row in self.site.query("SELECT error FROM youju_outbox WHERE dead_at IS NOT NULL")]


@pytest.fixture
def opened(database: Any, service: Partner) -> Callable[..., Shop]:
    """Open a shop whose partner is listed and whose token is known."""

    def opening(documents: dict[str, Any] | None = None) -> Shop:
        guard = Guard(read_allowed(service.listed))
        outside = Outside(
            guard,
            Secrets(None, {"YOUJU_SECRET_ERP_TOKEN": TOKEN, "YOUJU_SECRET_ERP_HOOK": "signed-with-this"}),
            is_open=True,
        )
        site = Site(database, outside=outside)
        site.publish(documents or shop(service.url))
        return Shop(site, service, site.person("me", ("shop", "staff")))

    return opening
