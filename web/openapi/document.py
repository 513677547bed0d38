"""The description put together: every route of the API, spelt out for each form that the asker may see."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.kernel.canonical import Json
from engine.runtime.boards_exports import ENDINGS
from engine.runtime.exports.asking import ENDINGS as EXPORTED
from engine.runtime.views import AppView, FormView, ParameterView
from web.openapi import approvals, backtests, calendar, captured, designs, envelopes, imports, jobs, moves, parts, runs
from web.openapi.operations import ALWAYS, DESIGNS, OF_ADMINISTRATORS, OPERATIONS, OWN, Operation
from web.openapi.parts import named
from web.openapi.shapes import Schema, both, read_fields, sent_fields, value_schema
from web.security import UNSAFE_METHODS

VERSION: Final = "1"
DESCRIPTION: Final = """\
Values: numbers are decimal text, blank is null, dates are ISO, datetimes are UTC with `Z`, references and persons are
ids. Problems come all at once, each with a code, a place and a mend in Chinese and English. Only what the asker may see
is described here.
"""


NAMED: Final = frozenset(("key", "action", "act", "rule", "number", "ending"))
"""The places of addresses that are no ids."""


@dataclass(frozen=True)
class Route:
    """One route of the API: its address under ``/api/v1`` with ``<…>`` places, its method, and the view behind it."""

    rule: str
    method: str
    view: Callable[..., object]

    @property
    def name(self) -> str:
        """The name of the view."""
        return self.view.__name__


@dataclass(frozen=True)
class Seen:
    """What the asker may see."""

    apps: Sequence[AppView]
    parameters: Mapping[str, Sequence[ParameterView]]
    may_export: bool


@dataclass(frozen=True)
class Place:
    """What an address is about; ``own`` is how the names of its schemas begin."""

    path: str
    tag: str = "youju"
    own: str = ""
    enums: Mapping[str, Sequence[str]] = field(default_factory=dict)


SHARED: Final[Mapping[str, Schema]] = {
    **parts.SCHEMAS,
    **captured.SCHEMAS,
    **designs.SCHEMAS,
    **imports.SCHEMAS,
    **jobs.SCHEMAS,
    **backtests.SCHEMAS,
    **runs.SCHEMAS,
    **approvals.SCHEMAS,
    **calendar.SCHEMAS,
    **moves.SCHEMAS,
    **envelopes.SCHEMAS,
}
"""The schemas that are the same whatever apps there are."""


def document(routes: Sequence[Route], seen: Seen) -> Json:
    """Return the description of these routes for what the asker may see."""
    paths: dict[str, dict[str, Json]] = {}
    for route in routes:
        for place in _places(route, seen):
            paths.setdefault(_bracketed(place.path), {})[route.method.lower()] = _operation(route, place)
    return {
        "openapi": "3.1.0",
        "info": {"title": "有据 Youju", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": "youju"}, *({"name": app.key, "description": both(app.labels)} for app in seen.apps)],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": {
                **SHARED,
                **dict(_schemas(seen)),
            },
            "parameters": {**parts.PARAMETERS, **runs.PARAMETERS, **parts.PARAMETERS_NEEDED},
            "responses": parts.refusals(),
            "headers": dict(parts.HEADERS),
            "securitySchemes": dict(parts.SECURITY),
        },
    }


def _places(route: Route, seen: Seen) -> Iterator[Place]:
    """Go through the addresses that a route has for what the asker may see."""
    if "<app>" not in route.rule:
        if route.name in OF_ADMINISTRATORS and not seen.may_export:
            return
        yield Place(route.rule)
        return
    for app in seen.apps:
        path = route.rule.replace("<app>", app.key)
        match route.name:
            case name if (name == "export" or name in DESIGNS) and not seen.may_export:
                continue
            case "backtest" if not (app.sets_parameters or seen.may_export):
                continue
            case "parameters" if not app.sets_parameters:
                continue
            case "set_parameter":
                for item in seen.parameters.get(app.key, ()):
                    yield Place(path.replace("<key>", item.key), app.key, _own(app.key, "parameters", item.key))
            case "board_file":
                yield Place(path, app.key, enums={"ending": ENDINGS})
            case _ if "<form>" in path:
                yield from _of_forms(route, app, path)
            case _:
                yield Place(path, app.key)


def _of_forms(route: Route, app: AppView, path: str) -> Iterator[Place]:
    for form in app.forms:
        if route.name == "export_records":
            if form.may_export:
                own = _own(app.key, form.key)
                yield Place(path.replace("<form>", form.key), app.key, own, {"ending": EXPORTED})
            continue
        known = {"transition": form.transitions, "press": form.buttons}.get(route.name)
        if known == ():
            continue
        enums = {"key": known} if known else {}
        yield Place(path.replace("<form>", form.key), app.key, _own(app.key, form.key), enums)


def _own(*keys: str) -> str:
    return "".join(f"{key}." for key in keys)


def _bracketed(path: str) -> str:
    return path.replace("<", "{").replace(">", "}")


def _operation(route: Route, place: Place) -> Json:
    said = OPERATIONS[route.name]
    unsafe = route.method in UNSAFE_METHODS
    made: dict[str, Json] = {
        "operationId": "_".join((route.name, *filter(None, place.own.split(".")))) or route.name,
        "summary": inspect.getdoc(route.view) or route.name,
        "tags": [place.tag],
        "security": [{"bearer": []}, {"session": [], "csrf": []} if unsafe else {"session": []}],
        "responses": _answers(said, place),
    }
    if not place.own and place.tag != "youju":
        made["operationId"] = f"{route.name}_{place.tag}"
    parameters = [*_in_path(place), *({"$ref": f"#/components/parameters/{name}"} for name in said.parameters)]
    if parameters:
        made["parameters"] = parameters
    if said.body is not None:
        schema, needed = named(said.body.replace(OWN, place.own)), said.needs_body or said.body.startswith(OWN)
        made["requestBody"] = {"required": needed, "content": {said.takes: {"schema": schema}}}
    return made


def _in_path(place: Place) -> Iterator[Json]:
    for name in (part[1:-1] for part in place.path.split("/") if part.startswith("<")):
        schema: Schema = {"type": "string"} if name in NAMED else parts.ID
        known = place.enums.get(name)
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {**schema, "enum": list(known)} if known else schema,
        }


def _answers(said: Operation, place: Place) -> Json:
    well: dict[str, Json] = {"description": "Done" if said.status != 200 else "The answer"}  # noqa: PLR2004
    if said.answer is not None:
        well["content"] = {said.gives: {"schema": named(said.answer.replace(OWN, place.own))}}
    if said.headers:
        well["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in said.headers}
    refused = {str(code): f"#/components/responses/{parts.REFUSALS[code][0]}" for code in (*ALWAYS, *said.refusals)}
    answers = {str(status): well for status in (said.status, said.or_else) if status is not None}
    return {**answers, **{code: {"$ref": refused[code]} for code in sorted(refused)}}


def _schemas(seen: Seen) -> Iterator[tuple[str, Schema]]:
    for app in seen.apps:
        for form in app.forms:
            yield from _of_form(_own(app.key, form.key), form)
        for item in seen.parameters.get(app.key, ()):
            yield _own(app.key, "parameters", item.key) + "value", parts.closed(value=value_schema(item.field))


def _of_form(own: str, form: FormView) -> Iterator[tuple[str, Schema]]:
    """Go through the schemas that a form has."""
    fields, record = named(f"{own}fields"), named(f"{own}record")
    states: Schema = {"enum": [*form.states, None]} if form.states else {"type": "null"}
    transition: Schema = {"enum": [*form.transitions, None]} if form.transitions else {"type": "null"}
    yield f"{own}fields", {**read_fields(form), "title": both(form.labels)}
    whole = parts.closed(id=parts.ID, version=parts.NUMBER, state=states, held=named("Held"), fields=fields)
    answered: dict[str, Schema] = {
        "answer": {**named("Text"), "description": "What the form answers to the change that was just made"},
        "duties": {
            "type": "array",
            "items": named("Duty"),
            "description": "What its state asks to be recorded in the period under way; where one record is read",
        },
    }
    yield f"{own}record", {**whole, "properties": {**whole["properties"], **answered}}
    yield (
        f"{own}page",
        parts.closed(items={"type": "array", "items": record}, next={"type": ["string", "null"]}, count=named("Count")),
    )
    standing = {"type": "object", "additionalProperties": named("Standing")}
    yield (
        f"{own}state",
        parts.closed(fields=fields, standing=standing, errors={"type": "array", "items": named("Error")}),
    )
    new, changed = sent_fields(form, new=True), sent_fields(form, new=False)
    yield f"{own}create", _body({"fields": new, "transition": transition}, "required" in new)
    yield f"{own}try", _body({"fields": changed, "transition": transition})
    yield f"{own}change", _body({"fields": changed})


def _body(properties: Mapping[str, Schema], needed: bool = False) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": ["fields"]} if needed else schema
