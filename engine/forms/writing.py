"""Writing values as JSON: the form in which the API, exports and documents carry them; the inverse of parsing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from engine.forms.definitions import scale_of
from engine.forms.forms import Field, Form
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.values import Row, StorageKind, Value, decimal_text


def as_json(kind: StorageKind, value: Value, scale: int = 0) -> Json:
    """Return one value of a storage kind other than lines in its JSON form."""
    if value is None:
        return None
    match kind:
        case StorageKind.NUMBER:
            return decimal_text(value, scale)
        case StorageKind.DATE:
            return clocks.date_of(value).isoformat()
        case StorageKind.DATETIME:
            return clocks.moment_text(value)
        case StorageKind.TEXTS:
            return list(value)
        case _:
            return value


def field_json(field: Field, value: Value) -> Json:
    """Return the value of a field in its JSON form; lines are objects with their ``id``."""
    if field.type is not None:
        return as_json(field.type.storage, value, scale_of(field.definition))
    return [line_json(field.lines, line) for line in value or ()]


def writer(field: Field) -> Callable[[Value], Json]:
    """Return ``field_json`` for one field: what it asks of the field is asked once, for many values."""
    if field.type is None:
        return partial(field_json, field)
    kind, scale = field.type.storage, scale_of(field.definition)
    if kind is StorageKind.NUMBER:
        return lambda value: None if value is None else decimal_text(value, scale)
    if kind in _AS_THEY_ARE:
        return lambda value: value
    return lambda value: None if value is None else as_json(kind, value)


_AS_THEY_ARE = frozenset((StorageKind.TEXT, StorageKind.BOOLEAN, StorageKind.JSON))


def line_json(fields: Mapping[str, Field], line: Row) -> dict[str, Json]:
    """Return one line as an object."""
    shown = {key: field_json(inner, line.get(key)) for key, inner in fields.items()}
    return {"id": line.get("id"), **shown}


def row_json(form: Form, row: Row) -> dict[str, Json]:
    """Return the declared fields of a row, and its owner and department, in their JSON form."""
    shown = {field.key: field_json(field, row.get(field.key)) for field in form.live_fields()}
    return {**shown, "owner": row.get("owner"), "department": row.get("department")}
