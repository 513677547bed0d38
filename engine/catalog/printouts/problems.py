"""The kinds of problems that documents of records can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NO_FIELD = ProblemKind(
    "DOC-001",
    Text("表单没有字段“{key}”", "The form has no field “{key}”"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_LINES = ProblemKind(
    "DOC-002",
    Text("“{key}”不是明细字段", "“{key}” is no field of lines"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_PICTURES = ProblemKind(
    "DOC-003",
    Text(
        "“{key}”不是照片、图片、附件或签名字段", "“{key}” is no field of photos, pictures, attachments or a signature"
    ),
    Text("可用的:{known}", "There are: {known}"),
)
LINES_APART = ProblemKind(
    "DOC-004",
    Text("“{key}”是明细,不能放在字段表里", "“{key}” is a field of lines and cannot stand among fields"),
    Text("用 lines 列出明细", "List it by lines"),
)
NOT_OFFICE = ProblemKind(
    "DOC-010",
    Text("这不是能读的 Word 或 Excel 文件:{why}", "This is no Word or Excel file that can be read: {why}"),
    Text(
        "在 Word 或 Excel 里另存为 .docx 或 .xlsx 再放进来",
        "Save it as .docx or .xlsx in Word or Excel, and put that in",
    ),
)
TOO_MUCH = ProblemKind(
    "DOC-011",
    Text("模板解开后太大:{what}", "Unpacked, the template is too large: {what}"),
    Text("去掉大图和多余的工作表", "Take out large pictures and sheets that are not needed"),
)
ACTIVE = ProblemKind(
    "DOC-012",
    Text("模板里有不许的内容:{what}", "The template holds what is not allowed: {what}"),
    Text(
        "去掉宏、嵌入的对象、外部链接和会取外部内容的域,再存一次",
        "Take out macros, embedded objects, links to other files and fields that fetch, and save it again",
    ),
)
XML_ENTITY = ProblemKind(
    "DOC-013",
    Text("模板的 {part} 声明了实体或文档类型", "The part {part} of the template declares entities or a document type"),
    Text("在 Word 或 Excel 里另存一次", "Save it anew in Word or Excel"),
)
NOTHING_FILLED = ProblemKind(
    "DOC-014",
    Text("模板里没有 {{{{ }}}},填不进任何内容", "The template has no {{{{ }}}}: nothing would be filled in"),
    Text("在要填的地方写 {{{{ 字段 }}}}", "Write {{{{ field }}}} where something is to be filled in"),
)
BAD_REPEAT = ProblemKind(
    "DOC-015",
    Text("重复的行写得不对", "The row that repeats is not written right"),
    Text(
        "第一格以 {{% each … %}} 开头,同一行最后一格以 {{% end %}} 结尾",
        "Begin the first cell with {{% each … %}} and end the last cell of the same row with {{% end %}}",
    ),
)
FORMULA_BESIDE = ProblemKind(
    "DOC-016",
    Text("这张表有重复的行,不能再有公式", "A sheet with a row that repeats has no formulas"),
    Text(
        "把公式改成 {{{{ sum(明细.金额) }}}} 这样的表达式",
        "Write the formula as an expression such as {{{{ sum(lines.amount) }}}}",
    ),
)
TOO_MANY_ROWS = ProblemKind(
    "DOC-020",
    Text("明细超过 {most} 行,放不进文件", "There are more than {most} rows: too many for a file"),
    Text("让范围小一些", "Narrow the scope"),
)
CODE_TOO_LONG = ProblemKind(
    "DOC-022",
    Text("二维码放不下这么长的内容", "A QR code does not hold a text of that length"),
    Text("最多 {most} 字节", "{most} bytes at most"),
)
NOT_MADE_NOW = ProblemKind(
    "DOC-021",
    Text("记录现在不满足“{label_zh}”的条件", "The record does not meet the condition of “{label_en}” now"),
    Text("先满足它的条件", "Meet its condition first"),
)
