"""What each event, action and option is made of: one table by which text is read and printed, so that both agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from types import MappingProxyType

from engine.rules.text.choices import CATCH_UP, CHANNELS, DECISIONS, DIGESTS, PRIORITIES, SIGNINGS, named
from engine.rules.text.words import Word


class Kind(Enum):
    """What may stand in a place."""

    TEXTS = auto()
    """A text in both languages: ``"中文" / "English"``; one text stands for both."""
    STRING = auto()
    """One text."""
    EXPRESSION = auto()
    """An expression of the rule language."""
    KEY = auto()
    """A name."""
    UID = auto()
    """Twelve letters and digits."""
    PATH = auto()
    """Names joined by dots."""
    PERSONS = auto()
    """A way to name persons."""
    CHOICE = auto()
    """One of some words."""
    INTEGER = auto()
    """A whole number."""
    DURATION = auto()
    """A number and a unit: ``3 hours``; a minus looks back."""
    DATE = auto()
    """A day: ``2026-01-31``."""
    CLOCK = auto()
    """A time of day: ``22:00``."""
    CRON = auto()
    """A schedule in words, or ``cron "…"``."""
    SOURCES = auto()
    """What fields are set to: ``field = expression`` or ``field = {option: condition, …}``."""
    OBJECT = auto()
    """Places of its own in parentheses."""
    FLAG = auto()
    """Said or not."""


class Domain(Enum):
    """What a name names, so that a label can stand for a key."""

    FIELD = auto()
    STATE = auto()
    TRANSITION = auto()
    ROLE = auto()
    FORM = auto()
    THEIRS = auto()
    """A field of the form that another place of the same shape names."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Slot:
    """One place. A positional one is known by what stands there; ``many`` gathers all that are given."""

    name: str
    word: Word
    kind: Kind
    positional: bool = False
    many: bool = False
    required: bool = False
    domain: Domain = Domain.OTHER
    choices: Mapping[str, Word] = field(default_factory=dict)
    inner: Shape | None = None


class Body(Enum):
    """How the places of a shape become the member's value in JSON."""

    TRUE = auto()
    """There are no places: ``true``."""
    VALUE = auto()
    """There is one place, and its value is the whole."""
    VALUE_OR_TRUE = auto()
    """There is one place; where it is left out, ``true``."""
    VALUE_OR_OBJECT = auto()
    """The value of the first place where it stands alone, otherwise an object."""
    OBJECT = auto()
    """An object with a member for each place."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What an event, action or option is made of."""

    word: Word
    slots: tuple[Slot, ...] = ()
    body: Body = Body.OBJECT
    bare: bool = False
    """Whether the places are printed without parentheses where only the first is given."""


def _keys(name: str, word: Word, domain: Domain, *, positional: bool = False, required: bool = False) -> Slot:
    return Slot(name, word, Kind.KEY, positional, many=True, required=required, domain=domain)


def _key(name: str, word: Word, domain: Domain = Domain.OTHER, *, positional: bool = True) -> Slot:
    return Slot(name, word, Kind.KEY, positional, required=positional, domain=domain)


def _texts(name: str, word: Word, *, required: bool = True) -> Slot:
    return Slot(name, word, Kind.TEXTS, positional=True, required=required)


def _only(name: str, word: Word, kind: Kind) -> Slot:
    return Slot(name, word, kind, positional=True, required=True)


def _persons(name: str, word: Word, *, required: bool = True) -> Slot:
    return Slot(name, word, Kind.PERSONS, positional=True, many=True, required=required)


_TO = Word("to", "给")
_LABELS = _texts("labels", Word("labels", "名称"))
_FIELDS = Slot("fields", Word("fields", "字段值"), Kind.SOURCES, many=True, domain=Domain.THEIRS)
_OWN_FIELDS = Slot("fields", Word("fields", "字段值"), Kind.SOURCES, many=True, domain=Domain.FIELD)
_ALL_FIELDS = replace(_FIELDS, required=True)
_RECORD = Slot("record", Word("to", "到"), Kind.EXPRESSION, required=True)
_LEDGER = Slot("ledger", Word("ledger", "台账"), Kind.PATH, positional=True, required=True, domain=Domain.FORM)
_RETRY = Slot(
    "retry",
    Word("retry", "重试"),
    Kind.OBJECT,
    inner=Shape(
        Word("retry", "重试"),
        (
            Slot("attempts", Word("attempts", "次数"), Kind.INTEGER, positional=True, required=True),
            Slot("wait", Word("wait", "间隔"), Kind.DURATION, positional=True),
            Slot("factor", Word("factor", "倍数"), Kind.INTEGER),
        ),
    ),
)
_QUIET = Shape(
    Word("quiet hours", "免打扰"),
    (
        Slot("from", Word("from", "从"), Kind.CLOCK, required=True),
        Slot("to", Word("to", "到"), Kind.CLOCK, required=True),
    ),
)
_PARTY = Shape(
    Word("released by", "解除人"),
    (_persons("persons", Word("who", "何人")), Slot("when", Word("when", "当"), Kind.EXPRESSION)),
)
_TASK_ACTION = Shape(
    Word("action", "动作"),
    (
        _key("key", Word("key", "标识")),
        _LABELS,
        _key("transition", Word("fires", "流转"), Domain.TRANSITION, positional=False),
        _keys("fields", Word("fills", "填写"), Domain.FIELD),
        _keys("one_of", Word("one of", "任填一项"), Domain.FIELD),
    ),
)

EVENTS: Mapping[str, Shape] = MappingProxyType(
    {
        "created": Shape(Word("created", "新建"), body=Body.TRUE),
        "submitted": Shape(Word("submitted", "提交"), body=Body.TRUE),
        "changed": Shape(
            Word("changed", "修改"),
            (_keys("names", Word("fields", "字段"), Domain.FIELD, positional=True),),
            Body.VALUE_OR_TRUE,
            bare=True,
        ),
        "deleted": Shape(Word("deleted", "删除"), body=Body.TRUE),
        "entered": Shape(
            Word("entered", "进入"), (_key("name", Word("state", "状态"), Domain.STATE),), Body.VALUE, bare=True
        ),
        "left": Shape(
            Word("left", "离开"), (_key("name", Word("state", "状态"), Domain.STATE),), Body.VALUE, bare=True
        ),
        "task_done": Shape(
            Word("task done", "待办完成"),
            (_key("task", Word("task", "待办")), _key("action", Word("action", "动作"), positional=False)),
            bare=True,
        ),
        "approval_done": Shape(
            Word("approval done", "审批完成"),
            (
                _key("approval", Word("approval", "审批")),
                Slot("outcome", Word("outcome", "结果"), Kind.CHOICE, choices=DECISIONS),
            ),
            bare=True,
        ),
        "signing_done": Shape(
            Word("signing done", "签署完成"),
            (
                _key("document", Word("document", "文档")),
                Slot("outcome", Word("outcome", "结果"), Kind.CHOICE, choices=SIGNINGS),
            ),
            bare=True,
        ),
        "schedule": Shape(
            Word("schedule", "定时"),
            (
                Slot("cron", Word("at", "时间"), Kind.CRON, positional=True, required=True),
                Slot("catch_up", Word("catch up", "补跑"), Kind.CHOICE, choices=CATCH_UP),
                Slot("timezone", Word("timezone", "时区"), Kind.STRING),
                Slot("workdays", Word("workdays only", "仅工作日"), Kind.FLAG),
            ),
            bare=True,
        ),
        "deadline": Shape(
            Word("deadline", "到期"),
            (
                Slot("at", Word("at", "时间"), Kind.EXPRESSION, positional=True, required=True),
                Slot("offset", Word("offset", "偏移"), Kind.DURATION),
                Slot("percent", Word("percent", "百分比"), Kind.INTEGER),
                Slot("since", Word("since", "起于"), Kind.EXPRESSION),
            ),
            Body.VALUE_OR_OBJECT,
        ),
        "webhook": Shape(Word("webhook", "收到推送"), (_key("name", Word("name", "名称")),), Body.VALUE, bare=True),
        "button": Shape(
            Word("button", "按钮"),
            (_key("key", Word("key", "标识")), _LABELS, _persons("by", Word("by", "由"), required=False)),
        ),
        "before": Shape(
            Word("before", "之前"),
            (_keys("names", Word("of", "动作"), Domain.TRANSITION, positional=True, required=True),),
            Body.VALUE,
            bare=True,
        ),
    }
)
"""The events by their member in JSON."""

ACTIONS: Mapping[str, Shape] = MappingProxyType(
    {
        "notify": Shape(
            Word("notify", "通知"),
            (
                _persons("to", _TO),
                Slot("copy", Word("copy", "抄送"), Kind.PERSONS, many=True),
                _texts("text", Word("text", "内容")),
                Slot("channels", Word("by", "方式"), Kind.CHOICE, many=True, choices=CHANNELS),
                Slot("quiet_hours", _QUIET.word, Kind.OBJECT, inner=_QUIET),
                Slot("digest", Word("digest", "汇总"), Kind.CHOICE, choices=DIGESTS),
                Slot("urgent", Word("urgent", "紧急"), Kind.FLAG),
                Slot("amount", Word("amount", "金额"), Kind.EXPRESSION),
                _RETRY,
            ),
        ),
        "open_task": Shape(
            Word("open task", "开待办"),
            (
                _key("key", Word("key", "标识")),
                _persons("to", _TO),
                _texts("title", Word("title", "标题")),
                Slot("due", Word("due", "期限"), Kind.EXPRESSION),
                Slot("priority", Word("priority", "优先级"), Kind.CHOICE, choices=PRIORITIES),
                Slot("actions", _TASK_ACTION.word, Kind.OBJECT, many=True, inner=_TASK_ACTION),
            ),
        ),
        "set": Shape(Word("set", "设置"), (replace(_OWN_FIELDS, required=True),), Body.VALUE),
        "refuse": Shape(
            Word("refuse", "拒绝"),
            (
                _texts("message", Word("message", "提示")),
                _key("field", Word("field", "字段"), Domain.FIELD, positional=False),
            ),
        ),
        "fire": Shape(
            Word("fire", "流转"), (_key("transition", Word("transition", "动作"), Domain.TRANSITION), _OWN_FIELDS)
        ),
        "create": Shape(
            Word("create", "新建"),
            (
                Slot("form", Word("form", "表单"), Kind.PATH, positional=True, required=True, domain=Domain.FORM),
                _ALL_FIELDS,
                _key("into", Word("into", "存入"), Domain.FIELD, positional=False),
            ),
        ),
        "update": Shape(
            Word("update", "更新"),
            (Slot("record", Word("record", "记录"), Kind.PATH, positional=True, required=True), _ALL_FIELDS),
        ),
        "link": Shape(
            Word("link", "关联"),
            (_key("field", Word("field", "字段"), Domain.FIELD), _RECORD),
        ),
        "hold": Shape(
            Word("hold", "冻结"),
            (
                _texts("reason", Word("reason", "原因")),
                Slot("released_by", _PARTY.word, Kind.OBJECT, many=True, inner=_PARTY),
            ),
        ),
        "release": Shape(Word("release", "解冻"), body=Body.TRUE),
        "wait_for": Shape(Word("wait for", "等待"), (_only("time", Word("time", "时长"), Kind.DURATION),), Body.VALUE),
        "wait_until": Shape(
            Word("wait until", "等到"), (_only("moment", Word("moment", "时刻"), Kind.EXPRESSION),), Body.VALUE
        ),
        "start_approval": Shape(
            Word("start approval", "发起审批"),
            (_key("approval", Word("approval", "审批")),),
        ),
        "send_for_signing": Shape(
            Word("send for signing", "发起签署"),
            (_key("document", Word("document", "文档")),),
        ),
        "call": Shape(
            Word("call", "调用"),
            (
                _key("connector", Word("connector", "连接器")),
                _key("operation", Word("operation", "操作")),
                Slot("with", Word("with", "参数"), Kind.SOURCES, many=True),
                _RETRY,
            ),
        ),
        "make_document": Shape(
            Word("make document", "生成文档"),
            (
                _key("document", Word("document", "模板")),
                _key("field", Word("into", "存入"), Domain.FIELD, positional=False),
                _RETRY,
            ),
        ),
        "post": Shape(
            Word("post", "记账"),
            (
                _LEDGER,
                Slot("account", Word("account", "账户"), Kind.EXPRESSION, required=True),
                Slot("delta", Word("delta", "增减"), Kind.EXPRESSION, required=True),
                Slot("reference", Word("reference", "凭据"), Kind.EXPRESSION, required=True),
                _FIELDS,
            ),
        ),
        "reverse": Shape(
            Word("reverse", "冲销"),
            (
                _LEDGER,
                Slot("of", Word("of", "原凭据"), Kind.EXPRESSION, required=True),
                Slot("reference", Word("reference", "凭据"), Kind.EXPRESSION, required=True),
                _FIELDS,
            ),
        ),
        "add_tag": Shape(
            Word("add tag", "加标签"),
            (
                _only("tag", Word("tag", "标签"), Kind.STRING),
                Slot("field", Word("field", "字段"), Kind.KEY, required=True, domain=Domain.FIELD),
            ),
        ),
        "snapshot": Shape(Word("snapshot", "快照"), (_texts("labels", Word("labels", "名称"), required=False),)),
        "run": Shape(
            Word("run rules", "运行规则"),
            (_keys("rules", Word("rules", "规则"), Domain.OTHER, positional=True, required=True),),
            Body.VALUE,
        ),
    }
)
"""The actions by their member in JSON, all but those that hold other actions."""

SEVERITIES = named(info=Word("info", "提示"), warning=Word("warning", "警告"), critical=Word("critical", "严重"))

OPTIONS: Mapping[str, Slot] = MappingProxyType(
    {
        slot.name: slot
        for slot in (
            _key("key", Word("key", "标识")),
            Slot("uid", Word("uid", "编号"), Kind.UID),
            Slot("order", Word("order", "顺序"), Kind.INTEGER),
            Slot("severity", Word("severity", "级别"), Kind.CHOICE, choices=SEVERITIES),
            Slot("valid_from", Word("valid from", "生效自"), Kind.DATE),
            Slot("valid_to", Word("valid to", "有效至"), Kind.DATE),
            Slot("note", Word("note", "备注"), Kind.STRING),
        )
    }
)
"""The options of a rule by their member in JSON, all but those that are one word."""

SWITCHES: Mapping[str, Word] = MappingProxyType(
    {
        "enabled:true": Word("enabled", "启用"),
        "enabled:false": Word("disabled", "停用"),
        "once:record": Word("once per record", "每条记录一次"),
        "once:state": Word("once per state", "每个状态一次"),
        "once:day": Word("once per day", "每天一次"),
        "once:week": Word("once per week", "每周一次"),
        "once:month": Word("once per month", "每月一次"),
    }
)
"""Options that are one phrase, with the value that they stand for after the colon."""
