"""Two people change one record after both have looked at it: field by field, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.kernel.problems import EngineError, Nature
from tests.integration.runtime.conftest import refused
from tests.support.apps import library as library_documents

OURS = ("library", "book")
LINES = [{"barcode": "b1", "shelf": "A", "pages": "10"}, {"barcode": "b2", "shelf": "B", "pages": "20"}]


BACK = {"returned_on": "2026-09-22", "condition": "good"}


def change(library, book, fields: dict[str, Any], seen: int = 1):
    return library.records.update(library.anna, *OURS, book.id, fields, seen)


def fields_of(library, book) -> dict[str, Any]:
    return dict(library.records.read(library.anna, *OURS, book.id).fields)


def line(view, number: int, **more: Any) -> dict[str, Any]:
    return {"id": view.fields["copies"][number]["id"], **more}


def test_both_hold_when_two_change_different_fields(library):
    book = library.book(author="甲", note="旧")
    change(library, book, {"author": "乙"})
    both = change(library, book, {"note": "新"})
    assert (both.version, both.fields["author"], both.fields["note"]) == (3, "乙", "新")


def test_what_a_sender_left_as_they_saw_it_stays_as_others_made_it_since(library):
    book = library.book(author="甲", note="旧")
    change(library, book, {"author": "乙"})
    both = change(library, book, {"title": "红楼梦", "author": "甲", "note": "新"})
    assert (both.fields["author"], both.fields["note"]) == ("乙", "新")


def test_both_values_are_told_when_two_change_a_field_differently_and_nothing_is_kept(library):
    book = library.book(author="甲", subjects=["novel"])
    change(library, book, {"author": "乙", "subjects": ["science"]})
    with pytest.raises(EngineError) as raised:
        change(library, book, {"author": "丙", "subjects": [], "note": "新"})
    found = {problem.path: problem for problem in raised.value.problems}
    assert raised.value.nature is Nature.CONFLICT
    assert {path: problem.code for path, problem in found.items()} == {
        "fields.author": "DECIDE-009", "fields.subjects": "DECIDE-009",
    }  # fmt: skip
    assert "乙" in found["fields.author"].message.zh
    assert "丙" in found["fields.author"].message.en
    assert "科学" in found["fields.subjects"].message.zh
    assert "(blank)" in found["fields.subjects"].message.en
    assert fields_of(library, book)["note"] is None


def test_nobody_is_in_the_way_when_both_mean_the_same(library):
    book = library.book(author="甲", published="2001-01-01")
    change(library, book, {"author": "乙", "published": "2002-02-02"})
    assert change(library, book, {"author": "乙", "published": "2002-02-02", "note": "x"}).fields["note"] == "x"


def test_a_figure_that_two_come_to_is_a_conflict_since_both_may_have_counted_on(library):
    book = library.book(price="5", copies=LINES)
    change(library, book, {"price": "6", "copies": [line(book, 0, pages="11"), line(book, 1)]})
    assert refused(change, library, book, {"price": "6.00"}) == [("DECIDE-009", "fields.price")]
    wanted = {"copies": [line(book, 0, pages="11"), line(book, 1)]}
    assert refused(change, library, book, wanted) == [("DECIDE-009", "fields.copies[0].pages")]


def test_an_owner_is_told_by_name_when_two_hand_a_record_to_different_people(library):
    book = library.book()
    change(library, book, {"owner": library.john.id})
    with pytest.raises(EngineError) as raised:
        change(library, book, {"owner": None})
    [found] = raised.value.problems
    assert (found.path, "john" in found.message.en) == ("fields.owner", True)


def test_lines_are_merged_line_by_line_and_field_by_field(library):
    book = library.book(copies=LINES)
    change(library, book, {"copies": [line(book, 0, shelf="Z"), line(book, 1), {"barcode": "theirs"}]})
    both = change(library, book, {"copies": [line(book, 0, pages="11"), line(book, 1, shelf="Y"), {"barcode": "mine"}]})
    assert [(one["barcode"], one["shelf"], one["pages"]) for one in both.fields["copies"]] == [
        ("b1", "Z", "11"), ("b2", "Y", "20"), ("theirs", None, None), ("mine", None, None),
    ]  # fmt: skip
    assert both.fields["copy_count"] == "4"


def test_nothing_is_added_twice_when_a_change_is_sent_again(library):
    book = library.book(copies=LINES, note="旧")
    wanted = {"note": "新", "copies": [line(book, 0), line(book, 1), {"barcode": "b3"}, {"barcode": "b3"}]}
    once = change(library, book, wanted)
    again = change(library, book, wanted)
    assert (again.version, again.fields) == (once.version, once.fields)
    more = change(library, book, {"copies": [*wanted["copies"], {"barcode": "b3"}]})
    assert [one["barcode"] for one in more.fields["copies"]] == ["b1", "b2", "b3", "b3", "b3"]


def test_a_line_that_one_removes_goes_when_the_other_left_it_alone(library):
    book = library.book(copies=LINES)
    change(library, book, {"copies": [line(book, 1)]})
    both = change(library, book, {"copies": [line(book, 0), line(book, 1, shelf="Y")]})
    assert [(one["barcode"], one["shelf"]) for one in both.fields["copies"]] == [("b2", "Y")]


@pytest.mark.parametrize(
    ("theirs", "mine", "place"),
    [
        ([(1, {})], [(0, {"shelf": "X"}), (1, {})], "fields.copies[0]"),
        ([(0, {"shelf": "X"}), (1, {})], [(1, {})], "fields.copies"),
    ],
)
def test_a_line_is_a_conflict_when_one_changes_and_one_removes_it(library, theirs, mine, place):
    book = library.book(copies=LINES)
    change(library, book, {"copies": [line(book, number, **more) for number, more in theirs]})
    wanted = {"copies": [line(book, number, **more) for number, more in mine]}
    assert refused(change, library, book, wanted) == [("DECIDE-010", place)]


def test_a_field_of_a_line_is_a_conflict_when_two_change_it(library):
    book = library.book(copies=LINES)
    change(library, book, {"copies": [line(book, 1, shelf="X"), line(book, 0)]})
    wanted = {"copies": [line(book, 0), line(book, 1, shelf="Y")]}
    assert refused(change, library, book, wanted) == [("DECIDE-009", "fields.copies[1].shelf")]


def test_lines_stand_in_the_order_of_who_put_them_in_one(library):
    book = library.book(copies=LINES)
    change(library, book, {"copies": [line(book, 0), line(book, 1), {"barcode": "b3"}]})
    turned = change(library, book, {"copies": [line(book, 1), line(book, 0)]})
    assert [one["barcode"] for one in turned.fields["copies"]] == ["b2", "b1", "b3"]


def test_a_hidden_field_is_refused_whatever_is_said_of_it(library):
    documents = library_documents()
    documents["roles.json"]["roles"][1]["access"][0]["update"] = True
    library.site.publish(documents)
    book = library.book(price="5")
    change(library, book, {"price": "6"})
    for guess in ("5", "6", "7"):
        with pytest.raises(EngineError) as raised:
            library.records.update(library.john, *OURS, book.id, {"price": guess}, 1)
        assert [problem.code for problem in raised.value.problems] == ["DECIDE-005"]


def test_a_transition_goes_on_when_others_changed_what_it_does_not_ask_for(library):
    loan = library.loan(transition="lend")
    about = (library.anna, "library", "loan", loan.id)
    library.records.update(*about, {"note": "借条"}, loan.version)
    moved = library.records.transition(*about, "give_back", BACK, version=loan.version)
    assert (moved.state, moved.fields["note"]) == ("returned", "借条")


def test_a_transition_is_a_conflict_when_what_it_confirms_or_its_state_has_changed(library):
    loan = library.loan(transition="lend")
    about = (library.anna, "library", "loan", loan.id)
    library.records.update(*about, {"due_date": "2026-12-01"}, loan.version)
    fire = library.records.transition
    found = refused(fire, *about, "report_lost", {}, version=loan.version)
    assert found == [("DECIDE-009", "fields.due_date")]
    fire(*about, "report_lost", {"due_date": "2026-12-01"}, version=loan.version)
    assert refused(fire, *about, "give_back", BACK, version=loan.version) == [("DECIDE-002", "")]


def test_a_preview_tells_what_is_disputed_and_what_the_sender_changes(library):
    book = library.book(author="甲", note="旧")
    change(library, book, {"author": "乙", "title": "石头记"})
    sent = {"title": "红楼梦", "author": "丙", "note": "新"}
    state = library.records.preview(library.anna, *OURS, sent, id=book.id, seen=1)
    assert [(problem.code, problem.path) for problem in state.problems] == [("DECIDE-009", "fields.author")]
    assert state.given == {"author", "note"}
    assert (state.fields["title"], state.fields["note"]) == ("石头记", "新")


PLAIN = ("title", "author", "note")
CHANGES = st.fixed_dictionaries({}, optional={"shelf": st.sampled_from("AXY"), "pages": st.sampled_from(["10", "30"])})
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        **{key: st.sampled_from(["甲", "乙", "丙"]) for key in PLAIN},
        "copies": st.dictionaries(st.integers(0, 2), CHANGES),
    },
)  # fmt: skip
BEGINNING = {"title": "甲", "author": "乙", "note": "丙"}


def wanted(book, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with its lines as the API takes them; lines that it does not name are removed."""
    if "copies" not in payload:
        return payload
    return {**payload, "copies": [line(book, number, **more) for number, more in payload["copies"].items()]}


def merged(first: dict[str, Any], second: dict[str, Any], lines: list[dict[str, str]]) -> dict[str, Any] | None:
    """What both leave, by hand: None where they contradict each other."""
    out: dict[str, Any] = {}
    for key in PLAIN:
        said = {one[key] for one in (first, second) if one.get(key, BEGINNING[key]) != BEGINNING[key]}
        if len(said) > 1:
            return None
        out[key] = next(iter(said), BEGINNING[key])
    everything = {number: {} for number in range(len(lines))}
    own = [one.get("copies", everything) for one in (first, second)]
    out["copies"] = {}
    for number, old in enumerate(lines):
        changes = [
            None if number not in one else {key: value for key, value in one[number].items() if value != old[key]}
            for one in own
        ]
        if None in changes:
            if any(changes):
                return None
            continue
        if any(changes[0].get(key, value) != value for key, value in changes[1].items()):
            return None
        if "pages" in changes[0] and "pages" in changes[1]:
            return None
        out["copies"][old["barcode"]] = {**old, **changes[0], **changes[1]}
    return out


@given(first=PAYLOADS, second=PAYLOADS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_changes_come_to_the_same_in_any_order_or_contradict_each_other_in_both(library, first, second):
    lines = [*LINES, {"barcode": "b3", "shelf": "A", "pages": "30"}]
    expected = merged(first, second, lines)
    for one, other in ((first, second), (second, first)):
        book = library.book(**BEGINNING, copies=lines)
        change(library, book, wanted(book, one))
        if expected is None:
            with pytest.raises(EngineError) as raised:
                change(library, book, wanted(book, other))
            assert raised.value.nature is Nature.CONFLICT
            continue
        change(library, book, wanted(book, other))
        kept = fields_of(library, book)
        assert {key: kept[key] for key in PLAIN} == {key: expected[key] for key in PLAIN}
        shown = {
            one["barcode"]: {key: one[key] for key in ("barcode", "shelf", "pages")} for one in kept["copies"] or ()
        }
        assert shown == expected["copies"]
