"""Duties of states in the studio: what has to be recorded in every period is said without a line of JSON."""

from __future__ import annotations

import copy

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, element, field, form, role, state, transition, workflow
from tests.support.controls import controls_of

STUDIO = "/a/works/studio/"
PAGE = f"{STUDIO}duties/job"
DUTIES = [
    element(
        "weekly",
        records="notes",
        each="week",
        count=2,
        where="kind = 'call'",
        dated="day",
        remind="0 16 * * 5",
        tell=[{"manager_of": "owner"}],
        late=[{"role": "staff"}, {"manager_chain": "owner"}],
    ),
    element("daily", records="notes", each="day", remind="0 16 * * 1-5"),
    element("monthly", records="notes", each="month"),
]


def documents():
    notes = element("notes", form="note", reference="job")
    job = form("job", field("name"), workflow="job", relations=[notes])
    note = form("note", field("job", "reference", form="job"), field("kind"), field("day", "date"))
    trip = form("trip", field("job", "reference", form="job"))
    doing = state("doing", duties=copy.deepcopy(DUTIES))
    flow = workflow("job", [doing, state("done", "won")], [transition("end", ["doing"], "done")])
    roles = [role("staff", access("job"), access("note"))]
    return app(job, note, trip, flow, key="works", roles=roles)


@pytest.fixture(scope="module", autouse=True)
def _works(instance):
    publish(instance.services.execution, documents(), Actor(None))


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def administrator(instance):
    return instance.directory.viewer(next(one.id for one in instance.directory.everybody() if one.name == "root"))


@pytest.fixture
def designed(instance, administrator):
    return lambda: instance.services.studio.design(administrator, "works").documents


@pytest.fixture
def states(designed):
    return lambda: designed()["workflows/job.json"]["states"]


@pytest.fixture
def post(root):
    def send(path="", **data):
        page = text(root.get(PAGE))
        seen = next(one.value("seen") for one in controls_of(page) if one.value("seen"))
        return root.post(f"{PAGE}{path}", {"seen": seen, "language": "zh", **data})

    return send


@pytest.fixture(autouse=True)
def _clean(instance, administrator):
    yield
    left = instance.services.drafts.show(administrator, "works")
    if left is not None:
        instance.services.drafts.discard(administrator, "works", left.version)


def test_what_is_shown_and_sent_back_changes_no_byte(root, instance, administrator):
    sent = [one for one in controls_of(text(root.get(PAGE))) if one.is_live]
    assert len(sent) > 20
    for control in sent:
        assert root.post(control.action, control.sent).status_code == 303, control
    assert not instance.services.studio.design(administrator, "works").is_draft


def test_duties_read_in_plain_words(root):
    page = text(root.get(PAGE))
    assert "每周至少 2 条“notes的中文”(仅 kind的中文 = &#34;call&#34;)" in page
    assert "还不够时每周五 16:00 提醒负责人的上级" in page
    assert "整期没做够,第二天告诉staff的中文、负责人的逐级上级" in page
    assert "按 0 16 * * 1-5 提醒负责人" in page


def test_a_duty_is_added_set_in_all_its_parts_and_removed(post, states, root):
    done = states()[1]["uid"]
    post(state=done, name="回访", records="notes")
    (made,) = states()[1]["duties"]
    assert made == {"uid": made["uid"], "key": "hui_fang", "labels": made["labels"], "records": "notes", "each": "week"}
    path = f"/{made['uid']}"
    for key, value in (("each", "month"), ("count", "3"), ("where", "kind = 'call'"), ("dated", "day")):
        post(path, key=key, value=value)
    post(path, key="remind", value="15", time="09:30")
    post(f"{path}/late", act="add", value='{"manager_of":"owner"}')
    post(f"{path}/tell", act="add", value='{"role":"staff"}')
    post(path, key="name", value="Calls", language="en")
    assert states()[1]["duties"] == [
        {
            "uid": made["uid"],
            "key": "hui_fang",
            "labels": {"zh": "回访", "en": "Calls"},
            "records": "notes",
            "each": "month",
            "count": 3,
            "where": "kind = 'call'",
            "dated": "day",
            "remind": "30 9 15 * *",
            "tell": [{"role": "staff"}],
            "late": [{"manager_of": "owner"}],
        }
    ]
    assert "可以发布" in text(root.get(f"{STUDIO}checks"))
    post(path, key="remind", value="friday", time="16:00")
    assert states()[1]["duties"][0]["remind"] == "0 16 * * 5"
    for key in ("where", "dated", "remind"):
        post(path, key=key, value="")
    post(f"{path}/late", act="remove", number="0")
    assert set(states()[1]["duties"][0]) == {"uid", "key", "labels", "records", "each", "count", "tell"}
    post(f"{path}/remove")
    assert "duties" not in states()[1]


def test_records_of_a_form_that_refers_to_this_one_become_a_relation(post, designed, states, root):
    post(state=states()[1]["uid"], name="出差", records="trip.job")
    made = designed()["forms/job.json"]["relations"][-1]
    assert (made["form"], made["reference"]) == ("trip", "job")
    assert states()[1]["duties"][0]["records"] == made["key"]
    assert "可以发布" in text(root.get(f"{STUDIO}checks"))
    assert 'value="trip.job"' not in text(root.get(PAGE))


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("", {"state": "gone", "name": "x", "records": "notes"}, 409),
        ("", {"state": "STATE", "name": " ", "records": "notes"}, 422),
        ("", {"state": "STATE", "name": "x", "records": "nothing"}, 422),
        ("", {"state": "STATE", "name": "x", "records": "note.kind"}, 409),
        ("/DUTY", {"key": "uid", "value": "x"}, 400),
        ("/DUTY", {"key": "each", "value": "year"}, 422),
        ("/DUTY", {"key": "count", "value": "0"}, 422),
        ("/DUTY", {"key": "dated", "value": "kind"}, 422),
        ("/DUTY", {"key": "remind", "value": "31", "time": "09:00"}, 422),
        ("/DUTY", {"key": "remind", "value": "friday", "time": "25:00"}, 422),
        ("/DUTY", {"key": "records", "value": "nothing"}, 422),
        ("/DUTY/late", {"act": "add", "value": '{"role":"nobody"}'}, 422),
        ("/gone/remove", {}, 409),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(post, states, path, sent, status):
    before = states()
    named = {key: before[1]["uid"] if value == "STATE" else value for key, value in sent.items()}
    assert post(path.replace("DUTY", DUTIES[0]["uid"]), **named).status_code == status
    assert states() == before


def test_the_page_says_what_is_missing_and_is_absent_for_who_designs_nothing(root, librarian):
    assert librarian.get(PAGE).status_code == 404
    assert "请" not in text(root.get(PAGE)).split("<h1>")[1].split("</h1>")[0]
    assert "没有状态" in text(root.get(f"{STUDIO}duties/note"))
