"""Apps as they run: one immutable snapshot, shared by every part that needs to know what an app is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from engine.boards.boards import Board, Metric
from engine.catalog.connectors.connectors import Connector
from engine.catalog.definitions import AppDef, ParameterDef
from engine.catalog.pages.blocks import Pages
from engine.catalog.printouts.printouts import Printout
from engine.catalog.quick_actions import QuickAction
from engine.catalog.tables import TableSpec
from engine.forms.access import Access, Grant, access_of
from engine.forms.forms import Form
from engine.kernel.problems import Text
from engine.kernel.values import Value
from engine.language import types as language
from engine.language.calendars import WEEKDAYS, Calendar
from engine.language.expressions import Expression
from engine.language.gathering import Placed
from engine.language.kept import Kept
from engine.language.scope import FormScope, RoleScope, Scope
from engine.language.tables import Decides
from engine.rules.rules import Rule
from engine.workflows.workflows import Workflow


@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter with its type and its default in the engine's form."""

    definition: ParameterDef
    type: language.Type
    default: Value


@dataclass(frozen=True, eq=False)
class App:
    """One app at one revision. ``workflows`` are by form key; ``grants`` by form key, then by role.

    ``placed`` are the expressions and templates of its documents, each with its place. ``decision_tables`` are what
    ``lookup()`` asks; ``tables`` are those of the database.
    """

    definition: AppDef
    revision: int
    forms: Mapping[str, Form]
    workflows: Mapping[str, Workflow]
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter]
    grants: Mapping[str, Mapping[str, tuple[Grant, ...]]]
    tables: tuple[TableSpec, ...]
    placed: tuple[Placed, ...] = ()
    decision_tables: Mapping[str, Decides] = field(default_factory=dict)
    pages: Pages = field(default_factory=Pages)
    quick_actions: Mapping[str, QuickAction] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    boards: Mapping[str, Board] = field(default_factory=dict)
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    printouts: Mapping[str, Printout] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The app's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The app's labels."""
        return self.definition.labels

    @property
    def zone(self) -> str:
        """The time zone by which the app counts days."""
        return self.definition.zone

    def access(self, form: str, roles: Iterable[str]) -> Access:
        """Return what somebody with these roles of the app may do with a form."""
        return access_of(roles, self.grants.get(form, {}))

    def rules_of(self, form: str, *, before: bool) -> tuple[Rule, ...]:
        """Return the enabled before- or after-rules of a form in their order."""
        return self._ordered_rules.get((form, before), ())

    @cached_property
    def _ordered_rules(self) -> Mapping[tuple[str, bool], tuple[Rule, ...]]:
        ordered: dict[tuple[str, bool], list[Rule]] = {}
        for rule in sorted(self.rules, key=lambda item: (item.definition.order, item.key)):
            if rule.definition.enabled:
                ordered.setdefault((rule.definition.form, rule.looks_before), []).append(rule)
        return {key: tuple(rules) for key, rules in ordered.items()}

    def read_by_saving(self, form: str) -> tuple[Expression, ...]:
        """Return what saving a record of a form evaluates and reads beyond the record: its form's and before-rules'."""
        return self._read_by_saving[form]

    @cached_property
    def _read_by_saving(self) -> Mapping[str, tuple[Expression, ...]]:
        return {
            key: (*form.reaching, *(one for rule in self.rules_of(key, before=True) for one in rule.reaching))
            for key, form in self.forms.items()
        }

    def tables_of(self, form: str) -> tuple[TableSpec, ...]:
        """Return the table of a form and, after it, those of its lines."""
        return self._tables_by_form[form]

    @cached_property
    def _tables_by_form(self) -> Mapping[str, tuple[TableSpec, ...]]:
        grouped: dict[str, list[TableSpec]] = {}
        for table in self.tables:
            grouped.setdefault(table.form.partition(".")[0], []).append(table)
        return {key: tuple(tables) for key, tables in grouped.items()}


def role_scopes(app: AppDef) -> Mapping[str, RoleScope]:
    """Return what expressions may ask about the roles of an app, by key."""
    return {role.key: RoleScope(app.key, role.key, role.labels) for role in app.roles}


@dataclass(frozen=True, eq=False)
class Catalog:
    """All installed apps. ``scopes`` is what expressions see of every form, and of its lines as ``form.field``.

    ``calendars`` are the work calendars of those time zones that have one of their own.
    """

    apps: Mapping[str, App]
    scopes: Mapping[tuple[str, str], FormScope] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    def calendar(self, app: str) -> Calendar:
        """Return the work calendar of an app: that of its time zone, Mondays to Fridays where it has none."""
        return self.calendars.get(self.apps[app].zone, WEEKDAYS)

    def scope(self, app: str, form: str) -> Scope:
        """Return what an expression on a form of an app may name; its parts are the same at every call."""
        return replace(self._nowhere[app], form=self.scopes[app, form])

    @cached_property
    def _nowhere(self) -> Mapping[str, Scope]:
        """What an expression of each app may name before it is said in which form it stands."""
        return {
            app.key: Scope(
                form=None,
                forms=self.scopes,
                parameters={key: item.type for key, item in app.parameters.items()},
                roles=role_scopes(app.definition),
                tables=app.decision_tables,
                kept=Kept(),
            )
            for app in self.apps.values()
        }

    def form(self, app: str, form: str) -> Form | None:
        """Return a form, or None where there is none of that name."""
        found = self.apps.get(app)
        return None if found is None else found.forms.get(form)

    @cached_property
    def tables(self) -> Mapping[tuple[str, str], tuple[TableSpec, ...]]:
        """The tables of every form, by app and form: its own first, then those of its lines."""
        return MappingProxyType(
            {(app.key, form): app.tables_of(form) for app in self.apps.values() for form in app.forms}
        )

    @property
    def revisions(self) -> Mapping[str, int]:
        """The revision of every app."""
        return {key: app.revision for key, app in self.apps.items()}
