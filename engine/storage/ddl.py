"""From the tables of one revision to those of the next: first a plan, then its steps; knows no values.

Nothing that holds data is ever dropped. A column or table that the next revision no longer has is retired: it stays,
with its data, and is found again when the design takes it back. What goes is only what holds no data of its own: views,
which are remade, and indices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, ForeignKeyConstraint, Numeric, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.schema import CreateView

from engine.catalog.tables import ColumnSpec, TableSpec
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import StorageKind
from engine.storage import problems
from engine.storage.database import Dialect
from engine.storage.form_tables import (
    IndexSpec,
    all_columns,
    column_indices,
    indices_of,
    physical_column,
    short_name,
    spec_problems,
    table_for,
)
from engine.storage.rows import LONGEST_INDEXED
from engine.storage.views import view_select

_DEPENDENTS_EXIST = "2BP01"
_PATIENCE = 800
"""Milliseconds to wait for readers of a table; PostgreSQL looks for deadlocks after 1,000."""


@dataclass(frozen=True, slots=True)
class CreateTable:
    """A table for a form or for its lines; where it exists already, it gets the columns that it lacks."""

    spec: TableSpec


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A column for a field; where a retired field comes back, its column is there already, with its values."""

    spec: TableSpec
    column: ColumnSpec


@dataclass(frozen=True, slots=True)
class WidenNumber:
    """More digits for a number."""

    spec: TableSpec
    column: ColumnSpec


@dataclass(frozen=True, slots=True)
class AddIndex:
    """An index, unique or not."""

    spec: TableSpec
    index: IndexSpec


@dataclass(frozen=True, slots=True)
class DropIndex:
    """The end of an index that the design no longer asks for."""

    spec: TableSpec
    index: IndexSpec


@dataclass(frozen=True, slots=True)
class DropView:
    """The end of a view, before its table changes; it is remade by the same plan."""

    view: str


@dataclass(frozen=True, slots=True)
class MakeView:
    """The view of a table as it is at the end of the plan."""

    spec: TableSpec


Step = CreateTable | AddColumn | WidenNumber | AddIndex | DropIndex | DropView | MakeView


def plan(old: Sequence[TableSpec], new: Sequence[TableSpec]) -> tuple[Step, ...]:
    """Return the steps from the tables of ``old`` to those of ``new``; raises ``EngineError`` with all that cannot be.

    An empty ``old`` plans an installation, equal ones plan nothing.
    """
    before = {spec.name: spec for spec in old}
    found = [problem for spec in new for problem in _problems(before.get(spec.name), spec)]
    names = [name for spec in new for name in (spec.name, spec.view)]
    found += [problems.NAME_TAKEN.at(name, name=name) for name in sorted({n for n in names if names.count(n) > 1})]
    if found:
        raise EngineError(found)
    changed = [spec for spec in new if before.get(spec.name) != spec]
    known = [spec for spec in changed if spec.name in before]
    return (
        *(DropView(before[spec.name].view) for spec in known),
        *(CreateTable(spec) for spec in changed if spec.name not in before),
        *(step for spec in known for step in _column_steps(before[spec.name], spec)),
        *(step for spec in changed for step in _index_steps(before.get(spec.name), spec)),
        *(MakeView(spec) for spec in changed),
    )


def _problems(old: TableSpec | None, new: TableSpec) -> Iterator[Problem]:
    yield from spec_problems(new)
    before = {column.name: column for column in old.columns} if old else {}
    for column in new.columns:
        earlier = before.get(column.name)
        if earlier and (earlier.kind is not column.kind or earlier.scale != column.scale):
            yield problems.TYPE_CHANGED.at(f"{new.app}.{new.form}.{column.key}", field=column.key)


def _column_steps(old: TableSpec, new: TableSpec) -> Iterator[Step]:
    before = {column.name: column for column in old.columns}
    for column in new.columns:
        earlier = before.get(column.name)
        if earlier is None:
            yield AddColumn(new, column)
        elif column.kind is StorageKind.NUMBER and column.digits > earlier.digits:
            yield WidenNumber(new, column)


def _index_steps(old: TableSpec | None, new: TableSpec) -> Iterator[Step]:
    before = set(indices_of(old)) if old else set()
    wanted = set(indices_of(new))
    kept = {column.name for column in new.columns}
    retired = {
        index
        for column in (old.columns if old else ())
        if column.name not in kept
        for index in column_indices(new, column)
    }
    # A retired field keeps its plain index for its return, but no longer stands in the way of equal values.
    gone = {index for index in before - wanted if index.unique or index not in retired}
    yield from (DropIndex(new, index) for index in sorted(gone, key=_name_of))
    yield from (AddIndex(new, index) for index in sorted(wanted - before, key=_name_of))


def _name_of(index: IndexSpec) -> str:
    return index.name


def apply(connection: Connection, steps: Iterable[Step]) -> None:
    """Take the steps inside the caller's transaction.

    Raises ``EngineError`` where the data or other views stand in the way: a field that is to be unique holds a value
    more than once (STORE-033) or a long text (STORE-064), a view is read by another view (STORE-034), or somebody reads
    a table for long (STORE-004: try again). The caller's transaction is over then.
    """
    listed = tuple(steps)
    if not all(isinstance(step, CreateTable) for step in listed):
        give_way(connection)
    changes = _Changes(connection, listed)
    for step in listed:
        changes.take(step)
    changes.add_references([step for step in listed if isinstance(step, CreateTable | AddColumn)])


def give_way(connection: Connection) -> None:
    """Wait for no lock for long, until the transaction ends.

    Where readers and this wait for each other crosswise, it is this that gives up: before the database would look for a
    deadlock and sacrifice a reader.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}ms'"))


def create_index(operations: Operations, step: AddIndex, *, beside_writers: bool = False) -> None:
    """Create an index, where there is none of its name; ``beside_writers`` only outside of a transaction.

    EngineError (STORE-064) where a text is longer than an index holds: it came before the field was indexed.
    """
    for column in step.spec.columns:
        if column.name in step.index.columns and column.kind is StorageKind.TEXT:
            _refuse_long(operations.get_bind(), step.spec, column)
    index, alive = step.index, text("deleted_at IS NULL") if step.index.alive else None
    operations.create_index(
        index.name, step.spec.name, list(index.columns), unique=index.unique, if_not_exists=True,
        sqlite_where=alive, postgresql_where=alive, postgresql_concurrently=beside_writers,
    )  # fmt: skip


def _refuse_long(connection: Connection, spec: TableSpec, column: ColumnSpec) -> None:
    quote = connection.dialect.identifier_preparer.quote
    long = f"SELECT 1 FROM {quote(spec.name)} WHERE length({quote(column.name)}) > :most LIMIT 1"  # noqa: S608 - quoted
    if connection.execute(text(long), {"most": LONGEST_INDEXED}).first() is not None:
        place = f"{spec.app}.{spec.form}.{column.key}"
        raise EngineError(problems.TOO_LONG_TO_INDEX.at(place, field=column.key, most=LONGEST_INDEXED))


def duplicates(step: AddIndex) -> EngineError:
    """Return what is to be said where a field that shall be unique holds a value more than once."""
    first = step.index.columns[0]
    key = next((column.key for column in step.spec.columns if column.name == first), first)
    return EngineError(problems.DUPLICATES.at(f"{step.spec.app}.{step.spec.form}.{key}", field=key))


def add_reference(connection: Connection, step: AddColumn) -> str | None:
    """Add the foreign key of a column that holds nothing yet, unproven; return its name, or None where it has none.

    Where the table that it leads to comes with the plan, the plan adds it.
    """
    target = step.column.references
    if target is None or not inspect(connection).has_table(target):
        return None
    name = _reference_name(step.spec, step.column.key)
    Operations(MigrationContext.configure(connection)).create_foreign_key(
        name, step.spec.name, target, [step.column.key], ["id"], deferrable=True, initially="DEFERRED",
        postgresql_not_valid=True,
    )  # fmt: skip
    return name


class _Changes:
    """Takes steps on one connection; knows what is there already."""

    def __init__(self, connection: Connection, steps: Sequence[Step]) -> None:
        """Look at what is there, once and before anything is locked, and know which tables the steps make."""
        self._connection = connection
        self._dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
        self._operations = Operations(MigrationContext.configure(connection))
        self._planned = {step.spec.name for step in steps if isinstance(step, CreateTable)}
        inspector = inspect(connection)
        self._tables = set(inspector.get_table_names())
        changed = {step.spec.name for step in steps if isinstance(step, CreateTable | AddColumn | WidenNumber)}
        known = sorted(changed & self._tables)
        columns = inspector.get_multi_columns(filter_names=known) if known else {}
        self._columns = {name: {one["name"]: one["type"] for one in found} for (_, name), found in columns.items()}
        keys = inspector.get_multi_foreign_keys(filter_names=known) if known else {}
        self._keys = {name: {str(one["name"]) for one in found} for (_, name), found in keys.items()}

    def take(self, step: Step) -> None:
        """Take one step."""
        match step:
            case CreateTable(spec):
                self._create(spec)
            case AddColumn(spec, column):
                self._add(spec, column)
            case WidenNumber(spec, column):
                self._widen(spec, column)
            case AddIndex():
                self._index(step)
            case DropIndex(spec, index):
                self._operations.drop_index(index.name, spec.name, if_exists=True)
            case DropView(view):
                self._drop_view(view)
            case MakeView(spec):
                self._drop_view(spec.view)
                self._connection.execute(CreateView(view_select(table_for(spec, self._dialect)), spec.view))

    def _create(self, spec: TableSpec) -> None:
        if spec.name in self._tables:
            self._take_back(spec)
            return
        references = list(self._references(spec)) if self._dialect == "sqlite" else []
        self._operations.create_table(
            spec.name,
            *(physical_column(spec, column, self._dialect) for column in all_columns(spec)),
            *(self._constraint(spec, key, target) for key, target in references),
            sqlite_strict=True,
        )
        self._tables.add(spec.name)

    def _take_back(self, spec: TableSpec) -> None:
        """Let a table that was retired be that of a form again, which may ask for other columns and indices by now."""
        for column in spec.columns:
            self._add(spec, column)
        wanted = {index.name for index in indices_of(spec)}
        kept = {column.name for column in all_columns(spec)}
        for index in inspect(self._connection).get_indexes(spec.name):
            name, columns = str(index["name"]), index["column_names"]
            if name not in wanted and (index["unique"] or kept.issuperset(columns)):
                self._operations.drop_index(name, spec.name)

    def _references(self, spec: TableSpec) -> Iterator[tuple[str, str]]:
        """Yield the columns that refer to a table which is there or comes with this plan, and that table."""
        if spec.parent is not None:
            yield "parent", spec.parent
        for column in spec.columns:
            target = column.references
            if target and target in (self._planned | self._tables):
                yield column.key, target

    @staticmethod
    def _constraint(spec: TableSpec, key: str, target: str) -> ForeignKeyConstraint:
        # Deferred: one changeset may write a record before the one that it refers to.
        return ForeignKeyConstraint(
            [key], [f"{target}.id"], name=_reference_name(spec, key), deferrable=True, initially="DEFERRED"
        )

    def _add(self, spec: TableSpec, column: ColumnSpec) -> None:
        there = self._columns.setdefault(spec.name, {})
        if column.name in there:
            if column.kind is StorageKind.NUMBER:
                self._widen(spec, column)  # it may come back with more digits
            return
        target = dict(self._references(spec)).get(column.key)
        if self._dialect == "sqlite" and target is not None:
            quote = self._connection.dialect.identifier_preparer.quote
            name = _reference_name(spec, column.key)
            self._connection.execute(
                text(
                    f"ALTER TABLE {quote(spec.name)} ADD COLUMN {quote(column.key)} TEXT CONSTRAINT {quote(name)}"
                    f" REFERENCES {quote(target)} (id) DEFERRABLE INITIALLY DEFERRED"
                )
            )
        else:
            self._operations.add_column(spec.name, physical_column(spec, column, self._dialect))
        there[column.name] = physical_column(spec, column, self._dialect).type

    def _widen(self, spec: TableSpec, column: ColumnSpec) -> None:
        if self._dialect == "sqlite":
            return
        now, wider = self._columns[spec.name][column.name], Numeric(column.digits, column.scale)
        if isinstance(now, Numeric) and (now.precision or 0) < column.digits:
            self._operations.alter_column(spec.name, column.name, type_=wider)
            self._columns[spec.name][column.name] = wider

    def _index(self, step: AddIndex) -> None:
        try:
            create_index(self._operations, step)
        except IntegrityError as error:
            raise duplicates(step) from error

    def _drop_view(self, view: str) -> None:
        quoted = self._connection.dialect.identifier_preparer.quote(view)
        try:
            self._connection.execute(text(f"DROP VIEW IF EXISTS {quoted}"))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _DEPENDENTS_EXIST:
                raise
            raise EngineError(problems.VIEW_IN_USE.at(view, view=view)) from error

    def add_references(self, steps: Sequence[CreateTable | AddColumn]) -> None:
        """On PostgreSQL, add the foreign keys once all tables of the plan are there, whatever their order."""
        if self._dialect == "sqlite":
            return
        for step in steps:
            wanted = dict(self._references(step.spec))
            if isinstance(step, AddColumn):
                wanted = {key: target for key, target in wanted.items() if key == step.column.key}
            there = self._keys.setdefault(step.spec.name, set())
            for key, target in wanted.items():
                name = _reference_name(step.spec, key)
                if name not in there:
                    self._operations.create_foreign_key(
                        name, step.spec.name, target, [key], ["id"], deferrable=True, initially="DEFERRED"
                    )
                    there.add(name)


def _reference_name(spec: TableSpec, key: str) -> str:
    return short_name(f"fk_{spec.name}_{key}")
