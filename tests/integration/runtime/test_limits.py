"""Two writes that one limit guards: never do both pass it."""

from __future__ import annotations

import threading

import pytest

from engine.kernel.problems import EngineError

ROUNDS = 8
LIMIT = 3
DUE = "2027-04-18"


@pytest.fixture
def requested(services, librarian):
    """Make a member who has one loan less than the limit, and two more that are asked for."""
    records = services.records

    def make(number):
        member = records.create(librarian, "library", "member", {"name": "王", "card_no": f"M{number}"})
        book = records.create(librarian, "library", "book", {"title": "书", "isbn": f"978-{number}"})
        fields = {"member": member.id, "book": book.id, "due_date": DUE}
        for _ in range(LIMIT - 1):
            records.create(librarian, "library", "loan", fields, "lend")
        return [records.create(librarian, "library", "loan", fields).id for _ in range(2)]

    return make


def test_one_of_two_passes_when_both_would_reach_the_limit(services, librarian, requested):
    for number in range(ROUNDS):
        loans = requested(number)
        barrier, outcomes = threading.Barrier(len(loans)), []

        def lend(loan, barrier=barrier, outcomes=outcomes):
            barrier.wait()
            try:
                made = services.records.transition(librarian, "library", "loan", loan, "lend", {})
                outcomes.append(made.state)
            except EngineError as error:
                outcomes.append(error.problems[0].code)

        threads = [threading.Thread(target=lend, args=(loan,)) for loan in loans]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["FLOW-013", "lent"], f"round {number}: {outcomes}"
