"""Turning documents into apps that run: all installed apps together, because expressions reach across them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.catalog import problems
from engine.catalog.apps import App, Catalog, Parameter, role_scopes
from engine.catalog.boards import compile_boards
from engine.catalog.compiling_parameters import compile_parameters, least_fields
from engine.catalog.connectors.compiling import compile_connectors
from engine.catalog.connectors.connectors import Connector
from engine.catalog.connectors.definitions import hooks_for
from engine.catalog.decision_tables import Surroundings, compile_tables
from engine.catalog.definitions import AppDef
from engine.catalog.naming import Names
from engine.catalog.numbers import number_problems
from engine.catalog.pages.blocks import Pages
from engine.catalog.pages.compiling import Surroundings as PageSurroundings
from engine.catalog.pages.compiling import compile_pages
from engine.catalog.printouts.compiling import compile_printouts
from engine.catalog.quick_actions import Surrounding, compile_quick_actions
from engine.catalog.rules_together import TOGETHER, about_forms
from engine.catalog.specs import table_specs
from engine.catalog.state_deadlines import cron_problems, persons_in, rules_of
from engine.forms.access import Grant
from engine.forms.compiling import SYSTEM_LABELS, compile_form, form_scopes
from engine.forms.definitions import OptionDef
from engine.forms.field_types import FieldType
from engine.forms.forms import Form
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import EngineError, Problem
from engine.kernel.registries import Registry
from engine.language import types as language
from engine.language.calendars import Calendar
from engine.language.gathering import Gathering, Placed
from engine.language.pushdown import pushes_down
from engine.language.scope import FormScope, Scope, way_over
from engine.rules.compiling import compile_rule
from engine.rules.definitions import RuleDef, persons_of
from engine.rules.events import sees_before
from engine.rules.naming import Names as RuleNames
from engine.rules.naming import Signature
from engine.rules.rules import Rule
from engine.workflows.approvals.approvals import asked_in
from engine.workflows.definitions import WorkflowDef
from engine.workflows.workflows import Workflow, compile_workflow


@dataclass(frozen=True)
class Installed:
    """One app to compile: its design, its revision and the physical names of its tables."""

    definition: AppDef
    revision: int
    names: Names


def compile_catalog(
    installed: Iterable[Installed], types: Registry[FieldType], calendars: Mapping[str, Calendar] | None = None
) -> Catalog:
    """Return the catalog of these apps; EngineError with every problem of every expression, name and machine.

    ``calendars`` are the work calendars by time zone.
    """
    apps = list(installed)
    scopes: dict[tuple[str, str], FormScope] = {}
    for item in apps:
        scopes.update(_scopes(item.definition, types))
    names = {(item.definition.key, form): name for item in apps for form, name in item.names.items()}
    found: list[Problem] = []
    compiled: dict[str, App] = {}
    for item in apps:
        app = _compile_app(item, scopes, names, types, found)
        if app is not None:
            compiled[app.key] = _with_what_crosses(app, apps, scopes, found)
    if found:
        raise EngineError(found)
    return Catalog(MappingProxyType(compiled), MappingProxyType(scopes), calendars or {})


def _with_what_crosses(
    app: App, apps: Iterable[Installed], scopes: Mapping[tuple[str, str], FormScope], found: list[Problem]
) -> App:
    """Return the app with its pages and quick actions, which may be about forms of any app."""
    kinds = {key: made.type for key, made in app.parameters.items()}
    scope = Scope(None, scopes, kinds, roles=role_scopes(app.definition), tables=app.decision_tables)
    forms = {(item.definition.key, form.key): form for item in apps for form in item.definition.forms}
    flows = {(item.definition.key, flow.form): flow for item in apps for flow in item.definition.workflows}
    work = Gathering(scope)
    pages = _pages(app, flows, work)
    found.extend(work.found)
    placed = [*app.placed, *work.placed]
    around = Surrounding(app.key, scope, forms, flows)
    made = compile_quick_actions(app.definition.quick_actions, around, found, placed)
    return replace(app, pages=pages, quick_actions=MappingProxyType(made), placed=tuple(placed))


def _pages(compiled: App, flows: Mapping[tuple[str, str], WorkflowDef], work: Gathering) -> Pages:
    """Return the pages and the tab bars; problems and what is placed go to ``work``."""
    app = compiled.definition
    roles = frozenset(role.key for role in app.roles)
    actions = frozenset(action.key for action in app.quick_actions)
    boards = {board.key: {item.key: item for item in board.widgets} for board in compiled.boards.values()}
    return compile_pages(app.pages, app.tab_bars, PageSurroundings(app.key, roles, flows, actions, boards), work)


def problems_of_rules(catalog: Catalog, key: str, rules: Iterable[RuleDef]) -> list[Problem]:
    """Return what is wrong with rules as they would stand in an installed app, in place of its own of the same keys."""
    return looked_over(catalog, key, rules)[0]


def looked_over(catalog: Catalog, key: str, rules: Iterable[RuleDef]) -> tuple[list[Problem], list[Placed]]:
    """Return what is wrong with rules as they would stand in an installed app, and every expression in them."""
    app, new = catalog.apps[key].definition, {rule.key: rule for rule in rules}
    every = (*(rule for rule in app.rules if rule.key not in new), *new.values())
    files = tuple(f"rules/{one}.json" for one in new)
    first = next((form.key for form in app.forms), None)
    # In an app without forms, that is all that a rule is told.
    scope = Scope(None, catalog.scopes) if first is None else replace(catalog.scope(key, first), form=None)
    calls = _signatures(catalog.apps[key].connectors)
    work = _Parts(replace(app, rules=every), scope, [], only=frozenset(new), calls=calls)
    work.rules()
    return [problem for problem in work.found if problem.path.startswith(files)], work.placed


def _scopes(app: AppDef, types: Registry[FieldType]) -> dict[tuple[str, str], FormScope]:
    flows = {flow.form: flow for flow in app.workflows}
    return {
        (scope.app, scope.key): scope
        for form in app.forms
        for scope in form_scopes(app.key, form, _state_options(flows.get(form.key)), types)
    }


def _state_options(flow: WorkflowDef | None) -> tuple[OptionDef, ...]:
    return () if flow is None else tuple(OptionDef(item.uid, item.key, item.labels) for item in flow.states)


def _compile_app(
    item: Installed,
    scopes: dict[tuple[str, str], FormScope],
    names: Mapping[tuple[str, str], str],
    types: Registry[FieldType],
    found: list[Problem],
) -> App | None:
    """Compile an app; ``scopes`` then know what it is for each of its forms to be complete."""
    app = item.definition
    before = len(found)
    found.extend(_zone_problems(app))
    parameters = compile_parameters(app, types, found)
    scope = _scope(app, scopes, parameters, types, found)
    placed: list[Placed] = []
    connectors = compile_connectors(app, scope, types, found, placed)
    work = _Parts(app, scope, found, placed, calls=_signatures(connectors))
    forms = _forms(work, scopes, types)
    workflows = work.workflows(parameters)
    rules = work.rules()
    found.extend(number_problems(forms, workflows, rules))
    grants = work.grants()
    metrics, boards = compile_boards(app, scope, found, work.placed)
    printouts = compile_printouts(app.key, app.printouts, scope, found, work.placed)
    if len(found) > before:
        return None
    return App(
        definition=app,
        revision=item.revision,
        forms=MappingProxyType(forms),
        workflows=MappingProxyType(workflows),
        rules=rules,
        parameters=MappingProxyType(parameters),
        grants=grants,
        tables=table_specs(app, item.names, names, types),
        placed=tuple(work.placed),
        decision_tables=scope.tables,
        metrics=metrics,
        boards=boards,
        connectors=connectors,
        printouts=printouts,
    )


def _signatures(connectors: Mapping[str, Connector]) -> Mapping[str, Mapping[str, Signature]]:
    """Return what rules must give for each operation of each connector."""
    return {
        key: {
            name: Signature(one.arguments, one.required, one.definition.form)
            for name, one in connector.operations.items()
        }
        for key, connector in connectors.items()
    }


def _forms(work: _Parts, scopes: dict[tuple[str, str], FormScope], types: Registry[FieldType]) -> dict[str, Form]:
    """Return the forms of an app by key; ``scopes`` then know each of them whole."""
    forms: dict[str, Form] = {}
    for definition in work.app.forms:
        gathered = Gathering(work.scope)
        form = compile_form(work.app.key, definition, gathered, types)
        work.keep(gathered, f"forms/{definition.key}.json")
        if form is not None:
            forms[form.key] = form
            scopes[work.app.key, form.key] = form.scope
    return forms


def _scope(
    app: AppDef,
    forms: Mapping[tuple[str, str], FormScope],
    parameters: Mapping[str, Parameter],
    types: Registry[FieldType],
    found: list[Problem],
) -> Scope:
    """Return what every expression of the app may name."""
    kinds = {key: made.type for key, made in parameters.items()}
    tables = compile_tables(Surroundings(app, forms, kinds, types), found)
    return Scope(form=None, forms=forms, parameters=kinds, roles=role_scopes(app), tables=tables)


def _zone_problems(app: AppDef) -> list[Problem]:
    try:
        ZoneInfo(app.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return [problems.UNKNOWN_ZONE.at("app.json#/timezone", zone=app.zone)]
    return []


@dataclass(frozen=True)
class _Parts:
    """Compiles the parts of one app that stand beside its forms; problems go to ``found``, sources to ``placed``.

    Where ``only`` names rules, no other one is compiled.
    """

    app: AppDef
    scope: Scope
    found: list[Problem]
    placed: list[Placed] = field(default_factory=list)
    only: Collection[str] | None = None
    calls: Mapping[str, Mapping[str, Signature]] = field(default_factory=dict)

    def _work(self, form: str, *, with_old: bool = False) -> Gathering:
        return Gathering(replace(self.scope, form=self.scope.forms[self.app.key, form], with_old=with_old))

    def keep(self, work: Gathering, file: str) -> None:
        """Keep what has been gathered from a document."""
        self.found.extend(problem.under(file) for problem in work.found)
        self.placed.extend(item.under(file) for item in work.placed)

    def _fields(self, form: str) -> set[str]:
        return {field.key for item in self.app.forms if item.key == form for field in item.fields}

    def _known(self, form: str, place: str) -> bool:
        if (self.app.key, form) in self.scope.forms:
            return True
        known = ", ".join(item.key for item in self.app.forms)
        self.found.append(problems.NO_SUCH_FORM.at(place, form=form, known=known))
        return False

    def workflows(self, parameters: Mapping[str, Parameter]) -> dict[str, Workflow]:
        """Return the machines by form key."""
        least = least_fields(parameters)
        made: dict[str, Workflow] = {}
        self._check_bonds()
        for definition in self.app.workflows:
            file = f"workflows/{definition.key}.json"
            if not self._known(definition.form, f"{file}#/form"):
                continue
            for item in definition.transitions:
                self._check_persons(definition.form, f"{file}#transitions.{item.key}.by", item.by)
            for at, who in (*asked_in(definition), *persons_in(definition)):
                self._check_persons(definition.form, f"{file}#{at}", who)
            work = self._work(definition.form)
            work.found.extend(cron_problems(definition))
            machine = compile_workflow(definition, work, self._fields(definition.form) | {"owner"}, least)
            self.keep(work, file)
            if machine is not None:
                made[definition.form] = machine
        return made

    def _check_bonds(self) -> None:
        """Gather the forms whose workflow is another than the one that names them."""
        flows = {flow.form: flow.key for flow in self.app.workflows}
        self.found.extend(
            problems.NO_SUCH_WORKFLOW.at(f"forms/{form.key}.json#/workflow", form=form.key, key=form.workflow)
            for form in self.app.forms
            if form.workflow is not None and flows.get(form.key) != form.workflow
        )

    def _check_persons(self, form: str, place: str, who: Iterable[PersonsDef]) -> None:
        """Gather the roles and the fields of persons that do not exist; a field may stand at the end of a path."""
        roles = {role.key for role in self.app.roles}
        own = self.scope.forms[self.app.key, form]
        for number, item in enumerate(who):
            at = f"{place}[{number}].{item.kind}"
            if item.kind in ("role", "least_loaded") and item.of not in roles:
                self.found.append(problems.NO_SUCH_ROLE.at(at, key=item.of, known=", ".join(sorted(roles))))
            if item.kind not in ("person", "manager_of", "manager_chain"):
                continue
            way, _, key = item.of.rpartition(".")
            steps = way_over(way, own, self.scope.forms) if way else ()
            there = own if not steps else self.scope.forms.get((steps[-1].app, steps[-1].form))
            fields = there.fields.values() if there is not None and steps is not None else ()
            kinds = (language.PersonType,) if item.kind != "person" else (language.PersonType, language.PersonsType)
            known = {field.key for field in fields if isinstance(field.type, kinds)}
            if key not in known:
                self.found.append(problems.NO_SUCH_PERSON.at(at, key=item.of, known=", ".join(sorted(known))))

    def _names(self, form: str) -> RuleNames:
        """Return what a rule about records of a form may name."""
        flow = next((flow for flow in self.app.workflows if flow.form == form), None)
        return RuleNames(
            app=self.app.key,
            form=self.scope.forms[self.app.key, form],
            fields=self._fields(form) | {"owner"},
            states={state.key for state in flow.states} if flow else set(),
            transitions={item.key for item in flow.transitions} if flow else set(),
            begins_in=flow.initial if flow else None,
            rules={rule.key for rule in self.app.rules if rule.form == form},
            calls=self.calls,
            hooks=hooks_for(self.app.connectors, form),
            approvals={item.key for item in flow.approvals} if flow else set(),
            documents={item.key for item in self.app.printouts if item.form == form},
            signings={item.key for item in self.app.printouts if item.form == form and item.signing is not None},
            others=lambda key: self._names(key) if self._fields(key) else None,
        )

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules in the order of their documents."""
        made: list[Rule] = []
        asked = (rule for rule in self.app.rules if self.only is None or rule.key in self.only)
        for definition in asked:
            file = f"rules/{definition.key}.json"
            if not self._known(definition.form, f"{file}#/form"):
                continue
            names = self._names(definition.form)
            for at, form, action in about_forms(definition, self.scope.forms, self.app.key):
                for part, who in persons_of(action):
                    self._check_persons(form, f"{file}#{at}.{part}", who)
            for number, event in enumerate(definition.on):
                self._check_persons(definition.form, f"{file}#on[{number}].button.by", event.by)
            work = self._work(definition.form, with_old=sees_before(definition.on))
            rule = compile_rule(definition, work, names)
            if rule is not None and rule.when is not None and rule.schedules:
                work.found.extend(problem.under("when") for problem in pushes_down(rule.when))
            self.keep(work, file)
            if rule is not None:
                made.append(rule)
        made += self._of_states()
        self.found.extend(problem for look in TOGETHER for problem in look(self.app, self.scope.forms))
        return tuple(made)

    def _of_states(self) -> Iterator[Rule]:
        """Go through the rules of the deadlines of states; what is wrong with them is told with their workflow."""
        for flow in self.app.workflows if self.only is None and not self.found else ():
            for definition in rules_of(flow):
                rule = compile_rule(definition, self._work(flow.form), self._names(flow.form))
                if rule is not None:
                    yield rule

    def grants(self) -> Mapping[str, Mapping[str, tuple[Grant, ...]]]:
        """Return what each role gives, by form."""
        made: dict[str, dict[str, tuple[Grant, ...]]] = {}
        for role in self.app.roles:
            for number, access in enumerate(role.access):
                place = f"roles.json#/{role.key}/access[{number}]"
                if not self._known(access.form, f"{place}.form"):
                    continue
                known = self._fields(access.form) | set(SYSTEM_LABELS)
                self.found.extend(
                    problems.NO_SUCH_FIELD.at(place, key=key)
                    for key in sorted((access.hidden_fields | access.read_only_fields) - known)
                )
                work = self._work(access.form)
                rows = work.sought("rows", access.rows)
                self.keep(work, place)
                if access.rows is None or rows is not None:
                    given = made.setdefault(access.form, {})
                    given[role.key] = (*given.get(role.key, ()), Grant(access, rows))
        return made
