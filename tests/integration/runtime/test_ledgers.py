"""Ledgers on real databases: fines that loans bring, payments at the same time, and every door closed to changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.kernel.problems import EngineError


def fines(library):
    return [record.fields for record in library.records.list(library.anna, "library", "fine").items]


def owing(library, amount):
    """Return a member who owes that much."""
    member = library.member()
    fields = {"member": member.id, "amount": amount, "reference": f"first:{member.id}"}
    library.records.create(library.anna, "library", "fine", fields)
    return member


def paid(library, member, number):
    fields = {"member": member.id, "amount": "-4.00", "reference": f"paid:{member.id}:{number}"}
    try:
        return library.records.create(library.anna, "library", "fine", fields).fields["owed"]
    except EngineError as error:
        return error.problems[0].code


def test_a_fine_is_booked_once_when_a_late_book_is_returned(library):
    loan = library.loan(transition="lend", due_date="2026-10-01")
    back = {"returned_on": "2026-11-10", "condition": "good"}
    library.records.transition(library.anna, "library", "loan", loan.id, "give_back", back)
    library.site.jobs().run_until_quiet()
    library.site.jobs().run_until_quiet()
    (fine,) = fines(library)
    assert fine["reference"] == f"loan:{loan.id}"
    assert fine["owed"] == fine["amount"] != "0.00"


def test_no_account_goes_below_its_minimum_when_payments_come_at_the_same_time(library):
    member = owing(library, "10.00")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda number: paid(library, member, number), range(4)))
    assert sorted(found) == ["2.00", "6.00", "FORM-026", "FORM-026"]
    assert sorted(fine["owed"] for fine in fines(library)) == ["10.00", "2.00", "6.00"]


def test_one_of_two_is_booked_when_they_have_the_same_reference(library):
    member = owing(library, "10.00")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda number: paid(library, member, number), (7, 7)))
    assert sorted(found) == ["6.00", "FORM-014"]


def test_a_posting_stays_when_somebody_edits_or_deletes_it(library):
    owing(library, "10.00")
    (row,) = library.records.list(library.anna, "library", "fine").items
    for change in (
        lambda: library.records.update(library.anna, "library", "fine", row.id, {"amount": "1.00"}, None),
        lambda: library.records.delete(library.anna, "library", "fine", row.id, 1),
    ):
        with pytest.raises(EngineError, match="FORM-025"):
            change()
