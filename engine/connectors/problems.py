"""The kinds of problems that speaking to others can have. None of their texts ever holds a secret."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

CLOSED = ProblemKind(
    "CONN-001",
    Text("这里不对外通信", "Nothing is sent to others from here"),
    Text("试运行和场景不发送任何东西", "Trials and scenarios send nothing"),
)
BAD_ADDRESS = ProblemKind(
    "CONN-002",
    Text("“{address}”不是可用的网址", "“{address}” is no address that can be called"),
    Text(
        "写成 https://主机[:端口]/路径,不带用户名",
        "Write https://host[:port]/path, without a user's name",
    ),
)
NOT_FOUND = ProblemKind(
    "CONN-003",
    Text("找不到主机 {host} 的地址", "The host {host} has no address"),
    Text("请检查主机名和本机的域名解析", "Check the name of the host and how this machine resolves names"),
    Nature.UNAVAILABLE,
)
FORBIDDEN = ProblemKind(
    "CONN-004",
    Text("{host} 在内部网络({address}),不允许访问", "{host} is inside of a network ({address}) and may not be called"),
    Text(
        "确实要访问,请管理员把它写进 YOUJU_EGRESS_ALLOW",
        "Where it is meant, an administrator lists it in YOUJU_EGRESS_ALLOW",
    ),
)
NOT_SECURE = ProblemKind(
    "CONN-005",
    Text("{host} 要用 https(邮件用 smtps 或 smtp)", "{host} must be called by https (mail: by smtps or smtp)"),
    Text(
        "不加密的 http 和 smtp+plain 只用于 YOUJU_EGRESS_ALLOW 写明的地址",
        "Plain http and smtp+plain are for what YOUJU_EGRESS_ALLOW lists",
    ),
)
NO_ANSWER = ProblemKind(
    "CONN-006",
    Text("{host} 没有应答:{why_zh}", "{host} did not answer: {why_en}"),
    Text("会按间隔重试", "It is tried again after a pause"),
    Nature.UNAVAILABLE,
)
TOO_LONG = ProblemKind(
    "CONN-007",
    Text("{host} 的应答超过 {limit} 字节", "The answer of {host} is longer than {limit} bytes"),
    Text("请让对方少返回一些", "Ask for less"),
)
REFUSED = ProblemKind(
    "CONN-008",
    Text("对方应答 {status}:{excerpt}", "It answered {status}: {excerpt}"),
    Text("应答 4xx 不再重试:请改连接器或数据", "Nothing is repeated after a 4xx: mend the connector or the data"),
)
FAILED = ProblemKind(
    "CONN-009",
    Text("对方应答 {status}:{excerpt}", "It answered {status}: {excerpt}"),
    Text("会按间隔重试", "It is tried again after a pause"),
    Nature.UNAVAILABLE,
)
NOT_JSON = ProblemKind(
    "CONN-010",
    Text("对方的应答不是 JSON:{excerpt}", "The answer is no JSON: {excerpt}"),
    Text("会按间隔重试;一直这样请联系对方", "It is tried again; where it stays so, ask those who run it"),
    Nature.UNAVAILABLE,
)
UNFIT_ANSWER = ProblemKind(
    "CONN-011",
    Text("应答里的 {at} 不合:{why_zh}", "{at} of the answer does not fit: {why_en}"),
    Text("请核对连接器的应答设置", "Compare what the connector says of its answers"),
    Nature.UNAVAILABLE,
)
NOT_ACCEPTED = ProblemKind(
    "CONN-012",
    Text("对方没有接受:{excerpt}", "It was not accepted: {excerpt}"),
    Text("应答不符合连接器的成功条件,会重试", "The answer does not meet the operation's condition; it is tried again"),
    Nature.UNAVAILABLE,
)
NO_SECRET = ProblemKind(
    "CONN-013",
    Text("没有设置密钥“{name}”", "The secret “{name}” is not set"),
    Text(
        "用 youju secret set {name},或环境变量 {variable}",
        "Set it by youju secret set {name}, or in the environment as {variable}",
    ),
)
BAD_SECRET_NAME = ProblemKind(
    "CONN-014",
    Text("“{name}”不能做密钥名", "“{name}” cannot be the name of a secret"),
    Text("小写字母开头,只用小写字母、数字和下划线", "Small letters, digits and underscores, a letter first"),
)
UNREADABLE = ProblemKind(
    "CONN-015",
    Text("密钥文件 {file} 读不出来", "The file of secrets {file} cannot be read"),
    Text("secrets.key 和 secrets.json 要属于同一套安装", "secrets.key and secrets.json must be of one installation"),
)
BAD_ALLOWED = ProblemKind(
    "CONN-016",
    Text("YOUJU_EGRESS_ALLOW 里的“{entry}”看不懂", "“{entry}” in YOUJU_EGRESS_ALLOW cannot be read"),
    Text(
        "写网段(10.0.0.0/8)、主机或主机:端口,用逗号隔开", "List networks (10.0.0.0/8), hosts or host:port, with commas"
    ),
)
UNKNOWN_HOOK = ProblemKind(
    "CONN-020",
    Text("没有这个推送地址,或签名不对", "There is no such address, or it was not signed as it must be"),
    Text(
        "请核对地址、密钥和签名方式;这里不说是哪一样不对",
        "Compare address, secret and way of signing; which of them is wrong is not told",
    ),
    Nature.ABSENT,
)
TOO_OLD = ProblemKind(
    "CONN-021",
    Text(
        "推送的时间与现在相差超过 {seconds} 秒,或没有写", "It says no time of sending within {seconds} seconds of now"
    ),
    Text("请校准时钟,每次发送都写当时的时间", "Set the clock, and state the time at each sending"),
)
BAD_DELIVERY = ProblemKind(
    "CONN-022",
    Text("推送的内容不是 UTF-8 的 JSON", "The body is no JSON in UTF-8"),
    Text("请核对发送的内容", "Compare what is sent"),
)
NO_ITEMS = ProblemKind(
    "CONN-023",
    Text("{at} 没有内容", "There are no items at {at}"),
    Text("请核对连接器里 items 的位置", "Compare what the connector says of where the items are"),
)
NO_ID = ProblemKind(
    "CONN-024",
    Text("推送没有编号,或编号超过 {limit} 个字符", "It has no id, or one of over {limit} characters"),
    Text("请在 {at} 写明这次推送的编号", "State the id of the delivery at {at}"),
)
TOO_OFTEN = ProblemKind(
    "CONN-025",
    Text("推送太频繁", "Deliveries come too often"),
    Text("请过 {seconds} 秒再发;没有收下任何内容", "Send it again in {seconds} seconds; nothing was taken"),
    Nature.THROTTLED,
)
ELSEWHERE = ProblemKind(
    "CONN-026",
    Text("下一页的地址不在 {host} 上", "The address of the next page is not on {host}"),
    Text("分页的地址只能在同一个服务里", "Pages are followed within one service alone"),
)
SAME_PAGE = ProblemKind(
    "CONN-027",
    Text("对方给的下一页就是这一页", "The next page that it names is this one"),
    Text("请联系对方;已收到的内容都保留", "Ask those who run it; what has come stays"),
)
MORE_PAGES = ProblemKind(
    "CONN-028",
    Text("超过 {most} 页", "There are more than {most} pages"),
    Text(
        "调大 most_pages,或缩小范围;已收到的内容都保留", "State more most_pages, or ask for less; what has come stays"
    ),
)
MANY_ITEMS = ProblemKind(
    "CONN-030",
    Text("一次超过 {most} 条", "There are more than {most} items at once"),
    Text("请分几次发,或每页少一些", "Send fewer at a time, or ask for smaller pages"),
)
UNFIT_PLACE = ProblemKind(
    "CONN-031",
    Text(
        "下一页的位置不能用:超过 {most} 个字符,或有不可见的字符",
        "The place of the next page is of no use: over {most} characters, or some that cannot be printed",
    ),
    Text("请联系对方;已收到的内容都保留", "Ask those who run it; what has come stays"),
)
STOPPED = ProblemKind(
    "CONN-032",
    Text("停在半路", "It stopped on its way"),
    Text(
        "放弃的消息写着原因:重发它,或重新拉取",
        "What was given up says why: send that again, or fetch anew",
    ),
)
UNDER_WAY = ProblemKind(
    "CONN-029",
    Text("“{key}”正在拉取", "“{key}” is being pulled"),
    Text("等它结束再拉", "Pull again when it is over"),
    Nature.CONFLICT,
)
