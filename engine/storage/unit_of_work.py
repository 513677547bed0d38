"""Applies one changeset in the caller's transaction: records, journal, tasks and outbox together; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert, update

from engine.decision.changeset import Changeset, RecordWrite, TaskClosing
from engine.kernel.canonical import compact
from engine.kernel.identifiers import RandomBytes, uuid7
from engine.kernel.problems import EngineError
from engine.storage import capture_tokens, files, firings, journal, problems, records, revisions, system_tables, timers
from engine.storage.form_tables import FormTables, Tables
from engine.storage.integrity import refusals_explained
from engine.storage.journal import Authorship
from engine.storage.upserts import insert_or_ignore
from engine.storage.write_guard import writing


def apply(connection: Connection, changeset: Changeset, tables: Tables, random: RandomBytes) -> None:
    """Apply everything of the changeset, or raise and leave it to the caller's transaction to undo what was begun.

    Every write gets its journal entry here, derived from the write itself. Raises ``EngineError`` of the nature
    CONFLICT: STORE-010 where a record is at another version, STORE-011 where a unique value is taken, STORE-014 where
    the app has been published since the changeset was decided, STORE-015 where a task has been dealt with,
    STORE-062 where a rule has fired for what it fires once for.
    """
    by = Authorship(changeset.actor, changeset.command, changeset.moment, random)
    with writing(connection):
        _check_revisions(connection, changeset)
        firings.put(connection, changeset.firings)  # first: who has to wait for another holds nothing yet
        capture_tokens.use(connection, changeset)
        _write_records(connection, changeset, tables)
        files.hold(connection, changeset)
        _log_states(connection, changeset, random)
        _close_tasks(connection, changeset.tasks_closed)
        _open_tasks(connection, changeset)
        timers.put(connection, changeset.timers, changeset.moment)
        _send(connection, changeset)
        _log_rules(connection, changeset)
        entries = [journal.entry_of_write(write, _form(tables, write), changeset) for write in changeset.writes]
        entries += [journal.entry_of_note(note, changeset.actor) for note in changeset.notes]
        journal.append(connection, by, entries)


def _check_revisions(connection: Connection, changeset: Changeset) -> None:
    if not changeset.revisions:
        return
    current = revisions.current(connection)
    moved = [
        problems.REVISION_MOVED.at(key, app=key, number=current.get(key, 0))
        for key, number in changeset.revisions.items()
        if current.get(key) != number
    ]
    if moved:
        raise EngineError(moved)


def _form(tables: Tables, write: RecordWrite) -> FormTables:
    form = tables.get((write.app, write.form))
    if form is None:
        raise EngineError(problems.UNKNOWN_FORM.at(app=write.app, form=write.form))
    return form


def _write_records(connection: Connection, changeset: Changeset, tables: Tables) -> None:
    """Write in one fixed order, by form and id, so that two units of work never wait for each other crosswise."""
    ordered = sorted(changeset.writes, key=lambda write: (write.app, write.form, write.id, write.version))
    for _, group in groupby(ordered, key=lambda write: (write.app, write.form)):
        writes = list(group)
        form = _form(tables, writes[0])
        with refusals_explained(form):
            added = [{**w.changes, "id": w.id, "version": w.version} for w in writes if w.kind == "insert"]
            if added:
                records.insert_rows(connection, form, added)
            for write in writes:
                if write.kind == "update":
                    records.update_row(connection, form, write.id, write.version, write.changes)


def _log_states(connection: Connection, changeset: Changeset, random: RandomBytes) -> None:
    _insert(
        connection,
        "state_log",
        [
            {
                "id": uuid7(change.at, random(10)),
                "app": change.app,
                "form": change.form,
                "record": change.record,
                "origin": change.origin,
                "target": change.target,
                "transition": change.transition,
                "actor": change.actor.user,
                "rule": change.actor.rule,
                "at": change.at,
                "dwell": change.dwell,
            }
            for change in changeset.state_changes
        ],
    )


def _close_tasks(connection: Connection, closings: Sequence[TaskClosing]) -> None:
    """Close tasks; to act on one that is closed is refused, to overtake it is nothing."""
    task = system_tables.task
    for closing in closings:
        change = update(task).where(task.c.id == closing.id, task.c.closed_at.is_(None))
        values = {
            "closed_at": closing.at,
            "closed_action": closing.action,
            "closed_by": closing.actor.user,
            "closed_rule": closing.actor.rule,
        }
        if connection.execute(change, values).rowcount == 0 and closing.action is not None:
            raise EngineError(problems.TASK_DONE.at())


def _open_tasks(connection: Connection, changeset: Changeset) -> None:
    rows = [
        {
            "id": task.id,
            "key": task.key,
            "app": task.app,
            "form": task.form,
            "record": task.record,
            "assignee": task.assignee,
            "title_zh": task.title.zh,
            "title_en": task.title.en,
            "actions": compact(
                [
                    {
                        "key": action.key,
                        "labels": action.labels.as_json(),
                        "transition": action.transition,
                        "fields": list(action.fields),
                        "one_of": list(action.one_of),
                    }
                    for action in task.actions
                ]
            ),
            "dedupe": task.dedupe,
            "opened_at": task.opened_at,
            "due_at": task.due_at,
            "state": task.state,
        }
        for task in changeset.tasks_opened
    ]
    if rows:
        connection.execute(insert_or_ignore(connection, system_tables.task, ("dedupe",)), rows)


def _send(connection: Connection, changeset: Changeset) -> None:
    _insert(
        connection,
        "outbox",
        [
            {
                "id": message.id,
                "command": changeset.command,
                "kind": message.kind,
                "payload": compact(message.payload),
                "due_at": message.due_at,
            }
            for message in changeset.messages
        ],
    )


def _log_rules(connection: Connection, changeset: Changeset) -> None:
    _insert(connection, "rule_run", list(_rule_rows(changeset)))


def _rule_rows(changeset: Changeset) -> Iterator[dict[str, Any]]:
    for run in changeset.rule_runs:
        yield {
            "id": run.id,
            "app": run.app,
            "rule": run.rule,
            "revision": run.revision,
            "form": run.form,
            "record": run.record,
            "fired": run.fired,
            "trace": compact(run.trace),
            "at": run.at,
        }


def _insert(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(system_tables.metadata.tables[system_tables.PREFIX + table]), rows)
