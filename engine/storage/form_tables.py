"""From a form's physical description to its tables; knows types, keys and indices, not what is done with the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    Date,
    FromClause,
    Integer,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql

from engine.catalog.tables import ColumnSpec, TableSpec
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import SYSTEM_FIELDS, StorageKind
from engine.storage import problems
from engine.storage.database import Dialect
from engine.storage.rows import Codec, codec_for
from engine.storage.system_columns import LINE_COLUMNS, OWN_INTEGERS, SYSTEM_COLUMNS
from engine.storage.system_tables import PREFIX

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

MOST_DIGITS = 18
"""What a 64-bit integer holds; the same limit on both databases, so that no app depends on one of them."""

LIMIT = 63
"""Bytes in a name that PostgreSQL keeps."""


_COUNTED = frozenset({StorageKind.NUMBER, StorageKind.BOOLEAN, StorageKind.DATE, StorageKind.DATETIME})
"""What SQLite keeps as an integer."""

_POSTGRES_TYPES: Mapping[StorageKind, TypeEngine[Any]] = MappingProxyType(
    {
        StorageKind.TEXT: postgresql.TEXT(collation="C"),
        StorageKind.BOOLEAN: Boolean(),
        StorageKind.DATE: Date(),
        # Milliseconds and no more: what the engine cannot see, nobody can hide there.
        StorageKind.DATETIME: postgresql.TIMESTAMP(timezone=True, precision=3),
        StorageKind.TEXTS: postgresql.JSONB(none_as_null=True),
        StorageKind.JSON: postgresql.JSONB(none_as_null=True),
    }
)


@dataclass(frozen=True, eq=False, slots=True)
class PhysicalTable:
    """One table of the database: ``columns`` are all of its columns by key, system columns first.

    ``everything`` selects all of them in that order, which is the order that ``codec`` decodes; ``named`` does so for
    the rows that the parameter ``ids`` names: records by their ids, lines by those of their records and in their order.
    ``aliases`` are those that statements have made of it and may use again.
    """

    spec: TableSpec
    table: Table
    dialect: Dialect
    columns: Mapping[str, ColumnSpec]
    codec: Codec
    everything: Select[Any]
    named: Select[Any]
    aliases: list[FromClause] = field(default_factory=list)


@dataclass(frozen=True, eq=False, slots=True)
class FormTables:
    """The table of a form's records and those of its lines, by the key of the field that holds them."""

    app: str
    form: str
    main: PhysicalTable
    lines: Mapping[str, PhysicalTable]


Tables = Mapping[tuple[str, str], FormTables]
"""The tables of all forms, by app and form; made once for a revision, by ``form_tables``."""


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """One index. ``alive`` limits it to records that are not deleted, so that a deleted one blocks no value."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    alive: bool = False


def form_tables(specs: Iterable[TableSpec], dialect: Dialect) -> Tables:
    """Return the tables of these specs; raises ``EngineError`` with everything that no database could keep."""
    listed = tuple(specs)
    found = [problem for spec in listed for problem in spec_problems(spec)]
    if found:
        raise EngineError(found)
    lines: dict[tuple[str, str], dict[str, PhysicalTable]] = {}
    for spec in listed:
        if spec.parent is not None:
            form, _, field = spec.form.partition(".")
            lines.setdefault((spec.app, form), {})[field] = table_for(spec, dialect)
    return MappingProxyType(
        {
            (spec.app, spec.form): FormTables(
                spec.app,
                spec.form,
                table_for(spec, dialect),
                MappingProxyType(lines.get((spec.app, spec.form), {})),
            )
            for spec in listed
            if spec.parent is None
        }
    )


def table_for(spec: TableSpec, dialect: Dialect) -> PhysicalTable:
    """Return one table with plain physical types; the engine's values are turned into them by ``rows``."""
    table = Table(spec.name, MetaData(), *(physical_column(spec, column, dialect) for column in all_columns(spec)))
    return table_over(spec, table, dialect)


def table_over(spec: TableSpec, table: Table, dialect: Dialect) -> PhysicalTable:
    """Return a table as what has its columns, by their keys and in their order."""
    columns = {column.key: column for column in all_columns(spec)}
    codec = codec_for(columns, dialect)
    everything = select(*table.columns)
    ids: BindParameter[str] = bindparam("ids", expanding=True)
    if spec.parent is None:
        named = everything.where(table.c.id.in_(ids))
    else:
        named = everything.where(table.c.parent.in_(ids)).order_by(table.c.parent, table.c.position, table.c.id)
    return PhysicalTable(spec, table, dialect, MappingProxyType(columns), codec, everything, named)


def all_columns(spec: TableSpec) -> tuple[ColumnSpec, ...]:
    """Return the columns of a table as it is made: the engine's own, then the design's."""
    return (SYSTEM_COLUMNS if spec.parent is None else LINE_COLUMNS) + spec.columns


def physical_column(spec: TableSpec, column: ColumnSpec, dialect: Dialect) -> Column[Any]:
    """Return one column; only what the engine itself always gives is NOT NULL, since a field may come later."""
    own = SYSTEM_COLUMNS if spec.parent is None else LINE_COLUMNS
    required = column in own and column.key in {"id", "version", "created_at", "updated_at", "parent", "position"}
    kind = _type_of(column, dialect)
    return Column(column.name, kind, key=column.key, primary_key=column.key == "id", nullable=not required)


def _type_of(column: ColumnSpec, dialect: Dialect) -> TypeEngine[Any]:
    if dialect == "sqlite":
        return Integer() if column.kind in _COUNTED else Text()
    if column in OWN_INTEGERS:
        return Integer()
    if column.kind is StorageKind.NUMBER:
        return Numeric(column.digits, column.scale)
    return _POSTGRES_TYPES[column.kind]


def indices_of(spec: TableSpec) -> tuple[IndexSpec, ...]:
    """Return the indices that a table has beside its primary key.

    Lists are sorted by a column and then by id, usually for one owner: these indices serve them from either end.
    """
    if spec.parent is not None:
        base = [IndexSpec(index_name(spec.name, "parent", "position"), ("parent", "position"))]
    else:
        base = [
            IndexSpec(index_name(spec.name, *columns), columns)
            for columns in (("created_at", "id"), ("updated_at", "id"), ("owner", "created_at", "id"))
        ]
        if spec.states:
            by_state = ("state", "created_at", "id")
            base.append(IndexSpec(index_name(spec.name, *by_state), by_state))
    return (*base, *(index for column in spec.columns for index in column_indices(spec, column)))


def column_indices(spec: TableSpec, column: ColumnSpec) -> Iterator[IndexSpec]:
    """Yield the indices that one column of the design asks for."""
    if column.unique:
        name = index_name(spec.name, column.name, unique=True)
        yield IndexSpec(name, (column.name,), unique=True, alive=spec.parent is None)
    if column.indexed or column.references is not None:
        yield IndexSpec(index_name(spec.name, column.name, "id"), (column.name, "id"))


def index_name(table: str, *columns: str, unique: bool = False) -> str:
    """Return the name of an index: readable, and cut with a hash where it would be too long."""
    return short_name(f"{'ux' if unique else 'ix'}_{table}_{'_'.join(columns)}")


def short_name(name: str) -> str:
    """Return the name within what every database keeps of one."""
    if len(name.encode()) <= LIMIT:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LIMIT - 9]}_{mark}"


def spec_problems(spec: TableSpec) -> Iterator[Problem]:
    """Yield what keeps a table from being made on either database."""
    reserved = set(SYSTEM_FIELDS) if spec.parent is None else {column.key for column in LINE_COLUMNS}
    place = f"{spec.app}.{spec.form}"
    if spec.name.startswith(PREFIX) or len(spec.view.encode()) > LIMIT or spec.view == spec.name:
        yield problems.NAME_TAKEN.at(place, name=spec.name)
    for column in spec.columns:
        if column.key in reserved:
            yield problems.COLUMN_RESERVED.at(f"{place}.{column.key}", field=column.key)
        if column.kind is StorageKind.NUMBER and not 0 <= column.scale <= column.digits <= MOST_DIGITS:
            yield problems.DIGITS_UNSUPPORTED.at(
                f"{place}.{column.key}", field=column.key, digits=column.digits, scale=column.scale
            )
