"""A compiled expression: what it reads, and the functions that give its value and its truth for a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.language.aggregates import Stored, aggregate_over, combine, nothing_stored, settle
from engine.language.backends.python.compiling import Evaluate, Holds, compile_both
from engine.language.measuring import distinct
from engine.language.plain import Plain
from engine.language.surroundings import Surroundings
from engine.language.tree import (
    Aggregate,
    Field,
    Given,
    HasRole,
    Lookup,
    Node,
    OfPerson,
    OldField,
    Parameter,
    Path,
    Related,
    Step,
    walk,
)
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

    ``fields`` are the row's own, references on the way of a path included. ``paths`` are ``(reference, field)``,
    where a reference over several hops is written with dots (``customer.region``). ``aggregates`` are over what is
    related to the row itself; ``distant`` ones, ``(reference, aggregate)``, over what is related to the record that
    it names.
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
    people: frozenset[tuple[Node, int]] = frozenset()
    """Whose facts are asked of the directory: who is meant, and how many of them, going up by superiors."""
    forms: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False)
    """The app and form at the end of every reference in ``paths`` and ``distant``."""
    tables: frozenset[str] = frozenset()
    """The decision tables that are asked."""

    @property
    def reaches(self) -> bool:
        """Whether anything beyond the row itself is read: other records, or the directory."""
        return bool(self.forms or self.aggregates or self.people)

    @property
    def reads_old(self) -> bool:
        """Whether the row before the change is read."""
        return bool(self.old_fields)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    ``evaluate(row, surroundings)`` gives the value; ``holds(row, surroundings)`` tells whether it is true, and takes
    a blank for false. The row holds every key of ``reads.fields``, blanks included. Both are plain functions, so that
    calling one costs no more than calling a function written by hand.
    """

    source: str
    tree: Node
    type: Type
    reads: ReadSet
    evaluate: Evaluate = field(compare=False, repr=False)
    holds: Holds = field(compare=False, repr=False)


def expression_of(source: str, node: Node) -> Expression:
    """Return the expression of a checked tree."""
    return Expression(source, node, node.type, reads_of(node), *compile_both(node))


class _Reads:
    """Collects what a tree reads."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.fields, self.parameters, self.old, self.given = set[str](), set[str](), set[str](), set[str]()
        self.paths, self.forms = set[tuple[str, str]](), dict[str, tuple[str, str]]()
        self.aggregates: dict[Aggregate, None] = {}
        self.distant: dict[tuple[str, Aggregate], None] = {}
        self.people: dict[Node, int] = {}
        self.tables = set[str]()

    def note(self, part: Node) -> None:
        """Note what one node reads."""
        match part:
            case Field(key):
                self.fields.add(key)
            case OldField(key):
                self.old.add(key)
            case Parameter(key):
                self.parameters.add(key)
            case Given(what):
                self.given.add(what)
            case Path(steps, key):
                self.follow(steps, key)
            case OfPerson(item) | HasRole(item):
                self.ask(item)
            case Lookup(table, body=body):
                self.tables.add(table)
                for outside in body.outside:
                    self.note(outside)
            case Related(aggregate, ()):
                self.aggregates[aggregate] = None
            case Related(aggregate, steps):
                self.follow(steps, "id")
                self.distant[".".join(step.reference for step in steps), aggregate] = None
            case _:
                pass

    def note_inside(self, inner: Node) -> None:
        """Note what another scope reads of what is the same for every row."""
        for part in walk(inner):
            if isinstance(part, Parameter | Given | Lookup):
                self.note(part)

    def ask(self, person: Node) -> None:
        """Note whose facts are read, and those of how many superiors of theirs."""
        level = 1
        while isinstance(person, OfPerson):
            level, person = level + 1, person.item
        self.people[person] = max(level, self.people.get(person, 0))

    def follow(self, steps: tuple[Step, ...], key: str) -> None:
        """Note every reference on the way and the field read at its end."""
        self.fields.add(steps[0].reference)
        following = [*(step.reference for step in steps[1:]), key]
        for count, (step, wanted) in enumerate(zip(steps, following, strict=True), 1):
            reference = ".".join(passed.reference for passed in steps[:count])
            self.forms[reference] = step.app, step.form
            self.paths.add((reference, wanted))


def reads_of(node: Node) -> ReadSet:
    """Return what the tree reads of its row and the world; what it reads of related rows is in the aggregates."""
    reads = _Reads()
    for part in distinct(node):
        reads.note(part)
    for aggregate in [*reads.aggregates, *(aggregate for _, aggregate in reads.distant)]:
        for inner in (aggregate.value, aggregate.where):
            if inner is not None:
                reads.note_inside(inner)
    return ReadSet(
        frozenset(reads.fields),
        frozenset(reads.paths),
        tuple(reads.aggregates),
        tuple(reads.distant),
        frozenset(reads.parameters),
        frozenset(reads.old),
        "now" in reads.given,
        "today" in reads.given,
        "me" in reads.given,
        frozenset(reads.people.items()),
        reads.forms,
        frozenset(reads.tables),
    )
