"""The kinds of problems that the pages of an app can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NO_SUCH_PAGE = ProblemKind(
    "PAGE-001",
    Text("没有页面“{key}”", "There is no page “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_RELATION = ProblemKind(
    "PAGE-002",
    Text("表单“{form}”没有关联列表“{key}”", "The form “{form}” has no relation “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
OF_A_RECORD = ProblemKind(
    "PAGE-003",
    Text("这个区块只能放在记录页上", "This block stands only on the page of a record"),
    Text("给页面写上 record,或换一种区块", "State record on the page, or take another block"),
)
NO_SUCH_TRANSITION = ProblemKind(
    "PAGE-004",
    Text("表单“{form}”没有流转“{key}”", "The form “{form}” has no transition “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_ACTION = ProblemKind(
    "PAGE-005",
    Text("没有快捷操作“{key}”", "There is no quick action “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NOT_A_TIME = ProblemKind(
    "PAGE-006",
    Text("“{key}”不是日期或时间字段", "“{key}” is no field of dates or moments"),
    Text("可用的:{known}", "There are: {known}"),
)
NEEDS_A_NUMBER = ProblemKind(
    "PAGE-007",
    Text("“{measure}”要说明对哪个数计算", "“{measure}” needs a number to be taken of"),
    Text("写上 of;只有 count 不需要它", "State of; only count goes without it"),
)
NO_SUCH_BOARD = ProblemKind(
    "PAGE-009",
    Text("没有看板“{key}”", "There is no board “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_WIDGET = ProblemKind(
    "PAGE-010",
    Text("看板“{board}”没有组件“{key}”", "The board “{board}” has no widget “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_LIST_OF_FORM = ProblemKind(
    "PAGE-012",
    Text("“{key}”不是表单“{form}”的清单", "“{key}” is no list of the form “{form}”"),
    Text("选这个表单的清单组件,或改 form", "Name a list of that form, or change form"),
)
NO_SUCH_COLUMN = ProblemKind(
    "PAGE-013",
    Text("清单没有合适的列“{key}”", "The list has no fitting column “{key}”"),
    Text("rank 要数字列,sentence 要句子列;有:{known}", "rank takes numbers, sentence a sentence; there are: {known}"),
)
NOT_PERSONAL = ProblemKind(
    "PAGE-011",
    Text("记录页和没有名称的页面不能放在“我的”", "The page of a record, or one without labels, cannot stand on “Me”"),
    Text("去掉 personal,或给页面 labels", "Take personal away, or give the page labels"),
)
RECORD_AND_HOME = ProblemKind(
    "PAGE-008",
    Text("记录页不能同时是首页", "The page of a record is no home page"),
    Text("分成两个页面", "Make two pages of it"),
)
