"""The laws of comparing designs: changes lead from one to the other and back, and say nothing where nothing differs."""

import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.catalog.comparing import Inserted, Put, Removed, Reordered, apply, compare, place_of, turned_round
from engine.kernel.canonical import compact
from engine.kernel.problems import EngineError
from tests.support.apps import LIBRARY

UIDS = [f"u{number}" for number in range(6)]
VALUES = some.none() | some.booleans() | some.integers(-2, 2) | some.sampled_from(["", "x", "值"])


def objects(inner):
    return some.dictionaries(some.sampled_from(["a", "b", "fields", "options"]), inner, max_size=4)


def elements(inner):
    """Lists whose items each have a uid of their own, in any order."""

    def made(uids):
        return some.tuples(*[objects(inner).map(lambda item, uid=uid: {**item, "uid": uid}) for uid in uids]).map(list)

    return some.lists(some.sampled_from(UIDS), unique=True, max_size=5).flatmap(made)


JSON = some.recursive(
    VALUES, lambda inner: objects(inner) | elements(inner) | some.lists(inner, max_size=3), max_leaves=12
)
DESIGNS = some.dictionaries(some.sampled_from(["app.json", "forms/a.json", "forms/b.json"]), JSON, max_size=3)


def same(one, other):
    return compact(one) == compact(other)


@given(DESIGNS, DESIGNS)
def test_changes_lead_from_one_design_to_another_when_they_are_applied(old, new):
    untouched = deepcopy(old)
    assert same(apply(compare(old, new), old), new)
    assert same(old, untouched)


@given(DESIGNS, DESIGNS)
def test_changes_lead_back_when_they_are_turned_round(old, new):
    assert same(apply(turned_round(compare(old, new)), new), old)


@given(DESIGNS)
def test_nothing_is_said_when_nothing_differs(design):
    assert compare(design, deepcopy(design)) == ()


def library():
    folder = LIBRARY
    return {str(path.relative_to(folder)): json.loads(path.read_text("utf8")) for path in folder.rglob("forms/*.json")}


def test_a_field_that_was_renamed_moved_and_added_is_said_as_such_when_forms_are_compared():
    old = library()
    new = deepcopy(old)
    fields = new["forms/member.json"]["fields"]
    first, second = fields[0], fields[1]
    first["labels"]["zh"] = "读者"
    fields[0], fields[1] = second, first
    added = {"uid": "zzzzzzzzzzzz", "key": "mail", "type": "text", "labels": {"zh": "邮箱", "en": "Mail"}}
    fields.insert(1, added)
    at = ("forms/member.json", "fields")
    found = compare(old, new)
    assert [type(change) for change in found] == [Reordered, Inserted, Put]
    assert found[1] == Inserted(at, added, second["uid"])
    was = old["forms/member.json"]["fields"][0]["labels"]["zh"]
    assert found[2] == Put((*at, f"#{first['uid']}", "labels", "zh"), was, "读者")
    assert place_of(found[2].path) == f"forms/member.json#/fields/#{first['uid']}/labels/zh"


def test_a_change_is_refused_when_what_it_changes_is_another_now():
    old = library()
    new = deepcopy(old)
    gone = new["forms/member.json"]["fields"].pop()
    (change,) = compare(old, new)
    assert isinstance(change, Removed)
    moved = deepcopy(old)
    moved["forms/member.json"]["fields"][-1]["labels"]["en"] = "Something else"
    with pytest.raises(EngineError) as refused:
        apply([change], moved)
    (problem,) = refused.value.problems
    assert problem.code == "APP-023"
    assert problem.path == f"forms/member.json#/fields/#{gone['uid']}"
    with pytest.raises(EngineError):
        apply([change], new)
