"""Turning the design of a rule into a rule that runs; names that do not exist are problems with their place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from engine.kernel.problems import Text
from engine.kernel.values import SYSTEM_FIELDS
from engine.language.expressions import Expression, ReadSet
from engine.language.gathering import Gathering
from engine.language.scope import FormScope, way_over
from engine.language.types import BooleanType, ChoicesType, DateTimeType, DateType, ReferenceType, Type
from engine.rules import problems
from engine.rules.definitions import (
    ActionDef,
    CreateDef,
    FireDef,
    ForEachDef,
    HoldDef,
    NotifyDef,
    OpenTaskDef,
    RefuseDef,
    ReleaseDef,
    RuleDef,
    SetDef,
    SourceDef,
    UpdateDef,
)
from engine.rules.rules import (
    Action,
    Chosen,
    Create,
    Fire,
    ForEach,
    Hold,
    Message,
    Notify,
    OpenTask,
    Party,
    Refuse,
    Release,
    Rule,
    SetFields,
    Source,
    Update,
)
from engine.rules.schedules import is_cron

BEFORE_ACTIONS = (SetDef, RefuseDef)

NEVER_SET = frozenset(SYSTEM_FIELDS) - {"owner", "department"}
"""System fields that no rule sets by itself: states change by transitions, stamps by saving."""


@dataclass(frozen=True)
class Names:
    """What a rule may name, beside what its expressions see: the fields, states and transitions of its form."""

    app: str
    form: FormScope
    fields: Collection[str]
    states: Collection[str]
    transitions: Collection[str]


def compile_rule(definition: RuleDef, work: Gathering, names: Names) -> Rule | None:
    """Return the running rule, or None; problems are gathered by ``work``."""
    before = len(work.found)
    _check_events(definition, work, names)
    deadline = _compile_deadline(definition, work)
    when = work.expression("when", definition.when, BooleanType)
    actions = [_compile_action(f"then[{number}]", action, work, names) for number, action in enumerate(definition.then)]
    _check_moment(definition, work)
    if len(work.found) > before:
        return None
    return Rule(definition, when, tuple(action for action in actions if action is not None), deadline)


def _known(work: Gathering, place: str, keys: Collection[str], known: Collection[str]) -> None:
    for key in keys:
        if key not in known:
            work.found.append(problems.NO_SUCH_NAME.at(place, key=key, known=", ".join(sorted(known))))


def _check_events(definition: RuleDef, work: Gathering, names: Names) -> None:
    for number, event in enumerate(definition.on):
        place = f"on[{number}].{event.kind}"
        match event.kind:
            case "changed":
                _known(work, place, event.names, names.fields)
            case "entered" | "left":
                _known(work, place, event.names, names.states)
            case "before":
                _known(work, place, event.names, {*names.transitions, "save"})
            case "schedule" if event.schedule is not None and not is_cron(event.schedule.cron):
                work.found.append(problems.BAD_CRON.at(f"{place}.cron", cron=event.schedule.cron))
            case _:
                continue


def _compile_deadline(definition: RuleDef, work: Gathering) -> Expression | None:
    """Compile the deadline that a rule looks on; a rule has one, so that a record has one timer of it.

    It reads the record alone: whenever it changes, the record is saved, and that sets the timer anew.
    """
    found = [(number, event.deadline) for number, event in enumerate(definition.on) if event.deadline is not None]
    if len(found) > 1:
        work.found.append(problems.TWO_DEADLINES.at(f"on[{found[1][0]}].deadline"))
    if not found:
        return None
    place = f"on[{found[0][0]}].deadline"
    deadline = work.expression(place, found[0][1])
    if deadline is None:
        return None
    if not isinstance(deadline.type, DateType | DateTimeType):
        work.found.append(problems.NO_MOMENT.at(place))
    work.found.extend(problems.DEADLINE_READS.at(place, what=what) for what in _beyond_the_record(deadline.reads))
    return deadline


def _beyond_the_record(reads: ReadSet) -> list[str]:
    given = (("now()", reads.reads_now), ("today()", reads.reads_today), ("me", reads.reads_me))
    related = [item.form for item in reads.aggregates] + [item.form for _, item in reads.distant]
    people = ["person"] if reads.people else []
    paths = [f"{way}.{key}" for way, key in sorted(reads.paths)]
    return [*(word for word, read in given if read), *paths, *people, *related]


def _check_moment(definition: RuleDef, work: Gathering) -> None:
    moments = {event.kind == "before" for event in definition.on}
    if len(moments) > 1:
        work.found.append(problems.MIXED_EVENTS.at("on"))
        return
    for number, action in enumerate(definition.then):
        name = type(action).__name__.removesuffix("Def")
        if moments == {True} and not isinstance(action, BEFORE_ACTIONS):
            work.found.append(problems.NOT_BEFORE.at(f"then[{number}]", action=name))
        if moments == {False} and isinstance(action, RefuseDef):
            work.found.append(problems.NOT_AFTER.at(f"then[{number}]", action=name))


def _compile_action(place: str, action: ActionDef, work: Gathering, names: Names) -> Action | None:
    match action:
        case NotifyDef():
            text = _message(f"{place}.notify.text", action.text, work)
            return Notify(action.to, text, action.copy) if text else None
        case OpenTaskDef():
            return _compile_task(f"{place}.open_task", action, work, names)
        case SetDef():
            return SetFields(_expressions(f"{place}.set", action.fields, work, names.form))
        case RefuseDef():
            message = _message(f"{place}.refuse.message", action.message, work)
            _known(work, f"{place}.refuse.field", [action.field] if action.field else [], names.fields)
            return Refuse(message, action.field) if message else None
        case FireDef():
            _known(work, f"{place}.fire.transition", [action.transition], names.transitions)
            return Fire(action.transition, _expressions(f"{place}.fire.fields", action.fields, work, names.form))
        case HoldDef():
            return _compile_hold(f"{place}.hold", action, work)
        case ReleaseDef():
            return Release()
        case ForEachDef():
            return _compile_for_each(f"{place}.for_each", action, work, names)
        case CreateDef() | UpdateDef():
            return _compile_write(place, action, work, names)


def _compile_task(place: str, action: OpenTaskDef, work: Gathering, names: Names) -> Action | None:
    title = _message(f"{place}.title", action.title, work)
    due = work.expression(f"{place}.due", action.due)
    if due is not None and not isinstance(due.type, DateType | DateTimeType):
        work.found.append(problems.NO_MOMENT.at(f"{place}.due"))
    wanted = [item.transition for item in action.actions if item.transition]
    _known(work, f"{place}.actions", wanted, names.transitions)
    _check_task_fields(f"{place}.actions", action, work, names)
    asked = [key for item in action.actions for key in item.fields]
    _known(work, f"{place}.actions", asked, names.fields)
    return OpenTask(action.key, action.to, title, due, action.actions) if title else None


def _compile_hold(place: str, action: HoldDef, work: Gathering) -> Action | None:
    reason = _message(f"{place}.reason", action.reason, work)
    parties = tuple(
        Party(party.persons, work.condition(f"{place}.released_by[{number}].when", party.when))
        for number, party in enumerate(action.parties)
    )
    return Hold(reason, parties) if reason else None


def _compile_for_each(place: str, action: ForEachDef, work: Gathering, names: Names) -> Action | None:
    """Compile what is done for every line; its expressions are in the scope of the lines."""
    lines = work.scope.forms.get((names.app, f"{names.form.key}.{action.lines}"))
    if lines is None:
        own = f"{names.form.key}."
        known = {key.removeprefix(own) for app, key in work.scope.forms if app == names.app and key.startswith(own)}
        _known(work, f"{place}.lines", [action.lines], known)
        return None
    inner = work.inside(lines)
    inside = replace(names, form=lines)
    done = [_compile_write(f"{place}.do[{number}]", item, inner, inside) for number, item in enumerate(action.do)]
    return ForEach(action.lines, tuple(item for item in done if item is not None))


def _compile_write(place: str, action: CreateDef | UpdateDef, work: Gathering, names: Names) -> Create | Update | None:
    if isinstance(action, CreateDef):
        return _compile_create(f"{place}.create", action, work, names)
    way = way_over(action.record, names.form, work.scope.forms)
    if way is None:
        known = [key for key, field in names.form.fields.items() if isinstance(field.type, ReferenceType)]
        _known(work, f"{place}.update.record", [action.record], known)
        return None
    target = work.scope.forms[way[-1].app, way[-1].form]
    return Update(way, _expressions(f"{place}.update.fields", action.fields, work, target))


def _check_task_fields(place: str, action: OpenTaskDef, work: Gathering, names: Names) -> None:
    for number, item in enumerate(action.actions):
        _known(work, f"{place}[{number}].fields", item.fields, names.fields)
        if item.fields and item.transition is None:
            work.found.append(problems.NOWHERE_TO_KEEP.at(f"{place}[{number}].fields", key=item.key))


def _compile_create(place: str, action: CreateDef, work: Gathering, names: Names) -> Create | None:
    other, dot, key = action.form.partition(".")
    app, form = (other, key) if dot else (names.app, action.form)
    target = work.scope.forms.get((app, form))
    if target is None:
        _known(work, f"{place}.form", [action.form], {key for _, key in work.scope.forms})
        return None
    return Create(app, form, _expressions(f"{place}.fields", action.fields, work, target))


def _expressions(
    place: str, sources: Mapping[str, SourceDef], work: Gathering, target: FormScope
) -> Mapping[str, Source]:
    """Compile what fields of ``target`` are set to; each gives the very type of its field."""
    fields = {key: field.type for key, field in target.fields.items() if field.settable and key not in NEVER_SET}
    _known(work, place, list(sources), fields)
    compiled = {
        key: _source(f"{place}.{key}", source, fields[key], work) for key, source in sources.items() if key in fields
    }
    return {key: source for key, source in compiled.items() if source is not None}


def _source(place: str, source: SourceDef, kind: Type, work: Gathering) -> Source | None:
    if isinstance(source, str):
        return work.expression(place, source, kind)
    if not isinstance(kind, ChoicesType):
        work.found.append(problems.NO_OPTIONS.at(place))
        return None
    keys = [option.key for option in kind.options]
    _known(work, place, list(source), keys)
    conditions = {key: work.condition(f"{place}.{key}", condition) for key, condition in source.items()}
    return Chosen(tuple((key, found) for key in keys if (found := conditions.get(key)) is not None))


def _message(place: str, text: Text, work: Gathering) -> Message | None:
    zh, en = work.template(f"{place}.zh", text.zh), work.template(f"{place}.en", text.en)
    return Message(zh, en) if zh is not None and en is not None else None
