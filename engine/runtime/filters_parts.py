"""A filter taken apart: each of its conditions with the field that it is about, and put together anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.decision.facts import PersonQuery
from engine.decision.words import title_of
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Text
from engine.language import types as language
from engine.language.backends.sql.terms import depends_on_row
from engine.language.expressions import Expression
from engine.language.keeping import keep_expression, keep_understood
from engine.language.operations import Op
from engine.language.printing.wording import in_words
from engine.language.reading.syntax import Logic, Syntax
from engine.language.tree import (
    Coalesce,
    Equal,
    Field,
    Given,
    Literal,
    Node,
    OfPerson,
    OneOfThese,
    Operation,
    Or,
    Ordered,
    Path,
)
from engine.runtime.reading import Reading

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
        case Equal(item, bound) if not depends_on_row(bound):
            return Part(source, expression, _field_of(item), (), "=")
        case OneOfThese(item, values):
            return Part(source, expression, _field_of(item), tuple(map(_written, values)))
        case Field(key, language.BooleanType()):
            return Part(source, expression, key, ("true",))
        case Ordered(sign, item, bound):
            return Part(source, expression, _field_of(item), (_bound(bound, source),), sign)
        case Operation(Op.CONTAINS, (Field(key) | OfPerson(Field(key), "name"), Literal(str() as value))):
            return Part(source, expression, key, (value,), "contains")
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
    scope = reading.catalog.scope(form.app, form.key)
    labels = {key: item.definition.field.labels for key, item in reading.app(form.app).parameters.items()}

    def said(expression: Expression) -> Text:
        return Text(*(in_words(expression, scope, speech, labels) for speech in ("zh", "en")))

    meant = _meant(part.expression.tree)
    if meant is None:
        return said(part.expression)
    who, ids = meant
    names = [name or "?" for name in _names(reading, who, ids)]
    start, end = who.at
    item = said(keep_expression(part.source[start:end], scope))
    return Text(f"{item.zh}是{'、'.join(names)}", f"{item.en} is {' or '.join(names)}")


def _meant(tree: Node) -> tuple[Node, Sequence[str]] | None:
    """Return the person or record whose id is compared, and the ids; None where a condition is about neither."""
    match tree:
        case Equal(item, Literal(str() as id)):
            ids: Sequence[str] = (id,)
        case OneOfThese(item, values):
            ids = [str(value) for value in values]
        case _:
            return None
    match item:
        case Coalesce((who,)) if isinstance(who.type, language.PersonType):
            return who, ids
        case Path((*steps, last), "id"):
            kind, at = language.ReferenceType(last.app, last.form), (item.at[0], item.at[1] - len(".id"))
            found = Path(tuple(steps), last.reference, kind, at) if steps else Field(last.reference, kind, at)
            return found, ids
        case _:
            return None


def _names(reading: Reading, who: Node, ids: Sequence[str]) -> list[str]:
    """Return the names of persons, the titles of records; empty for those that are not the viewer's to know."""
    if isinstance(who.type, language.ReferenceType):
        return [title_of(reading, who.type.app, who.type.form, id, reading.viewer.language) for id in ids]
    reading.fetch(PersonQuery(id) for id in ids)
    people = [reading.person(id) for id in ids]
    return [person.display_name if person else "" for person in people]
