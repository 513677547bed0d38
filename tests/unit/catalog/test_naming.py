"""Physical names: readable, fixed, within 63 bytes, and never the same for two tables."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalog.definitions import load_app
from engine.catalog.naming import LIMIT, assign_names, physical_name
from engine.forms.field_types import BUILT_IN
from tests.support import apps
from tests.support.apps import field, form, library

LONGEST = "a" * 41


def definition(*forms, key="shop"):
    return load_app(apps.app(*forms, key=key), BUILT_IN)


def names(*forms, key="shop", held=(), taken=()):
    return assign_names(definition(*forms, key=key), dict(held), taken)


def test_a_table_is_called_like_its_form_when_the_name_is_free():
    assert assign_names(load_app(library(), BUILT_IN), {}, ()) == {
        "book": "book",
        "fine": "fine",
        "book.copies": "book__copies",
        "loan": "loan",
        "member": "member",
    }


def test_a_table_carries_its_app_when_another_app_has_the_name():
    first = names(form("book", field("a"), field("copies", "lines", fields=[field("b")])), key="library")
    second = names(
        form("book", field("a"), field("copies", "lines", fields=[field("b")])), key="archive", taken=first.values()
    )
    assert second == {"book": "book__archive", "book.copies": "book__copies__archive"}
    assert not set(first.values()) & set(second.values())


def test_lines_and_a_form_are_told_apart_when_their_names_meet():
    lines = field("copies", "lines", fields=[field("b")])
    made = names(form("book", lines), form("book__copies", field("a")))
    assert len(set(made.values())) == 3
    assert made["book"] == "book"


@pytest.mark.parametrize("key", ["youju_user", "sqlite_master", "pg_class", "v_book", "alembic_version"])
def test_a_name_is_changed_when_it_belongs_to_the_machinery(key):
    (name,) = names(form(key, field("a"))).values()
    assert name != key
    assert not name.startswith(("youju_", "sqlite_", "pg_", "v_", "alembic_"))


def test_names_stay_when_the_next_revision_brings_forms_and_other_apps_come():
    first = names(form("book", field("a")))
    later = names(form("author", field("a")), form("book", field("a"), field("b")), held=first, taken={"author"})
    assert later["book"] == "book"
    assert later["author"] == "author__shop"


def test_a_name_is_kept_when_its_form_is_gone_so_that_nobody_else_gets_it():
    first = names(form("book", field("a")), form("loan", field("a")))
    without = names(form("book", field("a")), held=first)
    assert without == first
    again = names(form("book", field("a")), form("loan", field("a")), held=without)
    assert again == first


def test_a_form_does_not_take_the_name_of_lines_when_those_are_gone():
    first = names(form("book", field("copies", "lines", fields=[field("b")])))
    later = names(form("book", field("a")), form("book__copies", field("b")), held=first)
    assert later["book__copies"] == "book__copies__shop"


def test_names_are_cut_and_told_apart_by_uid_when_they_are_too_long():
    lines = [field(LONGEST, "lines", fields=[field("b")]), field(LONGEST[:-1] + "b", "lines", fields=[field("b")])]
    made = names(form(LONGEST, *lines))
    assert len(set(made.values())) == 3
    for name in made.values():
        assert len(f"v_{name}".encode()) <= LIMIT
    assert made[f"{LONGEST}.{LONGEST}"].startswith(LONGEST)


def test_a_name_is_the_same_when_it_is_asked_for_twice():
    assert physical_name(LONGEST * 2, "shop", "u1", ()) == physical_name(LONGEST * 2, "shop", "u1", ())
    assert physical_name(LONGEST * 2, "shop", "u1", ()) != physical_name(LONGEST * 2, "shop", "u2", ())


keys = st.from_regex(re.compile(r"[a-z][a-z0-9_]{0,40}", re.ASCII), fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(
    wanted=st.lists(
        st.sampled_from(["book", "v_book", "youju_x", LONGEST, "book__shop", "form_v_book__shop"]) | keys, max_size=8
    ),
    app=keys,
)
def test_names_are_distinct_and_fit_when_any_forms_come_in_turn(wanted, app):
    taken: set[str] = set()
    for number, key in enumerate(wanted):
        name = physical_name(key, app, f"uid{number}", taken)
        assert name not in taken
        assert len(f"v_{name}".encode()) <= LIMIT
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert not name.startswith(("youju_", "sqlite_", "pg_", "v_", "alembic_"))
        taken.add(name)
