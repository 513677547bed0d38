"""What the studio calls the parts of boards: what can be counted, how it can be shown, when a board is sent."""

from __future__ import annotations

from typing import Final

from engine.kernel.problems import Text
from engine.runtime.studio.rules.words import EVERY

FUNCTIONS: Final = {
    "count": Text("有多少条", "how many records"),
    "sum": Text("合计", "the sum"),
    "avg": Text("平均", "the average"),
    "max": Text("最大", "the greatest"),
    "min": Text("最小", "the smallest"),
}
KINDS: Final = {
    "number": Text("数字", "Number"),
    "table": Text("表格", "Table"),
    "bar": Text("条形图", "Bars"),
    "line": Text("折线图", "Line"),
    "pie": Text("环形图", "Ring"),
    "funnel": Text("漏斗", "Funnel"),
    "heat": Text("热力图", "Heat map"),
    "radar": Text("雷达图", "Radar"),
    "scatter": Text("散点图", "Scatter"),
    "calendar": Text("日历", "Calendar"),
    "words": Text("词云", "Word cloud"),
    "leaders": Text("排行榜", "Leader board"),
    "text": Text("文字", "Text"),
    "list": Text("清单", "List"),
    "gantt": Text("甘特图", "Gantt chart"),
    "map": Text("地图", "Map"),
}
SIGNS: Final = {
    "number": "figure",
    "table": "table",
    "bar": "sort",
    "line": "line-chart",
    "pie": "pie",
    "funnel": "funnel",
    "calendar": "calendar",
    "leaders": "trophy",
    "text": "edit",
    "list": "list",
    "gantt": "clock",
    "map": "location",
    "radar": "target",
}
PERIODS: Final = {
    "daily": Text("每天", "every day"),
    "weekly": Text("每周", "every week"),
    "monthly": Text("每月", "every month"),
}
BUCKETS: Final = {"day": Text("按日", "by days"), "week": Text("按周", "by weeks"), "month": Text("按月", "by months")}
EVERY_SENT: Final = {key: said for key, said in EVERY.items() if key != "hourly"}
