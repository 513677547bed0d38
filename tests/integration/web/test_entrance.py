"""Signing in and out, CSRF, headers, languages, and answers that give nothing away."""

from __future__ import annotations

import html
import re

import pytest

from tests.integration.web.conftest import Visitor
from web.app import create_app

ABSENT = "01a200e2-0000-7000-8000-000000000000"
PAGES = ("/", "/inbox", "/me", "/a/library/", "/a/library/book/", "/a/library/book/new")


def test_a_visitor_signs_in_and_goes_on_when_the_password_is_right(visitor):
    asked = visitor.get("/a/library/book/?filter=title%20%3D%20%22x%22")
    assert asked.status_code == 303
    visitor.get(asked.headers["Location"])
    page = visitor.get(asked.headers["Location"]).get_data(as_text=True)
    target = re.search(r'action="/sign-in".*?name="next" value="([^"]+)"', page, re.DOTALL).group(1)
    done = visitor.post("/sign-in", {"name": "reader", "password": "correct horse", "next": html.unescape(target)})
    assert done.status_code == 303
    assert done.headers["Location"].startswith("/a/library/book/?filter=")
    cookie = next(value for value in done.headers.getlist("Set-Cookie") if value.startswith("youju_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_session_cookie_is_secure_when_the_page_is(app):
    visitor = Visitor(app.test_client())
    page = visitor.client.get("/sign-in", base_url="https://localhost")
    token = re.search(r'name="_csrf" value="(\w+)"', page.get_data(as_text=True)).group(1)
    data = {"_csrf": token, "name": "reader", "password": "correct horse"}
    done = visitor.client.post("/sign-in", data=data, base_url="https://localhost")
    cookie = next(value for value in done.headers.getlist("Set-Cookie") if value.startswith("youju_session="))
    assert "Secure" in cookie


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_when_the_target_is_not_ours(visitor, target):
    visitor.get("/sign-in")
    done = visitor.post("/sign-in", {"name": "reader", "password": "correct horse", "next": target})
    assert done.headers["Location"] == "/"


def test_a_wrong_password_is_told_in_one_way_when_the_user_is_known_or_not(visitor):
    answers = [visitor.sign_in(name, "wrong password") for name in ("librarian", "nobody")]
    assert {answer.status_code for answer in answers} == {401}
    texts = [re.sub(r'value="\w*"', "", answer.get_data(as_text=True)) for answer in answers]
    assert texts[0] == texts[1]
    assert "用户名或密码不对" in texts[0]


def test_tries_are_throttled_when_there_are_too_many(visitor):
    statuses = [visitor.sign_in("guessed", "wrong password").status_code for _ in range(30)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_the_session_is_over_everywhere_when_somebody_signs_out(visitor):
    reader = visitor
    reader.sign_in("reader")
    reader.get("/me")
    session = reader.client.get_cookie("youju_session").value
    gone = reader.post("/sign-out")
    assert gone.status_code == 303
    assert gone.headers["Clear-Site-Data"]
    reader.client.set_cookie("youju_session", session)
    assert reader.client.get("/inbox").status_code == 303


@pytest.mark.parametrize("path", PAGES)
def test_a_page_sends_to_the_sign_in_when_nobody_is_signed_in(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/sign-in", *PAGES, "/nowhere"])
def test_every_page_carries_the_strict_headers_when_it_is_answered(librarian, path):
    answer = librarian.get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert (policy["img-src"], policy["media-src"]) == ("'self' data: blob:", "'self' blob:")
    granted = answer.headers["Permissions-Policy"]
    assert all(f"{device}=(self)" in granted for device in ("camera", "microphone", "geolocation"))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert len(answer.headers["X-Request-Id"]) == 16
    assert "private" in answer.headers["Cache-Control"]


STATE_CHANGING = (
    "/sign-in",
    "/sign-out",
    "/language",
    "/look",
    "/me/boards",
    "/me/reach",
    "/me/absences",
    "/a/library/moves/",
    "/a/library/book/imports",
    f"/a/library/book/imports/{ABSENT}",
    "/calendar",
    f"/a/library/book/bin/{ABSENT}/restore",
    f"/a/library/book/bin/{ABSENT}/destroy",
    "/calendar/hours",
    f"/me/absences/{ABSENT}/remove",
    "/approvals/several",
    f"/approvals/{ABSENT}/approve",
    f"/a/library/book/{ABSENT}/sign/contract",
    f"/envelopes/{ABSENT}/withdraw",
    f"/envelopes/{ABSENT}/signers/1",
    "/sign/none/code",
    "/sign/none/enter",
    "/sign/none/sign",
    "/sign/none/refuse",
    "/a/library/parameters/",
    "/a/library/boards/lending/mail",
    "/a/library/studio/boards/",
    "/a/library/studio/boards/lending",
    "/a/library/studio/boards/lending/remove",
    "/a/library/studio/boards/lending/widgets",
    f"/a/library/studio/boards/lending/widgets/{ABSENT}",
    f"/a/library/studio/boards/lending/widgets/{ABSENT}/move",
    f"/a/library/studio/boards/lending/widgets/{ABSENT}/remove",
    "/a/library/book/new",
    f"/a/library/book/{ABSENT}/edit",
    f"/a/library/book/{ABSENT}/delete",
    f"/a/library/loan/{ABSENT}/do/lend",
    f"/a/library/loan/{ABSENT}/press/remind",
    f"/inbox/tasks/{ABSENT}/lend",
    "/jobs/attention",
    "/jobs/dead",
    "/jobs/pulls/library/p/l",
    "/jobs/refused",
    f"/jobs/refused/{ABSENT}",
    f"/jobs/dead/{ABSENT}",
    "/inbox/messages",
    f"/inbox/messages/{ABSENT}",
    "/a/library/book/filters",
    "/a/library/book/filters/mine",
    "/a/library/actions/lend",
    f"/a/library/runs/{ABSENT}/undo",
    "/a/library/runs/undo",
    "/market/work_hub/install",
    "/market/work_hub/prove",
    "/a/library/revisions/draft",
    "/a/library/revisions/1/draft",
    "/a/library/revisions/1/publish",
    "/a/library/revisions/renew",
    "/a/library/revisions/discard",
    "/a/library/revisions/publish",
    "/a/library/studio/forms",
    "/a/library/studio/undo",
    "/a/library/studio/redo",
    "/a/library/studio/forms/book",
    "/a/library/studio/forms/book/remove",
    "/a/library/studio/forms/book/preview",
    "/a/library/studio/forms/book/fields",
    "/a/library/studio/forms/book/fields/u",
    "/a/library/studio/forms/book/fields/u/move",
    "/a/library/studio/forms/book/fields/u/remove",
    "/a/library/studio/forms/book/fields/u/options",
    "/a/library/studio/forms/book/fields/u/validations",
    "/a/library/studio/forms/book/sections",
    "/a/library/studio/forms/book/sections/u",
    "/a/library/studio/forms/book/sections/u/move",
    "/a/library/studio/forms/book/sections/u/remove",
    "/studio/new",
    "/a/library/studio/lists/",
    "/a/library/studio/lists/k",
    "/a/library/studio/lists/k/remove",
    "/a/library/studio/lists/k/options",
    "/a/library/studio/lists/k/aliases",
    "/a/library/studio/forms/book/fields/u/aliases",
    "/a/library/studio/forms/book/fields/u/list",
    "/a/library/studio/states/book",
    "/a/library/studio/states/book/remove",
    "/a/library/studio/approvals/book",
    "/a/library/studio/approvals/book/u",
    "/a/library/studio/approvals/book/u/remove",
    "/a/library/studio/approvals/book/u/steps",
    "/a/library/studio/approvals/book/u/steps/s",
    "/a/library/studio/approvals/book/u/steps/s/move",
    "/a/library/studio/approvals/book/u/steps/s/remove",
    "/a/library/studio/approvals/book/u/steps/s/who",
    "/a/library/studio/duties/book",
    "/a/library/studio/duties/book/u",
    "/a/library/studio/duties/book/u/remove",
    "/a/library/studio/duties/book/u/tell",
    "/a/library/studio/roles/",
    "/a/library/studio/roles/k",
    "/a/library/studio/roles/k/remove",
    "/a/library/studio/roles/k/book",
    "/a/library/studio/people/",
    "/a/library/studio/sheet",
    "/a/library/studio/sheet/form",
    "/a/library/studio/parameters/",
    "/a/library/studio/parameters/u",
    "/a/library/studio/parameters/u/remove",
    "/a/library/studio/rules/",
    "/a/library/studio/rules/k/words",
    "/a/library/studio/rules/k/parts",
    "/a/library/studio/rules/k",
    "/a/library/studio/rules/k/text",
    "/a/library/studio/rules/k/remove",
    "/a/library/studio/states/book/states",
    "/a/library/studio/states/book/states/u",
)


def test_every_state_changing_address_is_known_here_when_the_csrf_test_runs(app):
    rules = (rule for rule in app.url_map.iter_rules() if "POST" in rule.methods)
    found = {rule.rule for rule in rules if not rule.rule.startswith(("/api/", "/hooks/"))}
    addresses = app.url_map.bind("localhost")
    assert found == {addresses.match(path, "POST", return_rule=True)[0].rule for path in STATE_CHANGING}


@pytest.mark.parametrize("path", STATE_CHANGING)
def test_a_change_is_refused_when_the_csrf_token_is_missing_or_another(librarian, visitor, path):
    visitor.get("/sign-in")
    for token in ("", visitor.token, "é"):
        answer = librarian.client.post(path, data={"_csrf": token, "language": "en"})
        assert answer.status_code == 403
        assert "这个页面已经过期" in answer.get_data(as_text=True)


def test_absent_and_forbidden_pages_look_alike_when_asked_for(librarian, reader, instance):
    author = instance.directory.viewer_of_session(librarian.client.get_cookie("youju_session").value)
    hidden = instance.records.create(author, "library", "member", {"name": "别人", "card_no": "P-1"})
    strip = re.compile(r'value="[0-9a-f]{128}"')
    answers = [
        reader.get(f"/a/library/member/{id}{tail}")
        for tail in ("", "/edit", "/delete", "/do/lend")
        for id in (hidden.id, ABSENT)
    ]
    answers += [reader.get("/a/library/nothing/"), reader.get("/a/nothing/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({strip.sub("", answer.get_data(as_text=True)) for answer in answers}) == 1


@pytest.mark.parametrize("way", ["edit", "delete"])
def test_it_is_said_that_one_may_not_when_a_record_can_be_read_alone(librarian, reader, instance, isbn, way):
    author = instance.directory.viewer_of_session(librarian.client.get_cookie("youju_session").value)
    made = instance.records.create(author, "library", "book", {"title": "只能看", "isbn": isbn()})
    at = f"/a/library/book/{made.id}"
    for answer in (reader.get(f"{at}/{way}"), reader.post(f"{at}/{way}", {"f.title": "改了", "_do": "save"})):
        assert answer.status_code == 422
        assert "您不能这样修改这条记录" in answer.get_data(as_text=True)
    assert reader.get(f"/a/library/book/{ABSENT}/{way}").status_code == 404
    assert instance.records.read(author, "library", "book", made.id).fields["title"] == "只能看"


def test_the_language_is_the_browser_s_until_somebody_chooses(visitor):
    english = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}
    assert 'lang="en"' in visitor.get("/sign-in", headers=english).get_data(as_text=True)
    assert 'lang="zh-CN"' in visitor.get("/sign-in", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert visitor.post("/language", {"language": "en", "next": "/sign-in"}).headers["Location"] == "/sign-in"
    assert "Sign in" in visitor.get("/sign-in", headers={"Accept-Language": "zh"}).get_data(as_text=True)


def test_the_language_stays_with_the_person_when_it_is_chosen(app, instance):
    first = Visitor(app.test_client())
    first.sign_in("reader")
    first.get("/me")
    first.post("/language", {"language": "en", "next": "/me"})
    second = Visitor(app.test_client())
    second.sign_in("reader")
    assert "Sign out" in second.get("/me").get_data(as_text=True)
    second.post("/language", {"language": "zh", "next": "/me"})
    assert "退出登录" in second.get("/me").get_data(as_text=True)


def test_an_unknown_language_is_refused_when_it_is_sent(librarian):
    assert librarian.post("/language", {"language": "xx"}).status_code == 404


def test_what_was_typed_is_kept_when_the_session_ended_meanwhile(app, instance):
    someone = Visitor(app.test_client())
    someone.sign_in("librarian")
    someone.get("/a/library/book/new")
    instance.directory.sign_out(someone.client.get_cookie("youju_session").value)
    typed = {"f.title": "写了很久", "f.isbn": "978-1", "_do": "save", "_key": "k"}
    asked = someone.post("/a/library/book/new", typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert asked.status_code == 401
    assert 'value="写了很久"' in asked.get_data(as_text=True)
    carried = {"name": "librarian", "password": "correct horse", "_path": "/a/library/book/new", "f.title": "写了很久"}
    resumed = someone.post("/sign-in", carried)
    assert resumed.status_code == 200
    assert 'action="/a/library/book/new"' in resumed.get_data(as_text=True)
    form = someone.post("/a/library/book/new", {"f.title": "写了很久", "_do": "refresh"})
    assert form.status_code == 200
    assert 'value="写了很久"' in form.get_data(as_text=True)


def test_nothing_is_carried_when_another_site_sent_the_form(visitor):
    answer = visitor.client.post(
        "/a/library/book/new", data={"f.title": "陷阱"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 303
    assert "陷阱" not in answer.get_data(as_text=True)


def test_a_failure_of_ours_tells_a_number_and_nothing_else_when_it_happens(instance, caplog):
    broken = create_app(instance)

    @broken.get("/broken")
    def fail():
        message = "the secret inside"
        raise RuntimeError(message)

    someone = Visitor(broken.test_client())
    someone.sign_in("librarian")
    answer = someone.get("/broken")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in text
    assert "the secret inside" not in text
    assert answer.headers["X-Request-Id"] in caplog.text


def test_health_is_told_without_signing_in_when_asked(visitor):
    assert visitor.client.get("/healthz").get_json() == {"status": "ok"}
    ready = visitor.client.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "ok")


def test_static_files_are_kept_for_ever_when_they_carry_their_mark(visitor):
    page = visitor.get("/sign-in").get_data(as_text=True)
    style = re.search(r'href="(/static/app\.css\?v=\w+)"', page).group(1)
    with visitor.client.get(style) as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_drawn_password_opens_and_another_does_not_when_somebody_signs_in(visitor, instance):
    instance.directory.add_user("drawn", "Drawn", "Zm9vYmFyLWJh", drawn=True)
    assert visitor.sign_in("drawn", "Zm9vYmFyLWJo").status_code != 303
    assert visitor.sign_in("drawn", "Zm9vYmFyLWJh").status_code == 303
