"""What is checked of a record that is about to be saved, beyond what its form's own conditions say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.decision import holding
from engine.decision.facts import Query, SameQuery
from engine.decision.pending import Saving
from engine.decision.permissions import is_one_of
from engine.decision.persons import labels_at_end
from engine.forms import filling
from engine.forms import problems as form_problems
from engine.forms.captured import problems as captured_problems
from engine.forms.filling import Standing
from engine.forms.forms import Field
from engine.forms.numbers import TYPE as NUMBERED
from engine.forms.parsing import problem
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import EngineError, Problem, ProblemKind
from engine.kernel.values import Row
from engine.language.expressions import Expression
from engine.workflows import problems as flow_problems
from engine.workflows.workflows import Transition

UNREAD = frozenset(
    kind.code
    for kind in (
        form_problems.WRONG_TYPE,
        form_problems.UNKNOWN_OPTION,
        form_problems.TOO_LONG,
        form_problems.OUT_OF_RANGE,
        form_problems.TOO_PRECISE,
        form_problems.BAD_TEXT,
        form_problems.BAD_FORMAT,
        form_problems.TOO_MANY,
        form_problems.UNKNOWN_KEY,
        form_problems.NO_RECORD,
        form_problems.NO_PERSON,
        form_problems.NOT_AN_OBJECT,
        captured_problems.BAD_SHAPE,
        captured_problems.BAD_CODE,
        captured_problems.WRONG_LENGTH,
        captured_problems.NO_FILE,
        captured_problems.WRONG_FILE,
    )
)
"""Problems of values that could not be read."""

BLANK = frozenset((form_problems.REQUIRED.code,))


def check_transition(saving: Saving, transition: Transition) -> None:
    """Raise unless the transition starts from the record's state and the acting user may fire it."""
    definition, workflow = transition.definition, saving.workflow
    state = saving.row.get("state")
    labels: dict[str, Any] = {"label_zh": transition.labels.zh, "label_en": transition.labels.en}
    if workflow is None or not workflow.may_start(transition, state):
        shown = workflow.states[state].labels if workflow and state is not None else transition.labels
        raise EngineError(flow_problems.WRONG_STATE.at(state_zh=shown.zh, state_en=shown.en, **labels))
    holding.check_held(saving, transition)
    if saving.actor.rule is not None:
        return
    # Who may is asked of the record as it stands: nobody becomes its owner by sending that along.
    if transition.by_system or not _is_entitled(saving, transition):
        who = holding.who_may(saving) if definition.releases else _who(saving, definition.by)
        raise EngineError(flow_problems.NOT_ENTITLED.at(who_zh=who[0], who_en=who[1], **labels))


def _is_entitled(saving: Saving, transition: Transition) -> bool:
    if transition.definition.releases:
        return holding.may_release(saving, transition)
    return is_one_of(saving.work, saving.form, transition.definition.by, holding.standing(saving))


def _who(saving: Saving, who: Iterable[PersonsDef]) -> tuple[str, str]:
    words: list[tuple[str, str]] = []
    for item in who:
        match item.kind:
            case "owner":
                words.append(("负责人", "its owner"))
            case "creator":
                words.append(("创建人", "who made it"))
            case "manager_of":
                words.append(("上级主管", "the superior"))
            case "person":
                labels = labels_at_end(saving.work, saving.form, item.of)
                words.append((labels.zh, labels.en) if labels else (item.of, item.of))
            case "role":
                role = next((role.labels for role in saving.app.definition.roles if role.key == item.of), None)
                words.append((role.zh, role.en) if role else (item.of, item.of))
    if not words:
        return "系统", "the system"
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def check_guard(saving: Saving, transition: Transition) -> None:
    """Gather what the transition asks for beyond the form: its named fields filled and its guard met."""
    for key in dict.fromkeys((*transition.definition.fields, *saving.needed)):
        if saving.row.get(key) is None and key in saving.form.fields:
            blank = problem(form_problems.REQUIRED, saving.form.fields[key].definition)
            saving.found.append(blank.under(key))
    saving.found.extend(_missing_groups(saving, transition))
    if transition.guard is None or _guard_holds(saving, transition.guard):
        return
    message = transition.definition.guard_message or transition.labels
    labels: dict[str, Any] = {"label_zh": transition.labels.zh, "label_en": transition.labels.en}
    saving.found.append(flow_problems.GUARD_FAILED.at("", message_zh=message.zh, message_en=message.en, **labels))


def _missing_groups(saving: Saving, transition: Transition) -> Iterable[Problem]:
    """Find the groups of which no field is filled; a yes/no counts where it says yes."""
    for group in (*transition.definition.one_of, *((saving.one_needed,) if saving.one_needed else ())):
        if all(saving.row.get(key) in (None, False) for key in group):
            fields = [saving.form.fields[key].labels for key in group if key in saving.form.fields]
            texts: dict[str, Any] = {"label_zh": transition.labels.zh, "label_en": transition.labels.en}
            texts |= {"fields_zh": "、".join(item.zh for item in fields)}
            texts |= {"fields_en": ", ".join(item.en for item in fields)}
            yield flow_problems.ONE_OF.at(group[0], **texts)


def _guard_holds(saving: Saving, guard: Expression) -> bool:
    """Look at the guard as the record stands before it moves: what it counts must not count the move itself."""
    after, origin = saving.row, saving.origin
    saving.settle({**after, "state": origin})
    holds = guard.holds(saving.row, saving.around)
    saving.settle(after)
    return holds


def check_given(saving: Saving, stands: Mapping[str, Standing]) -> None:
    """Gather what a person may not fill: system fields, hidden and read-only ones."""
    if not saving.typed:
        return
    for key, value in saving.given.items():
        item = saving.form.fields.get(key)
        if item is None or (saving.before is not None and saving.before.get(key) == value):
            continue
        if saving.imported and saving.before is None and item.definition.type == NUMBERED:
            continue  # a number that it had before: those that are given go on behind it
        kind = _refused(item, stands[key], new=saving.before is None, blank=value is None)
        if kind is not None:
            saving.found.append(problem(kind, item.definition).under(key))
        elif item.lines:
            saving.found.extend(_filled_by_system(saving, item, value or ()))


def _filled_by_system(saving: Saving, item: Field, lines: Iterable[Row]) -> Iterable[Problem]:
    """Find what only the system fills and a line brings along; what the line holds already may come back with it."""
    known = {line["id"]: line for line in (saving.before or {}).get(item.key) or ()}
    for number, line in enumerate(lines):
        for key, inner in item.lines.items():
            value = line.get(key)
            ours = inner.definition.set_by_system or inner.definition.computed is not None
            if ours and value is not None and value != known.get(line.get("id"), {}).get(key):
                yield problem(form_problems.SYSTEM_FIELD, inner.definition).under(f"{item.key}[{number}].{key}")


def _refused(item: Field, standing: Standing, *, new: bool, blank: bool) -> ProblemKind | None:
    definition = item.definition
    if definition.set_by_system or definition.computed is not None:
        return None if blank and new else form_problems.SYSTEM_FIELD
    if not standing.visible:
        return None if blank else form_problems.HIDDEN
    if standing.read_only or (definition.read_only_after_create and not new):
        return None if blank and new else form_problems.READ_ONLY
    return None


def check_made(saving: Saving) -> None:
    """Gather what defaults, computation and rules have made and the field would not take from a person."""
    before: Row = saving.before or {}
    for item in saving.form.live_fields():
        value = saving.row.get(item.key)
        if value != before.get(item.key) and (item.key not in saving.given or saving.given[item.key] != value):
            saving.found.extend(filling.unfit(item, value, item.key))


def check_uniqueness(saving: Saving, anew: Collection[str] = ()) -> None:
    """Gather unique fields whose value another record has: those that change, and those that count ``anew``."""
    queries = unique_queries(saving, anew)
    saving.work.fetch(queries.values())
    for key, query in queries.items():
        if saving.work.fact(query):
            definition = saving.form.fields[key].definition
            saving.found.append(problem(form_problems.NOT_UNIQUE, definition).under(key))


def unique_queries(saving: Saving, anew: Collection[str] = ()) -> dict[str, Query]:
    """Return what to ask about the unique fields that are changed or count ``anew``, by their keys."""
    before: Row = {key: value for key, value in (saving.before or {}).items() if key not in anew}
    return {
        item.key: SameQuery(saving.app.key, saving.form.key, (item.key,), (saving.row[item.key],), saving.key[2])
        for item in saving.form.unique
        if saving.row.get(item.key) is not None and saving.row[item.key] != before.get(item.key)
    }
