"""Stories of the library, each from the same base: they are short, since every effect in one costs two lives."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.packs.installing import install
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from tests.fault.story import HOUR, Act, Change, Publish, Send, Story
from tests.support.apps import LIBRARY, library
from tests.support.library import NOON

PEOPLE = ("librarian", "reader")


def base(instance: Instance) -> dict[str, Any]:
    """Furnish a new instance with what is there before the story; return tokens and refs."""
    pack = read_pack(Path(LIBRARY))
    install(instance.services, pack, Actor(None))
    ids = add_people(instance.directory, pack.key, pack.users)
    librarian = instance.directory.viewer(ids["librarian"])

    def make(form: str, **fields: object) -> str:
        return instance.records.create(librarian, "library", form, fields).id

    refs = {
        "john": make("member", name="约翰", card_no="K-001", account=ids["reader"]),
        "dream": make("book", title="红楼梦", isbn="978-0-00-000001-1"),
        "west": make("book", title="西游记", isbn="978-0-00-000002-2"),
    }
    instance.jobs().run_until_quiet()
    instance.sealer().seal()
    tokens = {name: instance.directory.issue_token(name, "story") for name in PEOPLE}
    return {"refs": refs, "tokens": tokens}


def lent_and_returned(refs: Mapping[str, str]) -> Story:
    """A loan is asked for, lent by the task that this opens, and given back damaged, which is told."""
    back = {"returned_on": "2026-09-22", "condition": "damaged", "damage": "水渍"}
    steps = (
        Send("reader", "/library/loan", {"fields": {"member": "{john}", "book": "{dream}"}}, "loan", 201),
        Act("librarian", "lend_book", "lend"),
        Send("librarian", "/library/loan/{loan}/transitions/give_back", {"fields": back}, "loan"),
    )
    return Story(NOON + HOUR, steps, refs)


def changed_and_published(refs: Mapping[str, str]) -> Story:
    """A book gets a copy and a price, the app a new field, and the next loan is made and lent on the new revision."""
    copy = {"copies": [{"barcode": "B-1"}], "price": "9.9"}
    lent = {"member": "{john}", "book": "{west}"}
    steps = (
        Change("librarian", "/library/book/{dream}", {"fields": copy}, 1),
        Publish(with_a_new_field),
        Send("librarian", "/library/loan", {"fields": lent, "transition": "lend"}, "other", 201),
    )
    return Story(NOON + HOUR, steps, refs)


STORIES = (lent_and_returned, changed_and_published)


def with_a_new_field() -> dict[str, Any]:
    """Return the library with one more field of its books."""
    documents = copy.deepcopy(library())
    field = {"uid": "q5storynewfd", "key": "shelf_mark", "type": "text", "labels": {"zh": "索书号", "en": "Shelf mark"}}
    documents["forms/book.json"]["fields"].append(field)
    return documents
