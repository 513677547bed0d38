"""A small sales form that the tests of the language speak about, and one record of it."""

from __future__ import annotations

from dataclasses import replace

from engine.kernel.problems import EngineError, Text
from engine.language.compiling import compile_expression
from engine.language.expressions import Plain
from engine.language.scope import FieldScope, FormScope, RelationScope, Scope
from engine.language.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    NumberType,
    Option,
    PersonType,
    ReferenceType,
    TextType,
)

APP = "sales"
STAGES = (
    Option("negotiation", Text("谈判", "Negotiation")),
    Option("won", Text("成交", "Won")),
    Option("lost", Text("丢单", "Lost")),
)


def field(key, kind, zh, **more):
    return FieldScope(key, f"u_{key}", kind, Text(zh, key.replace("_", " ").capitalize()), **more)


def _form(key, *fields, relations=()):
    return FormScope(APP, key, {one.key: one for one in fields}, {one.key: one for one in relations})


REGION = _form("region", field("id", TextType(), "编号"), field("rate", NumberType(2), "费率"))
CUSTOMER = _form(
    "customer",
    field("id", TextType(), "编号"),
    field("level", NumberType(), "等级"),
    field("name", TextType(), "名称"),
    field("region", ReferenceType(APP, "region"), "大区"),
    field("parent", ReferenceType(APP, "customer"), "上级客户"),
    relations=(RelationScope("deals", Text("商机", "Deals"), APP, "deal", "customer"),),
)
VISIT = _form(
    "visit",
    field("id", TextType(), "编号"),
    field("deal", ReferenceType(APP, "deal"), "所属商机"),
    field(
        "outcome", ChoiceType((Option("valid", Text("有效", "Valid")), Option("void", Text("无效", "Void")))), "结果"
    ),
    field("score", NumberType(1), "评分"),
    field("visited", DateType(), "拜访日期"),
    field("good", BooleanType(), "满意"),
    field("created_at", DateTimeType(), "创建时间"),
)
LINE = _form(
    "deal.items",
    field("id", TextType(), "行"),
    field("price", NumberType(2), "单价"),
    field("position", NumberType(), "序"),
)
DEAL = _form(
    "deal",
    field("id", TextType(), "编号"),
    field("stage", ChoiceType(STAGES), "阶段"),
    field("tags", ChoicesType(STAGES), "标签"),
    field("amount", NumberType(2), "金额"),
    field("count", NumberType(), "数量"),
    field("discount", NumberType(2), "折扣", blank_as_zero=True),
    field("name", TextType(), "名称"),
    field("budget", BooleanType(), "客户预算确认"),
    field("due", DateType(), "到期日"),
    field("seen", DateTimeType(), "更新时间"),
    field("owner", PersonType(), "负责人"),
    field("customer", ReferenceType(APP, "customer"), "客户"),
    field("note", TextType(), "备注(内部)"),
    field("plan", NumberType(), "3年计划"),
    relations=(
        RelationScope("visits", Text("拜访", "Visits"), APP, "visit", "deal"),
        RelationScope("items", Text("明细", "Items"), APP, "deal.items", "parent"),
    ),
)
SCOPE = Scope(
    DEAL,
    {(APP, form.key): form for form in (REGION, CUSTOMER, VISIT, LINE, DEAL)},
    {"visit.days": NumberType(), "word": TextType()},
    with_old=True,
)
ROW = {
    **dict.fromkeys(DEAL.fields),
    "id": "d1",
    "stage": "negotiation",
    "tags": ("won", "lost"),
    "amount": 1_250,
    "count": 7,
    "name": "甲方",
    "due": 20_700,
    "seen": 1_789_000_000_000,
    "owner": "u1",
    "customer": "c1",
    "items": ({"id": "l1", "price": 150, "position": 0}, {"id": "l2", "price": None, "position": 1}),
}
VISITS = (
    {"id": "v1", "deal": "d1", "outcome": "valid", "score": 15, "visited": 20_716, "good": True, "created_at": 10},
    {"id": "v2", "deal": "d1", "outcome": "void", "score": None, "visited": 20_000, "good": None, "created_at": 30},
    {"id": "v3", "deal": "d1", "outcome": "valid", "score": 20, "visited": None, "good": False, "created_at": 20},
    {"id": "v4", "deal": "d2", "outcome": "valid", "score": 99, "visited": 20_716, "good": True, "created_at": 40},
    {
        "id": "v5",
        "deal": "d1",
        "outcome": "valid",
        "score": 77,
        "visited": 20_716,
        "good": True,
        "created_at": 50,
        "deleted_at": 1,
    },
)
WORLD = replace(
    Plain.at(1_790_000_000_000),
    me="u1",
    parameters={"visit.days": 15, "word": None},
    old={**ROW, "amount": 1_000, "stage": "won"},
    rows={
        (APP, "visit"): VISITS,
        (APP, "deal"): (ROW,),
        (APP, "customer"): (
            {"id": "c1", "level": 3, "name": "总厂", "region": "r1", "parent": "c2"},
            {"id": "c2", "level": 9, "name": "集团", "region": None, "parent": None},
        ),
        (APP, "region"): ({"id": "r1", "rate": 105},),
    },
)


def value(source, scope=SCOPE, **fields):
    """The value of an expression for the record, with some fields put differently."""
    return compile_expression(source, scope).evaluate({**ROW, **fields}, WORLD)


def holds(source, **fields):
    """Whether a condition holds for the record, with some fields put differently."""
    return compile_expression(source, SCOPE).holds({**ROW, **fields}, WORLD)


def problems_of(source, scope=SCOPE, **options):
    """The problems of an expression that does not compile."""
    try:
        compile_expression(source, scope, **options)
    except EngineError as error:
        return error.problems
    message = f"{source} compiles"
    raise AssertionError(message)
