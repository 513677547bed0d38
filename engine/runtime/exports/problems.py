"""The kinds of problems that taking records away as a file can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

MAY_NOT_EXPORT = ProblemKind(
    "EXPORT-001",
    Text("您不能导出“{label_zh}”", "You may not export “{label_en}”"),
    Text("请管理员给您的角色“导出”权限", "Ask an administrator to give your role the right to export"),
)
NO_SUCH_COLUMN = ProblemKind(
    "EXPORT-002",
    Text("没有“{key}”这一列,或您无权查看", "There is no column “{key}”, or it is not yours to see"),
    Text("可用的列:{known}", "The columns are: {known}"),
)
TOO_MANY_ROWS = ProblemKind(
    "EXPORT-003",
    Text("超过 {most} 条记录,一份 Excel 文件放不下", "There are over {most} records, too many for one Excel file"),
    Text("请用条件缩小范围,或导出为 CSV 或 NDJSON", "Narrow them by a condition, or take CSV or NDJSON"),
)
TOO_MANY_AT_ONCE = ProblemKind(
    "EXPORT-004",
    Text("已有 {most} 份导出正在进行", "{most} exports are being made already"),
    Text("请过一会儿再试", "Try again in a while"),
    Nature.BUSY,
)
NO_SUCH_FORMAT = ProblemKind(
    "EXPORT-005",
    Text("不能导出为“{ending}”", "Records cannot be exported as “{ending}”"),
    Text("文件名以这些结尾:{known}", "Let the name of the file end in one of: {known}"),
)
