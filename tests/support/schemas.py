"""A database's tables as they are: what the inspector and the catalogue of the database say, ready to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text

Columns = dict[str, tuple[Any, ...]]
Indices = dict[str, tuple[Any, ...]]
References = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Table:
    """One table: its columns by name, its indices by name, and its foreign keys by their column."""

    columns: Columns
    key: tuple[str, ...]
    indices: Indices
    references: References


@dataclass(frozen=True)
class Schema:
    """The tables of all forms, and the columns and the text of each view."""

    tables: dict[str, Table]
    views: dict[str, tuple[tuple[str, ...], str]]


def schema_of(connection: Connection) -> Schema:
    """Return what is there beside the engine's own tables."""
    found = inspect(connection)
    names = [name for name in found.get_table_names() if not name.startswith("youju_")]
    tables = {
        name: Table(
            {
                item["name"]: (*_type(item["type"]), item["nullable"], item["default"])
                for item in found.get_columns(name)
            },
            tuple(found.get_pk_constraint(name)["constrained_columns"]),
            {str(item["name"]): _index(connection, item) for item in found.get_indexes(name)},
            _references(connection, name),
        )
        for name in names
    }
    views = {
        name: (tuple(item["name"] for item in found.get_columns(name)), found.get_view_definition(name) or "")
        for name in found.get_view_names()
    }
    return Schema(tables, views)


def _type(kind: Any) -> tuple[Any, ...]:
    """Return a type's name, how many digits and decimals it holds, and its collation."""
    name = str(kind).partition("(")[0].partition(" COLLATE")[0]
    return (name, getattr(kind, "precision", None), getattr(kind, "scale", None), getattr(kind, "collation", None))


def _index(connection: Connection, item: Any) -> tuple[Any, ...]:
    where = item.get("dialect_options", {}).get(f"{connection.dialect.name}_where")
    return (
        tuple(item["column_names"]),
        bool(item["unique"]),
        "deleted_at" in str(where) if where is not None else False,
    )


def _references(connection: Connection, table: str) -> References:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text(f"PRAGMA foreign_key_list('{table}')")).all()
        made = str(connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": table}).scalar_one())
        assert made.count("REFERENCES") == made.count("DEFERRABLE INITIALLY DEFERRED") == len(found)
        return {row[3]: (row[2], row[4]) for row in found}
    listed = inspect(connection).get_foreign_keys(table)
    assert all(item["options"] == {"deferrable": True, "initially": "DEFERRED"} for item in listed)
    return {item["constrained_columns"][0]: (item["referred_table"], item["referred_columns"][0]) for item in listed}
