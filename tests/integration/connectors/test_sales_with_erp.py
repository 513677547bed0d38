"""The sales pack beside the demo ERP: credit is asked for and vouchers are drafted, once that is switched on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.connectors.egress import Guard, read_allowed
from engine.connectors.outside import Outside
from engine.connectors.secrets import Secrets
from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from tests.support.erp import Erp, running_erp
from tests.support.sites import Site

APP = "sales_management"
COPPER = "91360681MA38K4T21W"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erp]:
    with running_erp(tmp_path_factory.mktemp("erp"), "--anchor", "2026-03-18") as found:
        yield found


@pytest.fixture
def erp(running: Erp) -> Erp:
    """The ERP, which has forgotten what it was asked before."""
    running.ask("DELETE", "/_control/requests")
    return running


class Sales:
    """An instance with the sales pack and its people, connected to the ERP by nothing but settings."""

    def __init__(self, database: Any, erp: Erp) -> None:
        secrets = Secrets(None, {key: value for key, value in erp.told["environment"].items() if "SECRET" in key})
        outside = Outside(Guard(read_allowed(erp.told["environment"]["YOUJU_EGRESS_ALLOW"])), secrets, is_open=True)
        self.site = Site(database, outside=outside)
        pack = read_pack(find_pack(APP))
        install_with_needs(self.site.services, pack, Actor(None))
        people = add_people(self.site.services.directory, APP, pack.users)
        self.people = {name: self.site.services.directory.viewer(id) for name, id in people.items()}

    def use_the_erp(self) -> None:
        self.site.services.parameters.set(self.people["ops"], APP, {"erp.in_use": True}, {"erp.in_use": False})

    def customer(self, **fields: Any) -> str:
        given = {"legal_name": "信江铜业股份有限公司", "industry": "industrial", **fields}
        return str(self.site.services.records.create(self.people["rep"], APP, "customer", given).id)

    def payment(self, customer: str) -> str:
        """Make a receivable and a payment that is matched with it; return the id of the payment."""
        finance, records = self.people["finance"], self.site.services.records
        owed = {"customer": customer, "kind": "goods", "amount": "500.00", "due_date": "2026-03-01"}
        receivable = records.create(finance, APP, "receivable", owed)
        matches = [{"receivable": receivable.id, "amount": "500.00"}]
        paid = {"receipt_no": "B-1", "customer": customer, "receipt_date": "2026-03-01", "amount": "500.00"}
        return str(records.create(finance, APP, "receipt", paid | {"matches": matches}, transition="match").id)

    def credit(self, id: str) -> tuple[Any, Any]:
        self.site.jobs().run_until_quiet()
        fields = self.site.services.records.read(self.people["finance"], APP, "customer", id).fields
        return fields["credit_limit"], fields["credit_used"]

    def problems(self) -> list[Any]:
        query = "SELECT error FROM youju_call_receipt WHERE error IS NOT NULL"
        dead = "SELECT error FROM youju_outbox WHERE dead_at IS NOT NULL"
        return [*self.site.query(query), *self.site.query(dead)]


def test_the_credit_of_a_new_customer_is_known_when_the_erp_is_in_use(database: Any, erp: Erp) -> None:
    sales = Sales(database, erp)
    sales.use_the_erp()
    assert sales.credit(sales.customer(uscc=COPPER)) == ("1240000.00", "735000.00")
    assert sales.credit(sales.customer(legal_name="无名", uscc="91360681MA38K4T99W")) == (None, None)
    assert sales.credit(sales.customer(legal_name="没有代码")) == (None, None)
    assert sales.problems() == []


def test_a_matched_payment_is_drafted_as_a_voucher_when_the_erp_is_in_use(database: Any, erp: Erp) -> None:
    sales = Sales(database, erp)
    sales.use_the_erp()
    sales.payment(sales.customer(uscc=COPPER))
    sales.site.jobs().run_until_quiet()
    (made,) = [one for one in erp.requests() if one["method"] == "POST"]
    draft = erp.rows("vouchers", "&status=draft")[-1]
    assert (made["status"], made["path"]) == (201, "vouchers")
    assert (draft["source_no"], draft["uscc"], draft["summary"]) == ("B-1", COPPER, "收 信江铜业股份有限公司 货款")
    assert [(entry["account"], entry["debit"], entry["credit"]) for entry in draft["entries"]] == [
        ("1002", "500.00", None),
        ("1122", None, "500.00"),
    ]
    assert sales.problems() == []


def test_nothing_is_asked_when_the_erp_is_not_in_use(database: Any, erp: Erp) -> None:
    sales = Sales(database, erp)
    id = sales.customer(uscc=COPPER)
    sales.payment(id)
    assert sales.credit(id) == (None, None)
    assert erp.requests() == []


def test_what_is_overdue_is_told_when_it_is_asked_by_hand(database: Any, erp: Erp) -> None:
    sales = Sales(database, erp)
    test = sales.site.services.connectors.test
    assert test(APP, "erp", None, {}, "").status == 200
    found = test(APP, "erp", "receivables", {}, sales.customer(uscc=COPPER))
    assert (found.values["count"], found.values["first_no"]) == ("1", "AR-2602")
    without = test(APP, "erp", "receivables", {}, sales.customer(legal_name="没有代码"))
    assert without.values["count"] == "0"
