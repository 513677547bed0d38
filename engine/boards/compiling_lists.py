"""Turning lists of a board into what runs: their columns, and the figures of metrics that stand beside records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.boards import problems
from engine.boards.boards import Column, Widget
from engine.boards.compiling_parts import (
    Given,
    Metrics,
    figure_found,
    known_keys,
    known_twice,
    labels_of,
    lights,
    pushed_value,
    refuse_type,
)
from engine.boards.definitions import ColumnDef, FigureDef, WidgetDef
from engine.kernel.problems import Text
from engine.language import types as language
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.messages import compile_message
from engine.language.scope import FieldScope, FormScope

_UNLISTED = (language.DurationType, language.BlankType)


@dataclass(frozen=True)
class ListGround:
    """Where a list stands: the gathering in its form's scope, and the labels of all that the form has, files too."""

    work: Gathering
    labels: Mapping[str, Text]


def compile_list(definition: WidgetDef, ground: ListGround, metrics: Metrics) -> Widget:
    """Return the list that runs, as far as it compiles; ``metrics`` are those whose figures its columns may take."""
    ground, figures = _with_figures(definition, ground, metrics)
    work = ground.work
    where = work.sought("where", definition.where)
    columns: list[Column] = []
    for item in definition.columns:
        made = figures.get(item.key) or _column(item, ground, columns)
        if made is not None:
            columns.append(made)
    known_twice(work, (item.key for item in definition.columns))
    light = lights(definition.light, work, "light")
    sortable = {column.key for column in columns if column.value is not None}
    known_keys(work, "order", (key.removeprefix("-") for key in definition.order), sortable)
    return Widget(definition, where=where, columns=tuple(columns), light=light)


def _with_figures(definition: WidgetDef, ground: ListGround, metrics: Metrics) -> tuple[ListGround, dict[str, Column]]:
    """Return the ground on which all expressions may name the figures, and the columns of these."""
    form = ground.work.scope.form
    figures: dict[str, Column] = {}
    fields: dict[str, FieldScope] = {}
    for item in definition.columns:
        if item.figure is None or form is None:
            continue
        if _ways(item) > 1 or item.key in form.fields:
            ground.work.found.append(problems.TWO_WAYS.at(f"columns.{item.key}", key=item.key))
            continue
        made = _figure_column(item, item.figure, ground, metrics)
        if made is not None and made.type is not None:
            figures[item.key] = made
            fields[item.key] = FieldScope(item.key, item.key, made.type, made.labels, settable=False)
    if not fields or form is None:
        return ground, figures
    work = ground.work.inside(replace(form, fields={**form.fields, **fields}))
    named = {key: replace(column, value=compile_expression(f"`{key}`", work.scope)) for key, column in figures.items()}
    return ListGround(work, ground.labels), named


def _figure_column(definition: ColumnDef, figure: FigureDef, ground: ListGround, metrics: Metrics) -> Column | None:
    work, place = ground.work, f"columns.{definition.key}"

    def given(dimension: str, source: str) -> Given | None:
        found = pushed_value(work, f"{place}.by.{dimension}", source)
        return None if found is None else (found, found.type, None)

    found = figure_found(figure, metrics, work, place, given)
    if found is None:
        return None
    labels = found.measure.sourced(definition.labels or found.measure.definition.labels)
    return Column(definition, labels, type=found.measure.type, figure=found)


def _ways(definition: ColumnDef) -> int:
    """Return in how many ways it is said what a column shows; none means the field of its key."""
    ways = (definition.is_record, definition.value, definition.figure, definition.sentence)
    return sum(bool(way) for way in ways)


def _column(definition: ColumnDef, ground: ListGround, before: Sequence[Column]) -> Column | None:
    work, place = ground.work, f"columns.{definition.key}"
    form = work.scope.form
    if definition.figure is not None:
        return None
    if _ways(definition) > 1:
        work.found.append(problems.TWO_WAYS.at(place, key=definition.key))
        return None
    if definition.sentence is not None:
        return _sentence(definition, definition.sentence, work, before)
    if definition.is_record:
        kind = language.ReferenceType(form.app, form.key) if form is not None else None
        return Column(definition, definition.labels or ground.labels[""], None, kind)
    is_named = definition.value is None
    if is_named and definition.key not in ground.labels:
        known_keys(work, place, (definition.key,), ground.labels)
        return None
    if is_named and (form is None or definition.key not in form.fields):
        return Column(definition, definition.labels or ground.labels[definition.key])
    if is_named:
        value = work.attempt(place, lambda: compile_expression(f"`{definition.key}`", work.scope))
    else:
        value = pushed_value(work, f"{place}.value", definition.value)
    if value is None:
        return None
    if isinstance(value.type, _UNLISTED):
        refuse_type(work, f"{place}.value", problems.NOT_SHOWABLE, definition.key, value.type)
    labels = definition.labels or labels_of(value, work)
    if labels is None:
        work.found.append(problems.NEEDS_LABELS.at(place, key=definition.key))
        return None
    return Column(definition, labels, value, _kind_of(definition, value, work, place))


def _sentence(definition: ColumnDef, text: Text, work: Gathering, before: Sequence[Column]) -> Column | None:
    """Return a column of words that are made of the columns before it."""
    place, own = f"columns.{definition.key}", work.scope.form
    fields = {
        column.key: FieldScope(column.key, column.key, column.type, column.labels, settable=False)
        for column in before
        if column.type is not None
    }
    said = work.inside(FormScope("" if own is None else own.app, "list", fields))
    message = compile_message(f"{place}.sentence", text, said)
    if definition.labels is None:
        work.found.append(problems.NEEDS_LABELS.at(place, key=definition.key))
        return None
    return Column(definition, definition.labels, type=language.TextType(), sentence=message) if message else None


def _kind_of(definition: ColumnDef, value: Expression, work: Gathering, place: str) -> language.Type:
    """Return the type of what a column shows: of an id of a record the link to it."""
    own = work.scope.form
    if definition.form is None or own is None:
        return value.type
    known = sorted(form for app, form in work.scope.forms if app == own.app and "." not in form)
    known_keys(work, f"{place}.form", (definition.form,), known)
    if not isinstance(value.type, language.TextType):
        refuse_type(work, f"{place}.value", problems.NOT_AN_ID, definition.key, value.type)
    return language.ReferenceType(own.app, definition.form)
