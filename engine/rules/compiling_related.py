"""Turning what a rule does for every related record into an action that runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.language.compiling import compile_expression
from engine.language.gathering import Gathering
from engine.language.scope import FormScope, RelationScope, way_over
from engine.language.tree import Related
from engine.rules.actions import Action, ForRelated
from engine.rules.announcing import not_yet
from engine.rules.definitions import ActionDef, ForEachDef, every_action
from engine.rules.naming import Names, check_known
from engine.rules.steering import WaitForDef, WaitUntilDef

CompileActions = Callable[[str, tuple[ActionDef, ...], Gathering, Names], tuple[Action, ...]]


def relation_at(path: str, form: FormScope, forms: Mapping[tuple[str, str], FormScope]) -> RelationScope | None:
    """Return the relation that a path leads to: of the form, or of the form at the end of references before it."""
    way, _, key = path.rpartition(".")
    steps = way_over(way, form, forms) if way else ()
    if steps is None:
        return None
    there = forms.get((steps[-1].app, steps[-1].form)) if steps else form
    return None if there is None else there.relations.get(key)


def compile_for_related(
    place: str, action: ForEachDef, work: Gathering, names: Names, compile_actions: CompileActions
) -> ForRelated | None:
    """Compile what is done for every related record: its actions name what the form of these records has."""
    relation = relation_at(action.lines, names.form, work.scope.forms)
    if relation is None:
        own = f"{names.form.key}."
        lines = {key.removeprefix(own) for app, key in work.scope.forms if app == names.app and key.startswith(own)}
        check_known(work, f"{place}.lines", [action.lines], lines | set(names.form.relations))
        return None
    theirs = names.others(relation.form) if relation.app == names.app else None
    if theirs is None:
        not_yet(work, f"{place}.lines", ("对别的应用的记录逐条操作", "actions for each of another app’s records"))
        return None
    for at, inner in every_action(action.do, f"{place}.do"):
        if isinstance(inner, WaitForDef | WaitUntilDef | ForEachDef):
            not_yet(work, at, ("逐条操作里的等待和再逐条操作", "waits and further loops inside of “for each”"))
    inside = work.inside(theirs.form)
    where = inside.sought(f"{place}.where", action.where)
    counted = compile_expression(f"count({action.lines})", work.scope).tree
    do = compile_actions(f"{place}.do", action.do, inside, theirs)
    if not isinstance(counted, Related) or (action.where is not None and where is None):
        return None
    aggregate = replace(counted.aggregate, where=None if where is None else where.tree)
    return ForRelated(replace(counted, aggregate=aggregate), do)
