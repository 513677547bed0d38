"""Rules as text against an app: what their names stand for, whether they would hold there, and how they are shown."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from engine.catalog.apps import App, Catalog
from engine.catalog.compiling import problems_of_rules
from engine.catalog.definitions import AppDef
from engine.catalog.documents import document_problems
from engine.catalog.restating import labelled
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.definitions import FieldDef, target_of
from engine.kernel.problems import EngineError, Problem, Text
from engine.language.printing.spelling import Speech
from engine.rules import problems
from engine.rules.definitions import rule_def
from engine.rules.text.naming import Names, called
from engine.rules.text.printing import print_rule
from engine.rules.text.reading import NamesOf, RuleText, located
from engine.rules.text.shapes import Domain
from engine.rules.text.words import Language

_STEP = re.compile(r"/(\d+)(?=/|$)")


def names_in(app: AppDef) -> NamesOf:
    """Return what rules of an app may name, by key and by label."""
    return _Named(app).names


Called = Mapping[Domain, Mapping[str, frozenset[str]]]


@dataclass(frozen=True)
class _Named:
    """What may be named in one app."""

    app: AppDef

    @cached_property
    def _shared(self) -> Called:
        """What may be named in rules about any form."""
        return {
            Domain.FORM: called({form.key: _both(form.labels) for form in self.app.forms}),
            Domain.ROLE: called({role.key: _both(role.labels) for role in self.app.roles}),
        }

    def names(self, key: str | None) -> Names:
        """Return what may be named in rules about a form; without one, what may be named in rules about any."""
        form = next((form for form in self.app.forms if form.key == key), None)
        if form is None:
            return Names(self._shared, formed=self.names, is_elsewhere=key is not None)
        flow = next((flow for flow in self.app.workflows if flow.form == key), None)
        moves = {
            Domain.STATE: called({one.key: _both(one.labels) for one in flow.states} if flow else {}),
            Domain.TRANSITION: called({one.key: _both(one.labels) for one in flow.transitions} if flow else {}),
        }
        return self._among(form.fields, SYSTEM_LABELS, moves)

    def _among(self, fields: Iterable[FieldDef], more: Mapping[str, Text], moves: Called) -> Names:
        """Return the names of fields, of what is behind references among them, and in their lines."""
        listed = {field.key: field for field in fields}
        labels = {key: _both(text) for key, text in more.items()}
        labels |= {key: _both(field.labels) for key, field in listed.items()}

        def onward(key: str) -> Names:
            field = listed.get(key)
            if field is not None and field.lines:
                return self._among(field.lines, {}, {})
            app, form = ("", "")
            if field is not None and field.type == "reference":
                app, form = target_of(field, self.app.key)
            return self.names(form if app == self.app.key else "")

        return Names({**self._shared, **moves, Domain.FIELD: called(labels)}, onward, self.names)


def _both(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def problems_in(catalog: Catalog, app: str, read: Iterable[RuleText], source: str) -> list[Problem]:
    """Return what is wrong with rules as they would stand together in an installed app, each with its place."""
    by_file: dict[str, RuleText] = {}
    found: list[Problem] = []
    for rule in read:
        file = f"rules/{rule.document['key']}.json"
        if file in by_file:
            found.append(rule.placed(problems.RULE_TWICE.at("key", name=rule.document["key"])))
        by_file.setdefault(file, rule)
    shapes = {file: document_problems("rule", file, rule.document) for file, rule in by_file.items()}
    sound = [rule_def(rule.document) for file, rule in by_file.items() if not shapes[file]]
    told = [*(problem for listed in shapes.values() for problem in listed), *problems_of_rules(catalog, app, sound)]
    found += [_placed(problem, file, rule) for file, rule in by_file.items() for problem in _of(file, told)]
    return [located(problem, source) for problem in sorted(found, key=lambda one: one.start or 0)]


def _of(file: str, found: Iterable[Problem]) -> Iterator[Problem]:
    return (problem for problem in found if problem.path.startswith(file))


def _placed(problem: Problem, file: str, rule: RuleText) -> Problem:
    path = _STEP.sub(r"[\1]", problem.path.removeprefix(file).removeprefix("#")).strip("/").replace("/", ".")
    return rule.placed(replace(problem, path=path))


def rule_document(app: App, key: str, speech: Speech | None = None) -> Mapping[str, object]:
    """Return the document of a published rule; its expressions are by labels where a language is given."""
    path = f"rules/{key}.json"
    if path not in app.definition.documents:
        known = ", ".join(sorted(rule.key for rule in app.definition.rules))
        raise EngineError(problems.NO_PUBLISHED_RULE.at("key", key=key, known=known))
    document: Mapping[str, object] = copy.deepcopy(app.definition.documents[path])
    if speech is None:
        return document
    own = [item for item in app.placed if item.place.startswith(f"{path}#")]
    found: Mapping[str, object] = labelled({path: document}, own, speech)[path]
    return found


def rule_as_text(app: App, key: str, language: Language, *, labels: bool = False) -> str:
    """Return a published rule as text; with ``labels``, its expressions call things as people do."""
    return print_rule(rule_document(app, key, language if labels else None), language)
