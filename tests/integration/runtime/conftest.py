"""A library on SQLite and on PostgreSQL, with anna who keeps it and john who reads in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from engine.kernel.problems import EngineError
from engine.runtime.views import RecordView, Viewer
from tests.support.apps import library as library_documents
from tests.support.sites import Site

LIBRARIAN, READER = ("library", "librarian"), ("library", "reader")


@dataclass
class Library:
    """The site and its people, and short words for what tests do often."""

    site: Site
    anna: Viewer
    john: Viewer
    made: int = 0

    @property
    def records(self):
        return self.site.services.records

    @property
    def inbox(self):
        return self.site.services.inbox

    def book(self, **more: Any) -> RecordView:
        self.made += 1
        return self.records.create(self.anna, "library", "book", {"title": "红楼梦", "isbn": f"i{self.made}", **more})

    def member(self, **more: Any) -> RecordView:
        self.made += 1
        fields = {"name": "约翰", "card_no": f"k{self.made}", "account": self.john.id, **more}
        return self.records.create(self.anna, "library", "member", fields)

    def loan(self, by: Viewer | None = None, transition: str | None = None, **more: Any) -> RecordView:
        fields = {"member": self.member().id, "book": self.book().id, **more}
        return self.records.create(by or self.anna, "library", "loan", fields, transition)


@pytest.fixture
def site(database):
    """An empty instance."""
    return Site(database)


@pytest.fixture
def library(site):
    """An instance with the library."""
    site.publish(library_documents())
    anna = site.person("anna", LIBRARIAN)
    return Library(site, anna, site.person("john", READER, manager="anna"))


def refused(action: Any, *arguments: Any, **named: Any) -> list[tuple[str, str]]:
    """Do what must be refused; return the codes and places of its problems."""
    with pytest.raises(EngineError) as raised:
        action(*arguments, **named)
    return [(problem.code, problem.path) for problem in raised.value.problems]


@pytest.fixture
def services(library):
    """The services of the instance with the library."""
    return library.site.services


@pytest.fixture
def librarian(library):
    """Somebody who may do everything in the library."""
    return library.anna


@pytest.fixture
def reader(library):
    """Somebody who sees books and the own loans."""
    return library.john
