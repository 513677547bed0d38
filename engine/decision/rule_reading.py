"""Asking at once for what rules read around records, whom they name and what they write, before they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.decision.facts import RecordQuery
from engine.decision.persons import look_up
from engine.decision.reading_ahead import read_ahead, shown_in
from engine.decision.work import Around, Work
from engine.forms.forms import Form, lines_of
from engine.kernel.persons import PersonsDef
from engine.kernel.values import Row
from engine.language.expressions import Expression
from engine.rules.actions import Action, ForEach, Hold, Notify, OpenTask, Update, evaluated_by, every, said_by
from engine.rules.rules import Rule


def read_for(work: Work, form: Form, seen: tuple[Row, Around], rules: Sequence[Rule]) -> None:
    """Ask at once for what these rules read of others, and for the records that they change.

    ``seen`` is the record with what the rules see around it.
    """
    row, around = seen
    told = [expression for rule in rules for expression in rule.said]
    lines = [item for rule in rules for item in _lines_read(row, rule)]
    also = [*shown_in(form.scope, row, told), *_written(row, rules)]
    read_ahead(work, [*((row, rule.reaching) for rule in rules), *lines], also, around)
    read_ahead(work, _targets(work, row, rules))


def _lines_read(row: Row, rule: Rule) -> Iterator[tuple[Row, tuple[Expression, ...]]]:
    """Go through the lines for which the rule does something, with what it evaluates over each."""
    for key, expressions in rule.lines_read.items():
        reaching = tuple(item for item in expressions if item.reads.reaches)
        yield from ((line, reaching) for line in lines_of(row, key))


def _written(row: Row, rules: Iterable[Rule]) -> Iterator[RecordQuery]:
    """Go through the records one reference away that the rules change, so that they are asked for at once."""
    for rule in rules:
        for action in rule.every_action:
            if isinstance(action, Update):
                yield from _first(row, action)
            elif isinstance(action, ForEach):
                updates = [item for item in action.do if isinstance(item, Update)]
                for line in row.get(action.lines) or ():
                    yield from (query for item in updates for query in _first(line, item))


def _targets(work: Work, row: Row, rules: Iterable[Rule]) -> Iterator[tuple[Row, tuple[Expression, ...]]]:
    """Go through the records that the rules change, with what saving them reads around each."""
    for query in dict.fromkeys(_written(row, rules)):
        found = work.record(query.app, query.form, query.id)
        if found is not None:
            yield found, work.app(query.app).read_by_saving(query.form)


def _first(row: Row, action: Update) -> Iterator[RecordQuery]:
    step = action.way[0]
    if row.get(step.reference):
        yield RecordQuery(step.app, step.form, str(row[step.reference]))


def read_for_each(work: Work, form: Form, rows: Sequence[Row], do: Iterable[Action], around: Around) -> None:
    """Ask at once for what actions read of each of these rows, whom they name, and what saving the rows reads."""
    actions = tuple(every(do))
    told = [expression for action in actions for expression in said_by(action)]
    own = (expression for action in actions for expression in evaluated_by(action))
    reaching = (
        *(expression for expression in (*own, *told) if expression.reads.reaches),
        *work.app(form.app).read_by_saving(form.key),
    )
    also = [query for row in rows for query in shown_in(form.scope, row, told)]
    also += [query for row in rows for item in actions if isinstance(item, Update) for query in _first(row, item)]
    read_ahead(work, [(row, reaching) for row in rows], also, around)
    look_up(work, form, [(who, row) for row in rows for action in actions for who in _named_by(action)])


def _named_by(action: Action) -> tuple[PersonsDef, ...]:
    match action:
        case Notify(to=to, copy=copy):
            return (*to, *copy)
        case OpenTask(to=to):
            return to
        case Hold(parties=parties):
            return tuple(who for party in parties for who in party.persons)
        case _:
            return ()
