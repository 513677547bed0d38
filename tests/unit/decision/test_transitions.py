"""Transitions: from where, with what, under which guard; what they leave behind; the bounds of a loan as an example."""

from __future__ import annotations

import pytest

from engine.decision.commands import Create, Delete, Fire, Update
from tests.support.apps import field, form, state, transition, workflow
from tests.support.worlds import NOON


def loan(member, book, transition="lend", **more):
    return Create("library", "loan", {"member": member, "book": book, **more}, transition)


def test_a_state_change_is_logged_with_its_dwell_when_a_record_moves(library):
    world, anna, john = library.world, library.anna, library.john
    changeset = world.do(john, loan(library.member(), library.book(), None))
    (begun,) = changeset.state_changes
    assert (begun.origin, begun.target, begun.transition, begun.dwell, begun.actor.user) == (
        None,
        "requested",
        None,
        None,
        john,
    )
    id = changeset.writes[0].id
    world.moment += 5_000
    changeset = world.do(anna, Fire("library", "loan", id, "lend"))
    (moved,) = changeset.state_changes
    assert (moved.origin, moved.target, moved.transition, moved.dwell) == ("requested", "lent", "lend", 5_000)
    (write,) = changeset.writes
    assert write.action == "lend"
    assert write.changes["state"] == "lent"
    assert write.changes["state_since"] == NOON + 5_000


def test_a_record_is_in_two_states_at_once_in_the_log_when_it_is_made_and_submitted(library):
    changeset = library.world.do(library.anna, loan(library.member(), library.book()))
    assert [(change.origin, change.target, change.transition) for change in changeset.state_changes] == [
        (None, "lent", "lend")
    ]
    assert changeset.writes[0].action == "lend"


@pytest.mark.parametrize("key", ["give_back", "report_lost"])
def test_a_transition_is_refused_when_the_record_is_in_another_state(library, key):
    world, anna = library.world, library.anna
    id = world.make(anna, loan(library.member(), library.book(), None))
    (problem,) = world.problems(anna, Fire("library", "loan", id, key))
    assert problem.code == "FLOW-011"
    assert "Requested" in problem.message.en
    assert "已申请" in problem.message.zh


def test_a_transition_is_refused_when_it_does_not_exist(library):
    world, anna = library.world, library.anna
    (problem,) = world.problems(anna, loan(library.member(), library.book(), "land"))
    assert problem.code == "FLOW-010"
    assert "lend, give_back, report_lost" in problem.hint.en
    assert world.refusal(anna, Create("library", "book", {"title": "a", "isbn": "b"}, "lend")) == [("FLOW-015", "")]


@pytest.mark.covers("S1-63")
def test_a_transition_asks_for_its_fields_filled_before_or_now_when_it_fires(library):
    world, anna = library.world, library.anna
    id = library.lend(library.member(), library.book())
    assert world.refusal(anna, Fire("library", "loan", id, "give_back")) == [
        ("FORM-002", "fields.returned_on"),
        ("FORM-002", "fields.condition"),
    ]
    world.do(anna, Fire("library", "loan", id, "give_back", {"returned_on": "2026-09-22", "condition": "good"}))


def test_required_fields_of_the_form_and_of_the_transition_are_told_once_when_both_ask(library):
    world, anna = library.world, library.anna
    assert world.refusal(anna, Create("library", "loan", {"due_date": None}, "lend")) == [
        ("FORM-002", "fields.member"),
        ("FORM-002", "fields.book"),
        ("FORM-002", "fields.due_date"),
    ]


@pytest.mark.parametrize("limit", [1, 3])
def test_a_guard_counts_the_others_when_it_counts_records_like_this_one(library, limit):
    world, anna = library.world, library.anna
    world.parameters["library"]["loan.limit"] = limit
    member = library.member()
    for _ in range(limit):
        library.lend(member, library.book())
    book = library.book()
    (problem,) = world.problems(anna, loan(member, book))
    assert (problem.code, problem.path) == ("FLOW-013", "")
    assert problem.message.en == "The member has reached the limit or is blocked, or the book stays here"
    assert problem.message.zh == "这位读者的借阅已满或停借,或此书不外借"
    id = world.make(anna, loan(member, book, None))
    assert world.refusal(anna, Fire("library", "loan", id, "lend")) == [("FLOW-013", "")]
    library.lend(library.member(), book)


def test_a_guard_sees_the_record_as_it_is_sent_when_the_payload_changes_it(library):
    world, anna = library.world, library.anna
    blocked, free = library.member(blocked=True), library.member()
    id = world.make(anna, loan(blocked, library.book(), None))
    assert world.refusal(anna, Fire("library", "loan", id, "lend")) == [("FLOW-013", "")]
    world.do(anna, Fire("library", "loan", id, "lend", {"member": free}))
    stays = library.book(reference_only=True)
    assert world.refusal(anna, loan(free, stays)) == [("FLOW-013", "")]


def test_a_deleted_record_counts_no_more_when_a_guard_counts(library):
    world, anna = library.world, library.anna
    world.parameters["library"]["loan.limit"] = 1
    member = library.member()
    id = library.lend(member, library.book())
    world.do(anna, Delete("library", "loan", id))
    library.lend(member, library.book())


GUARDED = (
    form("thing", field("a"), field("n", "number")),
    workflow(
        "thing",
        [state("draft", "draft"), state("open"), state("shut", "won")],
        [
            transition("open", ["draft"], "open", guard='state = "draft"'),
            transition("again", ["open"], "open"),
            transition("shut", "*", "shut", guard="n > 3", fields=["a", "n", "owner"]),
        ],
    ),
)


def test_a_guard_looks_before_the_move_when_it_names_the_state(shop):
    world, me = shop(*GUARDED)
    id = world.make(me, Create("shop", "thing", {}))
    world.do(me, Fire("shop", "thing", id, "open"))
    assert world.rows["shop", "thing", id]["state"] == "open", "and the record has moved all the same"


def test_a_guard_and_missing_fields_are_told_together_when_both_stand_in_the_way(shop):
    world, me = shop(*GUARDED)
    id = world.make(me, Create("shop", "thing", {}, "open"))
    assert sorted(world.refusal(me, Fire("shop", "thing", id, "shut", {"n": "x", "zz": 1}))) == [
        ("FLOW-013", ""),
        ("FORM-001", "fields.zz"),
        ("FORM-002", "fields.a"),
        ("FORM-003", "fields.n"),
    ]


def test_a_transition_leaves_its_trace_when_it_changes_nothing(shop):
    world, me = shop(*GUARDED)
    id = world.make(me, Create("shop", "thing", {}, "open"))
    world.moment += 1
    changeset = world.do(me, Fire("shop", "thing", id, "again"))
    (write,) = changeset.writes
    assert write.action == "again"
    assert set(write.changes) == {"version", "updated_at", "updated_by"}
    assert changeset.state_changes == (), "the record has not left its state"
    assert world.rows["shop", "thing", id]["state_since"] == NOON


def test_a_record_is_shut_for_good_when_its_state_is_an_end(shop):
    world, me = shop(*GUARDED)
    id = world.make(me, Create("shop", "thing", {"a": "x", "n": "4"}, "shut"))
    assert world.refusal(me, Fire("shop", "thing", id, "shut")) == [("FLOW-011", "")]
    world.do(me, Update("shop", "thing", id, {"a": "y"}))


def test_a_record_is_only_moved_when_its_state_is_locked(library):
    world, anna = library.world, library.anna
    id = library.lend(library.member(), library.book())
    world.do(anna, Fire("library", "loan", id, "report_lost", {"note": "gone"}))
    (problem,) = world.problems(anna, Update("library", "loan", id, {"note": "x"}))
    assert problem.code == "FLOW-014"
    assert "Lost" in problem.message.en


def test_a_deletion_marks_the_record_when_it_is_decided(library):
    world, anna = library.world, library.anna
    id = library.lend(library.member(), library.book())
    changeset = world.do(anna, Delete("library", "loan", id, 1))
    (write,) = changeset.writes
    assert (write.kind, write.action, write.version) == ("update", "delete", 2)
    assert write.changes == {"deleted_at": NOON, "version": 2, "updated_at": NOON, "updated_by": anna}
    assert changeset.state_changes == ()


def test_a_record_can_be_deleted_when_it_would_not_be_valid_any_more(shop):
    world, me = shop(form("thing", field("a", required="create")))
    id = world.make(me, Create("shop", "thing", {"a": "x"}))
    world.rows["shop", "thing", id]["a"] = None
    world.do(me, Delete("shop", "thing", id))
