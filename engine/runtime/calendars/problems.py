"""What can be wrong with what is said of the days of a calendar."""

from __future__ import annotations

from engine.kernel.problems import Nature, ProblemKind, Text

NO_ZONE = ProblemKind(
    "RUN-074",
    Text("没有时区为 {zone} 的应用", "No app has the time zone {zone}"),
    Text("已有:{known}", "There are: {known}"),
)
NO_DAY = ProblemKind(
    "RUN-075",
    Text("“{given}”不是{first}至{last}年的日期", "“{given}” is no day of the years {first} to {last}"),
    Text("写成 2026-12-31", "Write it like 2026-12-31"),
)
TOO_MANY_DAYS = ProblemKind(
    "RUN-076",
    Text("一次最多改{most}天", "At most {most} days are changed at once"),
    Text("请分几次改", "Change them in parts"),
)
LONG_NOTE = ProblemKind(
    "RUN-077",
    Text("说明最长{most}个字", "The note has {most} characters at most"),
    Text("请写短一些", "Say it in fewer words"),
)
MOVED = ProblemKind(
    "RUN-078",
    Text("日历刚被别人改过", "Somebody else has just changed the calendar"),
    Text("请看一遍现在的样子,再改", "Look at it as it is now, then change it"),
    Nature.CONFLICT,
)
NO_HOURS = ProblemKind(
    "RUN-079",
    Text("“{given}”不是上班时间", "“{given}” are no working hours"),
    Text(
        "写1到{most}段,一段接一段、从早到晚,如 09:00-12:00 13:00-18:00;一天到 24:00 为止",
        "Write 1 to {most} spans, one after the other, such as 09:00-12:00 13:00-18:00; a day ends at 24:00",
    ),
)
