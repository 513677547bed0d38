"""The runtime over a real database with the library installed, its people and a clock that stands still."""

from __future__ import annotations

import secrets

import pytest

from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.kernel.clocks import Clocks
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.publishing import publish
from engine.runtime.services import assemble
from tests.support.apps import LIBRARY

NOW = 1_773_795_600_000  # 2026-03-18T09:00+08:00


@pytest.fixture
def services(database):
    """The services of an instance with the library."""
    made = assemble(database, Clocks(business=lambda: NOW), secrets.token_bytes, BUILT_IN)
    publish(made.execution, read_pack(LIBRARY).documents, Actor(None))
    return made


@pytest.fixture
def people(services):
    """The ids of the library's people, by name."""
    return add_people(services.directory, "library", read_pack(LIBRARY).users)


@pytest.fixture
def librarian(services, people):
    """Somebody who may do everything in the library."""
    return services.directory.viewer(people["librarian"])


@pytest.fixture
def reader(services, people):
    """Somebody who sees books and the own loans."""
    return services.directory.viewer(people["reader"])
