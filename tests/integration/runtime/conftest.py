"""A library on SQLite and on PostgreSQL, with anna who keeps it and john who reads in it."""

from __future__ import annotations

import itertools
import random
import shutil
from dataclasses import dataclass
from typing import Any

import pytest

from engine.kernel.problems import EngineError
from engine.runtime.views import RecordView, Viewer
from engine.storage.database import open_database
from tests.support.apps import library as library_documents
from tests.support.sites import Site

FURNISHED = {"sqlite": "library_sqlite", "postgresql": "library_postgres"}
_numbers = itertools.count(1)
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


def _furnish(url: str) -> dict[str, str]:
    """Put the library and its people into a database; return the people's ids by name."""
    database = open_database(url)
    site = Site(database)
    site.publish(library_documents())
    site.person("anna", LIBRARIAN)
    site.person("john", READER, manager="anna")
    database.close()
    return site.people


@pytest.fixture(scope="session")
def library_sqlite(migrated_sqlite, tmp_path_factory):
    """A SQLite file with the library, to be copied, and its people."""
    path = shutil.copyfile(migrated_sqlite, tmp_path_factory.mktemp("library") / "youju.db")
    return path, _furnish(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def library_postgres(postgres_server, migrated_postgres):
    """The name of a PostgreSQL database with the library, to be copied, and its people."""
    return "library", _furnish(postgres_server.create("library", migrated_postgres))


@pytest.fixture(params=["sqlite", "postgresql"])
def library(request, tmp_path):
    """An instance with the library: a copy of one that was furnished once."""
    base, people = request.getfixturevalue(FURNISHED[request.param])
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copyfile(base, tmp_path / 'youju.db')}"
    else:
        server, name = request.getfixturevalue("postgres_server"), f"library_{next(_numbers)}"
        url = server.create(name, base)
    database = open_database(url)
    # Other chances than those that furnished it: ids are made of them.
    site = Site(database, people=dict(people), chance=random.Random(12))  # noqa: S311 - repeatable on purpose
    yield Library(site, site.viewer("anna"), site.viewer("john"))
    database.close()
    if request.param == "postgresql":
        server.drop(name)


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
