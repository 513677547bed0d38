"""The API's JSON: what the runtime answers, as documents; values are passed on as they are."""

from __future__ import annotations

import json

from engine.kernel.canonical import Json
from engine.runtime.views import AppView, FormState, HistoryView, Page, ParameterView, RecordView, TaskView


def dumped(document: Json) -> bytes:
    """Return the document as UTF-8; text that has no UTF-8 form is escaped."""
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(document, ensure_ascii=True, allow_nan=False).encode()


def record_json(record: RecordView) -> Json:
    """Return ``{"id", "version", "state", "held", "fields"}``."""
    return {
        "id": record.id,
        "version": record.version,
        "state": record.state,
        "held": record.held,
        "fields": dict(record.fields),
    }


def page_json(page: Page) -> Json:
    """Return ``{"items", "next", "count": {"value", "exact"}}``."""
    return {
        "items": [record_json(record) for record in page.items],
        "next": page.next,
        "count": {"value": page.count.value, "exact": page.count.exact},
    }


def history_json(entries: tuple[HistoryView, ...]) -> Json:
    """Return ``{"items": […]}``, one item per entry of the timeline, in the runtime's order."""
    return {
        "items": [
            {
                "id": entry.id,
                "at": entry.at,
                "version": entry.version,
                "action": entry.action,
                "by": entry.by,
                "rule": entry.rule,
                "changes": [{"key": c.key, "before": c.before, "after": c.after} for c in entry.changes],
            }
            for entry in entries
        ]
    }


def inbox_json(tasks: tuple[TaskView, ...]) -> Json:
    """Return ``{"items": [{"id", "key", "title", "record", "opened_at", "due", "actions"}]}``."""
    return {
        "items": [
            {
                "id": task.id,
                "key": task.key,
                "title": task.title.as_json(),
                "record": dict(task.record),
                "opened_at": task.opened_at,
                "due": task.due,
                "actions": [action.key for action in task.actions],
            }
            for task in tasks
        ]
    }


def apps_json(apps: tuple[AppView, ...]) -> Json:
    """Return ``{"items": [{"key", "labels", "revision", "forms"}]}``."""
    return {
        "items": [
            {
                "key": app.key,
                "labels": app.labels.as_json(),
                "revision": app.revision,
                "forms": [
                    {"key": form.key, "labels": form.labels.as_json(), "may_create": form.may_create}
                    for form in app.forms
                ],
            }
            for app in apps
        ]
    }


def parameter_json(parameter: ParameterView) -> Json:
    """Return ``{"key", "labels", "value", "default", "version", "changed_at", "changed_by"}``."""
    return {
        "key": parameter.key,
        "labels": parameter.field.labels.as_json(),
        "value": parameter.value,
        "default": parameter.default,
        "version": parameter.version,
        "changed_at": parameter.changed_at,
        "changed_by": parameter.changed_by,
    }


def parameters_json(parameters: tuple[ParameterView, ...]) -> Json:
    """Return ``{"items": […]}``, the parameters in the order of the design."""
    return {"items": [parameter_json(parameter) for parameter in parameters]}


def state_json(state: FormState) -> Json:
    """Return the dry run of a write: ``{"fields", "standing", "errors"}``; nothing was written."""
    return {
        "fields": dict(state.fields),
        "standing": {
            key: {"visible": s.visible, "required": s.required, "read_only": s.read_only}
            for key, s in state.states.items()
        },
        "errors": [problem.as_json() for problem in state.problems],
    }
