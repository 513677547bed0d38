"""Agreements that are approved: an app in Chinese and English, its people, and short words for what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.runtime.approvals import Said
from engine.runtime.approvals_views import ApprovalView
from engine.runtime.publishing import publish
from engine.runtime.views import RecordView, Viewer
from tests.support.apps import access, app, element, field, form, role, state, transition, workflow

APP = "agreements"
PEOPLE = {
    "ge": ("葛明", "staff"),
    "ding": ("丁主管", "chief"),
    "wang": ("王芳", "legal"),
    "zhao": ("赵律师", "staff"),
    "sun": ("孙评委", "jury"),
    "qian": ("钱评委", "jury"),
    "stranger": ("外人", None),
}
"""Who there is: what each is called, and the role that they have in the app, if any."""


def called(item: dict[str, Any], zh: str, en: str) -> dict[str, Any]:
    """Return the element with these labels."""
    return {**item, "labels": {"zh": zh, "en": en}}


def _step(key: str, zh: str, en: str, who: str, **more: Any) -> dict[str, Any]:
    return called(element(key, who=[{"role": who}], **more), zh, en)


def documents() -> dict[str, Any]:
    """Return the app's documents."""
    agreement = form(
        "agreement",
        called(field("name"), "名称", "Name"),
        called(field("amount", "money"), "金额", "Amount"),
        called(field("opinion", "long_text"), "法务意见", "Legal opinion"),
        called(field("mark", "number"), "得分", "Mark"),
        title="{{name}}",
        workflow="agreement",
    )
    states = [
        called(state("draft", "draft"), "草稿", "Draft"),
        called(state("asking"), "审批中", "Being approved"),
        called(state("good", "won"), "已生效", "In force"),
        called(state("bad", "lost"), "未通过", "Turned down"),
    ]
    system = {"by": "system"}
    moves = [
        called(transition("ask", ["draft"], "asking", by=[{"creator": True}]), "提交审批", "Hand in"),
        called(transition("accept", ["asking"], "good", **system), "生效", "Put in force"),
        called(transition("refuse", ["asking"], "bad", **system), "不予签订", "Turn down"),
        called(transition("back", ["asking"], "draft", **system), "回到草稿", "Back to draft"),
    ]
    steps = [
        _step("chief", "主管审批", "Chief", "chief", due={"hours": 48}),
        _step("legal", "法务审核", "Legal", "legal", fields=["opinion"]),
        _step("jury", "评委打分", "Jury", "jury", need="all", score={"least": 0, "most": 100, "into": "mark"}),
    ]
    ends = {"approved": "accept", "rejected": "refuse", "returned": "back", "withdrawn": "back"}
    approval = called(element("contract", steps=steps, state="asking", ends=ends), "合同审批", "Contract approval")
    flow = {**workflow("agreement", states, moves), "approvals": [approval]}
    roles = [called(role(key, access("agreement")), key, key) for key in ("staff", "chief", "legal", "jury")]
    made = app(called(agreement, "合同", "Agreement"), flow, key=APP, roles=roles)
    made["app.json"] = called(made["app.json"], "合同管理", "Agreements")
    return made


def side_by_side() -> dict[str, Any]:
    """Return the app's documents with two approvals at once: chief and lawyer, and all of the jury."""
    made = documents()
    flow = made["workflows/agreement.json"]
    [first] = flow["approvals"]
    second = called(
        element("money", steps=first["steps"][2:], state="asking", ends=first["ends"]), "财务审批", "Finance"
    )
    flow["approvals"] = [{**first, "steps": first["steps"][:2]}, second]
    return made


def undecided() -> dict[str, Any]:
    """Return the app's documents with states and what people do, without any approval or what follows one.

    Calls refer to an agreement.
    """
    made = documents()
    call = form("call", called(field("agreement", "reference", form="agreement"), "合同", "Agreement"))
    made["forms/call.json"] = called(call, "回访", "Call")
    flow = made["workflows/agreement.json"]
    flow.pop("approvals")
    flow["transitions"] = [move for move in flow["transitions"] if move["by"] != "system"]
    for origin, target, zh, en in (("asking", "good", "直接生效", "In force at once"), ("asking", "bad", "不签", "No")):
        flow["transitions"].append(called(transition(f"to_{target}", [origin], target), zh, en))
    return made


@dataclass
class Agreements:
    """The app on an instance, its people, and short words for what tests do often."""

    instance: Instance

    @classmethod
    def on(cls, instance: Instance, password: str, made: dict[str, Any] | None = None) -> Agreements:
        """Publish the app, or another design of it, and bring its people, who all have the same password."""
        publish(instance.services.execution, made or documents(), Actor(None))
        chief = instance.directory.add_user("ding", PEOPLE["ding"][0], password)
        for name, (shown, _) in PEOPLE.items():
            if name != "ding":
                instance.directory.add_user(name, shown, password, manager=chief)
        for name, (_, own) in PEOPLE.items():
            if own is not None:
                instance.directory.grant(name, APP, own)
        return cls(instance)

    def viewer(self, name: str) -> Viewer:
        """Return one of the people."""
        found = next(user for user in self.instance.directory.everybody() if user.name == name)
        return self.instance.directory.viewer(found.id)

    def apply(self, name: str = "九江康宁 2026 框架合同", by: str = "ge", amount: str = "73500") -> RecordView:
        """Make an agreement and hand it in."""
        return self.instance.records.create(
            self.viewer(by), APP, "agreement", {"name": name, "amount": amount}, transition="ask"
        )

    def standing(self, record: RecordView) -> ApprovalView:
        """Return how the latest approval of an agreement stands."""
        return self.instance.services.approvals.of_record(self.viewer("ge"), APP, "agreement", record.id)[0]

    def act(self, name: str, record: RecordView, act: str, comment: str | None = None, **more: Any) -> ApprovalView:
        """Do something in the latest approval of an agreement."""
        said = Said(comment, **more)
        return self.instance.services.approvals.act(self.viewer(name), self.standing(record).id, act, said)

    def state(self, record: RecordView) -> str | None:
        """Return the state that an agreement is in by now."""
        return self.instance.records.read(self.viewer("ge"), APP, "agreement", record.id).state
