"""Buttons of a page: which of them lead anywhere for the viewer, and where to; it decides on no block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.catalog.naming import form_name
from engine.catalog.pages.blocks import Button, CallButton, CreateButton, OpenButton
from engine.catalog.pages.definitions import ActionButtonDef, TransitionButtonDef
from engine.decision.words import title_of
from engine.forms.forms import Form
from engine.forms.writing import field_json
from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.values import Row
from engine.language.expressions import Expression
from engine.runtime.choosing import views_of
from engine.runtime.pages_look import Look
from engine.runtime.pages_views import (
    ActionButtonView,
    ButtonView,
    CallButtonView,
    CreateButtonView,
    OpenButtonView,
    TransitionButtonView,
)
from engine.runtime.views import QuickActionView, RecordView

_OF_A_NUMBER = re.compile(r"[^0-9+*#]")


def button_views(
    look: Look, form: Form, row: Row, record: RecordView, buttons: Iterable[Button]
) -> tuple[ButtonView, ...]:
    """Return the buttons on a record that lead anywhere for this viewer."""
    listed = tuple(buttons)
    named = any(isinstance(button, ActionButtonDef) for button in listed)
    offered = {action.key: action for action in offered_on(look, form, row)} if named else {}
    views = (_button(look, form, row, record, button, offered) for button in listed)
    return tuple(view for view in views if view is not None)


def offered_on(look: Look, form: Form, row: Row) -> tuple[QuickActionView, ...]:
    """Return the quick actions of the page's app that the viewer is offered on a record."""
    return tuple(view for view in views_of(look.reading, (form.app, form.key), row) if view.app == look.app)


def standing_views(look: Look, buttons: Iterable[Button]) -> tuple[ButtonView, ...]:
    """Return the buttons on a page of no record that lead anywhere for this viewer."""
    offered = {action.key: action for action in views_of(look.reading, None, {}) if action.app == look.app}
    views: list[ButtonView] = []
    for button in buttons:
        match button:
            case CreateButton(form=form, labels=labels) if look.may_create(form):
                views.append(CreateButtonView(labels, *form, {}))
            case ActionButtonDef(labels, key) if key in offered:
                views.append(ActionButtonView(labels or offered[key].labels, offered[key]))
            case _:
                pass
    return tuple(views)


def _button(
    look: Look, form: Form, row: Row, record: RecordView, button: Button, offered: Mapping[str, QuickActionView]
) -> ButtonView | None:
    match button:
        case CreateButton():
            return _create(look, form, row, button)
        case OpenButton():
            return _open(look, form, row, button)
        case CallButton(labels, expression, named):
            phone = _value(look, form, row, expression)
            who = _value(look, form, row, named) if named is not None and phone else None
            return (
                CallButtonView(labels, str(phone), _OF_A_NUMBER.sub("", str(phone)), str(who or "")) if phone else None
            )
        case TransitionButtonDef(labels, key):
            fitting = next((item for item in record.transitions if item.key == key), None)
            return None if fitting is None else TransitionButtonView(labels or fitting.labels, fitting)
        case ActionButtonDef(labels, key):
            return ActionButtonView(labels or offered[key].labels, offered[key]) if key in offered else None


def _open(look: Look, form: Form, row: Row, button: OpenButton) -> ButtonView | None:
    """Return a button that opens a record; where it points at one of any form, only if the viewer may read that."""
    id = _value(look, form, row, button.record)
    if not isinstance(button.form, Expression):
        named = title_of(look.reading, *button.form, str(id), look.reading.viewer.language) if id else ""
        return OpenButtonView(button.labels, *button.form, str(id)) if named else None
    target = look.form(form_name(form.app, str(_value(look, form, row, button.form))))
    found = look.reading.record(target.app, target.key, str(id)) if target is not None and is_uuid(str(id)) else None
    if target is None or found is None or not look.reading.may_see(target, found):
        return None
    return OpenButtonView(button.labels, target.app, target.key, str(id))


def _value(look: Look, form: Form, row: Row, expression: Expression) -> object:
    return None if look.bars(form, expression.reads, row) else expression.evaluate(row, look.around)


def _create(look: Look, form: Form, row: Row, button: CreateButton) -> ButtonView | None:
    """Return a button that opens a form; of what it is filled with beforehand, what the viewer may know."""
    target = look.reading.catalog.form(*button.form)
    if target is None or not look.may_create(button.form):
        return None
    values: dict[str, Json] = {}
    for key, expression in button.values.items():
        item, value = target.fields.get(key), _value(look, form, row, expression)
        if item is not None and value is not None:
            values[key] = field_json(item, value)
    return CreateButtonView(button.labels, *button.form, values)
