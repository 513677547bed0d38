"""What an expression's SQL may reach around a row: the tables of other forms, the run's moment and its parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.kernel.problems import EngineError
from engine.language.backends.sql.people import PEOPLE
from engine.language.surroundings import Run
from engine.language.tree import DIRECTORY
from engine.storage import problems
from engine.storage.database import Dialect
from engine.storage.directory import people_table, role_table
from engine.storage.form_tables import Tables

if TYPE_CHECKING:
    from sqlalchemy import FromClause


@dataclass(frozen=True, eq=False)
class SqlSurroundings:
    """The scope in which an expression is turned into SQL over ``row``, a form's table or an alias of it.

    With ``lasting`` aliases are those of an earlier statement: making one of a wide table costs as much as a small
    query. Only for a statement that is made in this one scope and in no other.
    """

    tables: Tables
    row: FromClause
    dialect: Dialect
    run: Run
    lasting: bool = False
    _used: dict[tuple[str, str], int] = field(default_factory=dict)

    def table(self, app: str, form: str) -> FromClause:
        """Return a fresh alias of the table of a form, of a form's lines (``form.field``), or of the directory."""
        if app == DIRECTORY:
            return people_table() if form == PEOPLE else role_table()
        key, _, lines = form.partition(".")
        found = self.tables.get((app, key))
        physical = None if found is None else found.lines.get(lines) if lines else found.main
        if physical is None:
            raise EngineError(problems.UNKNOWN_FORM.at(app=app, form=form))
        if not self.lasting:
            return physical.table.alias()
        place = self._used[app, form] = self._used.get((app, form), -1) + 1
        made = physical.aliases
        while len(made) <= place:
            made.append(physical.table.alias())
        return made[place]

    @property
    def old(self) -> None:
        """There is no row before: SQL looks at rows as they are stored."""
        return
