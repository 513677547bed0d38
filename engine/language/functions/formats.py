"""Tests whether a text has a form: named formats and globs, in place of regular expressions."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language import problems
from engine.language.checking.fitting import fit
from engine.language.functions.shape import Function, Invocation, Takes
from engine.language.functions.text import operation
from engine.language.globs import MAX_PATTERN, Wild, pieces_of
from engine.language.operations import Op
from engine.language.tree import Equal, IsBlank, Literal, Node, Not, Operation
from engine.language.types import BooleanType, TextType

_TEXT = ("text", Takes.TEXT)


def _matches(call: Invocation) -> Node:
    """Build a match; what a simpler test says as well becomes that test, so that indexes serve it."""
    text, pattern = call.arguments
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str) or len(pattern.value) > MAX_PATTERN:
        return call.report.broken(problems.NO_PATTERN, pattern.at, function=call.name, limit=MAX_PATTERN)

    def tested(op: Op, search: str) -> Node:
        return Operation(op, (text, Literal(search, TextType(), pattern.at)), BooleanType(), (), call.at)

    match pieces_of(pattern.value):
        case (str() as same,):
            return Equal(text, fit(Literal(same, TextType(), pattern.at), text.type, call.report), at=call.at)
        case (Wild.ANY,):
            return Not(IsBlank(text, at=text.at), at=call.at)
        case (str() as start, Wild.ANY):
            return tested(Op.STARTS_WITH, start)
        case (Wild.ANY, str() as end):
            return tested(Op.ENDS_WITH, end)
        case (Wild.ANY, str() as inside, Wild.ANY):
            return tested(Op.CONTAINS, inside)
        case _:
            return tested(Op.MATCHES, pattern.value)


FORMAT_FUNCTIONS = (
    Function(
        "matches",
        ("匹配",),
        (_TEXT, ("pattern", Takes.TEXT)),
        _matches,
        Text(
            "整个文本是否符合样式:* 代表任意多个字,? 代表一个字,区分大小写;样式要直接写出,最多 100 个字;"
            "星号、问号、反斜杠本身写成 \\\\*、\\\\?、\\\\\\\\;空值则否",
            "Whether the whole text is as the pattern says: * stands for any characters, ? for exactly one; the case "
            "counts; the pattern is written out, at most 100 characters; the signs themselves are written \\\\*, \\\\? "
            "and \\\\\\\\; false for a blank",
        ),
        (
            ('matches("AB-2026", "AB*")', True),
            ('matches("AB-2026", "ab*")', False),
            ('matches("A1-2026", "A?-*26")', True),
            ('matches("5*3", "?\\\\*?")', True),
            ('matches("", "*")', False),
        ),
    ),
    Function(
        "is_email",
        ("是邮箱",),
        (_TEXT,),
        operation(Op.IS_EMAIL, BooleanType()),
        Text(
            "是邮箱地址吗:@ 前最多 64 个字,用英文字母、数字和 .!#$%&'*+/=?^_`{|}~-(点不在首尾、不连用);@ 后是域名,"
            "至少两段,末段以字母开头;一共最多 254 个字;空值则否",
            "Whether it is an e-mail address: before the @ at most 64 ASCII letters, digits and .!#$%&'*+/=?^_`{|}~- "
            "(no dot first, last or doubled); after it a domain of two labels or more, the last beginning with a "
            "letter; 254 characters in all; false for a blank",
        ),
        (
            ('is_email("li.wei@example.com")', True),
            ('is_email("li.wei@example")', False),
            ('is_email("li wei@example.com")', False),
            ('is_email("")', False),
        ),
    ),
    Function(
        "is_phone",
        ("是电话",),
        (_TEXT,),
        operation(Op.IS_PHONE, BooleanType()),
        Text(
            "是中国大陆的电话号码吗。手机:1 开头、第二位 3 到 9 的 11 位,可按 3-4-4 用空格或 - 隔开,前面可有 +86、0086 "
            "或 86;固定电话:带 0 的区号(可用括号)或 +86、0086 加不带 0 的区号,再加 2 到 8 开头的 7 或 8 位,分机写 -123;"
            "也可是 400、800 号码;其他都否,空值则否",
            "Whether it is a telephone number of mainland China. Mobile: 11 digits, 1 and then 3 to 9, which may be "
            "parted 3-4-4 by spaces or hyphens, after +86, 0086 or 86 if you like. Landline: the area code with its 0 "
            "(in parentheses if you like), or +86 or 0086 and the area code without it, then 7 or 8 digits of which "
            "the first is 2 to 8; an extension is -123. Also 400 and 800 numbers. False for all else and for a blank",
        ),
        (
            ('is_phone("13800138000")', True),
            ('is_phone("+86 138 0013 8000")', True),
            ('is_phone("010-62345678")', True),
            ('is_phone("400-800-8000")', True),
            ('is_phone("12800138000")', False),
            ('is_phone("62345678")', False),
        ),
    ),
    Function(
        "is_uscc",
        ("是统一社会信用代码",),
        (_TEXT,),
        operation(Op.IS_USCC, BooleanType()),
        Text(
            "是统一社会信用代码吗(GB 32100):18 位大写,校验码正确;空值则否",
            "Whether it is a unified social credit code (GB 32100): 18 characters in capitals with the right check "
            "character; false for a blank",
        ),
        (
            ('is_uscc("91350100M000100Y43")', True),
            ('is_uscc("91350100M000100Y44")', False),
            ('is_uscc("91350100m000100y43")', False),
        ),
    ),
)
