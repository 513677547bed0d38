"""What is wrong with look-ups and with ``complete()``; all else is in the language's own."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

UNKNOWN_TABLE = ProblemKind(
    "LANG-100",
    Text("没有决策表“{name}”{suggestion_zh}", "There is no decision table “{name}”{suggestion_en}"),
    Text("请写本应用决策表的键", "Write the key of a decision table of this app"),
)
UNKNOWN_OUTPUT = ProblemKind(
    "LANG-101",
    Text("决策表“{table}”没有“{name}”{suggestion_zh}", "The decision table “{table}” has no “{name}”{suggestion_en}"),
    Text("可用的:{known}", "There are: {known}"),
)
TABLE_NOT_WRITTEN = ProblemKind(
    "LANG-102",
    Text(
        "“{function}”的第一个参数要直接写出决策表的键",
        "The first argument of “{function}” is the key of a table, written out",
    ),
    Text('例如 {function}("{example}", …)', 'For example {function}("{example}", …)'),
)
TOO_MANY_DECIMALS = ProblemKind(
    "LANG-103",
    Text(
        "“{parameter}”这一列有{scale}位小数,这里有{got}位",
        "The column “{parameter}” keeps {scale} decimals, but this has {got}",
    ),
    Text("请写 round(…, {scale}),或给这一列更多小数位", "Write round(…, {scale}), or give the column more decimals"),
)
TABLE_UNFIT = ProblemKind(
    "LANG-104",
    Text("决策表“{table}”不能用在这里:{reason_zh}", "The decision table “{table}” cannot be asked here: {reason_en}"),
    Text("请传更短的数字", "Pass shorter numbers"),
)
COMPLETE_NOT_HERE = ProblemKind(
    "LANG-084",
    Text("这里不能用 complete()(填写完整)", "complete() cannot stand here"),
    Text(
        "它用在表单的守卫、规则、筛选、校验和计算里;必填、可见的条件和汇总里请直接写出字段",
        "It is for guards, rules, filters, validations and computed fields of a form; in conditions of what is "
        "required or visible, and in aggregates, name the fields",
    ),
)
