"""A story of the library: loans asked for, lent by a task and given back damaged; a book mended; the app published."""

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


def story(refs: Mapping[str, str]) -> Story:
    """Return the story over the records that the base has."""
    lent = {"member": "{john}", "book": "{west}"}
    steps = (
        Send("reader", "/library/loan", {"fields": {"member": "{john}", "book": "{dream}"}}, "loan", 201),
        Act("librarian", "lend_book", "lend"),
        Change("librarian", "/library/book/{dream}", {"fields": {"copies": [{"barcode": "B-1"}], "price": "9.9"}}, 1),
        Send("librarian", "/library/loan", {"fields": lent, "transition": "lend"}, "other", 201),
        Publish(with_a_new_field),
        Send(
            "librarian",
            "/library/loan/{loan}/transitions/give_back",
            {"fields": {"returned_on": "2026-09-22", "condition": "damaged", "damage": "水渍"}},
            "loan",
        ),
    )
    return Story(NOON + HOUR, steps, refs)


def with_a_new_field() -> dict[str, Any]:
    """Return the library with one more field of its books."""
    documents = copy.deepcopy(library())
    field = {"uid": "q5storynewfd", "key": "shelf_mark", "type": "text", "labels": {"zh": "索书号", "en": "Shelf mark"}}
    documents["forms/book.json"]["fields"].append(field)
    return documents
