"""One answer for one person, whichever door is tried: what is not theirs to see is not told in a roundabout way."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError, Nature

DUE = "2027-04-18"


@pytest.fixture
def world(services, librarian, reader):
    """A book with its price, a member that is the reader and one that is not, and the reader's loans for both."""
    records = services.records

    def made(form, fields):
        return records.create(librarian, "library", form, fields).id

    book = made("book", {"title": "红楼梦", "isbn": "978-7", "price": "88.80"})
    own = made("member", {"name": "约翰", "card_no": "M1", "account": reader.id})
    other = made("member", {"name": "秘密的人", "card_no": "M2"})
    loans = {
        name: made("loan", {"member": member, "book": book, "owner": reader.id, "due_date": DUE})
        for name, member in (("own", own), ("other", other))
    }
    return {"book": book, "own_member": own, "other_member": other, **loans}


def _refusal(work):
    with pytest.raises(EngineError) as caught:
        work()
    return [(problem.code, problem.path) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "filter",
    [
        "price > 1",
        "count(loans where book.price > 1) > 0",
        "exists(loans where days_over > 1)",
    ],
)
def test_filter_is_refused_when_it_reads_what_the_reader_may_not(services, reader, world, filter):
    found = _refusal(lambda: services.records.list(reader, "library", "book", filter=filter))
    assert {code for code, _ in found} == {"RUN-013"}


def test_filter_says_nothing_of_a_record_when_the_reader_may_not_read_it(services, reader, world):
    def ids(filter):
        return {item.id for item in services.records.list(reader, "library", "loan", filter=filter).items}

    assert ids('member.name = "约翰"') == {world["own"]}
    assert ids('member.name = "秘密的人"') == set()
    assert ids('member.name != "约翰"') == set()


def test_sort_is_refused_when_the_field_is_hidden(services, reader, world):
    assert _refusal(lambda: services.records.list(reader, "library", "book", sort="price")) == [("RUN-013", "sort")]


def test_name_is_not_shown_when_the_record_pointed_at_is_not_readable(services, reader, world):
    shown = services.records.read(reader, "library", "loan", world["other"]).shown
    assert "秘密" not in str(shown["member"])
    assert services.records.read(reader, "library", "loan", world["own"]).shown["member"] == "约翰 (M1)"
    told = str(services.records.history(reader, "library", "loan", world["other"]))
    assert "秘密" not in told


def test_preview_makes_nothing_of_a_record_when_it_is_not_readable(services, reader, world):
    fields = {"member": world["other_member"], "book": world["book"]}
    tried = services.records.preview(reader, "library", "loan", fields)
    assert ("FORM-015", "fields.member") in {(problem.code, problem.path) for problem in tried.problems}
    assert tried.fields["member"] is None
    assert "秘密" not in str(tried)


def test_absent_and_unreadable_are_the_same_when_they_are_pointed_at(services, reader, world):
    absent = "01a0c450-6c7b-7000-8000-00000000ffff"

    def answer(member):
        fields = {"member": member, "book": world["book"]}
        return _refusal(lambda: services.records.create(reader, "library", "loan", fields))

    assert answer(world["other_member"]) == answer(absent) == [("FORM-015", "fields.member")]


def test_answer_is_no_way_to_read_on_when_a_request_is_repeated(services, librarian, reader, world):
    fields = {"member": world["own_member"], "book": world["book"]}
    made = services.records.create(reader, "library", "loan", fields, idempotency_key="once")
    services.records.update(
        librarian, "library", "loan", made.id, {"owner": librarian.id, "note": "内部"}, made.version
    )
    with pytest.raises(EngineError) as caught:
        services.records.create(reader, "library", "loan", fields, idempotency_key="once")
    assert caught.value.nature is Nature.ABSENT


def test_nobody_gives_a_record_away_when_a_transition_is_fired(services, librarian, reader, world):
    services.records.transition(librarian, "library", "loan", world["own"], "lend", {})
    services_given = {"owner": librarian.id}

    def lose():
        services.records.transition(reader, "library", "loan", world["own"], "report_lost", services_given)

    assert _refusal(lose)
    assert services.records.read(reader, "library", "loan", world["own"]).state == "lent"
