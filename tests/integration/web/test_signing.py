"""The page of a signer without a script, the panel of a record, and the API of signing."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import text

from engine.runtime.signing.sending import Named
from tests.integration.web.conftest import PASSWORD, Api, Visitor
from tests.support.signing import DRAWN, KEY, Contracts, Installed

WANG = Named("王主任", "wang@example.com", "138 0000 0000")


@pytest.fixture(scope="module")
def firm(instance):
    return Contracts.on(Installed(instance, PASSWORD))


@pytest.fixture
def record(firm):
    return firm.record()


@pytest.fixture
def signer(app):
    return Visitor(app.test_client())


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def at(record):
    return f"/a/{KEY}/deal/{record.id}"


def entered(firm, view, signer, number=1):
    """Let a signer show who they are; return their page's address."""
    path = f"/sign/{firm.token(view, number)}"
    signer.get(path)
    assert signer.post(f"{path}/code").status_code == 303
    code = firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, number).code
    assert signer.post(f"{path}/enter", {"code": code}).status_code == 303
    return path


def digest_in(page):
    return re.search(r'name="sha256" value="([0-9a-f]{64})"', page.get_data(as_text=True)).group(1)


def test_a_signer_signs_by_a_link_alone_without_a_script(firm, record, signer):
    view = firm.send(record, WANG)
    path = f"/sign/{firm.token(view)}"
    first = signer.get(path)
    assert "葛明请您签署" in text_of(first)
    assert "发送验证码" in text_of(first)
    for hidden in ("138 0000 0000", "wang@example.com", record.id, view.id, view.sha256):
        assert hidden not in first.get_data(as_text=True), hidden
    assert signer.get(f"{path}/document").status_code == 422, "not before one has shown who one is"
    path = entered(firm, view, signer)
    page = signer.get(path)
    assert "我已阅读全文" in text_of(page)
    given = {"sha256": digest_in(page), "typed": "王主任", "consent": "read"}
    refused = signer.post(f"{path}/sign", given)
    assert refused.status_code == 422
    assert "请先打开文件阅读" in text_of(refused)
    assert "请勾选“我同意以电子方式签署”" in text_of(refused)
    document = signer.get(f"{path}/document")
    assert (document.status_code, document.mimetype) == (200, "application/pdf")
    assert document.get_data().startswith(b"%PDF")
    assert "script" not in document.headers["Content-Security-Policy"]
    pairs = [("sha256", given["sha256"]), ("typed", "王主任"), ("consent", "read"), ("consent", "electronic")]
    assert signer.post(f"{path}/sign", pairs).status_code == 303
    assert "您已签署" in text_of(signer.get(path))
    again = signer.post(f"{path}/sign", pairs)
    assert again.status_code == 409
    assert [act.act for act in firm.look(view).acts].count("sign") == 1


def test_every_answer_of_a_link_is_closed_to_caches_frames_and_other_pages(firm, record, signer):
    path = f"/sign/{firm.token(firm.send(record, WANG))}"
    for answer in (signer.get(path), signer.get(f"{path}/document")):
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
    cookie = entered_cookie(firm, firm.send(record, WANG), signer)
    for wanted in ("HttpOnly", "SameSite=Strict", "Path=/sign/"):
        assert wanted in cookie


def entered_cookie(firm, view, signer):
    path = f"/sign/{firm.token(view)}"
    signer.get(path)
    signer.post(f"{path}/code")
    code = firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, 1).code
    cookies = signer.post(f"{path}/enter", {"code": code}).headers.getlist("Set-Cookie")
    return next(one for one in cookies if one.startswith("youju_signer"))


def test_a_link_opens_no_other_door(firm, record, signer, signed_in):
    view = firm.send(record, WANG)
    path = entered(firm, view, signer)
    assert signer.get(path).status_code == 200
    for door in (at(record), f"/files/{view.file}", f"/envelopes/{view.id}/signers/1", "/me", "/api/v1/apps"):
        assert signer.get(door).status_code in (303, 401), door
    other = firm.send(record, Named("李经理"))
    elsewhere = f"/sign/{firm.token(other)}"
    assert signer.get(f"{elsewhere}/document").status_code == 422
    assert "确认身份" in text_of(signer.get(elsewhere))
    assert signed_in("stranger").get(f"{path}/document").status_code == 422, "a session alone is no signer"


@pytest.mark.parametrize("path", ["/sign/x", "/sign/" + "A" * 48, "/sign/x/document"])
def test_a_link_that_leads_nowhere_is_told_so(app, path):
    answer = Visitor(app.test_client()).get(path)
    assert answer.status_code in (404, 429)
    assert "登录" not in text_of(answer).split("有据")[0]


def test_a_wrong_code_keeps_one_where_one_is(firm, record, signer):
    view = firm.send(record, WANG)
    path = f"/sign/{firm.token(view)}"
    signer.get(path)
    signer.post(f"{path}/code")
    refused = signer.post(f"{path}/enter", {"code": "000000x"})
    assert (refused.status_code, "验证码不对" in text_of(refused)) == (422, True)
    assert signer.post(f"{path}/code").status_code == 429


def test_the_page_speaks_english_and_refuses_with_a_reason(firm, record, signer):
    view = firm.send(record, WANG)
    path = entered(firm, view, signer)
    page = signer.get(path, headers={"Accept-Language": "en"})
    for words in ("asks you to sign", "I have read all of it", "self-issued", "no licensed authority", "I do not sign"):
        assert words.replace("self-issued", "issued itself") in text_of(page), words
    assert signer.post(f"{path}/refuse", {"reason": " "}).status_code == 422
    assert signer.post(f"{path}/refuse", {"reason": "Too dear"}).status_code == 303
    assert firm.look(view).signers[0].reason == "Too dear"


def test_the_record_shows_its_envelopes_and_what_each_may_do(firm, record, signed_in):
    view = firm.send(record, WANG, Named(user=_id(firm, "li")), order="together")
    mine, reader = signed_in("ge").get(at(record)), signed_in("ruth").get(at(record))
    assert "转发链接" in text_of(mine)
    assert "没有邮件能送到对方" in text_of(mine)
    assert "哈希链完整" in text_of(mine)
    assert "/signers/1" in mine.get_data(as_text=True)
    assert "/signers/" not in reader.get_data(as_text=True)
    assert "撤回" not in text_of(reader)
    assert "王主任" in text_of(reader)
    assert "电子签署" not in text_of(signed_in("bo").get(at(record))), "the field is closed to them"
    li = signed_in("li")
    door = re.search(r'href="(/envelopes/[^"]+/mine)"', li.get(at(record)).get_data(as_text=True)).group(1)
    target = li.get(door)
    assert target.status_code == 303
    page = li.get(target.headers["Location"])
    assert "您已登录为李娜" in text_of(page)
    assert li.post(f"{target.headers['Location']}/enter", {"signed_in": "1"}).status_code == 303
    assert "确认签署" in text_of(li.get(target.headers["Location"]))
    assert signed_in("ruth").get(f"/envelopes/{view.id}/signers/1").status_code == 422
    assert signed_in("stranger").get(f"/envelopes/{view.id}/signers/1").status_code == 404
    assert signed_in("ge").post(f"/envelopes/{view.id}/withdraw").status_code == 303
    assert firm.look(view).state == "withdrawn"


def test_a_link_that_another_installation_made_is_replaced_on_its_page(firm, record, signed_in, instance):
    view, ge = firm.send(record, WANG), signed_in("ge")
    with instance.database.write() as connection:
        held = text("SELECT content FROM youju_envelope WHERE id = :id")
        content = json.loads(connection.execute(held, {"id": view.id}).scalar_one())
        content["signers"][0]["link"] = "0" * 64
        change = text("UPDATE youju_envelope SET content = :content WHERE id = :id")
        connection.execute(change, {"id": view.id, "content": json.dumps(content)})
    path = f"/envelopes/{view.id}/signers/1"
    page = ge.get(path)
    assert page.status_code == 200
    assert "由另一套系统发出" in text_of(page)
    assert "/sign/" not in page.get_data(as_text=True)
    assert ge.post(path, {"issue": "1"}).status_code == 303
    assert "http://localhost/sign/" in ge.get(path).get_data(as_text=True)
    assert "YOUJU_PUBLIC_URL" in text_of(ge.get(path)), "the address is not the installation's own"


def test_a_file_that_is_not_theirs_to_open_is_no_link_on_the_record(firm, record, signed_in):
    view = firm.send(record, WANG)
    firm.sign(view)
    firm.work()
    done = firm.look(view)
    seen, hidden = (signed_in(name).get(at(record)).get_data(as_text=True) for name in ("ruth", "nell"))
    assert (f"/files/{done.signed_file}" in seen, f"/files/{done.report_file}" in seen) == (True, False)
    assert "/files/" not in hidden
    assert "您不能打开这个文件" in hidden


def _id(firm, name):
    return firm.site.viewer(name).id


def test_somebody_is_added_and_what_is_wrong_is_told_beside_what_was_entered(firm, record, signed_in):
    ge, path = signed_in("ge"), f"{at(record)}/sign/contract"
    page = ge.get(path)
    assert 'value="王主任"' in page.get_data(as_text=True)
    rows = [("user", ""), ("name", "赵"), ("mail", "none"), ("phone", ""), ("order", "together"), ("days", "3")]
    more = ge.post(path, [*rows, ("_do", "more")]).get_data(as_text=True)
    assert more.count('name="mail"') == 2
    wrong = ge.post(path, [*rows, ("_do", "send")])
    assert wrong.status_code == 422
    assert "“none”不是邮箱地址" in text_of(wrong)
    assert 'value="赵"' in wrong.get_data(as_text=True)
    right = [(key, "" if key == "mail" else value) for key, value in rows]
    assert ge.post(path, [*right, ("_do", "send")]).status_code == 303
    [view] = firm.site.services.envelopes.of_record(firm.site.viewer("ge"), KEY, "deal", record.id)
    assert ([one.name for one in view.signers], view.order) == (["赵"], "together")
    assert signed_in("ruth").get(path).status_code == 404


@pytest.fixture
def api_of(app, instance, firm):
    return lambda name: Api(app.test_client(), instance.directory.issue_token(name, "test"))


def test_the_api_sends_looks_renews_and_withdraws(firm, record, api_of):
    ge, ruth = api_of("ge"), api_of("ruth")
    place = f"/{KEY}/deal/{record.id}/envelopes"
    asked = {"document": "contract", "signers": [{"name": "王主任"}], "days": 3}
    sent = ge("POST", place, asked, Idempotency_Key="k1")
    assert sent.status_code == 201
    view = sent.json
    assert ge("POST", place, asked, Idempotency_Key="k1").json["id"] == view["id"]
    assert [one["name"] for one in view["signers"]] == ["王主任"]
    assert [one["id"] for one in ruth("GET", place).json["items"]] == [view["id"]]
    path = f"/envelopes/{view['id']}"
    assert ge("GET", path).json["intact"] is True
    link = ge("GET", f"{path}/links/1").json
    assert link["path"].startswith("/sign/")
    assert ge("POST", f"{path}/links/1", {}).json["path"] != link["path"]
    assert ruth("GET", f"{path}/links/1").status_code == 422
    assert ruth("POST", f"{path}/withdraw", {}).status_code == 422
    assert api_of("stranger")("GET", path).status_code == 404
    assert ge("GET", f"{path}/links/2").status_code == 404
    assert ge("POST", f"{path}/withdraw", {}).json["state"] == "withdrawn"
    assert ge("POST", f"{path}/withdraw", {}).status_code == 409
    assert ruth("POST", place, {"document": "contract"}).status_code == 404


WRONG = (
    {},
    {"document": 7},
    {"document": "contract", "days": "7"},
    {"document": "contract", "signers": ["x"]},
    {"document": "contract", "signers": [{"name": 1}]},
    {"document": "contract", "signers": [{"who": "x"}]},
    {"document": "contract", "signers": [{"name": " "}]},
    {"document": "contract", "order": "any"},
)


@pytest.mark.parametrize("body", WRONG)
def test_the_api_tells_what_is_wrong(record, api_of, body):
    answer = api_of("ge")("POST", f"/{KEY}/deal/{record.id}/envelopes", body)
    assert answer.status_code == 422
    assert all(one["message"]["zh"] and one["hint"] for one in answer.json["errors"])


@pytest.fixture
def drawn():
    return DRAWN


def test_a_drawn_signature_comes_as_a_picture_and_nothing_else_does(firm, record, signer, drawn):
    view = firm.send(record, WANG)
    path = entered(firm, view, signer)
    page = signer.get(path)
    signer.get(f"{path}/document")
    pairs = [("sha256", digest_in(page)), ("consent", "read"), ("consent", "electronic")]
    for bad in ("data:text/html;base64,PGI+", "data:image/png;base64,PHN2Zz4=", "x" * 1000):
        refused = signer.post(f"{path}/sign", [*pairs, ("drawn", bad)])
        assert (refused.status_code, "签名图片无法读取" in text_of(refused)) == (422, True)
    assert signer.post(f"{path}/sign", [*pairs, ("drawn", drawn)]).status_code == 303
    assert firm.look(view).state == "signed"
