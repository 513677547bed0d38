"""The kinds of problems that a pack can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NO_PACK = ProblemKind(
    "PACK-001",
    Text("没有模板包“{name}”", "There is no pack “{name}”"),
    Text("可用的:{known};或给出包的文件夹", "There are: {known}; or give the folder of one"),
)
BAD_JSON = ProblemKind(
    "PACK-002",
    Text("不是有效的 JSON:第{line}行第{column}列", "This is not JSON: line {line}, column {column}"),
    Text("解析器说:{reason}", "The parser says: {reason}"),
)
NOT_TEXT = ProblemKind(
    "PACK-003",
    Text("文件不是 UTF-8 文本", "The file is not UTF-8 text"),
    Text("请另存为 UTF-8", "Save it as UTF-8"),
)
FOREIGN_FILE = ProblemKind(
    "PACK-004",
    Text("包里不能有“{name}”", "A pack cannot hold “{name}”"),
    Text(
        "包只含 JSON 文档、素材和说明,不含程序和链接",
        "A pack holds JSON documents, assets and notes; no programs, no links",
    ),
)
TOO_LARGE = ProblemKind(
    "PACK-005",
    Text("文件太大:{got}字节", "The file is too large: {got} bytes"),
    Text("最多{limit}字节", "At most {limit} bytes"),
)
NEEDS = ProblemKind(
    "PACK-006",
    Text("需要先安装“{key}”", "“{key}” has to be installed first"),
    Text("请先安装它", "Install it first"),
)
OTHER_KEY = ProblemKind(
    "PACK-007",
    Text("包的键“{pack}”与应用的键“{app}”不同", "The pack is “{pack}”, its app “{app}”"),
    Text("两者必须相同", "They must be the same"),
)
BAD_DEMO = ProblemKind(
    "PACK-008",
    Text("演示数据第{number}条有问题", "The demo record {number} does not hold"),
    Text("{hint_zh}", "{hint_en}"),
)
TWICE = ProblemKind(
    "PACK-009",
    Text("键“{key}”在同一个对象里出现了两次", "The key “{key}” stands twice in one object"),
    Text("请只留一个", "Keep one of them"),
)
"""The same key twice: JSON parsers differ in which one they keep, so neither is believed."""
NO_REF = ProblemKind(
    "PACK-010",
    Text("没有名为“{ref}”的记录", "There is no record named “{ref}”"),
    Text("先建立它并给它起名", "Make it first and give it that name"),
)
NO_USER = ProblemKind(
    "PACK-011",
    Text("没有用户“{name}”", "There is no user “{name}”"),
    Text("可用的:{known}", "There are: {known}"),
)
"""Users come from the pack's ``demo/users.json``."""
NEEDS_VERSION = ProblemKind(
    "PACK-013",
    Text("需要“{key}”的版本 {wanted},现有 {got}", "“{key}” is needed in a version {wanted}, there is {got}"),
    Text("请先把它升级到合适的版本", "Bring it to a version that fits first"),
)
NEEDED_OTHERWISE = ProblemKind(
    "PACK-014",
    Text(
        "“{app}”需要“{key}”的版本 {wanted},这里是 {got}", "“{app}” needs “{key}” in a version {wanted}, this is {got}"
    ),
    Text("请先升级“{app}”", "Bring “{app}” to a version that fits first"),
)
NEEDED = ProblemKind(
    "PACK-015",
    Text("“{app}”需要“{key}”,不能移除", "“{app}” needs “{key}”: it cannot be removed"),
    Text("请先移除“{app}”", "Remove “{app}” first"),
)
NOT_INSTALLED = ProblemKind(
    "PACK-016",
    Text("没有安装“{key}”", "“{key}” is not installed"),
    Text("已安装的:{known}", "There are: {known}"),
)
FOREIGN_SEED = ProblemKind(
    "PACK-017",
    Text("初始数据写到“{app}”里,包却没有声明需要它", "A seed record is for “{app}”, which the pack does not need"),
    Text("请在 needs 里写上它,或改到自己的表单", "Name it in needs, or take a form of its own"),
)
NEEDS_CIRCLE = ProblemKind(
    "PACK-012",
    Text("模板包互相需要:{circle}", "Packs need each other: {circle}"),
    Text("去掉其中一个需要", "Take one of these needs away"),
)
NO_DEMO_FORM = ProblemKind(
    "PACK-019",
    Text("没有表单“{form}”", "There is no form “{form}”"),
    Text(
        "写本应用的表单;别的应用写成“应用.表单”,并在 needs 里写上它",
        "Name a form of the app, or app.form of one that the pack needs",
    ),
)
NOT_FOUND = ProblemKind(
    "PACK-020",
    Text("“{form}”里找到{count}条,不是一条", "There are {count} records of “{form}”, not one"),
    Text("把 find 写得只剩一条", "Narrow what is found down to one"),
)
TOO_FEW_WORDS = ProblemKind(
    "PACK-018",
    Text("词太少:试了{tries}次也没有新的", "There are too few words: {tries} tries gave nothing new"),
    Text("给计划里的词表加词,或少造几条", "Give the plan more words, or make fewer"),
)
