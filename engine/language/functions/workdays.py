"""Functions over workdays, by the app's work calendar."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language.functions.shape import Function, Takes
from engine.language.functions.text import operation
from engine.language.operations import Op
from engine.language.types import BooleanType, DateType, NumberType

_DAY = ("date", Takes.DAY)

WORKDAY_FUNCTIONS = (
    Function(
        "is_workday",
        ("是工作日", "是否工作日"),
        (_DAY,),
        operation(Op.IS_WORKDAY, BooleanType()),
        Text(
            "那一天上班吗:周一到周五减去法定休息日,加上调休上班日;空值则否",
            "Whether one works on that day: Monday to Friday less statutory days off, plus make-up workdays; false for "
            "a blank",
        ),
        (("is_workday(2003-01-31)", True), ("is_workday(2003-02-01)", False), ("is_workday(empty)", False)),
    ),
    Function(
        "add_workdays",
        ("加工作日",),
        (_DAY, ("workdays", Takes.WHOLE)),
        operation(Op.ADD_WORKDAYS, DateType()),
        Text(
            "那一天之后的第几个工作日,负数是之前的;0 就是那一天本身,不论上不上班。从休息日起算时,休息日本身不计",
            "The n-th workday after that day, before it where n is negative; for 0 the day itself, workday or not. A "
            "day off that one starts from is not counted",
        ),
        (
            ("add_workdays(2003-01-31, 1)", "2003-02-03"),
            ("add_workdays(2003-02-01, 1)", "2003-02-03"),
            ("add_workdays(2003-02-01, -1)", "2003-01-31"),
            ("add_workdays(2003-02-01, 0)", "2003-02-01"),
        ),
    ),
    Function(
        "workdays_between",
        ("相隔工作日",),
        (("from", Takes.DAY), ("to", Takes.DAY)),
        operation(Op.WORKDAYS_BETWEEN, NumberType(0, 7)),
        Text(
            "前一天之后、到后一天为止(含)有几个工作日;反过来是负数",
            "Workdays after the first day, up to and including the second; negative the other way round",
        ),
        (
            ("workdays_between(2003-01-31, 2003-02-03)", "1"),
            ("workdays_between(2003-02-03, 2003-01-31)", "-1"),
            ("workdays_between(2003-02-01, 2003-02-02)", "0"),
        ),
    ),
)
