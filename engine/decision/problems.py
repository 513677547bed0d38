"""The kinds of problems that a decision itself finds."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

ABSENT = ProblemKind(
    "DECIDE-001",
    Text("没有这条内容,或您无权查看", "There is no such thing, or it is not yours to see"),
    Text("请检查链接,或请管理员授权", "Check the link, or ask an administrator for access"),
    Nature.ABSENT,
)
STALE = ProblemKind(
    "DECIDE-002",
    Text(
        "记录已被修改:您看到的是第{seen}版,现在是第{now}版",
        "The record has changed: you saw version {seen}, it is at {now}",
    ),
    Text("请刷新后再改", "Reload it and make your change again"),
    Nature.CONFLICT,
)
NO_ACTION = ProblemKind(
    "DECIDE-003",
    Text("待办没有动作“{key}”", "The task has no action “{key}”"),
    Text("可用的动作:{known}", "The actions are: {known}"),
)
TOO_MANY_ROUNDS = ProblemKind(
    "DECIDE-004",
    Text("取数次数太多", "Deciding asked for facts too often"),
    Text("请简化“{what}”的条件", "Simplify the conditions of “{what}”"),
)
FIELD_FORBIDDEN = ProblemKind(
    "DECIDE-005",
    Text("您不能填写“{label_zh}”", "You may not fill “{label_en}”"),
    Text("请去掉这一项", "Leave it out"),
)
NOTHING_TO_FILL = ProblemKind(
    "DECIDE-007",
    Text("这个动作不需要填写内容", "This action takes no fields"),
    Text("请去掉 fields", "Leave the fields out"),
)
NOT_ALLOWED = ProblemKind(
    "DECIDE-006",
    Text("您不能这样修改这条记录", "You may not change this record in this way"),
    Text("请联系负责人或管理员", "Ask its owner or an administrator"),
)
BLANK_ARGUMENT = ProblemKind(
    "DECIDE-008",
    Text("调用“{operation}”时参数“{key}”是空的", "The argument “{key}” of the call “{operation}” is blank"),
    Text("让规则先检查它不为空", "Let the rule ask first that it is not blank"),
)
