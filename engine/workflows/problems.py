"""The kinds of problems that a state machine's design or a transition can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

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
NOT_BY_SYSTEM = ProblemKind(
    "FLOW-030",
    Text(
        "审批结果触发的流转“{key}”必须由系统执行", "The transition “{key}” that an approval fires must be the system's"
    ),
    Text("请把它的 by 写成 system,并且不解除冻结", "Write system as its by; it does not release a hold"),
)
NOT_FROM_THERE = ProblemKind(
    "FLOW-031",
    Text(
        "流转“{key}”不能从审批所在的状态“{state}”开始", "“{key}” does not start from “{state}”, where the approval is"
    ),
    Text("请把这个状态加进它的 from", "Add this state to its from"),
)
NO_END = ProblemKind(
    "FLOW-032",
    Text(
        "审批“{label_zh}”没有写明{outcome}之后怎么走", "The approval “{label_en}” does not say what follows {outcome}"
    ),
    Text("请在 ends 里为它写一个系统流转", "Name a transition of the system for it under ends"),
)
NOT_TOGETHER = ProblemKind(
    "FLOW-062",
    Text(
        "状态“{state}”里的几个审批一起通过,却各走各的流转",
        "The approvals of the state “{state}” are approved together, but lead to different transitions",
    ),
    Text("请把它们的 approved 都写成“{key}”", "Name “{key}” as approved for all of them"),
)
NO_CHAIN = ProblemKind(
    "FLOW-034",
    Text("levels 和 up_to 只对逐级上级有意义", "levels and up_to go with a chain of superiors alone"),
    Text("请在 who 里写 manager_chain,或删去它们", "Name a manager_chain in who, or leave them out"),
)
NO_SCALE = ProblemKind(
    "FLOW-035",
    Text("打分范围{least}到{most}是空的", "Scores from {least} to {most}: there are none"),
    Text("most 要大于 least", "most must be greater than least"),
)
NO_NUMBER = ProblemKind(
    "FLOW-036",
    Text("打分结果要写进的“{key}”不是数字字段", "“{key}”, where the score goes, is no number field"),
    Text("请写该表单的一个数字字段", "Name a number field of this form"),
)
LEADS_TO_RETIRED = ProblemKind(
    "FLOW-037",
    Text("状态“{key}”已停用,不能再进入", "The state “{key}” is retired: nothing leads to it"),
    Text("请换一个状态,或去掉它的 retired", "Use another state, or take retired away from it"),
)
NOT_A_PLACE = ProblemKind(
    "FLOW-038",
    Text("不能把记录移到“{key}”", "Records cannot be moved to “{key}”"),
    Text("可以移到:{known}", "They can be moved to: {known}"),
)
NO_MOMENT = ProblemKind(
    "FLOW-039",
    Text("时限要算出日期或时刻", "A deadline is a date or a moment"),
    Text("例如 state_since + hours(48),或 add_workdays(today(), 3)", "For example state_since + hours(48)"),
)
NO_SUCH_RECORDS = ProblemKind(
    "FLOW-060",
    Text("没有关系“{key}”,不能要求每期记录", "There are no related records “{key}” to ask for in every period"),
    Text("本表单的关系:{known}", "The relations of this form are: {known}"),
)
NO_DAY = ProblemKind(
    "FLOW-061",
    Text("“{key}”不是相关记录的日期或时刻", "“{key}” is no date or moment of the related records"),
    Text(
        "请写它们的一个日期字段,或去掉 dated,按创建时间算",
        "Name a date of theirs, or leave it out: the day they were made",
    ),
)
NOT_ASKED = ProblemKind(
    "FLOW-040",
    Text("这一步现在不等您决定", "This step does not wait for your decision"),
    Text("正在等:{who}", "It waits for {who}"),
)
APPROVAL_OVER = ProblemKind(
    "FLOW-041",
    Text("这个审批已经结束", "This approval is over"),
    Text("请刷新后看结果", "Reload to see what it came to"),
    Nature.CONFLICT,
)
OWN_RECORD = ProblemKind(
    "FLOW-042",
    Text("不能审批自己的单据", "Nobody approves what is their own"),
    Text("请由其他人审批", "Somebody else has to decide"),
)
SAY_WHY = ProblemKind(
    "FLOW-043",
    Text("请写明理由", "Say why"),
    Text("驳回、退回和评论都要写文字", "A rejection, a return and a comment need words"),
)
BAD_SCORE = ProblemKind(
    "FLOW-044",
    Text("请打分:{least}到{most}的整数", "Give a score: a whole number from {least} to {most}"),
    Text("同意时要一并打分", "Whoever approves gives a score"),
)
NO_SUCH_STEP = ProblemKind(
    "FLOW-045",
    Text("不能退回到“{key}”", "It cannot go back to “{key}”"),
    Text("可以退回到:{known}", "It can go back to: {known}"),
)
NOT_TO_THEM = ProblemKind(
    "FLOW-046",
    Text("不能交给这个人", "It cannot go to this person"),
    Text(
        "请选一位在职、不是申请人、也不在这一步里的人",
        "Choose somebody active, not the applicant, and not at this step already",
    ),
)
NOT_YOURS_TO_TAKE_BACK = ProblemKind(
    "FLOW-047",
    Text("现在不能撤回", "It cannot be withdrawn now"),
    Text("只有申请人可以撤回,并且要这个审批允许", "Only the applicant withdraws, where this approval allows it"),
)
URGED_ALREADY = ProblemKind(
    "FLOW-048",
    Text("刚催过了", "They have just been urged"),
    Text("一小时后可以再催", "Urge them again in an hour"),
)
NOBODY_TO_ASK = ProblemKind(
    "FLOW-049",
    Text("“{label_zh}”没有人可以审批", "Nobody can decide “{label_en}”"),
    Text("请管理员给相应的角色加人", "An administrator has to give somebody the role"),
)
NOT_FILLED_HERE = ProblemKind(
    "FLOW-050",
    Text("这一步不填“{key}”", "“{key}” is not filled at this step"),
    Text("这一步要填:{known}", "This step fills: {known}"),
)
TOO_MANY_TO_ASK = ProblemKind(
    "FLOW-051",
    Text("“{label_zh}”要问{got}个人,最多{most}个", "“{label_en}” asks {got} people; {most} at most"),
    Text("请换一个人少一些的角色", "Name a role that fewer people have"),
)
GOES_ROUND = ProblemKind(
    "FLOW-053",
    Text("审批“{label_zh}”自己绕圈:没有一步要人决定", "The approval “{label_en}” goes round: no step asks anybody"),
    Text("请检查互相进入的状态,至少让一步的条件成立", "Let a step of the states that lead to each other ask somebody"),
)
BAD_WORDS = ProblemKind(
    "FLOW-055",
    Text("文字里有无法保存的字符", "The words hold characters that cannot be kept"),
    Text("请去掉控制字符,重新输入", "Leave control characters out and write it again"),
)
NO_SCORE_HERE = ProblemKind(
    "FLOW-054",
    Text("这里不打分", "No score is given here"),
    Text("请去掉 score", "Leave the score out"),
)
TOO_MANY_WORDS = ProblemKind(
    "FLOW-052",
    Text("文字太长,最多{most}个字", "Too long: at most {most} characters"),
    Text("请写短一些", "Say it in fewer words"),
)
