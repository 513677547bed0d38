"""What a record was like before a change, as the event of the change carries it to the rules that look afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.values import Row, Value
from engine.language.types import SEVERAL


def old_json(form: Form, before: Row | None) -> dict[str, Json] | None:
    """Return the fields that expressions see of a row, as JSON; None where there was no row."""
    if before is None:
        return None
    return {key: _listed(before.get(key)) for key in sorted(form.scope.fields)}


def _listed(value: Value) -> Json:
    return list(value) if isinstance(value, tuple) else value


def old_row(form: Form, document: Mapping[str, Json] | None) -> Row | None:
    """Return the row of what ``old_json`` wrote; a field that the form has got since is blank."""
    if document is None:
        return None
    row: dict[str, Value] = {}
    for key, field in form.scope.fields.items():
        value = document.get(key)
        row[key] = tuple(value) if isinstance(value, list) and isinstance(field.type, SEVERAL) else value
    return row


def old_values(keys: frozenset[str], old: Row | None) -> dict[str, Json]:
    """Return what a rule has read of the row before, for its run's trace."""
    return {key: _listed(None if old is None else old.get(key)) for key in sorted(keys)}
