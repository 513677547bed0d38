"""The kinds of problems that a filled form can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

UNKNOWN_KEY = ProblemKind(
    "FORM-001",
    Text("没有字段“{key}”", "There is no field “{key}”"),
    Text("请去掉它,或改用该表单里的字段键{suggestion}", "Leave it out, or use a key of this form{suggestion}"),
)
REQUIRED = ProblemKind(
    "FORM-002",
    Text("请填写“{label}”", "“{label}” is required"),
    Text("这一项还空着", "This field is still blank"),
)
WRONG_TYPE = ProblemKind(
    "FORM-003",
    Text("“{label}”应为{wanted_zh}", "“{label}” takes {wanted_en}"),
    Text("收到的是:{got}", "What came was: {got}"),
)
UNKNOWN_OPTION = ProblemKind(
    "FORM-004",
    Text("“{label}”没有选项“{got}”", "“{label}” has no option “{got}”"),
    Text("可选:{options_zh}", "Options: {options_en}"),
)
TOO_LONG = ProblemKind(
    "FORM-005",
    Text("“{label}”最多{limit}个字", "“{label}” holds at most {limit} characters"),
    Text("现在有{got}个字", "It has {got} now"),
)
OUT_OF_RANGE = ProblemKind(
    "FORM-006",
    Text("“{label}”应在{low}到{high}之间", "“{label}” must be between {low} and {high}"),
    Text("收到的是:{got}", "What came was: {got}"),
)
TOO_PRECISE = ProblemKind(
    "FORM-007",
    Text("“{label}”最多{scale}位小数、{digits}位数字", "“{label}” takes at most {scale} decimals and {digits} digits"),
    Text("收到的是:{got}", "What came was: {got}"),
)
BAD_TEXT = ProblemKind(
    "FORM-008",
    Text("“{label}”里有不能保存的字符", "“{label}” holds a character that cannot be kept"),
    Text("请去掉空字符和不完整的字符", "Take out NUL and incomplete characters"),
)
BAD_FORMAT = ProblemKind(
    "FORM-009",
    Text("“{label}”不是有效的{wanted_zh}", "“{label}” is not a valid {wanted_en}"),
    Text("例如:{example}", "For example: {example}"),
)
SYSTEM_FIELD = ProblemKind(
    "FORM-010",
    Text("“{label}”由系统填写", "“{label}” is filled by the system"),
    Text("请去掉这一项", "Leave it out"),
)
READ_ONLY = ProblemKind(
    "FORM-011",
    Text("“{label}”现在不能修改", "“{label}” cannot be changed now"),
    Text("请去掉这一项", "Leave it out"),
)
HIDDEN = ProblemKind(
    "FORM-012",
    Text("“{label}”在当前情况下不填", "“{label}” does not apply here"),
    Text("请去掉它,或先改它所依赖的选择", "Leave it out, or change the choice that it depends on"),
)
INVALID = ProblemKind(
    "FORM-013",
    Text("{message_zh}", "{message_en}"),
    Text("请改正“{label}”", "Correct “{label}”"),
)
NOT_UNIQUE = ProblemKind(
    "FORM-014",
    Text("“{label}”已被另一条记录使用", "“{label}” is already used by another record"),
    Text("请改一个值,或打开已有的那条", "Give another value, or open the one that exists"),
)
NO_RECORD = ProblemKind(
    "FORM-015",
    Text("“{label}”所选的记录不存在", "The record chosen for “{label}” does not exist"),
    Text("请重新选择", "Choose another one"),
)
NO_PERSON = ProblemKind(
    "FORM-016",
    Text("“{label}”所选的人不存在或已停用", "The person chosen for “{label}” does not exist or is not active"),
    Text("请重新选择", "Choose somebody else"),
)
NOT_AN_OBJECT = ProblemKind(
    "FORM-017",
    Text("这里应是字段的对象", "An object of fields is expected here"),
    Text('例如 {"name": "值"}', 'For example {"name": "value"}'),
)
DUPLICATE_LINE = ProblemKind(
    "FORM-018",
    Text("明细“{label}”里有重复或不属于本记录的行", "“{label}” has a line twice, or a line of another record"),
    Text("每行的 id 只能出现一次;新行不带 id", "Each line id may stand once; new lines carry none"),
)
TOO_MANY = ProblemKind(
    "FORM-019",
    Text("“{label}”最多{limit}项", "“{label}” takes at most {limit} entries"),
    Text("现在有{got}项", "There are {got} now"),
)
NO_SUCH_FIELD = ProblemKind(
    "FORM-020",
    Text("没有字段“{key}”", "There is no field “{key}”"),
    Text("请改成该表单里的字段键", "Use the key of a field of this form"),
)
NO_SUCH_FORM = ProblemKind(
    "FORM-021",
    Text("没有表单“{form}”", "There is no form “{form}”"),
    Text("请先建立该表单,或安装提供它的应用", "Make the form first, or install the app that has it"),
)
COMPUTED_CIRCLE = ProblemKind(
    "FORM-022",
    Text("计算字段互相依赖:{circle}", "Computed fields depend on each other: {circle}"),
    Text("请断开其中一环", "Break the circle at one place"),
)
READS_CLOCK = ProblemKind(
    "FORM-023",
    Text("“何时显示”不能依赖当前时间", "“Visible when” may not read the clock"),
    Text(
        "否则字段会在没人修改时消失;请改用校验或规则",
        "A field would vanish with nobody touching it; use a validation or a rule",
    ),
)
BAD_LEDGER_FIELD = ProblemKind(
    "FORM-024",
    Text("台账的“{part}”不能用字段“{key}”", "“{key}” cannot be the {part} of a ledger"),
    Text("它应是{wanted_zh}", "It should be {wanted_en}"),
)
BOOKED = ProblemKind(
    "FORM-025",
    Text("“{form_zh}”里记下的不能修改或删除", "What is booked in “{form_en}” can be neither changed nor deleted"),
    Text("请另记一笔冲销它", "Book its reversal instead"),
    Nature.CONFLICT,
)
NO_DEFAULT_LINE = ProblemKind(
    "FORM-027",
    Text("“{key}”要填,但没有默认值,补不出一行", "“{key}” is required and has no default: no line can stand in"),
    Text("给它一个默认值,或去掉 default_line", "Give it a default, or take default_line away"),
)
NOT_FITTING = ProblemKind(
    "FORM-028",
    Text("“{theirs}”与“{own}”不能比较", "“{theirs}” and “{own}” cannot be compared"),
    Text(
        "两边都要是指向同一个表单的引用字段;明细里写 parent.字段",
        "Both must be references to records of one form; within lines write parent.field",
    ),
)
OVERDRAWN = ProblemKind(
    "FORM-026",
    Text("余额不足:现有{balance},还要{needed}", "There is not enough: {balance} left, {needed} needed"),
    Text("请减少数量,或等余额够了再来", "Take less, or come back when there is more"),
)
BAD_NUMBER_PATTERN = ProblemKind(
    "FORM-029",
    Text("编号样式“{pattern}”{why_zh}", "The pattern “{pattern}” {why_en}"),
    Text("例如 YS{{yyyymmdd}}-{{nnnn}} 或 KH{{000000}}", "For example YS{{yyyymmdd}}-{{nnnn}} or KH{{000000}}"),
)
NUMBER_IS_GIVEN = ProblemKind(
    "FORM-030",
    Text(
        "编号字段“{key}”由系统给号,不能有默认值、公式或校验",
        "The system gives “{key}” its number: it has no default, formula or check",
    ),
    Text("请去掉这些,样式写在 pattern 里", "Leave these out; its pattern says what it looks like"),
)
READS_NUMBER = ProblemKind(
    "FORM-031",
    Text(
        "这里读了编号“{key}”,但新单据保存时编号还没有给出",
        "“{key}” is read here, but a new record has no number yet while it is saved",
    ),
    Text(
        "请在保存之后的规则里读它,或改用别的字段",
        "Read it in a rule that runs after the record is saved, or read another field",
    ),
)
