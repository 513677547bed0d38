"""The kinds of problems that an expression or template can have; codes never change their meaning."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

TOO_LONG = ProblemKind(
    "LANG-001",
    Text("表达式最多{limit}个字符,现在有{got}个", "An expression has at most {limit} characters; this one has {got}"),
    Text("请拆成几个计算字段", "Split it into several computed fields"),
)
NOTHING = ProblemKind(
    "LANG-002",
    Text("表达式是空的", "The expression is empty"),
    Text("请写一个条件或公式,例如 金额 > 0", "Write a condition or formula, for example amount > 0"),
)
STRANGE_CHARACTER = ProblemKind(
    "LANG-003",
    Text("不认识的字符“{got}”", "Unknown character “{got}”"),
    Text("{hint_zh}", "{hint_en}"),
)
UNCLOSED_TEXT = ProblemKind(
    "LANG-004",
    Text("文本没有结束引号", "The text has no closing quote"),
    Text(
        '请补上与开头相同的引号;文本里的引号写成 \\"',
        'Close it with the quote it began with; write a quote inside as \\"',
    ),
)
BAD_ESCAPE = ProblemKind(
    "LANG-005",
    Text("文本里的“{got}”不是有效的转义", "“{got}” is not a valid escape in a text"),
    Text(
        "可用:\\\" \\' \\\\ \\n \\uXXXX \\UXXXXXXXX;反斜杠本身写成 \\\\",
        "These are: \\\" \\' \\\\ \\n \\uXXXX \\UXXXXXXXX; write a backslash as \\\\",
    ),
)
FORBIDDEN_CHARACTER = ProblemKind(
    "LANG-006",
    Text("文本里有不能保存的字符 {got}", "The text holds a character that cannot be kept: {got}"),
    Text("请去掉空字符和不完整的字符", "Take out NUL and incomplete characters"),
)
NO_SUCH_DATE = ProblemKind(
    "LANG-007",
    Text("没有“{got}”这一天", "There is no day “{got}”"),
    Text("日期写成 年-月-日,例如 2026-01-31", "Write year-month-day, for example 2026-01-31"),
)
UNEXPECTED = ProblemKind(
    "LANG-008",
    Text("这里不应出现“{got}”", "“{got}” does not belong here"),
    Text("{hint_zh}", "{hint_en}"),
)
INCOMPLETE = ProblemKind(
    "LANG-009",
    Text("表达式没有写完", "The expression is not finished"),
    Text("{hint_zh}", "{hint_en}"),
)
CHAINED_COMPARISON = ProblemKind(
    "LANG-010",
    Text("比较不能连着写", "Comparisons cannot be chained"),
    Text("请写成两个条件,例如 1 < a 且 a < 9", "Write two conditions, for example 1 < a and a < 9"),
)
TOO_MANY_PARTS = ProblemKind(
    "LANG-011",
    Text("表达式最多{limit}个部分,现在有{got}个", "An expression has at most {limit} parts; this one has {got}"),
    Text("请拆成几个计算字段", "Split it into several computed fields"),
)
TOO_DEEP = ProblemKind(
    "LANG-012",
    Text("表达式最多套{limit}层,现在有{got}层", "An expression nests at most {limit} deep; this one nests {got}"),
    Text("请拆成几个计算字段", "Split it into several computed fields"),
)
LIST_TOO_LONG = ProblemKind(
    "LANG-013",
    Text("列表最多{limit}项,现在有{got}项", "A list has at most {limit} items; this one has {got}"),
    Text("请改用选项或关联字段来归类", "Sort the values by a choice or reference field instead"),
)
TOO_MANY_AGGREGATES = ProblemKind(
    "LANG-014",
    Text(
        "一个表达式最多{limit}个汇总,现在有{got}个", "An expression has at most {limit} aggregates; this one has {got}"
    ),
    Text("请把其中几个放到计算字段里", "Put some of them into computed fields"),
)
TOO_MANY_HOPS = ProblemKind(
    "LANG-015",
    Text("路径最多经过{limit}个关联", "A path follows at most {limit} references"),
    Text("请在中间的表单上放一个计算字段", "Put a computed field on a form in between"),
)
NUMBER_TOO_LONG = ProblemKind(
    "LANG-016",
    Text("这里的数字可能超过{limit}位", "The number here could have more than {limit} digits"),
    Text("请减少相乘的次数,或先四舍五入 round(…)", "Multiply fewer numbers, or round(…) in between"),
)
UNKNOWN_NAME = ProblemKind(
    "LANG-020",
    Text("没有字段“{name}”{suggestion_zh}", "There is no field “{name}”{suggestion_en}"),
    Text("{hint_zh}", "{hint_en}"),
)
UNKNOWN_FUNCTION = ProblemKind(
    "LANG-021",
    Text("没有函数“{name}”{suggestion_zh}", "There is no function “{name}”{suggestion_en}"),
    Text("函数的清单在参考手册里", "The reference lists the functions"),
)
UNKNOWN_PARAMETER = ProblemKind(
    "LANG-022",
    Text("没有参数“{name}”{suggestion_zh}", "There is no parameter “{name}”{suggestion_en}"),
    Text("参数在应用的参数页上定义", "Parameters are defined on the app's page of parameters"),
)
UNKNOWN_OPTION = ProblemKind(
    "LANG-023",
    Text("没有选项“{name}”{suggestion_zh}", "There is no option “{name}”{suggestion_en}"),
    Text("可选:{options_zh}", "Options: {options_en}"),
)
AMBIGUOUS_NAME = ProblemKind(
    "LANG-024",
    Text("有几个字段都叫“{name}”", "Several fields are called “{name}”"),
    Text("请改用字段键:{keys}", "Use the key of the one you mean: {keys}"),
)
NOT_A_REFERENCE = ProblemKind(
    "LANG-025",
    Text("“{name}”不是关联字段,后面不能接“.{next}”", "“{name}” is not a reference, so “.{next}” cannot follow"),
    Text("只有单个关联字段后面能接字段", "Only a reference to one record can be followed"),
)
UNKNOWN_RELATION = ProblemKind(
    "LANG-026",
    Text("没有相关记录“{name}”{suggestion_zh}", "There are no related records “{name}”{suggestion_en}"),
    Text("汇总要从相关记录或明细出发", "An aggregate goes over related records or lines"),
)
NO_OLD = ProblemKind(
    "LANG-027",
    Text("这里没有修改前的记录", "There is no record before the change here"),
    Text(
        "原值和 changed() 只能用在只看记录修改的规则里;按时间表、期限、待办等触发的请另写一条规则",
        "old.… and changed() are for rules that look at changes of the record alone; what looks on a schedule, a "
        "deadline or a task is another rule",
    ),
)
OLD_PATH = ProblemKind(
    "LANG-120",
    Text(
        "“{name}”后面不能接“.{next}”:修改前的值只有本记录自己的",
        "“.{next}” cannot follow “{name}”: what was before is known of the record alone",
    ),
    Text(
        "可以比较关联本身:{name} = …;相关记录只有现在的值",
        "Compare the reference itself: {name} = …; related records are known as they are now",
    ),
)
RELATION_AS_VALUE = ProblemKind(
    "LANG-028",
    Text("“{name}”是一组相关记录,不是一个值", "“{name}” are related records, not one value"),
    Text("请汇总它,例如 count({name})", "Aggregate them, for example count({name})"),
)
UNKNOWN_AFTER = ProblemKind(
    "LANG-029",
    Text("“{name}”后面要写字段", "A field must follow “{name}”"),
    Text("例如 {example}", "For example {example}"),
)
WRONG_OPERAND = ProblemKind(
    "LANG-030",
    Text("“{operator}”需要{wanted_zh},这里是{got_zh}", "“{operator}” takes {wanted_en}, but this is {got_en}"),
    Text("{hint_zh}", "{hint_en}"),
)
DIFFERENT_TYPES = ProblemKind(
    "LANG-031",
    Text("{left_zh}不能和{right_zh}比较", "One cannot compare {left_en} with {right_en}"),
    Text("{hint_zh}", "{hint_en}"),
)
NO_ORDER = ProblemKind(
    "LANG-032",
    Text("{got_zh}没有大小之分", "“{operator}” cannot order {got_en}"),
    Text("只有数字、日期和时刻能比大小;其他的用 = 或 in", "Only numbers, dates and moments have an order; use = or in"),
)
ORDER_WITH_BLANK = ProblemKind(
    "LANG-033",
    Text("和空值比大小永远不成立", "“{operator}” with a blank is never true"),
    Text("请用“为空”或“不为空”", "Use “is empty” or “is not empty”"),
)
BRANCHES_DIFFER = ProblemKind(
    "LANG-034",
    Text(
        "“{function}”的几个结果类型不同:{left_zh}和{right_zh}",
        "The results of “{function}” differ: {left_en} and {right_en}",
    ),
    Text("请让它们是同一种类型;空值可以和任何类型并列", "Give them one type; empty fits any"),
)
ARGUMENT_COUNT = ProblemKind(
    "LANG-035",
    Text("“{function}”写法:{usage};现在有{got}个参数", "“{function}” is written {usage}; here it has {got} arguments"),
    Text("请增减参数", "Add or take away arguments"),
)
WRONG_ARGUMENT = ProblemKind(
    "LANG-036",
    Text(
        "“{function}”的“{parameter}”需要{wanted_zh},这里是{got_zh}",
        "“{parameter}” of “{function}” takes {wanted_en}, but this is {got_en}",
    ),
    Text("{hint_zh}", "{hint_en}"),
)
NOT_CONSTANT = ProblemKind(
    "LANG-037",
    Text(
        "“{function}”的“{parameter}”要直接写成{low}到{high}的整数",
        "“{parameter}” of “{function}” must be written as a whole number from {low} to {high}",
    ),
    Text("例如 round(金额, 2)", "For example round(amount, 2)"),
)
BAD_LIST_ITEM = ProblemKind(
    "LANG-038",
    Text(
        "列表里只能写数字、文本、日期这样的常量,不能有空值",
        "A list holds constants such as numbers, texts and dates, and no blanks",
    ),
    Text("空值请另写:… 或 {example} 为空", "Test for a blank apart: … or {example} is empty"),
)
STRAY_LIST = ProblemKind(
    "LANG-039",
    Text("列表只能写在“in(属于)”后面", "A list can stand after “in” alone"),
    Text('例如 阶段 属于 ["谈判", "成交"]', 'For example stage in ["negotiation", "won"]'),
)
WRONG_RESULT = ProblemKind(
    "LANG-040",
    Text("这里需要{wanted_zh},表达式给出的是{got_zh}", "{wanted_en} is needed here, but the expression gives {got_en}"),
    Text("请改成给出{wanted_zh}的表达式", "Change the expression so that it gives {wanted_en}"),
)
NOT_WHOLE = ProblemKind(
    "LANG-041",
    Text("这里需要整数,而这个数有{scale}位小数", "A whole number is needed here, but this one has {scale} decimals"),
    Text("请先取整,例如 round(…, 0)", "Make it whole first, for example round(…, 0)"),
)
STRAY_WHERE = ProblemKind(
    "LANG-042",
    Text("“where(其中)”只能用在汇总里", "“where” belongs into an aggregate"),
    Text('例如 count(拜访 其中 结果 = "有效")', 'For example count(visits where outcome = "valid")'),
)
AGGREGATE_NEEDS_FIELD = ProblemKind(
    "LANG-043",
    Text("“{function}”要写明汇总哪个字段", "“{function}” must name the field to aggregate"),
    Text("例如 {function}({relation}.字段)", "For example {function}({relation}.field)"),
)
NESTED_AGGREGATE = ProblemKind(
    "LANG-044",
    Text("汇总里面不能再汇总", "An aggregate cannot stand inside another"),
    Text("请在相关表单上放一个计算字段", "Put a computed field on the related form"),
)
NO_PATTERN = ProblemKind(
    "LANG-070",
    Text(
        "“{function}”的样式要直接写成文本,1到{limit}个字",
        "The pattern of “{function}” must be written as a text of 1 to {limit} characters",
    ),
    Text('例如 matches(编号, "AB*")', 'For example matches(number, "AB*")'),
)
UNSEEN_CHARACTER = ProblemKind(
    "LANG-071",
    Text("这里有看不见的字符 {got}", "There is a character that cannot be seen: {got}"),
    Text(
        "请删掉它;这种字符常是从网页或文档里一起复制来的",
        "Delete it; such characters often come along when one copies from pages or documents",
    ),
)
TURNING_CHARACTER = ProblemKind(
    "LANG-072",
    Text(
        "引号里有改变书写方向的字符 {got}",
        "There is a character in quotes that turns the direction of writing: {got}",
    ),
    Text("请删掉它;文本里确实要用就写成 {escape}", "Delete it; if a text needs it, write {escape}"),
)
UNCLOSED_PLACE = ProblemKind(
    "LANG-050",
    Text("“{open}”没有对应的“{close}”", "“{open}” has no “{close}”"),
    Text("请补上“{close}”", "Close it with “{close}”"),
)
UNKNOWN_BLOCK = ProblemKind(
    "LANG-051",
    Text("模板里没有“{sign}”这种写法", "A template has no block “{sign}”"),
    Text(
        "可以写 {{% if 条件 %}} … {{% else %}} … {{% end %}} 和 {{% each 明细 where 条件 %}} … {{% end %}}",
        "There are {{% if condition %}} … {{% else %}} … {{% end %}} and {{% each lines where condition %}} … "
        "{{% end %}}",
    ),
)
STRAY_BLOCK = ProblemKind(
    "LANG-052",
    Text("“{sign}”前面没有 if 或 each", "“{sign}” has no if or each before it"),
    Text("写成 {{% if 条件 %}} … {{% end %}}", "Write {{% if condition %}} … {{% end %}}"),
)
TOO_MANY_OPEN = ProblemKind(
    "LANG-053",
    Text(
        "模板里 if 和 each 最多套{limit}层", "In a template, if and each stand inside one another at most {limit} deep"
    ),
    Text("请用 and、or 把条件合在一起,或放进计算字段", "Join conditions by and, or; or put them into computed fields"),
)
TEMPLATE_TOO_LONG = ProblemKind(
    "LANG-054",
    Text("模板最多{limit}个字符,现在有{got}个", "A template has at most {limit} characters; this one has {got}"),
    Text("请分成几条消息", "Split it into several messages"),
)
ROLE_NOT_WRITTEN = ProblemKind(
    "LANG-080",
    Text("角色要直接写出来", "The role must be written out"),
    Text('例如 role_in(owner, "director")', 'For example role_in(owner, "director")'),
)
UNKNOWN_ROLE = ProblemKind(
    "LANG-081",
    Text("应用没有角色“{name}”{suggestion_zh}", "The app has no role “{name}”{suggestion_en}"),
    Text("本应用的角色:{known}", "The roles of this app: {known}"),
)
AMBIGUOUS_ROLE = ProblemKind(
    "LANG-121",
    Text("有几个角色都叫“{name}”", "Several roles are called “{name}”"),
    Text("请改用角色键:{keys}", "Use the key of the one you mean: {keys}"),
)
UNKNOWN_OF_PERSON = ProblemKind(
    "LANG-082",
    Text("人员没有“{name}”{suggestion_zh}", "A person has no “{name}”{suggestion_en}"),
    Text(
        "可以写 编号 id、姓名 name、部门 department、上级 manager、所辖部门 departments_below",
        "There are id, name, department, manager and departments_below",
    ),
)
TOO_MANY_LEVELS = ProblemKind(
    "LANG-083",
    Text("最多向上找{limit}级主管", "One goes up at most {limit} superiors"),
    Text("请改用角色 role_in(…)", "Ask for a role instead: role_in(…)"),
)
TOO_MANY_NODES = ProblemKind(
    "LANG-110",
    Text(
        "这个表达式展开后太大:最多{limit}个部分,现在有{got}个",
        "The expression becomes too large: at most {limit} parts come of it, and these are {got}",
    ),
    Text(
        "complete()(填写完整)和长的条件只写一次,或先算进一个计算字段",
        "Write complete() or a long condition once, or work it out in a computed field first",
    ),
)
TOO_MUCH_TO_LOOK_FOR = ProblemKind(
    "LANG-111",
    Text(
        "这个条件对数据库来说太大:用到的决策表太长或查得太多",
        "The condition is too large for a database: it asks long decision tables, or asks them too often",
    ),
    Text(
        "请少查几次表,或把查表结果放进一个计算字段再筛选",
        "Look up less, or keep what the table says in a computed field and ask for that",
    ),
)
EACH_OVER_NOTHING = ProblemKind(
    "LANG-085",
    Text("“each(每个)”后面要写明细或相关记录", "Lines or related records must follow “each”"),
    Text("例如 {{% each items where price > 0 %}}", "For example {{% each items where price > 0 %}}"),
)
EACH_INSIDE = ProblemKind(
    "LANG-086",
    Text("“each(每个)”里面不能再有 each", "An “each” cannot stand inside another"),
    Text("请先用 end 结束外面的", "Close the outer one with end first"),
)
EACH_NOT_HERE = ProblemKind(
    "LANG-087",
    Text("标题里不能用“each(每个)”", "A title has no “each”"),
    Text("标题会出现在列表的每一行;请用计算字段", "A title stands in every row of a list; use a computed field"),
)
TOO_MANY_EACH = ProblemKind(
    "LANG-088",
    Text(
        "一个模板最多{limit}个“each(每个)”,现在有{got}个", "A template has at most {limit} “each”; this one has {got}"
    ),
    Text("请分成几条消息", "Split it into several messages"),
)
BAD_CASE = ProblemKind(
    "LANG-060",
    Text("这一行读不懂:{reason}", "This line cannot be read: {reason}"),
    Text(
        "格式见语言参考里的“对外测试约定”",
        "The form is the contract for outside tests in the reference of the language",
    ),
)
NOT_PUSHED_DOWN = ProblemKind(
    "LANG-089",
    Text("数据库没法查找“{what}”", "No database can look for “{what}”"),
    Text(
        "行权限、筛选和定时规则要在数据库里查找;修改前的值请用在另一条只看修改事件的规则里",
        "Access rows, filters and scheduled rules are looked for in the database; ask for what was before in another "
        "rule that looks at changes alone",
    ),
)
NOT_IN_SQL = ProblemKind(
    "LANG-061",
    Text("这个表达式用到了查询时没有的东西:{what}", "The expression needs what a query does not have: {what}"),
    Text("筛选条件里请不要用它", "Leave it out of filters"),
)
