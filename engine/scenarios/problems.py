"""The kinds of problems that a scenario itself can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

UNKNOWN_STEP = ProblemKind(
    "SCEN-001",
    Text("场景不认识“{step}”", "A scenario has no “{step}”"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_TASK = ProblemKind(
    "SCEN-002",
    Text("“{user}”没有待办“{key}”", "“{user}” has no task “{key}”"),
    Text("现有:{known}", "There are: {known}"),
)
