"""What an expression may name: the fields and relations of a form, the forms it reaches, and the app's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.problems import Text
from engine.language.kept import Kept
from engine.language.tables import Decides
from engine.language.tree import Node, Step
from engine.language.types import ReferenceType, Type


@dataclass(frozen=True, slots=True)
class FieldScope:
    """A field that may be named by its key or by one of its labels; system fields are fields like any other.

    Of one with ``presence`` an expression sees only whether there is anything: ``held`` is true or false. What is not
    ``settable`` is computed or retired: rules cannot set it.
    """

    key: str
    uid: str
    type: Type
    labels: Text | None = None
    blank_as_zero: bool = False
    presence: bool = False
    settable: bool = True


@dataclass(frozen=True, slots=True)
class RelationScope:
    """Records that point back: those of ``form`` whose field ``reference`` holds this record's id.

    For lines ``form`` is ``<form>.<field>`` and ``reference`` is ``parent``.
    """

    key: str
    labels: Text | None
    app: str
    form: str
    reference: str


@dataclass(frozen=True, slots=True)
class RoleScope:
    """A role that may be asked about by its key or by one of its labels."""

    app: str
    key: str
    labels: Text | None = None


@dataclass(frozen=True, slots=True)
class LedgerScope:
    """The fields of a ledger that a posting fills: whose account, by how much, for what."""

    account: str
    delta: str
    reference: str


@dataclass(frozen=True, slots=True)
class FormScope:
    """A form as expressions see it; ``complete`` is what ``complete()`` stands for, where that is known already.

    A form whose records are postings says so by ``ledger``.
    """

    app: str
    key: str
    fields: Mapping[str, FieldScope]
    relations: Mapping[str, RelationScope] = field(default_factory=dict)
    complete: Node | None = field(default=None, compare=False)
    ledger: LedgerScope | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that one expression may name.

    ``forms`` holds every form that a reference or relation may lead to, by ``(app, form)``. ``parameters`` is keyed by
    what stands after ``param.``. ``with_old`` allows ``old.field`` and ``changed(field)``. ``roles`` and
    ``tables`` are the app's, by key. What comes again is kept in ``kept`` (``engine.language.keeping``), if there is
    one.
    """

    form: FormScope | None
    forms: Mapping[tuple[str, str], FormScope] = field(default_factory=dict)
    parameters: Mapping[str, Type] = field(default_factory=dict)
    with_old: bool = False
    roles: Mapping[str, RoleScope] = field(default_factory=dict)
    tables: Mapping[str, Decides] = field(default_factory=dict)
    kept: Kept | None = field(default=None, compare=False, repr=False)


EMPTY_SCOPE = Scope(None)
"""A scope without fields: for expressions of literals, parameters of the run and functions alone."""


def way_over(path: str, form: FormScope, forms: Mapping[tuple[str, str], FormScope]) -> tuple[Step, ...] | None:
    """Return the references of a path (``customer.region``) that begins at a form; None where one of them is none."""
    steps: list[Step] = []
    here: FormScope | None = form
    for key in path.split("."):
        found = None if here is None else here.fields.get(key)
        if found is None or not isinstance(found.type, ReferenceType):
            return None
        steps.append(Step(key, found.type.app, found.type.form))
        here = forms.get((found.type.app, found.type.form))
    return tuple(steps)
