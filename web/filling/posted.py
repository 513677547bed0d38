"""What a posted form says: names and texts become the JSON values of the runtime; it judges nothing.

A control of field ``customer`` is named ``f.customer``; one of a line ``f.todos.<token>.title``. Every control that was
drawn posts at least one value, so that a blank one is told from one that was not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from engine.kernel.canonical import Json
from engine.runtime.views import FieldView, FormView
from web.display import NUMBER_WIDGETS, number_of_input
from web.display_evidence import CAPTURED
from web.display_moments import moment_of_input

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

PREFIX: Final = "f."
DEFAULT: Final = "_d."
TYPED: Final = "._text"
TYPED_BEFORE: Final = "._was"
LINE_ID: Final = "id"
MAX_LINES: Final = 200


@dataclass(frozen=True)
class Posted:
    """A form as it came in.

    ``fields`` are the values by field key, for the controls that were there. ``tokens`` name the lines of each
    sub-table in order. ``typed`` is the text in a reference's box, by control name, where it was not chosen.
    ``defaults`` are the texts with which controls were drawn; ``untouched`` the fields that still hold theirs.
    """

    fields: Mapping[str, Json] = field(default_factory=dict)
    tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    untouched: frozenset[str] = frozenset()

    def with_fields(self, fields: Mapping[str, Json]) -> Posted:
        """Return the same post with other values."""
        return replace(self, fields=fields)


def read_post(form: MultiDict[str, str], view: FormView) -> Posted:
    """Return what the post says of the form's fields; keys that the form does not have are passed on as text."""
    reader = _Reader(form, view.zone)
    values: dict[str, Json] = {}
    tokens: dict[str, tuple[str, ...]] = {}
    for key in dict.fromkeys(name.removeprefix(PREFIX).split(".")[0] for name in form if name.startswith(PREFIX)):
        field_view = view.fields.get(key)
        if field_view is None:
            values[key] = form.get(PREFIX + key)
        elif field_view.widget == "lines":
            values[key], tokens[key] = reader.lines(field_view)
        else:
            values[key] = reader.value(PREFIX + key, field_view)
    given = {name.removeprefix(DEFAULT): text for name, text in form.items() if name.startswith(DEFAULT)}
    untouched = frozenset(key for key, text in given.items() if form.getlist(PREFIX + key)[-1:] == [text])
    return Posted(values, tokens, reader.typed, given, untouched)


@dataclass(frozen=True)
class _Reader:
    """Reads the controls of one post; what was typed into references and not chosen gathers in ``typed``."""

    form: MultiDict[str, str]
    zone: str
    typed: dict[str, str] = field(default_factory=dict)

    def lines(self, view: FieldView) -> tuple[Json, tuple[str, ...]]:
        """Return the lines in the order in which they stand, without those left wholly blank, and their tokens."""
        start = f"{PREFIX}{view.key}."
        found = dict.fromkeys(name.removeprefix(start).split(".")[0] for name in self.form if name.startswith(start))
        lines: list[dict[str, Json]] = []
        kept: list[str] = []
        for token in found:
            name = f"{start}{token}."
            line = {inner.key: self.value(name + inner.key, inner) for inner in view.lines}
            identifier = self.form.get(name + LINE_ID)
            blank = all(value in (None, False) for value in line.values())
            if blank and not identifier and not any(name + inner.key in self.typed for inner in view.lines):
                continue
            lines.append({LINE_ID: identifier, **line} if identifier else line)
            kept.append(token)
        return (lines or None), tuple(kept)

    def value(self, name: str, view: FieldView) -> Json:
        """Return one control's value in the JSON form; blank is None."""
        came = [value for value in self.form.getlist(name) if value]
        match view.widget:
            case "multi_choice" | "persons":
                return list(dict.fromkeys(came)) or None
            case "references":
                self._note_typed(name)
                return list(dict.fromkeys(came)) or None
            case "reference":
                return None if self._note_typed(name) else (came[-1] if came else None)
            case "boolean":
                return {"true": True, "false": False}.get(came[-1]) if came else None
            case _ if view.widget in CAPTURED:
                return _json_value(came[-1]) if came else None
            case _:
                return self._text_value(came[-1] if came else "", view.widget)

    def _text_value(self, text: str, widget: str) -> Json:
        """Return the value of a control that posts one text."""
        plain = text.replace("\r\n", "\n").strip()
        if not plain:
            return None
        if widget in NUMBER_WIDGETS:
            return number_of_input(plain) or None
        return moment_of_input(plain, self.zone) if widget == "datetime" else plain

    def _note_typed(self, name: str) -> bool:
        """Keep a reference's text that is not the title of what is chosen; tell whether there is any."""
        text = self.form.get(name + TYPED, "").strip()
        settled = any(self.form.getlist(name)) and text == self.form.get(name + TYPED_BEFORE, "").strip()
        if not text or settled:
            return False
        self.typed[name] = text
        return True


def _json_value(text: str) -> Json:
    """Return the value of a control that posts JSON; what is none goes on as the text that it is, to be refused."""
    try:
        return json.loads(text, parse_float=str, parse_constant=str) or None
    except (ValueError, RecursionError):
        return text


def is_typed(key: str, posted: Posted) -> bool:
    """Tell whether somebody would miss a field's value: a default that was left as it came is no loss."""
    if key in posted.untouched:
        return False
    of_field = (name == PREFIX + key or name.startswith(f"{PREFIX}{key}.") for name in posted.typed)
    return posted.fields.get(key) is not None or any(of_field)


def add_line(posted: Posted, key: str) -> Posted:
    """Return the post with one blank line more in a sub-table."""
    lines = list(posted.fields.get(key) or [])
    tokens = posted.tokens.get(key, ())
    if len(lines) >= MAX_LINES:
        return posted
    token = next(name for name in (f"s{number}" for number in range(MAX_LINES + 1)) if name not in tokens)
    return replace(posted, fields={**posted.fields, key: [*lines, {}]}, tokens={**posted.tokens, key: (*tokens, token)})


def move_line(posted: Posted, key: str, token: str, by: int) -> Posted:
    """Return the post with that line ``by`` places further down; past either end it stays."""
    tokens, lines = list(posted.tokens.get(key, ())), list(posted.fields.get(key) or [])
    at = tokens.index(token) if token in tokens else -1
    if at < 0 or not 0 <= at + by < len(tokens):
        return posted
    for listed in (tokens, lines):
        listed.insert(at + by, listed.pop(at))
    return replace(posted, fields={**posted.fields, key: lines}, tokens={**posted.tokens, key: tuple(tokens)})


def remove_line(posted: Posted, key: str, token: str) -> Posted:
    """Return the post without that line."""
    tokens = posted.tokens.get(key, ())
    lines = posted.fields.get(key) or []
    kept = [(name, line) for name, line in zip(tokens, lines, strict=True) if name != token]
    return replace(
        posted,
        fields={**posted.fields, key: [line for _, line in kept] or None},
        tokens={**posted.tokens, key: tuple(name for name, _ in kept)},
    )
