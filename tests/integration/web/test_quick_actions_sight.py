"""Quick actions of people who do not see everything: what is found, told and written is theirs to see and write."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.test_api import problems
from tests.support.apps import access, app, element, field, form, options, role, state, transition, workflow

FIND = "/desk/actions/find_guest"
FIND_VIP = "/desk/actions/find_vip"
MARK = "/desk/actions/mark_guest"
KEEP = "/desk/actions/keep_guest"
NOTHING = {"fields": "RUN-043"}


def _forms():
    digits = field("digits", computed='replace(phone, "-", "")')
    marks = field("marks", "lines", fields=[field("said"), field("by")])
    topics = [field("topic", "choice", options=options("tea", "wine"))]
    guest = form("guest", *map(field, ("code", "phone", "note", "vip")), digits, marks, *topics, title="{{code}}")
    topic = field("topic", "choice", options=options("tea", "wine"))
    card = form("card", field("text"), topic, field("hint"), title="{{text}}")
    visit = form("visit", field("guest", "reference", form="guest"), field("card", "reference", form="card"),
                 field("hint"), field("about"))  # fmt: skip
    take = transition("take", ["free"], "taken", optional_fields=["reason"], by=[{"role": "staff"}])
    seat = form("seat", *map(field, ("code", "note", "reason")), workflow="seat")
    return guest, card, visit, seat, workflow("seat", [state("free"), state("taken")], [take])


def _actions():
    choices = {"form": "card", "into": "card", "match": {"topic": "topic"}, "also": {"hint": "hint", "about": "text"}}
    return [
        element("find_guest", form="guest", ask=["code", "phone"], find={"same": ["code", "digits"], "make": False}),
        element("find_vip", form="guest", ask=["vip"], find={"same": ["vip"], "make": False}),
        element("mark_guest", form="guest", ask=["code", "note"], find={"same": ["code"], "make": False},
                add={"marks": {"said": "note", "by": "code"}}),
        element("keep_guest", form="guest", ask=["code", "note"], find={"same": ["code"]}),
        element("take_seat", form="seat", ask=["code", "note", "reason"], find={"same": ["code"], "make": False},
                transition="take"),
        element("pick", on="guest", form="visit", link="guest", choices=choices),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def desk(instance):
    """An app whose helpers see their own guests only, and of those and the cards not every field."""
    every = [access(key) for key in ("guest", "card", "visit", "seat")]
    helper = [
        access("guest", "create read", rows="owner = me", hidden_fields=["vip"]),
        access("card", "read", hidden_fields=["hint", "topic"]),
        access("visit"),
    ]
    roles = [role("staff", *every), role("helper", *helper), role("watcher", access("guest", "read"))]
    documents = app(*_forms(), key="desk", roles=roles)
    documents["quick_actions.json"] = {"format": 1, "kind": "quick_actions", "quick_actions": _actions()}
    publish(instance.services.execution, documents, Actor(None))
    for name in ("staff", "helper", "watcher"):
        instance.directory.add_user(name, name, PASSWORD)
        instance.directory.grant(name, "desk", name)
    return instance


@pytest.fixture
def staff(desk, api_of):
    return api_of("staff")


@pytest.fixture
def helper(desk, api_of):
    return api_of("helper")


@pytest.fixture
def watcher(desk, api_of):
    return api_of("watcher")


def make(api, form_key, **fields):
    answer = api("POST", f"/desk/{form_key}", {"fields": fields})
    assert answer.status_code == 201, answer.get_json(force=True)
    return answer.get_json()


def read(api, made):
    return api("GET", f"/desk/guest/{made['id']}").get_json()


def tap(api, path, **fields):
    return api("POST", path, {"fields": fields})


def test_a_record_stays_as_it_was_when_it_is_only_found(staff, watcher, isbn):
    code, phone = isbn(), isbn()
    made = make(staff, "guest", code=code, phone=phone)
    for api in (staff, watcher):
        for sent in ({"code": None, "phone": phone}, {"phone": phone.replace("-", "")}, {"code": code}):
            found = tap(api, FIND, **sent)
            assert (found.status_code, found.get_json()["id"]) == (200, made["id"])
    now = read(staff, made)
    assert (now["version"], now["fields"]["code"], now["fields"]["phone"]) == (1, code, phone)


def test_only_the_line_is_written_when_an_action_that_makes_none_adds_one(staff, isbn):
    made = make(staff, "guest", code=isbn(), note="常客")
    assert tap(staff, MARK, code=made["fields"]["code"], note="来过").status_code == 200
    now = read(staff, made)["fields"]
    assert now["note"] == "常客"
    assert [(line["said"], line["by"]) for line in now["marks"]] == [("来过", now["code"])]


def test_only_what_the_transition_asks_for_is_written_when_an_action_that_makes_none_fires_it(staff, isbn):
    made = make(staff, "seat", code=isbn(), note="靠窗")
    answer = tap(staff, "/desk/actions/take_seat", code=made["fields"]["code"], note="靠门", reason="等人")
    now = answer.get_json()
    assert (answer.status_code, now["state"]) == (200, "taken")
    assert (now["fields"]["note"], now["fields"]["reason"]) == ("靠窗", "等人")


def test_what_is_blank_leaves_the_record_when_it_is_found_by_an_action_that_makes(staff, isbn):
    made = tap(staff, KEEP, code=isbn(), note="爱喝茶").get_json()
    code = made["fields"]["code"]
    assert tap(staff, KEEP, code=code, note=None).get_json()["fields"]["note"] == "爱喝茶"
    assert tap(staff, KEEP, code=code, note="爱喝酒").get_json()["fields"]["note"] == "爱喝酒"


def test_nothing_is_found_when_the_record_is_not_the_viewers_to_read(staff, helper, isbn):
    code = isbn()
    make(staff, "guest", code=code)
    assert problems(tap(helper, FIND, code=code), 422) == NOTHING
    own = make(helper, "guest", code=code)
    newer = make(staff, "guest", code=code)
    assert tap(helper, FIND, code=code).get_json()["id"] == own["id"]
    assert tap(staff, FIND, code=code).get_json()["id"] == newer["id"]


def test_nothing_is_found_when_it_is_sought_by_a_hidden_field(staff, helper, isbn):
    word, code = isbn(), isbn()
    own = make(helper, "guest", code=code)
    staff("PATCH", f"/desk/guest/{own['id']}", {"fields": {"vip": word}}, If_Match="1")
    assert problems(tap(helper, FIND_VIP, vip=word), 422) == NOTHING
    assert tap(staff, FIND_VIP, vip=word).get_json()["id"] == own["id"]


def test_a_record_found_is_not_told_of_when_it_is_not_the_viewers_to_read(staff, helper, isbn):
    code = isbn()
    made = make(staff, "guest", code=code, note="秘密")
    answer = tap(helper, KEEP, code=code)
    assert made["id"] not in answer.get_data(as_text=True)
    assert list(problems(answer, 404).values()) == ["DECIDE-001"]
    assert read(staff, made)["version"] == 1


def test_an_action_is_absent_when_it_is_not_the_viewers_to_take(staff, watcher, isbn):
    made = make(staff, "guest", code=isbn())
    for code in (made["fields"]["code"], isbn()):
        assert list(problems(tap(watcher, KEEP, code=code), 404).values()) == ["DECIDE-001"]
    assert tap(watcher, FIND, code=made["fields"]["code"]).status_code == 200


def test_a_button_hands_out_no_hidden_field_when_it_is_offered(staff, helper, isbn):
    word = isbn()
    card = make(staff, "card", text="喝点什么?", topic="tea", hint=word)
    guest = make(helper, "guest", code=isbn(), topic="tea")
    offered = helper("GET", f"/desk/guest/{guest['id']}/actions").get_json()["items"]
    button = next(one for one in offered[0]["choices"] if one["fields"]["card"] == card["id"])
    assert (button["group"], button["fields"]) == (None, {"card": card["id"], "about": "喝点什么?"})
    mine = staff("GET", f"/desk/guest/{guest['id']}/actions").get_json()["items"]
    whole = next(one for one in mine[0]["choices"] if one["fields"]["card"] == card["id"])
    assert (whole["group"]["en"], whole["fields"]["hint"]) == ("tea in English", word)
    made = helper("POST", "/desk/actions/pick", {"record": guest["id"], "fields": button["fields"]})
    assert (made.status_code, made.get_json()["fields"]["hint"]) == (201, word)
