"""How functions read for people: a phrase for each that reads better than its name with brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from engine.kernel.problems import Text
from engine.language.functions.catalogue import function_named

_PLACE = re.compile(r"\{(\d)\}")
_WIDE = re.compile("[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]")
_NARROW = re.compile("[0-9A-Za-z+\\-−]")


@dataclass(frozen=True)
class Phrase:
    """What a call says, its arguments in the places ``{0}``, ``{1}``; a condition also has what its opposite says."""

    says: Text
    denies: Text | None = None


def _phrase(zh: str, en: str, no_zh: str | None = None, no_en: str | None = None) -> Phrase:
    return Phrase(Text(zh, en), None if no_zh is None or no_en is None else Text(no_zh, no_en))


PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        "today": _phrase("今天", "today"),
        "now": _phrase("现在", "now"),
        "date": _phrase("{0}的日期", "the day of {0}"),
        "year": _phrase("{0}的年份", "the year of {0}"),
        "month": _phrase("{0}的月份", "the month of {0}"),
        "day": _phrase("{0}是几号", "the day of the month of {0}"),
        "weekday": _phrase("{0}是星期几", "the day of the week of {0}"),
        "add_days": _phrase("{0}之后{1}天", "{1} days after {0}"),
        "add_months": _phrase("{0}之后{1}个月", "{1} months after {0}"),
        "end_of_month": _phrase("{0}的月末", "the end of the month of {0}"),
        "days_since": _phrase("{0}距今的天数", "the days since {0}"),
        "days_until": _phrase("离{0}的天数", "the days until {0}"),
        "days_between": _phrase("{0}到{1}的天数", "the days from {0} to {1}"),
        "hours_since": _phrase("{0}距今的小时数", "the hours since {0}"),
        "months_between": _phrase("{0}到{1}的整月数", "the whole months from {0} to {1}"),
        "is_workday": _phrase("{0}是工作日", "{0} is a working day", "{0}不是工作日", "{0} is no working day"),
        "add_workdays": _phrase("{0}之后{1}个工作日", "{1} working days after {0}"),
        "workdays_between": _phrase("{0}到{1}的工作日数", "the working days from {0} to {1}"),
        "add_work_hours": _phrase("{0}之后{1}个工作小时", "{1} working hours after {0}"),
        "work_hours_between": _phrase("{0}到{1}的工作小时数", "the working hours from {0} to {1}"),
        "or_zero": _phrase("{0}(空作 0)", "{0} (0 where empty)"),
        "abs": _phrase("{0}的绝对值", "the absolute value of {0}"),
        "round": _phrase("四舍五入后的{0}", "{0}, rounded"),
        "round_up": _phrase("进位后的{0}", "{0}, rounded up"),
        "round_down": _phrase("舍去零头的{0}", "{0}, rounded down"),
        "div": _phrase("{0} ÷ {1} 的整数部分", "the whole part of {0} ÷ {1}"),
        "mod": _phrase("{0} ÷ {1} 的余数", "what {0} ÷ {1} leaves"),
        "number": _phrase("{0}所写的数", "the number written in {0}"),
        "count": _phrase("{0}的个数", "the number of {0}"),
        "len": _phrase("{0}的字数", "the length of {0}"),
        "left": _phrase("{0}开头{1}个字", "the first {1} characters of {0}"),
        "right": _phrase("{0}末尾{1}个字", "the last {1} characters of {0}"),
        "mid": _phrase("{0}从第{1}个字起的{2}个字", "{2} characters of {0} from position {1} on"),
        "find": _phrase("{0}在{1}里的位置", "the position of {0} in {1}"),
        "replace": _phrase("把{1}换成{2}的{0}", "{0} with {2} for {1}"),
        "trim": _phrase("去掉首尾空白的{0}", "{0} without blanks around it"),
        "lower": _phrase("小写的{0}", "{0} in lower case"),
        "upper": _phrase("大写的{0}", "{0} in upper case"),
        "starts_with": _phrase("{0}以{1}开头", "{0} begins with {1}", "{0}不以{1}开头", "{0} does not begin with {1}"),
        "ends_with": _phrase("{0}以{1}结尾", "{0} ends with {1}", "{0}不以{1}结尾", "{0} does not end with {1}"),
        "is_empty": _phrase("{0}为空", "{0} is empty", "{0}不为空", "{0} is not empty"),
        "changed": _phrase("{0}有改动", "{0} was changed", "{0}没有改动", "{0} was not changed"),
        "complete": _phrase(
            "必填项都已填写",
            "everything required is filled in",
            "必填项没有填完",
            "not everything required is filled in",
        ),
        "matches": _phrase("{0}符合样式{1}", "{0} matches {1}", "{0}不符合样式{1}", "{0} does not match {1}"),
        "is_email": _phrase("{0}是邮箱地址", "{0} is an e-mail address", "{0}不是邮箱地址", "{0} is no e-mail address"),
        "is_phone": _phrase("{0}是电话号码", "{0} is a phone number", "{0}不是电话号码", "{0} is no phone number"),
        "is_uscc": _phrase(
            "{0}是统一社会信用代码",
            "{0} is a unified social credit code",
            "{0}不是统一社会信用代码",
            "{0} is no unified social credit code",
        ),
        "manager_of": _phrase("{0}的上级", "the superior of {0}"),
        "dept_of": _phrase("{0}的部门", "the department of {0}"),
        "role_in": _phrase("{0}担任{1}", "{0} holds the role {1}", "{0}不担任{1}", "{0} does not hold the role {1}"),
    }
)
"""The name of a function → its phrase. What has none reads as its name with its arguments."""


def phrased(template: str, pieces: Sequence[str], speech: str) -> str:
    """Return a template with its places filled, and blanks where Chinese and figures or Latin letters meet."""
    if speech != "zh":
        return _PLACE.sub(lambda place: pieces[int(place[1])], template)
    parts = re.split(r"(\{\d\})", template)
    return beside(*(pieces[int(part[1])] if _PLACE.fullmatch(part) else part for part in parts))


def beside(*parts: str) -> str:
    """Return Chinese parts one after the other, with a blank where Chinese meets figures or Latin letters."""
    written = ""
    for part in parts:
        if not part:
            continue
        meet = written[-1:] + part[:1]
        mixed = len(meet) > 1 and bool(_WIDE.search(meet)) and bool(_NARROW.search(meet))
        written += f" {part}" if mixed else part
    return written


def is_phrased(name: str) -> bool:
    """Tell whether a function has a phrase of its own."""
    return name in PHRASES


def named_call(name: str, pieces: Sequence[str], speech: str) -> str:
    """Return a call without a phrase: its name in this language with its arguments."""
    function = function_named(name)
    aliases = function.aliases if function is not None else ()
    chinese = next((alias for alias in aliases if not alias.isascii()), name)
    if speech == "zh":
        return f"{chinese}({'、'.join(pieces)})" if pieces else chinese
    return f"{name.replace('_', ' ')} ({', '.join(pieces)})" if pieces else name.replace("_", " ")
