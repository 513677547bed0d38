"""A compiled expression: what it reads, and the functions that give its value and its truth for a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.language.aggregates import Stored, aggregate_over, combine, nothing_stored, settle
from engine.language.backends.python import Evaluate, Holds, compile_condition, compile_value
from engine.language.plain import Plain
from engine.language.surroundings import Surroundings
from engine.language.tree import Aggregate, Field, Given, Node, OldField, Parameter, Path, Related, Step, walk
from engine.language.types import Type

__all__ = [
    "Aggregate",
    "Expression",
    "Plain",
    "ReadSet",
    "Stored",
    "Surroundings",
    "aggregate_over",
    "combine",
    "expression_of",
    "nothing_stored",
    "reads_of",
    "settle",
]


@dataclass(frozen=True, slots=True)
class ReadSet:
    """What an expression reads, so that facts can be fetched and rights checked beforehand.

    ``fields`` are the row's own, references on the way of a path included. ``paths`` are ``(reference, field)``, where a
    reference over several hops is written with dots (``customer.region``). ``aggregates`` are over what is related to the
    row itself; ``distant`` ones, ``(reference, aggregate)``, over what is related to the record that it names.
    """

    fields: frozenset[str] = frozenset()
    paths: frozenset[tuple[str, str]] = frozenset()
    aggregates: tuple[Aggregate, ...] = ()
    distant: tuple[tuple[str, Aggregate], ...] = ()
    parameters: frozenset[str] = frozenset()
    old_fields: frozenset[str] = frozenset()
    reads_now: bool = False
    reads_today: bool = False
    reads_me: bool = False
    forms: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False)
    """The app and form at the end of every reference in ``paths`` and ``distant``."""

    @property
    def reads_old(self) -> bool:
        """Whether the row before the change is read."""
        return bool(self.old_fields)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    ``evaluate(row, surroundings)`` gives the value; ``holds(row, surroundings)`` tells whether it is true, and takes a blank
    for false. The row holds every key of ``reads.fields``, blanks included. Both are plain functions, so that calling one
    costs no more than calling a function written by hand.
    """

    source: str
    tree: Node
    type: Type
    reads: ReadSet
    evaluate: Evaluate = field(compare=False, repr=False)
    holds: Holds = field(compare=False, repr=False)


def expression_of(source: str, node: Node) -> Expression:
    """Return the expression of a checked tree."""
    return Expression(source, node, node.type, reads_of(node), compile_value(node), compile_condition(node))


def _along(steps: tuple[Step, ...]) -> list[tuple[str, Step]]:
    """Return every reference on the way, written with dots, and its step."""
    return [(".".join(step.reference for step in steps[: count + 1]), step) for count, step in enumerate(steps)]


def reads_of(node: Node) -> ReadSet:
    """Return what the tree reads of its row and the world; what an aggregate reads of other rows is in the aggregate."""
    fields, paths, forms = set[str](), set[tuple[str, str]](), dict[str, tuple[str, str]]()
    parameters, old, given = set[str](), set[str](), set[str]()
    aggregates: dict[Aggregate, None] = {}
    distant: dict[tuple[str, Aggregate], None] = {}
    stack = [node]
    while stack:
        for part in walk(stack.pop()):
            match part:
                case Field(key):
                    fields.add(key)
                case OldField(key):
                    old.add(key)
                case Parameter(key):
                    parameters.add(key)
                case Given(what):
                    given.add(what)
                case Path(steps, key):
                    _note_path(steps, key, fields, paths, forms)
                case Related(aggregate, ()):
                    aggregates[aggregate] = None
                case Related(aggregate, steps):
                    _note_path(steps, "id", fields, paths, forms)
                    distant[_along(steps)[-1][0], aggregate] = None
                case _:
                    pass
    for aggregate in [*aggregates, *(aggregate for _, aggregate in distant)]:
        inner = [reads_of(tree) for tree in (aggregate.value, aggregate.where) if tree is not None]
        parameters.update(*(reads.parameters for reads in inner))
        given.update(what for reads in inner for what in ("now", "today", "me") if getattr(reads, f"reads_{what}"))
    return ReadSet(
        frozenset(fields),
        frozenset(paths),
        tuple(aggregates),
        tuple(distant),
        frozenset(parameters),
        frozenset(old),
        "now" in given,
        "today" in given,
        "me" in given,
        forms,
    )


def _note_path(
    steps: tuple[Step, ...],
    key: str,
    fields: set[str],
    paths: set[tuple[str, str]],
    forms: dict[str, tuple[str, str]],
) -> None:
    fields.add(steps[0].reference)
    along = _along(steps)
    forms.update({reference: (step.app, step.form) for reference, step in along})
    following = [*(step.reference for step in steps[1:]), key]
    paths.update((reference, next_key) for (reference, _), next_key in zip(along, following, strict=True))
