"""The kinds of problems that a rule's design or a run of it can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

NO_SUCH_NAME = ProblemKind(
    "RULE-001",
    Text("规则提到了不存在的“{key}”", "The rule names “{key}”, which does not exist"),
    Text("已有的:{known}", "There are: {known}"),
)
NOT_BEFORE = ProblemKind(
    "RULE-002",
    Text("动作“{action}”不能用在保存之前", "The action “{action}” cannot stand in a rule that looks before saving"),
    Text("保存前的规则只能 set 或 refuse", "Before-rules only set or refuse"),
)
NOT_AFTER = ProblemKind(
    "RULE-003",
    Text("动作“{action}”只能用在保存之前", "The action “{action}” can only stand in a rule that looks before saving"),
    Text("请把规则的事件改成 before", "Make the rule's event a before"),
)
MIXED_EVENTS = ProblemKind(
    "RULE-004",
    Text("一条规则不能既在保存前又在保存后", "One rule cannot look both before and after saving"),
    Text("请拆成两条规则", "Split it into two rules"),
)
NO_MOMENT = ProblemKind(
    "RULE-005",
    Text("这里应是日期或时间", "This is to be a date or a moment"),
    Text("例如 today() + 3", "For example today() + 3"),
)
NOWHERE_TO_KEEP = ProblemKind(
    "RULE-006",
    Text("待办动作“{key}”要填字段,却不触发流转", "The task action “{key}” asks for fields and fires no transition"),
    Text("请写明 transition,或去掉 fields", "Name a transition, or leave the fields out"),
)
BAD_CRON = ProblemKind(
    "RULE-007",
    Text("“{cron}”不是能到来的时间表", "“{cron}” is no schedule that ever comes"),
    Text(
        "五段:分 时 日 月 星期,例如每小时 0 * * * *", "Five fields: minute hour day month weekday; hourly is 0 * * * *"
    ),
)
DEADLINE_READS = ProblemKind(
    "RULE-008",
    Text(
        "到期时间只能由记录自己的字段和参数算出,不能读“{what}”",
        "A deadline is made of the record's own fields and of parameters; it cannot read “{what}”",
    ),
    Text("把需要的值先记到本记录的字段里", "Keep the value in a field of the record first"),
)
TWO_DEADLINES = ProblemKind(
    "RULE-009",
    Text("一条规则只能有一个到期时间", "A rule has one deadline"),
    Text("请拆成两条规则", "Split it into two rules"),
)
NO_OPTIONS = ProblemKind(
    "RULE-015",
    Text("按选项写条件只用于多选字段", "Conditions by option are for fields of several choices"),
    Text("请写一个表达式", "Write one expression"),
)
NO_WAY_OUT = ProblemKind(
    "RULE-016",
    Text("表单“{form}”的记录冻结后没有办法解除", "Nothing lets go of a record of “{form}” once it is held"),
    Text(
        "给它的流程加一个由人触发、写明 releases 的流转,或写一条 release 的规则",
        "Give its workflow a transition that people fire and that releases, or a rule that releases",
    ),
)
REFUSED = ProblemKind(
    "RULE-010",
    Text("{message_zh}", "{message_en}"),
    Text("规则“{rule_zh}”不允许", "The rule “{rule_en}” does not allow it"),
)
TOO_DEEP = ProblemKind(
    "RULE-011",
    Text("规则“{rule}”连锁太深", "The rule “{rule}” sets off too long a chain"),
    Text("最多{limit}层;请检查互相触发的规则", "At most {limit} levels; look for rules that set each other off"),
)
TOO_MANY_WRITES = ProblemKind(
    "RULE-012",
    Text("规则“{rule}”要写的记录太多", "The rule “{rule}” would write too many records"),
    Text("一次最多{limit}条", "At most {limit} at once"),
)
TOO_MANY_ROUNDS = ProblemKind(
    "RULE-013",
    Text("规则“{rule}”反复改变自己的条件", "The rule “{rule}” keeps changing what it depends on"),
    Text("请让它的结果不再触发自己", "Make its result no longer meet its own condition"),
)
SAME_FACT = ProblemKind(
    "RULE-014",
    Text("规则“{rule}”需要的数据取不到", "The facts that the rule “{rule}” needs cannot be had"),
    Text("请检查它的路径和汇总", "Look at its paths and aggregates"),
)
TEXT_UNEXPECTED = ProblemKind(
    "RULE-020",
    Text("这里不能写“{got}”", "“{got}” cannot stand here"),
    Text("这里可以写:{zh}", "What can stand here: {en}"),
)
TEXT_INCOMPLETE = ProblemKind(
    "RULE-021",
    Text("规则没有写完", "The rule is not complete"),
    Text("接下来可以写:{zh}", "What can come next: {en}"),
)
TEXT_NOT_CLOSED = ProblemKind(
    "RULE-022",
    Text("引号没有成对", "A quotation mark is missing"),
    Text("请补上右引号", "Close the text"),
)
UNKNOWN_ESCAPE = ProblemKind(
    "RULE-023",
    Text("不认识的转义“{got}”", "Unknown escape “{got}”"),
    Text(
        '可以写 \\\\n \\\\r \\\\t \\\\" \\\\\\\\ \\\\uXXXX \\\\UXXXXXXXX',
        'There are \\\\n \\\\r \\\\t \\\\" \\\\\\\\ \\\\uXXXX \\\\UXXXXXXXX',
    ),
)
TEXT_TOO_LONG = ProblemKind(
    "RULE-024",
    Text("文本太长:{got}个字符", "The text is too long: {got} characters"),
    Text("最多{limit}个字符;请分成几个文件", "At most {limit}; split it into several files"),
)
TEXT_TOO_DEEP = ProblemKind(
    "RULE-025",
    Text("括号套得太深", "Brackets nest too deep"),
    Text("最多{limit}层", "At most {limit} levels"),
)
UNKNOWN_PART = ProblemKind(
    "RULE-026",
    Text("“{of_zh}”里没有“{got}”这一项", "“{of_en}” has no part “{got}”"),
    Text("可以写:{known_zh}", "It has: {known_en}"),
)
MISSING_PART = ProblemKind(
    "RULE-027",
    Text("“{of_zh}”缺少“{part_zh}”", "“{of_en}” lacks its “{part_en}”"),
    Text("请补上", "Add it"),
)
BAD_PART = ProblemKind(
    "RULE-028",
    Text("这里应写{wanted_zh},而不是“{got}”", "This should be {wanted_en}, not “{got}”"),
    Text("例如 {example}", "For example {example}"),
)
SAID_TWICE = ProblemKind(
    "RULE-029",
    Text("“{part_zh}”写了两次", "“{part_en}” stands twice"),
    Text("只留一个", "Leave one of them"),
)
UNKNOWN_LABEL = ProblemKind(
    "RULE-030",
    Text("没有“{got}”{suggestion_zh}", "There is no “{got}”{suggestion_en}"),
    Text("{hint_zh}", "{hint_en}"),
)
NO_RULE = ProblemKind(
    "RULE-031",
    Text("文本里没有规则", "There is no rule in the text"),
    Text("规则以 rule 或 规则 开头", "A rule begins with rule or 规则"),
)
COMMENT_NOWHERE = ProblemKind(
    "RULE-032",
    Text("注释所在的位置“{place}”不存在", "The comment stands at “{place}”, which does not exist"),
    Text("规则里有:{known}", "The rule has: {known}"),
)
NOT_YET = ProblemKind(
    "RULE-040",
    Text("本安装还不能运行{what_zh}", "This installation cannot run {what_en} yet"),
    Text("请先去掉它;其余部分可以照常发布", "Leave it out for now; the rest can be published"),
)
BAD_VALIDITY = ProblemKind(
    "RULE-041",
    Text("“{got}”不能作为有效期", "“{got}” is no day on which a rule can begin or end to be valid"),
    Text(
        "请写真实的日期,例如 2026-01-31;止日不早于起日",
        "Write a day that there is, such as 2026-01-31; the last is not before the first",
    ),
)
NO_SUCH_ZONE = ProblemKind(
    "RULE-042",
    Text("没有时区“{zone}”", "There is no time zone “{zone}”"),
    Text("例如 Asia/Shanghai", "For example Asia/Shanghai"),
)
ONCE_BEFORE = ProblemKind(
    "RULE-043",
    Text("保存前的规则不能写“只触发一次”", "A rule that looks before saving cannot fire once only"),
    Text("它每次保存都要看;请去掉 once", "It looks at every save; leave once out"),
)
ONCE_WITHOUT_STATES = ProblemKind(
    "RULE-044",
    Text("表单“{form}”没有流程,不能写“每个状态一次”", "“{form}” has no states, so nothing happens once per state"),
    Text("改为每条记录、每天、每周或每月一次", "Make it once per record, day, week or month"),
)
SINCE_WITHOUT_PERCENT = ProblemKind(
    "RULE-045",
    Text("写了起点 since,却没有百分比", "It says since when, and not how many percent"),
    Text("请加上 percent,或去掉 since", "Add percent, or leave since out"),
)
NOT_A_TEXT = ProblemKind(
    "RULE-046",
    Text("“{name}”不是 UTF-8 文本", "“{name}” is no text in UTF-8"),
    Text("请另存为 UTF-8", "Save it as UTF-8"),
)
NO_PUBLISHED_RULE = ProblemKind(
    "RULE-047",
    Text("没有规则“{key}”", "There is no rule “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
RULE_TWICE = ProblemKind(
    "RULE-048",
    Text("“{name}”在一个规则文本里又写了一遍", "“{name}” stands in a text of rules once more"),
    Text("一条规则只写一处", "A rule stands in one place"),
)
FORBIDDEN_CHARACTER = ProblemKind(
    "RULE-049",
    Text("文本里有不能保存的字符 {got}", "The text holds a character that cannot be kept: {got}"),
    Text("请去掉空字符和不完整的字符", "Take out NUL and incomplete characters"),
)
NO_LEDGER = ProblemKind(
    "RULE-050",
    Text("表单“{form}”不是台账", "“{form}” is no ledger"),
    Text("台账有:{known};或在表单里加上 ledger", "The ledgers are: {known}; or give the form a ledger part"),
)
NOT_INTO = ProblemKind(
    "RULE-052",
    Text("“{key}”不能存“{form}”的记录", "“{key}” cannot lead to a record of “{form}”"),
    Text("请写引用这张表单的字段", "Name a field that is a reference to this form"),
)
POSTING_FIELD = ProblemKind(
    "RULE-051",
    Text("“{key}”由记账动作自己填写", "The posting itself fills “{key}”"),
    Text("请从 fields 里去掉它", "Leave it out of the fields"),
)
OTHER_RECORD = ProblemKind(
    "RULE-053",
    Text("操作“{key}”要的是表单“{form}”的记录", "The operation “{key}” is about records of “{form}”"),
    Text("请在那个表单的规则里调用它", "Call it in a rule of that form"),
)
NO_ARGUMENT = ProblemKind(
    "RULE-054",
    Text("没有给参数“{key}”", "The argument “{key}” is not given"),
    Text("在 with 里写上它", "State it under with"),
)
NO_PAUSE = ProblemKind(
    "RULE-055",
    Text("重试的间隔不能按工作日,也不能为零或负", "The pause before another try is some time, not in workdays"),
    Text("请用分钟、小时或天", "Use minutes, hours or days"),
)
NO_WAIT = ProblemKind(
    "RULE-056",
    Text("等待的时间要大于零", "A wait is some time, more than none"),
    Text("例如 3 天、2 小时或 5 个工作日", "For example 3 days, 2 hours or 5 workdays"),
)
NO_DAY_TO_WAIT_FOR = ProblemKind(
    "RULE-065",
    Text("等到的日期是空的,这次运行什么也没做", "The day to wait until is blank: this run has done nothing"),
    Text("在条件里写明它不为空,例如 on is not empty", "Ask in the condition that it is filled, as in: on is not empty"),
)
NO_SEVERAL = ProblemKind(
    "RULE-057",
    Text("“{key}”不是可多选的字段,不能加标签", "“{key}” is no field of several options, so no tag can be added to it"),
    Text("可多选的字段有:{known}", "The fields of several options are: {known}"),
)
RUNS_ITSELF = ProblemKind(
    "RULE-058",
    Text("规则“{key}”最终又运行到它自己:{way}", "The rule “{key}” comes back to itself: {way}"),
    Text("请去掉其中一步 run", "Take one of these steps out"),
)
RUNS_BEFORE = ProblemKind(
    "RULE-059",
    Text("“{key}”是保存前的规则,不能由别的规则来运行", "“{key}” looks before saving, so no other rule can run it"),
    Text("请选保存之后的规则", "Choose a rule that looks afterwards"),
)
CHANGED_WHILE_WAITING = ProblemKind(
    "RULE-060",
    Text(
        "规则在等待期间改了步骤,后面的动作没有接着做", "The rule’s steps changed while it waited, so it did not go on"
    ),
    Text("需要的话,请按新规则手工处理这条记录", "Where it matters, do for this record by hand what the new rule says"),
)
TWO_BUTTONS = ProblemKind(
    "RULE-061",
    Text("表单“{form}”已有按钮“{key}”", "“{form}” has a button “{key}” already"),
    Text("请给每个按钮自己的标识", "Give every button a key of its own"),
)
NO_BUTTON = ProblemKind(
    "RULE-062",
    Text("没有按钮“{key}”", "There is no button “{key}”"),
    Text("可用的按钮:{known}", "The buttons are: {known}"),
)
NOT_NOW = ProblemKind(
    "RULE-063",
    Text("现在不能“{button_zh}”:条件不满足", "“{button_en}” cannot be done now: its condition does not hold"),
    Text("请打开“规则”页看差哪一条", "The page of rules says which part is missing"),
    Nature.CONFLICT,
)
DONE_ALREADY = ProblemKind(
    "RULE-064",
    Text("“{button_zh}”已经做过了", "“{button_en}” has been done already"),
    Text("它在这段时间里只做一次", "It is done only once in this time"),
    Nature.CONFLICT,
)
NO_PLACE = ProblemKind(
    "RULE-095",
    Text("没有说生成的文档存在哪里", "It is not said where the document is kept"),
    Text("写明一个附件字段:{known}", "Name a field of attachments: {known}"),
)
NO_ATTACHMENTS = ProblemKind(
    "RULE-096",
    Text("“{key}”不是附件字段", "“{key}” is no field of attachments"),
    Text("可用的:{known}", "There are: {known}"),
)
NOTHING_OUTSIDE = ProblemKind(
    "RULE-090",
    Text("没有站外的通知方式,“{part}”不起作用", "“{part}” does nothing where nobody is told outside of the platform"),
    Text(
        "站内消息总是马上到;请加上 mail、wecom、dingtalk 或 feishu",
        "Add mail, wecom, dingtalk or feishu: inside, people are told at once",
    ),
)
NO_QUIET = ProblemKind(
    "RULE-091",
    Text("免打扰从 {time} 到 {time},没有长度", "Quiet hours from {time} to {time} have no length"),
    Text("请写不同的起止时间,例如 22:00 到 08:00", "Write two times of day, such as 22:00 to 08:00"),
)
NO_AMOUNT = ProblemKind(
    "RULE-092",
    Text("金额应是数字", "An amount is a number"),
    Text("例如 overdue_amount,或 amount - paid", "For example overdue_amount, or amount - paid"),
)
NOT_BOTH = ProblemKind(
    "RULE-093",
    Text("紧急的通知不能又攒成汇总", "What is urgent is not gathered into a digest"),
    Text("去掉“紧急”或“汇总”", "Leave out urgent, or the digest"),
)
