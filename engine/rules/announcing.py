"""Checks what this version cannot run yet, names, types and all, and refuses it by name: nothing stated is ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from engine.kernel.persons import PersonsDef
from engine.language.gathering import Gathering
from engine.language.types import BooleanType, ReferenceType
from engine.rules import problems
from engine.rules.announced import (
    AddTagDef,
    AnnouncedDef,
    DeliveryDef,
    LinkDef,
    MakeDocumentDef,
    RunRulesDef,
    SnapshotDef,
    StartApprovalDef,
    WaitForDef,
    WaitUntilDef,
)
from engine.rules.definitions import EventDef
from engine.rules.naming import Names, check_known

EVENTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "task_done": ("待办完成事件", "rules on a task that is done"),
        "approval_done": ("审批完成事件", "rules on an approval that is done"),
        "button": ("按钮事件", "rules on a button"),
    }
)
PERSONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "least_loaded": ("最空闲者", "the least loaded of a role"),
        "watchers": ("关注人", "watchers"),
    }
)
IN_APP = ("in_app",)


def not_yet(work: Gathering, place: str, what: tuple[str, str]) -> None:
    """Gather that something cannot be run yet; ``what`` names it in Chinese and English."""
    work.found.append(problems.NOT_YET.at(place, what_zh=what[0], what_en=what[1]))


def check_event(event: EventDef, place: str, work: Gathering) -> None:
    """Gather what of an event cannot be run yet."""
    if event.kind in EVENTS:
        not_yet(work, f"{place}.{event.kind}", EVENTS[event.kind])
    if event.schedule is not None and event.schedule.workdays:
        not_yet(work, f"{place}.schedule.workdays", ("只在工作日的时间表", "schedules on workdays only"))
    if event.ahead is not None and event.ahead.offset is not None and event.ahead.offset.unit == "workdays":
        not_yet(work, f"{place}.deadline.offset", ("按工作日的偏移", "offsets in workdays"))


def check_persons(who: Iterable[PersonsDef], place: str, work: Gathering) -> None:
    """Gather the persons that cannot be found yet."""
    for number, item in enumerate(who):
        if item.kind in PERSONS:
            not_yet(work, f"{place}[{number}].{item.kind}", PERSONS[item.kind])


def check_delivery(delivery: DeliveryDef | None, place: str, work: Gathering) -> None:
    """Gather what of a delivery cannot be done yet: everything but telling people inside of the platform, at once."""
    if delivery is None:
        return
    if delivery.channels not in ((), IN_APP):
        not_yet(work, f"{place}.channels", ("站内之外的通知方式", "notifications outside of the platform"))
    if delivery.quiet_hours is not None:
        not_yet(work, f"{place}.quiet_hours", ("免打扰时段", "quiet hours"))
    if delivery.digest is not None:
        not_yet(work, f"{place}.digest", ("汇总通知", "digests"))
    if delivery.retry is not None:
        not_yet(work, f"{place}.retry", ("自定义重试", "retry policies of one's own"))


def check_announced(place: str, action: AnnouncedDef, work: Gathering, names: Names) -> None:
    """Gather what is wrong with an action that cannot be run yet, and that it cannot."""
    match action:
        case LinkDef(field=field, record=record):
            references = [key for key, item in names.form.fields.items() if isinstance(item.type, ReferenceType)]
            check_known(work, f"{place}.link.field", [field], references)
            work.expression(f"{place}.link.record", record)
            what = ("关联", "link")
        case WaitForDef():
            what = ("等待", "wait for")
        case WaitUntilDef(condition=condition):
            work.expression(f"{place}.wait_until", condition, BooleanType)
            what = ("等到", "wait until")
        case StartApprovalDef():
            what = ("发起审批", "start approval")
        case MakeDocumentDef(field=field):
            check_known(work, f"{place}.make_document.field", [field] if field else [], names.fields)
            what = ("生成文档", "make document")
        case AddTagDef(field=field):
            check_known(work, f"{place}.add_tag.field", [field] if field else [], names.fields)
            what = ("加标签", "add tag")
        case SnapshotDef():
            what = ("快照", "snapshot")
        case RunRulesDef(rules=rules):
            check_known(work, f"{place}.run", rules, names.rules)
            what = ("运行规则", "run rules")
    not_yet(work, place, what)
