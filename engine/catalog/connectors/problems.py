"""The kinds of problems that connectors of an app can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

BAD_PATH = ProblemKind(
    "APP-050",
    Text("“{written}”不能做路径", "“{written}” is no path"),
    Text(
        "写文字和表达式的位置,文字里没有空格、? 和 #",
        "Write text and places of expressions; no blanks, ? and # in the text",
    ),
)
NO_RECORD = ProblemKind(
    "APP-051",
    Text("没有写明 form,就没有记录可填", "Without form there is no record to fill"),
    Text("写明 form,或去掉 answer.set", "State form, or leave answer.set out"),
)
UNHEALTHY = ProblemKind(
    "APP-052",
    Text("“{key}”不能用来检查连接", "The connector cannot be tried by “{key}”"),
    Text(
        "选一个不用表单、没有必填参数的 GET 操作",
        "Choose an operation that is a GET without a form and needs no argument",
    ),
)
NO_LINES = ProblemKind(
    "APP-053",
    Text("“{key}”不是明细字段", "“{key}” is no field of lines"),
    Text("可用的:{known}", "There are: {known}"),
)
BLANK_IN_PATH = ProblemKind(
    "APP-054",
    Text("要填进地址的“{source}”是空的", "“{source}”, which stands in the path, is blank"),
    Text("让规则先检查它不为空", "Let the rule ask first that it is not blank"),
)
UNSENDABLE = ProblemKind(
    "APP-055",
    Text("“{source}”的值不能放进请求头", "The value of “{source}” cannot stand in a header"),
    Text("请求头只能有英文字母、数字和符号", "Headers hold printable ASCII alone"),
)
EMPTY_ANSWER = ProblemKind(
    "APP-056",
    Text("应答里 {at} 没有值", "The answer has nothing at {at}"),
    Text("请核对连接器的应答设置", "Compare what the connector says of its answers"),
)
