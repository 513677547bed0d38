"""The kinds of problems that decision tables can have, and what their analysis finds."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

WRONG_COLUMN = ProblemKind(
    "TABLE-001",
    Text("“{key}”这一列不能是{got_zh}", "The column “{key}” cannot be {got_en}"),
    Text(
        "可用:文本、数字、是非值、日期、时刻、选项",
        "A column is a text, a number, true or false, a date, a date with time or a choice",
    ),
)
NO_SUCH_COLUMN = ProblemKind(
    "TABLE-002",
    Text("决策表没有“{key}”这一列", "The table has no column “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
WRONG_POLICY = ProblemKind(
    "TABLE-003",
    Text(
        "命中方式“{policy}”不能用于“{key}”({got_zh})",
        "The hit policy “{policy}” does not suit “{key}”, which is {got_en}",
    ),
    Text(
        "sum 用于数字;max 的第一个输出是数字;collect 用于选项或文本",
        "sum is for numbers; the first output of max is a number; collect is for choices or texts",
    ),
)
NO_DAY = ProblemKind(
    "TABLE-004",
    Text(
        "“{key}”不是日期输入,不能决定哪些行有效", "“{key}” is no input with a day: it cannot tell which rows are valid"
    ),
    Text("请写一个日期或时刻输入的键,或去掉 valid_on", "Name an input that is a date, or leave valid_on out"),
)
BAD_PERIOD = ProblemKind(
    "TABLE-005",
    Text("有效期不对:{begin} 到 {until}", "This is no period: {begin} to {until}"),
    Text("写成 年-月-日,开始不晚于结束", "Write year-month-day, with a start no later than the end"),
)
READS_BEYOND = ProblemKind(
    "TABLE-006",
    Text("决策表的格子里不能用“{what}”", "A cell of a decision table cannot use “{what}”"),
    Text(
        "格子里只有本表的输入、参数和日期函数;其他的请作为输入传进来",
        "A cell knows the inputs, the parameters and days; pass anything else as an input",
    ),
)
STRAY_LIMIT = ProblemKind(
    "TABLE-007",
    Text("limit 和 separator 只用于 collect", "limit and separator are for collect alone"),
    Text("请去掉,或把命中方式改成 collect", "Leave them out, or make the hit policy collect"),
)
OVERLAP = ProblemKind(
    "TABLE-010",
    Text("第{first}行和第{second}行同时命中:{example_zh}", "The rows {first} and {second} both hit: {example_en}"),
    Text("unique 表每次只能命中一行;请收窄其中一行", "In a unique table one row hits; narrow one of these"),
)
GAP = ProblemKind(
    "TABLE-011",
    Text("没有任何一行命中:{example_zh}", "No row hits: {example_en}"),
    Text("请补一行,或在最后加一行“其他”", "Add a row for it, or a last row for everything else"),
)
BLANK_GAP = ProblemKind(
    "TABLE-012",
    Text("“{label_zh}”为空时没有任何一行命中:{example_zh}", "No row hits where “{label_en}” is blank: {example_en}"),
    Text("需要时补一行,条件写“为空”", "Where that matters, add a row whose cell is “is empty”"),
)
UNREACHABLE = ProblemKind(
    "TABLE-013",
    Text("第{row}行永远轮不到:前面的行已经全部命中", "The row {row} is never reached: earlier rows hit all of it"),
    Text("请删掉它,或移到前面", "Take it out, or move it up"),
)
NEVER_HITS = ProblemKind(
    "TABLE-014",
    Text("第{row}行永远不会命中:条件互相矛盾", "The row {row} never hits: its conditions exclude each other"),
    Text("请改条件或有效期", "Change its conditions or its period"),
)
NOT_ANALYSED = ProblemKind(
    "TABLE-015",
    Text("第{row}行“{label_zh}”没有分析:{cell}", "The row {row}, “{label_en}”, was not analysed: {cell}"),
    Text(
        "只分析一列与常量的比较;含参数、函数或多列的条件请自己检查",
        "Comparisons of one column with constants are analysed; look yourself where parameters, functions or several "
        "columns stand",
    ),
)
NOT_FINISHED = ProblemKind(
    "TABLE-016",
    Text("分析在{limit}步后停止,没有查完", "The analysis stopped after {limit} steps, unfinished"),
    Text("请把表拆小", "Split the table"),
)
NO_SUCH_TABLE = ProblemKind(
    "TABLE-020",
    Text("应用“{app}”没有决策表“{key}”", "The app “{app}” has no decision table “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
    nature=Nature.ABSENT,
)
BAD_INPUT = ProblemKind(
    "TABLE-021",
    Text("“{key}”的值读不懂:{got}", "The value of “{key}” cannot be read: {got}"),
    Text("它是{wanted_zh};数字写成文本,日期写成 年-月-日", "It is {wanted_en}; numbers are texts, days year-month-day"),
)
