"""Schedules in words (``hourly``, ``daily 09:00``, ``weekly monday 09:00``, ``monthly 1 09:00``): each a cron line."""

from __future__ import annotations

import re

_DAYS_EN = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS_ZH = "日一二三四五六"
_NUMBER = r"(0|[1-9][0-9]?)"
_CRON = re.compile(rf"{_NUMBER} (\*|{_NUMBER}) (\*|{_NUMBER}) \* (\*|[0-6])")
_HOURLY = re.compile(r"(?:hourly|每小时)(?: ([0-5]?[0-9]))?")
_DAILY = re.compile(r"(?:daily|每天|每日) ([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WEEKLY = re.compile(
    rf"(?:weekly ({'|'.join(_DAYS_EN)})|每(?:周|星期)([{_DAYS_ZH}天])) ([01]?[0-9]|2[0-3]):([0-5][0-9])"
)
_MONTHLY = re.compile(
    r"(?:monthly ([1-9]|[12][0-9]|3[01])|每月 ?([1-9]|[12][0-9]|3[01]) ?[日号]?) ([01]?[0-9]|2[0-3]):([0-5][0-9])"
)


def cron_of(words: str) -> str | None:
    """Return the cron line for a schedule in words, English or Chinese; None where it is none of them."""
    written = " ".join(words.lower().split())
    if found := _HOURLY.fullmatch(written):
        return f"{int(found[1] or 0)} * * * *"
    if found := _DAILY.fullmatch(written):
        return f"{int(found[2])} {int(found[1])} * * *"
    if found := _WEEKLY.fullmatch(written):
        day = _DAYS_EN.index(found[1]) if found[1] else _DAYS_ZH.index(found[2].replace("天", "日"))
        return f"{int(found[4])} {int(found[3])} * * {day}"
    if found := _MONTHLY.fullmatch(written):
        return f"{int(found[4])} {int(found[3])} {int(found[1] or found[2])} * *"
    return None


def words_for(cron: str, language: str) -> str | None:
    """Return the words that stand for exactly this cron line, in ``zh`` or ``en``; None where there are none."""
    found = _CRON.fullmatch(cron)
    if found is None:
        return None
    minute, hour, day, weekday = found[1], found[2], found[4], found[6]
    said = _said(minute, hour, day, weekday, chinese=language == "zh")
    return said if said is not None and cron_of(said) == cron else None


def _said(minute: str, hour: str, day: str, weekday: str, *, chinese: bool) -> str | None:
    if hour == "*":
        return ("每小时" if chinese else "hourly") + ("" if minute == "0" else f" {minute}")
    time = f"{int(hour):02d}:{int(minute):02d}"
    if day == weekday == "*":
        return f"{'每天' if chinese else 'daily'} {time}"
    if day == "*":
        return f"每周{_DAYS_ZH[int(weekday)]} {time}" if chinese else f"weekly {_DAYS_EN[int(weekday)]} {time}"
    return (f"每月 {day} 日 {time}" if chinese else f"monthly {day} {time}") if weekday == "*" else None
