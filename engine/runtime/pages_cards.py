"""Cards of a page: the few records of several lists that matter most, what is said of each, and what can be done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.catalog.naming import form_name
from engine.catalog.pages.blocks import Button, CallButton, Cards, CreateButton, OpenButton, Source
from engine.catalog.pages.definitions import ActionButtonDef, TransitionButtonDef
from engine.decision.words import title_of
from engine.forms.forms import Form
from engine.forms.writing import field_json
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.values import Row
from engine.language.expressions import Expression
from engine.language.types import NumberType
from engine.runtime.choosing import views_of
from engine.runtime.listing import COUNT_BOUND
from engine.runtime.pages_look import Look
from engine.runtime.pages_views import (
    ActionButtonView,
    ButtonView,
    CallButtonView,
    CardsView,
    CardView,
    CreateButtonView,
    MoreView,
    OpenButtonView,
    TransitionButtonView,
)
from engine.runtime.showing import record_view
from engine.runtime.views import QuickActionView, RecordView
from engine.storage.glances import Glance, counts, ranked_rows

_OF_A_NUMBER = re.compile(r"[^0-9+*#]")


@dataclass(frozen=True)
class _Found:
    """A record that a source gives, with its rank."""

    number: int
    source: Source
    form: Form
    row: Row
    rank: Fraction | None

    @property
    def order(self) -> tuple[bool, Fraction, int]:
        """The greatest rank first, blank ones last, then source by source."""
        return (self.rank is None, -(self.rank or Fraction(0)), self.number)


def cards_view(look: Look, block: Cards) -> CardsView | None:
    """Return the cards of a block; None where none of its sources is the viewer's to see."""
    sources: list[tuple[Source, Form, Glance]] = []
    for source in block.sources:
        form = look.form(source.form)
        glance = None if form is None else look.glance(form, source.filter)
        if form is not None and glance is not None:
            sources.append((source, form, glance))
    if not sources:
        return None
    limit, connection = block.definition.limit, look.reading.connection
    found: list[_Found] = []
    for number, (source, form, glance) in enumerate(sources):
        rank = source.rank if source.rank is None or not look.bars(form, source.rank.reads) else None
        rows = ranked_rows(connection, glance, None if rank is None else look.in_sight(form, rank), limit)
        look.prepare(form, rows, _read_by(source))
        found.extend(_Found(number, source, form, row, _rank(look, form, rank, row)) for row in rows)
    chosen = _once(sorted(found, key=lambda item: item.order))[:limit]
    totals = counts(connection, [glance for _, _, glance in sources], COUNT_BOUND)
    more = tuple(
        MoreView(
            source.definition.labels or form.definition.labels, look.view(form), source.definition.filter, total, exact
        )
        for number, ((source, form, _), (total, exact)) in enumerate(zip(sources, totals, strict=True))
        if total > sum(item.number == number for item in chosen)
    )
    cards = tuple(_card(look, item) for item in chosen)
    at = moment_text(look.reading.moment)
    return CardsView(block.definition.labels, cards, more, None if more else block.definition.closing, at)


def _once(found: Iterable[_Found]) -> list[_Found]:
    """Return every record once, where it comes first."""
    kept: dict[object, _Found] = {}
    for item in found:
        kept.setdefault((item.form.app, item.form.key, item.row["id"]), item)
    return list(kept.values())


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
            case CallButton(phone=one):
                yield one
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
    said = look.words(item.form, item.row, item.source.sentence) or record.title
    light = look.light(item.form, item.row, item.source.light)
    buttons = button_views(look, item.form, item.row, record, item.source.buttons)
    return CardView(record, look.view(item.form), said, light, buttons)


def button_views(
    look: Look, form: Form, row: Row, record: RecordView, buttons: Iterable[Button]
) -> tuple[ButtonView, ...]:
    """Return the buttons on a record that lead anywhere for this viewer."""
    listed = tuple(buttons)
    named = any(isinstance(button, ActionButtonDef) for button in listed)
    offered = {action.key: action for action in offered_on(look, form, row)} if named else {}
    views = (_button(look, form, row, record, button, offered) for button in listed)
    return tuple(view for view in views if view is not None)


def offered_on(look: Look, form: Form, row: Row) -> tuple[QuickActionView, ...]:
    """Return the quick actions of the page's app that the viewer is offered on a record."""
    return tuple(view for view in views_of(look.reading, (form.app, form.key), row) if view.app == look.app)


def standing_views(look: Look, buttons: Iterable[Button]) -> tuple[ButtonView, ...]:
    """Return the buttons on a page of no record that lead anywhere for this viewer."""
    offered = {action.key: action for action in views_of(look.reading, None, {}) if action.app == look.app}
    views: list[ButtonView] = []
    for button in buttons:
        match button:
            case CreateButton(form=form, labels=labels) if look.may_create(form):
                views.append(CreateButtonView(labels, *form, {}))
            case ActionButtonDef(labels, key) if key in offered:
                views.append(ActionButtonView(labels or offered[key].labels, offered[key]))
            case _:
                pass
    return tuple(views)


def _button(
    look: Look, form: Form, row: Row, record: RecordView, button: Button, offered: Mapping[str, QuickActionView]
) -> ButtonView | None:
    match button:
        case CreateButton():
            return _create(look, form, row, button)
        case OpenButton():
            return _open(look, form, row, button)
        case CallButton(labels, expression):
            phone = _value(look, form, row, expression)
            return CallButtonView(labels, str(phone), _OF_A_NUMBER.sub("", str(phone))) if phone else None
        case TransitionButtonDef(labels, key):
            fitting = next((item for item in record.transitions if item.key == key), None)
            return None if fitting is None else TransitionButtonView(labels or fitting.labels, fitting)
        case ActionButtonDef(labels, key):
            return ActionButtonView(labels or offered[key].labels, offered[key]) if key in offered else None


def _open(look: Look, form: Form, row: Row, button: OpenButton) -> ButtonView | None:
    """Return a button that opens a record; where it points at one of any form, only if the viewer may read that."""
    id = _value(look, form, row, button.record)
    if not isinstance(button.form, Expression):
        named = title_of(look.reading, *button.form, str(id), look.reading.viewer.language) if id else ""
        return OpenButtonView(button.labels, *button.form, str(id)) if named else None
    target = look.form(form_name(form.app, str(_value(look, form, row, button.form))))
    found = look.reading.record(target.app, target.key, str(id)) if target is not None and is_uuid(str(id)) else None
    if target is None or found is None or not look.reading.may_see(target, found):
        return None
    return OpenButtonView(button.labels, target.app, target.key, str(id))


def _value(look: Look, form: Form, row: Row, expression: Expression) -> object:
    return None if look.bars(form, expression.reads, row) else expression.evaluate(row, look.around)


def _create(look: Look, form: Form, row: Row, button: CreateButton) -> ButtonView | None:
    """Return a button that opens a form; of what it is filled with beforehand, what the viewer may know."""
    target = look.reading.catalog.form(*button.form)
    if target is None or not look.may_create(button.form):
        return None
    values: dict[str, Json] = {}
    for key, expression in button.values.items():
        item, value = target.fields.get(key), _value(look, form, row, expression)
        if item is not None and value is not None:
            values[key] = field_json(item, value)
    return CreateButtonView(button.labels, *button.form, values)
