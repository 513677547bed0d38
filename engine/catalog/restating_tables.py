"""Decision tables with every cell by keys: inputs and options may be called otherwise without touching a table."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping

from engine.catalog.decision_tables import FOLDER
from engine.catalog.documents import Documents
from engine.kernel.canonical import Json
from engine.language.checking.deciding import declared, meanings, scope_inside
from engine.language.printing.respelling import respelled
from engine.language.printing.spelling import Speech, Spelling
from engine.language.tables import Decides, DecisionTable

_CELL = re.compile(r"rows\[(\d+)\]\.(when|then)\.(.+)")


def restated_tables(documents: Documents, tables: Mapping[str, Decides], speech: Speech = "keys") -> Documents:
    """Return the documents with the names and options of every cell spelled so; the very same where none changes."""
    changed = {table.design.key: list(_changed(table.design, speech)) for table in tables.values()}
    if not any(changed.values()):
        return documents
    copied: dict[str, Json] = copy.deepcopy(dict(documents))
    for key, cells in changed.items():
        _put(copied[f"{FOLDER}/{key}.json"], cells)
    return copied


Cell = tuple[int, str, str, str]
"""The number of a row from 0, ``when`` or ``then``, the key of the column, and what stands in the cell."""


def _changed(table: DecisionTable, speech: Speech) -> Iterator[Cell]:
    spelling = Spelling(scope_inside(table, declared(table)), speech)
    for place, meant in meanings(table).items():
        found = _CELL.fullmatch(place)
        if found is None:
            continue
        number, part, key = int(found[1]), found[2], found[3]
        row = table.rows[number]
        cell = (row.when if part == "when" else row.then).get(key)
        spelled = None if cell is None else respelled(cell.source, meant, spelling)
        if cell is not None and spelled is not None and spelled != cell.source:
            yield number, part, key, spelled


def _put(document: Json, cells: Iterable[Cell]) -> None:
    for number, part, key, source in cells:
        document["rows"][number][part][key] = source
