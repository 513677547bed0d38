"""Which records a command must have to itself: those whose aggregates it reads or feeds. Knows no lock and no table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from engine.catalog.apps import App, Catalog
from engine.decision.changeset import RecordWrite
from engine.decision.facts import AggregateQuery, Facts, RecordQuery
from engine.decision.work import Key
from engine.kernel.values import Value
from engine.language.expressions import Aggregate, Expression
from engine.language.tree import PARENT, Node, Related, walk
from engine.language.types import ReferencesType, ReferenceType


@dataclass(frozen=True, slots=True)
class Bond:
    """A reference over which some aggregate goes: it leads to records of ``form``, which gather what points at them.

    It stands in the record itself, or in the lines of its field ``lines``.
    """

    lines: str
    reference: str
    app: str
    form: str

    def targets(self, row: Mapping[str, Value]) -> Iterator[str]:
        """Go through the ids of the records that a row leads to."""
        rows = (row.get(self.lines) or ()) if self.lines else (row,)
        for one in rows:
            value = one.get(self.reference)
            yield from (str(id) for id in (value if isinstance(value, tuple) else (value,)) if id is not None)


Bonds = Mapping[tuple[str, str], tuple[Bond, ...]]
"""The bonds of each form whose records are gathered, by app and form."""


def bonds_of(catalog: Catalog) -> Bonds:
    """Return the bonds of all aggregates that any expression of any app reads."""
    gathered = {(item.app, item.form, item.reference) for app in catalog.apps.values() for item in _aggregates(app)}
    found: dict[tuple[str, str], list[Bond]] = {}
    for app, form, reference in sorted(gathered):
        scope = catalog.scopes.get((app, form))
        field = None if scope is None else scope.fields.get(reference)
        if field is not None and isinstance(field.type, ReferenceType | ReferencesType):
            outer, _, lines = form.partition(".")
            found.setdefault((app, outer), []).append(Bond(lines, reference, field.type.app, field.type.form))
    return {key: tuple(bonds) for key, bonds in found.items()}


def bound_by(bonds: Bonds, facts: Facts, writes: Iterable[RecordWrite]) -> frozenset[Key]:
    """Return the records whose aggregates were asked for, and those that a write reaches, before it or after it."""
    found: set[Key] = set()
    for query in facts:
        if isinstance(query, AggregateQuery):
            over = (bond for bond in bonds.get((query.app, query.form), ()) if _is_over(query, bond))
            found.update((bond.app, bond.form, query.owner) for bond in over)
    new: set[Key] = set()
    for write in writes:
        if write.kind == "insert":
            new.add((write.app, write.form, write.id))
        for bond in bonds.get((write.app, write.form), ()):
            for row in (_stored(facts, write), write.row):
                found.update((bond.app, bond.form, id) for id in bond.targets(row))
    return frozenset(found - new)


def _is_over(query: AggregateQuery, bond: Bond) -> bool:
    _, _, lines = query.aggregate.form.partition(".")
    return (lines, query.aggregate.reference) == (bond.lines, bond.reference)


def _stored(facts: Facts, write: RecordWrite) -> Mapping[str, Value]:
    """Return the record as it is stored, which whoever changes it has asked for; nothing where it is new."""
    for deleted in (False, True):
        row = facts.get(RecordQuery(write.app, write.form, write.id, deleted))
        if isinstance(row, Mapping):
            return row
    return {}


def _aggregates(app: App) -> Iterator[Aggregate]:
    for part in (app.forms, app.workflows, app.rules, app.grants):
        for expression in _expressions(part):
            yield from _related(expression.tree)


def _expressions(part: object) -> Iterator[Expression]:
    """Go through the expressions that stand anywhere in a part of an app: a new kind of action needs nothing here."""
    if isinstance(part, Expression):
        yield part
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _expressions(inner)
    elif isinstance(part, tuple | list):
        for inner in part:
            yield from _expressions(inner)
    elif is_dataclass(part) and not isinstance(part, type):
        for item in fields(part):
            if item.name not in _DESIGN:
                yield from _expressions(getattr(part, item.name))


_DESIGN = frozenset(("definition", "scope", "type"))
"""Parts that hold no expressions, only what they were made of."""


def _related(tree: Node) -> Iterator[Aggregate]:
    """Go through the aggregates over other records in a tree, those inside others included; own lines are no others."""
    for node in walk(tree):
        if isinstance(node, Related):
            if node.aggregate.reference != PARENT:
                yield node.aggregate
            for inner in (node.aggregate.value, node.aggregate.where):
                if inner is not None:
                    yield from _related(inner)
