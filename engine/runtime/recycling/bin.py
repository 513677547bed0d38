"""The recycle bin: records that were deleted are listed and put back; administrators destroy what lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, false, or_

from engine.decision.changeset import Actor
from engine.decision.commands import Restore
from engine.decision.facts import PersonQuery
from engine.decision.problems import ABSENT
from engine.decision.words import title
from engine.forms.access import Right
from engine.forms.forms import Form
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.runtime.desk import Desk
from engine.runtime.directory import is_admin
from engine.runtime.listing import as_sql
from engine.runtime.reading import Reading
from engine.runtime.recycling import problems
from engine.runtime.recycling.destroying import Wanted, destroy
from engine.runtime.showing import prefetch
from engine.runtime.views import Viewer
from engine.storage.query import list_binned

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM = Text("系统", "System")


@dataclass(frozen=True)
class BinnedView:
    """A record in the bin: by whom and when it was deleted, ISO 8601 in UTC."""

    id: str
    version: int
    title: str
    deleted_at: str
    deleted_by: str | None
    deleted_by_shown: Text


@dataclass(frozen=True)
class BinPage:
    """Records in the bin, the last deleted first; ``next`` is the cursor of those after them."""

    items: tuple[BinnedView, ...]
    next: str | None
    may_purge: bool


class Bin:
    """The bin of each form, for who may delete there; only administrators destroy."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def list(self, viewer: Viewer, app: str, form: str, *, limit: int = 50, after: str | None = None) -> BinPage:
        """Return one page of what the viewer may put back; absent where they may delete nothing."""
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            if not reading.access(definition).may("delete"):
                raise EngineError(ABSENT.at())
            where = [*_open(reading, definition, "read"), *_open(reading, definition, "delete")]
            tables = reading.tables(definition)
            rows, following = list_binned(reading.connection, tables, where, after=after, limit=limit)
            prefetch(reading, definition, rows)
            reading.fetch(PersonQuery(row["updated_by"]) for row in rows if row["updated_by"])
            items = tuple(_view(reading, definition, row) for row in rows)
            return BinPage(items, following, is_admin(viewer))

    def restore(self, viewer: Viewer, app: str, form: str, id: str, version: int | None = None) -> None:
        """Put a record back where it was; EngineError where something stands against it."""
        execution = self._desk.execution
        execution.execute(execution.command(Actor(viewer.id), Restore(app, form, _id(id), version)))

    def purge(self, viewer: Viewer, app: str, form: str, id: str) -> None:
        """Destroy a record in the bin and all that is kept of it; EngineError (BIN-001) where others refer to it."""
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        execution = self._desk.execution
        with self._desk.reading(viewer) as reading:
            reading.form(app, form)
        wanted = Wanted(app, form, execution.clocks.business() + 1, only=_id(id), by=viewer.id)
        done = execution.attempt(lambda connection: destroy(connection, execution, wanted))
        if done.kept:
            raise EngineError(problems.STILL_POINTED.at(place=done.kept[id]))
        if not done.gone:
            raise EngineError(ABSENT.at())


def _open(reading: Reading, form: Form, right: Right) -> Iterator[ColumnElement[bool]]:
    """Yield what a row must meet for the viewer to have the right on it, as SQL."""
    rows = reading.access(form).rows(right)
    if rows is not None:
        yield or_(false(), *(as_sql(reading, form, expression) for expression in rows))


def _view(reading: Reading, form: Form, row: Row) -> BinnedView:
    by = row["updated_by"]
    person = reading.person(by) if by else None
    return BinnedView(
        id=str(row["id"]),
        version=int(row["version"]),
        title=title(reading, form, row, reading.viewer.language),
        deleted_at=moment_text(row["deleted_at"]),
        deleted_by=by,
        deleted_by_shown=Text(person.display_name, person.display_name) if person else SYSTEM,
    )


def _id(id: str) -> str:
    if not is_uuid(id):
        raise EngineError(ABSENT.at())
    return id
