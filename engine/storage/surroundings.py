"""What an expression's SQL may reach around a row: the tables of other forms, the run's moment and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from engine.kernel.clocks import Day, Moment
from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.storage import problems
from engine.storage.database import Dialect
from engine.storage.form_tables import Tables

if TYPE_CHECKING:
    from sqlalchemy import FromClause


_ALIASES = "youju.aliases"


class AppSurroundings(Protocol):
    """What expressions of one app see around every row, in Python as in SQL."""

    @property
    def now(self) -> Moment:
        """The run's moment."""
        ...

    @property
    def today(self) -> Day:
        """The run's day in the app's zone."""
        ...

    @property
    def zone(self) -> str:
        """The app's time zone."""
        ...

    @property
    def me(self) -> str | None:
        """The user for whom it runs."""
        ...

    @property
    def parameters(self) -> Mapping[str, Value]:
        """The app's parameters by key."""
        ...


@dataclass(frozen=True, slots=True)
class Moments:
    """The plain form of ``AppSurroundings``."""

    now: Moment
    today: Day
    zone: str
    me: str | None
    parameters: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class SqlSurroundings:
    """The scope in which an expression is turned into SQL over ``row``, a form's table or an alias of it.

    With ``lasting`` aliases are those of an earlier statement: making one of a wide table costs as much as a small
    query. Only for a statement that is made in this one scope and in no other.
    """

    tables: Tables
    row: FromClause
    dialect: Dialect
    around: AppSurroundings
    lasting: bool = False
    _used: dict[tuple[str, str], int] = field(default_factory=dict)

    def table(self, app: str, form: str) -> FromClause:
        """Return a fresh alias of the table of a form, or of a form's lines (``form.field``)."""
        key, _, lines = form.partition(".")
        found = self.tables.get((app, key))
        physical = None if found is None else found.lines.get(lines) if lines else found.main
        if physical is None:
            raise EngineError(problems.UNKNOWN_FORM.at(app=app, form=form))
        if not self.lasting:
            return physical.table.alias()
        place = self._used[app, form] = self._used.get((app, form), -1) + 1
        made = physical.table.info.setdefault(_ALIASES, [])
        while len(made) <= place:
            made.append(physical.table.alias())
        alias: FromClause = made[place]
        return alias

    @property
    def now(self) -> Moment:
        """The run's moment."""
        return self.around.now

    @property
    def today(self) -> Day:
        """The run's day in the app's zone."""
        return self.around.today

    @property
    def zone(self) -> str:
        """The app's time zone."""
        return self.around.zone

    @property
    def me(self) -> str | None:
        """The user for whom it runs."""
        return self.around.me

    @property
    def parameters(self) -> Mapping[str, Value]:
        """The app's parameters by key."""
        return self.around.parameters

    @property
    def old(self) -> None:
        """There is no row before: SQL looks at rows as they are stored."""
        return
