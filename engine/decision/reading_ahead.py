"""Reading ahead: what expressions will read around a record is asked for at once, before they are looked at.

The checker knows what every expression reads (01, the static read-set); without this each path and each aggregate would
cost one more round of facts, and a form with a handful of them would pass the bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from engine.decision.facts import Person, PersonQuery, Query, RecordQuery
from engine.decision.work import Around, MissingFactsError, Work
from engine.kernel.values import Row
from engine.language import types as language
from engine.language.backends.python.compiling import Evaluate, compile_value
from engine.language.checking.people import MAX_LEVELS
from engine.language.expressions import Aggregate, Expression
from engine.language.scope import FormScope
from engine.language.templates import Each
from engine.language.tree import Field, Given, Node, Path

HOPS = 3
"""How many references one path follows at most (02)."""

Reading = tuple[Row, Iterable[Expression]]
"""A row and what will be evaluated over it."""


@dataclass
class _Trail:
    """The records on the way from one row, by the path that leads to them; the row itself stands under no path."""

    forms: Mapping[str, tuple[str, str]]
    aggregates: frozenset[tuple[str, Aggregate]]
    people: frozenset[tuple[Node, int]]
    around: Around | None
    rows: dict[str, Row | None] = field(default_factory=dict)

    def ahead(self, hop: int) -> Iterator[tuple[str, RecordQuery]]:
        """Go through the records that are ``hop`` references away from one that is known."""
        for path, (app, form) in self.forms.items():
            before, _, reference = path.rpartition(".")
            holder = self.rows.get(before)
            if path.count(".") == hop and holder is not None and holder.get(reference):
                yield path, RecordQuery(app, form, str(holder[reference]))

    def over(self, work: Work, hop: int) -> Iterator[Query]:
        """Go through what to ask for aggregates over what is related to a record that is ``hop`` references away."""
        for path, aggregate in self.aggregates:
            owner = self.rows.get(path)
            if len(path.split(".")) * bool(path) == hop and owner is not None:
                query = work.aggregate_query(aggregate, str(owner["id"]))
                if query is not None:
                    yield query

    def persons(self, work: Work) -> Iterator[Query]:
        """Go through the people that are known to be asked about: of superiors those that are known already.

        Where it is not known yet who is meant, it is what must be known for that.
        """
        for asked, level in self.people:
            try:
                id = self._named(asked, work)
            except MissingFactsError as missing:
                yield from missing.queries
                continue
            for _ in range(level):
                if id is None:
                    break
                yield PersonQuery(id)
                known = cast("Person | None", work.facts.get(PersonQuery(id)))
                id = None if known is None else known.manager

    def _named(self, asked: Node, work: Work) -> str | None:
        """Return who is meant; who is not simply named is worked out by itself, where the surroundings are known."""
        match asked:
            case Given("me"):
                return work.command.actor.user
            case Field(key):
                holder = self.rows.get("")
            case Path(steps, key):
                holder = self.rows.get(".".join(step.reference for step in steps))
            case _:
                own = self.rows.get("")
                found = None if own is None or self.around is None else _worked_out(asked)(own, self.around)
                return None if found is None else str(found)
        return None if holder is None or not holder.get(key) else str(holder[key])


@lru_cache(maxsize=1_024)
def _worked_out(person: Node) -> Evaluate:
    return compile_value(person)


def read_ahead(
    work: Work, readings: Iterable[Reading], also: Iterable[Query] = (), around: Around | None = None
) -> None:
    """Make sure that these expressions find what they read; ``also`` is asked for in the same round.

    ``around`` is what all of them see; without it nobody is asked about who is not simply named.
    """
    trails = [_trail(row, expressions, around) for row, expressions in readings if expressions]
    wanted = list(also)
    if not trails:
        work.fetch(dict.fromkeys(wanted))
        return
    for hop in range(HOPS + 1):
        wanted += [query for trail in trails for query in trail.persons(work)]
        found = [(trail, path, query) for trail in trails for path, query in trail.ahead(hop)]
        wanted += [query for _, _, query in found if (query.app, query.form, query.id) not in work.rows]
        wanted += [query for trail in trails for query in trail.over(work, hop)]
        work.fetch(dict.fromkeys(wanted))
        for trail, path, query in found:
            trail.rows[path] = work.record(query.app, query.form, query.id)
        wanted = []
    for _ in range(MAX_LEVELS):
        work.fetch(dict.fromkeys(query for trail in trails for query in trail.persons(work)))


def _trail(row: Row, expressions: Iterable[Expression], around: Around | None) -> _Trail:
    reads = [expression.reads for expression in expressions]
    forms = {path: form for read in reads for path, form in read.forms.items()}
    own = [("", aggregate) for read in reads for aggregate in read.aggregates]
    people = frozenset(item for read in reads for item in read.people)
    return _Trail(
        forms, frozenset((*own, *(item for read in reads for item in read.distant))), people, around, {"": row}
    )


def read_rows_ahead(work: Work, around: Around, row: Row, listings: Iterable[Each]) -> None:
    """Make sure that messages find the related rows that they go over, and whatever they say about these."""
    listed = tuple(listings)
    found = [(each, one) for each in listed for one in each.rows(row, around).rows]
    told: list[Query] = []
    for each, one in found:
        aggregate = each.related.aggregate
        told += shown_in(work.catalog.scopes[aggregate.app, aggregate.form], one, each.expressions)
    read_ahead(work, [(one, each.expressions) for each, one in found], told, around)


def shown_in(form: FormScope, row: Row, expressions: Iterable[Expression]) -> Iterator[Query]:
    """Go through the people and records that a message names by a field of its row."""
    for expression in expressions:
        for key in expression.reads.fields:
            value = row.get(key)
            match form.fields[key].type if value is not None and key in form.fields else None:
                case language.PersonType():
                    yield PersonQuery(str(value))
                case language.PersonsType():
                    yield from (PersonQuery(id) for id in value or ())
                case language.ReferenceType(app, target):
                    yield RecordQuery(app, target, str(value))
                case _:
                    pass
