"""Figures of a page: numbers over the records that the viewer may read, all of a block in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.catalog.pages.blocks import Figure, Figures
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.values import Value, decimal_text
from engine.language.backends.sql.builder import dialect_of
from engine.language.backends.sql.queries import from_database, to_value
from engine.language.types import NumberType
from engine.runtime.pages_look import Look
from engine.runtime.pages_views import FiguresView, FigureView
from engine.storage.glances import Glance, measures

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

PLACES = 2
"""Decimals of an average."""


def figures_view(look: Look, block: Figures) -> FiguresView | None:
    """Return the numbers of a block that the viewer may see; None where there is none of these."""
    wanted: list[tuple[Figure, Form, Glance]] = []
    for figure in block.figures:
        form = look.form(figure.form)
        glance = None if form is None else look.glance(form, figure.filter, of=figure.of)
        if form is not None and glance is not None:
            wanted.append((figure, form, glance))
    if not wanted:
        return None
    asked = [(glance, _elements(look, figure, form)) for figure, form, glance in wanted]
    answers = measures(look.reading.connection, asked)
    views = (
        FigureView(
            labels=figure.definition.labels,
            form=look.view(form),
            filter=figure.definition.filter,
            value=_value(look, figure, answer),
            widget="money" if _is_money(figure, form) else "number",
            unit=figure.definition.unit,
        )
        for (figure, form, _), answer in zip(wanted, answers, strict=True)
    )
    return FiguresView(block.definition.labels, tuple(views))


def _elements(look: Look, figure: Figure, form: Form) -> list[ColumnElement[object]]:
    """Return what the database is asked for one figure."""
    dialect = dialect_of(look.reading.current.dialect)
    if figure.of is None:
        return [dialect.grouped("count", None, NumberType())]
    element, kind = to_value(figure.of, look.sql(form)), figure.of.type
    match figure.definition.measure:
        case "min" | "max" as function:
            return [dialect.grouped(function, element, kind)]
        case "average":
            return [dialect.grouped("sum", element, kind), dialect.grouped("count", element, kind)]
        case _:
            return [dialect.grouped("sum", element, kind)]


def _value(look: Look, figure: Figure, answer: Mapping[str, Value]) -> Json:
    """Return the number as decimal text, None where there is nothing to take it of."""
    kind = figure.of.type if figure.of is not None else NumberType()
    value = from_database(answer["0"], kind, look.reading.current.dialect)
    scale = kind.scale if isinstance(kind, NumberType) else 0
    if figure.definition.measure != "average":
        return None if value is None else decimal_text(value, scale)
    if not answer["1"]:
        return None
    places = max(scale, PLACES)
    return decimal_text(_rounded(Fraction(value * 10 ** (places - scale), int(answer["1"]))), places)


def _rounded(number: Fraction) -> int:
    """Return the nearest whole number, a half away from zero."""
    whole = (2 * abs(number) + 1) // 2
    return int(whole if number >= 0 else -whole)


def _is_money(figure: Figure, form: Form) -> bool:
    fields = figure.of.reads.fields if figure.of is not None else frozenset()
    return any(key in form.fields and form.fields[key].definition.type == "money" for key in fields)
