"""The kinds of problems that jobs can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

UNKNOWN_KIND = ProblemKind(
    "JOB-001",
    Text("不会投递“{kind}”", "Messages of the kind “{kind}” cannot be delivered"),
    Text("请用更新的程序", "Use a newer program"),
)
NO_TEST_CLOCK = ProblemKind(
    "JOB-002",
    Text("没有测试时钟,业务时间跟着真实时间走", "There is no test clock: business time is real time"),
    Text("请设 YOUJU_TEST_CLOCK=1 后再用 tick", "Set YOUJU_TEST_CLOCK=1 to move it by tick"),
)
BACKWARDS = ProblemKind(
    "JOB-003",
    Text("时钟已经到 {now},不能退回 {wanted}", "The clock stands at {now} and does not go back to {wanted}"),
    Text("请给一个不早于它的时间", "Name a moment that is not before it"),
)
NO_MOMENT = ProblemKind(
    "JOB-004",
    Text("“{given}”不是时间", "“{given}” is no moment"),
    Text(
        "例如 2026-04-01T10:00(中国时间)或 2026-04-01T02:00:00Z",
        "For example 2026-04-01T10:00 (time of China) or 2026-04-01T02:00:00Z",
    ),
)
