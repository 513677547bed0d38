"""A world in memory as JSON for the evaluator: rows in the form of the contract beside the types of their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.kernel.canonical import Json
from engine.kernel.clocks import date_of, moment_text
from engine.kernel.values import Row
from engine.language.backends.javascript.trees import type_json
from engine.language.backends.javascript.zone_tables import zone_table
from engine.language.calendars import Calendar
from engine.language.cases import shown
from engine.language.plain import Plain
from engine.language.scope import FormScope, Scope
from engine.language.surroundings import PersonFacts

Forms = Mapping[tuple[str, str], FormScope]


def world_json(around: Plain, scope: Scope, subjects: Sequence[Row]) -> Json:
    """Return the world of ``border.ts`` with all rows that ``around`` holds, and the rows to evaluate for."""
    forms = scope.forms
    world = {
        **_run(around, scope),
        "forms": {f"{app}/{key}": _form(around, forms[app, key], forms) for app, key in forms},
    }
    if scope.form is not None:
        world["types"] = types_json(scope.form, forms)
        world["subjects"] = [row_json(row, scope.form, forms) for row in subjects]
        world["old"] = None if around.old is None else row_json(around.old, scope.form, forms)
    return world


def types_json(form: FormScope, forms: Forms) -> dict[str, Json]:
    """Return the types of a form's fields by key; a field with lines holds the types of the lines' fields."""
    return {
        **{key: type_json(field.type) for key, field in form.fields.items()},
        **{key: ["lines", types_json(lines, forms)] for key, lines in _lines(form, forms).items()},
    }


def row_json(row: Row, form: FormScope, forms: Forms) -> dict[str, Json]:
    """Return a row as the contract writes values; fields that the form does not name are left out."""
    return {
        **{key: shown(row[key], field.type) for key, field in form.fields.items() if key in row},
        **{
            key: [row_json(line, lines, forms) for line in row[key] or ()]
            for key, lines in _lines(form, forms).items()
            if key in row
        },
    }


def _lines(form: FormScope, forms: Forms) -> dict[str, FormScope]:
    begin = f"{form.key}."
    return {
        key.removeprefix(begin): lines
        for (app, key), lines in forms.items()
        if app == form.app and key.startswith(begin)
    }


def _run(around: Plain, scope: Scope) -> dict[str, Json]:
    return {
        "now": moment_text(around.now),
        "today": date_of(around.today).isoformat(),
        "zone": zone_table(around.zone),
        "calendar": calendar_json(around.calendar),
        "me": around.me,
        "people": {"known": {id: _person(person) for id, person in around.people.items()}, "all": True},
        "parameters": {
            key: [shown(around.parameters[key], kind), type_json(kind)] for key, kind in scope.parameters.items()
        },
    }


def calendar_json(calendar: Calendar) -> Json:
    """Return a calendar as ``workdays.ts`` reads it."""
    return {"days": list(calendar.days), "hours": [list(span) for span in calendar.hours]}


def _person(person: PersonFacts) -> Json:
    return {
        "name": person.display_name,
        "department": person.department,
        "manager": person.manager,
        "departments_below": person.departments_below and list(person.departments_below),
        "roles": [f"{app}/{role}" for app, role in person.held_roles],
    }


def _form(around: Plain, form: FormScope, forms: Forms) -> Json:
    rows = around.rows.get((form.app, form.key), ())
    living = [row_json(row, form, forms) for row in rows if row.get("deleted_at") is None]
    return {"types": types_json(form, forms), "rows": living, "all": True}
