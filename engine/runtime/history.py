"""A record's history from the journal: every change in order, without what the viewer may not see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.catalog.apps import App
from engine.catalog.connectors.intakes import acting_as
from engine.decision.facts import PersonQuery
from engine.decision.receipts import UNDO
from engine.decision.saving import DELETE, RESTORE
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.problems import Text
from engine.kernel.values import Row, StorageKind
from engine.runtime import files_seen
from engine.runtime.reading import Reading
from engine.runtime.showing import field_labels, field_words
from engine.runtime.views import ChangeView, HistoryView
from engine.storage import approvals
from engine.storage.form_tables import FormTables
from engine.storage.journal import JournalEntry, entries_about
from engine.storage.journal_triggers import ERASURE
from engine.storage.rows import from_json

STAMPS = frozenset(
    ("id", "version", "created_at", "created_by", "updated_at", "updated_by", "state_since", "deleted_at")
)
"""System fields whose changes every entry says anyway."""

UPDATE = "update"
ACTIONS = {
    "create": Text("新建", "Created"),
    UPDATE: Text("修改", "Changed"),
    "relocate": Text("随流程调整迁移状态", "Moved to another state with many others"),
    DELETE: Text("删除", "Deleted"),
    RESTORE: Text("从回收站恢复", "Restored from the bin"),
    ERASURE: Text("清除数据", "Erased"),
}


APPROVAL = "approval"
"""Why an entry was made that an approval made."""

AFTER = {
    "": Text("打分后", "By the scores of the approval"),
    "approved": Text("通过后", "After the approval of"),
    "rejected": Text("驳回后", "After the rejection of"),
    "returned": Text("退回后", "After the return of"),
    "withdrawn": Text("撤回后", "After the withdrawal of"),
    "apart": Text("打分相差过大", "Scores too far apart in"),
    "overtaken": Text("失效后", "After the end of"),
}


def history_of(reading: Reading, form: Form, row: Row) -> tuple[HistoryView, ...]:
    """Return the entries about a record, newest first."""
    entries = entries_about(reading.connection, form.app, form.key, str(row["id"]))
    reading.fetch(PersonQuery(entry.actor) for entry in entries if entry.actor)
    after = _after(reading, form, str(row["id"]), entries)
    files_seen.look_up(reading, (id for entry in entries for id in _files(reading, form, entry)))
    hidden = reading.access(form).hidden(row, reading.surroundings(form.app))
    before: dict[str, Json] = {}
    views: list[HistoryView] = []
    for entry in entries:
        changes = tuple(_changes(reading, form, entry, before, hidden))
        before.update({key: _known_columns(reading.tables(form), key, value) for key, value in entry.values.items()})
        views.append(replace(_view(reading, form, entry, changes), after=after.get(entry.id)))
    return tuple(reversed(views))


def _files(reading: Reading, form: Form, entry: JournalEntry) -> list[str]:
    """Return the ids of the files that an entry names, where the form still has the fields."""
    tables = reading.tables(form)
    known = {key: value for key, value in entry.values.items() if key in tables.main.columns or key in tables.lines}
    return files_seen.named_in(form.live_fields(), known)


def _view(reading: Reading, form: Form, entry: JournalEntry, changes: tuple[ChangeView, ...]) -> HistoryView:
    app = reading.app(form.app)
    flow = app.workflows.get(form.key)
    transition = flow.transitions.get(entry.action) if flow else None
    acting = _acting(app, entry.rule)
    labels = transition.labels if transition else ACTIONS.get(entry.action, Text(entry.action, entry.action))
    person = reading.person(entry.actor) if entry.actor else None
    if entry.action == UNDO:
        labels = _undone(acting or Text(entry.rule or "", entry.rule or ""), entry.reason)
    elif acting is not None and person is not None and transition is None:
        labels = acting  # who pressed a button did what its rule is called
    return HistoryView(
        id=entry.id,
        at=moment_text(entry.at),
        version=entry.version or 0,
        action=entry.action,
        labels=labels,
        by=entry.actor,
        by_shown=person.display_name if person else acting or Text("系统", "System"),
        rule=entry.rule,
        changes=changes,
    )


def _undone(rule: Text, reason: str | None) -> Text:
    """Return that what a rule did was undone, and why."""
    why = "" if reason is None else f":{reason}"
    return Text(f"撤回了“{rule.zh}”做的{why}", f"Undid what “{rule.en}” did{why.replace(':', ': ', 1)}")


def _after(reading: Reading, form: Form, record: str, entries: Sequence[JournalEntry]) -> dict[str, Text]:
    """Return which approval made an entry and what it had come to, by entry; none of what was made without one."""
    made = [entry for entry in entries if entry.reason == APPROVAL]
    if not made:
        return {}
    found = approvals.of_record(reading.connection, form.app, form.key, record)
    told = {}
    for entry in made:
        own = [one for one in found if one.standing.approval == entry.rule and one.standing.started_at <= entry.at]
        if own:
            name = Text.from_json(own[-1].standing.design["labels"])
            outcome = None if entry.action == UPDATE else own[-1].standing.course.outcome
            said = AFTER[outcome or ""]
            told[entry.id] = Text(f"审批“{name.zh}”{said.zh}", f"{said.en} “{name.en}”")
    return told


def _acting(app: App, name: str | None) -> Text | None:
    """Return what the rule, or what comes in from a partner, is called that changed a record."""
    named = {rule.key: rule.labels for rule in app.rules}
    named |= {
        acting_as(one.key, key): made.definition.labels
        for one in app.connectors.values()
        for key, made in one.intakes.items()
    }
    return named.get(name or "")


def _changes(
    reading: Reading, form: Form, entry: JournalEntry, before: dict[str, Json], hidden: frozenset[str]
) -> Iterable[ChangeView]:
    tables = reading.tables(form)
    for key, whole in entry.values.items():
        if key not in tables.main.columns and key not in tables.lines:
            continue  # of a field that is gone: whom it was hidden from is no longer known
        after = _known_columns(tables, key, whole)
        if key in STAMPS or key in hidden or after == before.get(key):
            continue
        yield ChangeView(
            key=key,
            labels=field_labels(form, key),
            before=_told(key, before.get(key)),
            after=_told(key, after),
            before_shown=_words(reading, form, key, before.get(key)),
            after_shown=_words(reading, form, key, after),
        )


def _told(key: str, value: Json) -> Json:
    """Return a value as it is told; of a hold no more than why, since when and who agreed to let go."""
    if key != "held" or value is None:
        return value
    agreed = [item["by"] for item in value["agreed"]]
    return {"reason": value["reason"], "since": moment_text(value["since"]), "agreed": agreed}


def _known_columns(tables: FormTables, key: str, value: Json) -> Json:
    """Return lines without the fields that they no longer have, and any other value as it is."""
    if key not in tables.lines or value is None:
        return value
    known = tables.lines[key].columns
    return [{name: inner for name, inner in line.items() if name in known} for line in value]


def _words(reading: Reading, form: Form, key: str, value: Json) -> object:
    tables = reading.tables(form)
    if value is None:
        return None
    if key in tables.lines:
        columns = tables.lines[key].columns
        lines = [{name: from_json(inner, columns[name]) for name, inner in line.items()} for line in value]
        return field_words(reading, form, key, tuple(lines))
    column = tables.main.columns[key]
    if not _is_of(value, column.kind):
        return str(value)
    try:
        read = from_json(value, column)
    except (ValueError, ArithmeticError):  # written when the field was of another type
        return str(value)
    return field_words(reading, form, key, read)


def _is_of(value: Json, kind: StorageKind) -> bool:
    """Tell whether a value is as JSON writes one of a kind: the field may have been of another type."""
    match kind:
        case StorageKind.JSON:
            return True
        case StorageKind.BOOLEAN:
            return isinstance(value, bool)
        case StorageKind.TEXTS:
            return isinstance(value, list)
        case _:
            return isinstance(value, str)
