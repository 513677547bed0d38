"""Records as plain data: what every change of theirs must come to, told by dictionaries and nothing else.

A record keeps each of its versions. Two who change it meet field by field; what both change to something else is a
conflict, and then nothing at all happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]
"""Values by key; under ``copies`` the lines: shelf by barcode, in their order."""

LINES = "copies"


class ConflictError(Exception):
    """Two meant different things."""


class AbsentError(Exception):
    """There is no such record here."""


@dataclass
class ModelRecord:
    """One record with all its versions, the first at index 0; ``deleted`` while it lies in the bin."""

    versions: list[Fields]
    deleted: bool = False

    @property
    def now(self) -> Fields:
        return self.versions[-1]

    @property
    def version(self) -> int:
        return len(self.versions)


@dataclass
class Model:
    """All records by id."""

    records: dict[str, ModelRecord] = field(default_factory=dict)

    def create(self, id: str, fields: Fields) -> None:
        self.records[id] = ModelRecord([deepcopy(fields)])

    def change(self, id: str, seen: int, wanted: Mapping[str, Any]) -> None:
        """Change what is wanted by somebody who saw a version; lines that are not named are removed."""
        record = self._here(id)
        merged = meet(record.versions[seen - 1], record.now, wanted)
        if merged != record.now:
            record.versions.append(merged)

    def delete(self, id: str, seen: int) -> None:
        record = self._here(id)
        if seen != record.version:
            raise ConflictError
        record.deleted = True
        record.versions.append(deepcopy(record.now))

    def restore(self, id: str, seen: int) -> None:
        record = self.records.get(id)
        if record is None or not record.deleted:
            raise AbsentError
        if seen != record.version:
            raise ConflictError
        record.deleted = False
        record.versions.append(deepcopy(record.now))

    def destroy(self, id: str) -> None:
        if id not in self.records or not self.records[id].deleted:
            raise AbsentError
        del self.records[id]

    def here(self) -> dict[str, ModelRecord]:
        return {id: record for id, record in self.records.items() if not record.deleted}

    def binned(self) -> dict[str, ModelRecord]:
        return {id: record for id, record in self.records.items() if record.deleted}

    def _here(self, id: str) -> ModelRecord:
        if id not in self.here():
            raise AbsentError
        return self.records[id]


def meet(seen: Fields, now: Fields, wanted: Mapping[str, Any]) -> Fields:
    """Return what a change comes to that was meant for ``seen`` and meets ``now``."""
    merged = deepcopy(now)
    for key, value in wanted.items():
        if key == LINES:
            merged[LINES] = _lines(seen[LINES], now[LINES], value)
        elif value in (seen[key], now[key]):
            continue
        elif now[key] != seen[key]:
            raise ConflictError
        else:
            merged[key] = value
    return merged


def _lines(seen: Fields, now: Fields, wanted: Fields) -> Fields:
    merged = {}
    for barcode, shelf in now.items():
        if barcode not in seen:
            merged[barcode] = wanted.get(barcode, shelf)
        elif barcode not in wanted:
            if shelf != seen[barcode]:
                raise ConflictError
        elif wanted[barcode] not in (seen[barcode], shelf) and shelf != seen[barcode]:
            raise ConflictError
        else:
            merged[barcode] = shelf if wanted[barcode] == seen[barcode] else wanted[barcode]
    for barcode, shelf in wanted.items():
        if barcode in seen and barcode not in now and shelf != seen[barcode]:
            raise ConflictError
        if barcode not in seen and barcode not in now:
            merged[barcode] = shelf
    return merged
