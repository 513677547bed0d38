"""What a database says, put so that two runs of one story can be compared; knows what chance and the clock leave there.

Ids that the base of the story had stay as they are. Ids that came during the run get names by what stands around
them: the same structure gets the same names. Left out is only what real time and chance decide: leases, fences, salts,
digests and seals; whether all is sealed and everything verified is asked apart from this.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect, text

from engine.storage.database import Database

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
"""What of an envelope follows from its id, and of a sealed file from chance: whether all of it fits is verified."""

ROUNDS = 6
"""How far from an id one looks to name it: records, their journal, their messages, what those led to."""

LEFT_OUT = frozenset({"youju_lease", "youju_seal", "youju_seal_head"})
"""Who sealed when, and in which batches."""

_BY_CHANCE: Mapping[str, frozenset[str]] = {
    "youju_outbox": frozenset({"available_at", "fence"}),
    "youju_journal": frozenset({"entry", "digests", "batch", "position"}),
    "youju_idempotency": frozenset({"digest"}),
    "youju_hook_delivery": frozenset({"at"}),
    "youju_intake_refusal": frozenset({"at"}),
    "youju_call_receipt": frozenset({"at", "duration"}),
    "youju_connector": frozenset({"next_at"}),
}
_YES_OR_NO: Mapping[str, frozenset[str]] = {"youju_outbox": frozenset({"done_at", "dead_at"})}


@dataclass(frozen=True)
class Dump:
    """The rows of a database as sorted lines: with names for ids, and (``shallow``) with all of them alike."""

    rows: tuple[str, ...]
    shallow: tuple[str, ...]

    def difference(self, other: Dump) -> list[str]:
        """Return what this one lacks (``-``) and has too much (``+``); of the shallow form where that tells already."""
        return _difference(self.shallow, other.shallow) or _difference(self.rows, other.rows)


def _difference(one: Collection[str], other: Collection[str]) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for row in one:
        counts[row] += 1
    for row in other:
        counts[row] -= 1
    return [line for row, n in sorted(counts.items()) for line in [f"{'+' if n > 0 else '-'} {row}"] * abs(n)]


def ids_in(database: Database) -> frozenset[str]:
    """Return every id that stands anywhere in the database."""
    with database.read() as connection:
        return frozenset(id for _, row in _rows(connection) for id in ID.findall(row))


def dump(database: Database, known: Collection[str]) -> Dump:
    """Return what the database says; ``known`` are the ids that stay as they are."""
    with database.read() as connection:
        rows = list(_rows(connection))
    new = {id for _, row in rows for id in ID.findall(row)}.difference(known)
    names = _names(rows, new)

    def shown(naming: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(sorted(f"{table} {_renamed(row, naming)}" for table, row in rows))

    return Dump(shown(names), shown(dict.fromkeys(new, "‹id›")))


def _renamed(row: str, names: Mapping[str, str]) -> str:
    return ID.sub(lambda found: names.get(found[0], found[0]), row)


def _rows(connection: Connection) -> Iterator[tuple[str, str]]:
    for table in sorted(inspect(connection).get_table_names()):
        if table in LEFT_OUT:
            continue
        found = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()  # noqa: S608 - a table of the database
        rows = [_row(table, row) for row in found]
        for row in _in_order(rows) if table == "youju_journal" else rows:
            yield table, json.dumps(row, ensure_ascii=False, sort_keys=True, default=str)


def _row(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    by_chance, yes_or_no = _BY_CHANCE.get(table, frozenset()), _YES_OR_NO.get(table, frozenset())
    kept = {
        key: value is not None if key in yes_or_no else _read(value)
        for key, value in row.items()
        if key not in by_chance
    }
    if table.startswith("youju_envelope") or kept.get("subject") == "envelope":
        return json.loads(DIGEST.sub("‹digest›", json.dumps(_plain(table, kept), default=str)))
    if table == "youju_file" and kept["user_id"] == "system":
        return {**kept, "sha256": "‹digest›", "size": "‹size›"}
    return _plain(table, kept)


def _plain(table: str, kept: dict[str, Any]) -> dict[str, Any]:
    """Return a row; of an entry of the journal without the salts."""
    if table == "youju_journal":
        kept["payload"] = {key: value for key, (_salt, value) in kept["payload"].items()}
    return kept


def _read(value: Any) -> Any:
    """Return a value; texts that hold JSON are read, so that their keys have one order."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _in_order(rows: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Return entries of the journal, each with its place in the history of what it is about."""
    about: dict[tuple[str, ...], int] = defaultdict(int)
    for row in sorted(rows, key=lambda row: (row["version"] or 0, row["id"])):
        subject = tuple(row[key] for key in ("app", "subject", "record"))
        about[subject] += 1
        yield {**row, "place": about[subject]}


def _names(rows: list[tuple[str, str]], new: Collection[str]) -> dict[str, str]:
    """Name ids by what stands around them, a step further each round, until no more of them are told apart."""
    names = dict.fromkeys(new, "")
    kinds = 1
    for _ in range(ROUNDS):
        surroundings: dict[str, list[str]] = defaultdict(list)
        for table, row in rows:
            inside = set(ID.findall(row)) & names.keys()
            for id in inside:
                seen = _renamed(row, {other: "‹here›" if other == id else names[other] for other in inside})
                surroundings[id].append(f"{table} {seen}")
        names = {id: f"‹{_digest(sorted(surroundings[id]))}›" for id in names}
        if len(set(names.values())) == kinds:
            break
        kinds = len(set(names.values()))
    return names


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:10]
