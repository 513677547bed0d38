"""The kinds of problems that the design of metrics and boards can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NO_SUCH_METRIC = ProblemKind(
    "BOARD-001",
    Text("没有指标“{key}”", "There is no metric “{key}”"),
    Text("已有的:{known}", "There are: {known}"),
)
NO_SUCH_PART = ProblemKind(
    "BOARD-002",
    Text("没有“{key}”", "There is no “{key}”"),
    Text("可用的:{known}", "There are: {known}"),
)
NEEDS_LABELS = ProblemKind(
    "BOARD-003",
    Text("“{key}”没有名称", "“{key}” has no labels"),
    Text("只有直接取字段时才能省略 labels", "Labels may be left out only where it is a field as it stands"),
)
WRONG_BUCKET = ProblemKind(
    "BOARD-004",
    Text("“{key}”的 bucket 不合适", "The bucket of “{key}” does not fit"),
    Text(
        "日期和时刻必须写 bucket(day、week、month),别的类型不能写",
        "Days and moments take a bucket (day, week or month), nothing else does",
    ),
)
CANNOT_GROUP = ProblemKind(
    "BOARD-005",
    Text("不能按“{key}”分组:它是{got_zh}", "“{key}” cannot group: it is {got_en}"),
    Text(
        "可以按选项、文本、是非、数字、关联记录、人员、日期或时刻分组",
        "Group by a choice, text, boolean, number, linked record, person, day or moment",
    ),
)
CANNOT_MEASURE = ProblemKind(
    "BOARD-006",
    Text(
        "“{key}”不能这样算:{function} 用不了{got_zh}", "“{key}” cannot be worked out: {function} does not take {got_en}"
    ),
    Text(
        "sum、avg、median、percentile 用数字,min、max 还可用日期和时刻",
        "sum, avg, median and percentile take numbers, min and max also days and moments",
    ),
)
WRONG_SHAPE_OF_METRIC = ProblemKind(
    "BOARD-007",
    Text("指标“{key}”不能画成 {kind}", "The metric “{key}” cannot be drawn as {kind}"),
    Text(
        "number、text 用没有分组的指标;line 用只按一个时间、calendar 用只按日分组的指标;bar、pie、funnel、radar、"
        "scatter、words、leaders 用只按一项、heat 用按两项分组的指标;scatter 要两个数字,radar 不分组时要三个数字",
        "number and text take no dimensions, line a single time bucket, calendar one of days, bar, pie, funnel, radar, "
        "scatter, words and leaders one dimension, heat two; scatter two numbers, a radar without dimension three",
    ),
)
TWO_WAYS = ProblemKind(
    "BOARD-008",
    Text(
        "列“{key}”只能是字段、表达式、记录本身、指标的数或一句话之一",
        "The column “{key}” is a field, an expression, the record, a figure or a sentence, not two of them",
    ),
    Text("请只留一种", "Keep one of them"),
)
NOT_SHOWABLE = ProblemKind(
    "BOARD-009",
    Text("列“{key}”的值不能放进清单:它是{got_zh}", "The column “{key}” cannot be listed: it is {got_en}"),
    Text("时长请换算成数字,例如 …/hours(1)", "Turn a duration into a number, for example … / hours(1)"),
)
TWICE = ProblemKind(
    "BOARD-010",
    Text("“{key}”出现了两次", "“{key}” stands twice"),
    Text("同一个指标或清单里的键不能重复", "Keys are unique within a metric or a list"),
)
NOT_AN_ID = ProblemKind(
    "BOARD-011",
    Text("列“{key}”的值不是记录的编号:它是{got_zh}", "The column “{key}” is no id of a record: it is {got_en}"),
    Text("写了 form 的列取编号,例如 latest(….id)", "A column with a form takes an id, for example latest(….id)"),
)
NO_STATES = ProblemKind(
    "BOARD-012",
    Text("“{form}”没有流程,数不了停留和阶段", "“{form}” has no workflow, and so no stays or stages"),
    Text("stays、all_stays、stages 用在有流程的表单上", "stays, all_stays and stages are for forms with a workflow"),
)
NO_SUCH_GROUP = ProblemKind(
    "BOARD-013",
    Text(
        "“{key}”取不到数:“{dimension}”要{wanted_zh},给的是{got_zh}",
        "“{key}” finds no figure: “{dimension}” takes {wanted_en}, it is given {got_en}",
    ),
    Text(
        "by 给的值要和指标的分组同类型;按时间分的组要同样分段,清单里不能取",
        "What by gives has the type of the metric's dimension; of time the same bucket, and never in a list",
    ),
)
ELSEWHERE = ProblemKind(
    "BOARD-014",
    Text("指标“{key}”统计的是别的应用的记录,不能单独画", "The metric “{key}” is of another app's records"),
    Text(
        "在清单或指标里用 metric、measure 取它的数",
        "Take its figures into a list or a metric by metric and measure",
    ),
)
NO_STAGES = ProblemKind(
    "BOARD-015",
    Text("“{key}”不是按阶段统计的,算不了转化率", "“{key}” does not count stages, so that nothing converts"),
    Text("conversion 用在 over 为 stages 的指标里", "conversion is for metrics over stages"),
)
NOTHING_EARLIER = ProblemKind(
    "BOARD-016",
    Text("“{key}”没有按时间对应,谈不上往前几段", "“{key}” is not looked up by time, so that there is nothing earlier"),
    Text("back 和 by 里按时间分的一项一起用", "back goes with a bucket of time in by"),
)
ASKS_WHO = ProblemKind(
    "BOARD-017",
    Text("“{key}”留存的数不能取决于谁在看", "What is kept of “{key}” cannot depend on who looks"),
    Text("有 snapshot 的指标里不用 me", "A metric with a snapshot does not name me"),
)
NOT_KEPT = ProblemKind(
    "BOARD-018",
    Text("指标“{key}”没有定期留存,画不出走势", "Of the metric “{key}” no figures are kept, so there is no trend"),
    Text("给指标写上 snapshot", "Give the metric a snapshot"),
)
NEEDS_DAYS = ProblemKind(
    "BOARD-031",
    Text("“{key}”不是日期或时刻的列", "“{key}” is no column of days or moments"),
    Text("甘特图的 start、end 写两列日期或时刻的键", "start and end of a Gantt chart name columns of days or moments"),
)
NEEDS_PLACES = ProblemKind(
    "BOARD-032",
    Text("“{key}”不是位置的列", "“{key}” is no column of positions"),
    Text("地图的 place 写一列定位或取证照片的键", "place of a map names a column of a location or an evidence photo"),
)
NO_SENDING_TIME = ProblemKind(
    "BOARD-033",
    Text("没有这样的发送时间", "There is no such time to send"),
    Text("每天、每周或每月,0到23点", "Daily, weekly or monthly, at an hour from 0 to 23"),
)
