"""What a rule heard from decision tables: for its run, the rows that decided with their policy and period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, date_of
from engine.kernel.values import Row
from engine.language.decisions import Hit, decided_by
from engine.language.expressions import Expression
from engine.language.surroundings import Surroundings
from engine.language.tables import Decides
from engine.language.tree import Lookup, walk
from engine.rules.rules import Chosen, Create, Fire, Rule, SetFields, Update


def tables_asked(rule: Rule, tables: Mapping[str, Decides], row: Row, around: Surroundings) -> list[Json]:
    """Return what the rule's condition, values and messages look up for the record, each look-up once.

    ``{"table", "output", "rows": [{"row", "policy", "valid_from", "valid_to"}]}``; a period has ISO days or null.
    """
    found: dict[Lookup, None] = {}
    for expression in _expressions(rule):
        if expression.reads.tables:
            found.update((part, None) for part in walk(expression.tree) if isinstance(part, Lookup))
    return [
        {
            "table": lookup.table,
            "output": lookup.output,
            "rows": [_source(hit) for hit in decided_by(lookup, tables[lookup.table].design, row, around).deciding],
        }
        for lookup in found
    ]


def _expressions(rule: Rule) -> Iterator[Expression]:
    if rule.when is not None:
        yield rule.when
    for action in rule.then:
        if isinstance(action, SetFields | Fire | Create | Update):
            for source in action.fields.values():
                yield from (condition for _, condition in source.options) if isinstance(source, Chosen) else (source,)
    yield from rule.said


def _source(hit: Hit) -> Json:
    row = hit.row
    return {
        "row": row.name,
        "policy": None if row.policy is None else row.policy.as_json(),
        "valid_from": _day(row.valid_from),
        "valid_to": _day(row.valid_to),
    }


def _day(day: Day | None) -> str | None:
    return None if day is None else date_of(day).isoformat()
