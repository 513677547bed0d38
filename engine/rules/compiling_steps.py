"""Turning links, tags, waits and runs of other rules into actions that run."""

from __future__ import annotations

from engine.language.gathering import Gathering
from engine.language.types import BooleanType, ChoicesType, DateTimeType, DateType, ReferenceType
from engine.rules import problems
from engine.rules.actions import Action, AddTag, RunOthers, SendForSigning, SetFields, StartApproval, Wait
from engine.rules.announcing import not_yet
from engine.rules.naming import NEVER_SET, Names, check_known
from engine.rules.steering import (
    AddTagDef,
    LinkDef,
    RunRulesDef,
    SendForSigningDef,
    StartApprovalDef,
    SteeringDef,
    WaitForDef,
    WaitUntilDef,
)


def compile_step(place: str, action: SteeringDef, work: Gathering, names: Names) -> Action | None:
    """Return the action; None, with the problems in ``work``, where names or values do not fit."""
    match action:
        case LinkDef():
            return _compile_link(f"{place}.link", action, work, names)
        case AddTagDef():
            return _compile_tag(f"{place}.add_tag", action, work, names)
        case WaitForDef(time=time):
            if time.count < 1:
                work.found.append(problems.NO_WAIT.at(f"{place}.wait_for"))
            return Wait(time)
        case WaitUntilDef(until=until):
            return _compile_until(f"{place}.wait_until", until, work)
        case StartApprovalDef(approval=approval):
            check_known(work, f"{place}.start_approval.approval", [approval], names.approvals)
            return StartApproval(approval)
        case SendForSigningDef(document=document):
            check_known(work, f"{place}.send_for_signing.document", [document], names.signings)
            return SendForSigning(document)
        case RunRulesDef(rules=rules):
            check_known(work, f"{place}.run", rules, names.rules)
            return RunOthers(rules)


def _compile_until(place: str, until: str, work: Gathering) -> Wait | None:
    moment = work.expression(place, until)
    if moment is None:
        return None
    if isinstance(moment.type, BooleanType):
        not_yet(work, place, ("等到条件成立", "waiting for a condition"))
    elif not isinstance(moment.type, DateType | DateTimeType):
        work.found.append(problems.NO_MOMENT.at(place))
    return Wait(moment)


def _compile_link(place: str, action: LinkDef, work: Gathering, names: Names) -> SetFields | None:
    """A link is the setting of a reference: its record must be one of the form that the field leads to."""
    fields = names.form.fields
    references = [
        key
        for key, item in fields.items()
        if isinstance(item.type, ReferenceType) and item.settable and key not in NEVER_SET
    ]
    check_known(work, f"{place}.field", [action.field], references)
    if action.field not in references:
        return None
    record = work.expression(f"{place}.record", action.record, fields[action.field].type)
    return None if record is None else SetFields({action.field: record})


def _compile_tag(place: str, action: AddTagDef, work: Gathering, names: Names) -> AddTag | None:
    fields = names.form.fields
    several = {key: item.type for key, item in fields.items() if isinstance(item.type, ChoicesType) and item.settable}
    check_known(work, f"{place}.field", [action.field], fields)
    kind = several.get(action.field)
    if kind is None:
        if action.field in fields:
            known = ", ".join(sorted(several))
            work.found.append(problems.NO_SEVERAL.at(f"{place}.field", key=action.field, known=known))
        return None
    options = tuple(option.key for option in kind.options)
    check_known(work, f"{place}.tag", [action.tag], options)
    return AddTag(action.field, action.tag, options)
