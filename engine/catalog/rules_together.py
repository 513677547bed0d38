"""What is wrong with the rules of an app as a whole: holds without a way out, circles, names that stand twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.catalog.definitions import AppDef
from engine.kernel.problems import Problem
from engine.language.scope import FormScope
from engine.rules import problems
from engine.rules.compiling_related import relation_at
from engine.rules.definitions import ActionDef, ForEachDef, HoldDef, RuleDef, every_action, lets_go
from engine.rules.steering import RunRulesDef

Forms = Mapping[tuple[str, str], FormScope]
Look = Callable[[AppDef, Forms], Iterator[Problem]]


def about_forms(rule: RuleDef, forms: Forms, app: str) -> Iterator[tuple[str, str, ActionDef]]:
    """Go through a rule's actions, each with its place and the key of the form whose record it is about."""
    loops = dict[str, str]()
    for at, action in every_action(rule.then):
        outer = [form for place, form in loops.items() if at.startswith(place)]
        form = outer[-1] if outer else rule.form
        if isinstance(action, ForEachDef):
            relation = relation_at(action.lines, forms[app, form], forms)
            loops[f"{at}.for_each.do"] = relation.form if relation is not None and relation.app == app else form
        yield at, form, action


def _ways_out(app: AppDef, forms: Forms) -> Iterator[Problem]:
    """Find the holds of forms in which nothing ever lets go of a record."""
    flows = {flow.form: flow for flow in app.workflows}
    for rule in app.rules:
        if (app.key, rule.form) not in forms:
            continue
        holds = dict[str, str]()
        for at, form, action in about_forms(rule, forms, app.key):
            if isinstance(action, HoldDef):
                holds.setdefault(form, at)
        for form, at in holds.items():
            flow = flows.get(form)
            releasing = [item for item in flow.transitions if item.releases] if flow else []
            keys = {item.key for item in releasing}
            others = any(lets_go(item, keys) for item in app.rules if item.form == form and item.enabled)
            if not others and not any(item.by for item in releasing):
                yield problems.NO_WAY_OUT.at(f"rules/{rule.key}.json#{at}.hold", form=form)


def _circles(app: AppDef, _forms: Forms) -> Iterator[Problem]:
    """Find the rules that run one another in a circle, each circle once, and those that are run and look before."""
    rules = {rule.key: rule for rule in app.rules}
    told = set[frozenset[str]]()
    for rule in app.rules:
        for at, key in _runs(rule):
            other = rules.get(key)
            if other is not None and any(event.kind == "before" for event in other.on):
                yield problems.RUNS_BEFORE.at(f"rules/{rule.key}.json#{at}.run", key=key)
            way = _way_back(rules, (rule.key, key))
            if way and frozenset(way) not in told:
                told.add(frozenset(way))
                yield problems.RUNS_ITSELF.at(f"rules/{rule.key}.json#{at}.run", key=rule.key, way=" → ".join(way))


def _runs(rule: RuleDef) -> Iterator[tuple[str, str]]:
    for at, action in every_action(rule.then):
        if isinstance(action, RunRulesDef):
            yield from ((at, key) for key in action.rules)


def _way_back(rules: Mapping[str, RuleDef], way: Sequence[str]) -> tuple[str, ...]:
    """Return the way by which the first rule of ``way`` is run again; empty where none leads there."""
    if way[-1] == way[0]:
        return tuple(way)
    last = rules.get(way[-1])
    if last is None or way[-1] in way[:-1]:
        return ()
    found = (_way_back(rules, (*way, key)) for _, key in _runs(last))
    return next((one for one in found if one), ())


def _buttons(app: AppDef, _forms: Forms) -> Iterator[Problem]:
    """Find the buttons of a form whose key another one has already."""
    seen = set[tuple[str, str]]()
    for rule in app.rules:
        for number, event in enumerate(rule.on):
            if event.kind != "button":
                continue
            if (rule.form, event.names[0]) in seen:
                place = f"rules/{rule.key}.json#on[{number}].button.key"
                yield problems.TWO_BUTTONS.at(place, form=rule.form, key=event.names[0])
            seen.add((rule.form, event.names[0]))


TOGETHER: tuple[Look, ...] = (_ways_out, _circles, _buttons)
