"""Laws of deciding, for any payload over the library: it always answers, and what it accepts holds."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decision.commands import Act, Create, Decided, Delete, Fire, Refusal, Update
from engine.forms.payloads import read_payload
from engine.forms.writing import row_json
from engine.kernel.clocks import FIRST_DAY, LAST_DAY, date_of
from tests.support.apps import library_catalog
from tests.support.worlds import World, number_id

LIBRARIAN, READER = ("library", "librarian"), ("library", "reader")
CATALOG = library_catalog()
FORMS = CATALOG.apps["library"].forms
FLOW = CATALOG.apps["library"].workflows["loan"]


@cache
def furnished() -> World:
    """Return a library with people, books, members and loans in every state; nobody changes it."""
    world = World(CATALOG)
    anna = world.person("anna", LIBRARIAN)
    john = world.person("john", READER, manager=anna)
    members = [
        world.make(anna, Create("library", "member", {"name": "约翰", "card_no": f"k{n}", "account": (anna, john)[n]}))
        for n in range(2)
    ]
    books = [
        world.make(anna, Create("library", "book", {"title": "书", "isbn": f"i{n}", "copies": [{"barcode": str(n)}]}))
        for n in range(2)
    ]
    for owner in (anna, john):
        for transition in (None, "lend"):
            loan = {"member": members[0], "book": books[0], "owner": owner}
            world.follow(world.do(anna, Create("library", "loan", loan, transition)))
    lent = next(id for (_, form, id), row in world.rows.items() if form == "loan" and row["state"] == "lent")
    world.do(anna, Fire("library", "loan", lent, "give_back", {"returned_on": "2026-12-01", "condition": "good"}))
    world.do(anna, Delete("library", "book", books[1]))
    return world


IDS = [id for _, _, id in furnished().rows]
PEOPLE = [*furnished().people, None, number_id(5)]
odd = st.sampled_from(["\0", "\ud800", "", "1", "x" * 201]) | st.text(max_size=8)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd,
    lambda deep: st.lists(deep, max_size=3) | st.dictionaries(odd, deep, max_size=3),
    max_leaves=6,
)
ids = st.sampled_from([*IDS, *(person for person in PEOPLE if person), number_id(5)])
dates = st.integers(FIRST_DAY, LAST_DAY).map(lambda day: date_of(day).isoformat()) | st.sampled_from(
    ["2026-09-21", "2026-09-20", "2026-12-31", "1900-01-01"]
)
fitting = {
    "text": st.text(max_size=5) | st.sampled_from(["i0", "k1", "王芳"]),
    "long_text": st.text(max_size=5),
    "email": st.just("a@example.com"),
    "money": st.sampled_from(["0", "12.50", "-1", 7, "9999999999999.99"]),
    "number": st.sampled_from(["0", "1", "320", 7]),
    "boolean": st.booleans(),
    "date": dates,
    "choice": st.sampled_from(["good", "worn", "damaged"]),
    "multi_choice": st.lists(st.sampled_from(["novel", "science", "history"]), max_size=3),
    "person": ids,
    "reference": ids,
}


def value_of(field: Any) -> st.SearchStrategy[Any]:
    """Mostly what fits the field, sometimes blank, sometimes anything at all."""
    if field.type is None:
        line = st.fixed_dictionaries({}, optional={key: value_of(inner) for key, inner in field.lines.items()})
        fit: st.SearchStrategy[Any] = st.lists(line, max_size=3)
    else:
        fit = fitting[field.definition.type]
    return st.one_of(fit, fit, fit, fit, st.none(), anything)


@st.composite
def payloads(draw: Any, form: str) -> Any:
    fields = {key: value_of(field) for key, field in FORMS[form].fields.items()}
    fields |= {"owner": ids, "department": st.text(max_size=3)}
    if draw(st.integers(0, 19)) == 0:
        return draw(anything)
    payload = draw(st.fixed_dictionaries({}, optional=fields))
    if draw(st.integers(0, 9)) == 0:
        payload |= draw(st.dictionaries(odd | st.sampled_from(["state", "id", "titel"]), anything, max_size=2))
    return payload


@st.composite
def bodies(draw: Any) -> Any:
    form = draw(st.sampled_from([*FORMS, *FORMS, *FORMS, "nope"]))
    payload = draw(payloads(form if form in FORMS else "book"))
    mine = [id for _, of, id in furnished().rows if of == form] or IDS
    id = draw(st.sampled_from([*mine, *mine, *IDS, number_id(5)]))
    transition = draw(st.sampled_from([*FLOW.transitions, *FLOW.transitions, "nope"]))
    seen = draw(st.sampled_from([None, None, 1, 2]))
    kind = draw(st.integers(0, 9))
    if kind < 4:
        return Create("library", form, payload, draw(st.sampled_from([None, None, transition])))
    if kind < 7:
        return Update("library", form, id, payload, seen)
    if kind < 9:
        return Fire("library", form, id, transition, payload, seen)
    task = draw(st.sampled_from([*furnished().tasks, number_id(5)]))
    return draw(st.sampled_from([Delete("library", form, id, seen), Act(task, "lend", payload), Act(task, "nope")]))


def assert_told(outcome: Refusal) -> None:
    assert outcome.problems
    told = [(problem.code, problem.path) for problem in outcome.problems]
    assert len(told) == len(set(told)), "every problem once"
    for problem in outcome.problems:
        assert problem.message.zh
        assert problem.message.en
        for text in (problem.message.zh, problem.message.en, problem.hint.zh, problem.hint.en):
            assert text.encode(), "it can be sent"
        assert problem.path.isascii() or problem.path.encode()


def assert_holds(world: World, outcome: Decided, actor: str | None) -> None:
    """What was accepted is well typed, valid and complete, and the world can do it."""
    changeset = outcome.changeset
    for write in changeset.writes:
        form = FORMS[write.form]
        row = write.row
        assert write.changes.items() <= row.items()
        assert row["updated_at"] == changeset.moment
        read, found = read_payload(form, row_json(form, row))
        assert found == [], "what is kept can be sent"
        assert {key: read[key] for key in form.fields} == {key: row[key] for key in form.fields}
        if row["deleted_at"] is not None:
            continue
        around = world.around("library")
        for key, field in form.fields.items():
            if field.definition.required == "create":
                assert row[key] is not None
            for validation in field.validations:
                assert row[key] is None or validation.holds.holds(row, around)
            if field.computed is not None and row[key] is not None:
                assert field.computed.evaluate(row, around) == row[key]
            if field.definition.unique and row[key] is not None:
                others = [other for other in world.all_of("library", write.form) if other["id"] != write.id]
                assert row[key] not in [other[key] for other in others]
            if field.definition.type == "reference" and row[key] is not None:
                assert ("library", field.definition.properties["form"], row[key]) in world.rows
        if write.form == "loan":
            assert row["state"] in FLOW.states
        if actor is not None and (LIBRARIAN not in world.people[actor].roles):
            assert row["owner"] == actor, "a reader writes the own loans only"
    assert len({write.id for write in changeset.writes}) == len(changeset.writes)
    for state in changeset.state_changes:
        if state.transition is not None:
            assert state.target == FLOW.transitions[state.transition].definition.target


@settings(max_examples=400, deadline=None)
@given(body=bodies(), actor=st.sampled_from(PEOPLE))
def test_deciding_answers_and_what_it_accepts_holds_when_anything_is_asked(body, actor):
    world = furnished()
    command = world.command(actor, body, number_id(77))
    outcome, facts = world.settle(command)
    again, other_facts = world.settle(command)
    assert again == outcome
    assert list(facts) == list(other_facts)
    if isinstance(outcome, Refusal):
        assert_told(outcome)
    else:
        assert_holds(world, outcome, actor)
