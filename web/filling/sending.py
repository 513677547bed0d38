"""From a post to what is sent: references found by their text, and fields left out that do not apply now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.runtime.views import FieldState, FieldView, FormState
from web.display import text_of
from web.filling.posted import LINE_ID, PREFIX, Posted, is_typed
from web.problems import NOT_CHOSEN, NOW_HIDDEN, SEVERAL_FOUND

Find = Callable[[FieldView, str], Sequence[tuple[str, str]]]
"""Finds records of a reference's form by a text: (id, title)."""

ENOUGH = 20


@dataclass(frozen=True)
class Resolved:
    """A post whose typed references have become ids where they name one record; the others are problems."""

    posted: Posted
    problems: tuple[Problem, ...] = ()
    candidates: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def resolve(posted: Posted, fields: Mapping[str, FieldView], find: Find) -> Resolved:
    """Return the post with every text typed into a reference replaced by the one record that it names."""
    values = dict(posted.fields)
    left: dict[str, str] = {}
    problems: list[Problem] = []
    candidates: dict[str, Sequence[tuple[str, str]]] = {}
    for name, view, path in _typed_controls(posted, fields):
        text = posted.typed[name]
        found = find(view, text)
        exact = [pair for pair in found if pair[1] == text] or list(found)
        if len(exact) == 1:
            _put(values, name, posted, view, exact[0][0])
            continue
        left[name] = text
        problems.append((SEVERAL_FOUND if found else NOT_CHOSEN).at(path, typed=text))
        candidates[name] = found[:ENOUGH]
    return Resolved(replace(posted, fields=values, typed=left), tuple(problems), candidates)


def _typed_controls(posted: Posted, fields: Mapping[str, FieldView]) -> Iterator[tuple[str, FieldView, str]]:
    """Go through the controls with a typed text: name, field and the path that problems use."""
    for name in posted.typed:
        key, *inner = name.removeprefix(PREFIX).split(".")
        view = fields[key]
        if not inner:
            yield name, view, key
        elif inner[0] in posted.tokens.get(key, ()):
            of_line = next(item for item in view.lines if item.key == inner[1])
            yield name, of_line, f"{key}[{posted.tokens[key].index(inner[0])}].{inner[1]}"


def _put(values: dict[str, Json], name: str, posted: Posted, view: FieldView, identifier: str) -> None:
    key, *inner = name.removeprefix(PREFIX).split(".")
    if inner:
        lines = list(values[key])
        number = posted.tokens[key].index(inner[0])
        lines[number] = {**lines[number], inner[1]: _with(lines[number].get(inner[1]), view, identifier)}
        values[key] = lines
    else:
        values[key] = _with(values.get(key), view, identifier)


def _with(value: Json, view: FieldView, identifier: str) -> Json:
    if view.widget != "references":
        return identifier
    return list(dict.fromkeys([*(value or []), identifier]))


@dataclass(frozen=True)
class Sendable:
    """What may be sent now, and the typed values that no longer apply and that nobody was told of yet."""

    fields: Mapping[str, Json]
    newly_hidden: tuple[Problem, ...] = ()


def sendable(posted: Posted, state: FormState, fields: Mapping[str, FieldView], warned: frozenset[str]) -> Sendable:
    """Return the values of the fields that show and may be changed; ``warned`` are those known to be left out."""
    sent: dict[str, Json] = {}
    hidden: list[Problem] = []
    for key, value in posted.fields.items():
        standing = state.states.get(key, FieldState())
        if standing.visible and not standing.read_only:
            sent[key] = value
        elif standing.visible or key in warned or key not in fields:
            continue
        elif is_typed(key, posted):
            hidden.append(NOW_HIDDEN.at(key, label=text_of(fields[key].labels)))
    return Sendable(sent, tuple(hidden))


def changed(sent: Mapping[str, Json], before: Mapping[str, Json], fields: Mapping[str, FieldView]) -> dict[str, Json]:
    """Return only what differs from the record as it was read, so that an edit touches no other field."""
    return {
        key: value
        for key, value in sent.items()
        if _plain(value, fields.get(key)) != _plain(before.get(key), fields.get(key))
    }


def _plain(value: Json, view: FieldView | None) -> Json:
    """Return a value in a form in which equal ones are equal: no blanks, decimals without idle zeros."""
    if value in (None, "", []):
        return None
    if view is not None and view.widget == "lines" and isinstance(value, list):
        inner = {item.key: item for item in view.lines}
        return [
            {k: _plain(v, inner.get(k)) for k, v in line.items() if k == LINE_ID or v is not None} for line in value
        ]
    if view is not None and view.scale and isinstance(value, str) and "." in value:
        return value.rstrip("0").rstrip(".")
    if isinstance(value, list):
        return sorted(map(str, value))
    return value
