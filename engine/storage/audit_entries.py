"""Verifies every entry, value and erasure of the journal and folds each record's history; looks at no seals."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select

from engine.kernel.canonical import Json, compact
from engine.storage import problems, system_tables
from engine.storage.audit_chain import STREAM
from engine.storage.audit_findings import Findings
from engine.storage.audit_records import History, RecordCheck
from engine.storage.audit_turns import Turns
from engine.storage.form_tables import Tables
from engine.storage.journal_format import entry_digest, value_digest
from engine.storage.journal_triggers import ERASURE

_JOURNAL = system_tables.journal


def check_entries(
    connection: Connection,
    tables: Tables,
    findings: Findings,
    apps: Collection[str] | None = None,
    turns: Turns = MappingProxyType({}),
) -> None:
    """Verify all entries, or those of ``apps``, in the order of what they are about, and the records of ``tables``.

    ``turns`` are the changes of type that these have gone through.
    """
    order = (_JOURNAL.c.app, _JOURNAL.c.subject, _JOURNAL.c.record, _JOURNAL.c.version, _JOURNAL.c.id)
    check = RecordCheck(connection, tables, findings, turns)
    query = select(_JOURNAL).order_by(*order)
    query = query if apps is None else query.where(_JOURNAL.c.app.in_(apps))
    with connection.execute(query, execution_options=STREAM) as rows:
        for (app, subject, record), group in groupby(rows, key=lambda row: (row.app, row.subject, row.record)):
            history = _history(group, findings, turns.get((str(app), str(subject)), {}).keys())
            if history.version is not None:
                check.compare(str(app), str(subject), str(record), history)
    check.finish()


@dataclass
class _Gathering:
    """What is known of one subject while its entries pass by."""

    values: dict[str, Json] = field(default_factory=dict)
    written: dict[str, list[tuple[int, Json]]] = field(default_factory=dict)
    version: int | None = None
    action: str = ""
    missing: list[tuple[str, str, int | None]] = field(default_factory=list)
    erased: list[tuple[str, str, int | None]] = field(default_factory=list)


def _history(rows: Iterable[Any], findings: Findings, turned: Collection[str]) -> History:
    """Verify the entries of one subject and return what they say of it in the end; of ``turned`` fields all along."""
    known = _Gathering({}, {key: [] for key in turned})
    for row in rows:
        findings.saw("entries")
        place = f"journal.{row.id}"
        if not _is_intact(row):
            findings.add(problems.ENTRY_CHANGED.at(place))
        if isinstance(row.version, int):
            if row.version != (known.version or 0) + 1:
                findings.add(problems.VERSION_GAP.at(place, version=(known.version or 0) + 1))
            known.version, known.action = row.version, row.action
        _check_values(row, known, findings)
    _check_missing(known, findings)
    return History(known.values, known.version, known.action, known.written)


def _is_intact(row: Any) -> bool:  # noqa: ANN401 - a row of the table
    try:
        return bool(row.entry == entry_digest(row._mapping))
    except (TypeError, ValueError):  # a value that no entry can have, such as bytes
        return False


def _check_values(row: Any, known: _Gathering, findings: Findings) -> None:  # noqa: ANN401
    place = f"journal.{row.id}"
    digests, payload = _object(row.digests), _object(row.payload)
    if digests is None or payload is None or not all(map(_is_salted, payload.values())):
        findings.add(problems.PAYLOAD_UNREADABLE.at(place))
        return
    for key in sorted(payload.keys() - digests.keys()):
        findings.add(problems.VALUE_CHANGED.at(place, field=key))
    for key, digest in digests.items():
        findings.saw("values")
        if key not in payload:
            known.missing.append((row.id, key, row.version))
        else:
            salt, value = payload[key]
            known.values[key] = value
            if key in known.written:
                known.written[key].append((row.revision or 0, value))
            if value_digest(salt, value) != digest:
                findings.add(problems.VALUE_CHANGED.at(place, field=key))
    if row.action == ERASURE:
        known.erased += [(row.id, key, row.version) for key in digests]


def _object(stored: object) -> Mapping[str, Any] | None:
    """Return the JSON object of a text that is canonical to the byte, or None."""
    try:
        found = json.loads(str(stored))
        return found if isinstance(found, dict) and compact(found) == stored else None
    except (ValueError, RecursionError):
        return None


def _is_salted(pair: object) -> bool:
    match pair:
        case [str(salt), _]:
            return len(salt) == _SALT_TEXT and all(char in "0123456789abcdef" for char in salt)
        case _:
            return False


_SALT_TEXT = 32


def _check_missing(known: _Gathering, findings: Findings) -> None:
    """Allow a value to be missing only where a later entry about the same subject says that it was erased."""
    for entry, key, version in known.missing:
        if any(_names(erasure, entry, key, version) for erasure in known.erased):
            findings.saw("erased")
        else:
            findings.add(problems.VALUE_MISSING.at(f"journal.{entry}", field=key))


def _names(erasure: tuple[str, str, int | None], entry: str, key: str, version: int | None) -> bool:
    by, erased, at = erasure
    return erased == key and by != entry and (version is None or at is None or version < at)
