"""The laws of changes that are kept: as JSON they are the same, and where they do not collide their order is free."""

import json

from hypothesis import given
from hypothesis import strategies as some

from engine.catalog.changes_kept import collision, from_json, to_json
from engine.catalog.comparing import Inserted, Put, Reordered, apply, compare
from engine.kernel.canonical import compact
from tests.property.catalog.test_comparing import DESIGNS, VALUES


@given(DESIGNS, DESIGNS)
def test_changes_are_the_same_when_they_were_kept_as_json(old, new):
    changes = compare(old, new)
    kept = json.loads(compact(to_json(changes)))
    assert compact(apply(from_json(kept), old)) == compact(new)
    assert len(from_json(kept)) == len(changes)


PLAIN = some.dictionaries(
    some.sampled_from(["app.json", "forms/a.json"]),
    some.dictionaries(some.sampled_from(["a", "b", "c"]), VALUES, max_size=3),
    max_size=2,
)


@given(PLAIN, PLAIN, PLAIN)
def test_two_changes_lead_to_the_same_in_any_order_when_they_do_not_collide(base, mine, theirs):
    ours, others = compare(base, mine), compare(base, theirs)
    if collision(ours, others) is None:
        assert compact(apply(ours, apply(others, base))) == compact(apply(others, apply(ours, base)))


def test_what_is_within_the_same_element_collides_and_what_stands_beside_does_not():
    field = ("forms/a.json", "fields", "#u1")
    name = Put((*field, "labels", "zh"), "a", "b")
    assert collision([name], [Put((*field, "labels"), {}, {})]) == name.path
    assert collision([name], [Put((*field, "required"), None, "submit")]) is None
    assert collision([name], [Inserted(("forms/a.json", "fields"), {"uid": "u2"}, None)]) is None
    assert collision([name], [Reordered(("forms/a.json", "fields"), ("u1", "u2"), ("u2", "u1"))]) is None
    order = Reordered(("forms/a.json", "fields"), ("u1", "u2"), ("u2", "u1"))
    assert collision([order], [order]) == order.path
