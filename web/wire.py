"""The API's JSON: what the runtime answers, as documents; values are passed on as they are."""

from __future__ import annotations

import json

from engine.kernel.canonical import Json
from engine.runtime.attention import AttentionView
from engine.runtime.explanations import PartView, RuleExplanation, RuleView, RunView, TableRowView, TableView
from engine.runtime.views import (
    AppView,
    DutyView,
    FormState,
    HistoryView,
    NotificationView,
    Page,
    ParameterView,
    QuickActionView,
    RecordView,
    TaskView,
    Viewer,
)


def dumped(document: Json) -> bytes:
    """Return the document as UTF-8; text that has no UTF-8 form is escaped."""
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(document, ensure_ascii=True, allow_nan=False).encode()


def record_json(record: RecordView) -> Json:
    """Return ``{"id", "version", "state", "held", "fields"}``.

    Also ``answer`` where the change has one, and ``duties`` where one record is read.
    """
    answer = {} if record.answer is None else {"answer": record.answer.as_json()}
    duties = {} if record.duties is None else {"duties": [_duty_json(one) for one in record.duties]}
    return {
        "id": record.id,
        "version": record.version,
        "state": record.state,
        "held": record.held,
        "fields": dict(record.fields),
        **answer,
        **duties,
    }


def _duty_json(duty: DutyView) -> Json:
    return {
        "labels": duty.labels.as_json(),
        "each": duty.each,
        "done": duty.done,
        "count": duty.count,
        "until": duty.until,
        "app": duty.form.app,
        "form": duty.form.key,
        "through": duty.through,
    }


def actions_json(actions: tuple[QuickActionView, ...]) -> Json:
    """Return ``{"items": [{"app", "key", "labels", "help", "form", "ask", "choices"}]}``."""
    return {
        "items": [
            {
                "app": action.app,
                "key": action.key,
                "labels": action.labels.as_json(),
                "help": action.help.as_json() if action.help else None,
                "form": action.form,
                "ask": [field.key for field in action.ask],
                "choices": [
                    {
                        "labels": choice.labels.as_json(),
                        "group": choice.group.as_json() if choice.group else None,
                        "fields": dict(choice.fields),
                    }
                    for choice in action.choices
                ],
            }
            for action in actions
        ]
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
    """Return ``{"items": [{"id", "key", "title", "record", "opened_at", "due", "priority", …}]}``."""
    return {
        "items": [
            {
                "id": task.id,
                "key": task.key,
                "title": task.title.as_json(),
                "record": dict(task.record),
                "opened_at": task.opened_at,
                "due": task.due,
                "priority": task.priority,
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


def me_json(viewer: Viewer) -> Json:
    """Return ``{"id", "name", "display_name", "language", "roles": [{"app", "role"}]}``."""
    return {
        "id": viewer.id,
        "name": viewer.name,
        "display_name": viewer.display_name,
        "language": viewer.language,
        "roles": [{"app": app, "role": role} for app, role in sorted(viewer.roles)],
    }


def attention_json(found: AttentionView) -> Json:
    """Return ``{"limit", "counted", "urgent", "waiting": [{"text", "app", "form", "record"}]}``.

    ``form`` is blank where what waits is a board, whose key ``record`` is then.
    """
    return {
        "limit": found.limit,
        "counted": found.counted,
        "urgent": found.urgent,
        "waiting": [
            {"text": one.text.as_json(), "app": one.app, "form": one.form, "record": one.record}
            for one in found.waiting
        ],
    }


def notifications_json(messages: tuple[NotificationView, ...]) -> Json:
    """Return ``{"items": [{"id", "text", "record", "at", "read"}]}``; ``record`` is null where it is about none."""
    return {
        "items": [
            {
                "id": message.id,
                "text": message.text.as_json(),
                "record": dict(message.record) if message.record["id"] else None,
                "at": message.at,
                "read": message.read,
            }
            for message in messages
        ]
    }


def rule_json(rule: RuleView) -> Json:
    """Return ``{"key", "labels", "enabled", "holds", "severity", "fired_at"}``."""
    return {
        "key": rule.key,
        "labels": rule.labels.as_json(),
        "enabled": rule.enabled,
        "holds": rule.holds,
        "severity": rule.severity,
        "fired_at": rule.fired_at,
    }


def rules_json(rules: tuple[RuleView, ...]) -> Json:
    """Return ``{"items": […]}``, the rules in the order in which they look."""
    return {"items": [rule_json(rule) for rule in rules]}


def explanation_json(explained: RuleExplanation) -> Json:
    """Return ``{"rule", "because", "kept_by", "condition", "runs", "at", "next_at"}``."""
    return {
        "rule": rule_json(explained.rule),
        "because": [text.as_json() for text in explained.because],
        "kept_by": [{"kind": item.kind, "words": item.words.as_json()} for item in explained.kept_by],
        "condition": None if explained.condition is None else part_json(explained.condition),
        "runs": [_run_json(run) for run in explained.runs],
        "at": explained.at,
        "next_at": explained.next_at,
    }


def _run_json(run: RunView) -> Json:
    """Return one look of a rule, with what it heard from decision tables."""
    return {
        "at": run.at,
        "fired": run.fired,
        "actions": list(run.actions),
        "error": None if run.error is None else run.error.as_json(),
        "tables": [table_json(table) for table in run.tables],
        "severity": run.severity,
    }


def table_json(table: TableView) -> Json:
    """Return what a rule heard from a decision table."""
    return {
        "table": table.table,
        "output": table.output,
        "labels": table.labels.as_json(),
        "rows": [_table_row_json(row) for row in table.rows],
    }


def _table_row_json(row: TableRowView) -> Json:
    return {
        "row": row.row,
        "number": row.number,
        "policy": None if row.policy is None else row.policy.as_json(),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def part_json(part: PartView) -> Json:
    """Return a part of a condition with its parts; what the caller may not see is ``closed``.

    ``source`` is the row of a decision table that a part tells of, else null.
    """
    return {
        "words": part.words.as_json(),
        "joins": part.joins,
        "holds": part.holds,
        "shown": part.shown.as_json(),
        "closed": part.closed,
        "parts": [part_json(inner) for inner in part.parts],
        "source": None if part.source is None else _table_row_json(part.source),
    }
