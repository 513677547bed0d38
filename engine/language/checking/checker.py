"""The checker: goes through what was written and returns what it means; every mistake ends up in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.language import problems
from engine.language.checking.aggregating import COUNT_TYPE, aggregate, nested
from engine.language.checking.arithmetic import negative, series, whole
from engine.language.checking.comparing import among, compared, contained, listed
from engine.language.checking.fitting import bounded, fit
from engine.language.checking.names import Names, Relation
from engine.language.checking.report import BROKEN, Report, words
from engine.language.functions.catalogue import AGGREGATES, function_named, function_names
from engine.language.functions.shape import Function, Invocation, Takes
from engine.language.operations import Op
from engine.language.reading import syntax
from engine.language.reading.suggestions import did_you_mean, nearest
from engine.language.reading.syntax import Syntax
from engine.language.scope import FormScope, Scope
from engine.language.tree import And, IsBlank, Literal, Node, Not, Operation, Or
from engine.language.types import (
    BlankType,
    BooleanType,
    DateTimeType,
    DateType,
    NumberType,
    PersonType,
    TextType,
    Type,
)

_PLACES = 12
_TAKEN: dict[Takes, tuple[type[Type], Type]] = {
    Takes.TEXT: (TextType, TextType()),
    Takes.NUMBER: (NumberType, NumberType(0, 1)),
    Takes.WHOLE: (NumberType, NumberType(0, 1)),
    Takes.DATE: (DateType, DateType()),
    Takes.DAY: (DateType, DateType()),
    Takes.MOMENT: (DateTimeType, DateTimeType()),
    Takes.PERSON: (PersonType, PersonType()),
}


class Checker:
    """Checks what was written in the scope of one form; the inside of an aggregate has a checker of its own."""

    def __init__(self, scope: Scope, form: FormScope | None, report: Report, *, inside: bool = False) -> None:
        """Keep the scope; ``inside`` an aggregate there is no other one."""
        self._scope = scope
        self._report = report
        self._inside = inside
        self._names = Names(scope, form, report)

    def check(self, node: Syntax) -> Node:
        """Return what the node means."""
        match node:
            case syntax.Name():
                return self._names.resolve(node)
            case syntax.NumberWritten(digits, scale, at):
                return bounded(Literal(digits, NumberType(scale, max(len(str(digits)), scale, 1)), at), self._report)
            case syntax.TextWritten(text, at):
                return Literal(text or None, TextType(), at)
            case syntax.DateWritten(day, at):
                return Literal(day, DateType(), at)
            case syntax.WordWritten(value, at):
                return Literal(value, BlankType() if value is None else BooleanType(), at)
            case syntax.ListWritten(_, at):
                return self._report.broken(problems.STRAY_LIST, at)
            case syntax.Call():
                return self._call(node)
            case _:
                return self._operator(node)

    def _operator(self, node: Syntax) -> Node:
        match node:
            case syntax.Logic(operator, items, at):
                conditions = [self.condition(item, operator) for item in items]
                kind: type[And | Or] = And if operator == "and" else Or
                opened = _flat(conditions, kind)
                return kind(opened, at=at) if len(opened) > 1 else opened[0]
            case syntax.Prefix("not", item, at):
                return Not(self.condition(item, "not"), at=at)
            case syntax.Prefix(_, item, at):
                return negative(self.check(item), at, self._report)
            case syntax.Comparison(operator, left, right, operator_at):
                return compared(self.check(left), operator, self.check(right), operator_at, self._report)
            case syntax.EmptyTest(item, negated, at):
                return _unless(negated, IsBlank(self.check(item), at=at))
            case syntax.Test():
                return self._test(node)
            case syntax.Series(first, rest):
                total = self.check(first)
                for sign, item in rest:
                    total = series(total, sign, self.check(item), self._report)
                return total
            case _:
                message = f"{type(node).__name__} is no operator"
                raise TypeError(message)

    def condition(self, node: Syntax, operator: str) -> Node:
        """Return a node that is true, false or blank."""
        checked = self.check(node)
        if checked is BROKEN or isinstance(checked.type, BooleanType):
            return checked
        if isinstance(checked.type, BlankType):
            return fit(checked, BooleanType(), self._report)
        return self._report.wrong_operand(operator, checked.at, BooleanType, checked)

    def _test(self, node: syntax.Test) -> Node:
        left = self.check(node.left)
        if node.operator == "contains":
            tested = contained(left, self.check(node.right), node.at, self._report)
        elif isinstance(node.right, syntax.ListWritten):
            items = [self.check(item) for item in node.right.items]
            tested = listed(left, items, node.right.at, self._report)
        else:
            tested = among(left, self.check(node.right), node.at, self._report)
        return tested if tested is BROKEN else _unless(node.negated, replace(tested, at=node.at))

    def _call(self, call: syntax.Call) -> Node:
        name = call.function.text
        over = AGGREGATES.get(name.lower())
        function = function_named(name)
        if over is not None:
            relation = self._relation(call.arguments)
            if relation is not None or function is None:
                return self._aggregate(call, relation)
        if function is None:
            suggestion = nearest(name, function_names())
            for argument in call.arguments:
                self.check(argument)
            return self._report.broken(
                problems.UNKNOWN_FUNCTION, call.function.at, name=name, **did_you_mean(suggestion)
            )
        if call.where is not None:
            return self._report.broken(problems.STRAY_WHERE, call.where.at)
        return self._built(call, function)

    def _relation(self, arguments: Sequence[Syntax]) -> Relation | None:
        if len(arguments) == 1 and isinstance(arguments[0], syntax.Name):
            return self._names.relation(arguments[0])
        return None

    def _aggregate(self, call: syntax.Call, relation: Relation | None) -> Node:
        function = AGGREGATES[call.function.text.lower()]
        if len(call.arguments) != 1:
            usage = f"{function}(… where …)"
            count = len(call.arguments)
            return self._report.broken(problems.ARGUMENT_COUNT, call.at, function=function, usage=usage, got=count)
        path = call.arguments[0]
        if function == "count" and relation is None and isinstance(path, syntax.Name):
            counted = self._names.counted(path)
            if counted is not None:
                return self._counted(call, counted)
        if self._inside:
            return nested(call.at, self._report)
        if relation is None:
            if isinstance(path, syntax.Name):
                return self._names.unknown_relation(path)
            name = call.function.text
            return self._report.broken(problems.UNKNOWN_RELATION, path.at, name=name, **did_you_mean(None))
        form = self._scope.forms.get((relation.scope.app, relation.scope.form))
        # A related record was not what has changed, even where its form is the same.
        checker = Checker(replace(self._scope, with_old=False), form, self._report, inside=True)

        def inside() -> tuple[Node | None, Node | None]:
            rest = relation.rest
            value = checker.check(syntax.Name(rest, (rest[0].at[0], rest[-1].at[1]))) if rest else None
            where = None if call.where is None else checker.condition(call.where, "where")
            return value, where

        return aggregate(function, relation, form, inside, call.at, self._report)

    def _counted(self, call: syntax.Call, several: Node) -> Node:
        """Return how many a field of several holds; what it holds has no fields of its own to ask about."""
        if call.where is not None:
            return self._report.broken(problems.STRAY_WHERE, call.where.at)
        return Operation(Op.LENGTH, (several,), COUNT_TYPE, (), call.at)

    def _built(self, call: syntax.Call, function: Function) -> Node:
        taken = function.taken(len(call.arguments))
        if taken is None:
            for argument in call.arguments:
                self.check(argument)
            return self._report.broken(
                problems.ARGUMENT_COUNT,
                call.at,
                function=function.name,
                usage=function.usage,
                got=len(call.arguments),
            )
        arguments = tuple(
            self._argument(argument, name, takes, function)
            for argument, (name, takes) in zip(call.arguments, taken, strict=True)
        )
        if any(argument is BROKEN for argument in arguments):
            return BROKEN
        invocation = Invocation(function.name, arguments, call.at, self._report, self._scope, self._inside)
        return bounded(function.build(invocation), self._report)

    def _argument(self, argument: Syntax, name: str, takes: Takes, function: Function) -> Node:
        if takes is Takes.CONDITION:
            return self.condition(argument, function.name)
        node = self.check(argument)
        if node is BROKEN or takes is Takes.ANY:
            return node
        if takes is Takes.PLACES:
            return self._places(node, name, function)
        wanted, blank = _TAKEN[takes]
        if isinstance(node.type, BlankType):
            return fit(node, blank, self._report)
        if takes is Takes.DAY and isinstance(node.type, DateTimeType):
            return Operation(Op.DAY_OF, (node,), DateType(), (), node.at)
        if isinstance(node.type, wanted):
            return whole(node, self._report) if takes is Takes.WHOLE else node
        return self._report.broken(
            problems.WRONG_ARGUMENT,
            node.at,
            function=function.name,
            parameter=name,
            hint_zh=f"写法:{function.usage}",
            hint_en=f"It is written {function.usage}",
            **words("wanted", wanted),
            **words("got", node.type),
        )

    def _places(self, node: Node, name: str, function: Function) -> Node:
        match node:
            case Literal(int() as value, NumberType(0)) if -_PLACES <= value <= _PLACES:
                return node
            case _:
                return self._report.broken(
                    problems.NOT_CONSTANT, node.at, function=function.name, parameter=name, low=-_PLACES, high=_PLACES
                )


def _unless(negated: bool, node: Node) -> Node:
    return Not(node, at=node.at) if negated else node


def _flat(items: Sequence[Node], kind: type[And | Or]) -> tuple[Node, ...]:
    """Return the items with those of the same kind opened: a chain is one level, and has the very same item once."""
    opened: dict[int, Node] = {}
    for item in items:
        inner = item.items if isinstance(item, And | Or) and isinstance(item, kind) else (item,)
        opened.update((id(one), one) for one in inner)
    return tuple(opened.values())
