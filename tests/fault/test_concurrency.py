"""Two processes and one limit: the lock on what an aggregate belongs to lets one of two writes pass, never both."""

from __future__ import annotations

import pytest

from engine.workflows.problems import GUARD_FAILED
from tests.fault.credit import FITS_ALONE, LIMIT, credit
from tests.fault.rivals import DONE, rivals
from tests.support.sites import Site

ROUNDS = 50
REFUSED = [GUARD_FAILED.code]


@pytest.fixture
def site(database):
    site = Site(database)
    site.publish(credit())
    site.person("anna", ("credit", "staff"))
    return site


def customer(site, number):
    fields = {"name": f"客户{number}", "credit": LIMIT}
    return site.services.records.create(site.viewer("anna"), "credit", "customer", fields).id


def ordering(customer, **more):
    return ("create", "credit", "order", {"customer": customer, "amount": FITS_ALONE, **more}, "submit")


def lowering(customer):
    return ("update", "credit", "customer", customer, {"credit": "50.00"}, None)


def submitted(site):
    """Return how many orders each customer has that were submitted."""
    return dict(site.query("SELECT customer, count(*) FROM \"order\" WHERE state = 'submitted' GROUP BY customer"))


def test_one_of_two_writes_passes_when_both_meet_one_limit(site, migrated_url):
    customers = [customer(site, number) for number in range(ROUNDS)]
    with rivals(migrated_url, site.people["anna"]) as pair:
        ends = [pair.both(ordering(one), ordering(one)) for one in customers]
    assert [sorted(end, key=str) for end in ends] == [[REFUSED, DONE]] * ROUNDS
    assert submitted(site) == dict.fromkeys(customers, 1)


def test_both_pass_one_limit_when_the_lock_is_taken_away(site, migrated_url):
    customers = [customer(site, number) for number in range(ROUNDS)]
    with rivals(migrated_url, site.people["anna"], locked=False) as pair:
        for one in customers:
            pair.both(ordering(one), ordering(one))
    assert submitted(site) == dict.fromkeys(customers, 2), "what holds without any lock says nothing about the lock"


def test_one_of_two_writes_passes_when_one_uses_a_limit_that_the_other_lowers(site, migrated_url):
    customers = [customer(site, number) for number in range(ROUNDS)]
    with rivals(migrated_url, site.people["anna"]) as pair:
        ends = [pair.both(ordering(one), lowering(one)) for one in customers]
    assert [end.count(DONE) for end in ends] == [1] * ROUNDS, ends


def test_crossed_writes_both_pass_when_each_needs_two_records(site, migrated_url):
    one, other = customer(site, 1), customer(site, 2)
    with rivals(migrated_url, site.people["anna"]) as pair:
        for _ in range(ROUNDS):
            crossed = (ordering(first, backer=second, amount="0.50") for first, second in ((one, other), (other, one)))
            assert pair.both(*crossed) == [DONE, DONE]
    assert submitted(site) == {one: ROUNDS, other: ROUNDS}
