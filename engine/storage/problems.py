"""The problems that storing and auditing can find; knows their codes and texts, not how they are shown."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

BAD_URL = ProblemKind(
    "STORE-001",
    Text("无法识别数据库地址:{reason}", "The database address cannot be understood: {reason}"),
    Text(
        "写成 sqlite:///路径 或 postgresql://用户:密码@主机/库名",
        "Write sqlite:///path or postgresql://user:password@host/name",
    ),
)
UNREACHABLE = ProblemKind(
    "STORE-002",
    Text("连不上数据库 {url}:{reason}", "The database {url} cannot be reached: {reason}"),
    Text("检查地址、账号以及数据库是否在运行", "Check the address, the account, and that the database is running"),
    Nature.UNAVAILABLE,
)
TOO_OLD = ProblemKind(
    "STORE-003",
    Text("数据库版本 {found} 太旧,至少需要 {needed}", "The database's version {found} is too old, {needed} is needed"),
    Text("升级数据库(SQLite 随 Python 升级)", "Upgrade the database (SQLite comes with Python)"),
)
BUSY = ProblemKind(
    "STORE-004",
    Text("数据库正忙,这次没有写入", "The database is busy, nothing was written"),
    Text("稍后再试一次", "Try again in a moment"),
    Nature.BUSY,
)
FULL = ProblemKind(
    "STORE-005",
    Text("数据库的磁盘已满或不可写,这次没有写入", "The database's disk is full or not writable, nothing was written"),
    Text("腾出磁盘空间后再试", "Free disk space, then try again"),
    Nature.UNAVAILABLE,
)
NEWER_SCHEMA = ProblemKind(
    "STORE-006",
    Text(
        "数据库里有这个版本不认识的结构变更:{names}",
        "The database holds schema changes that this version does not know: {names}",
    ),
    Text("用与数据库相同或更新的版本启动", "Start a version that is as new as the database"),
)

STALE_VERSION = ProblemKind(
    "STORE-010",
    Text("记录已被别人改过(你看到的是第 {seen} 版)", "The record has changed since version {seen}, which you saw"),
    Text("重新打开记录后再改", "Open the record again, then make the change"),
    Nature.CONFLICT,
)
NOT_UNIQUE = ProblemKind(
    "STORE-011",
    Text("「{label_zh}」的这个值已经被另一条记录使用", "Another record already has this value of “{label_en}”"),
    Text("换一个值,或打开那条记录", "Give another value, or open that record"),
    Nature.CONFLICT,
)
RECORD_EXISTS = ProblemKind(
    "STORE-012",
    Text("这条记录已经存在", "This record already exists"),
    Text("重新载入,看是否已经提交过", "Reload: it may have been submitted already"),
    Nature.CONFLICT,
)
NO_SUCH_REFERENCE = ProblemKind(
    "STORE-013",
    Text("引用的记录不存在", "A record that is referred to does not exist"),
    Text("重新选择引用的记录", "Choose the record again"),
    Nature.CONFLICT,
)
REVISION_MOVED = ProblemKind(
    "STORE-014",
    Text("应用「{app}」刚发布了新版本 {number}", "The app “{app}” has just been published as revision {number}"),
    Text("再提交一次,会按新版本检查", "Submit again: it is checked by the new revision"),
    Nature.CONFLICT,
)
TASK_DONE = ProblemKind(
    "STORE-015",
    Text("这项任务已经有人处理", "This task has been dealt with already"),
    Text("刷新待办列表", "Refresh the inbox"),
    Nature.CONFLICT,
)
LINE_TWICE = ProblemKind(
    "STORE-016",
    Text("明细行 {line} 重复,或属于另一条记录", "The line {line} is there twice, or belongs to another record"),
    Text("新行不要带 id,旧行的 id 不要改", "Give new lines no id, and leave the ids of old lines as they are"),
)
UNKNOWN_FORM = ProblemKind(
    "STORE-017",
    Text("没有表单「{app}.{form}」", "There is no form “{app}.{form}”"),
    Text("检查应用和表单的标识", "Check the keys of the app and the form"),
    Nature.ABSENT,
)

NUMBER_TOO_LARGE = ProblemKind(
    "STORE-020",
    Text("数字超过 {digits} 位", "The number has more than {digits} digits"),
    Text("改小数字,或加大字段的位数", "Give a smaller number, or give the field more digits"),
)
TEXT_TOO_LONG = ProblemKind(
    "STORE-021",
    Text("建了索引的字段最多 {most} 个字", "An indexed field holds at most {most} characters"),
    Text("缩短文字,或取消字段的唯一与索引", "Shorten the text, or make the field neither unique nor indexed"),
)
DIGITS_UNSUPPORTED = ProblemKind(
    "STORE-030",
    Text(
        "字段「{field}」要求 {digits} 位、{scale} 位小数",
        "The field “{field}” asks for {digits} digits, {scale} decimals",
    ),
    Text("最多 18 位,小数位不超过总位数", "At most 18 digits, and no more decimals than digits"),
)
COLUMN_RESERVED = ProblemKind(
    "STORE-031",
    Text("「{field}」是系统字段,不能再声明", "“{field}” is a system field and cannot be declared"),
    Text("换一个标识", "Choose another key"),
)
TYPE_CHANGED = ProblemKind(
    "STORE-032",
    Text("字段「{field}」里的值不能换成这个类型", "The values of the field “{field}” cannot become of this type"),
    Text("新建一个字段,旧字段停用", "Make a new field and retire the old one"),
)
DUPLICATES = ProblemKind(
    "STORE-033",
    Text(
        "字段「{field}」已有重复值,不能设为唯一", "The field “{field}” holds values more than once and cannot be unique"
    ),
    Text("先处理重复的记录", "Deal with the records that hold the same value first"),
)
VIEW_IN_USE = ProblemKind(
    "STORE-034",
    Text("视图 {view} 被别的视图引用,不能重建", "Other views read the view {view}, so it cannot be remade"),
    Text("先删除引用它的视图,发布后再建", "Drop the views that read it, publish, then make them again"),
    Nature.CONFLICT,
)
NAME_TAKEN = ProblemKind(
    "STORE-035",
    Text(
        "物理名「{name}」以系统前缀开头或被用了两次",
        "The physical name “{name}” has the system's prefix or is used twice",
    ),
    Text("换一个表单标识", "Choose another key for the form"),
)

BAD_CURSOR = ProblemKind(
    "STORE-040",
    Text("翻页标记无效", "The cursor is not valid"),
    Text("从第一页重新开始", "Start again from the first page"),
)
UNSORTABLE = ProblemKind(
    "STORE-041",
    Text("不能按「{field}」排序", "The list cannot be sorted by “{field}”"),
    Text("选文字、数字、日期或是否类字段", "Choose a field of text, number, date or yes/no"),
)

LEASE_LOST = ProblemKind(
    "STORE-051",
    Text("租约已过期,由另一个进程接手", "The lease has expired and another process has taken over"),
    Text("这次的结果作废,不用处理", "The result of this attempt is discarded; nothing is to be done"),
    Nature.CONFLICT,
)
NAME_IN_USE = ProblemKind(
    "STORE-052",
    Text("用户名「{name}」已有人用", "The user name “{name}” is taken"),
    Text("换一个用户名", "Choose another name"),
    Nature.CONFLICT,
)
UNKNOWN_USER = ProblemKind(
    "STORE-053",
    Text("没有这个用户", "There is no such user"),
    Text("检查用户名", "Check the user's name"),
    Nature.ABSENT,
)
UNKNOWN_REVISION = ProblemKind(
    "STORE-054",
    Text("应用「{app}」没有第 {number} 版", "The app “{app}” has no revision {number}"),
    Text("查看已发布的版本", "Look at the published revisions"),
    Nature.ABSENT,
)
MESSAGE_NOT_DEAD = ProblemKind(
    "STORE-055",
    Text("这条消息不在死信中", "This message is not among the dead letters"),
    Text("刷新死信列表", "Refresh the list of dead letters"),
    Nature.ABSENT,
)

_TAMPERED = Text(
    "有人绕过程序改动了数据库;从备份取出原值比对", "Somebody changed the database directly: compare with a backup"
)
ENTRY_CHANGED = ProblemKind(
    "AUDIT-001", Text("日志条目被改动", "A journal entry has been changed"), _TAMPERED, Nature.CONFLICT
)
VALUE_CHANGED = ProblemKind(
    "AUDIT-002",
    Text("日志中「{field}」的值被改动", "The journal's value of “{field}” has been changed"),
    _TAMPERED,
    Nature.CONFLICT,
)
VALUE_MISSING = ProblemKind(
    "AUDIT-003",
    Text("日志中「{field}」的值不见了,也没有抹除记录", "The journal's value of “{field}” is gone without an erasure"),
    _TAMPERED,
    Nature.CONFLICT,
)
PAYLOAD_UNREADABLE = ProblemKind(
    "AUDIT-004",
    Text("日志条目的内容不符合格式", "The content of a journal entry is not in its format"),
    _TAMPERED,
    Nature.CONFLICT,
)
VERSION_GAP = ProblemKind(
    "AUDIT-005",
    Text("记录缺少第 {version} 版的日志", "The journal lacks version {version} of the record"),
    _TAMPERED,
    Nature.CONFLICT,
)
SEAL_CHANGED = ProblemKind(
    "AUDIT-010", Text("封印 {number} 被改动", "Seal {number} has been changed"), _TAMPERED, Nature.CONFLICT
)
SEAL_FORGED = ProblemKind(
    "AUDIT-011",
    Text("封印 {number} 不是用本机密钥做的", "Seal {number} was not made with this instance's key"),
    Text("确认 journal.key 没有换过;没换过就是伪造", "If journal.key was not replaced, the seal is forged"),
    Nature.CONFLICT,
)
CHAIN_BROKEN = ProblemKind(
    "AUDIT-012",
    Text("封印 {number} 与前一个接不上", "Seal {number} does not follow the one before it"),
    _TAMPERED,
    Nature.CONFLICT,
)
BATCH_DIFFERS = ProblemKind(
    "AUDIT-013",
    Text("第 {number} 批日志与封印不符", "Batch {number} is not as it was sealed"),
    _TAMPERED,
    Nature.CONFLICT,
)
BATCH_WITHOUT_SEAL = ProblemKind(
    "AUDIT-014",
    Text("第 {number} 批日志没有封印", "Batch {number} has no seal"),
    _TAMPERED,
    Nature.CONFLICT,
)
HEAD_WRONG = ProblemKind(
    "AUDIT-015",
    Text("链头与最后的封印不符", "The head does not name the last seal"),
    _TAMPERED,
    Nature.CONFLICT,
)
WITNESS_MISSING = ProblemKind(
    "AUDIT-016",
    Text("数据库外的见证文件不见了", "The witness file outside the database is missing"),
    Text("从备份取回 journal.head,再核对一次", "Bring journal.head back from a backup and verify again"),
    Nature.CONFLICT,
)
WITNESS_FORGED = ProblemKind(
    "AUDIT-017",
    Text("见证文件不是用本机密钥做的", "The witness file was not made with this instance's key"),
    Text("从备份取回 journal.head,再核对一次", "Bring journal.head back from a backup and verify again"),
    Nature.CONFLICT,
)
END_CUT_OFF = ProblemKind(
    "AUDIT-018",
    Text("见证到第 {number} 个封印,数据库里却没有它", "Seal {number} was witnessed, and the database does not have it"),
    Text(
        "日志的末尾被删;若刚恢复过备份,请一并恢复备份时的 journal.head",
        "The journal's end was removed; after restoring a backup, restore its journal.head too",
    ),
    Nature.CONFLICT,
)
RECORD_DIFFERS = ProblemKind(
    "AUDIT-020",
    Text("记录的「{field}」与日志不符", "The record's “{field}” is not what the journal says"),
    _TAMPERED,
    Nature.CONFLICT,
)
RECORD_UNJOURNALLED = ProblemKind(
    "AUDIT-021", Text("记录没有日志", "The record is not in the journal"), _TAMPERED, Nature.CONFLICT
)
RECORD_MISSING = ProblemKind(
    "AUDIT-022", Text("日志中的记录不见了", "A record of the journal is gone"), _TAMPERED, Nature.CONFLICT
)
TRIGGER_MISSING = ProblemKind(
    "AUDIT-030",
    Text(
        "保护日志的触发器 {trigger} 不见了或被停用", "The trigger {trigger}, which guards the journal, is gone or off"
    ),
    Text("查清谁停用了它,再从备份恢复", "Find out who turned it off, then restore it from a backup"),
    Nature.CONFLICT,
)
UNREADABLE = ProblemKind(
    "AUDIT-031",
    Text("有数据无法读取:{reason}", "Something cannot be read: {reason}"),
    _TAMPERED,
    Nature.CONFLICT,
)
NODE_ENDED = ProblemKind(
    "STORE-060",
    Text(
        "执行 JavaScript 的 Node 进程意外结束,状态 {status}",
        "The Node process that runs JavaScript ended with status {status}",
    ),
    Text(
        "请重试;仍然如此时用 YOUJU_NODE 指定另一个 Node(20 或更新)",
        "Try again; if it goes on, name another Node (20 or newer) in YOUJU_NODE",
    ),
    Nature.UNAVAILABLE,
)
NODE_REFUSED = ProblemKind(
    "STORE-061",
    Text("Node 进程没有读懂发给它的内容:{reason}", "The Node process could not read what it was sent: {reason}"),
    Text("请确认安装完整,版本一致", "Make sure that the installation is complete and of one version"),
    Nature.UNAVAILABLE,
)
FIRED_MEANWHILE = ProblemKind(
    "STORE-062",
    Text("这条只触发一次的规则刚刚已经触发", "This rule, which fires once only, has just fired"),
    Text("系统会按现在的情况重新判断", "It is decided again by how things stand now"),
    Nature.CONFLICT,
)
UNFORESEEN = ProblemKind(
    "STORE-063",
    Text("这一行没能算出来:{reason}", "This line could not be answered: {reason}"),
    Text(
        "这是程序的错误,请把这一行和日志一起报告;其他行不受影响",
        "This is a fault of the program: report the line with the log; other lines are answered",
    ),
    Nature.UNAVAILABLE,
)
TOO_LONG_TO_INDEX = ProblemKind(
    "STORE-064",
    Text(
        "字段“{field}”里有超过{most}个字的值,不能改为唯一",
        "The field “{field}” holds a text of more than {most} characters and cannot be made unique",
    ),
    Text("先缩短这些值,再发布", "Shorten these values first, then publish"),
)
TOO_MUCH_PAST = ProblemKind(
    "STORE-065",
    Text(
        "自那天以来改动过的记录超过{most}条,无法还原那时的数据",
        "More than {most} records have changed since that day, too many to lay out what they were",
    ),
    Text("请选一段更近、更短的时间", "Choose a shorter period that begins later"),
)
SENT_MEANWHILE = ProblemKind(
    "STORE-066",
    Text("一条要收回的消息正在送出", "A message that was to be kept back is being delivered"),
    Text("系统会按现在的情况重新判断", "It is decided again by how things stand now"),
    Nature.BUSY,
)
UNDONE_MEANWHILE = ProblemKind(
    "STORE-067",
    Text("这次运行刚刚已被撤回", "This run has just been undone by somebody else"),
    Text("一次运行最多撤回一次", "A run is undone once at most"),
    Nature.CONFLICT,
)
