"""``Let``: a SQL expression over intermediate results that are worked out once each and have a name.

Needed where a result is used twice, so that nested expressions do not grow exponentially, and where an expression
nests too deep for SQLite's parser (24 CASEs, 93 parentheses): what is inside becomes a step of its own, one after the
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.ext.compiler import compiles

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler


_PARTS = "_youju_parts"


class Let(ColumnElement[Any]):
    """``body`` with the names of ``steps``; a step may use the names before it."""

    inherit_cache = False
    __visit_name__ = "youju_let"

    def __init__(self, steps: Sequence[tuple[str, ColumnElement[Any]]], body: ColumnElement[Any]) -> None:
        """Keep the steps in order."""
        self.steps = tuple(steps)
        self.body = body
        self.type = body.type

    @property
    def _from_objects(self) -> list[FromClause]:
        """Name the tables that the parts read, so that a select around them knows these."""
        return [table for element in (*(step for _, step in self.steps), self.body) for table in element._from_objects]

    def self_group(self, against: object = None) -> Let:  # noqa: ARG002
        """Stand as it is: it brings its own parentheses."""
        return self


class Together(Let):
    """``body`` with the names of ``steps`` that know nothing of each other: none keeps what others have made."""

    inherit_cache = False
    __visit_name__ = "youju_together"


@compiles(Together)
def _compile_together(element: Together, compiler: SQLCompiler, **options: object) -> str:
    """Write the steps as the columns of one single-row table."""
    options.pop("within_columns_clause", None)
    columns = ", ".join(f"{compiler.process(step, **options)} AS {name}" for name, step in element.steps)
    body = compiler.process(element.body, **options)
    # Every part has been written by the compiler, values as parameters; the names are counted.
    return f"(WITH {_PARTS} AS MATERIALIZED (SELECT {columns}) SELECT {body} FROM {_PARTS})"  # noqa: S608


@compiles(Let)
def _compile_let(element: Let, compiler: SQLCompiler, **options: object) -> str:
    """Write the steps as single-row tables, each with all columns of the one before."""
    options.pop("within_columns_clause", None)
    written: list[str] = []
    before = ""
    for name, step in element.steps:
        inner = compiler.process(step, **options)
        columns, source = ("*, ", f" FROM {before}") if before else ("", "")
        before = f"t{name}"
        written.append(f"{before} AS MATERIALIZED (SELECT {columns}{inner} AS {name}{source})")
    body = compiler.process(element.body, **options)
    # Every part has been written by the compiler, values as parameters; the names are counted here.
    return f"(WITH {', '.join(written)} SELECT {body} FROM {before})"  # noqa: S608
