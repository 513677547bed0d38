"""Taking an archive in: verified whole, then all of it in one transaction, or nothing.

What comes was decided elsewhere, so nothing is decided again: no rule runs, nobody is told. In the end every record is
held to the journal that came with it. The journal's entries are sealed here like any others; which archive they came
from stands in an entry of this instance.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import SEEK_END
from typing import IO, TYPE_CHECKING, TypeVar, cast

from sqlalchemy.exc import DataError

from engine.decision.changeset import Actor, Note
from engine.kernel.canonical import Json, compact
from engine.kernel.identifiers import is_uuid, uuid7
from engine.kernel.problems import EngineError
from engine.packs.archives import form, people, problems
from engine.packs.archives.histories import Arriving, arriving, refuse_unmet
from engine.packs.archives.people import Arrival
from engine.packs.archives.record_lines import MisfitError, row_of
from engine.packs.archives.zips import SHOWN, ZipReader, opened
from engine.runtime.execution import Execution
from engine.runtime.founding import Founded, begin, found, hold_back
from engine.runtime.turning import turns_of
from engine.storage import app_rows, files, journal, records, settings
from engine.storage.app_rows import Kept
from engine.storage.audit_entries import check_entries
from engine.storage.audit_findings import Findings
from engine.storage.contents.kinds import LARGEST, clean_name, kind_of
from engine.storage.contents.store import HEAD
from engine.storage.directory import ENGINE_APP
from engine.storage.form_tables import FormTables
from engine.storage.integrity import refusals_explained
from engine.storage.journal import Authorship
from engine.storage.journal_format import entry_digest, value_digest
from engine.storage.revisions import Published
from engine.storage.signals import EVERYTHING, announce
from engine.storage.write_guard import writing

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

SUBJECT = "archive"
"""What the journal calls it that an app came in: an entry of the instance's own, not of the app."""

BATCH = records.CHUNK
Progress = Callable[[int, int], object]
"""Told how many of how many bytes have been read; everything is read twice."""

T = TypeVar("T")


@dataclass(frozen=True)
class Taken:
    """What came in: apps with their revisions, and how much of everything; ``people`` are those who were made.

    ``here`` holds, for those who were here under another id, that id by the one in the archive.
    """

    apps: Mapping[str, int]
    records: int
    entries: int
    files: int
    people: tuple[str, ...]
    here: Mapping[str, str]
    digest: str


def take_in(execution: Execution, path: Path, progress: Progress) -> Taken:
    """Take in an archive; EngineError with what is wrong with it, or keeps it from coming in; nothing is here then."""
    read, total = 0, 0

    def passed(size: int) -> None:
        nonlocal read
        read += size
        progress(min(read, total), total)

    with opened(path, passed) as reader:
        total = 2 * sum(member.size for member in reader.manifest.members)
        reader.verify()
        apps = arriving(reader)
        placed = _place(execution, reader)
        with execution.database.write() as connection:
            hold_back(connection, [one.app for one in apps])
            taking = _Taking(connection, execution, reader)
            founded = taking.found(apps)
            taking.all(apps, founded, placed)
            taken = taking.end(apps, founded)
            _refuse_swept(execution, placed)
    execution.catalogs.learn(founded.catalog)
    return taken


def _place(execution: Execution, reader: ZipReader) -> frozenset[str]:
    """Put the contents of files in their places; those that nothing will tell of are swept like any others."""
    placed = set()
    for name in reader.manifest.names():
        if name.startswith("files/"):
            with reader.open(name) as content, execution.contents.received(cast("IO[bytes]", content), LARGEST) as one:
                if form.content_name(one.sha256) != name:
                    place = f"{reader.where}/{name}"
                    wanted = name.removeprefix("files/")[:12]
                    raise EngineError(problems.OTHER_CONTENT.at(place, name=name, wanted=wanted, got=one.sha256[:12]))
                execution.contents.place(one)
                placed.add(one.sha256)
    return frozenset(placed)


def _refuse_swept(execution: Execution, placed: Iterable[str]) -> None:
    """Raise where a content is gone again: one that had waited here for long, for a record that never came."""
    for sha256 in placed:
        execution.contents.open(sha256).close()


@dataclass
class _Taking:
    """Writes what an archive holds, in the caller's transaction; ``ids`` are those that others take the place of."""

    connection: Connection
    execution: Execution
    reader: ZipReader
    ids: dict[bytes, bytes] = field(default_factory=dict)
    arrival: Arrival = field(default_factory=lambda: Arrival((), {}))
    count: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("records", "journal", "file"), 0))

    def __post_init__(self) -> None:
        """Know who does this: nobody of the instance, by one command."""
        moment, random = self.execution.clocks.business(), self.execution.randomness
        self.by = Authorship(Actor(None), uuid7(moment, random(10)), moment, random)

    def found(self, apps: Sequence[Arriving]) -> Founded:
        """Make the people, then the apps with their tables."""
        refuse_unmet(self.connection, tuple(apps), self.reader.where)
        keys = [one.app for one in apps]
        listed = []
        for number, said in self.reader.lines(form.USERS):
            key = people.misfit(said, keys)
            if key is not None:
                raise EngineError(problems.BAD_VALUE.at(self._place_of(form.USERS, number), key=key))
            listed.append(said)
        with self._kept_whole(form.USERS, 1, len(listed)):
            self.arrival = people.take_in(self.connection, self.by, listed)
        self.ids.update(people.in_place(self.arrival.here))
        histories = [
            replace(one.history, published=[(self._published(said), docs) for said, docs in one.history.published])
            for one in apps
        ]
        return found(self.connection, self.execution, histories)

    def _published(self, one: Published) -> Published:
        return one if one.user is None else replace(one, user=self.arrival.here.get(one.user, one.user))

    def all(self, apps: Sequence[Arriving], founded: Founded, placed: frozenset[str]) -> None:
        """Write everything that belongs to the apps."""
        self._files(placed)
        for one in apps:
            own = {name: table for (app, name), table in founded.tables.items() if app == one.app}
            self._refuse_other_forms(one.app, own)
            for name, table in sorted(own.items()):
                self._records(form.records_name(one.app, name), table)
            for kept in app_rows.KEPT:
                self._rows(kept, one.app)
            for key, value in one.settings.items():
                settings.write(self.connection, key, value)
        begin(self.connection, self.execution, founded, [one.app for one in apps])

    def end(self, apps: Sequence[Arriving], founded: Founded) -> Taken:
        """Hold the records to the journal that came with them, and note where they came from."""
        keys, manifest = [one.app for one in apps], self.reader.manifest
        findings = Findings(SHOWN)
        turns = turns_of(self.connection, founded.catalog, self.execution.catalogs.types)
        check_entries(self.connection, founded.judged, findings, keys, turns)
        if findings.found:
            first = findings.kept[0].message
            problem = problems.NOT_IN_JOURNAL.at(
                self.reader.where, found=findings.found, first_zh=first.zh, first_en=first.en
            )
            raise EngineError([problem, *(one.under(self.reader.where) for one in findings.kept)])
        said = {"digest": manifest.digest, "apps": keys, "people": dict(self.arrival.here)}
        notes = [
            Note(ENGINE_APP, SUBJECT, key, "import", said | {"revision": founded.catalog.apps[key].revision})
            for key in keys
        ]
        journal.note(self.connection, self.by, notes)
        announce(self.connection, {EVERYTHING})
        return Taken(
            apps={key: founded.catalog.apps[key].revision for key in keys},
            records=self.count["records"],
            entries=self.count["journal"],
            files=self.count["file"],
            people=self.arrival.made,
            here=self.arrival.here,
            digest=manifest.digest,
        )

    def _files(self, placed: frozenset[str]) -> None:
        """Write what is known of files; what the same user has sent with the same bytes here is that file."""
        blank = app_rows.blank_allowed(self.connection, app_rows.FILES)
        for numbered in _batches(self._fitting(app_rows.FILES, form.FILES, blank)):
            with self._kept_whole(form.FILES, numbered[0][0], numbered[-1][0]):
                new = list(self._new_files(numbered, placed))
            self._put(app_rows.FILES, ENGINE_APP, form.FILES, new)
            self.count["file"] += len(numbered)

    def _new_files(
        self, numbered: Sequence[tuple[int, dict[str, Json]]], placed: frozenset[str]
    ) -> Iterator[tuple[int, dict[str, Json]]]:
        """Go through the files that are not here yet; EngineError with the first that is not what its content is."""
        known = files.find_many(self.connection, (said["id"] for _, said in numbered))
        for number, said in numbered:
            if said["sha256"] not in placed:
                name = form.content_name(said["sha256"])
                raise EngineError(problems.MISSING_MEMBER.at(self._place_of(form.FILES, number), name=name))
            here = known.get(said["id"]) or files.find_same(self.connection, said["user_id"], said["sha256"])
            other = here is not None and here.sha256 != said["sha256"]
            wrong = "id" if other or not is_uuid(said["id"]) else _misdescribed(self.execution, said)
            if wrong is not None:
                raise EngineError(problems.BAD_VALUE.at(self._place_of(form.FILES, number), key=wrong))
            if here is None:
                yield number, said
            elif here.id != said["id"]:
                self.ids[said["id"].encode()] = here.id.encode()

    def _refuse_other_forms(self, app: str, own: Mapping[str, FormTables]) -> None:
        there = form.forms_in(app, tuple(self.reader.manifest.names()))
        wrong = [
            problems.FOREIGN_MEMBER.at(self.reader.where, name=form.records_name(app, name))
            for name in sorted(set(there) - own.keys())
        ]
        wrong += [
            problems.MISSING_MEMBER.at(self.reader.where, name=form.records_name(app, name))
            for name in sorted(own.keys() - set(there))
        ]
        if wrong:
            raise EngineError(wrong)

    def _records(self, name: str, table: FormTables) -> None:
        for numbered in _batches(self.reader.lines(name, self._changed)):
            rows = []
            for number, said in numbered:
                try:
                    rows.append(row_of(said, table))
                except MisfitError as error:
                    raise EngineError(
                        problems.BAD_VALUE.at(self._place_of(name, number), key=str(error)[:60])
                    ) from error
            first, last = numbered[0][0], numbered[-1][0]
            with self._kept_whole(name, first, last), writing(self.connection), refusals_explained(table):
                records.insert_rows(self.connection, table, rows)
            self.count["records"] += len(rows)

    def _rows(self, kept: Kept, app: str) -> None:
        name, blank = form.rows_name(app, kept), app_rows.blank_allowed(self.connection, kept)
        fitting = self._fitting(kept, name, blank)
        lines = self._entries(app, name, fitting) if kept is app_rows.JOURNAL else fitting
        for numbered in _batches(lines):
            if kept is app_rows.MESSAGES:
                self._refuse_other_messages(app, name, numbered)
            self._put(kept, app, name, numbered)
            self.count[kept.name] = self.count.get(kept.name, 0) + len(numbered)

    def _refuse_other_messages(self, app: str, name: str, numbered: Iterable[tuple[int, Mapping[str, Json]]]) -> None:
        for number, said in numbered:
            if not isinstance(said["payload"], dict) or said["payload"].get("app") != app:
                raise EngineError(problems.BAD_VALUE.at(self._place_of(name, number), key="payload"))

    def _fitting(self, kept: Kept, name: str, blank: frozenset[str]) -> Iterator[tuple[int, dict[str, Json]]]:
        """Go through the rows of a member; EngineError with the first that its table has no place for."""
        change = None if kept is app_rows.JOURNAL else self._changed
        for number, said in self.reader.lines(name, change):
            key = app_rows.misfit(kept, said, blank)
            if key is not None:
                raise EngineError(problems.BAD_VALUE.at(self._place_of(name, number), key=key[:60]))
            yield number, said

    def _entries(
        self, app: str, name: str, lines: Iterable[tuple[int, dict[str, Json]]]
    ) -> Iterator[tuple[int, dict[str, Json]]]:
        """Go through entries of the journal; one in which another id takes the place of one gets its digests anew.

        Whether all of them are what their digests say is looked at in the end; of one that changes here, before.
        """
        for number, said in lines:
            raw = compact(said).encode()
            changed = self._changed(raw)
            if changed == raw:
                yield number, said
                continue
            if not _is_intact(app, said):
                raise EngineError(problems.ENTRY_CHANGED.at(self._place_of(name, number), id=said["id"][:60]))
            yield number, _digested(app, json.loads(changed))

    def _put(self, kept: Kept, app: str, name: str, numbered: Sequence[tuple[int, Mapping[str, Json]]]) -> None:
        if not app_rows.put(self.connection, kept, app, [said for _, said in numbered]):
            first, last = numbered[0][0], numbered[-1][0]
            raise EngineError(problems.NOT_KEPT.at(f"{self.reader.where}/{name}", first=first, last=last))

    @contextmanager
    def _kept_whole(self, name: str, first: int, last: int) -> Iterator[None]:
        """Raise EngineError where this kind of database cannot keep what stands in these lines."""
        try:
            yield
        except DataError as error:
            place = f"{self.reader.where}/{name}"
            raise EngineError(problems.NOT_KEPT.at(place, first=first, last=last)) from error

    def _changed(self, line: bytes) -> bytes:
        """Return a line with the ids of here."""
        return people.ID.sub(lambda id: self.ids.get(id[0], id[0]), line) if self.ids else line

    def _place_of(self, name: str, number: int) -> str:
        return f"{self.reader.where}/{name}:{number}"


def _misdescribed(execution: Execution, said: Mapping[str, Json]) -> str | None:
    """Return the key under which a file is said to be what its content is not, or None: readers get that type."""
    with execution.contents.open(said["sha256"]) as content:
        head = content.read(HEAD)
        size = content.seek(0, SEEK_END)
    try:
        kind = kind_of(head, size, said["name"])
    except EngineError:
        return "type"
    name = clean_name(said["name"], kind.type)
    found = {"name": name, "size": size, "type": kind.type, "width": kind.width, "height": kind.height}
    return next((key for key, value in found.items() if said.get(key) != value), None)


def _is_intact(app: str, said: Mapping[str, Json]) -> bool:
    """Tell whether an entry and the values in it are what their digests say."""
    try:
        values = (said["digests"][key] == value_digest(*pair) for key, pair in said["payload"].items())
        return all(values) and said["entry"] == entry_digest(_row(app, said))
    except (LookupError, TypeError, ValueError, AttributeError):
        return False


def _digested(app: str, said: dict[str, Json]) -> dict[str, Json]:
    """Return an entry with the digests of what it says now; what was erased keeps its own."""
    said["digests"] |= {key: value_digest(*pair) for key, pair in said["payload"].items()}
    return said | {"entry": entry_digest(_row(app, said))}


def _row(app: str, said: Mapping[str, Json]) -> dict[str, Json]:
    blank = dict.fromkeys(app_rows.JOURNAL.columns)
    return blank | dict(said) | {"app": app, "digests": compact(said["digests"])}


def _batches(lines: Iterable[T]) -> Iterator[list[T]]:
    """Go through what comes, some of it at a time."""
    gathered: list[T] = []
    for line in lines:
        gathered.append(line)
        if len(gathered) == BATCH:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
