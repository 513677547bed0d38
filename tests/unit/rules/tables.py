"""Decision tables made up by a test: columns by type, rows by their cells."""

from __future__ import annotations

from dataclasses import replace

from engine.kernel.problems import Text
from engine.language.checking.answering import Decider
from engine.language.compiling import compile_expression
from engine.language.plain import Plain
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.tables import Column
from engine.language.types import BooleanType, ChoiceType, DateTimeType, DateType, NumberType, Option, TextType
from engine.rules.tables.compiling import compile_table
from engine.rules.tables.definitions import table_def

GRADES = ChoiceType(
    (
        Option("a", Text("甲级", "Grade A")),
        Option("b", Text("乙级", "Grade B")),
        Option("c", Text("或有客户", "Perhaps a customer")),
    )
)
LINES = ChoiceType((Option("x", Text("产线X", "Line X")), Option("y", Text("产线Y", "Line Y"))))
TODAY = 20_717
AROUND = Plain(TODAY * 86_400_000, TODAY, "UTC")

AMOUNT = Column("amount", Text("金额", "Amount"), NumberType(2))
WHOLE = Column("days", Text("天数", "Days"), NumberType(0))
GRADE = Column("grade", Text("级别", "Grade"), GRADES)
LINE = Column("line", Text("产线", "Line"), LINES)
DAY = Column("day", Text("日期", "Day"), DateType())
MOMENT = Column("at", Text("时刻", "Moment"), DateTimeType())
VIP = Column("vip", Text("贵宾", "VIP"), BooleanType())
NAME = Column("name", Text("名称", "Name"), TextType())
PERCENT = Column("percent", Text("比例", "Percent"), NumberType(2))
WORDS = Column("words", Text("说明", "Words"), TextType())
PLAN = Column("plan", Text("方案", "Plan"), GRADES)

PARAMETERS = {"limit": NumberType(2)}


def row(number, when, then, **more):
    """A row; ``then`` is the cell of the only output, or a cell per output."""
    return {"uid": f"row{number}", "when": when, "then": then, **more}


def document(policy, inputs, outputs, rows, **more):
    """The document of a table with these columns."""
    listed = {
        group: [{"uid": column.key, "key": column.key, "labels": column.labels.as_json()} for column in columns]
        for group, columns in (("inputs", inputs), ("outputs", outputs))
    }
    numbered = [
        row(number, when, then if isinstance(then, dict) else {outputs[0].key: then}, **dict(*rest))
        for number, (when, then, *rest) in enumerate(rows, 1)
    ]
    labels = {"zh": "表", "en": "Table"}
    return {"uid": "t", "key": "rates", "labels": labels, "hit_policy": policy, **listed, "rows": numbered, **more}


def compiled(policy, inputs, outputs, rows, **more):
    """The table and its problems."""
    made = table_def(document(policy, inputs, outputs, rows, **more))
    return compile_table(made, tuple(inputs), tuple(outputs), PARAMETERS)


def table(policy, inputs, outputs, rows, **more):
    """A table without problems."""
    made, found = compiled(policy, inputs, outputs, rows, **more)
    assert not found, found
    return made


def scope_of(*tables):
    """A form with a field per input that these tests use, and the tables."""
    fields = {
        column.key: FieldScope(column.key, column.key, column.type, column.labels)
        for column in (AMOUNT, WHOLE, GRADE, LINE, DAY, VIP, NAME)
    }
    form = FormScope("app", "deal", fields)
    return Scope(form, {("app", "deal"): form}, PARAMETERS, tables={made.key: Decider(made) for made in tables})


def asked(made, source, limit=None, **values):
    """What an expression says for a row with these values; the others are blank."""
    expression = compile_expression(source, scope_of(made))
    blank = dict.fromkeys(("amount", "days", "grade", "line", "day", "vip", "name"))
    return expression.evaluate(blank | values, replace(AROUND, parameters={"limit": limit}))
