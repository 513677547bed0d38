"""A field gets another type: what converts is there, what does not is listed, and nothing is lost on either way."""

from __future__ import annotations

import copy

import pytest

from engine.decision.changeset import Actor
from engine.runtime.designs import roll_back
from engine.runtime.turning import unconverted
from tests.support import apps
from tests.support.apps import field, form

WRITTEN = ["12", " 7.5 ", "1,200.25", "约12", None]
READ = ["12.00", "7.50", "1200.25", None, None]


@pytest.fixture
def shop(site):
    """A form with a text, records with texts that are numbers or not, and what changes its type."""
    thing = form("thing", field("a"), field("b"))
    documents = apps.app(thing)
    site.publish(documents)
    return Shop(site, documents)


class Shop:
    def __init__(self, site, documents):
        self.site, self.documents = site, documents
        self.me = site.person("me", ("shop", "staff"))
        self.ids = [self.make(value) for value in WRITTEN]

    def make(self, value):
        return self.site.services.records.create(self.me, "shop", "thing", {"a": value, "b": "x"}).id

    def becomes(self, type, **more):
        """Return the documents with another type of the field."""
        found = copy.deepcopy(self.documents)
        kept = {key: found["forms/thing.json"]["fields"][0][key] for key in ("uid", "key", "labels")}
        found["forms/thing.json"]["fields"][0] = {**kept, "type": type, **more}
        return found

    def values(self):
        return [self.read(id).fields["a"] for id in self.ids]

    def read(self, id):
        return self.site.services.records.read(self.me, "shop", "thing", id)

    def change(self, id, value):
        self.site.services.records.update(self.me, "shop", "thing", id, {"a": value}, self.read(id).version)

    def listed(self):
        return [(item.record, item.value) for item in unconverted(self.site.services.execution, "shop")]

    def back(self, number):
        return roll_back(self.site.services.execution, "shop", number, Actor(None))


def test_what_converts_is_there_and_what_does_not_is_listed_when_a_text_becomes_a_number(shop):
    assert shop.site.publish(shop.becomes("number", scale=2)) == 2
    assert shop.values() == READ
    assert shop.listed() == [(shop.ids[3], "约12")]
    found = shop.site.services.records.list(shop.me, "shop", "thing", filter="a > 10")
    assert sorted(row.id for row in found.items) == sorted([shop.ids[0], shop.ids[2]])
    shop.change(shop.ids[3], "12")
    assert shop.listed() == []


def test_every_value_is_as_it_was_when_the_change_is_rolled_back(shop):
    shop.site.publish(shop.becomes("number", scale=2))
    shop.change(shop.ids[0], "13")
    new = shop.make("5")
    assert shop.back(1) == 3
    assert shop.values() == ["13.00", *WRITTEN[1:]]
    assert shop.read(new).fields["a"] == "5.00"
    assert shop.site.publish(shop.becomes("number", scale=2)) == 4
    assert shop.values() == ["13.00", *READ[1:]]


def test_the_history_says_each_value_as_it_was_when_the_type_has_changed(shop):
    shop.site.publish(shop.becomes("number", scale=2))
    shop.change(shop.ids[3], "13")
    entries = shop.site.services.records.history(shop.me, "shop", "thing", shop.ids[3])
    told = [
        (str(item.before_shown), str(item.after_shown))
        for entry in entries
        for item in entry.changes
        if item.key == "a"
    ]
    assert told == [("约12", "13"), ("None", "约12")]
