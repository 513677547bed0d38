"""Turning metrics into what runs; what does not compile is a problem with its place; knows no database."""

from __future__ import annotations

from collections.abc import Mapping

from engine.boards import problems
from engine.boards.boards import Dimension, Measure, Metric
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
from engine.boards.definitions import Bucket, DimensionDef, MeasureDef, MetricDef
from engine.boards.stays import NEXT, states_of, with_stages, with_stays
from engine.kernel.problems import Text
from engine.language import types as language
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.scope import FieldScope, FormScope

COUNT = language.NumberType(0, 12)
"""How many records there may be."""

_FORMULA_DIGITS = 60
_SORTED_DIGITS = 18
"""So many digits has a number at most that every database can sort."""

_GROUPING = (
    language.ChoiceType,
    language.TextType,
    language.BooleanType,
    language.NumberType,
    language.ReferenceType,
    language.PersonType,
    language.DateType,
    language.DateTimeType,
)
_TIMES = (language.DateType, language.DateTimeType)
_POINTING = (language.ReferenceType, language.PersonType)
_UNCOUNTED = (*language.SEVERAL, language.CapturedType, language.BlankType)
_BUCKETS: Mapping[str, str] = {
    "day": "{0}",
    "week": "add_days({0}, 1 - weekday({0}))",
    "month": "add_days({0}, 1 - day({0}))",
}


def compile_metric(
    definition: MetricDef, work: Gathering, app: str, source: tuple[str, str], metrics: Metrics
) -> Metric | None:
    """Return the metric that runs, or None; ``work`` stands in the scope of its form and gathers every problem.

    ``app`` is whose metric it is, ``source`` the app and key of its form, ``metrics`` those whose figures it may take.
    """
    before = len(work.found)
    work = _standing(definition, work)
    where = work.sought("where", definition.where)
    dimensions = [_dimension(item, work) for item in definition.dimensions]
    known_twice(work, [*(item.key for item in definition.dimensions), *(item.key for item in definition.measures)])
    known = {item.key: _row_field(item.key, item.labels, item.value.type) for item in dimensions if item is not None}
    grouping = {key: (field.type, _bucket_of(definition, key)) for key, field in known.items()}
    measures: list[Measure] = []
    for item in definition.measures:
        looked_up = item.function == "figure"
        made = _taken(item, metrics, grouping, work) if looked_up else _measure(item, work, known)
        if made is not None:
            measures.append(made)
            known[made.key] = _row_field(made.key, item.labels, made.type)
    light = lights(definition.light, _over(work, known), "light")
    keys = {*(item.key for item in definition.dimensions), *(item.key for item in definition.measures)}
    known_keys(work, "order", (key.removeprefix("-") for key in definition.order), keys)
    grouped = tuple(item for item in dimensions if item)
    asked = [where, *(item.value for item in grouped), *(one for item in measures for one in item.expressions)]
    if definition.snapshot is not None and any(one is not None and one.reads.reads_me for one in asked):
        work.found.append(problems.ASKS_WHO.at("snapshot", key=definition.key))
    if len(work.found) > before:
        return None
    return Metric(definition, app, source, grouped, tuple(measures), where, light)


def _bucket_of(definition: MetricDef, key: str) -> Bucket | None:
    return next((item.bucket for item in definition.dimensions if item.key == key), None)


def _standing(definition: MetricDef, work: Gathering) -> Gathering:
    """Return the gathering in the scope of what counts: a record, or a stay of one."""
    form = work.scope.form
    if definition.over == "records" or form is None:
        return work
    states = states_of(form)
    if states is None:
        work.found.append(problems.NO_STATES.at("over", form=definition.form))
        return work
    if definition.over != "stages":
        return work.inside(with_stays(form, states))
    known_keys(work, "stages", definition.stages, (option.key for option in states.options))
    return work.inside(with_stages(form, states))


def _row_field(key: str, labels: Text, kind: language.Type) -> FieldScope:
    return FieldScope(key, key, kind, labels, settable=False)


def _over(work: Gathering, known: Mapping[str, FieldScope]) -> Gathering:
    """Return a gathering in the scope of a metric's own rows."""
    app = work.scope.form.app if work.scope.form is not None else ""
    return work.inside(FormScope(app, "metric", dict(known)))


def _dimension(definition: DimensionDef, work: Gathering) -> Dimension | None:
    place = f"dimensions.{definition.key}"
    item = pushed_value(work, f"{place}.by", definition.by)
    if item is None:
        return None
    if not isinstance(item.type, _GROUPING):
        refuse_type(work, f"{place}.by", problems.CANNOT_GROUP, definition.key, item.type)
        return None
    if isinstance(item.type, _TIMES) != (definition.bucket is not None):
        work.found.append(problems.WRONG_BUCKET.at(f"{place}.bucket", key=definition.key))
        return None
    if isinstance(item.type, _POINTING):
        # What the rows behind a group are found by: a name that can be written down in a list's filter.
        work.attempt(f"{place}.by", lambda: compile_expression(f"{definition.by}.id", work.scope))
    labels = definition.labels or labels_of(item, work)
    if labels is None:
        work.found.append(problems.NEEDS_LABELS.at(place, key=definition.key))
        return None
    return Dimension(definition, labels, item, _bucket(definition, item, work))


def _bucket(definition: DimensionDef, item: Expression, work: Gathering) -> Expression:
    if definition.bucket is None:
        return item
    day = f"date({definition.by})" if isinstance(item.type, language.DateTimeType) else f"({definition.by})"
    return compile_expression(_BUCKETS[definition.bucket].format(day), work.scope)


def _measure(definition: MeasureDef, work: Gathering, known: Mapping[str, FieldScope]) -> Measure | None:
    place = f"measures.{definition.key}"
    if definition.function in ("formula", "benchmark"):
        wanted = language.NumberType(definition.scale, _FORMULA_DIGITS)
        formula = _over(work, known if definition.function == "formula" else {}).expression(
            f"{place}.of", definition.of, wanted
        )
        return None if formula is None else Measure(definition, wanted, formula)
    before = len(work.found)
    where = work.sought(f"{place}.where", definition.where)
    of = pushed_value(work, f"{place}.of", definition.of)
    per = pushed_value(work, f"{place}.per", definition.per)
    if per is not None and isinstance(per.type, _UNCOUNTED):
        refuse_type(work, f"{place}.per", problems.CANNOT_MEASURE, definition.key, per.type, definition.function)
    if len(work.found) > before:
        return None
    kind = _result(definition, of)
    if kind is None and of is not None:
        refuse_type(work, f"{place}.of", problems.CANNOT_MEASURE, definition.key, of.type, function=definition.function)
    if kind is None or definition.function != "conversion":
        return None if kind is None else Measure(definition, kind, of, where, per)
    if work.scope.form is None or NEXT not in work.scope.form.fields:
        work.found.append(problems.NO_STAGES.at(f"{place}.function", key=definition.key))
        return None
    return Measure(definition, kind, of, where, went_on=compile_expression(NEXT, work.scope))


def _taken(
    definition: MeasureDef,
    metrics: Metrics,
    grouping: Mapping[str, tuple[language.Type, Bucket | None]],
    work: Gathering,
) -> Measure | None:
    """Return a measure that is a figure of another metric, in the group that dimensions of this one name."""
    place = f"measures.{definition.key}"

    def given(dimension: str, key: str) -> Given | None:
        known_keys(work, f"{place}.by.{dimension}", (key,), grouping)
        return (key, *grouping[key]) if key in grouping else None

    if definition.figure is None:
        return None
    found = figure_found(definition.figure, metrics, work, place, given)
    return None if found is None else Measure(definition, found.measure.type, figure=found)


def _result(definition: MeasureDef, of: Expression | None) -> language.Type | None:
    """Return the type of a measure, or None where it cannot be worked out of ``of``."""
    kind = of.type if of is not None else None
    match definition.function, kind:
        case (("count" | "distinct" | "conversion"), _) if isinstance(kind, _UNCOUNTED):
            return None
        case (("count" | "distinct"), _):
            return COUNT
        case (("share" | "conversion"), _):
            return language.NumberType(definition.scale, definition.scale + 3)
        case "sum", language.NumberType(scale, digits):
            return language.NumberType(scale, min(digits + COUNT.digits, language.MAX_DIGITS))
        case (("median" | "percentile"), language.NumberType(digits=digits)) if digits > _SORTED_DIGITS:
            return None
        case (("avg" | "median" | "percentile"), language.NumberType(scale, digits)):
            return language.NumberType(definition.scale, digits - scale + definition.scale + 1)
        case ("min", language.NumberType() | language.DateType() | language.DateTimeType()) | (
            "max",
            language.NumberType() | language.DateType() | language.DateTimeType(),
        ):
            return kind
        case _:
            return None
