"""A filter taken apart: each of its conditions with the field that it is about, and put together anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.decision.facts import PersonQuery
from engine.decision.words import title_of
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Text
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.keeping import keep_expression, keep_understood
from engine.language.printing.wording import in_words
from engine.language.reading.syntax import Logic, Syntax
from engine.language.tree import Coalesce, Equal, Field, Given, Literal, Node, OneOfThese, Operation, Or, Ordered, Path
from engine.runtime.reading import Reading
from engine.runtime.showing import field_labels

ME = "me"


@dataclass(frozen=True)
class Part:
    """One condition of a filter. ``key`` is the field that it is about, ``values`` those that it lets in.

    A bound of a range has its sign in ``sign`` and the bound in ``values``.
    """

    source: str
    expression: Expression
    key: str | None = None
    values: tuple[str, ...] = ()
    sign: str = ""


def parts_of(reading: Reading, form: Form, filter: str) -> tuple[Part, ...]:
    """Return the conditions that a filter joins by "and"; none of a filter that is no expression."""
    scope = reading.catalog.scope(form.app, form.key)
    try:
        found = keep_understood(filter, scope, language.BooleanType)
        sources = [filter[node.at[0] : node.at[1]] for node in _conjuncts(found.syntax)]
        return tuple(_part(source, keep_expression(source, scope, expects=language.BooleanType)) for source in sources)
    except EngineError:
        return ()  # what is wrong with it is told where the list is asked for


def _conjuncts(node: Syntax) -> Iterator[Syntax]:
    if isinstance(node, Logic) and node.operator == "and":
        for item in node.items:
            yield from _conjuncts(item)
    else:
        yield node


def joined(parts: Sequence[Part | str]) -> str | None:
    """Return the filter that asks all of these; None asks nothing."""
    return " and ".join(dict.fromkeys(_whole(part) for part in parts)) or None


def _whole(part: Part | str) -> str:
    if isinstance(part, str):
        return part
    return f"({part.source})" if isinstance(part.expression.tree, Or) else part.source


def _part(source: str, expression: Expression) -> Part:
    match expression.tree:
        case Equal(item, Given("me")):
            found = _field_of(item)
            return Part(source, expression, found, (ME,))
        case Equal(item, Literal(value)):
            return Part(source, expression, _field_of(item), (_written(value),))
        case OneOfThese(item, values):
            return Part(source, expression, _field_of(item), tuple(map(_written, values)))
        case Field(key, language.BooleanType()):
            return Part(source, expression, key, ("true",))
        case Ordered(sign, item, bound):
            return Part(source, expression, _field_of(item), (_bound(bound, source),), sign)
        case Operation(_, (item, Literal(str() as value))) if isinstance(item, Field):
            return Part(source, expression, item.key, (value,), "contains")
        case _:
            return Part(source, expression)


def _written(value: object) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _bound(bound: Node, source: str) -> str:
    """Return how a bound was written, as far as it is a constant."""
    start, end = bound.at
    return source[start:end]


def _field_of(item: Node) -> str | None:
    """Return the field that is compared, of a person or a reference the one whose id is."""
    match item:
        case Field(key) | Coalesce((Field(key),)):
            return key
        case Path((step,), "id"):
            return step.reference
        case _:
            return None


def words_of(reading: Reading, form: Form, part: Part) -> Text:
    """Return a condition in words; who or what is meant by an id is named."""
    named = _named(reading, part)
    if named is not None and part.key is not None:
        labels = field_labels(form, part.key)
        return Text(f"{labels.zh}是{'、'.join(named)}", f"{labels.en} is {' or '.join(named)}")
    labels_of = {key: item.definition.field.labels for key, item in reading.app(form.app).parameters.items()}
    scope = reading.catalog.scope(form.app, form.key)
    zh, en = (in_words(part.expression, scope, speech, labels_of) for speech in ("zh", "en"))
    return Text(zh, en)


def _named(reading: Reading, part: Part) -> list[str] | None:
    """Return the names of the persons or records that a condition lets in, None where it is about neither."""
    tree = part.expression.tree
    item = tree.left if isinstance(tree, Equal) else tree.item if isinstance(tree, OneOfThese) else None
    match item:
        case Coalesce((Field(_, language.PersonType()),)):
            reading.fetch(PersonQuery(id) for id in part.values)
            people = [reading.person(id) for id in part.values]
            return [person.display_name if person else "?" for person in people]
        case Path((step,), "id"):
            speech = reading.viewer.language
            return [title_of(reading, step.app, step.form, id, speech) or "?" for id in part.values]
        case _:
            return None
