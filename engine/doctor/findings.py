"""What the doctor finds: one thing looked at, how it stands, and the mend where it does not stand well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Nature, Text


class Level(StrEnum):
    """How a thing stands; ``gone`` is what cannot be reached at all."""

    GOOD = "good"
    WARNING = "warning"
    WRONG = "wrong"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``check`` names it for programs, ``title`` for people."""

    check: str
    level: Level
    title: Text
    said: Text
    mend: Text | None = None

    def as_json(self) -> Json:
        """Return the finding as ``youju doctor --json`` prints it."""
        return {
            "check": self.check,
            "level": self.level.value,
            "title": self.title.as_json(),
            "said": self.said.as_json(),
            "mend": self.mend.as_json() if self.mend else None,
        }


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to look at; its methods make findings about it."""

    check: str
    title: Text

    def good(self, zh: str, en: str) -> Finding:
        """Return that it stands well."""
        return Finding(self.check, Level.GOOD, self.title, Text(zh, en))

    def warning(self, said: Text, mend: Text) -> Finding:
        """Return that it runs, and somebody should look at it."""
        return Finding(self.check, Level.WARNING, self.title, said, mend)

    def wrong(self, said: Text, mend: Text) -> Finding:
        """Return that it is wrong."""
        return Finding(self.check, Level.WRONG, self.title, said, mend)

    def gone(self, said: Text, mend: Text) -> Finding:
        """Return that it is out of reach."""
        return Finding(self.check, Level.GONE, self.title, said, mend)

    def failed(self, error: OSError) -> Finding:
        """Return what the system answered instead of showing it."""
        why = f"{error.strerror}: {error.filename}"
        return self.gone(Text(why, why), Text("检查路径和权限", "Check the path and its permissions"))

    def refused(self, error: EngineError) -> Finding:
        """Return what another room said of it; out of reach where that is of the environment."""
        first = error.problems[0]
        level = Level.GONE if first.nature in (Nature.UNAVAILABLE, Nature.BUSY) else Level.WRONG
        more = len(error.problems) - 1
        zh, en = first.message.zh, first.message.en
        place = f" ({first.path})" if first.path else ""
        if more:
            zh, en = f"{zh};另有 {more} 处", f"{en}; and {more} more"
        said = Text(f"{first.code}{place}:{zh}", f"{first.code}{place}: {en}")
        return Finding(self.check, level, self.title, said, first.hint)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 where nothing is wrong (warnings allowed), 1 where something is, 3 where something is out of reach."""
    levels = {finding.level for finding in findings}
    return 3 if Level.GONE in levels else 1 if Level.WRONG in levels else 0
