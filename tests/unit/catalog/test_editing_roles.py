"""Editing roles and access: each edit does what it says, the documents stay sound, and nothing else is touched."""

from __future__ import annotations

from itertools import count

import pytest

from engine.catalog.comparing import compare
from engine.catalog.documents import shape_problems
from engine.catalog.editing import access, roles
from engine.catalog.editing.elements import Mint
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from tests.support.apps import item, library


def mint():
    numbers = count(1)
    return Mint(lambda size: next(numbers).to_bytes(size, "big"), lambda _: "guan zhang")


@pytest.fixture
def found():
    return library()["roles.json"]


def uid(found, key):
    return item(found["roles"], key)["uid"]


def given(found, role, form):
    return next((one for one in item(found["roles"], role)["access"] if one["form"] == form), None)


def code(action, *arguments):
    with pytest.raises(EngineError) as caught:
        action(*arguments)
    return [problem.code for problem in caught.value.problems]


def is_sound(found):
    return shape_problems({**library(), "roles.json": found}, BUILT_IN) == []


def test_a_role_is_added_named_and_removed(found):
    more = roles.with_new_role(found, "馆长", "zh", mint())
    assert item(more["roles"], "guan_zhang")["labels"] == {"zh": "馆长", "en": "馆长"}
    assert is_sound(more)
    assert roles.without_role(more, uid(more, "guan_zhang")) == found
    named = roles.with_role_named(found, uid(found, "reader"), "借书人", "zh")
    assert item(named["roles"], "reader")["labels"] == {"zh": "借书人", "en": "Reader"}
    assert len(compare({"a": found}, {"a": named})) == 1
    assert code(roles.with_role_named, found, uid(found, "reader"), " ", "zh") == ["APP-042"]
    assert roles.with_new_role(None, "x", "en", mint())["roles"][0]["labels"] == {"zh": "x", "en": "x"}
    alone = {**found, "roles": found["roles"][:1]}
    assert code(roles.without_role, alone, alone["roles"][0]["uid"]) == ["APP-041"]


def test_an_action_is_granted_with_sight_and_the_last_one_that_goes_takes_the_access_along(found):
    reader = uid(found, "reader")
    more = access.with_access(found, reader, "fine", "update", granted=True)
    assert given(more, "reader", "fine") == {"form": "fine", "update": True, "read": True}
    less = access.with_access(more, reader, "fine", "update", granted=False)
    assert given(less, "reader", "fine") == {"form": "fine", "read": True}
    assert given(access.with_access(less, reader, "fine", "read", granted=False), "reader", "fine") is None
    assert is_sound(more)


def test_rows_are_narrowed_and_opened(found):
    reader = uid(found, "reader")
    own = access.with_rows(found, reader, "book", access.OWN_ROWS)
    assert given(own, "reader", "book")["rows"] == "owner = me"
    assert access.with_rows(own, reader, "book", None) == found


def test_fields_are_hidden_and_fixed_in_the_order_of_the_form(found):
    reader, known = uid(found, "reader"), ["title", "isbn", "price"]
    more = roles.with_limited(found, reader, "book", "hidden_fields", ["isbn", "price", "made_up"], known)
    assert given(more, "reader", "book")["hidden_fields"] == ["price", "isbn"]
    none = roles.with_limited(found, reader, "book", "hidden_fields", [], known)
    assert "hidden_fields" not in given(none, "reader", "book")
    assert roles.with_limited(found, reader, "book", "hidden_fields", ["price"], known) == found
    assert is_sound(more)


def test_parameters_are_allowed_and_not(found):
    reader = uid(found, "reader")
    allowed = roles.with_parameters(found, reader, allowed=True)
    assert item(allowed["roles"], "reader")["parameters"] is True
    assert roles.with_parameters(allowed, reader, allowed=False) == found
