"""Plans name what changes between two revisions, and refuse what no database could do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.kernel.problems import EngineError
from engine.kernel.values import StorageKind
from engine.storage.ddl import AddColumn, AddIndex, CreateTable, DropIndex, DropView, MakeView, WidenNumber, plan
from engine.storage.form_tables import form_tables, index_name
from tests.support.library import BOOK, COPIES, MEMBER, SPECS, column


def with_columns(spec, *columns, without=()):
    kept = tuple(found for found in spec.columns if found.key not in {*without, *(new.key for new in columns)})
    return replace(spec, columns=kept + columns)


def kinds(steps):
    return [type(step).__name__ for step in steps]


def test_nothing_is_planned_when_nothing_changed():
    assert plan(SPECS, SPECS) == ()


def test_tables_come_before_indices_and_views_when_installed():
    steps = kinds(plan((), SPECS))
    assert steps == sorted(steps, key=["CreateTable", "AddIndex", "MakeView"].index)
    assert steps.count("CreateTable") == steps.count("MakeView") == 3


def test_only_the_changed_table_is_touched_when_a_field_is_added():
    pages = column("subtitle", StorageKind.TEXT)
    changed = with_columns(BOOK, pages)
    steps = plan(SPECS, (changed, COPIES, MEMBER))
    assert steps == (DropView("v_book"), AddColumn(changed, pages), MakeView(changed))


def test_nothing_is_dropped_when_a_field_or_a_form_is_retired():
    smaller = with_columns(BOOK, without=("price", "donor"))
    assert plan(SPECS, (smaller, COPIES)) == (DropView("v_book"), MakeView(smaller))


def test_a_retired_field_blocks_no_values_when_it_was_unique():
    smaller = with_columns(BOOK, without=("isbn",))
    (index,) = [step.index for step in plan(SPECS, (smaller, COPIES, MEMBER)) if isinstance(step, DropIndex)]
    assert index.columns == ("isbn",)


def test_an_index_comes_and_goes_when_a_field_becomes_unique_and_no_more():
    unique = with_columns(BOOK, column("title", StorageKind.TEXT, unique=True))
    (added,) = [step.index for step in plan((BOOK,), (unique,)) if isinstance(step, AddIndex)]
    (dropped,) = [step.index for step in plan((unique,), (BOOK,)) if isinstance(step, DropIndex)]
    assert added == dropped
    assert (added.columns, added.unique, added.alive) == (("title",), True, True)


def test_a_number_is_widened_when_it_gets_more_digits():
    wider = column("price", StorageKind.NUMBER, scale=2, digits=15)
    steps = plan((BOOK,), (with_columns(BOOK, wider),))
    assert [step.column for step in steps if isinstance(step, WidenNumber)] == [wider]
    assert not [s for s in plan((with_columns(BOOK, wider),), (BOOK,)) if isinstance(s, WidenNumber | CreateTable)]


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (with_columns(BOOK, column("price", StorageKind.TEXT)), "STORE-032"),
        (with_columns(BOOK, column("price", StorageKind.NUMBER, scale=3, digits=12)), "STORE-032"),
        (with_columns(BOOK, column("state", StorageKind.TEXT)), "STORE-031"),
        (with_columns(BOOK, column("huge", StorageKind.NUMBER, digits=19)), "STORE-030"),
        (with_columns(BOOK, column("odd", StorageKind.NUMBER, digits=2, scale=3)), "STORE-030"),
        (replace(BOOK, name="youju_book"), "STORE-035"),
        (replace(BOOK, view="v_member"), "STORE-035"),
    ],
)
def test_a_plan_is_refused_with_a_code_when_no_database_could_do_it(new, code):
    with pytest.raises(EngineError, match=code):
        plan((BOOK, MEMBER), (new, MEMBER))


def test_all_problems_are_named_when_a_plan_has_several():
    wrong = with_columns(BOOK, column("owner", StorageKind.TEXT), column("pages", StorageKind.DATE))
    with pytest.raises(EngineError) as caught:
        plan((BOOK,), (wrong,))
    assert {problem.path for problem in caught.value.problems} == {"library.book.owner", "library.book.pages"}


def test_lines_are_found_by_their_field_when_tables_are_made():
    tables = form_tables(SPECS, "sqlite")
    assert set(tables) == {("library", "book"), ("library", "member")}
    assert list(tables["library", "book"].lines) == ["copies"]


def test_index_names_stay_apart_and_short_when_tables_have_long_names():
    names = {index_name("t" * 60, key) for key in ("a", "b")}
    assert len(names) == 2
    assert all(len(name) <= 63 for name in names)
