"""Functions over workdays and working hours, by the app's work calendar."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language.checking.durations import MILLISECONDS, of_units, quotient
from engine.language.functions.shape import Function, Invocation, Takes
from engine.language.functions.text import operation
from engine.language.operations import Op
from engine.language.tree import Literal, Node, Operation
from engine.language.types import BooleanType, DateTimeType, DateType, NumberType

_DAY = ("date", Takes.DAY)
_HOUR = 3_600_000


def _add_work_hours(call: Invocation) -> Node:
    moment, hours = call.arguments
    length = of_units(hours, _HOUR, call.at, call.report)
    return Operation(Op.SHIFT_WORK_TIME, (moment, length), DateTimeType(), (), call.at)


def _work_hours_between(call: Invocation) -> Node:
    worked = Operation(Op.WORK_TIME_BETWEEN, call.arguments, MILLISECONDS, (), call.at)
    return quotient(worked, Literal(_HOUR, NumberType(0, 7)), call.at)


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
    Function(
        "add_work_hours",
        ("加工作小时", "加工时"),
        (("moment", Takes.MOMENT), ("hours", Takes.NUMBER)),
        _add_work_hours,
        Text(
            "那一刻之后再过几个工作小时,只数工作日的上班时间(工作日历里写的);负数往前数,0 就是那一刻本身。"
            "正好数到下班就是下班那一刻",
            "The moment so many working hours later: only the hours count that the work calendar has for a workday. "
            "Negative ones go back; for 0 it is the moment itself. What ends with a working day ends when that does",
        ),
        (
            ("add_work_hours(datetime(2003-01-31, 17), 2) = datetime(2003-02-03, 10)", True),
            ("add_work_hours(datetime(2003-01-31, 9), 8) = datetime(2003-01-31, 18)", True),
            ("add_work_hours(datetime(2003-02-03, 10), -2) = datetime(2003-01-31, 17)", True),
            ("add_work_hours(datetime(2003-02-01, 20), 0) = datetime(2003-02-01, 20)", True),
        ),
    ),
    Function(
        "work_hours_between",
        ("相隔工作小时数", "相隔工时"),
        (("from", Takes.MOMENT), ("to", Takes.MOMENT)),
        _work_hours_between,
        Text(
            "从前一个时刻到后一个时刻有几个工作小时,带小数;反过来是负数",
            "Working hours from the first moment to the second, with decimals; negative the other way round",
        ),
        (
            ("work_hours_between(datetime(2003-01-31, 17), datetime(2003-02-03, 10, 30))", "2.5"),
            ("work_hours_between(datetime(2003-02-03, 10), datetime(2003-01-31, 17))", "-2"),
            ("work_hours_between(datetime(2003-02-01), datetime(2003-02-02))", "0"),
        ),
    ),
)
