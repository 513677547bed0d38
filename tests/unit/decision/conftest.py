"""A library with people and books in memory, and small worlds made of documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from engine.decision.commands import Create
from tests.support import apps
from tests.support.worlds import World

LIBRARIAN, READER, STAFF = ("library", "librarian"), ("library", "reader"), ("shop", "staff")


@dataclass
class Library:
    """The library with anna, who keeps it, and john, who reads in it and whose superior anna is."""

    world: World
    anna: str
    john: str
    isbns: int = 0

    def book(self, **more: Any) -> str:
        self.isbns += 1
        return self.world.make(
            self.anna, Create("library", "book", {"title": "红楼梦", "isbn": f"i{self.isbns}", **more})
        )

    def member(self, **more: Any) -> str:
        self.isbns += 1
        fields = {"name": "约翰", "card_no": f"k{self.isbns}", "account": self.john, **more}
        return self.world.make(self.anna, Create("library", "member", fields))

    def lend(self, member: str, book: str, **more: Any) -> str:
        return self.world.make(self.anna, Create("library", "loan", {"member": member, "book": book, **more}, "lend"))


@pytest.fixture
def library():
    world = World(apps.library_catalog())
    anna = world.person("anna", LIBRARIAN)
    return Library(world, anna, world.person("john", READER, manager=anna))


@pytest.fixture
def shop():
    """Makes a world of one app; ``me`` in it may do anything."""

    def make(*parts: Any, **lists: Any) -> tuple[World, str]:
        world = World(apps.compiled(apps.app(*parts, **lists)))
        return world, world.person("me", STAFF)

    return make


def leave(world: World, person: str) -> None:
    """Make a user inactive."""
    world.people[person] = replace(world.people[person], active=False)
