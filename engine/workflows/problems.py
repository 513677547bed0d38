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
GOES_NOWHERE = ProblemKind(
    "FLOW-005",
    Text("流转“{label_zh}”没有写明到达的状态", "“{label_en}” names no state that it leads to"),
    Text("请写 to;解除冻结的流转写 releases", "Name one with to; a transition that lets go of a hold says releases"),
)
RELEASE_MOVES = ProblemKind(
    "FLOW-006",
    Text("解除冻结的流转“{label_zh}”不改变状态", "“{label_en}” lets go of a hold and leaves the state as it is"),
    Text("请去掉 to", "Leave to out"),
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
HELD = ProblemKind(
    "FLOW-016",
    Text(
        "已冻结,“{label_zh}”暂停:{reason_zh}(自{since}起)",
        "On hold since {since}, “{label_en}” has to wait: {reason_en}",
    ),
    Text("可以解除的人:{who_zh}", "Who can release it: {who_en}"),
)
NOT_HELD = ProblemKind(
    "FLOW-017",
    Text("记录没有冻结,不用“{label_zh}”", "The record is not on hold: there is nothing to release with “{label_en}”"),
    Text("请刷新后看它现在能做什么", "Reload to see what can be done with it now"),
)
ONE_OF = ProblemKind(
    "FLOW-018",
    Text("“{label_zh}”要填其中一项:{fields_zh}", "“{label_en}” needs one of these: {fields_en}"),
    Text("填一项即可", "One of them is enough"),
)
