"""The engine's own tables come into being once, whoever starts first, and agree with what queries expect of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, inspect

from engine.kernel.problems import EngineError
from engine.storage import system_tables
from engine.storage.database import open_database
from engine.storage.locks import lock_schema
from engine.storage.migrations import MIGRATIONS, migrate, pending
from tests.support.statements import recorded


def test_migrations_run_once_when_called_again(database):
    assert pending(database) == ()
    assert migrate(database) == ()


def test_all_migrations_are_pending_when_the_database_is_empty(database_url):
    database = open_database(database_url)
    assert pending(database) == tuple(migration.name for migration in MIGRATIONS)
    database.close()


def test_each_is_run_by_one_when_two_migrate_at_once(database_url):
    databases = [open_database(database_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        done = [name for names in pool.map(migrate, databases) for name in names]
    assert sorted(done) == [migration.name for migration in MIGRATIONS]
    for database in databases:
        database.close()


def test_migrating_is_refused_when_the_database_is_newer(database):
    with database.write() as connection:
        connection.execute(insert(system_tables.schema_version), {"name": "9999_future", "applied_at": 0})
    with pytest.raises(EngineError, match="STORE-006"):
        migrate(database)


def test_the_tables_are_as_queries_expect_when_migrated(database):
    found = inspect(database.engine)
    for table in system_tables.metadata.tables.values():
        columns = {column["name"]: column["type"] for column in found.get_columns(table.name)}
        assert list(columns) == [column.name for column in table.columns], table.name
        for column in table.columns:
            assert columns[column.name].python_type is column.type.python_type, f"{table.name}.{column.name}"
    assert {name for name in found.get_table_names() if name.startswith("youju_")} == set(system_tables.metadata.tables)


def test_who_finds_nothing_to_do_waits_for_nobody(database):
    """A process that is stopped in the middle of opening the database keeps no other from opening it."""
    with database.write() as connection:
        lock_schema(connection)
        statements: list[str] = []
        with recorded(database, statements):
            assert migrate(database) == ()
    asked = {statement.split()[0].upper() for statement in statements}
    assert asked
    assert asked <= {"BEGIN", "SELECT", "PRAGMA"}
