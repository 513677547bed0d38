"""The words in which rules are told, in Chinese and English, and how they follow one another in each language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.kernel.problems import Text

EVENTS: Final[Mapping[str, Text]] = {
    "created": Text("新建", "is created"),
    "submitted": Text("提交", "is submitted"),
    "changed": Text("改动", "changes"),
    "entered": Text("进入状态", "enters"),
    "left": Text("离开状态", "leaves"),
    "deleted": Text("删除", "is deleted"),
    "deadline": Text("到了时限", "reaches a date"),
    "schedule": Text("定时检查", "by the clock"),
    "before": Text("保存之前", "is about to be saved"),
}
ACTIONS: Final[Mapping[str, Text]] = {
    "notify": Text("通知", "tell"),
    "open_task": Text("开待办", "open a task"),
    "set": Text("设置字段", "set a field"),
    "fire": Text("流转", "move it on by"),
    "hold": Text("冻结", "put it on hold"),
    "refuse": Text("拒绝", "refuse"),
}
OPERATORS: Final[Mapping[str, Text]] = {
    "=": Text("是", "is"),
    "!=": Text("不是", "is not"),
    ">": Text("大于", "is more than"),
    ">=": Text("不小于", "is at least"),
    "<": Text("小于", "is less than"),
    "<=": Text("不大于", "is at most"),
    "contains": Text("包含", "contains"),
    "lacks": Text("不包含", "does not contain"),
    "in": Text("是其中之一:", "is one of"),
    "empty": Text("没填", "is empty"),
    "filled": Text("已填", "is filled in"),
    "yes": Text("为是", "is yes"),
    "no": Text("为否", "is no"),
}
OF_DAYS: Final[Mapping[str, Text]] = {
    "=": Text("是", "is"),
    "<": Text("早于", "is before"),
    "<=": Text("不晚于", "is no later than"),
    ">": Text("晚于", "is after"),
    ">=": Text("不早于", "is no earlier than"),
}
OF_NUMBERS: Final[Mapping[str, Text]] = {
    "=": Text("等于", "equals"),
    "!=": Text("不等于", "does not equal"),
}
JOINS: Final[Mapping[str, Text]] = {"and": Text("并且", "and"), "or": Text("或者", "or")}
UNITS: Final[Mapping[str, Text]] = {
    "minutes": Text("分钟", "minutes"),
    "hours": Text("小时", "hours"),
    "days": Text("天", "days"),
    "workdays": Text("个工作日", "workdays"),
    "work_hours": Text("个工作小时", "work hours"),
    "weeks": Text("周", "weeks"),
}
SIDES: Final[Mapping[str, Text]] = {
    "before": Text("之前", "before"),
    "at": Text("到期时", "on"),
    "after": Text("之后", "after"),
}
EVERY: Final[Mapping[str, Text]] = {
    "hourly": Text("每小时", "every hour"),
    "daily": Text("每天", "every day"),
    "weekly": Text("每周", "every week"),
    "monthly": Text("每月", "every month"),
}
WEEKDAYS: Final[Mapping[str, Text]] = {
    "monday": Text("周一", "Monday"),
    "tuesday": Text("周二", "Tuesday"),
    "wednesday": Text("周三", "Wednesday"),
    "thursday": Text("周四", "Thursday"),
    "friday": Text("周五", "Friday"),
    "saturday": Text("周六", "Saturday"),
    "sunday": Text("周日", "Sunday"),
}
PEOPLE: Final[Mapping[str, Text]] = {
    "owner": Text("负责人", "the owner"),
    "created_by": Text("创建人", "who created it"),
    "creator": Text("创建人", "who created it"),
    "me": Text("操作的人", "who acts"),
}
DETAILS: Final[Mapping[str, Text]] = {
    "channels": Text("站外方式", "Ways outside"),
    "copy": Text("抄送", "Copy to"),
    "amount": Text("金额", "Amount"),
    "urgent": Text("紧急", "Urgent"),
    "digest": Text("汇总", "Digest"),
    "quiet_hours": Text("免打扰时段", "Quiet hours"),
    "due": Text("截止", "Due"),
    "priority": Text("优先级", "Priority"),
    "workdays": Text("只在工作日", "Workdays alone"),
}
WAYS: Final[Mapping[str, Text]] = {
    "in_app": Text("站内", "the inbox"),
    "mail": Text("邮件", "mail"),
    "wecom": Text("企业微信", "WeCom"),
    "dingtalk": Text("钉钉", "DingTalk"),
    "feishu": Text("飞书", "Feishu"),
}
GATHERED: Final[Mapping[str, Text]] = {
    "hourly": Text("每小时汇总", "gathered every hour"),
    "daily": Text("每天汇总", "gathered every day"),
    "weekly": Text("每周汇总", "gathered every week"),
}
PRIORITIES: Final[Mapping[str, Text]] = {
    "low": Text("低优先级", "low priority"),
    "normal": Text("普通优先级", "normal priority"),
    "high": Text("高优先级", "high priority"),
    "urgent": Text("紧急", "urgent"),
}
URGENT: Final = Text("紧急", "urgent")
ON_WORKDAYS: Final = Text("只在工作日", "on workdays alone")
SAVE: Final = Text("每次保存", "every save")
ANY_FIELD: Final = Text("任一字段", "any field")
TODAY: Final = Text("今天", "today")
NOW: Final = Text("现在", "now")
SEVERITIES: Final[Mapping[str, Text]] = {
    "info": Text("提示", "info"),
    "warning": Text("警告", "warning"),
    "critical": Text("严重", "critical"),
}
ONCES: Final[Mapping[str, Text]] = {
    "record": Text("每条记录一次", "once for a record"),
    "state": Text("每次进入状态一次", "once for each stay in a state"),
    "day": Text("每天一次", "once a day"),
    "week": Text("每周一次", "once a week"),
    "month": Text("每月一次", "once a month"),
}
ALWAYS: Final = Text("每次都做", "every time")
UNGRADED: Final = Text("不分级", "not graded")


def days_away(sign: str, count: str) -> Text:
    """Return how a day that many days from today is called."""
    if sign == "-":
        return Text(f"{count}天前", f"{count} days ago")
    return Text(f"{count}天后", f"{count} days ahead")
