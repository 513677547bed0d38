"""The Python back end: a typed tree becomes one function of a row and its surroundings; it reads nothing but the tree.

The code is what one would write by hand: fields are subscripts with constant keys, every operand is looked at once,
and the blanks of nested operations are tested together in front. There are no builtins, and nothing of the source is
ever compiled.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.values import Row, Value
from engine.language import tree
from engine.language.backends.python.operations import (
    ROW,
    RUNTIME,
    SURROUNDINGS,
    WRITERS,
    attribute,
    call,
    compare,
    constant,
    name,
    subscript,
)
from engine.language.backends.python.reusing import reused
from engine.language.backends.python.tables import body_of
from engine.language.measuring import shared_in
from engine.language.operations import Op, blanks_of
from engine.language.surroundings import Surroundings
from engine.language.tree import Node, may_be_blank
from engine.language.types import LONGEST_DURATION, BooleanType

Evaluate = Callable[[Row, Surroundings], Value]
Holds = Callable[[Row, Surroundings], bool]

_ORDERS: dict[str, type[ast.cmpop]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_BOUNDS = {
    Op.SHIFT_DAYS: (FIRST_DAY, LAST_DAY),
    Op.SHIFT_TIME: (FIRST_MOMENT, LAST_MOMENT),
    Op.DURATION: (-LONGEST_DURATION, LONGEST_DURATION),
}
_SMALL = 3
_INNER = (ast.expr, ast.stmt)
_WORTH_A_CALL = 16
"""A part of so many nodes that stands in several places is written once, as a function of its own."""
_PLACE = {"lineno": 1, "col_offset": 0}


def _module(body: list[ast.stmt]) -> ast.Module:
    """Return the module of one function of a row and its surroundings.

    It is put together and not parsed: on CPython 3.11 two threads that parse at once may be refused (SystemError),
    where a collection of garbage lets the other one in between.
    """
    takes = [ast.arg(name, lineno=1, col_offset=0) for name in (ROW, SURROUNDINGS)]
    given = ast.arguments(posonlyargs=[], args=takes, kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Module([ast.FunctionDef("expression", given, body, [])], type_ignores=[])


def compile_value(node: Node) -> Evaluate:
    """Return the function that gives the node's value for a row."""
    writer = _Writer(shared_in(node, _WORTH_A_CALL))
    return writer.function(writer.value(node))


def compile_condition(node: Node) -> Holds:
    """Return the function that tells whether the condition holds for a row; what is blank or no condition does not."""
    if not isinstance(node.type, BooleanType):
        return _never
    writer = _Writer(shared_in(node, _WORTH_A_CALL))
    return writer.function(writer.truth(node))


def compile_both(node: Node) -> tuple[Evaluate, Holds]:
    """Return both functions: one and the same where the value is true or false and never blank."""
    if isinstance(node.type, BooleanType) and not may_be_blank(node):
        holds = compile_condition(node)
        return holds, holds
    return compile_value(node), compile_condition(node)


def compile_body(body: tree.Body) -> Evaluate:
    """Return the function of a decision table, the same for all its look-ups."""
    return body.kept.of("python", lambda: body_of(body.tree, compile_value, compile_rows))


def compile_rows(branches: Sequence[tuple[Node, Node]], missed: object) -> Evaluate:
    """Return the function of some rows of a table, as statements, not nested; it gives ``missed`` where none hits."""
    writer = _Writer()
    rows: list[ast.stmt] = [
        ast.If(writer.reused(writer.truth(condition)), [ast.Return(writer.reused(writer.value(value)))], [])
        for condition, value in branches
    ]
    return writer.function(writer.object(missed), rows)


def _never(_: Row, __: Surroundings) -> bool:
    return False


def nothing_related(function: tree.AggregateFunction) -> Value:
    """Return the aggregate of no rows."""
    return {"count": 0, "sum": 0, "any": False, "all": True, "exists": False}.get(function)


class _Pure(NamedTuple):
    """An expression to be evaluated only when none of ``tests`` is None; these bind the names that it uses."""

    tests: tuple[ast.expr, ...]
    expression: ast.expr


def _joined(operator: ast.boolop, parts: Sequence[ast.expr]) -> ast.expr:
    return parts[0] if len(parts) == 1 else ast.BoolOp(operator, list(parts))


def _is_blank(expression: ast.expr) -> ast.expr:
    return compare(expression, ast.Is(), constant(None))


def _is_filled(expression: ast.expr) -> ast.expr:
    return compare(expression, ast.IsNot(), constant(None))


def _locate(module: ast.AST, renamed: Mapping[str, str]) -> None:
    """Give every node the place that the compiler asks for, and every name the one that stands for it now."""
    stack = [module]
    while stack:
        node = stack.pop()
        written = vars(node)
        for value in written.values():
            if isinstance(value, list):
                stack.extend(value)
            elif isinstance(value, _INNER):
                stack.append(value)
        written.update(_PLACE)
        if isinstance(node, ast.Name):
            node.id = renamed.get(node.id, node.id)


class _Writer:
    """Writes one function; names are counted, objects that code cannot hold as constants become its globals."""

    def __init__(self, shared: frozenset[int] = frozenset()) -> None:
        """Start with no names; ``shared`` are the identities of nodes that are functions of their own."""
        self._names = 0
        self._objects: dict[str, object] = {}
        self._shared = shared
        self._functions: dict[tuple[int, bool], ast.Name] = {}
        self._renamed: dict[str, str] = {}

    def function(self, body: ast.expr, before: Sequence[ast.stmt] = ()) -> Callable[[Row, Surroundings], Any]:
        """Return the function of ``row`` and surroundings that gives ``body``, unless a statement before it returns."""
        module = _module([*before, ast.Return(self.reused(body))])
        _locate(module, self._renamed)
        code = compile(module, "<expression>", "exec", dont_inherit=True)
        inner = next(part for part in code.co_consts if isinstance(part, CodeType))
        visible = {key: RUNTIME[key] for key in inner.co_names if key in RUNTIME}
        return FunctionType(inner, {"__builtins__": {}, **visible, **self._objects})

    def reused(self, expression: ast.expr) -> ast.expr:
        """Return the expression, in which no field is read again that has been read."""
        return reused(expression, self._renamed)

    def _bound(self, expression: ast.expr) -> tuple[ast.expr, ast.expr]:
        """Return the expression that binds a fresh name, and the name."""
        self._names += 1
        key = f"_{self._names}"
        return ast.NamedExpr(ast.Name(key, ast.Store()), expression), name(key)

    def object(self, value: object) -> ast.Name:
        """Write the name of an object that code cannot hold."""
        key = f"_object_{len(self._objects)}"
        self._objects[key] = value
        return name(key)

    def value(self, node: Node) -> ast.expr:
        """Write what evaluates to the value, None where it is blank."""
        return self._shared_call(node, as_truth=False) if id(node) in self._shared else self._value(node)

    def truth(self, node: Node) -> ast.expr:
        """Write what evaluates to True where the condition holds and to False where it does not or is blank."""
        return self._shared_call(node, as_truth=True) if id(node) in self._shared else self._truth(node)

    def _shared_call(self, node: Node, *, as_truth: bool) -> ast.expr:
        """Write the call of the function of a node that stands in several places."""
        key = id(node), as_truth
        if key not in self._functions:
            made = compile_condition(node) if as_truth else compile_value(node)
            self._functions[key] = self.object(made)
        return call(name(self._functions[key].id), name(ROW), name(SURROUNDINGS))

    def _value(self, node: Node) -> ast.expr:
        match node:
            case tree.Literal(value):
                return constant(value)
            case tree.Field(key):
                return subscript(name(ROW), key)
            case tree.Parameter(key):
                return subscript(attribute(name(SURROUNDINGS), "parameters"), key)
            case tree.Given(what):
                return attribute(name(SURROUNDINGS), what)
            case tree.If():
                return self._branches(node, self.value)
            case tree.Switch():
                return self._switch(node, self.value)
            case tree.Coalesce(items):
                return self._coalesce(items)
            case tree.Related():
                return self._related(node)
            case tree.Lookup():
                return self._looked_up(node)
            case tree.OldField() | tree.Path() | tree.OfPerson():
                return self._guarded(self._pure(node))
            case tree.Operation(op) if blanks_of(op) != "never" or op is Op.LENGTH:
                return self._guarded(self._pure(node))
            case _:
                return self._truth(node)

    def _truth(self, node: Node) -> ast.expr:
        match node:
            case tree.Literal(value):
                return constant(value is True)
            case tree.And(items):
                return _joined(ast.And(), [self.truth(item) for item in items])
            case tree.Or(items):
                return _joined(ast.Or(), [self.truth(item) for item in items])
            case tree.Not(tree.IsBlank(item)) if may_be_blank(item):
                return _is_filled(self.value(item))
            case tree.Not(item):
                return ast.UnaryOp(ast.Not(), self.truth(item))
            case tree.IsBlank(item):
                return _is_blank(self.value(item)) if may_be_blank(item) else constant(False)
            case tree.Equal(left, right):
                return compare(self.value(left), ast.Eq(), self.value(right))
            case tree.Ordered(order, left, right):
                return self._compared(_ORDERS[order](), left, right)
            case tree.OneOfThese(item, values):
                return compare(
                    self.value(item), ast.In(), constant(values if len(values) <= _SMALL else frozenset(values))
                )
            case tree.HasRole(item, app, role):
                tests, held = self._told_of(item, "held_roles")
                return _joined(ast.And(), [*map(_is_filled, tests), compare(constant((app, role)), ast.In(), held)])
            case tree.If():
                return self._branches(node, self.truth)
            case tree.Switch():
                return self._switch(node, self.truth)
            case tree.Operation(op, arguments) if blanks_of(op) == "never":
                tests, written = self._arguments(arguments)
                return _joined(ast.And(), [*map(_is_filled, tests), WRITERS[op](written, node)])
            case _:
                return compare(self._value(node), ast.Is(), constant(True))

    def _branches(self, node: tree.If, write: Callable[[Node], ast.expr]) -> ast.expr:
        written = write(node.otherwise)
        for condition, value in reversed(node.branches):
            written = ast.IfExp(self.truth(condition), write(value), written)
        return written

    def _switch(self, node: tree.Switch, write: Callable[[Node], ast.expr]) -> ast.expr:
        binding, bound = self._bound(self.value(node.item))
        written = write(node.otherwise)
        for index, (value, result) in reversed(list(enumerate(node.cases))):
            subject = binding if index == 0 else bound
            written = ast.IfExp(compare(subject, ast.Eq(), constant(value)), write(result), written)
        return written

    def _coalesce(self, items: Sequence[Node]) -> ast.expr:
        written = self.value(items[-1])
        for item in reversed(items[:-1]):
            binding, bound = self._bound(self.value(item))
            written = ast.IfExp(_is_filled(binding), bound, written)
        return written

    def _compared(self, operator: ast.cmpop, left: Node, right: Node) -> ast.expr:
        tests, (first, second) = self._arguments((left, right))
        return _joined(ast.And(), [*map(_is_filled, tests), compare(first, operator, second)])

    def _guarded(self, pure: _Pure) -> ast.expr:
        if not pure.tests:
            return pure.expression
        *others, last = pure.tests
        if isinstance(last, ast.NamedExpr) and not others and self._names_it(pure.expression, last):
            return last.value
        return ast.IfExp(_joined(ast.Or(), list(map(_is_blank, pure.tests))), constant(None), pure.expression)

    @staticmethod
    def _names_it(expression: ast.expr, binding: ast.NamedExpr) -> bool:
        return isinstance(expression, ast.Name) and expression.id == binding.target.id

    def _arguments(self, arguments: Sequence[Node]) -> tuple[list[ast.expr], list[ast.expr]]:
        """Return the tests of all the arguments, and the arguments as they may be written after these."""
        pures = [self._pure(argument) for argument in arguments]
        return [test for pure in pures for test in pure.tests], [pure.expression for pure in pures]

    def _pure(self, node: Node) -> _Pure:
        match node:
            case tree.OldField(key):
                binding, old = self._bound(attribute(name(SURROUNDINGS), "old"))
                return self._tested((binding,), subscript(old, key))
            case tree.Path(steps, key):
                tests, row = self._followed(steps)
                return self._tested(tuple(tests), subscript(row, key))
            case tree.OfPerson(item, what):
                tests, told = self._told_of(item, "display_name" if what == "name" else what)
                return self._tested(tuple(tests), told)
            case tree.Operation(Op.ADD, arguments):
                return self._sum(arguments)
            case tree.Operation(op, arguments):
                return self._operation(node, op, arguments)
            case _ if may_be_blank(node):
                return self._tested((), self.value(node))
            case _:
                return _Pure((), self.value(node))

    def _operation(self, node: tree.Operation, op: Op, arguments: Sequence[Node]) -> _Pure:
        match blanks_of(op):
            case "never" if op is not Op.LENGTH:
                return _Pure((), self.truth(node))
            case "never":
                return _Pure((), WRITERS[op]([self.value(argument) for argument in arguments], node))
            case "made":
                return self._tested((), WRITERS[op]([self.value(argument) for argument in arguments], node))
            case kind:
                tests, written = self._arguments(arguments)
                expression = WRITERS[op](written, node)
                if op in _BOUNDS:
                    expression = self._within(expression, *_BOUNDS[op])
                return (
                    _Pure(tuple(tests), expression) if kind == "passed on" else self._tested(tuple(tests), expression)
                )

    def _within(self, number: ast.expr, lowest: int, highest: int) -> ast.expr:
        """Write a number, blank outside its bounds; a call for that would cost more than all the rest."""
        binding, bound = self._bound(number)
        inside = ast.Compare(constant(lowest), [ast.LtE(), ast.LtE()], [binding, constant(highest)])
        return ast.IfExp(inside, bound, constant(None))

    def _tested(self, tests: tuple[ast.expr, ...], expression: ast.expr) -> _Pure:
        """Bind an expression that may be blank itself, and test it last."""
        binding, bound = self._bound(expression)
        return _Pure((*tests, binding), bound)

    def _sum(self, arguments: Sequence[Node]) -> _Pure:
        tests: list[ast.expr] = []
        total: ast.expr | None = None
        for argument in arguments:
            negative = isinstance(argument, tree.Operation) and argument.op is Op.NEGATE and total is not None
            part = self._pure(argument.arguments[0] if negative and isinstance(argument, tree.Operation) else argument)
            tests.extend(part.tests)
            operator = ast.Sub() if negative else ast.Add()
            total = part.expression if total is None else ast.BinOp(total, operator, part.expression)
        return _Pure(tuple(tests), total if total is not None else constant(0))

    def _told_of(self, person: Node, what: str) -> tuple[list[ast.expr], ast.expr]:
        """Return the tests that there is such a person, and what the directory says of them."""
        pure = self._pure(person)
        binding, found = self._bound(call(attribute(name(SURROUNDINGS), "person"), pure.expression))
        return [*pure.tests, binding], attribute(found, what)

    def _followed(self, steps: Sequence[tree.Step]) -> tuple[list[ast.expr], ast.expr]:
        """Return the tests along the references, and the row at their end."""
        tests: list[ast.expr] = []
        row: ast.expr = name(ROW)
        for step in steps:
            binding, reference = self._bound(subscript(row, step.reference))
            target = call(attribute(name(SURROUNDINGS), "record"), constant(step.app), constant(step.form), reference)
            found, row = self._bound(target)
            tests += [binding, found]
        return tests, row

    def _looked_up(self, node: tree.Lookup) -> ast.expr:
        """Write the call of the table's own function with the arguments as its row."""
        keys, values = zip(*node.arguments, strict=True)
        row = ast.Dict([constant(key) for key in keys], [self.value(value) for value in values])
        return call(self.object(compile_body(node.body)), row, name(SURROUNDINGS))

    def _related(self, node: tree.Related) -> ast.expr:
        tests, row = self._followed(node.steps)
        aggregate = self.object(node.aggregate)
        result = call(attribute(name(SURROUNDINGS), "aggregate"), aggregate, row)
        if not tests:
            return result
        nothing = constant(nothing_related(node.aggregate.function))
        return ast.IfExp(_joined(ast.Or(), list(map(_is_blank, tests))), nothing, result)
