"""The kinds of problems that an app's documents can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

UNKNOWN_DOCUMENT = ProblemKind(
    "APP-001",
    Text("不认识的文件“{name}”", "The file “{name}” is not part of an app"),
    Text("可用的文件:{known}", "The files of an app are: {known}"),
)
MISSING_DOCUMENT = ProblemKind(
    "APP-002",
    Text("缺少文件“{name}”", "The file “{name}” is missing"),
    Text("每个应用都要有它", "Every app has one"),
)
UNKNOWN_FORMAT = ProblemKind(
    "APP-003",
    Text("不支持的格式版本:{got}", "The format version {got} is not known"),
    Text("支持的版本:{known};请用更新的程序打开", "Known: {known}; open it with a newer program"),
)
UNKNOWN_KEY = ProblemKind(
    "APP-004",
    Text("多余的键“{key}”", "The key “{key}” is not known here"),
    Text("可用的键:{known}", "The keys are: {known}"),
)
MISSING_KEY = ProblemKind(
    "APP-005",
    Text("缺少“{key}”", "“{key}” is missing"),
    Text("请补上", "Add it"),
)
WRONG_SHAPE = ProblemKind(
    "APP-006",
    Text("这里不能是 {got}", "{got} does not fit here"),
    Text("应符合:{wanted}", "Wanted: {wanted}"),
)
UNKNOWN_TYPE = ProblemKind(
    "APP-007",
    Text("没有字段类型“{type}”", "There is no field type “{type}”"),
    Text("可用的类型:{known}", "The types are: {known}"),
)
SAME_KEY = ProblemKind(
    "APP-008",
    Text("“{key}”出现了两次", "“{key}” stands twice"),
    Text("同类元素的键和 uid 都不能重复", "Keys and uids are unique among elements of a kind"),
)
NO_SUCH_LIST = ProblemKind(
    "APP-009",
    Text("没有选项列表“{key}”", "There is no option list “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_FORM = ProblemKind(
    "APP-010",
    Text("没有表单“{form}”", "There is no form “{form}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_FIELD = ProblemKind(
    "APP-011",
    Text("没有字段“{key}”", "There is no field “{key}”"),
    Text("请改成该表单里的字段键", "Use the key of a field of this form"),
)
BAD_DEFAULT = ProblemKind(
    "APP-012",
    Text("参数“{key}”的默认值不合适", "The default of the parameter “{key}” does not fit its type"),
    Text("{hint_zh}", "{hint_en}"),
)
NEEDS_OPTIONS = ProblemKind(
    "APP-013",
    Text("“{key}”没有选项", "“{key}” has no options"),
    Text("请写 options 或 option_list", "State options or an option_list"),
)
UNKNOWN_ZONE = ProblemKind(
    "APP-014",
    Text("没有时区“{zone}”", "There is no time zone “{zone}”"),
    Text("例如 Asia/Shanghai", "For example Asia/Shanghai"),
)
UNCLEAN = ProblemKind(
    "APP-016",
    Text("这里有不能保存的字符或数字", "A character or a number here cannot be kept"),
    Text(
        "请去掉空字符、不完整的字符和无穷大的数", "Take out NUL, incomplete characters and numbers that are not finite"
    ),
)
NO_SUCH_ROLE = ProblemKind(
    "APP-017",
    Text("没有角色“{key}”", "There is no role “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_PERSON = ProblemKind(
    "APP-018",
    Text("“{key}”不是人员字段", "“{key}” is no field of persons"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_SUCH_WORKFLOW = ProblemKind(
    "APP-019",
    Text("表单“{form}”没有流程“{key}”", "The form “{form}” has no workflow “{key}”"),
    Text("表单的 workflow 与 workflows/ 里该表单的流程必须一致", "A form's workflow is the one in workflows/ for it"),
)
SYSTEM_KEY = ProblemKind(
    "APP-015",
    Text("“{key}”是系统字段", "“{key}” is a system field"),
    Text("每条记录都有它,不必声明;请换一个键", "Every record has it without being told; take another key"),
)
NO_LINK = ProblemKind(
    "APP-020",
    Text("“{key}”不是指向那张表单的引用", "“{key}” is no reference to that form"),
    Text("请用一个指向它的引用字段", "Name a reference field that points at it"),
)
NOT_TO_BE_FILLED = ProblemKind(
    "APP-021",
    Text("这里不能用“{key}”", "“{key}” cannot stand here"),
    Text("可用的:{known};系统填写的和计算的字段不行", "There are: {known}; not what the system sets or computes"),
)
NO_PAGE_RECORD = ProblemKind(
    "APP-022",
    Text("没有 on,就没有可读的页面记录", "Without on there is no record of a page to read"),
    Text("请写明 on,或去掉这一项", "State on, or leave this out"),
)
DOES_NOT_FIT = ProblemKind(
    "APP-023",
    Text("这处改动对不上现在的内容", "The change does not fit what stands here now"),
    Text("这里后来又改过;请重新比较", "It has been changed since; compare again"),
)

NOBODY_FIRES = ProblemKind(
    "APP-024",
    Text("流转“{label_zh}”没有人做,也没有规则触发", "Nobody and nothing fires “{label_en}”"),
    Text("请写明谁可以做,或由规则触发,或删去", "State who may do it, let a rule fire it, or leave it out"),
)
NOBODY_READS = ProblemKind(
    "APP-025",
    Text("表单“{form_zh}”没有角色能查看", "No role reads “{form_en}”"),
    Text("请在角色里给出查看的权限", "Give some role the right to read it"),
)
NOBODY_CREATES = ProblemKind(
    "APP-026",
    Text("表单“{form_zh}”没有人能新建,也没有规则新建", "Nobody and nothing makes records of “{form_en}”"),
    Text("请在角色里给出新建的权限,或由规则新建", "Give some role the right to create, or let a rule make them"),
)
RULES_IN_A_CIRCLE = ProblemKind(
    "APP-027",
    Text("规则可能互相触发:{circle_zh}", "Rules may set each other off: {circle_en}"),
    Text("请用条件断开;连锁到一定深度会被拒绝", "Break the circle by a condition; too long a chain is refused"),
)
NOT_USED = ProblemKind(
    "APP-028",
    Text("“{label_zh}”没有被用到", "“{label_en}” is not used"),
    Text("请用上它,或删去", "Use it, or leave it out"),
)
IN_NO_SECTION = ProblemKind(
    "APP-029",
    Text("字段“{label_zh}”不在任何分区里", "The field “{label_en}” stands in no section"),
    Text("请放进一个分区,否则它排在最后", "Put it into a section; else it comes last"),
)
SHARED_ALIAS = ProblemKind(
    "APP-049",
    Text("别名“{alias}”同时指“{label_zh}”和“{other_zh}”", "The alias “{alias}” is of “{label_en}” and of “{other_en}”"),
    Text("请在其中一个选项上去掉它", "Take it away from one of the two"),
)
