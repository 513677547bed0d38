"""The kinds of problems that an HTTP request can have, and the one mapping from problems to statuses."""

from __future__ import annotations

from engine.kernel.problems import EngineError, Nature, Problem, ProblemKind, Text

STATUS_OF_NATURE = {
    Nature.REFUSED: 422,
    Nature.CONFLICT: 409,
    Nature.ABSENT: 404,
    Nature.UNSIGNED: 401,
    Nature.THROTTLED: 429,
    Nature.BUSY: 503,
    Nature.UNAVAILABLE: 503,
}


class RequestRefused(Exception):  # noqa: N818 - a refusal is what it is; nothing went wrong on our side
    """A request that HTTP itself has a status for; ``headers`` go out with the answer."""

    def __init__(self, status: int, problem: Problem, headers: dict[str, str] | None = None) -> None:
        """Keep the status and the problem."""
        super().__init__(f"{status} {problem.code}")
        self.status = status
        self.problems: tuple[Problem, ...] = (problem,)
        self.headers = headers or {}


def status_of(error: EngineError) -> int:
    """Return the HTTP status that answers an engine error."""
    return STATUS_OF_NATURE[error.nature]


NOT_JSON = ProblemKind(
    "WEB-001",
    Text(
        "请求体不是有效的 JSON:第 {line} 行第 {column} 列", "The body is not valid JSON: line {line}, column {column}"
    ),
    Text("读到的问题:{why}", "What is wrong: {why}"),
)
UNKNOWN_KEY = ProblemKind(
    "WEB-002",
    Text("请求体里没有“{key}”这一项", "The body takes no “{key}”"),
    Text("可用的有:{known}", "It takes: {known}"),
)
WRONG_SHAPE = ProblemKind(
    "WEB-003",
    Text("这里应是{wanted_zh}", "{wanted_en} is expected here"),
    Text("例如 {example}", "For example {example}"),
)
NOT_FOUND = ProblemKind(
    "WEB-004",
    Text("找不到这个页面或记录", "There is no such page or record"),
    Text("它可能已被删除,或者您没有查看权限", "It may have been deleted, or you may not see it"),
    Nature.ABSENT,
)
UNSIGNED = ProblemKind(
    "WEB-005",
    Text("请先登录", "Sign in first"),
    Text(
        "登录后重试,或在 Authorization 头中附上有效的令牌",
        "Sign in, or send a valid bearer token in the Authorization header",
    ),
    Nature.UNSIGNED,
)
BAD_CSRF = ProblemKind(
    "WEB-006",
    Text("这个页面已经过期", "This page has expired"),
    Text("请刷新页面后再试", "Reload the page and try again"),
)
VERSION_NEEDED = ProblemKind(
    "WEB-007",
    Text("修改和删除须说明依据的版本", "A change must say which version it was made on"),
    Text("请带上 If-Match 头,值为读到的 version", "Send the If-Match header with the version that you read"),
)
BAD_VERSION = ProblemKind(
    "WEB-008",
    Text("If-Match 不是版本号:{got}", "If-Match is not a version: {got}"),
    Text('例如 If-Match: "3"', 'For example If-Match: "3"'),
)
TOO_LARGE = ProblemKind(
    "WEB-009",
    Text("请求超过 {limit} KB", "The request is larger than {limit} KB"),
    Text("请分成几次提交", "Send it in several parts"),
)
WRONG_METHOD = ProblemKind(
    "WEB-010",
    Text("这个地址不支持该操作", "This address does not take that method"),
    Text("可用的方法:{allowed}", "It takes: {allowed}"),
)
INTERNAL = ProblemKind(
    "WEB-011",
    Text("系统出错了,您的数据没有被改动", "Something went wrong on our side; nothing of yours was changed"),
    Text(
        "请稍后再试;如仍出现,请把编号 {request_id} 告诉管理员",
        "Try again later; if it stays, tell an administrator the number {request_id}",
    ),
)
BAD_LIMIT = ProblemKind(
    "WEB-012",
    Text("limit 应是 1 到 {most} 的整数", "limit is a whole number from 1 to {most}"),
    Text("收到的是:{got}", "What came was: {got}"),
)
UNKNOWN_PARAMETER = ProblemKind(
    "WEB-013",
    Text("没有参数“{key}”", "There is no parameter “{key}”"),
    Text("可用的有:{known}", "It takes: {known}"),
)
BAD_IDEMPOTENCY_KEY = ProblemKind(
    "WEB-014",
    Text(
        "Idempotency-Key 应是 1 到 {most} 个可见的 ASCII 字符",
        "Idempotency-Key takes 1 to {most} visible ASCII characters",
    ),
    Text("一般用随机的 UUID", "A random UUID is usual"),
)
NOT_CHOSEN = ProblemKind(
    "WEB-015",
    Text("没有找到“{typed}”", "Nothing was found for “{typed}”"),
    Text("请换个名称,再从列表中选择", "Try another name and choose from the list"),
)
SEVERAL_FOUND = ProblemKind(
    "WEB-016",
    Text("“{typed}”对应多条记录", "“{typed}” matches several records"),
    Text("请从列表中选择一条", "Choose one from the list"),
)
WRONG_MEDIA_TYPE = ProblemKind(
    "WEB-017",
    Text("请求体应为 application/json", "The body must be application/json"),
    Text("请设置 Content-Type: application/json", "Send Content-Type: application/json"),
)
BAD_REQUEST = ProblemKind(
    "WEB-018",
    Text("请求无法读取", "The request cannot be read"),
    Text("请刷新页面后再试", "Reload the page and try again"),
)
NOW_HIDDEN = ProblemKind(
    "WEB-019",
    Text("“{label}”在当前选择下不再需要", "“{label}” no longer applies to what you chose"),
    Text("再次提交后,这一项不会保存", "Submit again to save without it"),
)
UNAVAILABLE = ProblemKind(
    "WEB-020",
    Text("系统暂时不可用", "The system is not available just now"),
    Text("请稍后再试;如仍出现,请告诉管理员", "Try again in a moment; if it stays, tell an administrator"),
    Nature.UNAVAILABLE,
)
"""What is told of a database that is gone or full: where it is and what its driver says is for the log alone."""
NOT_YOURS = ProblemKind(
    "WEB-021",
    Text("您不能这样修改这条记录", "You may not change this record in this way"),
    Text("请联系负责人或管理员", "Ask its owner or an administrator"),
)
"""A record that the viewer reads, and may not change or delete: it shows, so that it exists is no secret."""
SENT_BEFORE = ProblemKind(
    "WEB-022",
    Text("这张表单刚才已经提交过一次,那一份已保存", "This form was sent once before, and that was saved"),
    Text("这是另一份:要再记一条,请再点一次", "This is another one: send it again to add it"),
)
NO_FILE = ProblemKind(
    "WEB-023",
    Text("没有收到文件", "No file came"),
    Text("用 multipart/form-data 发送一个名为 file 的部分", "Send one part named file as multipart/form-data"),
)
ONE_FILE = ProblemKind(
    "WEB-024",
    Text("一次只能上传一个文件", "One file is sent at a time"),
    Text("请只发一个名为 file 的部分", "Send one part named file, and nothing else"),
)
BAD_REVISION = ProblemKind(
    "WEB-025",
    Text("这里应是版本的编号:{got}", "The number of a revision is expected: {got}"),
    Text("例如 since=3;0 表示从无到有", "For example since=3; 0 stands for nothing at all"),
)
TOO_LONG = ProblemKind(
    "WEB-026",
    Text("写得太长:{got}个字符,最多{limit}个", "Too long: {got} characters, at most {limit}"),
    Text("什么都没有改;请写短一些再保存", "Nothing was changed: make it shorter and save it again"),
)
NO_DAY = ProblemKind(
    "WEB-027",
    Text("这里应是一天,例如 2026-11-24", "A day is expected here, such as 2026-11-24"),
    Text("请从日历里选一天", "Choose a day from the calendar"),
)
TOO_MANY_HERE = ProblemKind(
    "WEB-028",
    Text("有{count}条记录,这里一次最多移动{most}条", "There are {count} records; {most} are moved here at most"),
    Text("请用命令 youju app move {app} {form} 旧=新", "Use the command youju app move {app} {form} OLD=NEW"),
)
