"""The kinds of problems that jobs can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

UNKNOWN_KIND = ProblemKind(
    "JOB-001",
    Text("不会投递“{kind}”", "Messages of the kind “{kind}” cannot be delivered"),
    Text("请用更新的程序", "Use a newer program"),
)
