"""Cards of a page: the few records of several lists that matter most, what is said of each, and what can be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import cast

from engine.catalog.pages.blocks import CallButton, Cards, CreateButton, OpenButton, Source
from engine.catalog.pages.definitions import ActionButtonDef, TransitionButtonDef
from engine.decision.facts import RecordQuery
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.language.expressions import Expression
from engine.language.types import NumberType
from engine.runtime.boards_lists import list_widget
from engine.runtime.boards_views import RowView
from engine.runtime.listing import COUNT_BOUND
from engine.runtime.pages_buttons import button_views
from engine.runtime.pages_look import Look
from engine.runtime.pages_views import (
    CardsView,
    CardView,
    Colour,
    MoreView,
)
from engine.runtime.showing import record_view
from engine.storage.glances import Glance, counts, ranked_rows


@dataclass(frozen=True)
class _Found:
    """A record that a source gives, with its rank; ``listed`` is its row where a list on a board gives it."""

    number: int
    source: Source
    form: Form
    row: Row
    rank: Fraction | None
    listed: RowView | None = None

    @property
    def order(self) -> tuple[bool, Fraction, int]:
        """The greatest rank first, blank ones last, then source by source."""
        return (self.rank is None, -(self.rank or Fraction(0)), self.number)


@dataclass(frozen=True)
class _Given:
    """What a source gives: the first of its records, and how many there are."""

    source: Source
    form: Form
    found: tuple[_Found, ...]
    glance: Glance | None = None
    total: int = 0
    exact: bool = True


def cards_view(look: Look, block: Cards) -> CardsView | None:
    """Return the cards of a block; None where none of its sources is the viewer's to see."""
    limit = block.definition.limit
    made = (_given(look, number, source, limit) for number, source in enumerate(block.sources))
    given = [item for item in made if item is not None]
    if not given:
        return None
    chosen = list(islice(_chosen(item for one in given for item in one.found), limit))
    more = tuple(_more(look, one, total, exact) for one, total, exact in _besides(look, given, chosen))
    cards = tuple(_card(look, item) for item in chosen)
    at = moment_text(look.reading.moment)
    return CardsView(block.definition.labels, cards, more, None if more else block.definition.closing, at)


def _given(look: Look, number: int, source: Source, limit: int) -> _Given | None:
    """Return what a source gives; None where it is not the viewer's to see."""
    form = look.form(source.form)
    if form is None:
        return None
    if source.definition.rows is not None:
        return _listed(look, number, source, form)
    glance = look.glance(form, source.filter)
    if glance is None:
        return None
    rank = source.rank if source.rank is None or not look.bars(form, source.rank.reads) else None
    rows = ranked_rows(look.reading.connection, glance, None if rank is None else look.in_sight(form, rank), limit)
    look.prepare(form, rows, _read_by(source))
    found = tuple(_Found(number, source, form, row, _rank(look, form, rank, row)) for row in rows)
    return _Given(source, form, found, glance)


def _listed(look: Look, number: int, source: Source, form: Form) -> _Given | None:
    """Return the rows of a list on a board, the greatest rank first; the list says who may see what of it."""
    view = None if source.rows is None else list_widget(look.reading, form, source.rows)
    if view is None:
        return None
    ids = [str(row.drill.id) for row in view.rows]
    look.reading.fetch(RecordQuery(form.app, form.key, id) for id in ids)
    rows = {id: look.reading.record(form.app, form.key, id) for id in ids}
    look.prepare(form, [row for row in rows.values() if row is not None], _read_by(source))
    rank = source.definition.rows.rank if source.definition.rows is not None else None
    found = tuple(
        _Found(number, source, form, row, _number(shown.values.get(rank or "")), shown)
        for shown, id in zip(view.rows, ids, strict=True)
        if (row := rows[id]) is not None
    )
    return _Given(source, form, found, None, len(found), not view.cut)


def _number(value: Json) -> Fraction | None:
    return Fraction(value) if isinstance(value, str) else None


def _besides(look: Look, given: Sequence[_Given], chosen: Sequence[_Found]) -> Iterator[tuple[_Given, int, bool]]:
    """Go through the sources that have more than is shown, with how many that is of, counted in one statement."""
    asked = [one.glance for one in given if one.glance is not None]
    counted = iter(counts(look.reading.connection, asked, COUNT_BOUND))
    for one in given:
        total, exact = (one.total, one.exact) if one.glance is None else next(counted)
        if not exact or total > sum(item.source is one.source for item in chosen):
            yield one, total, exact


def _more(look: Look, one: _Given, total: int, exact: bool) -> MoreView:
    definition = one.source.definition
    board = None if definition.rows is None else (look.app, definition.rows.board)
    labels = definition.labels or one.form.definition.labels
    return MoreView(labels, look.view(one.form), definition.filter, total, exact, board)


def _chosen(found: Iterable[_Found]) -> Iterator[_Found]:
    """Go through the records, the greatest rank first: each once, and of a source no more than it may give."""
    seen: set[object] = set()
    given: Counter[int] = Counter()
    for item in sorted(found, key=lambda one: one.order):
        name, most = (item.form.app, item.form.key, item.row["id"]), item.source.definition.most
        if name not in seen and (most is None or given[item.number] < most):
            seen.add(name)
            given[item.number] += 1
            yield item


def _read_by(source: Source) -> Iterable[Expression]:
    """Go through the expressions that are worked out for each card of a source."""
    if source.rank is not None:
        yield source.rank
    if source.sentence is not None:
        yield from source.sentence.expressions
    if source.light is not None:
        yield from source.light.expressions
    for button in source.buttons:
        match button:
            case CreateButton(values=values):
                yield from values.values()
            case OpenButton(form=named, record=one):
                yield from (one, *((named,) if isinstance(named, Expression) else ()))
            case CallButton(phone=one, who=who):
                yield from (one, *(() if who is None else (who,)))
            case TransitionButtonDef() | ActionButtonDef():
                pass


def _rank(look: Look, form: Form, rank: Expression | None, row: Row) -> Fraction | None:
    if rank is None or look.bars(form, rank.reads, row):
        return None
    value = rank.evaluate(row, look.around)
    scale = rank.type.scale if isinstance(rank.type, NumberType) else 0
    return None if value is None else Fraction(value, 10**scale)


def _card(look: Look, item: _Found) -> CardView:
    record = record_view(look.reading, item.form, item.row)
    if item.listed is None:
        said = look.words(item.form, item.row, item.source.sentence)
        light: Colour | None = look.light(item.form, item.row, item.source.light)
    else:
        said, light = _said(look, item, item.listed), cast("Colour | None", item.listed.light)
    buttons = button_views(look, item.form, item.row, record, item.source.buttons)
    return CardView(record, look.view(item.form), said or record.title, light, buttons)


def _said(look: Look, item: _Found, row: RowView) -> str:
    """Return the sentence of a list's row, nothing where the viewer may not see all that it tells."""
    rows = item.source.definition.rows
    words = None if rows is None else row.shown.get(rows.sentence or "")
    return words.in_language(look.reading.viewer.language) if isinstance(words, Text) else ""
