"""An administrator sees what could not be delivered and sends it again, by API and page; nobody else does."""

from __future__ import annotations

import json
import shutil

import pytest
from sqlalchemy import insert, text

from engine.boot import open_instance, read_settings
from engine.jobs.delivering import RETRY
from engine.kernel.clocks import Clocks
from engine.storage import system_tables
from tests.integration.web.conftest import PASSWORD, Api, Visitor
from tests.integration.web.test_api import ABSENT, problems
from tests.support.sites import Hand
from web.app import create_app

DEAD = "/jobs/dead"


@pytest.fixture
def instance(library_home, tmp_path):
    """A library of the test's own, with its real clock in hand."""
    home = shutil.copytree(library_home, tmp_path / "home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(real=Hand(Clocks().real())))
    yield opened
    opened.close()


@pytest.fixture
def app(instance):
    return create_app(instance)


@pytest.fixture
def admin(app, instance):
    return Api(app.test_client(), instance.directory.issue_token("root", "test"))


@pytest.fixture
def letter(instance, admin):
    """A message that nobody could deliver."""
    execution = instance.services.execution
    message = f"{'0' * 8}-0000-7000-8000-{'0' * 12}"
    row = {"id": message, "command": "c", "kind": "pigeon", "payload": "{}", "due_at": 0}
    with instance.database.write() as connection:
        connection.execute(insert(system_tables.outbox), {**row, "available_at": 0, "fence": 0, "attempts": 0})
    jobs = instance.jobs()
    for _ in range(RETRY.most):
        jobs.run_until_quiet()
        execution.clocks.real.moment += RETRY.longest
    return message


def test_dead_letters_are_listed_with_their_errors_and_without_what_they_say(admin, letter):
    (found,) = admin("GET", DEAD).get_json()["items"]
    assert (found["id"], found["kind"], found["attempts"]) == (letter, "pigeon", RETRY.most)
    assert "JOB-001" in found["error"]
    assert "payload" not in found


def test_a_letter_comes_again_with_fresh_attempts_when_it_is_replayed(admin, letter, instance):
    assert admin("POST", f"{DEAD}/{letter}/replay").get_json() == {"id": letter}
    assert admin("GET", DEAD).get_json() == {"items": []}
    assert instance.office.standing().depth.waiting == 1
    instance.jobs().run_once()
    with instance.database.read() as connection:
        attempts = connection.execute(
            text("SELECT attempts FROM youju_outbox WHERE id = :id"), {"id": letter}
        ).scalar_one()
        noted = connection.execute(
            text("SELECT actor, action, record FROM youju_journal WHERE subject = 'outbox'")
        ).all()
    assert attempts == 1
    assert [(by is not None, action, record) for by, action, record in noted] == [(True, "replay", letter)]


def test_a_letter_that_is_not_dead_is_absent_when_it_is_replayed(admin, letter):
    admin("POST", f"{DEAD}/{letter}/replay")
    for id in (letter, ABSENT, "pigeon"):
        assert admin("POST", f"{DEAD}/{id}/replay").status_code == 404


def test_there_are_no_letters_for_others_than_administrators(app, instance, letter):
    librarian = Api(app.test_client(), instance.directory.issue_token("librarian", "test"))
    for method, path in (("GET", DEAD), ("POST", f"{DEAD}/{letter}/replay"), ("POST", f"{DEAD}/{ABSENT}/replay")):
        assert librarian(method, path).status_code == 404
    assert instance.office.standing().depth.dead == 1
    assert DEAD not in librarian("GET", "/openapi.json").get_json()["paths"]


def test_a_limit_that_is_none_is_refused(admin):
    assert problems(admin("GET", f"{DEAD}?limit=none"), 422)


@pytest.fixture
def root(app, instance):
    """The administrator, signed in."""
    visitor = Visitor(app.test_client())
    visitor.client.set_cookie("youju_session", instance.directory.sign_in("root", PASSWORD))
    visitor.get("/me")
    return visitor


def text_of(answer):
    return answer.get_data(as_text=True)


def test_the_page_says_that_all_is_well_and_which_rules_look_next(root, instance):
    loop = instance.office.loop()
    loop.run_until_quiet()
    loop.chores.do()
    page = text_of(root.get("/jobs"))
    assert "一切正常。" in page
    assert "已放弃" in page
    assert "再发一次" not in page
    assert "接下来按时间做的" in page


def test_what_waits_is_told_with_what_mends_it(root, instance):
    row = {"id": ABSENT, "command": "c", "kind": "notify", "payload": "{}", "due_at": 0, "available_at": 0}
    with instance.database.write() as connection:
        connection.execute(insert(system_tables.outbox), {**row, "fence": 0, "attempts": 0})
    page = text_of(root.get("/jobs"))
    assert "没有进程在工作。" in page
    assert "启动一个:youju worker" in page


def test_what_was_given_up_is_told_and_sent_again_on_the_page(root, letter, instance):
    page = text_of(root.get("/jobs"))
    assert "有些事没有做成。" in page
    assert "pigeon" in page
    assert "JOB-001" in page
    answer = root.post(f"/jobs/dead/{letter}")
    assert (answer.status_code, answer.location) == (303, "/jobs?again=1")
    assert "已重新发送1条。" in text_of(root.get(answer.location))
    assert instance.office.standing().depth.dead == 0
    assert root.post(f"/jobs/dead/{letter}").location == "/jobs?again=0"
    assert "已经在处理了。" in text_of(root.get("/jobs?again=0"))


def test_everything_is_sent_again_by_one_tap(root, letter, instance):
    assert root.post("/jobs/dead").location == "/jobs?again=1"
    assert instance.office.standing().depth.dead == 0


def test_a_letter_leads_to_its_record_and_names_its_rule(root, instance, letter):
    book = instance.records.create(
        instance.directory.viewer_of_session(instance.directory.sign_in("librarian", PASSWORD)),
        "library",
        "book",
        {"title": "石头记", "isbn": "9787020002207", "price": "30.00"},
    )
    about = {"app": "library", "form": "book", "record": book.id, "rule": "request_to_librarian"}
    with instance.database.write() as connection:
        connection.execute(
            text("UPDATE youju_outbox SET payload = :said WHERE id = :id"), {"said": json.dumps(about), "id": letter}
        )
    page = text_of(root.get("/jobs"))
    assert f"/a/library/book/{book.id}" in page
    assert "申请交给馆员" in page


def test_the_page_is_absent_for_others_than_administrators(app, instance, letter):
    visitor = Visitor(app.test_client())
    visitor.client.set_cookie("youju_session", instance.directory.sign_in("librarian", PASSWORD))
    visitor.get("/me")
    assert visitor.get("/jobs").status_code == 404
    assert visitor.post("/jobs/dead").status_code == 404
    assert visitor.post(f"/jobs/dead/{letter}").status_code == 404
    assert "/jobs" not in text_of(visitor.get("/me"))
    assert instance.office.standing().depth.dead == 1
