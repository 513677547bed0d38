"""Quick actions as an app states them and as they run, with all that they name; of records and people it knows none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.catalog import problems
from engine.forms.definitions import FormDef
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, Text
from engine.language.expressions import Expression
from engine.language.gathering import Gathering, Placed
from engine.language.messages import Message, compile_message
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.types import ReferenceType
from engine.workflows.definitions import WorkflowDef
from engine.workflows.problems import NO_SUCH_TRANSITION

FILE = "quick_actions.json"
USUAL_CHOICES = 3


@dataclass(frozen=True, slots=True)
class ChoicesDef:
    """One button for each record of ``form``: its id goes into the field ``into``; see the reference for the rest."""

    form: str
    into: str
    match: Mapping[str, str]
    also: Mapping[str, str]
    where: str | None = None
    sort: str | None = None
    most: int = USUAL_CHOICES


@dataclass(frozen=True, slots=True)
class FindDef:
    """Which record is changed instead of making one: that with the ``same`` fields for which ``where`` holds."""

    same: tuple[str, ...]
    where: str | None = None
    make: bool = True


@dataclass(frozen=True, slots=True)
class QuickActionDef:
    """One quick action as the document states it."""

    uid: str
    key: str
    labels: Text
    form: str
    help: Text | None = None
    on: str | None = None
    when: str | None = None
    link: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    ask: tuple[str, ...] = ()
    choices: ChoicesDef | None = None
    find: FindDef | None = None
    add: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    transition: str | None = None
    answer: Text | None = None


Place = tuple[str, str]
"""An app and a form of it."""


@dataclass(frozen=True, eq=False)
class QuickAction:
    """One quick action that runs: ``form`` and ``on`` are found, its expressions are compiled.

    ``chosen`` is the form of the records that stand to choice, ``choice`` the condition over them and ``found`` that
    over the record which is looked for. ``answer`` is worded over the record as it is afterwards.
    """

    definition: QuickActionDef
    form: Place
    on: Place | None = None
    when: Expression | None = None
    values: Mapping[str, Expression] = field(default_factory=dict)
    chosen: Place | None = None
    choice: Expression | None = None
    found: Expression | None = None
    add: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)
    answer: Message | None = None

    @property
    def key(self) -> str:
        """The action's key, unique in its app."""
        return self.definition.key


def quick_action_defs(document: Json) -> tuple[QuickActionDef, ...]:
    """Return the actions that a valid document states."""
    return tuple(map(_definition, document.get("quick_actions", ())))


def _definition(document: Json) -> QuickActionDef:
    chosen, sought = document.get("choices"), document.get("find")
    return QuickActionDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        form=document["form"],
        help=Text.from_json(document["help"]) if "help" in document else None,
        on=document.get("on"),
        when=document.get("when"),
        link=document.get("link"),
        values=document.get("values", {}),
        ask=tuple(document.get("ask", ())),
        choices=_choices(chosen) if chosen else None,
        find=FindDef(tuple(sought["same"]), sought.get("where"), sought.get("make", True)) if sought else None,
        add=document.get("add", {}),
        transition=document.get("transition"),
        answer=Text.from_json(document["answer"]) if "answer" in document else None,
    )


def _choices(document: Json) -> ChoicesDef:
    return ChoicesDef(
        form=document["form"],
        into=document["into"],
        match=document.get("match", {}),
        also=document.get("also", {}),
        where=document.get("where"),
        sort=document.get("sort"),
        most=document.get("most", USUAL_CHOICES),
    )


@dataclass(frozen=True)
class Surrounding:
    """What the actions of one app stand in: its scope, and the forms and workflows of every app."""

    app: str
    scope: Scope
    forms: Mapping[Place, FormDef]
    workflows: Mapping[Place, WorkflowDef]


def compile_quick_actions(
    definitions: Iterable[QuickActionDef], around: Surrounding, found: list[Problem], placed: list[Placed]
) -> dict[str, QuickAction]:
    """Return the actions by key without those that have problems; these go to ``found``, sources to ``placed``."""
    made: dict[str, QuickAction] = {}
    for definition in definitions:
        checked = _Checked(definition, around, Gathering(around.scope), f"/{definition.key}")
        action = checked.compiled()
        found.extend(problem.under(FILE) for problem in checked.work.found)
        placed.extend(item.under(FILE) for item in checked.work.placed)
        if action is not None and not checked.work.found:
            made[definition.key] = action
    return made


@dataclass(frozen=True)
class _Checked:
    """Compiles one action and gathers what it names and does not exist."""

    definition: QuickActionDef
    around: Surrounding
    work: Gathering
    place: str

    def compiled(self) -> QuickAction | None:
        """Return the action, or None where it names a form that does not exist."""
        stated, choices = self.definition, self.definition.choices
        form = self._form("form", stated.form)
        on = self._form("on", stated.on) if stated.on is not None else None
        chosen = self._form("choices.form", choices.form) if choices is not None else None
        if form is None or (stated.on is not None and on is None) or (choices is not None and chosen is None):
            return None
        page = self._inside(on)
        target = self._inside(form)
        self._check_linked(on, target)
        self._check_fields("ask", stated.ask, self._filled(form))
        self._check_transition(form)
        if stated.when is not None and on is None:
            self.work.found.append(problems.NO_PAGE_RECORD.at(f"{self.place}.when"))
        if choices is not None and chosen is not None:
            self._check_choices(form, on, chosen)
        return QuickAction(
            definition=stated,
            form=form,
            on=on,
            when=page.condition(f"{self.place}.when", stated.when),
            values=self._expressions("values", stated.values, page, self._filled(form)),
            chosen=chosen,
            choice=self._inside(chosen).sought(f"{self.place}.choices.where", choices.where) if choices else None,
            found=self._found(form, target),
            add={key: self._added(key, lines, form, target) for key, lines in stated.add.items()},
            answer=compile_message(f"{self.place}.answer", stated.answer, target),
        )

    def _form(self, part: str, named: str) -> Place | None:
        other, dot, key = named.partition(".")
        place = (other, key) if dot else (self.around.app, named)
        if place in self.around.forms:
            return place
        known = ", ".join(key if app == self.around.app else f"{app}.{key}" for app, key in self.around.forms)
        self.work.found.append(problems.NO_SUCH_FORM.at(f"{self.place}.{part}", form=named, known=known))
        return None

    def _inside(self, place: Place | None) -> Gathering:
        """Return a gathering over the records of a form; without one, over nothing."""
        scope = None if place is None else self.around.scope.forms[place]
        return Gathering(replace(self.work.scope, form=scope, with_old=False), self.work.found, self.work.placed)

    def _scope(self, place: Place) -> FormScope:
        return self.around.scope.forms[place]

    def _filled(self, place: Place) -> dict[str, FieldScope]:
        """Return the fields of a form that people fill, by key, ``owner`` among them."""
        kept = {
            item.key
            for item in self.around.forms[place].fields
            if not item.set_by_system and item.computed is None and not item.retired
        }
        return {key: item for key, item in self._scope(place).fields.items() if key in kept or key == "owner"}

    def _check_fields(self, part: str, keys: Iterable[str], known: Iterable[str]) -> None:
        """Gather the keys that are not known; those of a mapping are places of their own."""
        listed = list(known)
        self.work.found.extend(
            problems.NOT_TO_BE_FILLED.at(f"{self.place}.{part}", key=key, known=", ".join(listed))
            for key in keys
            if key not in listed
        )

    def _check_linked(self, on: Place | None, target: Gathering) -> None:
        link, form = self.definition.link, target.scope.form
        if link is None or form is None:
            return
        there = form.fields.get(link)
        kind = None if there is None else there.type
        if on is None or not isinstance(kind, ReferenceType) or (kind.app, kind.form) != on:
            self.work.found.append(problems.NO_LINK.at(f"{self.place}.link", key=link))

    def _check_transition(self, form: Place) -> None:
        key, flow = self.definition.transition, self.around.workflows.get(form)
        known = [] if flow is None else [item.key for item in flow.transitions]
        if key is not None and key not in known:
            place = f"{self.place}.transition"
            self.work.found.append(NO_SUCH_TRANSITION.at(place, key=key, known=", ".join(known)))

    def _check_choices(self, form: Place, on: Place | None, chosen: Place) -> None:
        choices = self.definition.choices
        if choices is None:
            return
        filled, there = self._filled(form), self._scope(chosen).fields
        into = filled.get(choices.into)
        if into is None or not isinstance(into.type, ReferenceType) or (into.type.app, into.type.form) != chosen:
            self.work.found.append(problems.NO_LINK.at(f"{self.place}.choices.into", key=choices.into))
        if choices.match and on is None:
            self.work.found.append(problems.NO_PAGE_RECORD.at(f"{self.place}.choices.match"))
        own = {} if on is None else self._scope(on).fields
        self._check_fields("choices.match", choices.match, there)
        self._check_fields("choices.match", choices.match.values() if on else (), own)
        self._check_fields("choices.also", choices.also, filled)
        self._check_fields("choices.also", choices.also.values(), there)
        self._check_fields("choices.sort", [choices.sort.removeprefix("-")] if choices.sort else [], there)

    def _expressions(
        self, part: str, sources: Mapping[str, str], over: Gathering, fields: Mapping[str, FieldScope]
    ) -> dict[str, Expression]:
        self._check_fields(part, sources, fields)
        made = {
            key: over.expression(f"{self.place}.{part}.{key}", source, fields[key].type)
            for key, source in sources.items()
            if key in fields
        }
        return {key: item for key, item in made.items() if item is not None}

    def _found(self, form: Place, target: Gathering) -> Expression | None:
        sought = self.definition.find
        if sought is None:
            return None
        stored = {item.key for item in self.around.forms[form].fields if not item.lines and not item.retired}
        self._check_fields("find.same", sought.same, stored | {"owner"})
        return target.sought(f"{self.place}.find.where", sought.where)

    def _added(self, key: str, sources: Mapping[str, str], form: Place, over: Gathering) -> dict[str, Expression]:
        lines = self.around.scope.forms.get((form[0], f"{form[1]}.{key}"))
        if lines is None:
            known = ", ".join(item.key for item in self.around.forms[form].fields if item.lines)
            place = f"{self.place}.add.{key}"
            self.work.found.append(problems.NOT_TO_BE_FILLED.at(place, key=key, known=known))
            return {}
        return self._expressions(f"add.{key}", sources, over, lines.fields)
