"""Fixtures of the whole suite: real databases, started once and empty for every test that asks."""

from __future__ import annotations

import itertools
import shutil

import pytest

from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.support.guarding import every_engine_guarded
from tests.support.homes import folder_of_the_run, furnish_with_the_demo, furnished
from tests.support.postgres import running_postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """A folder that all workers of the run share."""
    return folder_of_the_run(tmp_path_factory)


@pytest.fixture(scope="session")
def demo_home(run_folder):
    """The home of an installation with all packs and their demo, to be copied."""
    return furnished(run_folder, "demo", furnish_with_the_demo)


@pytest.fixture(autouse=True, scope="session")
def _records_are_written_by_units_of_work():
    """Fail any test that writes records outside a unit of work."""
    with every_engine_guarded():
        yield


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


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """A SQLite file with the engine's own tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "youju.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server):
    """The name of a PostgreSQL database with the engine's own tables, to be copied."""
    _migrate(postgres_server.create("migrated"))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request, tmp_path):
    """The URL of a fresh database with the engine's own tables, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "youju.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("migrated_postgres")
    name = f"test_{next(_numbers)}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture
def database(migrated_url):
    """An open database with the engine's own tables, on SQLite and on PostgreSQL."""
    opened = open_database(migrated_url)
    yield opened
    opened.close()


def _migrate(url):
    database = open_database(url)
    migrate(database)
    database.close()
