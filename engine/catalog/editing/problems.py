"""Problems of edits: what they would change is not there any more, or cannot be changed so."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

GONE = ProblemKind(
    "APP-040",
    Text("要改的内容已经不在了", "What you changed is not there any more"),
    Text("有人刚把它移走了,请看一遍最新的草稿", "Somebody has just removed it: look at the draft as it is now"),
    Nature.CONFLICT,
)
LAST_ONE = ProblemKind(
    "APP-041",
    Text("至少要留下一项", "One has to stay"),
    Text("请先加上新的,再移走这一项", "Add another one first, then remove this one"),
)
UNNAMED = ProblemKind(
    "APP-042",
    Text("还没有名称", "It has no name"),
    Text("请写上名称", "Write a name"),
)
UNFIT = ProblemKind(
    "APP-047",
    Text("这里不能这样填", "That cannot stand here"),
    Text("请从列出的里面选,或改用文本形式来写", "Choose among what is listed, or write it in the text of the rule"),
)
ONE_RULE = ProblemKind(
    "APP-048",
    Text("这里只写这一条规则", "Only this one rule is written here"),
    Text("另一条请用“新规则”来加", "Add another one by “New rule”"),
)
LIST_IN_USE = ProblemKind(
    "APP-043",
    Text("“{name_zh}”还在用:{by_zh}", "“{name_en}” is in use: {by_en}"),
    Text("请先在这些地方换掉它", "Choose something else there first"),
)
