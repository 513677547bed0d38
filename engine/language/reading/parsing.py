"""From tokens to the tree of what was written, by the grammar; every syntax error gets a place and a mend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, cast

from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer

from engine.kernel.problems import EngineError
from engine.language import problems
from engine.language.reading import syntax
from engine.language.reading.bounding import MAX_CHARACTERS, MAX_DEPTH, MAX_PARTS, bounded
from engine.language.reading.building import BUILDERS, span_of
from engine.language.reading.lexing import tokens
from engine.language.reading.syntax import Syntax
from engine.language.reading.vocabulary import Words

_VALUE_STARTS = {"NUMBER", "TEXT", "NAME"}
_MISSING_VALUE = ("这里要写一个字段、数字或“文本”", "A field, a number or a “text” is needed here")
_MISSING_CLOSING = ("缺少右括号 )", "A closing parenthesis ) is missing")
_MISSING_BRACKET = ("缺少右方括号 ]", "A closing bracket ] is missing")
_MISSING_OPERATOR = ("前面缺少运算符,例如 且、或、=", "An operator is missing before it, such as and, or, =")

_PLAIN_NUMBER = re.compile(r" *([0-9]+(?:\.[0-9]+)?) *", re.ASCII)


def parse(source: str, words: Words) -> Syntax:
    """Return the tree of what was written; raises ``EngineError`` for what is no expression or passes a bound."""
    if len(source) > MAX_CHARACTERS:
        kind = problems.TOO_LONG
        raise EngineError(kind.at(start=MAX_CHARACTERS, end=len(source), limit=MAX_CHARACTERS, got=len(source)))
    plain = _PLAIN_NUMBER.fullmatch(source)
    if plain is not None:
        # Most cells of large tables are no more than that.
        token = Token("NUMBER", plain[1], start_pos=plain.start(1), end_pos=plain.end(1))
        return cast("Syntax", BUILDERS["number"]([token]))
    if not source.strip():
        raise EngineError(problems.NOTHING.at(start=0, end=len(source)))
    try:
        tree = cast("Syntax", _parser().parse(cast("Any", bounded(tokens(source, words), len(source)))))
    except UnexpectedToken as error:
        raise _syntax_error(source, error) from None
    count, depth = syntax.measure(tree)
    if count > MAX_PARTS:
        raise EngineError(problems.TOO_MANY_PARTS.at(start=0, end=len(source), limit=MAX_PARTS, got=count))
    if depth > MAX_DEPTH:
        raise EngineError(problems.TOO_DEEP.at(start=0, end=len(source), limit=MAX_DEPTH, got=depth))
    return tree


class _Tokens(Lexer):
    """Hands lark the tokens that have been made already."""

    def __init__(self, _: object) -> None:
        """Need nothing of lark's own."""

    def lex(self, lexer_state: object, _: object = None) -> Iterator[Token]:
        """Return the tokens as they come."""
        return iter(cast("Iterable[Token]", lexer_state))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = files("engine.language.reading").joinpath("grammar.lark").read_text(encoding="utf8")
    return Lark(
        grammar, parser="lalr", lexer=_Tokens, transformer=SimpleNamespace(**BUILDERS), maybe_placeholders=False
    )


def _syntax_error(source: str, error: UnexpectedToken) -> EngineError:
    expected = error.accepts or error.expected
    missing_value = expected >= _VALUE_STARTS
    if error.token.type == "$END":
        hint = _MISSING_VALUE if missing_value else _MISSING_BRACKET if "RSQB" in expected else _MISSING_CLOSING
        end = len(source.rstrip())
        return EngineError(problems.INCOMPLETE.at(start=end, end=len(source), hint_zh=hint[0], hint_en=hint[1]))
    start, end = span_of(error.token)
    got = source[start:end]
    if missing_value:
        hint = _MISSING_VALUE
    elif error.token.type in {"NAME", "QUOTED", "NUMBER", "TEXT", "DATE", "TRUE", "FALSE", "EMPTY", "LPAR", "NOT"}:
        hint = _MISSING_OPERATOR
    elif error.token.type == "WHERE":
        return EngineError(problems.STRAY_WHERE.at(start=start, end=end))
    else:
        hint = (
            _MISSING_BRACKET
            if "RSQB" in expected and error.token.type == "RPAR"
            else ("请检查括号是否成对", "Check that parentheses match")
        )
    return EngineError(problems.UNEXPECTED.at(start=start, end=end, got=got, hint_zh=hint[0], hint_en=hint[1]))
