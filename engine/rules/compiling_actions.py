"""Turning the actions of a rule's design into actions that run; what stands inside of others is compiled like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.language.gathering import Gathering
from engine.language.messages import compile_message
from engine.language.scope import FormScope, way_over
from engine.language.types import ChoicesType, DateTimeType, DateType, ReferenceType, Type
from engine.rules import problems
from engine.rules.actions import (
    Action,
    Branch,
    Chosen,
    Create,
    Fire,
    ForEach,
    Hold,
    Notify,
    OpenTask,
    Party,
    Refuse,
    Release,
    SetFields,
    Source,
    Update,
)
from engine.rules.announcing import amount_of, check_announced, check_delivery, check_persons, not_yet
from engine.rules.calls import CallDef, MakeDocumentDef
from engine.rules.compiling_calls import compile_call
from engine.rules.compiling_making import compile_making
from engine.rules.compiling_posts import compile_posting
from engine.rules.compiling_related import compile_for_related
from engine.rules.compiling_steps import compile_step
from engine.rules.definitions import (
    ActionDef,
    BranchDef,
    CreateDef,
    FireDef,
    ForEachDef,
    HoldDef,
    NotifyDef,
    OpenTaskDef,
    RefuseDef,
    ReleaseDef,
    SetDef,
    SourceDef,
    UpdateDef,
)
from engine.rules.naming import NEVER_SET, Names, check_known
from engine.rules.posting import PostDef, ReverseDef
from engine.rules.steering import SteeringDef


def compile_actions(place: str, actions: tuple[ActionDef, ...], work: Gathering, names: Names) -> tuple[Action, ...]:
    """Return the running actions without those that have problems; these are gathered by ``work``."""
    made = [_compile_action(f"{place}[{number}]", action, work, names) for number, action in enumerate(actions)]
    return tuple(action for action in made if action is not None)


def _compile_action(place: str, action: ActionDef, work: Gathering, names: Names) -> Action | None:
    if isinstance(action, SteeringDef):
        return compile_step(place, action, work, names)
    match action:
        case NotifyDef():
            text = compile_message(f"{place}.notify.text", action.text, work)
            check_persons(action.to, f"{place}.notify.to", work)
            check_persons(action.copy, f"{place}.notify.copy", work)
            check_delivery(action.delivery, f"{place}.notify", work)
            amount = amount_of(action.delivery, f"{place}.notify", work)
            return Notify(action.to, text, action.copy, action.delivery, amount) if text else None
        case OpenTaskDef():
            return _compile_task(f"{place}.open_task", action, work, names)
        case SetDef():
            return SetFields(_expressions(f"{place}.set", action.fields, work, names.form))
        case RefuseDef():
            message = compile_message(f"{place}.refuse.message", action.message, work)
            check_known(work, f"{place}.refuse.field", [action.field] if action.field else [], names.fields)
            return Refuse(message, action.field) if message else None
        case FireDef():
            check_known(work, f"{place}.fire.transition", [action.transition], names.transitions)
            return Fire(action.transition, _expressions(f"{place}.fire.fields", action.fields, work, names.form))
        case HoldDef():
            return _compile_hold(f"{place}.hold", action, work)
        case ReleaseDef():
            return Release()
        case ForEachDef():
            return _compile_for_each(f"{place}.for_each", action, work, names)
        case CreateDef() | UpdateDef():
            return _compile_write(place, action, work, names)
        case PostDef() | ReverseDef():
            at = f"{place}.{'post' if isinstance(action, PostDef) else 'reverse'}"
            return compile_posting(at, action, work, names, _expressions)
        case CallDef() | MakeDocumentDef():
            return _compile_outside(place, action, work, names)
        case BranchDef():
            return _compile_branch(f"{place}.if", action, work, names)
        case _:
            check_announced(place, action, work)
            return None


def _compile_outside(place: str, action: CallDef | MakeDocumentDef, work: Gathering, names: Names) -> Action | None:
    if isinstance(action, CallDef):
        return compile_call(f"{place}.call", action, work, names)
    return compile_making(f"{place}.make_document", action, work, names)


def _compile_branch(place: str, action: BranchDef, work: Gathering, names: Names) -> Branch | None:
    when = work.condition(f"{place}.when", action.when)
    then = compile_actions(f"{place}.then", action.then, work, names)
    otherwise = compile_actions(f"{place}.else", action.otherwise, work, names)
    return Branch(when, then, otherwise) if when is not None else None


def _compile_task(place: str, action: OpenTaskDef, work: Gathering, names: Names) -> Action | None:
    title = compile_message(f"{place}.title", action.title, work)
    check_persons(action.to, f"{place}.to", work)
    due = work.expression(f"{place}.due", action.due)
    if due is not None and not isinstance(due.type, DateType | DateTimeType):
        work.found.append(problems.NO_MOMENT.at(f"{place}.due"))
    wanted = [item.transition for item in action.actions if item.transition]
    check_known(work, f"{place}.actions", wanted, names.transitions)
    _check_task_fields(f"{place}.actions", action, work, names)
    return OpenTask(action.key, action.to, title, due, action.actions, action.priority) if title else None


def _compile_hold(place: str, action: HoldDef, work: Gathering) -> Action | None:
    reason = compile_message(f"{place}.reason", action.reason, work)
    parties = tuple(
        Party(party.persons, work.condition(f"{place}.released_by[{number}].when", party.when))
        for number, party in enumerate(action.parties)
    )
    for number, party in enumerate(action.parties):
        check_persons(party.persons, f"{place}.released_by[{number}].persons", work)
    return Hold(reason, parties) if reason else None


def _compile_for_each(place: str, action: ForEachDef, work: Gathering, names: Names) -> Action | None:
    """Compile what is done for every line; its expressions are in the scope of the lines."""
    lines = work.scope.forms.get((names.app, f"{names.form.key}.{action.lines}"))
    if lines is None:
        return compile_for_related(place, action, work, names, compile_actions)
    inner = work.inside(lines)
    inside = replace(names, form=lines, fields=set(lines.fields))
    where = inner.condition(f"{place}.where", action.where)
    done: list[Create | Update] = []
    for made in compile_actions(f"{place}.do", action.do, inner, inside):
        if isinstance(made, Create | Update):
            done.append(made)
        else:
            what = type(made).__name__
            not_yet(work, f"{place}.do", (f"对每条明细的“{what}”动作", f"“{what}” for each line"))
    return ForEach(action.lines, tuple(done), where)


def _compile_write(place: str, action: CreateDef | UpdateDef, work: Gathering, names: Names) -> Create | Update | None:
    if isinstance(action, CreateDef):
        return _compile_create(f"{place}.create", action, work, names)
    way = way_over(action.record, names.form, work.scope.forms)
    if way is None:
        known = [key for key, field in names.form.fields.items() if isinstance(field.type, ReferenceType)]
        check_known(work, f"{place}.update.record", [action.record], known)
        return None
    target = work.scope.forms.get((way[-1].app, way[-1].form))
    if target is None:  # the reference that leads there has been told
        return None
    return Update(way, _expressions(f"{place}.update.fields", action.fields, work, target))


def _check_task_fields(place: str, action: OpenTaskDef, work: Gathering, names: Names) -> None:
    for number, item in enumerate(action.actions):
        for kind, keys in (("fields", item.fields), ("one_of", item.one_of)):
            check_known(work, f"{place}[{number}].{kind}", keys, names.fields)
            if keys and item.transition is None:
                work.found.append(problems.NOWHERE_TO_KEEP.at(f"{place}[{number}].{kind}", key=item.key))


def _compile_create(place: str, action: CreateDef, work: Gathering, names: Names) -> Create | None:
    other, dot, key = action.form.partition(".")
    app, form = (other, key) if dot else (names.app, action.form)
    target = work.scope.forms.get((app, form))
    if target is None:
        check_known(work, f"{place}.form", [action.form], {key for _, key in work.scope.forms})
        return None
    _check_into(f"{place}.into", action.into, target, work, names)
    return Create(app, form, _expressions(f"{place}.fields", action.fields, work, target), action.into)


def _check_into(place: str, key: str | None, target: FormScope, work: Gathering, names: Names) -> None:
    """Gather that the new record cannot be kept in a field: it must be a reference to records of that form."""
    fields = names.form.fields
    fitting = [
        name
        for name, item in fields.items()
        if isinstance(item.type, ReferenceType)
        and (item.type.app, item.type.form) == (target.app, target.key)
        and item.settable
        and name not in NEVER_SET
    ]
    if key in fields and key not in fitting:
        form = target.key if target.app == names.app else f"{target.app}.{target.key}"
        work.found.append(problems.NOT_INTO.at(place, key=key, form=form))
    elif key is not None:
        check_known(work, place, [key], fitting)


def _expressions(
    place: str, sources: Mapping[str, SourceDef], work: Gathering, target: FormScope
) -> Mapping[str, Source]:
    """Compile what fields of ``target`` are set to; each gives the very type of its field."""
    fields = {key: field.type for key, field in target.fields.items() if field.settable and key not in NEVER_SET}
    check_known(work, place, list(sources), fields)
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
    check_known(work, place, list(source), keys)
    conditions = {key: work.condition(f"{place}.{key}", condition) for key, condition in source.items()}
    return Chosen(tuple((key, found) for key in keys if (found := conditions.get(key)) is not None))
