"""The kinds of problems that an archive can have when it is written or taken in."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

_AGAIN = Text("请重新导出,再传一次", "Export it again and send it once more")
_CHANGED = Text(
    "存档不能手改;请用原来的文件,或重新导出",
    "An archive is not changed by hand: take the file as it was, or export it again",
)

NO_ARCHIVE = ProblemKind(
    "ARCH-001",
    Text("这不是存档,或已损坏:{reason}", "This is no archive, or it is damaged: {reason}"),
    _AGAIN,
)
FOREIGN_MEMBER = ProblemKind(
    "ARCH-002",
    Text("存档里不该有“{name}”", "An archive does not hold “{name}”"),
    _CHANGED,
)
MISSING_MEMBER = ProblemKind("ARCH-003", Text("存档里缺少“{name}”", "The archive lacks “{name}”"), _AGAIN)
MEMBER_TWICE = ProblemKind(
    "ARCH-004", Text("“{name}”在存档里出现了两次", "“{name}” stands twice in the archive"), _CHANGED
)
OTHER_CONTENT = ProblemKind(
    "ARCH-005",
    Text(
        "“{name}”与清单不符:SHA-256 应为 {wanted}…,实为 {got}…",
        "“{name}” is not what the manifest says: SHA-256 {got}… in place of {wanted}…",
    ),
    _AGAIN,
)
TOO_LARGE = ProblemKind(
    "ARCH-006",
    Text("“{name}”太大:{got}字节,最多{limit}", "“{name}” is too large: {got} bytes, at most {limit}"),
    Text(
        "这样的存档不是本系统导出的;确有这么多数据时,请备份和恢复整个数据库",
        "No export of ours is like this; where there is so much data, back up and restore the whole database",
    ),
)
TOO_TIGHT = ProblemKind(
    "ARCH-007",
    Text("“{name}”压缩得不合常理:展开后是{times}倍", "“{name}” is packed too tightly: it grows {times} times"),
    Text("可能是压缩炸弹;请向来源核实", "It may be made to fill the disk: ask where it comes from"),
)
BAD_LINE = ProblemKind(
    "ARCH-008", Text("这一行不是一个 JSON 对象:{reason}", "This line is no JSON object: {reason}"), _CHANGED
)
BAD_VALUE = ProblemKind(
    "ARCH-009",
    Text("“{key}”的值放不进去,或没有这一项", "“{key}” does not take this value, or there is no such key"),
    _CHANGED,
)
NOT_KEPT = ProblemKind(
    "ARCH-010",
    Text(
        "第{first}到{last}行里有一行放不进去,或这里已经有了",
        "A line from {first} to {last} is here already, or cannot be kept",
    ),
    Text("请导入到没有这些数据的系统", "Import it to where these data are not"),
    Nature.CONFLICT,
)
BAD_HISTORY = ProblemKind(
    "ARCH-011",
    Text(
        "应用“{app}”的第{number}版与它自己说的不符",
        "Revision {number} of the app “{app}” is not what it says of itself",
    ),
    _CHANGED,
)
ENTRY_CHANGED = ProblemKind(
    "ARCH-012",
    Text("日志条目 {id} 与它的摘要不符", "The journal's entry {id} is not what its digests say"),
    Text("有人改过它;请用原来的存档", "Somebody has changed it: take the archive as it was exported"),
)
UNMET_NEED = ProblemKind(
    "ARCH-013",
    Text("“{app}”需要“{key}”{wanted},这里的版本是 {got}", "“{app}” needs “{key}” {wanted}, the version here is {got}"),
    Text("请先安装它,或导出时一并带上(--with-needs)", "Install it first, or export with it (--with-needs)"),
)
UNKNOWN_COLUMN = ProblemKind(
    "ARCH-014",
    Text("表列“{column}”不属于应用的任何一版", "The column “{column}” is of no revision of the app"),
    Text(
        "导出会漏掉它;请查清是谁加的,移走后再导出",
        "It would be left out: find out who added it, take it away and export again",
    ),
)
NO_CONTENT = ProblemKind(
    "ARCH-015",
    Text("文件“{sha256}…”的内容不见了", "The content of the file “{sha256}…” is not there"),
    Text("请先从备份恢复 YOUJU_HOME/files", "Restore YOUJU_HOME/files from a backup first"),
)
NOT_IN_JOURNAL = ProblemKind(
    "ARCH-016",
    Text("记录与日志对不上,共{found}处:{first_zh}", "Records and journal differ in {found} places: {first_en}"),
    Text(
        "请在原系统运行 youju audit verify 查清",
        "Run youju audit verify where it was exported, and find out who changed what",
    ),
)
