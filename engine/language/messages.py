"""A text that people get in both languages, each a template; who is told, and when, is the caller's knowledge."""

from __future__ import annotations

from dataclasses import dataclass

from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.templates import Each, Template


@dataclass(frozen=True, eq=False)
class Message:
    """A template in both languages."""

    zh: Template
    en: Template

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions of both."""
        return (*self.zh.expressions, *self.en.expressions)

    @property
    def each(self) -> tuple[Each, ...]:
        """The blocks of both that come again for related rows."""
        return (*self.zh.each, *self.en.each)


def compile_message(place: str, text: Text | None, work: Gathering) -> Message | None:
    """Return the compiled message of a text that may be absent; problems are gathered by ``work``."""
    if text is None:
        return None
    zh, en = work.template(f"{place}.zh", text.zh), work.template(f"{place}.en", text.en)
    return Message(zh, en) if zh is not None and en is not None else None
