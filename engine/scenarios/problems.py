"""The kinds of problems that a scenario itself can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

UNKNOWN_STEP = ProblemKind(
    "SCEN-001",
    Text("场景不认识“{step}”", "A scenario has no “{step}”"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_REF = ProblemKind(
    "SCEN-002",
    Text("场景里没有记录“{ref}”", "The scenario has no record “{ref}”"),
    Text("先用 create 给它起名", "Name it in a create first"),
)
NO_USER = ProblemKind(
    "SCEN-003",
    Text("没有用户“{name}”", "There is no user “{name}”"),
    Text("可用的:{known}", "There are: {known}"),
)
"""Users come from the pack's ``demo/users.json``."""
NO_TASK = ProblemKind(
    "SCEN-004",
    Text("“{user}”没有待办“{key}”", "“{user}” has no task “{key}”"),
    Text("现有:{known}", "There are: {known}"),
)
