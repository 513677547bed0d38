"""What a rule may name, and the problems of names that do not exist."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from engine.kernel.values import SYSTEM_FIELDS
from engine.language.gathering import Gathering
from engine.language.scope import FormScope
from engine.language.types import Type
from engine.rules import problems

NEVER_SET = frozenset(SYSTEM_FIELDS) - {"owner", "department"}
"""System fields that no rule sets by itself: states change by transitions, stamps by saving."""


@dataclass(frozen=True)
class Signature:
    """What calling an operation of a connector takes: its arguments, which of them must be given, whose record."""

    arguments: Mapping[str, Type]
    required: Collection[str] = ()
    form: str | None = None


@dataclass(frozen=True)
class Names:
    """What a rule may name, beside what its expressions see: the fields, states and transitions of its form.

    ``begins_in`` is the state in which records of the form begin; ``rules`` are the rules of the form, ``calls`` the
    operations of every connector, ``hooks`` what brings items for the form, ``approvals`` its approvals,
    ``documents`` those that can be made of its records, ``signings`` those of them that are signed.
    ``others`` gives the same of another form of the app.
    """

    app: str
    form: FormScope
    fields: Collection[str]
    states: Collection[str]
    transitions: Collection[str]
    begins_in: str | None = None
    rules: Collection[str] = ()
    calls: Mapping[str, Mapping[str, Signature]] = field(default_factory=dict)
    hooks: Collection[str] = ()
    approvals: Collection[str] = ()
    documents: Collection[str] = ()
    signings: Collection[str] = ()
    others: Callable[[str], Names | None] = field(default=lambda _: None)


def check_known(work: Gathering, place: str, keys: Collection[str], known: Collection[str]) -> None:
    """Gather the keys that are not known."""
    for key in keys:
        if key not in known:
            work.found.append(problems.NO_SUCH_NAME.at(place, key=key, known=", ".join(sorted(known))))
