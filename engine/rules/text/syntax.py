"""The expressions in a text of rules: whether they are any, and how they look at their best; not what they mean."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.language.functions.catalogue import is_function
from engine.language.printing.formatting import format_source
from engine.language.reading.parsing import parse
from engine.language.reading.vocabulary import Words
from engine.language.scope import EMPTY_SCOPE
from engine.rules.text.reading import RuleText, located

_STEP = re.compile(r"[^.\[\]]+")


def syntax_problems(read: Iterable[RuleText], source: str) -> Iterator[Problem]:
    """Go through what is wrong with the expressions of rules, each with its place in their text."""
    words = Words(EMPTY_SCOPE, is_function)
    for rule in read:
        for place in rule.expressions:
            try:
                parse(rule.spots[place].text, words)
            except EngineError as error:
                yield from (located(rule.placed(replace(one, path=place)), source) for one in error.problems)


def tidied(rule: RuleText) -> Json:
    """Return the document of a rule with its expressions in the canonical style; one that is none stays as it is.

    What its names mean is not asked, so they stay as they are written.
    """
    document = copy.deepcopy(rule.document)
    for place in rule.expressions:
        try:
            said = format_source(rule.spots[place].text)
        except EngineError:
            continue
        *way, last = [int(step) if step.isdecimal() else step for step in _STEP.findall(place)]
        holder = document
        for step in way:
            holder = holder[step]
        holder[last] = said
    return document
