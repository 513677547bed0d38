"""What quick actions offer and what they look for: buttons on a record, and the record that is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.catalog.quick_actions import ChoicesDef, Place, QuickAction
from engine.decision.words import title
from engine.forms.forms import Form
from engine.forms.writing import field_json
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.runtime.apps import form_view
from engine.runtime.listing import as_sql, readable
from engine.runtime.reading import Reading
from engine.runtime.showing import prefetch
from engine.runtime.views import ChoiceView, QuickActionView
from engine.storage.query import list_rows
from engine.storage.rows import to_physical

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

MOST = 200
"""How many records are looked at for the buttons of one action."""


def views_of(reading: Reading, on: Place | None, row: Row) -> tuple[QuickActionView, ...]:
    """Return the actions of every app that are offered to the viewer on a record, or by themselves."""
    found = (
        _view(reading, app.key, action, row)
        for app in reading.catalog.apps.values()
        for action in app.quick_actions.values()
        if action.on == on
    )
    return tuple(view for view in found if view is not None)


def _view(reading: Reading, app: str, action: QuickAction, row: Row) -> QuickActionView | None:
    """Return an action as it is offered; None where the viewer has no right to it, or it is not for this record."""
    form = reading.catalog.form(*action.form)
    if form is None or not may_take(reading, action, form):
        return None
    if action.when is not None and not action.when.holds(row, reading.surroundings(app)):
        return None
    choices = tuple(_choices(reading, app, action, row)) if action.definition.choices is not None else ()
    if action.definition.choices is not None and not choices:
        return None
    fields = form_view(reading, form).fields
    definition = action.definition
    preset = {definition.link, *definition.values}
    if definition.choices is not None:
        preset |= {definition.choices.into, *definition.choices.also}
    asked = tuple(fields[key] for key in definition.ask if key in fields and key not in preset)
    return QuickActionView(
        app=app,
        key=action.key,
        labels=definition.labels,
        help=definition.help,
        form=".".join(action.form),
        ask=asked,
        choices=choices,
        finds=definition.find is not None and not definition.find.make,
    )


def may_take(reading: Reading, action: QuickAction, form: Form) -> bool:
    """Tell whether the viewer may do an action at all: make a record of its form, or read one where none is made."""
    access, sought = reading.access(form), action.definition.find
    if sought is not None and not sought.make:
        return access.may("read")
    return access.may("create")


def _choices(reading: Reading, app: str, action: QuickAction, row: Row) -> Iterator[ChoiceView]:
    """Go through the buttons of an action: for each value that is matched the first ones in their order."""
    choices, form = action.definition.choices, None if action.chosen is None else reading.catalog.form(*action.chosen)
    if choices is None or form is None or not reading.access(form).may("read"):
        return
    where = [*readable(reading, form), *_matched(reading, form, choices, row)]
    if action.choice is not None:
        where.append(as_sql(reading, form, action.choice, app))
    sort = choices.sort or form.definition.list_sort
    rows, _ = list_rows(
        reading.connection,
        reading.tables(form),
        where,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=MOST,
    )
    for one in rows:
        reading.remember(form, one)
    prefetch(reading, form, rows)
    counted: dict[tuple[Value, ...], int] = {}
    for one in rows:
        group = tuple(one.get(key) for key in choices.match)
        counted[group] = counted.get(group, 0) + 1
        if counted[group] <= choices.most:
            yield _choice(reading, action, form, one)


def _matched(reading: Reading, form: Form, choices: ChoicesDef, row: Row) -> Iterator[ColumnElement[bool]]:
    """Go through the conditions that a record fits that of the page; a blank fits nothing."""
    table = reading.tables(form).main
    for key, own in choices.match.items():
        value = row.get(own)
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        column = table.columns[key]
        yield table.table.c[key].in_([to_physical(one, column, table.dialect) for one in values])


def _choice(reading: Reading, action: QuickAction, form: Form, row: Row) -> ChoiceView:
    """Return a button without what is hidden from the viewer; what it lacks comes along when it is taken."""
    choices = action.definition.choices
    fields: dict[str, object] = {}
    group = None
    if choices is not None:
        hidden = reading.access(form).hidden(row, reading.surroundings(form.app))
        also = {key: source for key, source in choices.also.items() if source not in hidden}
        fields[choices.into] = str(row["id"])
        fields |= {key: field_json(form.fields[source], row.get(source)) for key, source in also.items()}
        group = None if next(iter(choices.match), None) in hidden else _group(reading, action, choices, row)
    labels = Text(title(reading, form, row, "zh"), title(reading, form, row, "en"))
    return ChoiceView(labels, group, fields)


def _group(reading: Reading, action: QuickAction, choices: ChoicesDef, row: Row) -> Text | None:
    """Return the name of the value that is matched: the label of the option where the page's field has options."""
    key = next(iter(choices.match), None)
    if key is None or action.on is None or row.get(key) is None:
        return None
    page, value = reading.catalog.form(*action.on), str(row[key])
    field = None if page is None else page.fields.get(choices.match[key])
    options = field.definition.options if field is not None else ()
    return next((option.labels for option in options if option.key == value), Text(value, value))


def is_choice(reading: Reading, app: str, action: QuickAction, row: Row, page: Row) -> bool:
    """Tell whether a record stands to choice for the page's record, and may be read by the viewer."""
    choices = action.definition.choices
    form = None if action.chosen is None else reading.catalog.form(*action.chosen)
    if choices is None or form is None or not reading.may_see(form, row):
        return False
    if action.choice is not None and not action.choice.holds(row, reading.surroundings(app)):
        return False
    return all(_fits(row.get(key), page.get(own)) for key, own in choices.match.items())


def _fits(value: Value, wanted: Value) -> bool:
    if value is None or wanted is None:
        return False
    return value in wanted if isinstance(wanted, tuple) else bool(value == wanted)


def found_record(reading: Reading, app: str, action: QuickAction, form: Form, same: Mapping[str, Value]) -> Row | None:
    """Return the newest record with the same fields that meets the action's condition; None where there is none.

    What only finds is a search: it finds what the viewer may read, by fields that are not hidden from the viewer. What
    makes a record where there is none looks at all of them, for there is to be one of each.
    """
    tables, sought = reading.tables(form), action.definition.find
    main = tables.main
    where: list[ColumnElement[bool]] = []
    if sought is not None and not sought.make:
        if reading.access(form).not_always_shown & same.keys():
            return None
        where += readable(reading, form)
    for key, value in same.items():
        column = main.table.c[key]
        found = to_physical(value, main.columns[key], main.dialect)
        where.append(column.is_(None) if value is None else column == found)
    if action.found is not None:
        where.append(as_sql(reading, form, action.found, app))
    rows, _ = list_rows(reading.connection, tables, where, sort="created_at", descending=True, limit=1)
    return rows[0] if rows else None
