"""How grave a rule is, in words: what it is called, and how it stands before a text. Knows no rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.kernel.problems import Text
from engine.rules.definitions import Severity

SEVERITY_WORDS: Mapping[Severity, Text] = MappingProxyType(
    {"info": Text("提示", "Info"), "warning": Text("警告", "Warning"), "critical": Text("严重", "Critical")}
)


def graded(text: Text, severity: Severity | None) -> Text:
    """Return the text with the severity before it; as it is where there is none."""
    if severity is None:
        return text
    words = SEVERITY_WORDS[severity]
    return Text(f"【{words.zh}】{text.zh}", f"[{words.en}] {text.en}")
