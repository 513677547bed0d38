"""Writes docs/reference/rules.md and rules.zh.md from the table of what rules are made of, and a rule that ships."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from engine.packs.reading import market
from engine.rules.announcing import PERSONS as COMING_PERSONS
from engine.rules.text.printing import print_rule
from engine.rules.text.shapes import ACTIONS, EVENTS, OPTIONS, SWITCHES, Kind, Shape, Slot
from engine.rules.text.words import PERSONS, STRUCTURE, UNITS, Language, Word

HERE = Path(__file__).parent
PAGES: Mapping[Language, str] = MappingProxyType({"en": "rules.md", "zh": "rules.zh.md"})
EXAMPLE = ("sales_management", "breaker_fuse")
COMING = frozenset(("snapshot",))
"""The actions that are checked and refused when they are published."""

_KINDS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.TEXTS: ('"中文" / "English"', '"中文" / "English"'),
        Kind.STRING: ('"…"', '"…"'),
        Kind.EXPRESSION: ("an expression", "表达式"),
        Kind.KEY: ("a name", "名称"),
        Kind.UID: ("twelve letters and digits", "十二位字母数字"),
        Kind.PATH: ("names joined by dots", "用点连接的名称"),
        Kind.PERSONS: ("persons", "人员"),
        Kind.CHOICE: ("one of", "其中之一"),
        Kind.INTEGER: ("a whole number", "整数"),
        Kind.DURATION: ("a length of time", "一段时间"),
        Kind.DATE: ("a date", "日期"),
        Kind.CLOCK: ("a time of day", "时刻"),
        Kind.CRON: ("a schedule", "时间表"),
        Kind.SOURCES: ("field = expression, …", "字段 = 表达式,…"),
        Kind.OBJECT: ("its own parts", "自己的各项"),
        Kind.FLAG: ("the word alone", "单独一词"),
    }
)


def page(language: Language) -> str:
    """Return the whole page in one language."""
    prose = (HERE / "reference" / f"rules.prose.{language}.txt").read_text(encoding="utf-8")
    pack, key = EXAMPLE
    document = json.loads((market()[pack] / "rules" / f"{key}.json").read_text(encoding="utf-8"))
    places = {
        "EXAMPLE": f"```\n{print_rule(document, language)}```",
        "EVENTS": "\n".join(_shapes(EVENTS, (), language)),
        "ACTIONS": "\n".join(_shapes(ACTIONS, COMING, language)),
        "OPTIONS": "\n".join(_options(language)),
        "PERSONS": "\n".join(_words(PERSONS, COMING_PERSONS, language)),
        "UNITS": ", ".join(_both(word, language) for word in UNITS.values()),
        "WORDS": ", ".join(_both(word, language) for word in STRUCTURE.values()),
    }
    for name, text in places.items():
        prose = prose.replace(f"[[{name}]]", text)
    return prose


def _both(word: Word, language: Language) -> str:
    other: Language = "en" if language == "zh" else "zh"
    return f"`{word.in_language(language)}` ({word.in_language(other)})"


def _shapes(shapes: Mapping[str, Shape], coming: Iterable[str], language: Language) -> Iterator[str]:
    head = "| 文本 | JSON | 各项 | 能否运行 |" if language == "zh" else "| text | JSON | parts | runs |"
    yes, not_yet = ("能", "尚不能") if language == "zh" else ("yes", "not yet")
    yield f"{head}\n|---|---|---|---|"
    waiting = set(coming)
    for name, shape in shapes.items():
        parts = "; ".join(_part(slot, language) for slot in shape.slots)
        yield f"| {_both(shape.word, language)} | `{name}` | {parts} | {not_yet if name in waiting else yes} |"


def _part(slot: Slot, language: Language) -> str:
    word = f"`{slot.word.in_language(language)}` "
    kind = _KINDS[slot.kind][language == "zh"]
    if slot.choices:
        kind = " ".join(f"`{one.in_language(language)}`" for one in slot.choices.values())
    elif slot.inner is not None:
        kind = f"({'; '.join(_part(inner, language) for inner in slot.inner.slots)})"
    bare = slot.positional or slot.kind is Kind.SOURCES
    many = " …" if slot.many and slot.kind is not Kind.SOURCES else ""
    said = f"{'' if bare else word}{kind}{many}"
    return said if slot.required else f"[{said}]"


def _options(language: Language) -> Iterator[str]:
    yield "| 文本 | JSON | 值 |\n|---|---|---|" if language == "zh" else "| text | JSON | value |\n|---|---|---|"
    for name, slot in OPTIONS.items():
        choices = " ".join(f"`{one.in_language(language)}`" for one in slot.choices.values())
        yield f"| {_both(slot.word, language)} | `{name}` | {choices or _KINDS[slot.kind][language == 'zh']} |"
    for name, word in SWITCHES.items():
        member, _, value = name.partition(":")
        yield f"| {_both(word, language)} | `{member}` | `{value}` |"


def _words(words: Mapping[str, Word], coming: Iterable[str], language: Language) -> Iterator[str]:
    waiting, mark = set(coming), "(尚不能运行)" if language == "zh" else " (not yet)"
    for name, word in words.items():
        yield f"- {_both(word, language)}: `{name}`{mark if name in waiting else ''}"


if __name__ == "__main__":
    for written_in, file in PAGES.items():
        (HERE / "reference" / file).write_text(page(written_in), encoding="utf-8")
    sys.stdout.write("rules.md, rules.zh.md\n")
