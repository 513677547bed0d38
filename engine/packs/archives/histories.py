"""What an archive says of its apps: their revisions, held to their digests, and what they need; it writes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.documents import Documents, document_problems
from engine.catalog.versions import fits
from engine.kernel.canonical import Json, compact, digest
from engine.kernel.problems import EngineError, Problem
from engine.kernel.strict_json import read_json
from engine.packs.archives import form, problems
from engine.packs.archives.writing import SETTINGS
from engine.packs.archives.zips import SHOWN, ZipReader
from engine.runtime.founding import History
from engine.runtime.needs import NEEDS
from engine.runtime.publishing import VERSIONS, version_of
from engine.storage import app_rows, revisions
from engine.storage.revisions import Published

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Arriving:
    """One app as an archive says it: its revisions, and the settings that it takes along."""

    history: History
    settings: Mapping[str, str]

    @property
    def app(self) -> str:
        """Its key."""
        return self.history.app

    @property
    def needs(self) -> Mapping[str, str]:
        """The apps that it needs, each with a range of versions."""
        written = self.settings.get(NEEDS + self.app)
        return {} if written is None else json.loads(written)

    @property
    def version(self) -> str | None:
        """The version of the pack that its documents came with, if known."""
        return self.settings.get(VERSIONS + self.app) or None


def arriving(reader: ZipReader) -> tuple[Arriving, ...]:
    """Return the apps of an archive; EngineError with every member that is missing or says what does not fit."""
    names = reader.manifest.names()
    numbers: dict[str, int] = {}
    settings: dict[str, Mapping[str, str]] = {}
    for app in reader.manifest.apps:
        facts = _document(reader, form.facts_name(app), "archived_app")
        numbers[app], settings[app] = facts["revision"], facts["settings"]
        wrong = "app" if facts["app"] != app else _wrong_setting(app, facts["settings"])
        if wrong is not None:
            raise EngineError(problems.BAD_VALUE.at(f"{reader.where}/{form.facts_name(app)}", key=wrong[:60]))
    found = list(_members(reader, names, numbers))
    if found:
        raise EngineError(found[:SHOWN])
    return tuple(Arriving(_history(reader, app, numbers[app]), settings[app]) for app in reader.manifest.apps)


def _wrong_setting(app: str, settings: Mapping[str, str]) -> str | None:
    """Return the key of a setting that no app takes along, or that does not say what such a setting says."""
    known = re.compile(rf"(?:{'|'.join(SETTINGS)})\.{re.escape(app)}(?:\.[0-9]{{1,9}})?", re.ASCII)
    for key, value in settings.items():
        if known.fullmatch(key) is None or not _READABLE.get(key.split(".")[0], _is_any)(value):
            return key
    return None


_VERSION = re.compile(r"(?:[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9})?", re.ASCII)
_RANGE = re.compile(r"(?:(?:<|<=|=|>=|>)[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}(?: |\Z))*", re.ASCII)


def _is_any(_value: str) -> bool:
    return True


def _is_version(value: str) -> bool:
    return _VERSION.fullmatch(value) is not None


def _are_needs(value: str) -> bool:
    said = read_json(value.encode())
    return isinstance(said, dict) and all(isinstance(one, str) and _RANGE.fullmatch(one) for one in said.values())


def _are_seeds(value: str) -> bool:
    """Tell whether these are names of seeds, each with the form and the id of what was made of it."""
    said = read_json(value.encode())
    return isinstance(said, dict) and all(
        isinstance(one, list) and len(one) == len(("form", "id")) and all(isinstance(part, str) for part in one)
        for one in said.values()
    )


_READABLE = {"version": _is_version, "needs": _are_needs, "seed": _are_seeds}


def _document(reader: ZipReader, name: str, kind: str) -> Json:
    if name not in reader.manifest.names():
        raise EngineError(problems.MISSING_MEMBER.at(reader.where, name=name))
    document = reader.document(name)
    found = document_problems(kind, f"{reader.where}/{name}", document)
    if found:
        raise EngineError(found[:SHOWN])
    return document


def _members(reader: ZipReader, names: Mapping[str, object], numbers: Mapping[str, int]) -> Iterator[Problem]:
    """Go through what should be there and is not, or is there of apps and revisions that the archive does not have."""
    wanted = {form.USERS, form.FILES}
    for app, number in numbers.items():
        wanted |= {form.facts_name(app), *(form.rows_name(app, kept) for kept in app_rows.KEPT)}
        if number > len(names):
            yield problems.MISSING_MEMBER.at(reader.where, name=form.revision_name(app, number))
        else:
            wanted |= {form.revision_name(app, one) for one in range(1, number + 1)}
    for name in sorted(wanted - names.keys()):
        yield problems.MISSING_MEMBER.at(reader.where, name=name)
    records = tuple(form.records_name(app, "").removesuffix(".ndjson") for app in numbers)
    for name in sorted(names.keys() - wanted):
        if not name.startswith(("files/", *records)):
            yield problems.FOREIGN_MEMBER.at(f"{reader.where}/{name}", name=name)


def _history(reader: ZipReader, app: str, last: int) -> History:
    found: list[tuple[Published, Documents]] = []
    for number in range(1, last + 1):
        name = form.revision_name(app, number)
        said = _document(reader, name, "archived_revision")
        if said["number"] != number or digest(said["documents"]) != said["digest"] or _key(said) != app:
            raise EngineError(problems.BAD_HISTORY.at(f"{reader.where}/{name}", app=app, number=number))
        one = Published(number, said["digest"], said["published_at"], said["published_by"])
        # Revisions differ in little: what is the same is held once, so that many of them are not many times as much.
        before = found[-1][1] if found else {}
        same = {path: before[path] for path in said["documents"] if _is_same(before.get(path), said["documents"][path])}
        found.append((one, said["documents"] | same))
    return History(app, found)


def _is_same(one: Json, other: Json) -> bool:
    """Tell whether two documents are the same to the byte: for Python ``true`` and ``1`` are equal."""
    return bool(one == other) and compact(one) == compact(other)


def _key(said: Json) -> Json:
    return said["documents"].get("app.json", {}).get("key")


def refuse_unmet(connection: Connection, apps: tuple[Arriving, ...], where: str) -> None:
    """Raise with every need that neither the archive nor what is installed here meets."""
    there = {app: version_of(connection, app) for app in revisions.current(connection)}
    there |= {one.app: one.version for one in apps}
    unmet = [
        problems.UNMET_NEED.at(f"{where}/{form.facts_name(one.app)}", app=one.app, key=key, wanted=wanted, got=got)
        for one in apps
        for key, wanted in one.needs.items()
        for got in (there.get(key) or "-",)
        if key not in there or not fits(there[key], wanted)
    ]
    if unmet:
        raise EngineError(unmet)
