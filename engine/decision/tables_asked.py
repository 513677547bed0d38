"""What a rule hears from decision tables while it runs: the rows that decided, with their policies and periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, date_of
from engine.kernel.values import Row
from engine.language.decisions import Hit, decided_by
from engine.language.expressions import Expression
from engine.language.lookups import looked_up
from engine.language.messages import Message
from engine.language.surroundings import Surroundings
from engine.language.tables import Decides
from engine.language.templates import Alternative, Each, Piece
from engine.rules.actions import Chosen, Source

Seen = tuple[Expression, Row]
"""An expression and the row over which it was evaluated."""


@dataclass(frozen=True)
class Asked:
    """Gathers what one run of a rule looks up, as it looks it up; what is found twice is kept once.

    ``found`` holds ``{"table", "output", "rows": [{"row", "policy", "valid_from", "valid_to"}]}``; a period has ISO
    days or null.
    """

    found: list[Json] = field(default_factory=list)

    def hear(self, seen: Iterable[Seen], tables: Mapping[str, Decides], around: Surroundings) -> None:
        """Note what these expressions look up over their rows; of what is not asked of a row nothing is noted."""
        for expression, row in seen:
            if not expression.reads.tables:
                continue
            for lookup in looked_up(expression.tree, row, around):
                decision = decided_by(lookup, tables[lookup.table].design, row, around)
                entry: Json = {
                    "table": lookup.table,
                    "output": lookup.output,
                    "rows": [_source(hit) for hit in decision.deciding],
                }
                if entry not in self.found:
                    self.found.append(entry)


def evaluated(sources: Iterable[Source]) -> Iterator[Expression]:
    """Go through the expressions that give these values."""
    for source in sources:
        if isinstance(source, Chosen):
            yield from (condition for _, condition in source.options)
        else:
            yield source


def said(message: Message, row: Row, around: Surroundings) -> Iterator[Seen]:
    """Go through the expressions that a message about a row evaluates: of alternatives those of the one that stays."""
    for template in (message.zh, message.en):
        if any(expression.reads.tables for expression in _everywhere(template.parts)):
            yield from _said(template.parts, row, around)


def _everywhere(pieces: Iterable[Piece]) -> Iterator[Expression]:
    for piece in pieces:
        match piece:
            case str():
                continue
            case Alternative(condition, then, otherwise):
                yield condition
                yield from _everywhere((*then, *otherwise))
            case Each():
                yield from _everywhere(piece.body)
            case _:
                yield piece


def _said(pieces: Iterable[Piece], row: Row, around: Surroundings) -> Iterator[Seen]:
    for piece in pieces:
        match piece:
            case str():
                continue
            case Alternative(condition, then, otherwise):
                yield condition, row
                yield from _said(then if condition.holds(row, around) else otherwise, row, around)
            case Each():
                for one in piece.rows(row, around).rows:
                    yield from _said(piece.body, one, around)
            case _:
                yield piece, row


def _source(hit: Hit) -> Json:
    row = hit.row
    return {
        "row": row.name,
        "policy": None if row.policy is None else row.policy.as_json(),
        "valid_from": day_text(row.valid_from),
        "valid_to": day_text(row.valid_to),
    }


def day_text(day: Day | None) -> str | None:
    """Return a day in ISO form, or None where there is none."""
    return None if day is None else date_of(day).isoformat()
