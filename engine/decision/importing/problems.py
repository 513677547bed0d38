"""The kinds of problems that a row of an imported file can have, beside those of its fields."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

BLANK_KEY = ProblemKind(
    "ROW-001",
    Text("“{label_zh}”是空的,找不到这一行对应的记录", "“{label_en}” is blank: it cannot be told which record is meant"),
    Text("请填上这一列,或者不按这一列匹配", "Fill it in, or do not match records by this column"),
)
NO_RECORD_YET = ProblemKind(
    "ROW-002",
    Text("没有{key_zh}为“{value}”的记录", "There is no record whose {key_en} is “{value}”"),
    Text(
        "请更正这一列;要新建这样的记录,请选择“更新已有的,没有的新建”",
        "Correct it; to make such records, choose to change those that are there and make the others",
    ),
)
SEVERAL_RECORDS = ProblemKind(
    "ROW-003",
    Text("{key_zh}为“{value}”的记录不止一条", "Several records have “{value}” as {key_en}"),
    Text(
        "请按更能区分的列匹配,或者先把多余的记录并掉",
        "Match by columns that tell records apart, or clear up the records that are the same",
    ),
)
