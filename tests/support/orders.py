"""A small app about orders whose form has every kind of condition: what pages decide is compared with the server."""

from __future__ import annotations

from typing import Any

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, field, form, options, parameter, role, rule, state, transition, workflow

APP = "orders"
MEET = {"zh": "太晚了", "en": "Too late"}


def labelled(item: dict[str, Any], zh: str, en: str) -> dict[str, Any]:
    """Return the element with these labels."""
    return {**item, "labels": {"zh": zh, "en": en}}


def _holds(number: int, source: str, zh: str, en: str) -> dict[str, Any]:
    return {"uid": f"v{number:011d}", "holds": source, "message": {"zh": zh, "en": en}}


def _lines() -> dict[str, Any]:
    positive = _holds(1, "qty > 0", "数量要大于零", "Some, please")
    return field(
        "items",
        "lines",
        required="submit",
        fields=[
            labelled(field("name", required="submit"), "品名", "Item"),
            labelled(field("qty", "number", scale=0, max="999", validations=[positive]), "数量", "Quantity"),
            labelled(field("price", "money", min="0", default="1.50"), "单价", "Price"),
            labelled(field("cost", "money", computed="qty * price"), "小计", "Cost"),
            labelled(field("remark", required_when='qty > 10 and parent.kind = "rush"'), "说明", "Remark"),
        ],
    )


def _simple() -> list[dict[str, Any]]:
    late = _holds(2, "due >= today()", "交期不能早于今天", "Not before today")
    return [
        labelled(field("buyer", required="create", max_length=12), "买方", "Buyer"),
        labelled(field("kind", "choice", options=options("normal", "rush", "gift")), "类别", "Kind"),
        labelled(field("amount", "number", scale=3, digits=7, min="-5", max="5000.5"), "数额", "Amount"),
        labelled(field("discount", "percent", visible_when='kind = "rush"'), "折扣", "Discount"),
        labelled(field("reason", "long_text", required_when="discount > 10"), "理由", "Reason"),
        labelled(field("phone", "phone"), "电话", "Phone"),
        labelled(field("mail", "email", visible_when="phone is not empty"), "邮箱", "Mail"),
        labelled(field("code", "id_code"), "信用代码", "Credit code"),
        labelled(
            field("due", "date", presets=["today", "tomorrow", "friday"], default="today() + 7", validations=[late]),
            "交期",
            "Due",
        ),
        labelled(field("at", "datetime", visible_when="due > date(2027, 1, 1)"), "时间", "At"),
        labelled(field("paid", "boolean", default="false"), "已付", "Paid"),
        labelled(field("wishes", "multi_choice", options=options("wrap", "card", "soon")), "要求", "Wishes"),
        labelled(field("score", "rating", required_when='paid and "card" in wishes'), "评分", "Score"),
        labelled(field("sketch", "image", visible_when='kind = "gift"', required="submit"), "草图", "Sketch"),
        labelled(field("agent", "person", visible_when="amount > 10 or paid"), "经办", "Agent"),
    ]


def _derived() -> list[dict[str, Any]]:
    return [
        labelled(field("total", "money", computed="sum(items.cost) + coalesce(amount, 0)"), "合计", "Total"),
        labelled(field("big", "boolean", computed="total > 100"), "大单", "Big"),
        labelled(field("sponsor", visible_when="big", required="submit"), "批准人", "Sponsor"),
        labelled(field("thanks", visible_when="sponsor is empty and count(items) > 1"), "答谢", "Thanks"),
        labelled(field("greeting", required="submit"), "贺词", "Greeting"),
        labelled(field("wrapping", visible_when="greeting is not empty"), "包装", "Wrapping"),
        labelled(field("outcome", visible_when='state = "sent"', required="submit"), "结果", "Outcome"),
        labelled(field("margin", "money"), "毛利", "Margin"),
        labelled(field("warning", visible_when="margin < 0"), "警告", "Warning"),
        labelled(field("stamp"), "章", "Stamp"),
        labelled(field("stamped", visible_when="stamp is not empty"), "盖章后", "Stamped"),
        labelled(field("first", "reference", form="order"), "前单", "First order"),
        labelled(field("again", visible_when="first.amount > 1"), "再来", "Again"),
        labelled(field("ceiling", visible_when="amount > param.most"), "上限说明", "Ceiling"),
    ]


def documents() -> dict[str, Any]:
    """Return the app's documents."""
    of_gift = {**field("gift"), "fields": ["greeting", "wrapping"], "visible_when": 'kind = "gift"'}
    of_gift = {key: value for key, value in of_gift.items() if key != "type"}
    order = form(
        "order",
        *_simple(),
        labelled(_lines(), "明细", "Items"),
        *_derived(),
        title="{{buyer}}",
        sections=[labelled(of_gift, "礼品", "Gift")],
        find_by=["phone"],
        answer={"zh": "已记下,合计{{total}}。", "en": "Noted, {{total}} in all."},
    )
    flow = workflow(
        "order",
        [labelled(state("open", "draft"), "草稿", "Draft"), labelled(state("sent"), "已发出", "Sent")],
        [labelled(transition("send", ["open"], "sent", fields=["buyer", "kind", "due"]), "发出", "Send")],
    )
    stamping = rule("stamping", "order", {"before": ["save"]}, {"set": {"stamp": '"x"'}}, when="amount > 50")
    most = parameter("most", "number", default="20", scale=0)
    staff = role("staff", access("order", hidden_fields=["margin"]))
    boss = {**role("boss", access("order")), "parameters": True}
    return app(order, flow, stamping, key=APP, roles=[staff, boss], parameters=[most])


def publish_orders(instance: Instance, password: str) -> None:
    """Publish the app and bring its people: ``clerk`` (staff) and ``chief`` (boss)."""
    publish(instance.services.execution, documents(), Actor(None))
    for name, shown, role_key in (("clerk", "小林", "staff"), ("chief", "老陈", "boss")):
        instance.directory.add_user(name, shown, password)
        instance.directory.grant(name, APP, role_key)
