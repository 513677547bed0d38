"""Applies changesets in the caller's transaction: records, journal, tasks and outbox together; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert, update

from engine.decision.changeset import Changeset, RecordWrite, StateChange, TaskClosing, TaskOpening
from engine.kernel.canonical import compact
from engine.kernel.identifiers import RandomBytes, uuid7
from engine.kernel.problems import EngineError
from engine.rules.definitions import PRIORITIES
from engine.storage import (
    approvals,
    capture_tokens,
    counters,
    envelopes,
    files,
    firings,
    journal,
    problems,
    records,
    revisions,
    system_tables,
    timers,
    undoing,
)
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
    STORE-062 where a rule has fired for what it fires once for, STORE-067 where a run has been undone; BUSY STORE-066
    where a message that is to be kept back is being delivered.
    """
    apply_all(connection, (changeset,), tables, random)


def apply_all(connection: Connection, changesets: Sequence[Changeset], tables: Tables, random: RandomBytes) -> None:
    """Apply changesets of which none needs what another changes, as ``apply`` would one after the other.

    Rows of all go into a table by one statement. What is raised does not say which of them could not be applied.
    """
    with writing(connection):
        _check_revisions(connection, changesets)
        # First: who has to wait for another holds nothing yet.
        firings.put(connection, [one for each in changesets for one in each.firings])
        for changeset in changesets:
            capture_tokens.use(connection, changeset)
        changesets = _write_numbered(connection, changesets, tables)
        for changeset in changesets:
            files.hold(connection, changeset)
        rows = [_logged(changeset, tables, random) for changeset in changesets]
        _insert(connection, "state_log", [row for states, _ in rows for row in states])
        _check_approved(connection, changesets, tables)
        approvals.put(connection, [one for each in changesets for one in each.approvals])
        approvals.note(connection, [one for each in changesets for one in each.approval_acts])
        envelopes.put(connection, [one for each in changesets for one in each.envelopes])
        envelopes.note(connection, [one for each in changesets for one in each.envelope_acts])
        _close_tasks(connection, [closing for each in changesets for closing in each.tasks_closed])
        _open_tasks(connection, [task for each in changesets for task in each.tasks_opened])
        timers.put(connection, [(one, each.moment) for each in changesets for one in each.timers])
        for changeset in changesets:
            undoing.cancel(connection, changeset.cancelled)
            undoing.note(connection, changeset.undone)
        _send(connection, changesets)
        _insert(connection, "rule_run", [row for each in changesets for row in _rule_rows(each)])
        journal.write(connection, [entry for _, entries in rows for entry in entries])


def _logged(
    changeset: Changeset, tables: Tables, random: RandomBytes
) -> tuple[list[dict[str, Any]], list[journal.SaltedEntry]]:
    """Return what the log of states and the journal say of a changeset: both take chance, in one order."""
    states = [_state_row(change, random) for change in changeset.state_changes]
    by = Authorship(changeset.actor, changeset.command, changeset.moment, random)
    entries = [journal.entry_of_write(write, _form(tables, write), changeset) for write in changeset.writes]
    entries += [journal.entry_of_note(note, changeset.actor) for note in changeset.notes]
    return states, journal.salted(by, entries)


def _check_revisions(connection: Connection, changesets: Iterable[Changeset]) -> None:
    decided_on = {pair for changeset in changesets for pair in changeset.revisions.items()}
    if not decided_on:
        return
    current = revisions.current(connection)
    moved = [
        problems.REVISION_MOVED.at(key, app=key, number=current.get(key, 0))
        for key, number in sorted(decided_on)
        if current.get(key) != number
    ]
    if moved:
        raise EngineError(moved)


def _form(tables: Tables, write: RecordWrite) -> FormTables:
    form = tables.get((write.app, write.form))
    if form is None:
        raise EngineError(problems.UNKNOWN_FORM.at(app=write.app, form=write.form))
    return form


def _write_numbered(connection: Connection, changesets: Sequence[Changeset], tables: Tables) -> Sequence[Changeset]:
    """Write records; return the changesets with the numbers that were given.

    Records that are there already come first, then the numbers of new ones, then these: who waits for a record holds no
    counter for it, and all units of work keep this one order.
    """
    new = {_of(write) for each in changesets for write in each.writes if write.kind == "insert"}
    _write_records(connection, (one for each in changesets for one in each.writes if _of(one) not in new), tables)
    if any(each.numbers for each in changesets):
        changesets = counters.numbered(connection, changesets, tables)
    _write_records(connection, (one for each in changesets for one in each.writes if _of(one) in new), tables)
    return changesets


def _of(write: RecordWrite) -> tuple[str, str, str]:
    return (write.app, write.form, write.id)


def _write_records(connection: Connection, listed: Iterable[RecordWrite], tables: Tables) -> None:
    """Write in one fixed order, by form and id, so that two units of work never wait for each other crosswise."""
    ordered = sorted(listed, key=lambda write: (write.app, write.form, write.id, write.version))
    for _, group in groupby(ordered, key=lambda write: (write.app, write.form)):
        writes = list(group)
        form = _form(tables, writes[0])
        with refusals_explained(form):
            added = [{**w.changes, "id": w.id, "version": w.version} for w in writes if w.kind == "insert"]
            if added:
                records.insert_rows(connection, form, added)
            changed = [(w.id, w.version, w.changes) for w in writes if w.kind == "update"]
            records.update_rows(connection, form, changed)


def _check_approved(connection: Connection, changesets: Sequence[Changeset], tables: Tables) -> None:
    """Raise (BUSY) where an approval begins of a record that another write has just deleted, or the other way round.

    Both hold the record: the one by its write, the other here. So whoever is second sees what the first has done.
    """
    written = {(one.app, one.form, one.id) for each in changesets for one in each.writes}
    begun = {(one.app, one.form, one.record) for each in changesets for one in each.approvals if one.version == 1}
    for app, form, record in sorted(begun - written):
        records.hold_living(connection, tables[app, form], record)
    ended = {one.id for each in changesets for one in each.approvals if one.outcome is not None}
    gone = {
        (w.app, w.form, w.id) for each in changesets for w in each.writes if w.changes.get("deleted_at") is not None
    }
    for app, form, record in sorted(gone):
        under_way = approvals.of_record(connection, app, form, record)
        if any(one.ended_at is None and one.standing.id not in ended for one in under_way):
            raise EngineError(problems.BUSY.at())


def _state_row(change: StateChange, random: RandomBytes) -> dict[str, Any]:
    return {
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
        "batch": change.batch,
    }


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


def _open_tasks(connection: Connection, openings: Iterable[TaskOpening]) -> None:
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
            "approval": task.approval,
            "priority": PRIORITIES.index(task.priority),
        }
        for task in openings
    ]
    if rows:
        connection.execute(insert_or_ignore(connection, system_tables.task, ("dedupe",)), rows)


def _send(connection: Connection, changesets: Iterable[Changeset]) -> None:
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
            for changeset in changesets
            for message in changeset.messages
        ],
    )


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
            "error": run.error,
        }


def _insert(connection: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(system_tables.metadata.tables[system_tables.PREFIX + table]), rows)
