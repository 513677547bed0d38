"""The kinds of problems that asking the runtime can have."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

BAD_KEY = ProblemKind(
    "RUN-001",
    Text("幂等键不合适", "The idempotency key does not fit"),
    Text("1 到 {limit} 个字符", "1 to {limit} characters"),
)
OTHER_BODY = ProblemKind(
    "RUN-002",
    Text("这个幂等键已用于另一次请求", "This idempotency key was used for another request"),
    Text("换一个键,或原样重发", "Take another key, or send the same request again"),
)
BAD_SORT = ProblemKind(
    "RUN-003",
    Text("不能按“{key}”排序", "Records cannot be sorted by “{key}”"),
    Text("可用的字段:{known}", "The fields are: {known}"),
)
BAD_LIMIT = ProblemKind(
    "RUN-004",
    Text("每页条数应为 1 到 {limit}", "A page has 1 to {limit} records"),
    Text("请改 limit", "Change the limit"),
)
WRONG_SIGN_IN = ProblemKind(
    "RUN-010",
    Text("用户名或密码不对", "The user name or the password is wrong"),
    Text("请检查后重试", "Check both and try again"),
    Nature.UNSIGNED,
)
THROTTLED = ProblemKind(
    "RUN-011",
    Text("登录尝试太多", "There were too many attempts to sign in"),
    Text("请在 {seconds} 秒后再试", "Try again in {seconds} seconds"),
    Nature.THROTTLED,
)
NO_USER = ProblemKind(
    "RUN-012",
    Text("没有用户“{name}”", "There is no user “{name}”"),
    Text("用 youju user list 查看", "See youju user list"),
)
FIELD_HIDDEN = ProblemKind(
    "RUN-013",
    Text("不能用“{key}”筛选或排序", "“{key}” cannot be filtered or sorted by"),
    Text("您无权查看这个字段", "This field is not yours to see"),
)
SHORT_PASSWORD = ProblemKind(
    "RUN-014",
    Text("密码至少 {least} 个字符", "A password has at least {least} characters"),
    Text("请换一个更长的", "Take a longer one"),
)
REUSED = ProblemKind(
    "RUN-019",
    Text("“{key}”的键或 uid 曾属于另一个元素", "The key or the uid of “{key}” was another element's"),
    Text(
        "键和 uid 不重复使用:请换新的,或把原来的元素请回来",
        "Neither is used again: take new ones, or bring the element back",
    ),
)
STATE_IN_USE = ProblemKind(
    "RUN-018",
    Text(
        "表单“{form}”有{count}条记录处在已删去的状态",
        "{count} records of the form “{form}” are in a state that is gone",
    ),
    Text(
        "请先把这个状态标为停用(retired)发布,再把记录迁到:{states}",
        "Publish the state as retired first, then move its records to one of: {states}",
    ),
)
NO_APP = ProblemKind(
    "RUN-015",
    Text("没有安装应用“{app}”", "The app “{app}” is not installed"),
    Text("已安装:{known}", "Installed: {known}"),
)
NO_ROLE = ProblemKind(
    "RUN-016",
    Text("应用“{app}”没有角色“{role}”", "The app “{app}” has no role “{role}”"),
    Text("它的角色:{known}", "Its roles are: {known}"),
)
BAD_FILE = ProblemKind(
    "RUN-017",
    Text("文件不是有效的 JSON:第 {line} 行第 {column} 列", "The file is not JSON: line {line}, column {column}"),
    Text("读到的问题:{reason}", "What is wrong: {reason}"),
)
FILE_TOO_LARGE = ProblemKind(
    "RUN-030",
    Text("文件太大:{got}字节", "The file is too large: {got} bytes"),
    Text("最多{limit}字节", "At most {limit} bytes"),
)
TOO_DEEP = ProblemKind(
    "RUN-031",
    Text("文件嵌套太深", "The file nests too deeply"),
    Text("对象和列表最多嵌套{limit}层", "Objects and lists stand at most {limit} deep in each other"),
)
OTHER_DIGEST = ProblemKind(
    "RUN-032",
    Text("摘要 {got}… 与内容 {actual}… 不符", "The digest {got}… is not that of the documents, {actual}…"),
    Text(
        "文件在途中损坏:请重新导出;如果是有意改动,请删去 digest",
        "The file was damaged on its way: export it again; if you changed it on purpose, take the digest out",
    ),
)
OTHER_APP = ProblemKind(
    "RUN-033",
    Text("文件写的是应用“{file}”,里面却是“{app}”", "The file says the app “{file}”, and holds “{app}”"),
    Text("两者必须相同", "They must be the same"),
)
RESERVED_KEY = ProblemKind(
    "RUN-034",
    Text("键“{key}”是保留的", "The key “{key}” is reserved"),
    Text("页面和接口的地址用到它:请换一个键", "Addresses of pages and of the API use it: take another key"),
)
NOT_WRITTEN = ProblemKind(
    "RUN-035",
    Text("不能写入“{name}”", "“{name}” cannot be written"),
    Text("系统说:{reason}", "The system says: {reason}"),
    Nature.UNAVAILABLE,
)
NO_PARAMETER = ProblemKind(
    "RUN-036",
    Text("没有参数“{key}”", "There is no parameter “{key}”"),
    Text("应用的参数:{known}", "The app's parameters are: {known}"),
    Nature.ABSENT,
)
PARAMETER_MOVED = ProblemKind(
    "RUN-037",
    Text("“{label_zh}”刚被改过,现在是 {now}", "“{label_en}” was changed meanwhile: it is {now} now"),
    Text("请看清新值再改", "Look at it as it is now and change it again"),
    Nature.CONFLICT,
)
APP_NEEDED = ProblemKind(
    "RUN-044",
    Text("应用“{other}”需要“{app}”", "The app “{other}” needs “{app}”"),
    Text("请先停用“{other}”", "Take “{other}” out of use first"),
)
UNMET_NEED = ProblemKind(
    "RUN-045",
    Text("需要应用“{app}”({wanted}),这里是 {got}", "The app “{app}” is needed ({wanted}), here it is {got}"),
    Text("请先导入或安装它", "Import or install it first"),
)
NO_QUICK_ACTION = ProblemKind(
    "RUN-038",
    Text("没有快捷动作“{key}”", "There is no quick action “{key}”"),
    Text("可用的:{known}", "There are: {known}"),
    Nature.ABSENT,
)
NOT_ASKED_FOR = ProblemKind(
    "RUN-039",
    Text("这个动作不收“{key}”", "This action takes no “{key}”"),
    Text("可以填的:{known}", "It takes: {known}"),
)
PAGE_RECORD_NEEDED = ProblemKind(
    "RUN-040",
    Text("没有说是哪一条“{label_zh}”", "It is not said of which “{label_en}”"),
    Text("请在 record 里写它的 id", "State its id as record"),
)
NOT_NOW = ProblemKind(
    "RUN-041",
    Text("这条记录现在不能用“{label_zh}”", "“{label_en}” is not for this record now"),
    Text("请看这条记录缺什么", "Look at what the record lacks"),
)
NOT_A_CHOICE = ProblemKind(
    "RUN-042",
    Text("“{label_zh}”不能选这一条", "“{label_en}” does not offer this one"),
    Text("请从给出的按钮里选", "Take one of the buttons that are offered"),
)
NOTHING_FOUND = ProblemKind(
    "RUN-043",
    Text("没有找到这条“{label_zh}”", "There is no such “{label_en}”"),
    Text("请核对号码,或先登记", "Check what was entered, or register it first"),
)
WORK_RUNNING = ProblemKind(
    "RUN-050",
    Text("这件事正在进行", "This is being done already"),
    Text("请等它完成", "Wait until it is done"),
    Nature.CONFLICT,
)
WORK_LOST = ProblemKind(
    "RUN-051",
    Text("中途断了:做这件事的进程已经停止", "It was cut short: the process that did it has ended"),
    Text("再做一次;已经做好的部分会保留", "Do it again; what was done is kept"),
)
WORK_FAILED = ProblemKind(
    "RUN-046",
    Text("没有做成,原因在服务器日志里", "It could not be done; the server's log says why"),
    Text("请把日志交给管理员", "Show the log to an administrator"),
)
BAD_RANGE = ProblemKind(
    "RUN-047",
    Text("“{got}”不能用来筛选", "“{got}” cannot narrow a list"),
    Text("数字写成 12.5,日期写成 2026-01-31", "Write numbers like 12.5 and days like 2026-01-31"),
)
BAD_SAVED_NAME = ProblemKind(
    "RUN-048",
    Text("请给筛选起个名字,最多{limit}个字", "Give the filter a name of at most {limit} characters"),
    Text("例如:我的逾期", "For example: mine overdue"),
)
TOO_MANY_SAVED = ProblemKind(
    "RUN-049",
    Text("一个列表最多保存{limit}个筛选", "At most {limit} filters are kept for a list"),
    Text("请先删去一个", "Remove one first"),
)
OTHER_RECORD = ProblemKind(
    "RUN-052",
    Text("“{label_zh}”只能用在当前这条记录上", "“{label_en}” is for the record that it is done on, no other"),
    Text("请去掉这一项,或写同一条的 id", "Leave it out, or state the id of that same record"),
)
APP_THERE = ProblemKind(
    "RUN-053",
    Text("应用“{app}”在这里已经有了,或者曾经有过", "The app “{app}” is here already, or was"),
    Text(
        "带数据的应用只能导入没有它的系统;只搬设计时,请导出成 .json",
        "An app comes with its data only to where it never was; to move its design alone, export it as .json",
    ),
    Nature.CONFLICT,
)
STILL_CONVERTING = ProblemKind(
    "RUN-054",
    Text("“{app}”的记录改得比转换还快,还没能发布", "Records of “{app}” change faster than they are converted"),
    Text("系统会接着转换并发布;也可以等空闲时再试", "It goes on and is published then; or try again at a quiet time"),
    Nature.BUSY,
)
LAST_ADMIN = ProblemKind(
    "RUN-055",
    Text("这是最后一位管理员", "Nobody else is an administrator"),
    Text("请先让另一个人成为管理员", "Make somebody else one first"),
)
DRAFT_MOVED = ProblemKind(
    "DRAFT-001",
    Text("这份草稿刚被{who}改过", "{who} has just changed this draft"),
    Text("请看一遍最新的草稿再继续", "Look at the draft as it is now, and go on from there"),
    Nature.CONFLICT,
)
NO_DRAFT = ProblemKind(
    "DRAFT-002",
    Text("这个应用没有草稿", "This app has no draft"),
    Text("请先上传设计文件,或取回一个旧版本", "Send a file first, or take an earlier revision back"),
    Nature.CONFLICT,
)
DRAFT_OTHER_APP = ProblemKind(
    "DRAFT-004",
    Text("这是应用“{got}”的设计,不是“{app}”的", "This is a design of the app “{got}”, not of “{app}”"),
    Text("请在那个应用里上传,或换一个文件", "Send it where that app is designed, or send another file"),
)
DRAFT_COLLISION = ProblemKind(
    "DRAFT-005",
    Text("{who}刚改过同一处,您的改动没有写入", "{who} has just changed the same; your change was not written"),
    Text("现在显示的是最新的草稿,需要的话再改一次", "This is the draft as it is now: change it once more if need be"),
    Nature.CONFLICT,
)
DRAFT_GONE = ProblemKind(
    "DRAFT-006",
    Text("这份草稿刚被发布、丢弃或换了起点", "This draft has just been published, discarded or begun anew"),
    Text("现在显示的是最新的设计,请从这里继续", "This is the design as it is now: go on from here"),
    Nature.CONFLICT,
)
NOTHING_TO_UNDO = ProblemKind(
    "DRAFT-007",
    Text("没有可以撤销或重做的改动", "There is nothing to undo or to redo"),
    Text("每个人只撤销自己的改动", "Everybody undoes their own changes"),
    Nature.CONFLICT,
)
BAD_PROPERTY = ProblemKind(
    "DRAFT-008",
    Text("“{got}”不能用在这里", "“{got}” cannot stand here"),
    Text("请填数字,或从列出的里面选", "Write a number, or choose one of those listed"),
)
DRAFT_BROKEN = ProblemKind(
    "DRAFT-009",
    Text(
        "草稿里有{count}处不合文件的写法,搭建打不开它:{place}",
        "The draft is no design that can be shown, in {count} places: {place}",
    ),
    Text(
        "请在“设计与版本”里看全部问题,改好文件再上传,或丢弃草稿",
        "See all of them under “Design and revisions”; send it again put right, or discard it",
    ),
    Nature.CONFLICT,
)
DRAFT_OUTDATED = ProblemKind(
    "DRAFT-003",
    Text(
        "草稿是从第{base}版改起的,现在已是第{now}版",
        "The draft began with revision {base}; by now there is revision {now}",
    ),
    Text("请先把新版本并入草稿", "Take the new revision into the draft first"),
    Nature.CONFLICT,
)
NOT_REMOVED = ProblemKind(
    "PURGE-001",
    Text("“{name}”不在已移除的内容里,不能清除", "“{name}” is nothing that was removed: it cannot be purged"),
    Text("已移除的有:{known};要清除别的,先从设计里移除并发布", "Removed are: {known}; remove it and publish first"),
)
STILL_REFERRED = ProblemKind(
    "PURGE-002",
    Text("“{by}”保留的数据还指向“{name}”", "What is kept of “{by}” still refers to “{name}”"),
    Text("请把“{by}”一起清除,或先清除它", "Purge “{by}” with it, or before it"),
)
OTHER_COUNTS = ProblemKind(
    "PURGE-003",
    Text(
        "“{name}”现在是{records}条记录、{entries}条日志、{files}个文件,和确认的不同",
        "“{name}” is {records} records, {entries} entries and {files} files by now, not what was confirmed",
    ),
    Text("请重新查看清单,再确认一次", "Look at the list again and confirm what it says"),
    Nature.CONFLICT,
)
CANNOT_COME_BACK = ProblemKind(
    "PURGE-004",
    Text(
        "“{zh}”的数据已在{at}清除,恢复后是空的",
        "What “{en}” held was purged on {at}: it comes back empty",
    ),
    Text("需要原来的数据时,请用之前的备份或存档", "If it is needed, take it from a backup or an archive of before"),
)
NO_SHEET = ProblemKind(
    "SHEET-001",
    Text("这不是能读的 .xlsx 文件", "This is no .xlsx file that can be read"),
    Text("请在表格软件里另存为 .xlsx(没有密码)再试", "Save it as .xlsx, without a password, and try again"),
)
LARGE_SHEET = ProblemKind(
    "SHEET-002",
    Text("文件太大", "The file is too large"),
    Text("最多{limit} MB;只留表头和几百行就够了", "At most {limit} MB; the first row and some hundred more are enough"),
)
NO_HEADER = ProblemKind(
    "SHEET-003",
    Text("第一行没有列名", "The first row has no names"),
    Text("请在第一张表的第一行写上每列的名称", "Write the name of each column into the first row of the first sheet"),
)
DOUBLED_NAME = ProblemKind(
    "SHEET-004",
    Text("列名“{name}”出现了不止一次", "More than one column is called “{name}”"),
    Text("请让每列的名称不同", "Give each column a name of its own"),
)
WIDE_SHEET = ProblemKind(
    "SHEET-005",
    Text("列太多", "There are too many columns"),
    Text("最多{limit}列", "At most {limit}"),
)
NOT_IN_PAST = ProblemKind(
    "PAST-001",
    Text(
        "规则读的内容过去的记录里没有,或者不能对过去提问:{what}",
        "The rule reads what records of the past do not have, or what cannot be asked of them: {what}",
    ),
    Text("先发布新字段,过一段时间再回测", "Publish the new fields first, and back-test when records have them"),
)
BAD_PERIOD = ProblemKind(
    "PAST-002",
    Text("时间段“{first}—{last}”不对", "The period from {first} to {last} cannot be looked at"),
    Text(
        "写成年-月-日,开始不晚于结束,结束不晚于今天,最长{most}天",
        "Write days as year-month-day; the first not after the last, the last not after today, at most {most} days",
    ),
)
NO_DAYS = ProblemKind(
    "RUN-056",
    Text("{given}不是天数(1 到 {most})", "“{given}” is no number of days (1 to {most})"),
    Text("请写一个整数,或去掉这个环境变量", "Write a whole number, or take the variable away"),
)
NO_CONNECTOR = ProblemKind(
    "RUN-057",
    Text("没有“{key}”", "There is no “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NOT_A_PAIR = ProblemKind(
    "RUN-058",
    Text("“{given}”不是 键=值", "“{given}” is no KEY=VALUE"),
    Text("例如 --with code=C001", "For example --with code=C001"),
)
NO_SUCH_TIME = ProblemKind(
    "RUN-070",
    Text("请假的时间不对", "This is no time to be away"),
    Text(
        "结束要晚于开始,还没有过去,最长一年",
        "It ends after it begins, is not over yet, and lasts a year at most",
    ),
)
NO_REASON = ProblemKind(
    "RUN-073",
    Text("请写明原因", "Say why"),
    Text("原因会记进每条记录的历史", "It goes into the history of every record"),
)
NO_DEPUTY = ProblemKind(
    "RUN-071",
    Text("不能由这个人代办", "This person cannot act instead"),
    Text("请选另一位在职的人,或留空由上级代办", "Choose somebody else who is active, or leave it to the superior"),
)
NOTE_TOO_LONG = ProblemKind(
    "RUN-072",
    Text("说明最长{most}个字", "The note has {most} characters at most"),
    Text("请写短一些", "Say it in fewer words"),
)
