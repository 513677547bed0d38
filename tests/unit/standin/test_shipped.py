"""The ERP that ships: its data hold together, and stand beside the sales demo as the same business."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.forms.definitions import field_def
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import Problem
from engine.packs.reading import find_pack
from engine.standin.commands import shipped
from engine.standin.definitions import read_partner
from engine.standin.shelf import MORNING_MS, open_shelf
from tests.unit.standin.partners import ANCHOR

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: Any) -> Rows:
    partner = read_partner(shipped())
    shelf = open_shelf(tmp_path_factory.mktemp("erp") / "erp.db", partner, ANCHOR, lambda: MORNING_MS)
    return {key: list(shelf.page(key, {}, 0, 0, 10_000).items) for key in partner.resources}


def demo(form: str) -> list[dict[str, Any]]:
    """Return the fields of the records of a form that the story of the sales demo makes."""
    story = json.loads(Path(find_pack("sales_management"), "demo", "records.json").read_text(encoding="utf-8"))
    made = [one["fields"] | {"ref": one.get("ref")} for one in story["records"] if one.get("form") == form]
    return [fields for fields in made if {"legal_name", "external_no", "receipt_no"} & set(fields)]


def total(items: list[dict[str, Any]], field: str) -> Decimal:
    return sum((Decimal(item[field]) for item in items), Decimal(0))


def test_it_answers_about_eleven_things_when_it_is_whole(rows: Rows) -> None:
    assert {key: bool(found) for key, found in rows.items()} == dict.fromkeys(
        (
            "customers", "credits", "receivables", "receipts", "orders", "outbound", "stock", "shipments", "invoices",
            "vouchers", "purchases",
        ),
        True,
    )  # fmt: skip


def test_its_customers_are_those_of_the_demo_when_both_are_shown(rows: Rows) -> None:
    known = {item["name"]: item["uscc"] for item in rows["customers"]}
    told = {fields["legal_name"]: fields.get("uscc", known[fields["legal_name"]]) for fields in demo("customer")}
    assert known.items() >= told.items()
    assert len(known) > len(told), "some are new to whoever tries"


def test_every_company_code_is_right_when_customers_are_looked_at(rows: Rows) -> None:
    field = BUILT_IN["id_code"]
    of_form = field_def({"uid": "a", "key": "uscc", "type": "id_code", "labels": {"zh": "码", "en": "code"}}, {})
    assert [item["name"] for item in rows["customers"] if isinstance(field.parse(item["uscc"], of_form), Problem)] == []


def test_its_receivables_and_receipts_are_those_of_the_demo_when_both_are_shown(rows: Rows) -> None:
    owed = {item["receivable_no"]: item["amount"] for item in rows["receivables"]}
    assert {one["external_no"]: owed[one["external_no"]] for one in demo("receivable")} == {
        one["external_no"]: one["amount"] for one in demo("receivable")
    }
    paid = {item["receipt_no"]: item["amount"] for item in rows["receipts"]}
    assert {one["receipt_no"]: paid[one["receipt_no"]] for one in demo("receipt")} == {
        one["receipt_no"]: one["amount"] for one in demo("receipt")
    }


def test_what_is_paid_is_what_receipts_matched_when_they_are_added_up(rows: Rows) -> None:
    matched: defaultdict[str, Decimal] = defaultdict(Decimal)
    for receipt in rows["receipts"]:
        assert total(receipt["matches"] or [], "amount") <= Decimal(receipt["amount"])
        for match in receipt["matches"] or []:
            matched[match["receivable"]] += Decimal(match["amount"])
    assert {item["receivable_no"]: Decimal(item["paid"]) for item in rows["receivables"]} == {
        item["receivable_no"]: matched[item["receivable_no"]] for item in rows["receivables"]
    }
    assert all(Decimal(one["amount"]) - Decimal(one["paid"]) == Decimal(one["balance"]) for one in rows["receivables"])


def test_credit_is_used_by_what_is_owed_when_it_is_added_up(rows: Rows) -> None:
    for credit in rows["credits"]:
        owed = [item for item in rows["receivables"] if item["customer"] == credit["customer"]]
        assert Decimal(credit["credit_used"]) == total(owed, "balance")
        assert Decimal(credit["available"]) == Decimal(credit["credit_limit"]) - Decimal(credit["credit_used"])
    assert [one["rating"] for one in rows["credits"] if Decimal(one["available"]) < 0] == ["d"]


def test_lines_and_entries_add_up_when_they_are_looked_at(rows: Rows) -> None:
    for order in rows["orders"]:
        assert total(order["lines"], "amount") == Decimal(order["amount"])
    for voucher in rows["vouchers"]:
        assert total(voucher["entries"], "debit") == total(voucher["entries"], "credit") == Decimal(voucher["amount"])
    for item in rows["stock"]:
        assert Decimal(item["on_hand"]) - Decimal(item["reserved"]) == Decimal(item["available"]) >= 0
