"""The kinds of problems that a stand-in's document, its command and those who ask it can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

NO_DOCUMENT = ProblemKind(
    "STAND-001",
    Text("读不到“{name}”", "“{name}” cannot be read"),
    Text(
        "给出一个描述对方服务的 JSON 文件,UTF-8 文本",
        "Name a JSON file, as UTF-8 text, that describes the partner's service",
    ),
)
NO_JSON = ProblemKind(
    "STAND-002",
    Text("不是有效的 JSON:第{line}行第{column}列", "This is not JSON: line {line}, column {column}"),
    Text("解析器说:{reason}", "The parser says: {reason}"),
)
TWICE = ProblemKind(
    "STAND-003",
    Text("键“{key}”出现了两次", "The key “{key}” stands twice"),
    Text("请改其中一个", "Change one of them"),
)
LEADS_NOWHERE = ProblemKind(
    "STAND-004",
    Text("没有“{key}”", "There is no “{key}”"),
    Text("可用的:{known}", "There are: {known}"),
)
LACKS = ProblemKind(
    "STAND-005",
    Text("类型为 {type} 的字段要写明“{key}”", "A field of type {type} has to state “{key}”"),
    Text("请补上", "Add it"),
)
BAD_ID = ProblemKind(
    "STAND-006",
    Text("编号字段“{key}”要是必填的文本", "“{key}”, by which rows are found, has to be a text that is required"),
    Text("请改成必填的 text", "Make it a required text"),
)
UNKNOWN_FIELD = ProblemKind(
    "STAND-007",
    Text("没有字段“{key}”", "There is no field “{key}”"),
    Text("可用的:{known}", "There are: {known}"),
)
BLANK = ProblemKind(
    "STAND-008",
    Text("“{key}”必填", "“{key}” is required"),
    Text("请填写", "Fill it in"),
)
BAD_VALUE = ProblemKind(
    "STAND-009",
    Text("“{got}”不合:要{wanted_zh}", "“{got}” does not fit: it takes {wanted_en}"),
    Text("请改成{wanted_zh}", "Give {wanted_en}"),
)
NO_SUCH_ROW = ProblemKind(
    "STAND-010",
    Text("{resource} 里没有“{id}”", "{resource} holds no “{id}”"),
    Text("请先建立它,或检查编号", "Make it first, or look at its id again"),
)
ROW_TWICE = ProblemKind(
    "STAND-011",
    Text("{resource} 里已经有“{id}”", "{resource} holds “{id}” already"),
    Text("请换一个编号", "Give it another id"),
    Nature.CONFLICT,
)
NOTHING_THERE = ProblemKind(
    "STAND-012",
    Text("这里什么也没有", "There is nothing here"),
    Text("地址形如 /api/{{资源}} 或 /api/{{资源}}/{{编号}}", "Addresses are like /api/RESOURCE and /api/RESOURCE/ID"),
    Nature.ABSENT,
)
NO_TOKEN = ProblemKind(
    "STAND-013",
    Text("令牌不对或没有给", "The token is wrong, or there is none"),
    Text(
        "用它启动时打印的那一个:Authorization: Bearer …", "Give the one printed at its start: Authorization: Bearer …"
    ),
    Nature.UNSIGNED,
)
NO_OBJECT = ProblemKind(
    "STAND-014",
    Text("请求内容要是一个 JSON 对象", "The body has to be an object of JSON"),
    Text("用 UTF-8,键不重复", "In UTF-8, no key twice"),
)
TOO_LARGE = ProblemKind(
    "STAND-015",
    Text("请求内容超过 {limit} 字节", "The body is longer than {limit} bytes"),
    Text("请少发一些", "Send less"),
)
KEY_REUSED = ProblemKind(
    "STAND-016",
    Text("这个 Idempotency-Key 用在过别的请求上", "This Idempotency-Key came with another request before"),
    Text("不同的请求用不同的键", "Another request takes another key"),
)
NOT_ALLOWED = ProblemKind(
    "STAND-017",
    Text("{resource} 不接受这个操作", "{resource} does not take this"),
    Text("允许的:{known}", "Allowed are: {known}"),
)
BAD_QUERY = ProblemKind(
    "STAND-018",
    Text("查询参数“{name}”不合", "The parameter “{name}” does not fit"),
    Text(
        "可用字段名,以及 since(日期时间)、after(游标)、limit(1–{most}),各一次",
        "Names of fields, and since (a moment), after (a cursor), limit (1 to {most}), each once",
    ),
)
FAILING = ProblemKind(
    "STAND-019",
    Text("按设定出错", "It fails, as it was told to"),
    Text("这是演练:重试,或把失败率调为 0", "This is a drill: try again, or set the share of failures to 0"),
    Nature.UNAVAILABLE,
)
BAD_SHARE = ProblemKind(
    "STAND-020",
    Text("{names} 加起来超过 1", "{names} are more than 1 together"),
    Text("每个在 0 和 1 之间,合计不超过 1", "Each is between 0 and 1, all together at most 1"),
)
NOT_NEAR = ProblemKind(
    "STAND-021",
    Text("只能从这台机器上控制", "It is controlled from this machine alone"),
    Text("请在运行它的机器上用 127.0.0.1 访问", "Ask 127.0.0.1 on the machine where it runs"),
    Nature.ABSENT,
)
OTHER_CONTENT = ProblemKind(
    "STAND-022",
    Text("{database} 是按别的内容建立的:{was}", "{database} was made of something else: {was}"),
    Text("用 --fresh 重新建立,或用 --database 换一个文件", "Make it anew by --fresh, or name another by --database"),
)
NO_DATABASE = ProblemKind(
    "STAND-023",
    Text("{database} 用不了:{reason}", "{database} cannot be used: {reason}"),
    Text("请用 --database 指定一个可写的文件", "Name a file that can be written by --database"),
    Nature.UNAVAILABLE,
)
NO_PORT = ProblemKind(
    "STAND-024",
    Text("端口 {port} 用不了:{reason}", "The port {port} cannot be used: {reason}"),
    Text("请用 --port 换一个;0 表示任选", "Name another by --port; 0 takes any that is free"),
    Nature.UNAVAILABLE,
)
BAD_SETTING = ProblemKind(
    "STAND-025",
    Text("“{got}”不能作为 {key}", "“{got}” is no value of {key}"),
    Text(
        "比例在 0 和 1 之间;slow_ms 0–60000,seed 是整数,shuffle 是 true 或 false",
        "Shares are between 0 and 1; slow_ms 0 to 60000, seed a whole number, shuffle true or false",
    ),
)
