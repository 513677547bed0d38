"""Questions of a decision are answered in few queries, and aggregates as the language would compute them."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from engine.decision.changeset import Actor, TaskAction, TaskOpening
from engine.decision.facts import (
    AggregateQuery,
    OpenTasksQuery,
    PersonQuery,
    RecordQuery,
    RoleQuery,
    SameQuery,
    TaskQuery,
)
from engine.kernel.problems import EngineError, Text
from engine.language.compiling import compile_expression
from engine.language.expressions import combine
from engine.language.scope import FieldScope, FormScope, RelationScope, Scope
from engine.language.surroundings import Moments
from engine.language.types import DateTimeType, NumberType, TextType
from engine.storage import directory
from engine.storage.directory import User
from engine.storage.facts import answer
from engine.storage.journal import Authorship
from tests.support.library import LIBRARIAN, NOON, change, insertion
from tests.support.statements import recorded

AROUND = Moments(NOON, NOON // 86_400_000, "Asia/Shanghai", LIBRARIAN.user, {"dear": 5000})


def ask(library, *queries, around=lambda _app: AROUND):
    with library.database.read() as connection:
        return answer(connection, queries, library.tables, around)


def test_records_are_answered_in_batches_when_many_are_asked_for(library):
    books = [library.create("book", {"copies": ({"id": f"c{n}"},)}) for n in range(5)]
    member = library.create("member", {"name": "王芳"})
    gone = library.create("book", {})
    library.do(change(gone, {"deleted_at": NOON}, "delete"))
    queries = [RecordQuery("library", "book", record.id) for record in [*books, gone]]
    queries += [RecordQuery("library", "member", member.id), RecordQuery("library", "member", "absent")]
    statements = []
    with recorded(library.database, statements):
        found = ask(library, *queries, *queries)
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 3
    assert [found[query]["copies"][0]["id"] for query in queries[:5]] == [f"c{n}" for n in range(5)]
    assert [found[query] for query in (queries[5], queries[7])] == [None, None]
    assert found[queries[6]]["name"] == "王芳"


def test_a_question_is_refused_when_its_form_is_unknown(library):
    with pytest.raises(EngineError, match="STORE-017"):
        ask(library, RecordQuery("library", "film", "x"))


def test_records_with_the_same_values_are_found_when_asked_for(library):
    values = {"title": "红楼梦", "price": 5990, "printed_on": -1, "lendable": True}
    ids = [library.create("book", values).id for _ in range(25)]
    other = library.create("book", {**values, "printed_on": None}).id
    gone = library.create("book", values)
    library.do(change(gone, {"deleted_at": NOON}, "delete"))
    same = SameQuery("library", "book", tuple(values), tuple(values.values()), ids[0])
    blank = SameQuery("library", "book", ("title", "printed_on"), ("红楼梦", None), "")
    none = SameQuery("library", "book", ("title",), ("西游记",), "")
    found = ask(library, same, blank, none)
    assert found == {same: tuple(sorted(ids[1:])[:20]), blank: (other,), none: ()}


def test_people_and_roles_are_answered_when_asked_for(library):
    by = Authorship(Actor(None), "c", NOON, random.Random(1).randbytes)  # noqa: S311 - repeatable on purpose
    with library.database.write() as connection:
        directory.add_user(connection, by, User("u1", "rosa", "罗莎"))
        directory.grant(connection, by, "u1", "library", "rep")
    known, unknown, role = PersonQuery("u1"), PersonQuery("u9"), RoleQuery("library", "rep")
    found = ask(library, known, unknown, role)
    assert found[known].roles == {("library", "rep")}
    assert (found[unknown], found[role]) == (None, ("u1",))


def test_open_tasks_are_answered_when_asked_for(library):
    book, other = library.create("book", {}), library.create("book", {})
    task = TaskOpening(
        "t1",
        "check",
        "library",
        "book",
        book.id,
        "u1",
        Text("核", "Check"),
        (TaskAction("ok", Text("好", "OK")),),
        "d",
        NOON,
    )
    library.do(tasks_opened=(task,))
    mine, none = OpenTasksQuery("library", "book", book.id), OpenTasksQuery("library", "book", other.id)
    found = ask(library, mine, none, TaskQuery("t1"), TaskQuery("t2"))
    assert [one.id for one in found[mine]] == ["t1"]
    assert found[none] == ()
    assert found[TaskQuery("t1")].actions == {"ok": TaskAction("ok", Text("好", "OK"))}
    assert found[TaskQuery("t2")] is None


def scope():
    def fields(*listed):
        return {field.key: field for field in listed}

    system = (FieldScope("id", "id", TextType(), None), FieldScope("created_at", "created_at", DateTimeType(), None))
    price = FieldScope("price", "price", NumberType(2, 12), None)
    book = FormScope("library", "book", fields(*system, price), {})
    cost = FieldScope("cost", "cost", NumberType(2, 12), None)
    copies = FormScope("library", "book.copies", fields(system[0], cost), {})
    relations = {"gifts": RelationScope("gifts", None, "library", "book", "donor")}
    member = FormScope("library", "member", fields(*system), relations)
    lines = {"copies": RelationScope("copies", None, "library", "book.copies", "parent")}
    with_lines = FormScope("library", "book", fields(*system, price), lines)
    forms = {(form.app, form.key): form for form in (book, copies, member)}
    return Scope(member, forms, {"dear": NumberType(2, 12)}), Scope(with_lines, forms, {})


CASES = [
    ("count(gifts)", 3),
    ("sum(gifts.price)", 12_000),
    ("sum(gifts.price where price >= param.dear)", 11_000),
    ("min(gifts.price)", 1_000),
    ("max(gifts.price)", 6_000),
    ("avg(gifts.price)", 40_000_000),
    ("exists(gifts where price > 100)", False),
    ("count(gifts where created_at <= now())", 3),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_an_aggregate_is_answered_when_asked_for(library, source, expected):
    donor, another = library.create("member", {}), library.create("member", {})
    gifts = [insertion("book", library.new_id(), {"donor": donor.id, "price": p}) for p in (1000, 5000, 6000, 9000)]
    library.do(*gifts, insertion("book", library.new_id(), {"donor": another.id, "price": 7}))
    gone = insertion("book", library.new_id(), {"donor": donor.id, "price": 99})
    library.do(gone)
    library.do(change(gone, {"deleted_at": NOON}, "delete"))
    (aggregate,) = compile_expression(source, scope()[0]).reads.aggregates
    query = AggregateQuery("library", "member", donor.id, aggregate, (gifts[3].id,))
    stored = ask(library, query)[query]
    assert combine(aggregate, stored, (), SimpleNamespace()) == expected


def test_an_aggregate_over_lines_is_answered_when_asked_for(library):
    book = library.create("book", {"copies": ({"id": "c1", "cost": 1250}, {"id": "c2", "cost": 1}, {"id": "c3"})})
    (aggregate,) = compile_expression("sum(copies.cost)", scope()[1]).reads.aggregates
    query = AggregateQuery("library", "book", book.id, aggregate)
    assert combine(aggregate, ask(library, query)[query], (), SimpleNamespace()) == 1251


def test_an_aggregate_needs_surroundings_when_asked_for(library):
    (aggregate,) = compile_expression("count(gifts)", scope()[0]).reads.aggregates
    with pytest.raises(ValueError, match="around"):
        ask(library, AggregateQuery("library", "member", "m", aggregate), around=None)
