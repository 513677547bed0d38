"""Keeps imports and their rows: a row goes when it is taken, and stays with its problems when it is refused."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.storage.audit_chain import STREAM
from engine.storage.import_tables import import_, import_row

State = Literal["reading", "ready", "running", "stopped", "done"]

_IMPORT, _ROW = import_, import_row


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the file, what its columns are taken for (``plan``), and how far it is.

    ``last`` is the line that it has come to. It is ``reading`` its file, ``ready`` to begin, ``running``, ``stopped``
    by ``problems``, or ``done``. ``told_at`` is when it was last heard of, by real time.
    """

    id: str
    app: str
    form: str
    user_id: str
    name: str
    kind: str
    sha256: str
    columns: tuple[str, ...]
    plan: Mapping[str, Json]
    state: State
    created_at: Moment
    told_at: Moment
    problems: tuple[Json, ...] = ()
    last: int = 0
    rows: int = 0
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    started_at: Moment | None = None

    @property
    def left(self) -> int:
        """How many rows are still to be looked at."""
        return self.rows - self.made - self.changed - self.unchanged - self.refused


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One row: the line of its file, its cells in the order of the columns, and why it was refused, if it was."""

    line: int
    cells: Sequence[Json]
    problems: tuple[Json, ...] = ()


_COLUMNS = tuple(_IMPORT.c[name] for name in Import.__slots__)


def put(connection: Connection, one: Import) -> None:
    """Keep a new import."""
    connection.execute(insert(_IMPORT), _stored(one))


def keep(connection: Connection, one: Import) -> None:
    """Write down how an import stands."""
    connection.execute(update(_IMPORT).where(_IMPORT.c.id == one.id), _stored(one))


def _stored(one: Import) -> dict[str, object]:
    problems = _text(list(one.problems)) if one.problems else None
    return {**asdict(one), "columns": _text(list(one.columns)), "plan": _text(dict(one.plan)), "problems": problems}


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def find(connection: Connection, id: str, *, alone: bool = False) -> Import | None:
    """Return an import, or None; with ``alone`` nobody else changes it until the transaction ends."""
    query = select(*_COLUMNS).where(_IMPORT.c.id == id)
    row = connection.execute(query.with_for_update() if alone else query).one_or_none()
    return None if row is None else _import(row)


def _import(row: Iterable[object]) -> Import:
    found = Import(*row)  # type: ignore[arg-type]  # the columns are its own, in their order
    columns, plan, problems = (getattr(found, name) for name in ("columns", "plan", "problems"))
    read = tuple(json.loads(str(problems))) if problems else ()
    return replace(found, columns=tuple(json.loads(columns)), plan=json.loads(plan), problems=read)


def of_form(connection: Connection, app: str, form: str, user: str, limit: int) -> tuple[Import, ...]:
    """Return the imports of a user into a form, the latest first."""
    whose = (_IMPORT.c.app == app, _IMPORT.c.form == form, _IMPORT.c.user_id == user)
    query = select(*_COLUMNS).where(*whose).order_by(_IMPORT.c.created_at.desc(), _IMPORT.c.id.desc()).limit(limit)
    return tuple(_import(row) for row in connection.execute(query))


def same_file(connection: Connection, one: Import) -> Import | None:
    """Return the latest other import of the same content into the same form that has begun, whoever's it is."""
    about = (_IMPORT.c.app == one.app, _IMPORT.c.form == one.form, _IMPORT.c.sha256 == one.sha256)
    begun = (_IMPORT.c.id != one.id, _IMPORT.c.started_at.is_not(None))
    query = select(*_COLUMNS).where(*about, *begun).order_by(_IMPORT.c.created_at.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _import(row)


def put_rows(connection: Connection, id: str, rows: Iterable[ImportedRow]) -> None:
    """Keep rows of an import."""
    listed = [
        {"import_id": id, "line": one.line, "content": _text(list(one.cells)), "problems": _problems(one)}
        for one in rows
    ]
    if listed:
        connection.execute(insert(_ROW), listed)


def _problems(one: ImportedRow) -> str | None:
    return _text(list(one.problems)) if one.problems else None


def waiting(connection: Connection, id: str, after: int, limit: int) -> tuple[ImportedRow, ...]:
    """Return the next rows behind a line that nobody has looked at."""
    its = (_ROW.c.import_id == id, _ROW.c.line > after, _ROW.c.problems.is_(None))
    query = select(_ROW.c.line, _ROW.c.content).where(*its).order_by(_ROW.c.line).limit(limit)
    return tuple(ImportedRow(line, json.loads(content)) for line, content in connection.execute(query))


def settle(connection: Connection, id: str, lines: Collection[int], refused: Iterable[ImportedRow]) -> None:
    """Let the rows of these lines go, but for those that are refused: they stay with their problems."""
    why = [{"row": one.line, "why": _problems(one)} for one in refused]
    kept = {one["row"] for one in why}
    its = _ROW.c.import_id == id
    gone = [line for line in lines if line not in kept]
    if gone:
        connection.execute(delete(_ROW).where(its, _ROW.c.line.in_(gone)))
    if why:
        change = update(_ROW).where(its, _ROW.c.line == bindparam("row")).values(problems=bindparam("why"))
        connection.execute(change, why)


def refused(connection: Connection, id: str, limit: int | None = None) -> Iterator[ImportedRow]:
    """Go through the refused rows of an import by their lines, without reading all of them at once."""
    its = (_ROW.c.import_id == id, _ROW.c.problems.is_not(None))
    query = select(_ROW.c.line, _ROW.c.content, _ROW.c.problems).where(*its).order_by(_ROW.c.line).limit(limit)
    with connection.execute(query, execution_options=STREAM) as found:
        for line, content, problems in found:
            yield ImportedRow(line, json.loads(content), tuple(json.loads(problems)))


def count_refused(connection: Connection, id: str) -> int:
    """Return how many rows of an import are refused by now."""
    query = select(func.count()).select_from(_ROW).where(_ROW.c.import_id == id, _ROW.c.problems.is_not(None))
    return int(connection.execute(query).scalar_one())


def drop(connection: Connection, id: str) -> None:
    """Forget an import with all of its rows."""
    connection.execute(delete(_ROW).where(_ROW.c.import_id == id))
    connection.execute(delete(_IMPORT).where(_IMPORT.c.id == id))


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Delete rows of imports that were last heard of before a real moment, and those without rows; return how many."""
    old = select(_IMPORT.c.id).where(_IMPORT.c.told_at < before).order_by(_IMPORT.c.told_at)
    ids = list(connection.execute(old.limit(1)).scalars())
    if not ids:
        return 0
    lines = select(_ROW.c.line).where(_ROW.c.import_id == ids[0]).order_by(_ROW.c.line).limit(limit)
    gone = connection.execute(delete(_ROW).where(_ROW.c.import_id == ids[0], _ROW.c.line.in_(lines))).rowcount
    if gone < limit:
        connection.execute(delete(_IMPORT).where(_IMPORT.c.id == ids[0]))
    return gone + 1
