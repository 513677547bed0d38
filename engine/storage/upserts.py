"""INSERT … ON CONFLICT, which both databases have and spell the same; knows no table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def insert_or_ignore(connection: Connection, table: Table, unique: Sequence[str]) -> Any:  # noqa: ANN401
    """Return an INSERT that does nothing where a row with the same ``unique`` columns is there.

    The result's ``rowcount`` tells whether the row was added.
    """
    ignoring = insert_into(connection, table).on_conflict_do_nothing(index_elements=list(unique))
    return ignoring.execution_options(preserve_rowcount=True)


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
