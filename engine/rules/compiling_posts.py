"""Turning what a rule books in ledgers into actions that run; where a ledger keeps what is told by its scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.language.gathering import Gathering
from engine.language.scope import FormScope
from engine.rules import problems
from engine.rules.actions import Post, Reverse, Source
from engine.rules.definitions import SourceDef
from engine.rules.naming import Names, check_known
from engine.rules.posting import PostDef, ReverseDef

Compiling = Callable[[str, Mapping[str, SourceDef], Gathering, FormScope], Mapping[str, Source]]
"""Compiles what fields of a form are set to."""


def compile_posting(
    place: str, action: PostDef | ReverseDef, work: Gathering, names: Names, compiling: Compiling
) -> Post | Reverse | None:
    """Return the running action, or None; problems are gathered by ``work``."""
    target = _ledger(place, action.ledger, work, names)
    if target is None or target.ledger is None:
        return None
    own = (target.ledger.account, target.ledger.delta, target.ledger.reference)
    taken = [key for key in own if key in action.fields]
    work.found.extend(problems.POSTING_FIELD.at(f"{place}.fields.{key}", key=key) for key in taken)
    rest = {key: source for key, source in action.fields.items() if key not in taken}
    fields = compiling(f"{place}.fields", rest, work, target)
    account, delta, text = (target.fields[key].type for key in own)
    reference = work.expression(f"{place}.reference", action.reference, text)
    if isinstance(action, ReverseDef):
        of = work.expression(f"{place}.of", action.of, text)
        return Reverse(target.app, target.key, of, reference, fields) if of and reference else None
    whose = work.expression(f"{place}.account", action.account, account)
    change = work.expression(f"{place}.delta", action.delta, delta)
    if whose is None or change is None or reference is None:
        return None
    return Post(target.app, target.key, whose, change, reference, fields)


def _ledger(place: str, name: str, work: Gathering, names: Names) -> FormScope | None:
    """Return the form that is named, which must be a ledger."""
    other, dot, key = name.partition(".")
    app, form = (other, key) if dot else (names.app, name)
    ledgers = {at: scope for at, scope in work.scope.forms.items() if scope.ledger is not None}
    if (app, form) in work.scope.forms and (app, form) not in ledgers:
        known = ", ".join(sorted(key if app == names.app else f"{app}.{key}" for app, key in ledgers)) or "–"
        work.found.append(problems.NO_LEDGER.at(f"{place}.ledger", form=name, known=known))
        return None
    if (app, form) not in ledgers:
        check_known(work, f"{place}.ledger", [name], {key for _, key in ledgers})
        return None
    return ledgers[app, form]
