"""The kinds of problems that jobs can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

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
QUEUE_AWAY = ProblemKind(
    "JOB-005",
    Text("连不上队列 {place}:{reason}", "The queue at {place} cannot be reached: {reason}"),
    Text("请检查 Redis 和 YOUJU_REDIS_URL;工作会等着", "Look after Redis and YOUJU_REDIS_URL; work waits meanwhile"),
    Nature.UNAVAILABLE,
)
BAD_QUEUE_URL = ProblemKind(
    "JOB-006",
    Text("YOUJU_REDIS_URL 不是 Redis 地址", "YOUJU_REDIS_URL is no address of a Redis"),
    Text(
        "例如 redis://localhost:6379/0 或 unix:///run/redis.sock?db=0",
        "For example redis://localhost:6379/0 or unix:///run/redis.sock?db=0",
    ),
)
NOT_BY_RQ = ProblemKind(
    "JOB-007",
    Text("rq worker 不认识有据的安装", "A worker of RQ knows no installation of Youju"),
    Text("请用 youju worker", "Use youju worker"),
)
NO_DOCUMENT = ProblemKind(
    "JOB-020",
    Text("已经没有文档“{document}”", "There is no document “{document}” any more"),
    Text("文档改过;恢复它,然后重放", "The document has been changed; bring it back and replay"),
)
NO_CONNECTOR = ProblemKind(
    "JOB-013",
    Text("已经没有连接器操作“{connector}.{operation}”", "There is no operation “{connector}.{operation}” any more"),
    Text("连接器改过;恢复它,然后重放", "The connector has been changed; bring it back and replay"),
)
