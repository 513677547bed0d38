"""Who may do what: rights, rows and fields; what is forbidden looks as if it were not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.decision.commands import Act, Create, Delete, Fire, RunRules, Update
from tests.support import apps
from tests.support.apps import access, compiled, field, form, role, state, transition, workflow
from tests.support.worlds import World

ABSENT, FORBIDDEN, NOT_ALLOWED = [("DECIDE-001", "")], "DECIDE-005", [("DECIDE-006", "")]
NOBODY = "0192f0c1-2b3c-7d4e-8f50-617283940516"


@pytest.mark.parametrize(
    ("app", "kind"), [("nowhere", "book"), ("library", "nothing"), ("library", "book.copies"), ("", "")]
)
def test_a_form_is_absent_when_it_is_not_there(library, app, kind):
    for body in (
        Create(app, kind, {}),
        Update(app, kind, NOBODY, {}),
        Delete(app, kind, NOBODY),
        Fire(app, kind, NOBODY, "lend", {}),
        RunRules(app, kind, NOBODY, {}),
    ):
        assert library.world.refusal(library.anna, body) == ABSENT


def test_a_record_is_absent_when_it_is_not_there_or_deleted(library):
    world, anna = library.world, library.anna
    book = library.book()
    world.do(anna, Delete("library", "book", book))
    for id in (NOBODY, book):
        for body in (
            Update("library", "book", id, {}),
            Delete("library", "book", id),
            Fire("library", "book", id, "x", {}),
        ):
            assert world.refusal(anna, body) == ABSENT


def test_nothing_is_there_when_somebody_has_no_role(library):
    world = library.world
    stranger, away = world.person("stranger"), world.person("away", ("archive", "librarian"))
    asleep = world.person("asleep", ("library", "librarian"), active=False)
    book = library.book()
    for who in (stranger, away, asleep, NOBODY):
        assert world.refusal(who, Create("library", "book", {})) == ABSENT
        assert world.refusal(who, Update("library", "book", book, {"title": "x"})) == ABSENT
        assert world.refusal(who, Delete("library", "book", book)) == ABSENT


def test_a_form_is_not_there_to_be_filled_when_its_records_can_only_be_read(library):
    assert library.world.refusal(library.john, Create("library", "book", {})) == ABSENT


def test_a_change_is_not_allowed_when_the_record_can_only_be_read(library):
    book = library.book()
    assert library.world.refusal(library.john, Update("library", "book", book, {"title": "x"})) == NOT_ALLOWED
    assert library.world.refusal(library.john, Delete("library", "book", book)) == NOT_ALLOWED


def test_a_record_is_absent_when_it_is_outside_of_the_senders_rows(library):
    world, john = library.world, library.john
    loan = library.lend(library.member(), library.book())
    for body in (
        Update("library", "loan", loan, {"note": "x"}),
        Delete("library", "loan", loan),
        Fire("library", "loan", loan, "report_lost", {}),
    ):
        assert world.refusal(john, body) == ABSENT


def test_a_record_is_not_made_when_it_would_be_outside_of_the_senders_rows(library):
    world, john = library.world, library.john
    payload = {"member": library.member(), "book": library.book()}
    assert world.refusal(john, Create("library", "loan", {**payload, "owner": library.anna})) == NOT_ALLOWED
    world.do(john, Create("library", "loan", {**payload, "owner": john}))


def test_a_record_is_not_given_away_when_it_would_leave_the_senders_rows(library):
    world, john = library.world, library.john
    loan = world.make(john, Create("library", "loan", {"member": library.member(), "book": library.book()}))
    assert world.refusal(john, Update("library", "loan", loan, {"owner": library.anna})) == NOT_ALLOWED
    world.do(library.anna, Update("library", "loan", loan, {"owner": library.anna}))
    assert world.refusal(john, Update("library", "loan", loan, {"note": "x"})) == ABSENT


def test_a_field_is_forbidden_when_the_roles_keep_it_from_the_sender(library):
    world, john = library.world, library.john
    payload = {"member": library.member(), "book": library.book()}
    loan = world.make(john, Create("library", "loan", payload))
    assert world.refusal(john, Update("library", "loan", loan, {"waived": True, "nope": 1})) == [
        ("FORM-001", "fields.nope"),
        (FORBIDDEN, "fields.waived"),
        ("FORM-012", "fields.waived"),
    ]
    world.do(library.anna, Fire("library", "loan", loan, "lend"))
    world.do(library.anna, Update("library", "loan", loan, {"waived": True}))
    assert world.refusal(john, Update("library", "loan", loan, {"waived": False})) == [(FORBIDDEN, "fields.waived")]
    world.do(john, Update("library", "loan", loan, {"waived": True, "note": "as it is"}))


ROLES = [
    role("staff", access("thing")),
    role("mine", access("thing", "create read update", rows="owner = me", read_only_fields=["a"], hidden_fields=["b"])),
    role("all", access("thing", "read", hidden_fields=["b", "c"])),
    role("keeper", access("thing", "create read update", read_only_fields=["owner", "department"])),
]


def world_of(*roles):
    world = World(compiled(apps.app(form("thing", field("a"), field("b"), field("c")), roles=ROLES)))
    return world, world.person("me", *(("shop", key) for key in roles))


def test_owner_and_department_are_forbidden_when_the_roles_keep_them(library):
    world, me = world_of("keeper")
    other = world.person("other", ("shop", "keeper"))
    assert world.refusal(me, Create("shop", "thing", {"owner": other, "department": "d"})) == [
        (FORBIDDEN, "fields.owner"),
        (FORBIDDEN, "fields.department"),
    ]
    id = world.make(me, Create("shop", "thing", {}))
    assert world.refusal(me, Update("shop", "thing", id, {"owner": other})) == [(FORBIDDEN, "fields.owner")]


def test_rights_add_up_when_somebody_holds_several_roles():
    world, me = world_of("mine", "all")
    staff = world.person("staff", ("shop", "staff"))
    theirs, own = world.make(staff, Create("shop", "thing", {})), world.make(me, Create("shop", "thing", {"c": "1"}))
    assert world.refusal(me, Update("shop", "thing", theirs, {"c": "1"})) == NOT_ALLOWED, "to be seen, not changed"
    assert world.refusal(me, Update("shop", "thing", own, {"b": "1"})) == [(FORBIDDEN, "fields.b")], "hidden by both"
    world.do(me, Update("shop", "thing", own, {"c": "2"}))
    assert world.refusal(me, Update("shop", "thing", own, {"a": "1"})) == [(FORBIDDEN, "fields.a")]
    world, me = world_of("mine", "staff")
    world.do(me, Create("shop", "thing", {"a": "1", "b": "2", "c": "3"}))


def test_the_system_may_everything_when_it_acts(library):
    world = library.world
    book = world.make(None, Create("library", "book", {"title": "a", "isbn": "1", "price": "2"}))
    row = world.rows["library", "book", book]
    assert (row["owner"], row["created_by"]) == (None, None)
    world.do(None, Update("library", "book", book, {"title": "b"}))
    world.do(None, Delete("library", "book", book))


def test_a_version_is_stale_when_the_record_has_gone_on(library):
    world, anna = library.world, library.anna
    book = library.book()
    world.do(anna, Update("library", "book", book, {"title": "b"}, 1))
    for body in (
        Update("library", "book", book, {"title": "c"}, 1),
        Delete("library", "book", book, 1),
        Update("library", "book", book, {"title": "c"}, 3),
    ):
        (problem,) = world.problems(anna, body)
        assert (problem.code, problem.nature.value) == ("DECIDE-002", "conflict")
        assert "2" in problem.message.en


def test_a_task_is_absent_when_it_is_not_ones_own(library):
    world, john = library.world, library.john
    asked = world.do(john, Create("library", "loan", {"member": library.member(), "book": library.book()}))
    world.follow(asked)
    (task,) = world.tasks
    assert world.refusal(john, Act(task, "lend")) == ABSENT
    assert world.refusal(library.anna, Act(NOBODY, "lend")) == ABSENT
    assert world.refusal(library.anna, Act(task, "lnd")) == [("DECIDE-003", "")]
    world.do(library.anna, Act(task, "lend"))
    assert world.refusal(library.anna, Act(task, "lend")) == ABSENT


FLOW = workflow(
    "thing",
    [state("draft", "draft"), state("open"), state("shut", "won", locked=True)],
    [
        transition("submit", ["draft"], "open", fields=["a", "b", "owner"]),
        transition(
            "shut", ["open"], "shut", by=[{"manager_of": "owner"}], fields=["a", "b", "c"], optional_fields=["d"]
        ),
        transition("reopen", ["shut"], "open", by=[{"person": "helper"}, {"role": "boss"}, {"creator": True}]),
        transition("stamp", ["open"], "open", by="system"),
    ],
)
FORM = form("thing", *(field(key) for key in "abcd"), field("helper", "person"))
BOSSES = [role("staff", access("thing")), role("boss", access("thing", "read")), role("seer", access("thing", "read"))]


@pytest.fixture
def desk():
    world = World(compiled(apps.app(FORM, FLOW, roles=BOSSES)))
    boss = world.person("boss", ("shop", "seer"))
    me = world.person("me", ("shop", "staff"), manager=boss)
    id = world.make(me, Create("shop", "thing", {"a": "1", "b": "2", "c": "3"}, "submit"))
    return world, me, boss, id


def fire(id, key, **fields):
    return Fire("shop", "thing", id, key, fields)


def test_a_transition_is_refused_when_the_sender_is_not_entitled(desk):
    world, me, boss, id = desk
    (problem,) = world.problems(me, fire(id, "shut"))
    assert problem.code == "FLOW-012"
    assert "the superior" in problem.hint.en
    world.do(boss, fire(id, "shut"))
    (problem,) = world.problems(boss, fire(id, "reopen"))
    assert problem.hint.en == "Who may: helper in English, boss in English, who made it"
    world.do(me, fire(id, "reopen"))


def test_nobody_is_entitled_when_only_the_system_fires(desk):
    world, me, _, id = desk
    (problem,) = world.problems(me, fire(id, "stamp"))
    assert (problem.code, problem.hint.en) == ("FLOW-012", "Who may: the system")


@pytest.mark.parametrize("payload", [{"owner": "boss"}, {"helper": "boss"}, {"owner": "boss", "helper": "boss"}])
def test_nobody_becomes_entitled_when_they_send_that_along(desk, payload):
    world, me, boss, id = desk
    sent = dict.fromkeys(payload, boss)
    draft = world.make(me, Create("shop", "thing", {"a": "1", "b": "2"}))
    assert world.refusal(boss, fire(draft, "submit", **sent)) == [("FLOW-012", "")]
    world.do(boss, fire(id, "shut"))
    assert world.refusal(boss, fire(id, "reopen", **sent)) == [("FLOW-012", "")]


def test_a_new_record_is_no_ones_to_submit_when_it_is_made_for_somebody_else(desk):
    world, me, boss, _ = desk
    assert world.refusal(me, Create("shop", "thing", {"a": "1", "b": "2", "owner": boss}, "submit")) == [
        ("FLOW-012", "")
    ]


def test_a_transition_takes_only_its_own_fields_when_the_sender_may_not_edit(desk):
    world, _, boss, id = desk
    assert world.refusal(boss, fire(id, "shut", a="9", d="9", helper=boss, owner=boss)) == [
        (FORBIDDEN, "fields.helper"),
        (FORBIDDEN, "fields.owner"),
    ]
    world.do(boss, fire(id, "shut", a="9", d="9", helper=None))
    assert world.rows["shop", "thing", id]["d"] == "9"


def test_a_transition_takes_any_field_when_the_sender_may_edit(desk):
    world, me, _, _ = desk
    draft = world.make(me, Create("shop", "thing", {}))
    world.do(me, fire(draft, "submit", a="1", b="2", c="3", d="4"))
    assert world.rows["shop", "thing", draft]["d"] == "4"


def test_a_transition_takes_only_its_own_fields_when_the_state_is_locked(desk):
    world, me, boss, id = desk
    world.do(boss, fire(id, "shut"))
    assert world.refusal(me, Update("shop", "thing", id, {"a": "x"})) == [("FLOW-014", "")]
    assert world.refusal(me, fire(id, "reopen", a="x")) == [(FORBIDDEN, "fields.a")]
    world.do(me, fire(id, "reopen", a="1"))


def test_a_role_entitles_when_the_sender_holds_it_in_this_app(desk):
    world, _, boss, id = desk
    world.do(boss, fire(id, "shut"))
    world.people[boss] = replace(world.people[boss], roles=frozenset({("shop", "seer"), ("other", "boss")}))
    assert world.refusal(boss, fire(id, "reopen")) == [("FLOW-012", "")]
    world.people[boss] = replace(world.people[boss], roles=frozenset({("shop", "seer"), ("shop", "boss")}))
    world.do(boss, fire(id, "reopen"))
