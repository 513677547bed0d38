"""The kinds of problems with what lies in the bin."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

STILL_POINTED = ProblemKind(
    "BIN-001",
    Text("还有别的记录引用它({place})", "Other records still refer to it ({place})"),
    Text("请先改掉或彻底删除那些记录", "Let those records refer to something else, or destroy them first"),
    Nature.CONFLICT,
)
