"""The buttons of a record as one viewer is offered them: rules that run when somebody presses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.decision.pressing import buttons_of
from engine.forms.forms import Form
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.rules.events import EventDef
from engine.runtime.reading import Reading
from engine.runtime.record_sight import is_closed
from engine.runtime.rule_obstacles import obstacles
from engine.runtime.showing import is_named, record_view
from engine.runtime.views import ButtonView, RecordView


def whole_view(reading: Reading, form: Form, row: Row) -> RecordView:
    """Return a record with all that the viewer may do with it; the rows around it are fetched already."""
    return replace(record_view(reading, form, row), buttons=tuple(_buttons(reading, form, row)))


def _buttons(reading: Reading, form: Form, row: Row) -> Iterator[ButtonView]:
    """Go through the buttons that the viewer may press now.

    One whose condition reads what they may not see is offered whatever it says: its absence would tell of that.
    """
    around = reading.surroundings(form.app)
    for rule, event in buttons_of(reading.app(form.app), form.key):
        if not _may_press(reading, form, event, row) or any(obstacles(reading, rule, form, row)):
            continue
        if rule.when is None or is_closed(reading, form, row, rule.when.reads) or rule.when.holds(row, around):
            key = event.names[0]
            yield ButtonView(key, event.labels or Text(key, key))


def _may_press(reading: Reading, form: Form, event: EventDef, row: Row) -> bool:
    if event.by:
        return any(is_named(reading, form, who, row) for who in event.by)
    flow = reading.app(form.app).workflows.get(form.key)
    locked = flow is not None and flow.locks(row.get("state"))
    return not locked and reading.access(form).covers("update", row, reading.surroundings(form.app))
