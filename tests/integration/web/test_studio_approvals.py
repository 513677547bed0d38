"""Approvals in the studio: a route is put together on the page, said in plain words, and nothing of it is lost."""

from __future__ import annotations

import copy
import html
import re

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, element, field, form, role, state, transition, uid, workflow
from tests.support.controls import controls_of

STUDIO = "/a/firm/studio/"
PAGE = f"{STUDIO}approvals/deal"


def _labels(zh, en):
    return {"labels": {"zh": zh, "en": en}}


def _step(key, who, **more):
    return {**element(key, who=who, **more), **_labels(f"{key}步", f"{key} step")}


STEPS = [
    _step("chief", [{"manager_of": "owner"}], due={"hours": 48, "late": "superior"}),
    _step("chain", [{"manager_chain": "owner"}], need="sequence", levels=3, up_to="judge", when="amount > 100000"),
    _step("parties", [{"role": "legal"}, {"role": "staff"}], need="each", fields=["opinion"]),
    _step(
        "board",
        [{"role": "judge"}, {"person": "customer.buyer"}],
        need={"percent": 60},
        score={"least": 0, "most": 100, "tolerance": 20, "beside": "mark", "into": "mark"},
        due={"workdays": 2, "late": "remind"},
    ),
]
ENDS = {"approved": "accept", "rejected": "refuse", "returned": "back", "withdrawn": "back", "apart": "again"}
APPROVAL = {
    **element("contract", state="asking", withdraw="before_first", ends=ENDS, steps=STEPS),
    **_labels("合同审批", "Contract approval"),
}


def documents():
    fields = [field("amount", "money"), field("opinion", "long_text"), field("mark", "number"), field("boss", "person")]
    deal = form("deal", field("name"), *fields, field("customer", "reference", form="firm"), workflow="deal")
    states = [state("draft", "draft"), state("asking"), state("good", "won"), state("bad", "lost")]
    system = {"by": "system"}
    moves = [
        transition("ask", ["draft"], "asking"),
        transition("accept", ["asking"], "good", **system),
        transition("refuse", ["asking"], "bad", **system),
        transition("back", ["asking"], "draft", **system),
        transition("again", ["asking"], "asking", **system),
    ]
    flow = {**workflow("deal", states, moves), "approvals": [copy.deepcopy(APPROVAL)]}
    roles = [role(key, access("deal"), access("firm")) for key in ("staff", "legal", "judge")]
    roles[1]["labels"] = {"zh": "法务", "en": "Legal"}
    return app(deal, form("firm", field("buyer", "person")), flow, key="firm", roles=roles)


@pytest.fixture(scope="module", autouse=True)
def _firm(instance):
    publish(instance.services.execution, documents(), Actor(None))


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def administrator(instance):
    return instance.directory.viewer(next(one.id for one in instance.directory.everybody() if one.name == "root"))


@pytest.fixture
def flow(instance, administrator):
    """Return the workflow as it is designed."""
    return lambda: instance.services.studio.design(administrator, "firm").documents["workflows/deal.json"]


@pytest.fixture
def approval(flow):
    return lambda key="contract": next(one for one in flow()["approvals"] if one["key"] == key)


@pytest.fixture
def post(root):
    def send(path="", values=(), **data):
        page = text(root.get(PAGE))
        seen = next(one.value("seen") for one in controls_of(page) if one.value("seen"))
        told = {"seen": seen, "language": "zh", **data}
        pairs = [*told.items(), *(("value", value) for value in values)]
        return root.post(f"{PAGE}{path}", pairs)

    return send


@pytest.fixture(autouse=True)
def _clean(instance, administrator):
    yield
    left = instance.services.drafts.show(administrator, "firm")
    if left is not None:
        instance.services.drafts.discard(administrator, "firm", left.version)


def checked(root):
    return text(root.get(f"{STUDIO}checks"))


def test_what_is_shown_and_sent_back_changes_no_byte(root, instance, administrator):
    """Every control of the approval and of its steps, sent as it stands, leaves the design without a draft."""
    here = f"{PAGE}/{APPROVAL['uid']}"
    sent = 0
    for page in (here, *(f"{here}?at={step['uid']}" for step in STEPS)):
        for control in controls_of(text(root.get(page))):
            if control.is_live:
                assert root.post(control.action, control.sent).status_code == 303, control
                sent += 1
    assert sent >= 50
    assert not instance.services.studio.design(administrator, "firm").is_draft


def test_an_approval_reads_in_plain_words_in_both_languages(root):
    page = text(root.get(PAGE))
    assert "负责人的上级,48 小时内;超时转交上级" in page
    assert "负责人的逐级上级(最多 3 级,到“judge的中文”为止),依次同意" in page
    assert "法务、staff的中文,每一方有一人同意,要填写“opinion的中文”" in page
    assert "打 0–100 分(相差超过 20% 即结束),平均分写入“mark的中文”,2 个工作日内;超时只提醒" in page
    assert "仅当 amount的中文 &gt; 100000:" in page
    controls = controls_of(text(root.get(f"{PAGE}/{APPROVAL['uid']}?at={STEPS[3]['uid']}")))
    assert [one.value("value") for one in controls if one.value("key") == "score.beside"] == ["mark的中文"]
    root.post("/language", {"language": "en", "next": PAGE})
    english = text(root.get(PAGE))
    root.post("/language", {"language": "zh", "next": PAGE})
    assert "The superior of the owner, within 48 hours; when late, it is handed on to the superior" in english
    assert "Only where `amount in English` &gt; 100000: the superiors of the owner, one above the other" in english
    assert "Judge in English, buyer in English of customer in English, 60 % have to agree, giving 0–100" in english


def test_an_approval_of_two_steps_is_put_together_from_nothing(post, root, approval, flow):
    assert post(f"/{APPROVAL['uid']}/remove").status_code == 303
    assert "approvals" not in flow()
    made = post(name="采购审批", state="asking").location.rpartition("/")[2]
    assert "还没有写明" in text(root.get(f"{PAGE}/{made}"))
    assert "没有写明approved之后怎么走" in checked(root)
    assert post(f"/{made}", key="ends.approved", value="accept").status_code == 303
    assert post(f"/{made}", key="ends.rejected", value="refuse").status_code == 303
    post(f"/{made}", key="withdraw", value="never")
    step = post(f"/{made}/steps", name="法务审核").location.rpartition("at=")[2]
    post(f"/{made}/steps/{step}/who", act="set", number="0", value='{"role":"legal"}')
    post(f"/{made}/steps/{step}/who", act="add", value='{"manager_chain":"customer.owner"}')
    post(f"/{made}/steps/{step}", key="need", value="each")
    post(f"/{made}/steps/{step}", key="levels", value="2")
    post(f"/{made}/steps/{step}", key="up_to", value="judge")
    post(f"/{made}/steps/{step}", key="when", value="amount > 5")
    post(f"/{made}/steps/{step}", key="due", value="workdays", count="", late="reject")
    post(f"/{made}/steps/{step}", key="fields", values=["opinion", "made_up"])
    post(f"/{made}/steps/{step}", key="name", value="Legal", language="en")
    post(f"/{made}/steps/{step}/move", step="up")
    found = approval("cai_gou_shen_pi")
    assert (found["uid"], found["state"], found["withdraw"]) == (made, "asking", "never")
    assert found["ends"] == {"approved": "accept", "rejected": "refuse"}
    assert found["steps"][0] == {
        "uid": step,
        "key": "fa_wu_shen_he",
        "labels": {"zh": "法务审核", "en": "Legal"},
        "who": [{"role": "legal"}, {"manager_chain": "customer.owner"}],
        "need": "each",
        "levels": 2,
        "up_to": "judge",
        "when": "amount > 5",
        "due": {"workdays": 2, "late": "reject"},
        "fields": ["opinion"],
    }
    assert found["steps"][1]["who"] == [{"manager_of": "owner"}]
    assert "可以发布" in checked(root)


def test_everybody_who_is_offered_can_be_published(post, root, approval):
    path = f"/{APPROVAL['uid']}/steps/{STEPS[0]['uid']}"
    page = text(root.get(f"{PAGE}/{APPROVAL['uid']}?at={STEPS[0]['uid']}"))
    offered = {html.unescape(one) for one in re.findall(r'<option value="(\{[^"]*\})"', page)}
    assert '{"manager_of":"created_by"}' in offered
    for value in sorted(offered):
        post(f"{path}/who", act="add", value=value)
    assert len(approval()["steps"][0]["who"]) == len(offered) > 15
    assert "可以发布" in checked(root)


def test_two_workdays_do_not_become_two_hours(post, approval, root):
    path = f"/{APPROVAL['uid']}/steps/{STEPS[3]['uid']}"
    post(path, key="due", value="hours", count="2", late="approve")
    assert approval()["steps"][3]["due"] == {"hours": 48, "late": "approve"}
    post(path, key="due", value="work_hours", count="6", late="superior")
    assert approval()["steps"][3]["due"] == {"work_hours": 6, "late": "superior"}
    assert "6 个工作小时内" in text(root.get(PAGE))
    post(path, key="due", value="workdays", count="5", late="remind")
    assert approval()["steps"][3]["due"] == {"workdays": 5}
    post(path, key="due", value="", count="5", late="remind")
    assert "due" not in approval()["steps"][3]


def test_who_has_agreed_is_not_asked_again_where_the_approval_says_so(post, approval):
    path = f"/{APPROVAL['uid']}"
    post(path, key="skip_repeated", value="true")
    assert approval()["skip_repeated"] is True
    post(path, key="skip_repeated")
    assert "skip_repeated" not in approval()


def test_points_are_given_taken_into_a_field_and_given_up_again(post, approval):
    path = f"/{APPROVAL['uid']}/steps/{STEPS[0]['uid']}"
    post(path, key="score", value="true")
    assert approval()["steps"][0]["score"] == {"least": 0, "most": 100}
    for part, value in (("least", "-5"), ("most", "10"), ("tolerance", "15"), ("into", "mark"), ("beside", "mark * 2")):
        post(path, key=f"score.{part}", value=value)
    scored = {"least": -5, "most": 10, "tolerance": 15, "into": "mark", "beside": "mark * 2"}
    assert approval()["steps"][0]["score"] == scored
    for part in ("tolerance", "into", "beside"):
        post(path, key=f"score.{part}", value="")
    assert approval()["steps"][0]["score"] == {"least": -5, "most": 10}
    assert post(path, key="score.least", value="").status_code == 422
    post(path, key="score")
    assert "score" not in approval()["steps"][0]


def test_a_transition_is_made_where_an_outcome_has_none(post, flow, approval, root):
    path = f"/{APPROVAL['uid']}"
    page = text(root.get(PAGE + path))
    assert 'value="+draft"' not in page, "a transition of the system leads there already"
    assert 'value="+good"' not in page
    post(path, key="state", value="draft")
    assert "不能从审批所在的状态" in checked(root)
    assert 'value="+good"' in text(root.get(PAGE + path))
    post(path, key="ends.approved", value="+good")
    made = flow()["transitions"][-1]
    assert (made["from"], made["to"], made["by"]) == (["draft"], "good", "system")
    assert approval()["ends"]["approved"] == made["key"]
    post(path, key="ends.withdrawn", value="")
    assert "withdrawn" not in approval()["ends"]


def test_approvals_of_one_state_share_what_follows_when_all_approve(post, approval, root):
    made = post(name="价格审批", state="asking").location.rpartition("/")[2]
    key = "jia_ge_shen_pi"
    assert approval(key)["ends"] == {"approved": "accept"}
    post(f"/{made}", key="ends.approved", value="again")
    assert approval()["ends"]["approved"] == approval(key)["ends"]["approved"] == "again"
    post(f"/{made}", key="ends.rejected", value="back")
    assert approval()["ends"]["rejected"] == "refuse"
    assert "同时进行" in text(root.get(f"{PAGE}/{made}"))
    post(f"/{made}", key="state", value="")
    assert "state" not in approval(key)
    assert "由规则发起" in text(root.get(f"{PAGE}/{made}"))


def test_steps_change_places_and_the_last_one_stays(post, approval):
    path, uids = f"/{APPROVAL['uid']}/steps", [step["uid"] for step in STEPS]
    post(f"{path}/{uids[3]}/move", before=uids[0])
    assert [step["uid"] for step in approval()["steps"]] == [uids[3], *uids[:3]]
    post(f"{path}/{uids[3]}/move", step="down")
    assert [step["uid"] for step in approval()["steps"]] == [uids[0], uids[3], *uids[1:3]]
    for step in uids[1:]:
        assert post(f"{path}/{step}/remove").status_code == 303
    assert post(f"{path}/{uids[0]}/remove").status_code == 422
    assert post(f"{path}/{uids[0]}/who", act="remove", number="0").status_code == 422
    assert approval()["steps"] == STEPS[:1]


def test_who_is_asked_is_put_in_order_and_named_once(post, approval):
    path = f"/{APPROVAL['uid']}/steps/{STEPS[2]['uid']}/who"
    post(path, act="add", value='{"role":"staff"}')
    assert approval()["steps"][2]["who"] == [{"role": "legal"}, {"role": "staff"}]
    post(path, act="earlier", number="1")
    post(path, act="add", value='{"creator":true}')
    assert approval()["steps"][2]["who"] == [{"role": "staff"}, {"role": "legal"}, {"creator": True}]
    post(path, act="remove", number="0")
    assert approval()["steps"][2]["who"] == [{"role": "legal"}, {"creator": True}]


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("", {"key": "answer", "value": "x"}, 400),
        ("", {"key": "withdraw", "value": "sometimes"}, 422),
        ("", {"key": "state", "value": "nowhere"}, 409),
        ("", {"key": "ends.approved", "value": "nowhere"}, 409),
        ("", {"key": "ends.approved", "value": "+nowhere"}, 409),
        ("", {"key": "ends.overtaken", "value": "accept"}, 422),
        ("", {"key": "name", "value": " "}, 422),
        ("/steps", {"name": ""}, 422),
        ("/steps/STEP", {"key": "uid", "value": "x"}, 400),
        ("/steps/STEP", {"key": "need", "value": "most"}, 422),
        ("/steps/STEP", {"key": "need", "value": "percent", "percent": "101"}, 422),
        ("/steps/STEP", {"key": "due", "value": "days", "count": "1"}, 422),
        ("/steps/STEP", {"key": "due", "value": "hours", "count": "0"}, 422),
        ("/steps/STEP", {"key": "levels", "value": "many"}, 422),
        ("/steps/STEP", {"key": "up_to", "value": "nobody"}, 422),
        ("/steps/STEP", {"key": "score.least", "value": "1"}, 409),
        ("/steps/STEP/who", {"act": "add", "value": '{"role":"nobody"}'}, 422),
        ("/steps/STEP/who", {"act": "remove", "number": "7"}, 409),
        ("/steps/STEP/who", {"act": "remove", "number": "x"}, 400),
        ("/steps/STEP/who", {"act": "explode"}, 400),
        ("/steps/gone/move", {"step": "up"}, 409),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(post, flow, path, sent, status):
    before = flow()
    assert post(f"/{APPROVAL['uid']}{path.replace('STEP', STEPS[0]['uid'])}", **sent).status_code == status
    assert flow() == before


def test_the_pages_are_absent_for_who_designs_nothing_and_where_nothing_is(librarian, root):
    assert librarian.get(PAGE).status_code == 404
    assert librarian.post(PAGE, {"seen": "1.0", "name": "x"}).status_code == 404
    assert root.get(f"{STUDIO}approvals/nothing").status_code == 404
    assert root.get(f"{PAGE}/{uid()}").status_code == 404
    assert "请先给表单建状态" in text(root.get(f"{STUDIO}approvals/firm"))
