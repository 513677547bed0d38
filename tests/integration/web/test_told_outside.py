"""Where one is reached outside, on the page about oneself; how the ways stand, on the page of jobs."""

from __future__ import annotations

from copy import deepcopy

import pytest

from engine.decision.attention import Place
from engine.decision.changeset import Actor
from engine.kernel.clocks import day_of
from engine.kernel.problems import Text
from engine.runtime.publishing import publish
from engine.storage import gathered, interruptions
from engine.storage.gathered import Gathered
from tests.integration.web.conftest import PASSWORD, Visitor


@pytest.fixture
def root(app, instance):
    """The administrator, signed in."""
    return signed_in(app, instance, "root")


def signed_in(app, instance, name):
    visitor = Visitor(app.test_client())
    visitor.client.set_cookie("youju_session", instance.directory.sign_in(name, PASSWORD))
    visitor.get("/me")
    return visitor


def text_of(answer):
    return answer.get_data(as_text=True)


def addresses(instance, name):
    return instance.services.telling.addresses_of(name)


def test_one_says_where_one_is_reached(app, instance):
    visitor = signed_in(app, instance, "librarian")
    assert 'name="mail"' in text_of(visitor.get("/me"))
    answer = visitor.post("/me/reach", {"mail": " li@example.com "})
    assert (answer.status_code, answer.location) == (303, "/me?kept#reached")
    assert addresses(instance, "librarian") == {"mail": "li@example.com"}
    page = text_of(visitor.get("/me?kept"))
    assert 'value="li@example.com"' in page
    assert "已保存。" in page
    visitor.post("/me/reach", {"mail": ""})
    assert addresses(instance, "librarian") == {}


def test_what_is_no_address_is_told_with_what_was_typed(app, instance):
    visitor = signed_in(app, instance, "librarian")
    answer = visitor.post("/me/reach", {"mail": '"><b>@x'})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "不能做邮箱地址" in page
    assert 'value="&#34;&gt;&lt;b&gt;@x"' in page
    assert 'aria-invalid="true"' in page
    assert addresses(instance, "librarian") == {}


def test_administrators_see_how_the_ways_outside_stand(root, instance):
    page = text_of(root.get("/jobs"))
    assert "站外通道" in page
    assert "缺 <code>YOUJU_MAIL</code>" in page
    assert "只在站内告诉了" not in page


def test_one_sees_how_often_one_was_interrupted_today(app, instance):
    visitor = signed_in(app, instance, "librarian")
    page = text_of(visitor.get("/me"))
    assert "今天打断了您 0 次,最多 5 次" in page
    assert "留到早上" not in page
    answer = visitor.get("/api/v1/me/attention")
    assert answer.get_json() == {"limit": 5, "counted": 0, "urgent": 0, "waiting": []}


def test_what_waits_for_the_morning_is_shown_with_a_link(app, instance):
    viewer = instance.directory.viewer_of_session(instance.directory.sign_in("librarian", PASSWORD))
    book = instance.records.create(viewer, "library", "book", {"title": "活着", "isbn": "9787506365437"})
    things = [
        Gathered("t1", (viewer.id,), Text("逾期 <b>3</b> 天", "3 days over"), "library", "book", book.id, None, 100),
        Gathered("t2", (viewer.id,), Text("看板", "A board"), "library", "", "lending", None),
    ]
    execution = instance.services.execution
    with instance.database.write() as connection:
        for one in things:
            gathered.add(connection, gathered.Heap("in_app", viewer.id, 1), one, execution.clocks.business())
        today = day_of(execution.clocks.business(), "Europe/Berlin")
        interruptions.keep(connection, "t0", viewer.id, Place("urgent", today))
    page = text_of(signed_in(app, instance, "librarian").get("/me"))
    assert "另有紧急的 1 条" in page
    assert "逾期 &lt;b&gt;" in page
    assert f'href="/a/library/book/{book.id}"' in page
    assert 'href="/a/library/boards/lending"' in page
    found = signed_in(app, instance, "librarian").get("/api/v1/me/attention").get_json()
    assert [(one["form"], one["text"]["en"]) for one in found["waiting"]] == [("book", "3 days over"), ("", "A board")]
    assert found["urgent"] == 1


def test_administrators_set_how_often_somebody_is_interrupted(root, instance):
    assert 'name="limit"' in text_of(root.get("/jobs"))
    answer = root.post("/jobs/attention", {"limit": "3"})
    assert (answer.status_code, answer.location) == (303, "/jobs#attention")
    assert instance.services.attention.limit() == 3
    for wrong in ("-1", "x", "1000", ""):
        refused = root.post("/jobs/attention", {"limit": wrong})
        assert refused.status_code == 422
        assert "每天打断几次应是 0 到 100 的整数" in text_of(refused)
    assert instance.services.attention.limit() == 3


def test_nobody_else_sets_it(app, instance):
    visitor = signed_in(app, instance, "librarian")
    before = instance.services.attention.limit()
    assert visitor.post("/jobs/attention", {"limit": "7"}).status_code == 404
    assert instance.services.attention.limit() == before


def test_a_board_that_an_app_sends_is_switched_off_and_on_by_oneself(app, instance):
    visitor = signed_in(app, instance, "librarian")
    assert "定时发给您的看板" not in text_of(visitor.get("/me"))
    with instance.database.read() as connection:
        library = instance.services.execution.catalogs.current(connection).catalog.apps["library"]
    changed = deepcopy(dict(library.definition.documents))
    changed["boards/lending.json"]["send"] = {"schedule": {"cron": "0 8 * * *"}, "roles": ["librarian"]}
    publish(instance.services.execution, changed, Actor(None))
    assert "定时发给您的看板" in text_of(visitor.get("/me"))
    answer = visitor.post("/me/boards", {"app": "library", "board": "lending", "on": "0"})
    assert (answer.status_code, answer.location) == (303, "/me#sent")
    viewer = instance.directory.viewer_of_session(instance.directory.sign_in("librarian", PASSWORD))
    assert [one.is_wanted for one in instance.services.boards_sent.to(viewer)] == [False]
    visitor.post("/me/boards", {"app": "library", "board": "lending", "on": "1"})
    assert [one.is_wanted for one in instance.services.boards_sent.to(viewer)] == [True]
    assert visitor.post("/me/boards", {"app": "library", "board": "none", "on": "0"}).status_code == 404
    assert "借阅" in text_of(signed_in(app, instance, "root").get("/jobs"))
