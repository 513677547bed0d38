"""Values of boards as JSON and as people read them, and how a column of them is drawn."""

from __future__ import annotations

from collections.abc import Iterable

from engine.decision.facts import PersonQuery, Query, RecordQuery
from engine.decision.words import Show, shower
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.writing import as_json
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.kernel.values import Row, StorageKind, Value
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.tree import Field, Path
from engine.language.types import Type
from engine.runtime import files_seen
from engine.runtime.apps import field_view
from engine.runtime.reading import Reading
from engine.runtime.showing import prefetch
from engine.runtime.views import FieldView, OptionView

_WIDGETS: dict[type[Type], str] = {
    language.NumberType: "number",
    language.BooleanType: "boolean",
    language.DateType: "date",
    language.DateTimeType: "datetime",
    language.ChoiceType: "choice",
    language.ChoicesType: "multi_choice",
    language.ReferenceType: "reference",
    language.ReferencesType: "references",
    language.PersonType: "person",
    language.PersonsType: "persons",
}


def value_json(value: Value, kind: Type) -> Json:
    """Return a value of the language in its JSON form: numbers as decimal text, days and moments ISO."""
    match kind:
        case language.NumberType(scale):
            return as_json(StorageKind.NUMBER, value, scale)
        case language.DateType():
            return as_json(StorageKind.DATE, value)
        case language.DateTimeType():
            return as_json(StorageKind.DATETIME, value)
        case _ if isinstance(kind, language.SEVERAL) or isinstance(value, tuple):
            return as_json(StorageKind.TEXTS, value)
        case _:
            return value


def drawn_as(
    reading: Reading, form: Form, key: str, labels: Text, item: Expression | None, kind: Type, wanted: str | None
) -> FieldView:
    """Return how values of an expression are drawn: as ``wanted``, as the field that it is, or by their type."""
    found = None if item is None else _field(reading, form, item)
    options = found.options if found is not None else ()
    if not options and isinstance(kind, language.ChoiceType | language.ChoicesType):
        options = tuple(OptionView(option.key, option.labels) for option in kind.options)
    scale = kind.scale if isinstance(kind, language.NumberType) else 0
    usual = kind.kind if isinstance(kind, language.CapturedType) else _WIDGETS.get(type(kind), "text")
    own = found.widget if found is not None else usual
    target = ".".join((kind.app, kind.form)) if isinstance(kind, language.ReferenceType) else None
    return FieldView(key, wanted or own, labels, options=options, scale=scale, target=target)


def plain_field(form: Form, key: str, labels: Text) -> FieldView:
    """Return how a field by its key is drawn, whatever it holds."""
    found = form.fields.get(key)
    if found is None:
        return FieldView(key, "text", labels)
    view = field_view(form.app, found)
    return FieldView(key, view.widget, labels, options=view.options, scale=view.scale, multiple=view.multiple)


def _field(reading: Reading, form: Form, item: Expression) -> FieldView | None:
    """Return the declared field that an expression is, here or at the end of references."""
    match item.tree:
        case Field(key):
            holder: Form | None = form
        case Path(steps, key):
            holder = reading.catalog.form(steps[-1].app, steps[-1].form)
        case _:
            return None
    found = None if holder is None or key in SYSTEM_LABELS else holder.fields.get(key)
    return None if found is None or holder is None else field_view(holder.app, found)


class Words:
    """Puts values into words, in both languages where these differ."""

    def __init__(self, reading: Reading, app: str) -> None:
        """Speak for the viewer of ``reading``."""
        self._reading = reading
        self._show: tuple[Show, Show] = (shower(reading, app, "zh"), shower(reading, app, "en"))

    def of(self, value: Value, kind: Type) -> object:
        """Return a value as people read it, None for a blank."""
        if value is None:
            return None
        if isinstance(kind, language.CapturedType):
            return files_seen.captured_words(self._reading, kind.kind, value)
        zh, en = (show(value, kind) for show in self._show)
        return zh if zh == en else Text(zh, en)


def _file(entry: Value) -> str | None:
    """Return the id of the file that an entry of what was captured names."""
    found = entry.get("file") if isinstance(entry, dict) else entry
    return found if isinstance(found, str) else None


def look_ahead(reading: Reading, pairs: Iterable[tuple[Value, Type]]) -> None:
    """Fetch all persons and records that these values name, and what the records' titles name, in few queries."""
    wanted: list[Query] = []
    for value, kind in pairs:
        ids = value if isinstance(value, tuple | list) else () if value is None else (value,)
        match kind:
            case language.PersonType() | language.PersonsType():
                wanted.extend(PersonQuery(id) for id in ids)
            case language.CapturedType():
                files_seen.look_up(reading, (id for one in ids if (id := _file(one)) is not None))
            case language.ReferenceType(app, form) | language.ReferencesType(app, form):
                wanted.extend(RecordQuery(app, form, id) for id in ids)
    reading.fetch(wanted)
    records = [query for query in dict.fromkeys(wanted) if isinstance(query, RecordQuery)]
    for app, form in dict.fromkeys((query.app, query.form) for query in records):
        target = reading.catalog.form(app, form)
        rows: list[Row] = [
            row
            for query in records
            if (query.app, query.form) == (app, form) and (row := reading.record(app, form, query.id)) is not None
        ]
        if target is not None:
            prefetch(reading, target, rows)
