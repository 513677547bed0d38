"""A record as one line of a table in words of one language: numbers and days stay what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from engine.decision.words import Show, shower
from engine.forms.captured.values import CAPTURED
from engine.forms.compiling import SYSTEM_LABELS, language_type
from engine.forms.definitions import scale_of
from engine.forms.field_types import BUILT_IN
from engine.forms.forms import Field, Form
from engine.kernel import clocks
from engine.kernel.canonical import compact
from engine.kernel.problems import Text
from engine.kernel.values import Row, StorageKind, Value, decimal_text
from engine.printouts.sheets import Cell
from engine.runtime import files_seen
from engine.runtime.reading import Reading
from engine.runtime.showing import MOMENTS, PERSONS, pointed_at
from engine.workflows.workflows import Workflow

HIDDEN: Final = Text("(您看不到)", "(not visible to you)")
ID: Final = Text("编号", "Id")
DAY: Final = "yyyy-mm-dd"
MOMENT: Final = "yyyy-mm-dd hh:mm:ss"

_HIGHEST_DIGITS: Final = 15
"""So many digits Excel keeps of a number; a longer one is written as a text, so that none is lost."""
_POINTING: Final = frozenset(("person", "persons", "reference", "references"))
_JOINTS: Final = {"zh": "、", "en": ", "}
_LINES: Final = {"zh": ";", "en": "; "}

Told = Callable[[Value], Cell]
"""Tells one value that is not blank."""


@dataclass(frozen=True)
class Table:
    """What a table of a form's records has: the columns by key, and the language of its words."""

    form: Form
    columns: tuple[str, ...]
    speech: str

    def heads(self) -> list[str]:
        """Return the headings of the columns."""
        return [self._label(key).in_language(self.speech) for key in self.columns]

    def _label(self, key: str) -> Text:
        item = self.form.fields.get(key)
        return item.labels if item is not None else SYSTEM_LABELS.get(key, ID)

    def rows(self, reading: Reading, rows: Sequence[Row]) -> Iterable[list[Cell]]:
        """Go through these rows as lines of the table; what they point at is fetched for all of them at once.

        What the viewer does not see in a row is blank there.
        """
        fetch(reading, self.form, self.columns, rows)
        told = [_teller(reading, self.form, key, self.speech) for key in self.columns]
        for row in rows:
            hidden = hidden_in(reading, self.form, row)
            yield [
                Cell(None) if key in hidden or row.get(key) is None else tell(row[key])
                for key, tell in zip(self.columns, told, strict=True)
            ]


def hidden_in(reading: Reading, form: Form, row: Row) -> frozenset[str]:
    """Return the fields of a row that the viewer does not see."""
    access = reading.access(form)
    return access.hidden(row, reading.surroundings(form.app)) if access.not_always_shown else frozenset()


def fetch(reading: Reading, form: Form, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Fetch what these columns of some rows name: people, records and files."""
    asked = frozenset(columns)
    reading.fetch(pointed_at(form, ({key: row.get(key) for key in asked} for row in rows)))
    fields = [item for item in form.live_fields() if item.key in asked]
    files_seen.look_up(reading, (id for row in rows for id in files_seen.named_in(fields, row)))


def _teller(reading: Reading, form: Form, key: str, speech: str) -> Told:
    """Return what tells the values of one column."""
    show, zone = shower(reading, form.app, speech), reading.app(form.app).zone
    item = form.fields.get(key)
    if item is not None:
        return _of_field(reading, show, item, form.app, zone, speech)
    if key in PERSONS:
        return partial(_person, reading)
    if key in MOMENTS:
        return partial(_moment, zone)
    if key == "state":
        return partial(_state, reading.app(form.app).workflows.get(form.key), speech)
    return _number if key == "version" else _text


def _of_field(reading: Reading, show: Show, item: Field, app: str, zone: str, speech: str) -> Told:
    definition = item.definition
    if item.type is None:
        inner = {key: _of_field(reading, show, one, app, zone, speech) for key, one in item.lines.items()}
        return partial(_lines, inner, speech)
    if definition.type in CAPTURED:
        return partial(_captured, reading, definition.type, speech)
    match item.type.storage:
        case StorageKind.NUMBER:
            return partial(_measured, definition.type, scale_of(definition))
        case StorageKind.DATE:
            return _day
        case StorageKind.DATETIME:
            return partial(_moment, zone)
        case StorageKind.JSON:
            return _json
    kind = language_type(definition, app, BUILT_IN)
    if definition.type in _POINTING:
        return lambda value: Cell(show(value, kind) or HIDDEN.in_language(speech))
    return lambda value: Cell(show(value, kind))


def _person(reading: Reading, value: Value) -> Cell:
    person = reading.person(value)
    return Cell(None if person is None else person.display_name)


def _state(flow: Workflow | None, speech: str, value: Value) -> Cell:
    known = {} if flow is None else flow.states
    return Cell(known[value].labels.in_language(speech) if value in known else str(value))


def _moment(zone: str, value: Value) -> Cell:
    local = clocks.datetime_of(value).astimezone(clocks.zone(zone))
    return Cell(local.replace(tzinfo=None, microsecond=0), MOMENT)


def _day(value: Value) -> Cell:
    return Cell(clocks.date_of(value), DAY)


def _number(value: Value) -> Cell:
    return Cell(Decimal(value), "0")


def _text(value: Value) -> Cell:
    return Cell(str(value))


def _json(value: Value) -> Cell:
    return Cell(compact(value))


def _measured(kind: str, scale: int, value: Value) -> Cell:
    written = decimal_text(value, scale)
    if len(written.strip("-").replace(".", "").lstrip("0")) > _HIGHEST_DIGITS:
        return Cell(written)
    decimals = "." + "0" * scale if scale else ""
    match kind:
        case "money":
            return Cell(Decimal(written), f'"¥"#,##0{decimals}')
        case "percent":
            return Cell(Decimal(written), f'0{decimals}"%"')
        case _:
            return Cell(Decimal(written), f"0{decimals}")


def _captured(reading: Reading, kind: str, speech: str, value: Value) -> Cell:
    found = files_seen.captured_words(reading, kind, value)
    listed = found if isinstance(found, list) else [found]
    return Cell(_JOINTS[speech].join(one.in_language(speech) for one in listed))


def _lines(inner: Mapping[str, Told], speech: str, value: Value) -> Cell:
    """Tell lines of a sub-table in one cell: their values one after the other, without headings."""
    told = ([_plain(tell(line[key])) for key, tell in inner.items() if line.get(key) is not None] for line in value)
    return Cell(_LINES[speech].join(_JOINTS[speech].join(part for part in parts if part) for parts in told))


def _plain(cell: Cell) -> str:
    if isinstance(cell.value, Decimal):
        return f"{cell.value:f}"
    return "" if cell.value is None else str(cell.value)
