"""Writing an archive: apps with all that belongs to them as one snapshot sees it; the same snapshot, the same bytes.

Nothing in it says when, where or by whom it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.catalog.naming import table_names
from engine.catalog.tables import TableSpec
from engine.kernel.canonical import Json, compact, pretty
from engine.kernel.problems import EngineError
from engine.packs.archives import form, people, problems
from engine.packs.archives.form import Manifest
from engine.packs.archives.people import Named
from engine.packs.archives.record_lines import said
from engine.packs.archives.zips import PIECE, SHOWN, ZipWriter, written
from engine.runtime.ahead import columns_of
from engine.runtime.catalogs import held_names
from engine.runtime.execution import Execution
from engine.runtime.needs import needs_of
from engine.runtime.problems import NO_APP
from engine.runtime.settings import whole_file
from engine.runtime.whole_tables import whole_tables
from engine.storage import app_rows, records, revisions, settings
from engine.storage.form_tables import FormTables, Tables, form_tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

SETTINGS = ("demo", "demo-anchor", "demo-past", "demo-slots", "needs", "seed", "version")
"""The kinds of settings that an app takes along: what it is, what it needs, what it has been given once and for all."""

Progress = Callable[[int, int], object]
"""Told how many of how many rows and contents have been written; the whole is counted once, beforehand."""


@dataclass(frozen=True)
class Written:
    """What an archive holds: its apps, each after those that it needs, and how much of everything."""

    apps: tuple[str, ...]
    records: int
    entries: int
    files: int
    people: int
    digest: str
    size: int


def write_archive(
    execution: Execution, keys: Sequence[str], path: Path, progress: Progress, *, with_needs: bool = True
) -> Written:
    """Write apps, and unless told otherwise the apps that they need, as an archive at ``path``, whole or not at all.

    EngineError (RUN-015) where there is no such app, (ARCH-…) where something could not be taken along; OSError where
    the file cannot be written.
    """
    with execution.database.read() as connection:
        installed = execution.catalogs.current(connection).catalog.apps
        unknown = [NO_APP.at(key, app=key, known=", ".join(installed)) for key in keys if key not in installed]
        if unknown:
            raise EngineError(unknown)
        types = execution.catalogs.types
        specs = {app: whole_tables(connection, app, types) for app in installed}
        ordered = _in_order(connection, keys, specs)
        apps = tuple(app for app in ordered if with_needs or app in keys)
        with whole_file(path) as file:
            with written(file) as archive:
                tables = {app: form_tables(specs[app], execution.catalogs.dialect) for app in apps}
                named = people.named_in(connection, apps)
                writing = _Writing(connection, execution, archive, named, progress, _count(connection, tables))
                for app in apps:
                    writing.app(app, tables[app])
                writing.files(apps)
                writing.people(apps)
                manifest = archive.finish(apps)
            size = file.tell()
    return _written(manifest, writing, size)


def _written(manifest: Manifest, writing: _Writing, size: int) -> Written:
    return Written(
        apps=manifest.apps,
        records=writing.count["records"],
        entries=writing.count["journal"],
        files=writing.count["file"],
        people=writing.count["people"],
        digest=manifest.digest,
        size=size,
    )


def _count(connection: Connection, tables: Mapping[str, Tables]) -> int:
    """Return how many rows and contents these apps have."""
    return len(app_rows.contents(connection, tuple(tables))) + sum(
        sum(records.count_all(connection, table) for table in own.values())
        + sum(app_rows.count(connection, kept, app) for kept in app_rows.KEPT)
        for app, own in tables.items()
    )


def _in_order(connection: Connection, keys: Sequence[str], specs: Mapping[str, Sequence[TableSpec]]) -> tuple[str, ...]:
    """Return apps and all that they need or refer to, each after those that it needs; how they were named is the same.

    Where apps refer to each other in a circle, the first of them by its key comes last.
    """
    owner = {name: app for app in specs for name in table_names(held_names(connection, app))}
    found: dict[str, None] = {}

    def visit(app: str, above: frozenset[str]) -> None:
        referred = {owner[one.references] for spec in specs[app] for one in spec.columns if one.references in owner}
        for other in sorted({*needs_of(connection, app), *referred} - {app} - above):
            if other in specs and other not in found:
                visit(other, above | {app})
        found[app] = None

    for key in sorted(set(keys)):
        if key not in found:
            visit(key, frozenset())
    return tuple(found)


@dataclass
class _Writing:
    """Writes the members of one archive, and counts what is in them."""

    connection: Connection
    execution: Execution
    archive: ZipWriter
    named: Named
    progress: Progress
    total: int
    done: int = 0
    count: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("records", "journal", "file", "people"), 0))

    def app(self, key: str, tables: Tables) -> None:
        """Write what belongs to one app."""
        history = sorted(revisions.history(self.connection, key), key=lambda one: one.number)
        kept = settings.of_app(self.connection, key)
        facts = {
            "format": form.FORMAT,
            "kind": "archived_app",
            "app": key,
            "revision": history[-1].number,
            "settings": {name: value for name, value in kept.items() if name.split(".")[0] in SETTINGS},
        }
        self._document(form.facts_name(key), facts)
        for one in history:
            revision = {
                "format": form.FORMAT,
                "kind": "archived_revision",
                "number": one.number,
                "digest": one.digest,
                "published_at": one.at,
                "published_by": one.user,
                "documents": revisions.documents(self.connection, key, one.number),
            }
            self._document(form.revision_name(key, one.number), revision)
        self._refuse_unknown(key, tables.values())
        for (_, name), table in sorted(tables.items()):
            self._lines(form.records_name(key, name), self._records(table), "records")
        for table_rows in app_rows.KEPT:
            name = form.rows_name(key, table_rows)
            self._lines(name, app_rows.read(self.connection, table_rows, key), table_rows.name)

    def files(self, apps: Sequence[str]) -> None:
        """Write the files that these apps' records hold, and the content of each once."""
        self._lines(form.FILES, app_rows.read_files(self.connection, apps), app_rows.FILES.name)
        for sha256 in app_rows.contents(self.connection, apps):
            self.archive.add(form.content_name(sha256), self._content(sha256), packed=False)
            self._passed(1)

    def people(self, apps: Sequence[str]) -> None:
        """Write who is named in all of this."""
        self._lines(form.USERS, people.lines(self.connection, self.named, apps), "people")

    def _refuse_unknown(self, key: str, tables: Iterable[FormTables]) -> None:
        empty = columns_of(self.connection, key)
        beyond = [name for table in tables for name in records.columns_beyond(self.connection, table)]
        beyond = [name for name in beyond if name not in empty]
        if beyond:
            raise EngineError([problems.UNKNOWN_COLUMN.at(name, column=name) for name in beyond[:SHOWN]])

    def _records(self, table: FormTables) -> Iterator[dict[str, Json]]:
        last = None
        while ids := records.ids_after(self.connection, table, last, records.CHUNK):
            found = records.fetch_many(self.connection, table, ids, deleted=True)
            yield from (said(found[id], table) for id in ids)
            last = ids[-1]

    def _content(self, sha256: str) -> Iterator[bytes]:
        try:
            source = self.execution.contents.open(sha256)
        except EngineError as error:
            raise EngineError(problems.NO_CONTENT.at(f"files/{sha256}", sha256=sha256[:12])) from error
        with source:
            while piece := source.read(PIECE):
                yield piece

    def _passed(self, number: int) -> None:
        self.done += number
        self.progress(min(self.done, self.total), self.total)

    def _document(self, name: str, document: Json) -> None:
        self.archive.add(name, self.named.see([pretty(document).encode()]))

    def _lines(self, name: str, rows: Iterable[Mapping[str, Json]], counted: str) -> None:
        self.archive.add(name, self.named.see(self._pieces(rows, counted)))

    def _pieces(self, rows: Iterable[Mapping[str, Json]], counted: str) -> Iterator[bytes]:
        """Go through lines, many of them in one piece."""
        gathered: list[str] = []
        for row in rows:
            gathered.append(compact(row))
            if len(gathered) == records.CHUNK:
                yield self._piece(gathered, counted)
                gathered = []
        yield self._piece(gathered, counted)

    def _piece(self, gathered: Sequence[str], counted: str) -> bytes:
        self.count[counted] = self.count.get(counted, 0) + len(gathered)
        self._passed(len(gathered))
        return "".join(f"{line}\n" for line in gathered).encode()
