"""Functions that ask a decision table of the app: an output, the text of the policy, the row."""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernel.problems import EngineError, Text
from engine.language import problems as language
from engine.language.checking.fitting import common_of, fit, is_written_text
from engine.language.checking.report import BROKEN, words
from engine.language.functions import problems
from engine.language.functions.shape import Function, Invocation, Takes
from engine.language.reading.suggestions import did_you_mean, nearest
from engine.language.tables import About, Column, Decides, DecisionTable
from engine.language.tree import Literal, Lookup, Node
from engine.language.types import ChoiceType, NumberType, TextType, Type

_LANGUAGES = {"": About.POLICY_ZH, "zh": About.POLICY_ZH, "en": About.POLICY_EN}


def _looked_up(call: Invocation) -> Node:
    table, part = _table(call)
    if table is None:
        return BROKEN
    known = [column.key for column in table.design.outputs]
    output = part or known[0]
    return _asked(call, table, output) if output in known else _no_output(call, table, output, known)


def _policy(call: Invocation) -> Node:
    table, part = _table(call)
    if table is None:
        return BROKEN
    found = _LANGUAGES.get(part)
    return _no_output(call, table, part, ["zh", "en"]) if found is None else _asked(call, table, found)


def _row(call: Invocation) -> Node:
    table, part = _table(call)
    if table is None:
        return BROKEN
    return _no_output(call, table, part, []) if part else _asked(call, table, About.ROW)


def _no_output(call: Invocation, table: Decides, name: str, known: Sequence[str]) -> Node:
    return call.report.broken(
        problems.UNKNOWN_OUTPUT,
        call.arguments[0].at,
        table=table.design.key,
        name=name,
        known=", ".join(known) or f'{call.name}("{table.design.key}", …)',
        **did_you_mean(nearest(name, known)),
    )


def _table(call: Invocation) -> tuple[Decides | None, str]:
    """Return the table that the first argument names, and what stands behind a dot."""
    first = call.arguments[0]
    if not isinstance(first, Literal) or not isinstance(first.type, TextType) or first.value is None:
        example = next(iter(call.scope.tables), "rebate_rate")
        call.report.broken(problems.TABLE_NOT_WRITTEN, first.at, function=call.name, example=example)
        return None, ""
    key, _, part = str(first.value).partition(".")
    table = call.scope.tables.get(key)
    if table is None:
        meant = did_you_mean(nearest(key, call.scope.tables))
        call.report.broken(problems.UNKNOWN_TABLE, first.at, name=key, **meant)
    return table, part


def _asked(call: Invocation, table: Decides, output: str) -> Node:
    design, given = table.design, call.arguments[1:]
    if len(given) != len(design.inputs):
        usage = ", ".join([f'"{design.key}"', *(column.key for column in design.inputs)])
        got = len(call.arguments)
        return call.report.broken(
            language.ARGUMENT_COUNT, call.at, function=call.name, usage=f"{call.name}({usage})", got=got
        )
    fitted = [_argument(call, column, node) for column, node in zip(design.inputs, given, strict=True)]
    if any(node is BROKEN for node in fitted):
        return BROKEN
    try:
        body = table.answer(output, tuple(node.type for node in fitted))
    except EngineError as error:
        # A table that is wrong in itself is told of in its own place; this one does not take such arguments.
        if not _is_sound(table, design):
            return BROKEN
        first = error.problems[0].message
        return call.report.broken(
            problems.TABLE_UNFIT, call.at, table=design.key, reason_zh=first.zh, reason_en=first.en
        )
    keys = [column.key for column in design.inputs]
    arguments = tuple(zip(keys, fitted, strict=True))
    return Lookup(design.key, output, design.version, arguments, body, body.tree.type, call.at)


def _is_sound(table: Decides, design: DecisionTable) -> bool:
    try:
        table.answer(About.ROW, tuple(column.type for column in design.inputs))
    except EngineError:
        return False
    return True


def _argument(call: Invocation, column: Column, node: Node) -> Node:
    """Return the argument as a value of its input: never with fewer decimals than it has."""
    if node is BROKEN:
        return node
    if common_of((Literal(None, column.type), node)) is None or _is_loose(node, column.type):
        return call.report.broken(
            language.WRONG_ARGUMENT,
            node.at,
            function=call.name,
            parameter=column.key,
            hint_zh=f"这一列是“{column.labels.zh}”",
            hint_en=f"This column is “{column.labels.en}”",
            **words("wanted", column.type),
            **words("got", node.type),
        )
    kind = column.type
    if isinstance(kind, NumberType) and isinstance(node.type, NumberType) and node.type.scale > kind.scale:
        return call.report.broken(
            problems.TOO_MANY_DECIMALS, node.at, parameter=column.key, scale=kind.scale, got=node.type.scale
        )
    return fit(node, kind, call.report)


def _is_loose(node: Node, kind: Type) -> bool:
    """Tell whether a text that is worked out stands where an option must, or a choice among others than the table's.

    What is proven of a table is proven for its own options alone.
    """
    if not isinstance(kind, ChoiceType):
        return False
    if isinstance(node.type, ChoiceType):
        return not {option.key for option in node.type.options} <= {option.key for option in kind.options}
    return isinstance(node.type, TextType) and not is_written_text(node)


LOOKUP_FUNCTIONS = (
    Function(
        "lookup",
        ("查表",),
        (("table", Takes.ANY), ("input", Takes.ANY)),
        _looked_up,
        Text(
            '决策表的结果:输入按表的列顺序写;有多个输出时写 "表.输出",不写则取第一个输出',
            'What a decision table says; inputs in the order of its columns. Write "table.output" for another output '
            "than the first",
        ),
        (),
        repeats=1,
    ),
    Function(
        "lookup_policy",
        ("查表依据",),
        (("table", Takes.ANY), ("input", Takes.ANY)),
        _policy,
        Text(
            '命中的行所依据的政策原文;英文写 "表.en"',
            'The policy text of the row that hits, in Chinese; write "table.en" for English',
        ),
        (),
        repeats=1,
    ),
    Function(
        "lookup_row",
        ("查表行",),
        (("table", Takes.ANY), ("input", Takes.ANY)),
        _row,
        Text("命中的行的键,可以存进记录", "The key of the row that hits, for keeping in a record"),
        (),
        repeats=1,
    ),
)
