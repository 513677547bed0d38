"""The way from a figure to the records behind it: an expression that a list takes as its filter.

What such a filter asks is the design's: it may be asked by whoever sees the board, though not by one's own rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from engine.boards.boards import Dimension, Metric, conditions_of
from engine.boards.stays import STATES
from engine.forms.forms import Form
from engine.kernel import clocks
from engine.kernel.values import Value, decimal_text
from engine.language import types as language
from engine.language.backends.sql.terms import depends_on_row
from engine.language.expressions import Expression, ReadSet, reads_of
from engine.language.printing.spelling import text_written
from engine.language.tree import And, Coalesce, Equal, Field, IsBlank, Node, Not, OneOfThese, Or, Ordered, Path
from engine.runtime.boards_sight import is_closed
from engine.runtime.reading import Reading

if TYPE_CHECKING:
    from datetime import date

    from engine.boards.definitions import Bucket

_MONTHS = 12
_WEEK = 7


def filter_of(conditions: Sequence[Expression | None], groups: Sequence[tuple[Dimension, Value]]) -> str | None:
    """Return the filter that finds the records which meet the conditions and stand in these groups; None finds all."""
    parts = [_whole(condition) for condition in conditions if condition is not None]
    parts += [_in_group(dimension, value) for dimension, value in groups]
    return " and ".join(dict.fromkeys(parts)) or None


def _whole(condition: Expression) -> str:
    """Return the source of a condition as one of several that are joined."""
    return f"({condition.source})" if isinstance(condition.tree, Or) else condition.source


def _in_group(dimension: Dimension, value: Value) -> str:
    item = dimension.item
    plain = isinstance(item.tree, Field | Path)
    source = item.source if plain else f"({item.source})"
    if item.source in STATES:
        source = "state"
    if value is None:
        return f"{source} is empty"
    match item.type:
        case language.BooleanType():
            return source if value else f"{source} = false"
        case language.NumberType(scale):
            return f"{source} = {decimal_text(value, scale)}"
        case language.DateType() | language.DateTimeType():
            return _in_bucket(dimension, source, value)
        case language.ReferenceType() | language.PersonType():
            return f"{source}.id = {text_written(value)}"
        case _:
            return f"{source} = {text_written(value)}"


def _in_bucket(dimension: Dimension, source: str, first: int) -> str:
    """Return the condition of a day or moment in the bucket that begins on a day; the last of all has no end."""
    day, following = clocks.date_of(first), _following(dimension.definition.bucket, first)
    is_moment = isinstance(dimension.item.type, language.DateTimeType)
    low, high = (f"datetime({one})" if is_moment else str(one) for one in (day, following))
    return f"{source} >= {low}" if following is None else f"{source} >= {low} and {source} < {high}"


def _following(bucket: Bucket | None, first: int) -> date | None:
    """Return the day on which the next bucket begins; None where the calendar ends before."""
    day = clocks.date_of(first)
    try:
        match bucket:
            case "month":
                return day.replace(year=day.year + day.month // _MONTHS, month=day.month % _MONTHS + 1)
            case "week":
                return clocks.date_of(first + _WEEK)
            case _:
                return clocks.date_of(first + 1)
    except (OverflowError, ValueError):
        return None


def own_reads(reading: Reading, form: Form, filter: Expression) -> tuple[ReadSet, ...]:
    """Return what a filter reads by the viewer's rights: all of it but what a board of the app asks of its records."""
    return tuple(reads_of(part) for part in _conjuncts(filter.tree) if not _is_designed(reading, form, part))


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, And):
        for item in node.items:
            yield from _conjuncts(item)
    else:
        yield node


def _metrics(reading: Reading, form: Form) -> Iterator[Metric]:
    metrics = reading.app(form.app).metrics.values()
    return (metric for metric in metrics if metric.source == (form.app, form.key))


def _is_designed(reading: Reading, form: Form, part: Node) -> bool:
    """Tell whether a condition is one of a metric, or names a group of one that the viewer may see."""
    asked = _compared(part)
    for metric in _metrics(reading, form):
        own = (condition for condition in conditions_of(metric) if part in _conjuncts(condition.tree))
        if any(not is_closed(reading, form, condition) for condition in own):
            return True
        for dimension in metric.dimensions:
            if (
                asked is not None
                and _meant(asked) == dimension.item.tree
                and not is_closed(reading, form, dimension.item)
            ):
                return True
    return False


def _compared(part: Node) -> Node | None:
    """Return what is compared with constants, if that is all that a condition does."""
    match part:
        case Not(item):
            return _compared(item)
        case Equal(left, right) | Ordered(_, left, right) if not depends_on_row(right):
            return left
        case IsBlank(item) | OneOfThese(item):
            return item
        case _:
            return part


def _meant(node: Node) -> Node:
    """Return the reference of whose record the id is asked, else the node itself."""
    match node:
        case Coalesce((person,)):
            return person
        case Path(steps, "id") if len(steps) == 1:
            return Field(steps[0].reference, language.ReferenceType(steps[0].app, steps[0].form))
        case Path((*steps, last), "id"):
            return Path(tuple(steps), last.reference, language.ReferenceType(last.app, last.form))
        case _:
            return node
