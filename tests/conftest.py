"""Fixtures of the whole suite: real databases, started once and empty for every test that asks."""

from __future__ import annotations

import itertools

import pytest

from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.support.postgres import running_postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server():
    """A private PostgreSQL server; every worker of a parallel run has its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server):
    """The URL of a fresh, empty PostgreSQL database."""
    name = f"test_{next(_numbers)}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path):
    """The URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'youju.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """The URL of a fresh, empty database: each test runs once on SQLite and once on PostgreSQL."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def database(database_url):
    """An open database with the engine's own tables, on SQLite and on PostgreSQL."""
    opened = open_database(database_url)
    migrate(opened)
    yield opened
    opened.close()
