"""What compiling metrics and compiling lists have in common; every problem goes to the gathering that it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from engine.boards import problems
from engine.boards.boards import Dimension, Figure, Metric
from engine.boards.definitions import Bucket, FigureDef
from engine.kernel.problems import Problem, ProblemKind, Text
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.pushdown import pushes_down
from engine.language.tree import Field, Path
from engine.language.types import Type, type_words

Metrics = Mapping[str, Metric | None]
"""The metrics whose figures may be looked up, by key; None for those that did not compile: that has been told."""

Given = tuple[Expression | str, Type, Bucket | None]
"""Where the value of a dimension comes from, its type, and the bucket of time that it is."""

_WORDS = (language.TextType, language.ChoiceType)


def known_twice(work: Gathering, keys: Iterable[str]) -> None:
    """Note every key that stands twice."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            work.found.append(problems.TWICE.at(key, key=key))
        seen.add(key)


def known_keys(work: Gathering, place: str, keys: Iterable[str], known: Iterable[str]) -> None:
    """Note every key that is not known."""
    listed = sorted(known)
    work.found.extend(
        problems.NO_SUCH_PART.at(place, key=key, known=", ".join(listed)) for key in keys if key not in listed
    )


def refuse_type(work: Gathering, place: str, kind: ProblemKind, key: str, got: Type, function: str = "") -> None:
    """Note that something has a type that does not fit."""
    words = type_words(got)
    work.found.append(kind.at(place, key=key, got_zh=words.zh, got_en=words.en, function=function))


def pushed_value(work: Gathering, place: str, source: str | None) -> Expression | None:
    """Compile a value by which a database groups or which it adds up: it must push down whole."""
    found = work.expression(place, source)
    if found is not None:
        work.found.extend(problem.under(place) for problem in pushes_down(found))
    return found


def lights(sources: Mapping[str, str], work: Gathering, place: str) -> dict[str, Expression]:
    """Return the conditions of the lights, the worst first."""
    found = {colour: work.sought(f"{place}.{colour}", sources.get(colour)) for colour in ("red", "yellow")}
    return {colour: condition for colour, condition in found.items() if condition is not None}


def labels_of(item: Expression, work: Gathering) -> Text | None:
    """Return the labels of the field that an expression is, or None where it is none."""
    match item.tree:
        case Field(key):
            form = work.scope.form
        case Path(steps, key):
            form = work.scope.forms.get((steps[-1].app, steps[-1].form))
        case _:
            return None
    return form.fields[key].labels if form is not None else None


def figure_found(
    definition: FigureDef,
    metrics: Metrics,
    work: Gathering,
    place: str,
    given: Callable[[str, str], Given | None],
) -> Figure | None:
    """Return the figure of another metric that a document names, or None after noting what is wrong with it.

    ``given`` tells of a dimension's key, and of what ``by`` holds for it, where the value comes from.
    """
    if definition.metric not in metrics:
        known = ", ".join(sorted(metrics))
        work.found.append(problems.NO_SUCH_METRIC.at(f"{place}.metric", key=definition.metric, known=known))
        return None
    metric = metrics[definition.metric]
    if metric is None:
        return None
    before = len(work.found)
    measure = next((item for item in metric.measures if item.key == definition.measure), None)
    if measure is None:
        known_keys(work, f"{place}.measure", (definition.measure,), (item.key for item in metric.measures))
    known_keys(work, f"{place}.by", definition.by, (item.key for item in metric.dimensions))
    by: list[Expression | str | None] = []
    for dimension in metric.dimensions:
        found = given(dimension.key, definition.by[dimension.key]) if dimension.key in definition.by else None
        by.append(None if found is None else found[0])
        if found is not None and not _names_group(found, dimension):
            work.found.append(_no_group(definition, dimension, found[1]).under(f"{place}.by.{dimension.key}"))
    if definition.back and not any(item.definition.bucket and item.key in definition.by for item in metric.dimensions):
        work.found.append(problems.NOTHING_EARLIER.at(f"{place}.back", key=definition.metric))
    found_well = measure is not None and len(work.found) == before
    return Figure(metric, measure, tuple(by), definition.back) if found_well and measure is not None else None


def _names_group(given: Given, dimension: Dimension) -> bool:
    """Tell whether values of this kind name a dimension's groups: buckets of time those of the same length alone."""
    _, kind, bucket = given
    wanted = dimension.definition.bucket
    return bucket == wanted if bucket or wanted else _alike(kind, dimension.item.type)


def _alike(given: Type, wanted: Type) -> bool:
    """Tell whether values of two types are the same where they mean the same."""
    match given, wanted:
        case language.NumberType(), language.NumberType():
            return given.scale == wanted.scale
        case language.ReferenceType(), language.ReferenceType():
            return given == wanted
        case _:
            return type(given) is type(wanted) or (isinstance(given, _WORDS) and isinstance(wanted, _WORDS))


def _no_group(definition: FigureDef, dimension: Dimension, given: Type) -> Problem:
    got, wanted = type_words(given), type_words(dimension.item.type)
    return problems.NO_SUCH_GROUP.at(
        key=definition.metric,
        dimension=dimension.key,
        wanted_zh=wanted.zh,
        wanted_en=wanted.en,
        got_zh=got.zh,
        got_en=got.en,
    )
