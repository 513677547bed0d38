"""Expressions in words: labels for keys, the language's own words in Chinese or English; to be read by people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.functions.catalogue import function_named, is_function
from engine.language.reading.lexing import tokens
from engine.language.reading.vocabulary import ME_WORDS, Words
from engine.language.scope import FormScope, Scope
from engine.language.tree import (
    Field,
    Given,
    HasRole,
    Literal,
    Node,
    OfPerson,
    OldField,
    Parameter,
    Path,
    Related,
    Span,
    Step,
    children,
    is_short_form,
)
from engine.language.types import ChoiceType

if TYPE_CHECKING:
    from lark import Token

_KEYWORDS = {
    "AND": Text(" 且 ", " and "),
    "OR": Text(" 或 ", " or "),
    "NOT": Text("不是 ", "not "),
    "IN": Text("属于", "is one of"),
    "NOT_IN": Text("不属于", "is none of"),
    "CONTAINS": Text("包含", "contains"),
    "NOT_CONTAINS": Text("不包含", "does not contain"),
    "WHERE": Text("其中", "where"),
    "TRUE": Text("是", "yes"),
    "FALSE": Text("否", "no"),
    "EMPTY": Text("空", "empty"),
    "IS_EMPTY": Text("为空", "is empty"),
    "IS_NOT_EMPTY": Text("不为空", "is not empty"),
}
_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠", "*": "×", "/": "÷"}


@dataclass(frozen=True)
class Wording:
    """How one expression reads in one language: each replaced span with its words, in order."""

    source: str
    pieces: tuple[tuple[Span, str], ...]

    def of(self, span: Span) -> str:
        """Return a part of the expression in words; a bracket that it opens it also closes."""
        span = self._closed(span)
        written, position = list[str](), span[0]
        for (start, end), words in self.pieces:
            if span[0] <= start and end <= span[1] and position <= start:
                written += [self.source[position:start], words]
                position = end
        written.append(self.source[position : span[1]])
        return " ".join("".join(written).split())

    def _closed(self, span: Span) -> Span:
        start, end = span
        while self.source.count("(", start, end) > self.source.count(")", start, end) and end < len(self.source):
            end += 1
        return start, end


def wording(expression: Expression, scope: Scope, parameters: Mapping[str, Text], speech: str) -> Wording:
    """Return how an expression over ``scope`` reads in ``zh`` or ``en``; ``parameters`` are the labels by key."""
    named = {span: words.in_language(speech) for span, words in _named(expression.tree, scope.form, scope, parameters)}
    pieces = dict(named)
    for span, words in _own_words(expression.source, scope):
        if not any(start <= span[0] and span[1] <= end for start, end in named):
            pieces[span] = words.in_language(speech)
    # What is part of a longer piece comes behind it: it counts where the longer one is not asked for.
    return Wording(expression.source, tuple(sorted(pieces.items(), key=lambda piece: (piece[0][0], -piece[0][1]))))


def _named(
    tree: Node, form: FormScope | None, scope: Scope, parameters: Mapping[str, Text]
) -> Iterator[tuple[Span, Text]]:
    """Go through what stands for a field, a parameter or an option, with its label."""
    for node in _written(tree):
        match node:
            case Field(key, _, at):
                yield at, _label(form, key)
            case OldField(key, _, at):
                label = _label(form, key)
                yield at, Text(f"原{label.zh}", f"{label.en} before")
            case Path(steps, key, _, at):
                yield at, _joined(form, steps, key, scope)
            case Parameter(key, _, at):
                yield at, parameters.get(key, Text(key, key))
            case OfPerson() | HasRole():
                about = _about_person(node, form, scope)
                if about is not None:
                    yield node.at, about
            case Literal(str() as value, ChoiceType(options), at):
                label = next((option.labels for option in options if option.key == value), Text(value, value))
                yield at, Text(f"“{label.zh}”", f"“{label.en}”")
            case Related(aggregate):
                inner = scope.forms.get((aggregate.app, aggregate.form))
                for part in (aggregate.value, aggregate.where):
                    if part is not None:
                        yield from _named(part, inner, scope, parameters)
            case _:
                continue


def _written(tree: Node) -> Iterator[Node]:
    """Go through the nodes that are written; what a short form stands for is not."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if not is_short_form(node):
            yield node
            stack.extend(reversed(children(node)))


_OF_PERSON = {
    "name": Text("姓名", "name"),
    "department": Text("部门", "department"),
    "manager": Text("上级", "superior"),
    "departments_below": Text("所辖部门", "departments"),
}


def _about_person(node: Node, form: FormScope | None, scope: Scope) -> Text | None:
    """Return who is meant, or what is asked of them; None for a person that is worked out."""
    match node:
        case Given("me"):
            return Text("本人", "me")
        case Field(key):
            return _label(form, key)
        case OldField(key):
            label = _label(form, key)
            return Text(f"原{label.zh}", f"{label.en} before")
        case Path(steps, key):
            return _joined(form, steps, key, scope)
        case OfPerson(item, what) if (person := _about_person(item, form, scope)) is not None:
            return Text(f"{person.zh}的{_OF_PERSON[what].zh}", f"{person.en}’s {_OF_PERSON[what].en}")
        case HasRole(item, _, key) if (person := _about_person(item, form, scope)) is not None:
            role = scope.roles[key].labels if key in scope.roles else None
            label = role or Text(key, key)
            return Text(f"{person.zh}是{label.zh}", f"{person.en} is {label.en}")
        case _:
            return None


def _label(form: FormScope | None, key: str) -> Text:
    found = form.fields.get(key) if form is not None else None
    return found.labels if found is not None and found.labels is not None else Text(key, key)


def _joined(form: FormScope | None, steps: tuple[Step, ...], key: str, scope: Scope) -> Text:
    labels = []
    for step in steps:
        labels.append(_label(form, step.reference))
        form = scope.forms.get((step.app, step.form))
    labels.append(_label(form, key))
    return Text("的".join(item.zh for item in labels), "’s ".join(item.en for item in labels))


def _own_words(source: str, scope: Scope) -> Iterator[tuple[Span, Text]]:
    """Go through keywords, functions, signs and relations, with their words."""
    listed = list(tokens(source, Words(scope, is_function)))
    for number, token in enumerate(listed):
        at = (int(token.start_pos or 0), int(token.end_pos or 0))
        following = listed[number + 1].type if number + 1 < len(listed) else ""
        match token.type:
            case "IS":
                yield at, Text("", "is")
            case "EMPTY" if number and listed[number - 1].type in ("IS", "NOT") and _after_is(listed, number):
                negated = listed[number - 1].type == "NOT"
                yield at, Text("不为空" if negated else "为空", "empty")
            case "NOT" if number and listed[number - 1].type == "IS":
                yield at, Text("", "not")
            case "NAME" if following == "LPAR":
                bare = number + 2 < len(listed) and listed[number + 2].type == "RPAR"  # today() reads as today
                yield (at[0], int(listed[number + 2].end_pos or 0)) if bare else at, _function(str(token))
            case "NAME":
                yield at, _relation(str(token), scope)
            case "COMPARE" | "STAR" | "SLASH":
                sign = _SIGNS.get(str(token), str(token))
                yield at, Text(sign, sign)
            case "DOT":
                yield at, Text("的", "’s ")
            case kind if kind in _KEYWORDS:
                yield at, _KEYWORDS[kind]


def _after_is(listed: Sequence[Token], number: int) -> bool:
    before = [token.type for token in listed[max(0, number - 2) : number]]
    return before[-1] == "IS" or before == ["IS", "NOT"]


def _function(name: str) -> Text:
    found = function_named(name)
    if found is None:
        return _AGGREGATES.get(name.lower(), Text(name, name))
    chinese = next((alias for alias in found.aliases if not alias.isascii()), found.name)
    return Text(chinese, found.name)


_AGGREGATES = {
    "sum": Text("合计", "sum"),
    "count": Text("笔数", "count"),
    "avg": Text("平均", "average"),
    "min": Text("最小", "least"),
    "max": Text("最大", "greatest"),
    "any": Text("有一个", "any"),
    "all": Text("全部", "all"),
    "exists": Text("存在", "there is"),
    "latest": Text("最新", "latest"),
}


def _relation(name: str, scope: Scope) -> Text:
    """Return the label of a relation or of a reference on the way to one; a word that is neither stays as it is."""
    if name in ME_WORDS:
        return Text("本人", "me")
    forms: list[FormScope] = [*([scope.form] if scope.form else []), *scope.forms.values()]
    for form in forms:
        relation, field = form.relations.get(name), form.fields.get(name)
        if relation is not None and relation.labels is not None:
            return relation.labels
        if field is not None and field.labels is not None:
            return field.labels
    return Text(name, name)
