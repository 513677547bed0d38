"""What a field must hold whose type has changed, by what the journal says of it: told anew from the values of old.

Changing a type writes no entry for each record: what becomes of a value follows from the revisions, which the journal
names, and from the value, which it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.catalog.tables import ColumnSpec
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Value
from engine.storage.database import Dialect
from engine.storage.filling import Turn
from engine.storage.rows import from_json, to_physical

Turns = Mapping[tuple[str, str], Mapping[str, Sequence[tuple[int, Turn]]]]
"""Changes of type by app and form, and by field, oldest first, each with the revision that brought it."""

Written = Sequence[tuple[int, Json]]
"""What was written into a field: the revision that was current then, and the value."""


def possible(written: Written, turns: Sequence[tuple[int, Turn]], dialect: Dialect) -> Iterator[Any]:
    """Yield what the column of now may hold, as the driver gives it.

    There is one such value, but for records that were written again while they waited for a change back: then the
    present value may stand converted where the old one could have come back.
    """
    held: dict[str, Value] = {}
    _, last = turns[-1]
    since = 0
    for number, turn in turns:
        _write(held, turn.source, (value for at, value in written if since <= at < number))
        present = held.get(turn.source.name)
        plain = turn.forth(present)
        held[turn.target.name] = turn.turned(present, held.get(turn.target.name))
        since = number
    later = [value for at, value in written if at >= since]
    _write(held, last.target, later)
    yield _physical(held[last.target.name], last.target, dialect)
    if not later:
        yield _physical(None if isinstance(plain, Problem) else plain, last.target, dialect)


def _write(held: dict[str, Value], column: ColumnSpec, values: Iterable[Json]) -> None:
    for value in values:
        held[column.name] = from_json(value, column)


def _physical(value: Value, column: ColumnSpec, dialect: Dialect) -> Any:  # noqa: ANN401 - whatever the driver takes
    try:
        return to_physical(value, column, dialect)
    except EngineError:  # the column could not take what the type did
        return None
