"""Whether what one decision has read is what another changes: decisions that do not meet may be made side by side.

A question that is not told apart here counts as met: to decide once more is slower, never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.decision.changeset import Changeset, RecordWrite
from engine.decision.facts import (
    AggregateQuery,
    ApprovalQuery,
    ApprovalsOnQuery,
    AwayQuery,
    BalanceQuery,
    CaptureQuery,
    ChangesQuery,
    EntriesQuery,
    EnvelopeQuery,
    FileQuery,
    FiredQuery,
    LastMoveQuery,
    LoadsQuery,
    MessageQuery,
    OpenTasksQuery,
    PersonQuery,
    Query,
    RecordQuery,
    RepeatQuery,
    RoleQuery,
    RowsQuery,
    RunQuery,
    SameQuery,
    SuperiorsQuery,
    TaskEndQuery,
    TaskQuery,
)
from engine.decision.work import Key
from engine.kernel.values import Value
from engine.language.tree import Aggregate, Path, Related, walk


@dataclass
class Changes:
    """What some changesets change, as far as deciding can ask about it."""

    records: set[Key] = field(default_factory=set)
    forms: set[tuple[str, str]] = field(default_factory=set)
    writes: dict[tuple[str, str], list[RecordWrite]] = field(default_factory=dict)
    updated: dict[tuple[str, str], list[RecordWrite]] = field(default_factory=dict)
    held: dict[tuple[str, str, tuple[str, ...]], tuple[set[tuple[Value, ...]], int]] = field(default_factory=dict)
    """What new records hold in fields that were asked about, and how many writes are known for it."""
    loads: bool = False
    with_tasks: set[Key] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    closes_alone: bool = False
    firings: set[tuple[str, str, str, str]] = field(default_factory=set)
    holds_files: bool = False
    approvals: set[str] = field(default_factory=set)
    with_approvals: set[Key] = field(default_factory=set)

    def add(self, changeset: Changeset) -> None:
        """Note what one more changeset changes."""
        written = [(write.app, write.form, write.id) for write in changeset.writes]
        self.records.update(written)
        self.forms.update(key[:2] for key in written)
        for write in changeset.writes:
            self.writes.setdefault((write.app, write.form), []).append(write)
            if write.kind == "update":
                self.updated.setdefault((write.app, write.form), []).append(write)
        self.loads = self.loads or bool(changeset.tasks_opened or changeset.tasks_closed or written)
        self.with_tasks.update((task.app, task.form, task.record) for task in changeset.tasks_opened)
        self.tasks.update(task.id for task in changeset.tasks_closed)
        self.closes_alone = self.closes_alone or bool(changeset.tasks_closed and not written)
        self.firings.update((one.app, one.rule, one.record, one.period) for one in changeset.firings)
        self.holds_files = self.holds_files or bool(changeset.holdings or changeset.tokens_used)
        self.approvals.update(one.id for one in changeset.approvals)
        self.with_approvals.update((one.app, one.form, one.record) for one in changeset.approvals)

    def meet(self, queries: Iterable[Query]) -> bool:
        """Tell whether an answer to any of these may be another one once the changes are made."""
        return any(map(self._meets, queries))

    def _meets(self, query: Query) -> bool:
        match query:
            case RecordQuery(app, form, id) | EntriesQuery(app, form, id) | LastMoveQuery(app, form, id):
                return (app, form, id) in self.records
            case OpenTasksQuery(app, form, id):
                # What is written overtakes tasks of its own; a task that is closed by hand does not say whose it is.
                return (app, form, id) in self.with_tasks | self.records or self.closes_alone
            case LoadsQuery():
                return self.loads  # what is written may overtake tasks of anybody's
            case TaskQuery(id):
                return id in self.tasks
            case FiredQuery(app, rule, record, period):
                return (app, rule, record, period) in self.firings
            case SameQuery(app, form):
                return self._makes_another(app, form, query)
            case BalanceQuery(app, form):
                return (app, form) in self.forms
            case AggregateQuery(app, form, _, aggregate) | RowsQuery(app, form, _, aggregate):
                return (app, form) in self.forms or (bool(self.forms) and _reaches(aggregate))
            case FileQuery() | CaptureQuery() | RepeatQuery():
                return self.holds_files
            case ApprovalQuery(id):
                return id in self.approvals
            case ApprovalsOnQuery(app, form, id):
                return (app, form, id) in self.with_approvals
            case RunQuery() | EnvelopeQuery() | ChangesQuery() | MessageQuery() | TaskEndQuery():
                return (
                    True  # asked only where a run is undone, somebody was faster, or for an envelope, decided by itself
                )
            case PersonQuery() | RoleQuery() | AwayQuery() | SuperiorsQuery():
                return False  # no decision changes people

    def _makes_another(self, app: str, form: str, query: SameQuery) -> bool:
        """Tell whether a record comes to hold these values by a write, or may have ceased to hold them.

        New records are gone through once for all questions about the same fields.
        """
        if any(
            not write.changes.keys().isdisjoint((*query.fields, "deleted_at"))
            for write in self.updated.get((app, form), ())
        ):
            return True
        key = (app, form, query.fields)
        held, known = self.held.get(key, (set[tuple[Value, ...]](), 0))
        listed = self.writes.get((app, form), [])
        inserted = (write.row for write in listed[known:] if write.kind == "insert")
        held.update(tuple(row.get(name) for name in query.fields) for row in inserted)
        self.held[key] = (held, len(listed))
        return query.values in held


def _reaches(aggregate: Aggregate) -> bool:
    """Tell whether an aggregate reads more of a row than its own fields."""
    inner = (tree for tree in (aggregate.value, aggregate.where) if tree is not None)
    return any(isinstance(part, Path | Related) for tree in inner for part in walk(tree))
