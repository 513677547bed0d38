"""Writes under one limit come one after the other: a command has the records to itself whose aggregates it touches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest

from engine.decision.changeset import Actor, RecordWrite
from engine.decision.commands import Fire, Update
from engine.decision.facts import RecordQuery
from engine.kernel.problems import EngineError
from engine.runtime.bonds import Bond, bonds_of, bound_by
from engine.storage.problems import BUSY
from tests.support.apps import app, compiled, element, field, form, library_catalog, rule
from tests.support.statements import recorded

LENT = {"due_date": "2026-10-01"}
ACTOR = Actor("u")


def write(reference: str | None, kind: str = "update", record: str = "l1") -> RecordWrite:
    return RecordWrite(kind, "library", "loan", record, 2, {}, {"id": record, "member": reference}, "update", ACTOR)


def locking(library, action):
    """Return the locking statements that an action makes."""
    statements: list[str] = []
    with recorded(library.site.database, statements):
        action()
    return [statement for statement in statements if "FOR UPDATE" in statement]


def limited(library, count):
    """Return a member who has ``count`` loans, and two more that are asked for."""
    member = library.member()
    fields = {"member": member.id, **LENT}
    for _ in range(count):
        library.loan(transition="lend", **fields)
    return member, [library.loan(**fields) for _ in range(2)]


def test_bonds_are_the_references_that_aggregates_go_over_when_a_catalog_is_compiled():
    assert bonds_of(library_catalog()) == {("library", "loan"): (Bond("", "member", "library", "member"),)}


def test_bonds_are_found_when_the_aggregate_stands_in_an_action_of_a_rule():
    relation = element("items", form="item", reference="shelf")
    shelf = form("shelf", field("total", "number"), relations=[relation])
    item = form("item", field("shelf", "reference", form="shelf"))
    counts = rule("counting", "shelf", {"created": True}, {"set": {"total": "count(items)"}})
    assert bonds_of(compiled(app(shelf, item, counts))) == {("shop", "item"): (Bond("", "shelf", "shop", "shelf"),)}


def test_both_parents_are_bound_when_a_write_moves_from_one_to_the_other():
    bonds = bonds_of(library_catalog())
    facts = {RecordQuery("library", "loan", "l1"): {"id": "l1", "member": "m1"}}
    assert bound_by(bonds, facts, [write("m2")]) == {("library", "member", "m1"), ("library", "member", "m2")}
    assert bound_by(bonds, facts, [write(None)]) == {("library", "member", "m1")}
    assert bound_by(bonds, {}, [write("m2", "insert")]) == {("library", "member", "m2")}


def test_no_parent_is_bound_when_the_same_command_makes_it():
    member = RecordWrite("insert", "library", "member", "m2", 1, {}, {"id": "m2"}, "create", ACTOR)
    assert bound_by(bonds_of(library_catalog()), {}, [member, write("m2", "insert")]) == frozenset()


def test_nothing_is_locked_when_no_aggregate_is_touched(library):
    book = library.book()
    change = Update("library", "book", book.id, {"title": "石头记"})
    execution = library.site.services.execution
    assert locking(library, lambda: execution.execute(execution.command(Actor(library.anna.id), change))) == []


def test_a_parent_is_locked_once_and_on_postgresql_alone_when_a_command_reads_and_feeds_it(library):
    _, (loan, _) = limited(library, 0)
    fire = Fire("library", "loan", loan.id, "lend")
    execution = library.site.services.execution
    found = locking(library, lambda: execution.execute(execution.command(Actor(library.anna.id), fire)))
    assert len(found) == (library.site.database.dialect == "postgresql")


def test_facts_are_read_once_on_sqlite_and_twice_under_locks_when_a_parent_is_fed(library):
    _, (loan, _) = limited(library, 0)
    statements: list[str] = []
    execution = library.site.services.execution
    command = execution.command(Actor(library.anna.id), Fire("library", "loan", loan.id, "lend"))
    with recorded(library.site.database, statements):
        execution.execute(command)
    counted = [statement for statement in statements if "count(" in statement.lower()]
    assert len(counted) == (2 if library.site.database.dialect == "postgresql" else 1)


def test_the_second_is_refused_when_the_first_of_two_under_one_limit_is_not_yet_committed(library):
    _, (first, second) = limited(library, 2)
    execution = library.site.services.execution

    def lend(loan):
        return execution.command(Actor(library.anna.id), Fire("library", "loan", loan.id, "lend"))

    with ThreadPoolExecutor(1) as pool:
        with library.site.database.write() as connection:
            execution.within(connection, lend(first))
            other = pool.submit(execution.execute, lend(second))
            with pytest.raises(TimeoutError):
                other.result(0.5)
        with pytest.raises(EngineError, match="FLOW-"):
            other.result(20)
    assert library.site.query("SELECT count(*) FROM loan WHERE state = 'lent'")[0][0] == 3


def test_a_command_is_carried_out_anew_when_it_met_another_one_crosswise(library):
    book = library.book()
    execution = library.site.services.execution
    failures = [EngineError(BUSY.at()), EngineError(BUSY.at())]

    def work(_connection):
        if failures:
            raise failures.pop()
        return book.id

    assert execution.attempt(work) == book.id
    failures += [EngineError(BUSY.at())] * 9
    with pytest.raises(EngineError, match="STORE-0"):
        execution.attempt(work)
