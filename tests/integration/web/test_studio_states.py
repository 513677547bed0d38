"""States in the studio: a form gets some, they are named and led from one to another, and records follow them."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from engine.runtime.studio.flows import people_of
from tests.support.apps import access, app, field, form, library, role

STUDIO = "/a/desk/studio/"
STATES = f"{STUDIO}states/thing"


@pytest.fixture(scope="module", autouse=True)
def _desk(instance):
    made = app(
        form("thing", field("name"), field("size", "number"), field("due", "date"), field("boss", "person")),
        key="desk",
        roles=[role("staff", access("thing"))],
    )
    publish(instance.services.execution, made, Actor(None))
    instance.directory.grant("librarian", "desk", "staff")


def text(answer):
    return answer.get_data(as_text=True)


def seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.fixture(scope="module")
def viewer_of(instance):
    return lambda name: instance.directory.viewer(
        next(user.id for user in instance.directory.everybody() if user.name == name)
    )


@pytest.fixture
def flow(instance, viewer_of):
    """Return the workflow of the form as it is designed."""
    return lambda: instance.services.studio.design(viewer_of("root"), "desk").documents.get("workflows/thing.json")


@pytest.fixture
def post(root):
    def send(path="", values=(), **data):
        page = text(root.get(STATES))
        pairs = [("seen", seen(page)), ("language", "zh"), *data.items(), *(("value", value) for value in values)]
        return root.post(f"{STATES}{path}", pairs)

    return send


@pytest.fixture(autouse=True)
def _clean(instance, viewer_of):
    yield
    left = instance.services.drafts.show(viewer_of("root"), "desk")
    if left is not None:
        instance.services.drafts.discard(viewer_of("root"), "desk", left.version)


def uid(flow, part, key):
    return next(one["uid"] for one in flow()[part] if one["key"] == key)


def test_a_form_gets_states_by_one_tap_and_loses_them_again(post, flow, root):
    assert "草稿 → 提交 → 完成" in text(root.get(STATES))
    assert post().location == STATES
    assert [one["key"] for one in flow()["states"]] == ["draft", "submitted", "done"]
    assert flow()["transitions"][0]["fields"] == ["name", "size", "due"]
    assert "可以发布" in text(root.get(f"{STUDIO}checks"))
    assert "已提交" in text(root.get(STATES))
    post("/remove")
    assert flow() is None


def test_states_are_added_named_kept_from_change_and_removed_with_their_transitions(post, flow):
    post()
    post("/states", act="add", value="审核中")
    added = flow()["states"][-1]
    assert (added["key"], added["kind"]) == ("shen_he_zhong", "open")
    post(f"/states/{added['uid']}", key="kind", value="held")
    post(f"/states/{added['uid']}", key="locked", value="true")
    post(f"/states/{added['uid']}", key="light", value="red")
    post(f"/states/{added['uid']}", key="name", value="复核")
    post("/states", act="move", uid=added["uid"], before=uid(flow, "states", "done"))
    assert flow()["states"][2] == {
        "uid": added["uid"],
        "key": "shen_he_zhong",
        "labels": {"zh": "复核", "en": "复核"},
        "kind": "held",
        "locked": True,
        "light": "red",
    }
    post(f"/states/{added['uid']}", key="light", value="")
    assert "light" not in flow()["states"][2]
    post(key="initial", value="submitted")
    assert flow()["initial"] == "submitted"
    post("/states", act="remove", uid=uid(flow, "states", "done"))
    assert [one["key"] for one in flow()["transitions"]] == ["submit"]


def test_a_transition_is_set_in_all_its_parts(post, flow, root):
    post()
    path = f"/transitions/{uid(flow, 'transitions', 'finish')}"
    post(
        path, key="by", values=['{"role":"staff"}', '{"person":"boss"}', '{"manager_of":"owner"}', '{"role":"nobody"}']
    )
    post(path, key="from", values=["draft", "submitted"])
    post(path, key="to", value="draft")
    post(path, key="fields", values=["size", "due", "name", "boss", "made_up"])
    post(path, key="optional_fields", values=["boss"])
    post(path, key="guard", value="size > 1")
    post(path, key="guard_message", value="要大于一")
    move = flow()["transitions"][1]
    assert move["by"] == [{"role": "staff"}, {"person": "boss"}, {"manager_of": "owner"}]
    assert (move["from"], move["to"]) == (["submitted", "draft"], "draft")
    assert (move["fields"], move["optional_fields"]) == (["name", "size", "due", "boss"], ["boss"])
    assert (move["guard"], move["guard_message"]) == ("size > 1", {"zh": "要大于一", "en": "要大于一"})
    post(path, key="by", values=[])
    post(path, key="guard", value="")
    post(path, key="acknowledgement", value="true")
    move = flow()["transitions"][1]
    assert (move["by"], "guard" in move, move["acknowledgement"]) == ("system", False, True)
    page = text(root.get(STATES))
    assert "只由规则" in page


def test_what_cannot_be_is_refused_or_changes_nothing(post, flow):
    post()
    before, path = flow(), f"/transitions/{uid(flow, 'transitions', 'finish')}"
    post(path, key="to", value="nowhere")
    assert post(path, key="answer", value="x").status_code == 400
    assert post("/states", act="explode").status_code == 400
    assert post("/states", act="add", value=" ").status_code == 422
    assert post(key="initial", value="nowhere").status_code == 409
    assert post("/transitions", act="add", value="x", **{"from": "draft", "to": "nowhere"}).status_code == 409
    assert flow() == before


def test_records_follow_the_states_once_they_are_published(post, flow, instance, viewer_of, signed_in):
    post()
    post("/transitions", act="add", value="撤回", **{"from": "submitted", "to": "draft"})
    drafts, records, clerk = instance.services.drafts, instance.services.records, viewer_of("librarian")
    drafts.publish(viewer_of("root"), "desk", drafts.show(viewer_of("root"), "desk").version)
    filled = {"name": "a", "size": "2", "due": "2026-01-02"}
    made = records.create(clerk, "desk", "thing", filled)
    assert made.state == "draft"
    assert '<span class="chip chip-draft">草稿' in text(signed_in("librarian").get(f"/a/desk/thing/{made.id}"))
    page = text(signed_in("librarian").get(f"/a/desk/thing/{made.id}"))
    assert "提交" in page
    post(f"/states/{uid(flow, 'states', 'draft')}", key="light", value="red")
    drafts.publish(viewer_of("root"), "desk", drafts.show(viewer_of("root"), "desk").version)
    assert '<span class="chip chip-critical">草稿' in text(signed_in("librarian").get(f"/a/desk/thing/{made.id}"))
    post("/remove")
    drafts.publish(viewer_of("root"), "desk", drafts.show(viewer_of("root"), "desk").version)


def test_what_is_shown_and_sent_back_changes_no_byte(root, instance, viewer_of):
    """Every control of the library's states, sent as it stands, leaves the design without a draft."""
    page = text(root.get("/a/library/studio/states/loan"))
    flow = library()["workflows/loan.json"]
    base = "/a/library/studio/states/loan"
    for move in flow["transitions"]:
        listed = {"from": move["from"], "fields": move["fields"], "optional_fields": move.get("optional_fields", [])}
        for key, values in listed.items():
            pairs = [("seen", seen(page)), ("key", key), *(("value", value) for value in values)]
            assert root.post(f"{base}/transitions/{move['uid']}", pairs).status_code == 303
        if "guard" in move:
            start = page.index(f'id="set-guard-{move["uid"]}"')
            shown = page[page.index(">", start) + 1 : page.index("</textarea>", start)]
            sent = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&")
            root.post(f"{base}/transitions/{move['uid']}", {"seen": seen(page), "key": "guard", "value": sent})
        root.post(f"{base}/transitions/{move['uid']}", {"seen": seen(page), "key": "to", "value": move["to"]})
    for state in flow["states"]:
        for key, value in (("kind", state["kind"]), ("name", state["labels"]["zh"])):
            root.post(
                f"{base}/states/{state['uid']}", {"seen": seen(page), "key": key, "value": value, "language": "zh"}
            )
    assert not instance.services.studio.design(viewer_of("root"), "library").is_draft


def test_the_pages_are_absent_for_who_is_no_administrator(librarian):
    assert librarian.get(STATES).status_code == 404
    assert librarian.post(STATES, {"seen": "1.0"}).status_code == 404


def test_who_stands_behind_a_reference_is_said_with_what_leads_there():
    documents = app(form("visit", field("customer", "reference", form="firm")), form("firm", field("boss", "person")))
    leads = {"by": [{"person": "customer.boss"}, {"manager_of": "customer.owner"}, {"person": "gone.boss"}]}
    said = [one.labels.zh for one in people_of(documents, "visit", leads) if one.chosen]
    customer = documents["forms/visit.json"]["fields"][0]["labels"]["zh"]
    boss = documents["forms/firm.json"]["fields"][0]["labels"]["zh"]
    assert said == [f"{customer}的{boss}", f"{customer}的负责人的上级", "gone.boss"]
