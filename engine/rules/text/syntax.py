"""Whether the expressions in a text of rules are expressions at all; what they name is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.kernel.problems import EngineError, Problem
from engine.language.functions.catalogue import is_function
from engine.language.reading.parsing import parse
from engine.language.reading.vocabulary import Words
from engine.language.scope import EMPTY_SCOPE
from engine.rules.text.reading import RuleText, located


def syntax_problems(read: Iterable[RuleText], source: str) -> Iterator[Problem]:
    """Go through what is wrong with the expressions of rules, each with its place in their text."""
    words = Words(EMPTY_SCOPE, is_function)
    for rule in read:
        for place in rule.expressions:
            try:
                parse(rule.spots[place].text, words)
            except EngineError as error:
                yield from (located(rule.placed(replace(one, path=place)), source) for one in error.problems)
