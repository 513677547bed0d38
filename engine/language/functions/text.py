"""Functions over texts; positions count from 1 and lengths are in code points."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language.functions.shape import Build, Function, Invocation, Takes
from engine.language.operations import Op
from engine.language.tree import Node, Operation
from engine.language.types import BooleanType, NumberType, TextType, Type

_COUNT = NumberType(0, 10)
_TEXT = ("text", Takes.TEXT)


def operation(op: Op, kind: Type) -> Build:
    """Return the building of a call that is one basic operation."""

    def build(call: Invocation) -> Node:
        return Operation(op, call.arguments, kind, (), call.at)

    return build


TEXT_FUNCTIONS = (
    Function(
        "len",
        ("字数", "长度"),
        (_TEXT,),
        operation(Op.LENGTH, _COUNT),
        Text("文本有几个字;空值是 0", "How many characters a text has; a blank has 0"),
        (('len("四个汉字")', "4"), ("len(empty)", "0")),
    ),
    Function(
        "left",
        ("左取",),
        (_TEXT, ("count", Takes.WHOLE)),
        operation(Op.LEFT, TextType()),
        Text("开头的几个字", "The first characters"),
        (('left("招标答疑", 2)', "招标"), ('left("a", 0)', None)),
    ),
    Function(
        "right",
        ("右取",),
        (_TEXT, ("count", Takes.WHOLE)),
        operation(Op.RIGHT, TextType()),
        Text("末尾的几个字", "The last characters"),
        (('right("招标答疑", 2)', "答疑"), ('right("ab", 5)', "ab")),
    ),
    Function(
        "mid",
        ("截取",),
        (_TEXT, ("start", Takes.WHOLE), ("length", Takes.WHOLE)),
        operation(Op.MID, TextType()),
        Text("从第几个字起的几个字", "So many characters from a position on"),
        (('mid("招标答疑", 2, 2)', "标答"), ('mid("abc", 0, 2)', "a"), ('mid("abc", 4, 1)', None)),
    ),
    Function(
        "find",
        ("查找",),
        (("search", Takes.TEXT), _TEXT),
        operation(Op.FIND, _COUNT),
        Text("第一次出现的位置;没有则为空", "Where it first stands; blank when absent"),
        (('find("答", "招标答疑")', "3"), ('find("x", "abc")', None), ('find("", "abc")', None)),
    ),
    Function(
        "replace",
        ("替换",),
        (_TEXT, ("search", Takes.TEXT), ("replacement", Takes.TEXT)),
        operation(Op.REPLACE, TextType()),
        Text("把每一处都换掉", "Replaces every occurrence"),
        (('replace("a-b-c", "-", "+")', "a+b+c"), ('replace("abc", "", "x")', "abc"), ('replace("a", "a", "")', None)),
    ),
    Function(
        "trim",
        ("去空格",),
        (_TEXT,),
        operation(Op.TRIM, TextType()),
        Text("去掉两头的空白", "Takes white space off both ends"),
        (('trim("  a b ")', "a b"), ('trim("　")', None)),
    ),
    Function(
        "lower",
        ("转小写",),
        (_TEXT,),
        operation(Op.LOWER, TextType()),
        Text("A 到 Z 变小写,其他不变", "A to Z in lower case, the rest as it is"),
        (('lower("ABCÄ")', "abcÄ"),),
    ),
    Function(
        "upper",
        ("转大写",),
        (_TEXT,),
        operation(Op.UPPER, TextType()),
        Text("a 到 z 变大写,其他不变", "a to z in upper case, the rest as it is"),
        (('upper("abcä")', "ABCä"),),
    ),
    Function(
        "starts_with",
        ("开头是",),
        (_TEXT, ("search", Takes.TEXT)),
        operation(Op.STARTS_WITH, BooleanType()),
        Text("以它开头吗;找空值则否", "Whether it begins so; false for a blank search"),
        (('starts_with("招标答疑", "招标")', True), ('starts_with("a", "")', False)),
    ),
    Function(
        "ends_with",
        ("结尾是",),
        (_TEXT, ("search", Takes.TEXT)),
        operation(Op.ENDS_WITH, BooleanType()),
        Text("以它结尾吗;找空值则否", "Whether it ends so; false for a blank search"),
        (('ends_with("招标答疑", "答疑")', True), ('ends_with("a", "")', False)),
    ),
    Function(
        "join",
        ("连接",),
        (("separator", Takes.TEXT), _TEXT),
        operation(Op.JOIN, TextType()),
        Text("用分隔符连接不为空的文本", "Joins the texts that are not blank by a separator"),
        (('join("、", "甲", "", "乙")', "甲、乙"), ('join("-", "")', None)),
        repeats=1,
    ),
)
