"""A new app, from an instance that has none: a name, its studio, a form, and somebody who fills it."""

from __future__ import annotations

import pytest

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.settings import read_settings
from engine.runtime.withdrawing import withdraw
from engine.storage import journal
from tests.integration.web.conftest import PASSWORD
from web.app import create_app


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """An installation without any app: an administrator, and somebody who has no role."""
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path_factory.mktemp("empty") / "home")}))
    opened.directory.add_user("root", "Root", PASSWORD)
    opened.directory.grant("root", *ADMIN_ROLE)
    opened.directory.add_user("anna", "Anna", PASSWORD)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(instance):
    return create_app(instance)


def text(answer):
    return answer.get_data(as_text=True)


def seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


def make(root, name, other="", language="zh"):
    root.get("/studio/new")
    return root.post("/studio/new", {"name": name, "other": other, "language": language})


def definition(instance, key):
    return instance.apps.definition(
        instance.directory.viewer_of_session(instance.directory.sign_in("root", PASSWORD)), key
    )


def test_an_app_is_made_filled_and_opened_to_others_when_there_was_none(root, signed_in, instance):
    assert "/studio/new" in text(root.get("/apps"))
    assert "/studio/new" in text(root.get("/market"))
    answer = make(root, "样品中心")
    assert (answer.status_code, answer.location) == (303, "/a/yang_pin_zhong_xin/studio/")
    made = definition(instance, "yang_pin_zhong_xin")
    assert made["revision"] == 1
    assert [role["key"] for role in made["documents"]["roles.json"]["roles"]] == ["member", "manager"]
    assert "样品中心" in text(root.get("/a/yang_pin_zhong_xin/"))
    page = text(root.get(answer.location))
    added = root.post("/a/yang_pin_zhong_xin/studio/forms", {"seen": seen(page), "name": "申请", "language": "zh"})
    assert added.location == "/a/yang_pin_zhong_xin/studio/forms/shen_qing"
    admin = instance.directory.viewer_of_session(instance.directory.sign_in("root", PASSWORD))
    drafts = instance.services.drafts
    drafts.publish(admin, "yang_pin_zhong_xin", drafts.show(admin, "yang_pin_zhong_xin").version)
    instance.directory.grant("anna", "yang_pin_zhong_xin", "member")
    assert signed_in("anna").get("/a/yang_pin_zhong_xin/shen_qing/new").status_code == 200


def test_the_key_is_of_the_english_name_and_never_one_that_is_taken(root, instance):
    keys = [make(root, "访客", "Visitors").location.split("/")[2] for _ in range(2)]
    assert keys == ["visitors", "visitors_2"]
    assert definition(instance, "visitors_2")["documents"]["app.json"]["labels"] == {"zh": "访客", "en": "Visitors"}
    assert make(root, "Inbox", language="en").location == "/a/inbox_2/studio/"
    assert make(root, "Work hub", language="en").location == "/a/work_hub_2/studio/"


def test_an_app_without_a_name_is_refused_and_what_was_typed_is_kept(root, instance):
    answer = make(root, "  ", "Only English")
    assert answer.status_code == 422
    assert "APP-042" in text(answer) or "还没有名称" in text(answer) or "It has no name" in text(answer)
    assert 'value="Only English"' in text(answer)
    with instance.database.read() as connection:
        assert "only_english" not in instance.services.execution.catalogs.current(connection).catalog.apps


def test_making_apps_is_absent_for_who_is_no_administrator(signed_in):
    anna = signed_in("anna")
    assert anna.get("/studio/new").status_code == 404
    assert anna.post("/studio/new", {"name": "Mine", "language": "en"}).status_code == 404
    assert "/studio/new" not in text(anna.get("/apps"))


def test_an_app_that_was_withdrawn_keeps_its_key(root, instance):
    assert make(root, "Keys", language="en").location == "/a/keys/studio/"
    withdraw(instance.services.execution, "keys", Actor(None))
    assert make(root, "Keys", language="en").location == "/a/keys_2/studio/"


def test_the_maker_manages_the_app_and_the_journal_says_so(root, instance):
    key = make(root, "Ledger", language="en").location.split("/")[2]
    admin = instance.directory.viewer_of_session(instance.directory.sign_in("root", PASSWORD))
    assert (key, "manager") in admin.roles
    assert definition(instance, key)["revision"] == 1
    with instance.database.read() as connection:
        granted = journal.entries_about(connection, "", "user", admin.id)[-1]
        (published,) = journal.entries_about(connection, key, "app", key)
    assert (granted.action, granted.actor, dict(granted.values)) == ("grant", admin.id, {"app": key, "role": "manager"})
    assert (published.action, published.actor) == ("publish", admin.id)
