"""The problems found while one expression is checked; checking goes on after each, so that all are told at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.problems import Problem, ProblemKind, Text
from engine.language import problems
from engine.language.scope import FieldScope, FormScope, RelationScope
from engine.language.tree import Literal, Node, Span
from engine.language.types import BlankType, Option, Type, type_words

BROKEN = Literal(None, BlankType())
"""Stands where a part could not be understood; a blank fits every type, so one mistake is told once."""

MAX_AGGREGATES = 5


def words(name: str, kind: Type | type[Type]) -> dict[str, object]:
    """Return the words for a type as the values of a message: ``name_zh`` and ``name_en``."""
    shown = type_words(kind)
    return {f"{name}_zh": shown.zh, f"{name}_en": shown.en}


@dataclass(frozen=True, slots=True)
class Named:
    """What a written name stands for, and the form in which it was looked up."""

    item: FieldScope | RelationScope
    form: FormScope


@dataclass(frozen=True, slots=True)
class Chosen:
    """The option that a written text stands for, and the options among which it was looked up."""

    option: Option
    among: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """A written word of the language, and how it is written in each language."""

    word: Text


Meaning = Named | Chosen | Worded


@dataclass
class Report:
    """What has been found so far in one expression: its problems, and what its names and options stand for."""

    found: list[Problem] = field(default_factory=list)
    aggregates: int = 0
    meant: dict[Span, Meaning] = field(default_factory=dict)
    complete: Node | None = None
    """What ``complete()`` stands for in this expression: one and the same node wherever it is written."""

    def broken(self, kind: ProblemKind, at: Span, **values: object) -> Node:
        """Note a problem and return what stands in the place of the part."""
        self.found.append(kind.at("", start=at[0], end=at[1], **values))
        return BROKEN

    def wrong_operand(
        self, operator: str, at: Span, wanted: type[Type], node: Node, hint: tuple[str, str] = ("", "")
    ) -> Node:
        """Note an operand of a wrong type."""
        zh, en = hint if hint[0] else (f"请改成{type_words(wanted).zh}", f"Make it {type_words(wanted).en}")
        return self.broken(
            problems.WRONG_OPERAND,
            at,
            operator=operator,
            hint_zh=zh,
            hint_en=en,
            **words("wanted", wanted),
            **words("got", node.type),
        )

    def count_aggregate(self, at: Span) -> None:
        """Count an aggregate; the one that passes the bound is a problem."""
        self.aggregates += 1
        if self.aggregates == MAX_AGGREGATES + 1:
            self.broken(problems.TOO_MANY_AGGREGATES, at, limit=MAX_AGGREGATES, got=self.aggregates)
