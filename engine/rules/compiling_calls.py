"""Turning the calls that a rule states into calls that run: names and arguments are checked, nothing is called."""

from __future__ import annotations

from engine.language.gathering import Gathering
from engine.rules import problems
from engine.rules.actions import Call
from engine.rules.announcing import check_retry
from engine.rules.calls import CallDef
from engine.rules.naming import Names, check_known


def compile_call(place: str, action: CallDef, work: Gathering, names: Names) -> Call | None:
    """Return the call; None, with the problems in ``work``, where connector, operation or arguments do not fit."""
    check_known(work, f"{place}.connector", [action.connector], names.calls)
    operations = names.calls.get(action.connector)
    if operations is None:
        return None
    check_known(work, f"{place}.operation", [action.operation], operations)
    taken = operations.get(action.operation)
    if taken is None:
        return None
    if taken.form is not None and taken.form != names.form.key:
        work.found.append(problems.OTHER_RECORD.at(f"{place}.operation", key=action.operation, form=taken.form))
    check_known(work, f"{place}.with", list(action.arguments), taken.arguments)
    missing = sorted(set(taken.required) - action.arguments.keys())
    work.found.extend(problems.NO_ARGUMENT.at(f"{place}.with", key=key) for key in missing)
    check_retry(action.retry, f"{place}.retry", work)
    compiled = {
        key: work.expression(f"{place}.with.{key}", source, taken.arguments[key])
        for key, source in action.arguments.items()
        if key in taken.arguments
    }
    arguments = {key: found for key, found in compiled.items() if found is not None}
    return Call(action.connector, action.operation, arguments, action.retry)
