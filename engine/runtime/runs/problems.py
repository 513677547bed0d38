"""The kinds of problems that asking for runs of rules can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NO_OUTCOME = ProblemKind(
    "RUN-066",
    Text("没有结果“{got}”", "There is no outcome “{got}”"),
    Text("可选的结果:{known}", "The outcomes are: {known}"),
)
NO_DAY = ProblemKind(
    "RUN-067",
    Text("“{got}”不是日期", "“{got}” is no day"),
    Text("请写成年-月-日,例如 2026-07-01", "Write it as year-month-day, such as 2026-07-01"),
)
RULE_NEEDED = ProblemKind(
    "RUN-068",
    Text("没有说是哪条规则", "It is not said which rule"),
    Text("一起撤回的是一条规则的运行", "The runs of one rule are undone together: name it"),
)
NO_NUMBER = ProblemKind(
    "RUN-069",
    Text("“{got}”不是版本号", "“{got}” is no number of a revision"),
    Text("请写一个整数", "Write a whole number"),
)
