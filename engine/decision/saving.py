"""Saving one record: from the values that are to change to one write, or every reason why not.

The order is that of 01 *Submit*: defaults, computed, visible and required, validation, uniqueness, before-rules in
bounded rounds, computed again, the transition's guard. The same for a user, the API, an import and a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.decision import captures, checks, holding, numbering, pointers
from engine.decision.approvals.courses import overtake, start_where_entered
from engine.decision.approvals.owners import hand_over
from engine.decision.before_change import old_json
from engine.decision.before_rules import apply_before_rules
from engine.decision.changeset import OutboxMessage, RecordWrite, StateChange
from engine.decision.happenings import event_json
from engine.decision.ledgers import keep_account, refuse_rewriting
from engine.decision.pending import Saving
from engine.decision.permissions import access_to
from engine.decision.reading_ahead import read_ahead
from engine.decision.receipts import UNDO, leave, written
from engine.decision.tasks import close_overtaken
from engine.decision.timing import timers
from engine.forms import filling
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row, Value
from engine.rules.rules import Event, old_fields
from engine.workflows.workflows import Transition

DELETE, RESTORE = "delete", "restore"
"""What the journal calls a record that is put away, and one that is taken out of the bin."""


def save(saving: Saving) -> Row:
    """Decide one save: note its write, or raise EngineError with every problem found."""
    refuse_rewriting(saving)
    if saving.plain:
        saving.settle(saving.row)
    else:
        examine(saving)
    if saving.found:
        raise EngineError(distinct(saving.found))
    _note_write(saving)
    return saving.row


def examine(saving: Saving) -> Mapping[str, filling.Standing]:
    """Bring the record to where it would be saved and gather all that keeps it from it; return how its fields stand."""
    saving.work.saves += 1
    saving.settle(saving.row)
    _read_ahead(saving)
    pointers.check_given(saving)
    captures.check_given(saving)
    _fill(saving)
    if saving.transition is not None:
        checks.check_transition(saving, saving.transition)
        _move(saving, saving.transition)
    _stand_in(saving)
    apply_before_rules(saving, save)
    keep_account(saving)
    stands = _cleared(saving)
    saving.found.extend(_shortcomings(saving, stands))
    checks.check_given(saving, stands)
    checks.check_made(saving)
    pointers.check_made(saving)
    captures.check_made(saving)
    checks.check_uniqueness(saving)
    if saving.transition is not None:
        checks.check_guard(saving, saving.transition)
    return stands


def _shortcomings(saving: Saving, stands: Mapping[str, filling.Standing]) -> list[Problem]:
    """Return what keeps the record from being saved, without what was wrong with it before a rule came."""
    found = filling.shortcomings(saving.form, saving.row, saving.around, stands, draft=saving.draft)
    if not found or saving.typed or saving.before is None:
        return found
    draft = saving.was_draft
    stood = filling.standings(saving.form, saving.before, saving.around, draft=draft)
    known = filling.shortcomings(saving.form, saving.before, saving.around, stood, draft=draft)
    return [problem for problem in found if problem not in known]


def _read_ahead(saving: Saving) -> None:
    """Ask at once for what form, before-rules, guard and the sender's rights read, and for what is pointed at."""
    form, work = saving.form, saving.work
    guard = saving.transition.guard if saving.transition else None
    rights = [] if work.command.actor.user is None else access_to(work, form).grants
    around = [
        *saving.app.read_by_saving(form.key),
        *(grant.rows for grant in rights if grant.rows is not None),
        *(() if guard is None else (guard,)),
    ]
    lines = ((line, item.reaching) for item in form.with_lines for line in saving.row.get(item.key) or ())
    read_ahead(work, [(saving.row, around), *lines], pointers.pointed_at(saving), saving.around)


def distinct(found: Iterable[Problem]) -> list[Problem]:
    """Keep one problem a kind and place; what is blank because it could not be read is not reported as missing too."""
    unread = {problem.path for problem in found if problem.code in checks.UNREAD}
    kept: dict[tuple[str, str], Problem] = {}
    for problem in found:
        if problem.code in checks.BLANK and any(_is_within(place, problem.path) for place in unread):
            continue
        kept.setdefault((problem.code, problem.path), problem)
    return list(kept.values())


def _is_within(place: str, field: str) -> bool:
    return place == field or place.startswith(f"{field}[")


def _fill(saving: Saving) -> None:
    """Put in line ids, defaults (of a new record and of new lines) and computed values."""
    row = dict(saving.row)
    if saving.before is None:
        fields = list(saving.form.live_fields())
        row |= filling.default_values(fields, saving.given, row, saving.around)
        if saving.given.get("owner") is None and row.get("owner") is None:
            row["owner"] = saving.actor.user
    saving.settle(row)
    for outer in saving.form.with_lines:
        if outer.key in saving.given and row.get(outer.key):
            row[outer.key] = tuple(_filled_line(saving, outer.key, line) for line in row[outer.key])
    saving.settle(filling.with_computed(saving.form, row, saving.around))


def _stand_in(saving: Saving) -> None:
    """Put a line of defaults where a record that leaves its draft has none, if they fill all that a line needs.

    The same where somebody has just taken the last one away.
    """
    if saving.draft:
        return
    leaving = saving.before is None or saving.was_draft
    lines = {
        item.key: _filled_line(saving, item.key, {})
        for item in saving.form.with_lines
        if item.definition.default_line and not saving.row.get(item.key) and (leaving or item.key in saving.given)
    }
    needed = {key: [i.key for i in saving.form.fields[key].lines.values() if i.definition.required] for key in lines}
    whole = {key: (line,) for key, line in lines.items() if all(line.get(inner) is not None for inner in needed[key])}
    if whole:
        saving.settle(filling.with_computed(saving.form, {**saving.row, **whole}, saving.around))


def _filled_line(saving: Saving, key: str, line: Row) -> Row:
    """Return one line with its id and, where it is new, its defaults."""
    if line.get("id"):
        return line
    fields = saving.form.fields[key].lines
    blank = {**dict.fromkeys(fields), **line, "id": saving.work.next_id(), "parent": saving.row["id"]}
    filled = {**blank, **filling.default_values(fields.values(), line, blank, saving.around)}
    return {name: value for name, value in filled.items() if name != "parent"}


def _move(saving: Saving, transition: Transition) -> None:
    """Bring the record to the state that the transition leads to; one that has come to its end is held no longer."""
    if transition.definition.releases:
        holding.agree(saving)
    target = transition.definition.target
    if target is None or saving.row.get("state") == target:
        return
    ended = saving.workflow is not None and saving.workflow.is_closed(target)
    held = None if ended else saving.row.get("held")
    saving.settle({**saving.row, "state": target, "state_since": saving.work.moment, "held": held})


def _cleared(saving: Saving) -> Mapping[str, filling.Standing]:
    """Blank what a person's own submission hides, and what that hides in turn; return how the fields stand then.

    What is computed is computed again without it. Rules and imports never clear (03 §2).
    """
    cleared: set[str] = set()
    while True:
        stands = filling.standings(saving.form, saving.row, saving.around, draft=saving.draft)
        gone = _hidden(saving, stands) - cleared
        if not gone:
            return stands
        cleared |= gone
        blanked = {**saving.row, **dict.fromkeys(cleared)}
        saving.settle({**filling.with_computed(saving.form, blanked, saving.around), **dict.fromkeys(cleared)})


def _hidden(saving: Saving, stands: Mapping[str, filling.Standing]) -> set[str]:
    """Return the fields that are filled and hidden, and that nobody has just filled (those are refused)."""
    if saving.before is not None and (saving.imported or not saving.typed):
        return set()
    before: Mapping[str, Value] = saving.before or {}
    numbered = {item.key for item in saving.form.numbered}
    hidden = {key for key, standing in stands.items() if not standing.visible and saving.row.get(key) is not None}
    hidden -= numbered  # a number stays, or there would be a gap
    return {key for key in hidden if key not in saving.given or saving.given[key] == before.get(key)}


def _note_write(saving: Saving) -> None:
    """Turn the difference between before and now into one write, with its state change, tasks and event."""
    work, before = saving.work, saving.before
    row, old = saving.row, before or {}
    changes = {key: row.get(key) for key in saving.form.kept if row.get(key) != old.get(key)}
    if before is not None and not changes and saving.transition is None:
        return
    version = int(old.get("version") or 0) + 1
    stamp = {"version": version, "updated_at": work.moment, "updated_by": saving.actor.user}
    changes |= stamp
    saving.settle({**saving.row, **stamp})
    action = saving.transition.key if saving.transition else "create" if before is None else "update"
    if saving.batch is not None:
        action = "relocate"
    if saving.undoes is not None:
        action = UNDO
    restored = old.get("deleted_at") is not None and saving.row.get("deleted_at") is None
    if saving.row.get("deleted_at") is not None or restored:
        action = RESTORE if restored else DELETE
    _gather_write(saving, changes, action, version)
    numbering.note_numbers(saving)
    leave(work, written(saving.key, version, new=before is None))
    captures.hold(saving)
    if saving.row.get("state") != old.get("state"):
        _note_state(saving, old)
    close_overtaken(saving)
    work.timers.extend(timers(saving))
    if saving.batch is None:
        _note_event(saving, changes, old)
    overtake(saving, save)
    hand_over(saving, save)
    if restored or saving.row.get("state") != old.get("state"):
        start_where_entered(saving, save)


def _gather_write(saving: Saving, changes: Mapping[str, Value], action: str, version: int) -> None:
    work = saving.work
    again = next((item for item in work.writes if (item.app, item.form, item.id) == saving.key), None)
    write = RecordWrite(
        kind="insert" if saving.before is None else "update",
        app=saving.app.key,
        form=saving.form.key,
        id=saving.key[2],
        version=version,
        changes=changes,
        row=saving.row,
        action=action,
        actor=saving.actor,
        reason=saving.reason,
    )
    if saving.before is None:
        work.new.add(saving.key)
    if again is None or again.version < version:
        work.writes.append(write)


def _note_state(saving: Saving, old: Mapping[str, Value]) -> None:
    work = saving.work
    since = old.get("state_since")
    work.state_changes.append(
        StateChange(
            app=saving.app.key,
            form=saving.form.key,
            record=saving.key[2],
            origin=old.get("state"),
            target=str(saving.row["state"]),
            transition=saving.transition.key if saving.transition else None,
            actor=saving.actor,
            at=work.moment,
            dwell=None if since is None else work.moment - int(since),
            batch=saving.batch,
        )
    )


def _note_event(saving: Saving, changes: Mapping[str, Value], old: Mapping[str, Value]) -> None:
    """Leave an event in the outbox where an after-rule looks at it."""
    moved = saving.row.get("state") != old.get("state")
    event = Event(
        created=saving.before is None,
        deleted="deleted_at" in changes and changes["deleted_at"] is not None,
        changed=frozenset() if saving.before is None else frozenset(changes),
        left=old.get("state") if moved else None,
        entered=saving.row.get("state") if moved else None,
        hook=saving.hook,
    )
    app, form, record = saving.key
    undone = saving.undoes[1] if saving.undoes is not None and saving.undoes[0] == app else None
    after = saving.app.rules_of(form, before=False)
    looking = [rule for rule in after if rule.looks_at(event) and rule.key != undone]
    if not looking:
        return
    payload = {
        "app": app,
        "form": form,
        "record": record,
        "version": saving.row["version"],
        "depth": saving.depth,
        "by": saving.work.command.actor.user,
        "event": {**event_json(event), "version": saving.row["version"]},
    }
    if undone is not None:
        payload["but"] = undone
    if any(old_fields(rule) for rule in looking):
        payload["old"] = old_json(saving.form, saving.before)
    saving.work.messages.append(OutboxMessage(saving.work.next_id(), "event", payload, saving.work.moment))
