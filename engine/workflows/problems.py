"""The kinds of problems that a state machine's design or a transition can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NO_SUCH_STATE = ProblemKind(
    "FLOW-001",
    Text("没有状态“{key}”", "There is no state “{key}”"),
    Text("可用的状态:{known}", "The states are: {known}"),
)
UNREACHABLE = ProblemKind(
    "FLOW-002",
    Text("状态“{key}”永远到不了", "The state “{key}” can never be reached"),
    Text("请加一个到达它的流转,或删去它", "Add a transition that leads to it, or remove it"),
)
TOO_FEW_FIELDS = ProblemKind(
    "FLOW-003",
    Text(
        "流转“{label_zh}”只校验{got}个字段,至少要{least}个",
        "“{label_en}” checks {got} fields; at least {least} are needed",
    ),
    Text(
        "请写明流转时必须有值的业务字段;如果只是阅知,标为 acknowledgement",
        "Name the business fields that must be filled when it fires; mark a mere notice as an acknowledgement",
    ),
)
NO_SUCH_FIELD = ProblemKind(
    "FLOW-004",
    Text("没有字段“{key}”", "There is no field “{key}”"),
    Text("请改成该表单里的字段键", "Use the key of a field of this form"),
)
NO_SUCH_TRANSITION = ProblemKind(
    "FLOW-010",
    Text("没有流转“{key}”", "There is no transition “{key}”"),
    Text("可用的流转:{known}", "The transitions are: {known}"),
)
WRONG_STATE = ProblemKind(
    "FLOW-011",
    Text("“{label_zh}”不能从状态“{state_zh}”开始", "“{label_en}” cannot start from the state “{state_en}”"),
    Text("请刷新后看它现在能做什么", "Reload to see what can be done with it now"),
)
NOT_ENTITLED = ProblemKind(
    "FLOW-012",
    Text("您不能执行“{label_zh}”", "You may not do “{label_en}”"),
    Text("可以执行的人:{who_zh}", "Who may: {who_en}"),
)
GUARD_FAILED = ProblemKind(
    "FLOW-013",
    Text("{message_zh}", "{message_en}"),
    Text("满足条件后再执行“{label_zh}”", "Do “{label_en}” once the condition holds"),
)
LOCKED = ProblemKind(
    "FLOW-014",
    Text("状态“{state_zh}”下不能修改记录", "A record in the state “{state_en}” cannot be edited"),
    Text("只能执行流转", "Only its transitions can be used"),
)
NO_WORKFLOW = ProblemKind(
    "FLOW-015",
    Text("该表单没有流程", "This form has no workflow"),
    Text("请去掉 transition", "Leave the transition out"),
)
