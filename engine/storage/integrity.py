"""Turns what a database refuses about a record into a problem on its field; knows constraint names, not rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from engine.kernel.problems import EngineError, Problem
from engine.storage import problems
from engine.storage.form_tables import FormTables, PhysicalTable, index_name

_SQLITE_UNIQUE = "UNIQUE constraint failed: "
_POSTGRES_UNIQUE = "23505"


@contextmanager
def refusals_explained(form: FormTables) -> Iterator[None]:
    """Raise ``EngineError`` where a value that must be unique, or an id, is there already."""
    try:
        yield
    except IntegrityError as error:
        problem = _problem_of(error, form)
        if problem is None:
            raise
        raise EngineError(problem) from error


def _problem_of(error: IntegrityError, form: FormTables) -> Problem | None:
    for table in (form.main, *form.lines.values()):
        if _broke_unique(error, table, "id"):
            return _described(form, table, "id")
        for column in table.spec.columns:  # one that is about to be unique has the index already
            if _broke_unique(error, table, column.name):
                return _described(form, table, column.key)
    return None


def _broke_unique(error: IntegrityError, table: PhysicalTable, key: str) -> bool:
    """Tell whether the error says that ``key`` of this table is not unique: each database says it in its own way."""
    name = table.spec.name
    if getattr(error.orig, "sqlstate", None) == _POSTGRES_UNIQUE:
        report = getattr(error.orig, "diag", None)
        constraint = str(getattr(report, "constraint_name", ""))
        is_named = constraint.endswith("_pkey") if key == "id" else constraint == index_name(name, key, unique=True)
        return is_named and getattr(report, "table_name", None) == name
    return str(error.orig).startswith(f"{_SQLITE_UNIQUE}{name}.{key}")


def _described(form: FormTables, table: PhysicalTable, key: str) -> Problem:
    if key != "id":
        line_field = "" if table is form.main else f"{table.spec.form.partition('.')[2]}."
        labels = table.columns[key].labels
        return problems.NOT_UNIQUE.at(f"fields.{line_field}{key}", label_zh=labels.zh, label_en=labels.en)
    return problems.RECORD_EXISTS.at() if table is form.main else problems.LINE_TWICE.at(line="?")
