"""What a save makes of a payload: defaults, computed values, what is visible, required, read-only and valid."""

from __future__ import annotations

import pytest

from engine.decision.commands import Create, Fire, Update
from engine.kernel.clocks import day_of
from tests.support.apps import element, field, form, options, state, transition, workflow
from tests.support.worlds import NOON

TODAY = day_of(NOON, "Asia/Shanghai")


def create(**fields):
    return Create("shop", "thing", fields)


def update(id, **fields):
    return Update("shop", "thing", id, fields)


def test_a_new_record_has_its_system_fields_when_it_is_made(shop):
    world, me = shop(form("thing", field("a")))
    (write,) = world.do(me, create(a="x")).writes
    row = write.row
    assert row["a"] == "x"
    assert (row["version"], row["owner"], row["created_by"], row["updated_by"]) == (1, me, me, me)
    assert (row["state"], row["held"], row["deleted_at"]) == (None, None, None)
    assert row["created_at"] == row["updated_at"] == NOON
    assert write.kind == "insert"
    assert write.action == "create"
    assert write.changes == {key: value for key, value in row.items() if value is not None}


def test_the_department_is_the_makers_when_none_is_sent(shop):
    world, _ = shop(form("thing", field("a")))
    x = world.person("x", ("shop", "staff"), department="市场部")
    id = world.make(x, create(a="1"))
    assert world.rows["shop", "thing", id]["department"] == "市场部"
    other = world.make(x, create(a="1", department="销售部"))
    assert world.rows["shop", "thing", other]["department"] == "销售部"


def test_a_change_holds_what_differs_and_stamps_when_a_record_is_updated(shop):
    world, me = shop(form("thing", field("a"), field("b")))
    id = world.make(me, create(a="x", b="y"))
    world.moment += 1_000
    (write,) = world.do(me, update(id, a="z", b="y")).writes
    assert write.changes == {"a": "z", "version": 2, "updated_at": NOON + 1_000, "updated_by": me}
    assert write.kind == "update"
    assert write.row["b"] == "y"


def test_nothing_is_written_when_an_update_changes_nothing(shop):
    world, me = shop(form("thing", field("a"), field("rows", "lines", fields=[field("b")])))
    id = world.make(me, create(a="x", rows=[{"b": "1"}]))
    (line,) = world.rows["shop", "thing", id]["rows"]
    changeset = world.do(me, update(id, a="x", rows=[{"id": line["id"], "b": "1"}], owner=me))
    assert (changeset.writes, changeset.messages, changeset.state_changes) == ((), (), ())


def steps_form():
    """A form whose lines get a title from the form's own field, unless nobody filled it."""
    title = field("title", required="create", default="parent.next")
    due = field("due", "date", required="create", default="today()")
    return form("thing", field("next"), field("rows", "lines", fields=[title, due, field("note")], default_line=True))


def drafted(shop):
    moves = [transition("send", ["draft"], "sent"), transition("mark", ["sent"], "marked")]
    states = [state("draft", "draft"), state("sent"), state("marked")]
    return shop({**steps_form(), "workflow": "thing"}, workflow("thing", states, moves))


def test_a_line_of_defaults_stands_in_when_a_record_leaves_its_draft_without_one(shop):
    world, me = drafted(shop)
    id = world.make(me, create(next="call"))
    assert world.rows["shop", "thing", id]["rows"] is None, "a draft may have none"
    world.do(me, Fire("shop", "thing", id, "send"))
    (line,) = world.rows["shop", "thing", id]["rows"]
    assert (line["title"], line["due"], line["note"]) == ("call", TODAY, None)
    assert line["id"]
    world.do(me, Fire("shop", "thing", id, "mark"))
    assert world.rows["shop", "thing", id]["rows"] == (line,)


def test_no_line_stands_in_when_the_defaults_do_not_fill_it_or_there_is_one(shop):
    world, me = drafted(shop)
    bare, own = world.make(me, create()), world.make(me, create(next="call", rows=[{"title": "write"}]))
    for id in (bare, own):
        world.do(me, Fire("shop", "thing", id, "send"))
    assert world.rows["shop", "thing", bare]["rows"] is None
    assert [line["title"] for line in world.rows["shop", "thing", own]["rows"]] == ["write"]


def test_a_line_stands_in_later_only_when_somebody_takes_the_last_one_away(shop):
    world, me = drafted(shop)
    id = world.make(me, create())
    world.do(me, Fire("shop", "thing", id, "send"))
    world.do(me, update(id, next="call"))
    assert world.rows["shop", "thing", id]["rows"] is None
    world.do(me, update(id, rows=None))
    assert [line["title"] for line in world.rows["shop", "thing", id]["rows"]] == ["call"]


def test_a_line_stands_in_at_once_when_the_form_has_no_drafts(shop):
    world, me = shop(steps_form())
    row = world.rows["shop", "thing", world.make(me, create(next="call", rows=None))]
    assert [line["title"] for line in row["rows"]] == ["call"]


def test_defaults_fill_what_is_not_named_when_a_record_is_made(shop):
    world, me = shop(
        form(
            "thing",
            field("a", default='"x"'),
            field("b", default='a & "!"'),
            field("on", "date", default="today()"),
            field("who", "person", default="me"),
        )
    )
    row = world.rows["shop", "thing", world.make(me, create())]
    assert (row["a"], row["b"], row["on"], row["who"]) == ("x", "x!", TODAY, me)
    row = world.rows["shop", "thing", world.make(me, create(a="y"))]
    assert row["b"] == "y!", "a later default reads what was sent"
    row = world.rows["shop", "thing", world.make(me, create(a=None, on=None))]
    assert (row["a"], row["b"], row["on"]) == (None, "!", None), "what is sent blank stays blank"


def test_defaults_do_not_come_back_when_a_record_is_updated(shop):
    world, me = shop(form("thing", field("a", default='"x"'), field("b")))
    id = world.make(me, create(a=None))
    world.do(me, update(id, b="1"))
    assert world.rows["shop", "thing", id]["a"] is None


def test_computed_fields_follow_each_other_when_any_of_them_changes(shop):
    world, me = shop(
        form(
            "thing",
            field("total", "number", computed="twice + 1"),
            field("twice", "number", computed="n * 2"),
            field("n", "number"),
        )
    )
    id = world.make(me, create(n="3"))
    assert world.rows["shop", "thing", id]["total"] == 7
    changes = world.do(me, update(id, n="4")).writes[0].changes
    assert (changes["twice"], changes["total"]) == (8, 9)
    assert world.do(me, update(id, n=None)).writes[0].changes["total"] is None


@pytest.mark.parametrize("kind", [{"computed": '"x"'}, {"set_by": "system"}])
def test_a_field_of_the_system_is_refused_when_somebody_fills_it(shop, kind):
    world, me = shop(form("thing", field("a", **kind), field("b")))
    assert world.refusal(me, create(a="mine")) == [("FORM-010", "fields.a")]
    id = world.make(me, create(a=None, b="1"))
    if "computed" in kind:
        assert world.refusal(me, update(id, a="other")) == [("FORM-010", "fields.a")]
        assert world.refusal(me, update(id, a=None)) == [("FORM-010", "fields.a")]
        assert world.do(me, update(id, a="x")).writes == (), "what is there already may come back"


LINES = field(
    "rows",
    "lines",
    fields=[
        field("n", "number", required="create"),
        field("twice", "number", computed="n * 2"),
        field("total", "number", computed="twice + 1"),
        field("on", "date", default="today()"),
        field("stamp", set_by="system"),
    ],
)


def test_lines_get_ids_defaults_and_computed_values_when_they_are_new(shop):
    world, me = shop(form("thing", LINES, field("sum", "number", computed="sum(rows.total)")))
    id = world.make(me, create(rows=[{"n": "1"}, {"n": "2", "on": None}]))
    row = world.rows["shop", "thing", id]
    first, second = row["rows"]
    assert {**first, "id": None} == {"id": None, "n": 1, "twice": 2, "total": 3, "on": TODAY, "stamp": None}
    assert second["on"] is None
    assert first["id"] != second["id"]
    assert row["sum"] == 8
    changed = world.do(me, update(id, rows=[{"id": second["id"], "n": "5"}, {"n": "1"}])).writes[0].row
    assert [line["total"] for line in changed["rows"]] == [11, 3]
    assert changed["rows"][0]["id"] == second["id"]
    assert changed["rows"][0]["on"] is None, "a line keeps what it does not name"
    assert changed["sum"] == 14


def test_a_lines_field_of_the_system_is_refused_when_somebody_fills_it(shop):
    world, me = shop(form("thing", LINES))
    assert world.refusal(me, create(rows=[{"n": "1"}, {"n": "1", "twice": "9", "stamp": "x"}])) == [
        ("FORM-010", "fields.rows[1].twice"),
        ("FORM-010", "fields.rows[1].stamp"),
    ]
    id = world.make(me, create(rows=[{"n": "1"}]))
    (line,) = world.rows["shop", "thing", id]["rows"]
    assert world.refusal(me, update(id, rows=[{"id": line["id"], "total": "4"}])) == [
        ("FORM-010", "fields.rows[0].total")
    ]
    assert world.do(me, update(id, rows=[{"id": line["id"], "total": "3"}])).writes == ()


def test_lines_are_refused_when_one_stands_twice(shop):
    world, me = shop(form("thing", LINES))
    id = world.make(me, create(rows=[{"n": "1"}]))
    (line,) = world.rows["shop", "thing", id]["rows"]
    twice = [{"id": line["id"], "n": "2"}, {"id": line["id"], "n": "3"}]
    assert world.refusal(me, update(id, rows=twice)) == [("FORM-018", "fields.rows")]


def test_a_line_is_a_new_one_when_its_id_belongs_to_another_record(shop):
    world, me = shop(form("thing", LINES))
    one, other = world.make(me, create(rows=[{"n": "1"}])), world.make(me, create(rows=[{"n": "7"}]))
    (foreign,) = world.rows["shop", "thing", one]["rows"]
    (line,) = world.do(me, update(other, rows=[{"id": foreign["id"], "n": "2"}])).writes[0].row["rows"]
    assert line["id"] != foreign["id"]
    (line,) = world.do(me, create(rows=[{"id": foreign["id"], "n": "2"}])).writes[0].row["rows"]
    assert line["id"] != foreign["id"]


CHOICE = field("kind", "choice", options=options("a", "b"))
HIDING = form(
    "thing",
    CHOICE,
    field("x", "number", visible_when='kind = "a"', required="create"),
    field("y", "number", visible_when="x > 0"),
    field("z"),
    field("total", "number", computed="or_zero(x) + or_zero(y)"),
    field("inside"),
    sections=[element("only_a", fields=["inside"], visible_when='kind = "a"')],
)


def test_a_field_is_not_asked_for_when_it_is_hidden(shop):
    world, me = shop(HIDING)
    assert world.refusal(me, create(kind="a")) == [("FORM-002", "fields.x")]
    world.do(me, create(kind="b"))


def test_a_value_is_refused_when_its_field_is_hidden(shop):
    world, me = shop(HIDING)
    assert world.refusal(me, create(kind="b", x="5", inside="i")) == [
        ("FORM-012", "fields.x"),
        ("FORM-012", "fields.inside"),
    ]
    world.do(me, create(kind="b", x=None, inside=""))


def test_what_a_submission_hides_is_cleared_with_all_that_hangs_on_it_when_it_is_saved(shop):
    world, me = shop(HIDING)
    id = world.make(me, create(kind="a", x="5", y="3", inside="i", z="kept"))
    changes = world.do(me, update(id, kind="b")).writes[0].changes
    assert {key: changes[key] for key in ("kind", "x", "y", "inside", "total")} == {
        "kind": "b", "x": None, "y": None, "inside": None, "total": 0,
    }  # fmt: skip
    assert "z" not in changes


def test_what_a_submission_hides_is_cleared_when_it_comes_back_as_it_was(shop):
    world, me = shop(HIDING)
    id = world.make(me, create(kind="a", x="5"))
    world.do(me, update(id, kind="b", x="5"))
    assert world.rows["shop", "thing", id]["x"] is None
    id = world.make(me, create(kind="a", x="5"))
    assert world.refusal(me, update(id, kind="b", x="6")) == [("FORM-012", "fields.x")]


def test_a_field_is_asked_for_when_its_condition_holds_outside_of_a_draft(library):
    world, john = library.world, library.john
    born = {"name": "a", "card_no": "1", "born": "2015-01-01"}
    assert world.refusal(library.anna, Create("library", "member", born)) == [("FORM-002", "fields.guardian")]
    world.do(library.anna, Create("library", "member", {**born, "guardian": "王芳"}))
    assert world.refusal(john, Create("library", "loan", {})) == [
        ("FORM-002", "fields.member"),
        ("FORM-002", "fields.book"),
    ]


STATES = [state("draft", "draft"), state("open"), state("done", "won")]
SUBMITTED = (
    form(
        "thing",
        field("always", required="create"),
        field("later", required="submit"),
        field("maybe", required_when='later = "x"'),
        field("stamp", required="submit", set_by="system"),
    ),
    workflow("thing", STATES, [transition("submit", ["draft"], "open"), transition("finish", ["open"], "done")]),
)


def test_only_what_is_always_required_is_asked_for_when_a_record_is_a_draft(shop):
    world, me = shop(*SUBMITTED)
    assert world.refusal(me, create()) == [("FORM-002", "fields.always")]
    id = world.make(me, create(always="1"))
    world.do(me, update(id, maybe="2"))


def test_all_that_is_required_is_asked_for_when_a_record_leaves_the_draft(shop):
    world, me = shop(*SUBMITTED)
    assert world.refusal(me, Create("shop", "thing", {}, "submit")) == [
        ("FORM-002", "fields.always"),
        ("FORM-002", "fields.later"),
    ]
    id = world.make(me, create(always="1"))
    assert world.refusal(me, Fire("shop", "thing", id, "submit", {"later": "x"})) == [("FORM-002", "fields.maybe")]
    world.do(me, Fire("shop", "thing", id, "submit", {"later": "y"}))
    assert world.refusal(me, update(id, later=None)) == [("FORM-002", "fields.later")]


def test_lines_are_asked_for_their_fields_when_they_are_incomplete(shop):
    lines = [field("a", required="create"), field("b", required="submit"), field("c", required_when='a = "1"')]
    world, me = shop(form("thing", field("rows", "lines", fields=lines)), *SUBMITTED[1:])
    assert world.refusal(me, create(rows=[{"a": "1"}, {}])) == [("FORM-002", "fields.rows[1].a")]
    assert world.refusal(me, Create("shop", "thing", {"rows": [{"a": "1"}, {"a": "2", "b": "x"}]}, "submit")) == [
        ("FORM-002", "fields.rows[0].b"),
        ("FORM-002", "fields.rows[0].c"),
    ]


def test_a_reference_fits_what_else_is_filled_in_the_form_and_in_its_lines(shop):
    one, two = (field("customer", "reference", form="customer") for _ in "ab")
    lines = field(
        "met", "lines", fields=[field("deal", "reference", form="deal", fitting={"customer": "parent.customer"})]
    )
    world, me = shop(
        form("customer", field("name")),
        form("deal", one),
        form("visit", two, field("deal", "reference", form="deal", fitting={"customer": "customer"}), lines),
    )
    here, there = (world.make(me, Create("shop", "customer", {"name": name})) for name in "ab")
    mine, other = (world.make(me, Create("shop", "deal", {"customer": id})) for id in (here, there))
    loose = world.make(me, Create("shop", "deal", {}))

    def visit(**fields):
        return Create("shop", "visit", fields)

    for deal in (mine, None):
        world.make(me, visit(customer=here, deal=deal, met=[{"deal": deal}]))
    world.make(me, visit(deal=other))
    for deal in (other, loose):
        assert world.refusal(me, visit(customer=here, deal=deal)) == [("FORM-013", "fields.deal")]
        assert world.refusal(me, visit(customer=here, met=[{"deal": mine}, {"deal": deal}])) == [
            ("FORM-013", "fields.met[1].deal")
        ]
