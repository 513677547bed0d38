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
CONFLICT = ProblemKind(
    "DECIDE-009",
    Text(
        "“{label_zh}”已被他人改为“{theirs_zh}”,您填的是“{mine_zh}”",
        "“{label_en}” was changed to “{theirs_en}” meanwhile; yours is “{mine_en}”",
    ),
    Text(
        "请看过最新内容后,选定其中一个再保存", "Look at the record as it is now, choose one of the two and save again"
    ),
    Nature.CONFLICT,
)
LINE_GONE = ProblemKind(
    "DECIDE-010",
    Text(
        "“{label_zh}”中的一行,一人改了,另一人删了",
        "A line of “{label_en}” was changed by one and removed by the other",
    ),
    Text("请看过最新内容后再改", "Look at the record as it is now and make your change again"),
    Nature.CONFLICT,
)
NO_REASON = ProblemKind(
    "UNDO-001",
    Text("请写明为什么撤回", "Say why it is undone"),
    Text(
        "一句话即可,最多{most}个字;记录的时间线会写明",
        "One sentence of up to {most} characters: the record's timeline tells it",
    ),
)
ALREADY_UNDONE = ProblemKind(
    "UNDO-002",
    Text("这次运行已经撤回过了", "This run has been undone already"),
    Text("一次运行最多撤回一次", "A run is undone once at most"),
    Nature.CONFLICT,
)
DID_NOTHING = ProblemKind(
    "UNDO-003",
    Text("这次运行什么都没做,没有可撤回的", "This run did nothing that could be undone"),
    Text("只有做了事的运行可以撤回", "Choose a run that acted"),
)
NO_RECEIPTS = ProblemKind(
    "UNDO-004",
    Text("这次运行没有留下回执,不知道它做了什么", "This run kept no receipts: nobody knows what it did"),
    Text("请在记录上手工改回", "Change the records back by hand"),
)
NOTHING_LEFT = ProblemKind(
    "UNDO-005",
    Text("已经没有可以放回去的内容", "Nothing is left to put back"),
    Text("它做的要么已被改过,要么已经复原", "What it did has been changed since, or is as it was before"),
    Nature.CONFLICT,
)
CHANGED_SINCE = ProblemKind(
    "UNDO-010",
    Text("“{label_zh}”后来又被改过", "“{label_en}” has been changed since"),
    Text("放回旧值会盖掉后来的修改", "The earlier value would overwrite that change"),
)
MOVED_SINCE = ProblemKind(
    "UNDO-011",
    Text("记录后来又流转过", "The record has moved on since"),
    Text("请用流转把它带到该在的状态", "Use a transition to bring it where it belongs"),
)
HELD_SINCE = ProblemKind(
    "UNDO-012",
    Text("记录被另行冻结着,不能改状态或删除", "The record is held for another reason: it neither moves nor goes away"),
    Text("请先解除那次冻结", "Let go of that hold first"),
)
GONE_SINCE = ProblemKind(
    "UNDO-013",
    Text("记录已被删除,或它的表单已停用", "The record has been deleted, or its form is out of use"),
    Text("请先恢复它", "Restore it first"),
)
EDITED_SINCE = ProblemKind(
    "UNDO-014",
    Text("它新建的记录后来被改过", "The record that it made has been changed since"),
    Text("请看过之后自己决定是否删除", "Look at it and delete it by hand if it should go"),
)
ERASED_SINCE = ProblemKind(
    "UNDO-015",
    Text("原来的值已被清除,无法放回", "What was there before has been erased"),
    Text("清除的数据不能复原", "What is erased does not come back"),
)
DONE_SINCE = ProblemKind(
    "UNDO-016",
    Text("它开的待办已经有人办了", "Somebody has done the task that it opened"),
    Text("办过的待办不能收回", "What is done is not taken back"),
)
TOLD_OUTSIDE = ProblemKind(
    "UNDO-017",
    Text("站外的消息已经发出,收不回来", "People have been told outside of the platform, which cannot be taken back"),
    Text("撤回后站内会再说明一次", "Inside they are told that it is undone"),
)
CALLED_SINCE = ProblemKind(
    "UNDO-018",
    Text("对“{connector}”的调用已经发出,收不回来", "“{connector}” has been called, which cannot be taken back"),
    Text("请在对方系统里处理", "Mend it in the partner's system"),
)
