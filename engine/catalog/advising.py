"""Advice on an app that runs: what no error forbids and nobody wants, each with its place and the mend.

It looks at one app among those that are installed together with it, because others may fill its forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from engine.catalog import problems
from engine.catalog.apps import App, Catalog
from engine.catalog.compiling_parameters import LEAST_FIELDS
from engine.catalog.rules_together import about_forms
from engine.kernel.canonical import compact
from engine.kernel.problems import Problem, Text
from engine.rules.definitions import (
    ActionDef,
    CreateDef,
    FireDef,
    OpenTaskDef,
    RuleDef,
    SetDef,
    every_action,
)
from engine.rules.events import EventDef
from engine.rules.posting import PostDef, ReverseDef
from engine.rules.steering import AddTagDef, LinkDef

Effect = tuple[str, str]
"""What an action brings about: ``set`` and a field, ``enter`` and a state."""


def advice(app: App, catalog: Catalog) -> tuple[Problem, ...]:
    """Return what somebody who looks over the app would ask about; none of it keeps the app from being published."""
    look = _Look(app, catalog)
    return tuple(
        problem
        for part in (look.dead_transitions, look.shut_forms, look.loops, look.idle_parts, look.loose_fields)
        for problem in part()
    )


class _Look:
    """One look over an app."""

    def __init__(self, app: App, catalog: Catalog) -> None:
        self._app, self._catalog = app, catalog
        self._definition = app.definition

    def dead_transitions(self) -> Iterator[Problem]:
        """Find transitions that neither a person nor a rule fires."""
        for flow in self._definition.workflows:
            fired = self._fired(flow.form)
            for item in flow.transitions:
                if not item.by and item.key not in fired:
                    place = f"workflows/{flow.key}.json#transitions.{item.key}.by"
                    yield problems.NOBODY_FIRES.at(place, label_zh=item.labels.zh, label_en=item.labels.en)

    def _fired(self, form: str) -> set[str]:
        """Return the transitions of a form that rules fire, tasks offer and quick actions take."""
        found = {
            action.transition
            for item in self._everything
            for rule in item.definition.rules
            for _, own, action in about_forms(rule, self._catalog.scopes, item.key)
            if isinstance(action, FireDef) and self._is(item, own, form)
        }
        for rule in self._definition.rules:
            tasks = [action for _, action in every_action(rule.then) if isinstance(action, OpenTaskDef)]
            found |= {way.transition for task in tasks for way in task.actions if way.transition}
        for item in self._everything:
            actions = item.definition.quick_actions
            found |= {one.transition for one in actions if one.transition and self._is(item, one.form, form)}
        return found

    @property
    def _everything(self) -> Iterable[App]:
        return self._catalog.apps.values()

    def _is(self, item: App, named: str, form: str) -> bool:
        """Tell whether a form as an app names it is this form of the app that is looked over."""
        return named == f"{self._app.key}.{form}" or (item.key == self._app.key and named == form)

    def shut_forms(self) -> Iterator[Problem]:
        """Find forms that no role reads, and forms whose records nobody and nothing makes."""
        for form in self._definition.forms:
            grants = [one for given in self._app.grants.get(form.key, {}).values() for one in given]
            place = f"forms/{form.key}.json"
            if not any("read" in grant.definition.rights for grant in grants):
                yield problems.NOBODY_READS.at(place, form_zh=form.labels.zh, form_en=form.labels.en)
            by_hand = any("create" in grant.definition.rights for grant in grants)
            if not by_hand and not self._made(form.key):
                yield problems.NOBODY_CREATES.at(place, form_zh=form.labels.zh, form_en=form.labels.en)

    def _made(self, form: str) -> bool:
        """Tell whether a rule or a quick action of any app makes records of a form."""
        makes = (CreateDef, PostDef, ReverseDef)
        by_rules = (
            self._is(item, action.ledger if isinstance(action, PostDef | ReverseDef) else action.form, form)
            for item in self._everything
            for rule in item.definition.rules
            for _, action in every_action(rule.then)
            if isinstance(action, makes)
        )
        by_hand = (self._is(item, one.form, form) for item in self._everything for one in item.definition.quick_actions)
        return any(by_rules) or any(by_hand)

    def loops(self) -> Iterator[Problem]:
        """Find rules of a form that may set each other off in a circle."""
        rules = [rule for rule in self._definition.rules if rule.enabled]
        follows = {rule.key: {other.key for other in rules if _sets_off(rule, other, self._app)} for rule in rules}
        labels = {rule.key: rule.labels for rule in rules}
        for circle in _circles(follows):
            way = [labels[key] for key in (*circle, circle[0])]
            said = Text(" → ".join(text.zh for text in way), " → ".join(text.en for text in way))
            yield problems.RULES_IN_A_CIRCLE.at(f"rules/{circle[0]}.json", circle_zh=said.zh, circle_en=said.en)

    def idle_parts(self) -> Iterator[Problem]:
        """Find parameters that nothing reads and lists of options that no field takes."""
        written = compact(dict(self._definition.documents))
        for number, parameter in enumerate(self._definition.parameters):
            is_read = re.search(rf"\bparam\.{re.escape(parameter.field.key)}(?![\w.])", written)
            if not is_read and parameter.field.key != LEAST_FIELDS:
                yield _unused(f"parameters.json#/parameters/{number}", parameter.field.labels)
        lists = self._definition.documents.get("option_lists.json", {}).get("option_lists", ())
        for number, item in enumerate(lists):
            if f'"option_list":"{item["key"]}"' not in written:
                yield _unused(f"option_lists.json#/option_lists/{number}", Text.from_json(item["labels"]))

    def loose_fields(self) -> Iterator[Problem]:
        """Find fields of forms with sections that stand in none of them: they come last, under no heading."""
        for path, document in sorted(self._definition.documents.items()):
            sections = document.get("sections") if path.startswith("forms/") else None
            if not sections:
                continue
            placed = {key for section in sections for key in section["fields"]}
            for number, field in enumerate(document["fields"]):
                if field["key"] not in placed:
                    labels = Text.from_json(field["labels"])
                    place = f"{path}#/fields/{number}"
                    yield problems.IN_NO_SECTION.at(place, label_zh=labels.zh, label_en=labels.en)


def _unused(place: str, labels: Text) -> Problem:
    return problems.NOT_USED.at(place, label_zh=labels.zh, label_en=labels.en)


def _circles(follows: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Go through circles, each broken at its end before the next is looked for."""
    left = {key: set(after) for key, after in follows.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # Named against the arrows: whoever stands later sets off whoever stands before.
            circle = list(reversed(error.args[1]))
            left[circle[0]].discard(circle[1])
            yield circle[:-1]
        else:
            return


def _sets_off(rule: RuleDef, other: RuleDef, app: App) -> bool:
    """Tell whether what a rule does may be what another one (or itself) looks on."""
    if rule.form != other.form or any(event.kind == "before" for event in rule.on):
        return False
    effects = set(_effects(rule.then, app, rule.form))
    return any(_meets(event, effects) for event in other.on)


def _effects(actions: Iterable[ActionDef], app: App, form: str) -> Iterator[Effect]:
    flow = app.workflows.get(form)
    for _, action in every_action(actions):
        match action:
            case SetDef(fields=fields):
                yield from (("set", key) for key in fields)
            case LinkDef(field=field) | AddTagDef(field=field):
                yield "set", field
            case FireDef(transition=key, fields=fields):
                yield from (("set", field) for field in fields)
                way = flow.transitions.get(key) if flow else None
                if way is not None and way.definition.target:
                    yield "enter", way.definition.target
            case _:
                continue


def _meets(event: EventDef, effects: set[Effect]) -> bool:
    match event.kind:
        case "changed":
            changed = {key for kind, key in effects if kind == "set"}
            return bool(changed & set(event.names)) if event.names else bool(changed)
        case "entered":
            return bool({key for kind, key in effects if kind == "enter"} & set(event.names))
        case _:
            return False
