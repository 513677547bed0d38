"""What a payload makes of the values that a record has: chosen options that are retired, and lines by their ids."""

from __future__ import annotations

from collections.abc import Iterable

from engine.forms.forms import Field, Form
from engine.forms.parsing import problem
from engine.forms.problems import DUPLICATE_LINE
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.kernel.values import Row, StorageKind, Value


def retired_choices(form: Form, before: Row, fields: Json) -> dict[str, tuple[Json, frozenset[str]]]:
    """Return, by field, what a payload chooses without the retired options that the record holds, and those of them.

    They may come back with the rest of the record; nobody can choose them anew.
    """
    found: dict[str, tuple[Json, frozenset[str]]] = {}
    for key in fields.keys() & form.fields.keys() if isinstance(fields, dict) else ():
        raw, value = fields[key], before.get(key)
        old = {option.key for option in form.fields[key].definition.options if option.retired}
        held = old & set(value if isinstance(value, tuple) else (value,)) if old else set()
        if held and isinstance(raw, list) and all(isinstance(one, str) for one in raw):
            found[key] = ([one for one in raw if one not in held], frozenset(held.intersection(raw)))
        elif isinstance(raw, str) and raw in held:
            found[key] = (None, frozenset((raw,)))
    return found


def with_retired(item: Field, value: Value, held: frozenset[str]) -> Value:
    """Return the choice with these options, in the order of the options."""
    if item.type is not None and item.type.storage is StorageKind.TEXT:
        return next(iter(held))
    chosen = held.union(value or ())
    return tuple(option.key for option in item.definition.options if option.key in chosen) or None


def merged_lines(before: tuple[Row, ...] | None, lines: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return the lines after a change: those with a known id keep the fields that are not named.

    An id that is not one of this record's lines is not believed: such a line is a new one.
    """
    known = {line["id"]: line for line in before or ()}
    return tuple({**known[line["id"]], **line} if line.get("id") in known else _without_id(line) for line in lines)


def repeated(item: Field, lines: tuple[Row, ...]) -> Iterable[Problem]:
    """Find lines that stand twice: which of the two would be meant is not guessed."""
    ids = [line["id"] for line in lines if line.get("id")]
    if len(ids) != len(set(ids)):
        yield problem(DUPLICATE_LINE, item.definition).under(item.key)


def _without_id(line: Row) -> Row:
    return {key: value for key, value in line.items() if key != "id"}
