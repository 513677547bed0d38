"""Cursors: where a list was left, as opaque text; whatever comes back is checked before it is believed."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

from engine.catalog.tables import ColumnSpec
from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.problems import EngineError
from engine.kernel.values import StorageKind, Value
from engine.storage import problems

_LONGEST = 100_000
_PARTS = 4
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_BOUNDS = {StorageKind.DATE: (FIRST_DAY, LAST_DAY), StorageKind.DATETIME: (FIRST_MOMENT, LAST_MOMENT)}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its value in the field that the list is sorted by, and its id."""

    sort: str
    descending: bool
    value: Value
    id: str


def write_cursor(cursor: Cursor) -> str:
    """Return the cursor as text that is safe in an address."""
    content = compact([cursor.sort, cursor.descending, cursor.value, cursor.id])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def read_cursor(text: str, sort: str, descending: bool, column: ColumnSpec) -> Cursor:
    """Return the cursor of a text; raises ``EngineError`` (STORE-040) for any other text or another list's cursor."""
    try:
        padded = f"{text}{'=' * (-len(text) % 4)}".encode()
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise EngineError(problems.BAD_CURSOR.at("after")) from error
    if len(text) <= _LONGEST and isinstance(parts, list) and len(parts) == _PARTS:
        of_sort, of_direction, value, last = parts
        same_list = of_sort == sort and of_direction is descending
        if same_list and _is_text(last) and _fits(value, column):
            return Cursor(sort, descending, value, last)
    raise EngineError(problems.BAD_CURSOR.at("after"))


def _fits(value: Json, column: ColumnSpec) -> bool:
    """Tell whether the value is one that the column could hold."""
    if value is None:
        return column.key != "id"
    if column.kind is StorageKind.TEXT:
        return _is_text(value)
    if column.kind is StorageKind.BOOLEAN:
        return isinstance(value, bool)
    least, most = _BOUNDS.get(column.kind, (1 - 10**column.digits, 10**column.digits - 1))
    return type(value) is int and least <= value <= most


def _is_text(value: Json) -> bool:
    """Tell whether the value is text that every database takes."""
    return isinstance(value, str) and not _UNSTORABLE.search(value)
