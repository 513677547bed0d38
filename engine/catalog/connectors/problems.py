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
    Text("收到的内容里 {at} 没有值", "There is nothing at {at} of what came"),
    Text("请核对连接器里这个值的 at", "Compare what the connector says of where the value is"),
)
NO_ADDRESS = ProblemKind(
    "APP-060",
    Text("有操作就要写明 base_url", "Operations need a base_url"),
    Text("写明对方的地址,或去掉 operations", "State where the service is, or leave operations out"),
)
NO_SUCH_PART = ProblemKind(
    "APP-061",
    Text("连接器里没有“{key}”", "The connector has no “{key}”"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_LINK = ProblemKind(
    "APP-062",
    Text("“{key}”不是引用一条记录的字段", "“{key}” is no field that refers to one record"),
    Text("可用的:{known}", "There are: {known}"),
)
NO_AGE = ProblemKind(
    "APP-063",
    Text("“{key}”比不出先后", "“{key}” does not tell what is newer"),
    Text("可用的:{known}", "There are: {known}"),
)
UNSIGNED_TIME = ProblemKind(
    "APP-064",
    Text("“{written}”不能作为签名的内容", "“{written}” cannot be what is signed"),
    Text(
        "要含有 {{body}},写了 timestamp 就要含有 {{timestamp}},此外只能有 {{id}}",
        "It holds {{body}}, with a timestamp {{timestamp}}, and beside these {{id}} alone",
    ),
)
UNSIGNED_ID = ProblemKind(
    "APP-065",
    Text("签名的内容里有 {{id}},但推送的编号不在请求头里", "What is signed holds {{id}}, which no header tells"),
    Text("写明 id.header,或去掉 {{id}}", "State id.header, or leave {{id}} out"),
)
NOT_PULLED = ProblemKind(
    "APP-066",
    Text("操作“{key}”不能用来拉取", "The operation “{key}” cannot be pulled"),
    Text(
        "选不用表单、没有其他必填参数的操作", "Choose an operation without a form that needs no argument beside these"
    ),
)
WRONG_ARGUMENT = ProblemKind(
    "APP-067",
    Text("参数“{key}”要是{wanted_zh}", "The argument “{key}” must be {wanted_en}"),
    Text("可用的:{known}", "There are: {known}"),
)
BAD_LINE = ProblemKind(
    "APP-068",
    Text("“{written}”不是可用的时间表或时区", "“{written}” is no schedule or time zone"),
    Text("写五段 cron,如 0 * * * *;时区如 Asia/Shanghai", "Five cron fields, as 0 * * * *; a zone as Asia/Shanghai"),
)
SAME_HOOK = ProblemKind(
    "APP-069",
    Text("另一个连接器已有推送“{key}”", "Another connector has a hook “{key}” already"),
    Text("规则按名称听推送:请换个 key", "Rules name hooks by their keys: choose another one"),
)
NO_ITEM = ProblemKind(
    "APP-070",
    Text("这一条不是 JSON 对象", "The item is no JSON object"),
    Text("请核对连接器里 items 的位置", "Compare what the connector says of where the items are"),
)
BLANK_KEY = ProblemKind(
    "APP-071",
    Text("用来认出记录的“{key}”是空的", "“{key}”, by which the record is found, is blank"),
    Text("请对方补上,或改连接器的 by", "Have it filled in, or change by in the connector"),
)
SEVERAL_RECORDS = ProblemKind(
    "APP-072",
    Text("有好几条记录的“{key}”都是“{value}”", "Several records have “{value}” as their “{key}”"),
    Text("请先合并或改掉重复的记录", "Merge them, or change those that repeat it"),
)
NO_RECORD_YET = ProblemKind(
    "APP-073",
    Text("没有“{key}”是“{value}”的记录", "No record has “{value}” as its “{key}”"),
    Text("先建好那条记录,再重新接收这一条", "Make that record, then take the item again"),
)
AGELESS = ProblemKind(
    "APP-074",
    Text("不知道这一条有多新:“{key}”是空的", "Nothing tells how new the item is: “{key}” is blank"),
    Text("请对方补上,或去掉连接器的 newest", "Have it filled in, or leave newest out of the connector"),
)
