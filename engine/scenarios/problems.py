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
NO_PLACE = ProblemKind(
    "SCEN-003",
    Text("模板里没有这个位置", "The pack has no such place"),
    Text(
        "请写文件名和 JSON 指针,例如 /transitions/0/fields", "Name the file and a JSON pointer: /transitions/0/fields"
    ),
)
NOT_ONE = ProblemKind(
    "SCEN-005",
    Text("“{user}”在“{form}”里找到{count}条,不是一条", "“{user}” finds {count} records of “{form}”, not one"),
    Text("把条件写得只剩一条", "Narrow the filter down to one"),
)
BROKEN_PROMISE = ProblemKind(
    "SCEN-004",
    Text("场景“{scenario}”不成立:{reason}", "The scenario “{scenario}” does not hold: {reason}"),
    Text("请用 youju pack test 看全部", "See all of them by youju pack test"),
)
