"""Parts of rules that no sentence tells, as they are written in the text of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Final

from engine.kernel.canonical import Json
from engine.rules.text.printing import print_rule
from engine.rules.text.words import STRUCTURE, Language

_NOBODY: Final = "aaaaaaaaaaaa"


def as_text(part: Mapping[str, Json], language: Language) -> str:
    """Return one event (``{"on": [event]}``) or one action (``{"then": [action]}``) as rules are written."""
    whole = {
        "uid": _NOBODY,
        "key": "-",
        "labels": {"zh": "-", "en": "-"},
        "form": "f",
        "on": [{"created": True}],
        "then": [{"release": True}],
        **part,
    }
    printed = print_rule(whole, language)
    then = f"\n{STRUCTURE['THEN'].in_language(language)}\n"
    before, _, after = printed.partition(then)
    if "then" in part:
        return dedent(after).strip()
    on, about = (STRUCTURE[kind].in_language(language) for kind in ("ON", "FOR"))
    return dedent(before.partition(f"\n{on}")[2].rpartition(f"\n{about}")[0]).strip()
