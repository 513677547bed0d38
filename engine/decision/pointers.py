"""What a record points at: records and persons, checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.decision.facts import PersonQuery, Query, RecordQuery
from engine.decision.pending import Saving
from engine.decision.permissions import readable
from engine.forms import problems
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.definitions import FieldDef, target_of
from engine.forms.forms import Field
from engine.forms.parsing import problem
from engine.kernel.values import Row, Value

_OWNER = FieldDef("owner", "owner", "person", SYSTEM_LABELS["owner"])


@dataclass(frozen=True, slots=True)
class Pointer:
    """One id in one place of the record: of the field ``key``, or of the field ``inner`` of its line ``number``."""

    place: str
    definition: FieldDef
    query: RecordQuery | PersonQuery
    key: str
    number: int | None = None
    inner: str = ""


def check_given(saving: Saving) -> None:
    """Gather what the sender points at and does not exist or is not theirs to see, and take it out of the record.

    This comes before defaults and computed values: nothing is made of a record that the sender may not read.
    """
    for pointer in _missing(
        saving, [item for item in pointers(saving) if item.key in saving.given], typed=saving.typed
    ):
        saving.settle({**saving.row, pointer.key: _without(saving.row[pointer.key], pointer)})


def check_made(saving: Saving) -> None:
    """Gather what defaults and rules point at and does not exist."""
    _missing(saving, [item for item in pointers(saving) if item.key not in saving.given], typed=False)


def pointed_at(saving: Saving) -> Iterable[Query]:
    """Go through the records and persons that the save newly points at."""
    return (pointer.query for pointer in pointers(saving))


def _missing(saving: Saving, wanted: list[Pointer], *, typed: bool) -> list[Pointer]:
    if not wanted:
        return []
    saving.work.fetch(pointer.query for pointer in wanted)
    missing = [pointer for pointer in wanted if not _exists(saving, pointer.query, typed=typed)]
    for pointer in missing:
        kind = problems.NO_RECORD if isinstance(pointer.query, RecordQuery) else problems.NO_PERSON
        saving.found.append(problem(kind, pointer.definition).under(pointer.place))
    return missing


def _exists(saving: Saving, query: RecordQuery | PersonQuery, *, typed: bool) -> bool:
    work = saving.work
    if isinstance(query, RecordQuery):
        row = work.record(query.app, query.form, query.id)
        return row is not None and (not typed or readable(work, work.form(query.app, query.form), row))
    person = work.person(query.id)
    return person is not None and person.active


def _without(value: Value, pointer: Pointer) -> Value:
    """Return a field's value without the id that the pointer names."""
    if pointer.number is not None:
        return tuple(
            {**line, pointer.inner: _dropped(line[pointer.inner], pointer.query.id)} if at == pointer.number else line
            for at, line in enumerate(value)
        )
    return _dropped(value, pointer.query.id)


def _dropped(value: Value, id: str) -> Value:
    return (tuple(item for item in value if item != id) or None) if isinstance(value, tuple) else None


def pointers(saving: Saving) -> Iterable[Pointer]:
    """Go through the ids that were not there before, field by field and line by line."""
    before: Row = saving.before or {}
    if saving.row.get("owner") and saving.row.get("owner") != before.get("owner"):
        yield Pointer("owner", _OWNER, PersonQuery(saving.row["owner"]), "owner")
    for item in saving.form.pointing:
        value = saving.row.get(item.key)
        if value is None or value == before.get(item.key):
            continue
        if item.type is not None:
            for query in _targets(item, value, before.get(item.key), saving):
                yield Pointer(item.key, item.definition, query, item.key)
        else:
            yield from _in_lines(saving, item, value, before.get(item.key))


def _in_lines(saving: Saving, item: Field, lines: Iterable[Row], before: tuple[Row, ...] | None) -> Iterable[Pointer]:
    known = {line["id"]: line for line in before or ()}
    for number, line in enumerate(lines):
        was = known.get(line.get("id"), {})
        for inner in (inner for inner in item.lines.values() if inner.points):
            for query in _targets(inner, line.get(inner.key), was.get(inner.key), saving):
                place = f"{item.key}[{number}].{inner.key}"
                yield Pointer(place, inner.definition, query, item.key, number, inner.key)


def _targets(item: Field, value: Value, before: Value, saving: Saving) -> Iterable[RecordQuery | PersonQuery]:
    """Go through what a value points at and the value before did not."""
    if value is None:
        return
    known = before if isinstance(before, tuple) else (before,)
    ids = [str(id) for id in (value if isinstance(value, tuple) else (value,)) if id not in known]
    match item.definition.type:
        case "reference" | "references":
            app, form = target_of(item.definition, saving.app.key)
            yield from (RecordQuery(app, form, id) for id in ids)
        case "person" | "persons":
            yield from (PersonQuery(id) for id in ids)
        case _:
            return
