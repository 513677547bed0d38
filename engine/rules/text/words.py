"""The words of rule statements in English and Chinese; it knows what they are called, not what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Word:
    """One keyword: the English and the Chinese form that are printed, and others that are understood, too."""

    en: str
    zh: str
    also: tuple[str, ...] = ()

    def in_language(self, language: str) -> str:
        """Return the form that is printed in ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that is understood."""
        return (self.en, self.zh, *self.also)


STRUCTURE: Mapping[str, Word] = MappingProxyType(
    {
        "RULE": Word("rule", "规则"),
        "ON": Word("on", "触发于", ("触发",)),
        "FOR": Word("for", "针对"),
        "WHEN": Word("when", "当", ("条件",)),
        "THEN": Word("then", "则", ("那么",)),
        "FOREACH": Word("for each", "逐条", ("对每条",)),
        "WHERE": Word("where", "其中"),
        "DO": Word("do", "执行"),
        "IF": Word("if", "如果"),
        "ELSE": Word("else", "否则"),
    }
)
"""The words that hold a rule together, by their kind of token."""

NONE = Word("none", "无")
RAW = Word("raw", "原文")
EMPTY_FORMS = frozenset(NONE.forms)
RAW_FORMS = frozenset(RAW.forms)

PERSONS: Mapping[str, Word] = MappingProxyType(
    {
        "owner": Word("owner", "负责人"),
        "creator": Word("creator", "创建人"),
        "role": Word("role", "角色"),
        "person": Word("person", "人员"),
        "manager_of": Word("manager_of", "上级", ("manager of",)),
        "manager_chain": Word("manager_chain", "各级上级", ("manager chain",)),
        "least_loaded": Word("least_loaded", "最空闲者", ("least loaded",)),
        "watchers": Word("watchers", "关注人"),
    }
)
"""The ways to name persons relative to a record."""

UNITS: Mapping[str, Word] = MappingProxyType(
    {
        "minutes": Word("minutes", "分钟", ("minute",)),
        "hours": Word("hours", "小时", ("hour",)),
        "days": Word("days", "天", ("day", "日")),
        "workdays": Word("workdays", "个工作日", ("workday", "工作日")),
        "work_hours": Word("work_hours", "个工作小时", ("work hours", "work hour", "工作小时")),
        "weeks": Word("weeks", "周", ("week",)),
    }
)
"""The units of a length of time."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A form of a keyword as the lexer looks for it: its words, the kind of token and what it stands for."""

    words: tuple[str, ...]
    kind: str
    name: str


def phrases(kind: str, words: Mapping[str, Word]) -> Iterator[Phrase]:
    """Go through the forms of the words of one kind; words of several parts may be joined by an underscore, too."""
    for name, word in words.items():
        for form in word.forms:
            yield Phrase(tuple(form.replace("_", " ").split()), kind, name)


def words_of(written: str) -> tuple[str, ...]:
    """Return the words of what was written, in lower case, an underscore parting them like a space."""
    return tuple(written.lower().replace("_", " ").split())
