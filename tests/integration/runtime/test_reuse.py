"""What was another's is not taken up again: keys and uids of forms and fields, however long ago they were used."""

from __future__ import annotations

import copy

import pytest
from sqlalchemy import event

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import field, form


@pytest.fixture
def shop(site):
    """A form with a field, a field of lines and a record, and what publishes its documents."""
    thing = form("thing", field("a"), field("b"), field("rows", "lines", fields=[field("c"), field("d")]))
    documents = apps.app(thing, form("other", field("a")))
    site.publish(documents)
    me = site.person("me", ("shop", "staff"))
    made = site.services.records.create(me, "shop", "thing", {"b": "mine", "rows": [{"c": "1", "d": "2"}]})
    return site, documents, thing, me, made


CODE = "RUN-019"


@pytest.mark.parametrize("gone_before", [False, True])
def test_a_key_is_refused_when_it_was_another_fields(shop, gone_before):
    site, documents, thing, me, made = shop
    if gone_before:
        del thing["fields"][1]
        assert site.publish(documents) == 2
        thing["fields"].insert(1, field("b"))
    else:
        thing["fields"][1] = field("b")
    assert refused(site.publish, documents) == [(CODE, "forms/thing.json#/fields/1")]
    assert site.services.records.read(me, "shop", "thing", made.id).fields.get("b") in (None, "mine")


def test_a_key_is_refused_when_it_was_another_lines_field(shop):
    site, documents, thing, _, _ = shop
    thing["fields"][2]["fields"][1] = field("d")
    assert refused(site.publish, documents) == [(CODE, "forms/thing.json#/fields/2/fields/1")]


def test_a_uid_is_refused_when_its_field_gets_another_key(shop):
    site, documents, thing, _, _ = shop
    thing["fields"][1]["key"] = "renamed"
    assert refused(site.publish, documents) == [(CODE, "forms/thing.json#/fields/1")]


def test_a_form_is_refused_when_its_key_was_another_forms(shop):
    site, documents, _, _, _ = shop
    documents["forms/other.json"] = form("other", field("z"))
    assert refused(site.publish, documents) == [(CODE, "forms/other.json#/uid")]


NAMED = {
    "an option": (
        "forms/thing.json#/fields/0/options/0",
        lambda docs: docs["forms/thing.json"]["fields"][0]["options"],
    ),
    "a relation": ("forms/thing.json#/relations/0", lambda docs: docs["forms/thing.json"]["relations"]),
    "a state": ("workflows/thing.json#/states/1", lambda docs: docs["workflows/thing.json"]["states"][1:]),
    "a parameter": ("parameters.json#/parameters/0", lambda docs: docs["parameters.json"]["parameters"]),
    "a role": ("roles.json#/roles/0", lambda docs: docs["roles.json"]["roles"]),
}


@pytest.fixture
def named(site):
    """An app with one of everything that expressions name by a key, published."""
    thing = form("thing", field("kind", "choice", options=apps.options("new")))
    thing["relations"] = [apps.element("parts", form="part", reference="whole")]
    states = [apps.state("open"), apps.state("shut", "won")]
    flow = apps.workflow("thing", states, [apps.transition("shut", ["open"], "shut")])
    part = form("part", field("whole", "reference", form="thing"))
    documents = apps.app(thing, part, flow, parameters=[apps.parameter("least", "number")])
    site.publish(documents)
    return site, documents


@pytest.mark.parametrize("what", NAMED)
def test_what_expressions_name_keeps_its_key_and_its_uid_when_it_was_published(named, what):
    site, documents = named
    place, listed = NAMED[what]
    for change in ({"uid": apps.uid()}, *([{"key": "other"}] if what != "a state" else [])):
        changed = copy.deepcopy(documents)
        listed(changed)[0].update(change)
        assert (CODE, place) in refused(site.publish, changed)


def test_a_field_comes_back_as_it_was_and_as_nothing_else_when_it_had_gone(shop):
    site, documents, thing, me, made = shop
    gone = thing["fields"].pop(1)
    site.publish(documents)
    thing["fields"].insert(1, {**gone, "type": "json"})
    assert refused(site.publish, documents) == [("STORE-032", "shop.thing.b")]
    thing["fields"][1] = {**gone, "type": "long_text", "labels": apps.labels("renamed")}
    assert site.publish(documents) == 3
    assert site.services.records.read(me, "shop", "thing", made.id).fields["b"] == "mine"


def test_a_reference_is_refused_when_it_is_to_lead_to_another_form(site):
    other = form("thing", field("whole", "reference", form="whole"))
    documents = apps.app(form("whole", field("a")), form("part", field("a")), other)
    site.publish(documents)
    other["fields"][0]["form"] = "part"
    assert refused(site.publish, documents) == [("STORE-032", "shop.thing.whole")]


def test_order_labels_and_bounds_change_when_a_revision_changes_them(shop):
    site, documents, thing, me, made = shop
    thing["fields"].reverse()
    thing["fields"][1] |= {"labels": apps.labels("new"), "max_length": 3, "required": "create"}
    assert site.publish(documents) == 2
    assert site.services.records.read(me, "shop", "thing", made.id).fields["b"] == "mine"


def test_publishing_reads_no_revision_twice_however_many_there_are(site):
    documents = apps.app(form("thing", field("a")))
    looked = [asked(site, documents, number) for number in range(8)]
    assert looked[3:] == [looked[3]] * len(looked[3:])
    assert asked(site, documents, 8, fresh=True) > looked[-1]


def asked(site, documents, number, *, fresh=False):
    """Publish a revision, by a process that has only now begun where it is ``fresh``; return how often it read one."""
    documents["app.json"]["labels"]["en"] = f"Number {number}"
    found = []

    def see(_connection, _cursor, statement, *_rest):
        found.extend(["x"] if "FROM youju_revision" in statement else [])

    execution = site.assembled().execution if fresh else site.services.execution
    event.listen(site.database.engine, "before_cursor_execute", see)
    publish(execution, documents, Actor(None))
    event.remove(site.database.engine, "before_cursor_execute", see)
    return len(found)
