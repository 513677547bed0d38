"""A small app about deals that are put on hold, with who releases them: what pages and API tell of holds and rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.kernel.clocks import DAY_MS, moment_text
from engine.runtime.publishing import publish
from engine.runtime.views import RecordView, Viewer
from tests.support.apps import access, app, element, field, form, parameter, role, rule, state, transition, workflow

APP = "deals"
PEOPLE = {"rep": "葛明", "boss": "丁主管", "banker": "王会计", "guest": "访客"}
STAFF = ("customer", "deal", "debt")


def called(item: dict[str, Any], zh: str, en: str) -> dict[str, Any]:
    """Return the element with these labels."""
    return {**item, "labels": {"zh": zh, "en": en}}


def _relation(number: int, form_key: str, zh: str, en: str) -> dict[str, Any]:
    more = {"uid": f"r{number:011d}", "key": f"{form_key}s", "form": form_key, "reference": "customer"}
    return called(more, zh, en)


def _of_customer() -> dict[str, Any]:
    return called(field("customer", "reference", form="customer"), "客户", "Customer")


def _forms() -> list[dict[str, Any]]:
    related = [_relation(1, "deal", "商机", "Deals"), _relation(2, "debt", "欠款", "Debts")]
    customer = form("customer", called(field("name"), "名称", "Name"), title="{{name}}", relations=related)
    deal = form(
        "deal",
        called(field("name"), "名称", "Name"),
        _of_customer(),
        called(field("amount", "money"), "金额", "Amount"),
        called(field("seen_at", "datetime"), "最近进展", "Last activity"),
        called(field("budget"), "预算", "Budget"),
        called(field("banker", "person"), "会计", "Accountant"),
        called(field("rivals"), "竞争对手", "Competitors"),
        called(field("no_rival", "boolean"), "没有竞争对手", "No competitor"),
        called(field("why"), "解除理由", "Why it is released"),
        called(field("next_step"), "下一步", "Next step"),
        title="{{name}}",
        list={"fields": ["customer", "amount", "held"]},
    )
    debt = form("debt", _of_customer(), called(field("amount", "money"), "金额", "Amount"), title="{{amount}}")
    return [called(customer, "客户", "Customer"), called(deal, "商机", "Deal"), called(debt, "欠款", "Debt")]


def _moves() -> dict[str, Any]:
    release = transition(
        "release", "*", "open", releases=True, fields=["why", "next_step", "name"], by=[{"role": "staff"}]
    )
    del release["to"]
    advance = transition(
        "advance", ["open"], "offered", fields=["amount", "name", "customer"], one_of=[["rivals", "no_rival"]]
    )
    states = [called(state("open"), "跟进中", "Open"), called(state("offered", "won"), "已报价", "Offered")]
    return workflow("deal", states, [called(advance, "报价", "Offer"), called(release, "解除冻结", "Release")])


def _paying() -> dict[str, Any]:
    pressed = {"button": {"key": "paid", "labels": {"zh": "已结清", "en": "Paid off"}}}
    nothing = {"set": {"amount": "0"}}
    paying = rule("paid", "debt", pressed, [nothing, {"wait_for": {"days": 2}}, nothing], when="amount > 0")
    return called(paying, "结清欠款", "Pay off a debt")


def _letter() -> dict[str, Any]:
    """Return a document that is made of a debt, as PDF."""
    content = [{"title": {"zh": "催款函", "en": "Letter"}}, {"fields": {"keys": ["amount", "owner"]}}]
    letter = {"format": 1, "kind": "document", **element("letter"), "form": "debt", "content": content}
    return called(letter, "催款函", "Letter")


def documents() -> dict[str, Any]:
    """Return the app's documents."""
    hold = {
        "hold": {
            "reason": {
                "zh": "预算没确认,{{days_since(seen_at)}}天没有进展",
                "en": "no budget and nothing done for {{days_since(seen_at)}} days",
            },
            "released_by": [{"persons": [{"manager_of": "owner"}]}, {"persons": [{"person": "banker"}]}],
        }
    }
    when = "not held and days_since(seen_at) >= param.idle.days and budget is empty"
    on = [{"schedule": {"cron": "0 * * * *"}}, {"changed": ["seen_at"]}]
    task = {
        "open_task": {
            "key": "look",
            "to": [{"manager_of": "owner"}, {"person": "banker"}],
            "title": {"zh": "已冻结:{{name}}", "en": "On hold: {{name}}"},
            "actions": [
                {
                    **called({"key": "release"}, "解除", "Release"),
                    "transition": "release",
                    "fields": ["why", "next_step"],
                },
                called({"key": "look"}, "核查", "Checked"),
            ],
        }
    }
    told = {"notify": {"to": [{"owner": True}], "text": {"zh": "已冻结:{{name}}", "en": "On hold: {{name}}"}}}
    stop = called(
        rule("stop", "deal", on, [hold, task, told], when=when, severity="critical"),
        "长期没有进展就冻结",
        "Hold what lies idle",
    )
    off = called(rule("off", "deal", {"created": True}, told, enabled=False), "新商机提醒", "Tell of new deals")
    days = called(parameter("idle.days", "number", default="15", scale=0), "多少天没进展", "Idle days")
    staff = role("staff", *(access(key) for key in STAFF))
    guest = role("guest", access("deal", "read", hidden_fields=["budget"]), access("customer", "read"))
    documents = app(*_forms(), _moves(), stop, off, _paying(), key=APP, roles=[staff, guest], parameters=[days])
    documents["app.json"] = called(documents["app.json"], "商机管理", "Deals")
    return {**documents, "documents/letter.json": _letter()}


@dataclass
class Deals:
    """The app on an instance, its people, and short words for what tests do often."""

    instance: Instance

    @classmethod
    def on(cls, instance: Instance, password: str) -> Deals:
        """Publish the app and bring its people."""
        publish(instance.services.execution, documents(), Actor(None))
        boss = instance.directory.add_user("boss", PEOPLE["boss"], password)
        for name in ("rep", "banker", "guest"):
            instance.directory.add_user(name, PEOPLE[name], password, manager=boss if name == "rep" else None)
        for name in PEOPLE:
            instance.directory.grant(name, APP, "guest" if name == "guest" else "staff")
        return cls(instance)

    def viewer(self, name: str) -> Viewer:
        """Return one of the people."""
        found = next(user for user in self.instance.directory.everybody() if user.name == name)
        return self.instance.directory.viewer(found.id)

    def deal_version(self, deal: RecordView) -> int:
        """Return the version that a deal is at by now."""
        return self.instance.records.read(self.viewer("rep"), APP, "deal", deal.id).version

    def customer(self, name: str = "九江康宁") -> RecordView:
        """Make a customer."""
        return self.instance.records.create(self.viewer("rep"), APP, "customer", {"name": name})

    def debt(self, amount: str) -> RecordView:
        """Make a debt."""
        return self.instance.records.create(self.viewer("rep"), APP, "debt", {"amount": amount})

    def deal(self, days: int = 0, **more: Any) -> RecordView:
        """Make a deal of the rep's on which nothing was done for so many days; 15 of them put it on hold."""
        seen = self.instance.clocks.business() - days * DAY_MS
        more.setdefault("customer", self.customer().id)
        fields = {"name": "注射泵", "seen_at": moment_text(seen), "banker": self.viewer("banker").id, **more}
        made = self.instance.records.create(self.viewer("rep"), APP, "deal", {**fields, "seen_at": None})
        moved = {"seen_at": fields["seen_at"]}
        changed = self.instance.records.update(self.viewer("rep"), APP, "deal", made.id, moved, made.version)
        self.instance.jobs().run_until_quiet()
        return self.instance.records.read(self.viewer("rep"), APP, "deal", changed.id)
