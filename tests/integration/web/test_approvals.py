"""Pages of approvals: who sees what, what they can do there, in both languages, without a script."""

from __future__ import annotations

import re
from html import unescape

import pytest

from engine.kernel.clocks import DAY_MS
from tests.integration.web.conftest import PASSWORD
from tests.support.agreements import APP, Agreements

ADDRESS = re.compile(r'action="(/approvals/[^"]+)"')


@pytest.fixture(scope="module")
def firm(instance):
    return Agreements.on(instance, PASSWORD)


@pytest.fixture
def record(firm):
    return firm.apply()


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def at(record):
    return f"/a/{APP}/agreement/{record.id}"


def doors(answer):
    """Return what the page posts to, by the last part of the address."""
    return {path.rsplit("/", 1)[1]: path for path in ADDRESS.findall(answer.get_data(as_text=True))}


def test_the_record_shows_the_route_and_what_each_may_do(firm, record, signed_in):
    chief, applicant = signed_in("ding").get(at(record)), signed_in("ge").get(at(record))
    for words in ("合同审批", "审批中", "主管审批 进行中", "法务审核 还没到", "丁主管 待处理", "葛明 提交了申请"):
        assert words in text_of(chief)
    assert set(doors(chief)) == {"approve", "reject", "return", "transfer", "add_before", "add_after", "comment"}
    assert set(doors(applicant)) == {"urge", "withdraw", "comment"}
    assert set(doors(signed_in("zhao").get(at(record)))) == {"comment"}
    assert signed_in("stranger").get(at(record)).status_code == 404


def test_a_record_without_approvals_has_no_panel(firm, signed_in, instance):
    draft = instance.records.create(firm.viewer("ge"), APP, "agreement", {"name": "草稿"})
    assert 'id="approval"' not in signed_in("ge").get(at(draft)).get_data(as_text=True)


def test_it_is_told_in_english_to_who_reads_english(firm, record, signed_in, instance):
    instance.directory.set_language(firm.viewer("ding"), "en")
    page = text_of(signed_in("ding").get(at(record)))
    instance.directory.set_language(firm.viewer("ding"), "zh")
    for words in ("Contract approval", "Under way", "Chief now", "Legal ahead", "丁主管 to decide", "葛明 applied"):
        assert words in page


def test_approving_goes_on_to_the_next_step_and_says_so(firm, record, signed_in):
    chief = signed_in("ding")
    chief.get(at(record))
    sent = chief.post(f"/approvals/{firm.standing(record).id}/approve", {"comment": "价格可以", "_next": at(record)})
    assert sent.headers["Location"] == f"{at(record)}?done=approval-approve"
    page = text_of(chief.get(sent.headers["Location"]))
    assert "已同意。" in page
    assert "价格可以" in page
    assert "法务审核 进行中" in page


def test_a_second_tap_with_the_same_key_does_nothing_more(firm, record, signed_in):
    chief, path = signed_in("ding"), f"/approvals/{firm.standing(record).id}/approve"
    for _ in range(2):
        assert chief.post(path, {"_key": "one-tap"}).status_code == 303
    assert [act.act for act in firm.standing(record).acts] == ["start", "approve"]


def test_the_step_s_field_is_filled_in_place(firm, record, signed_in):
    firm.act("ding", record, "approve")
    lawyer = signed_in("wang")
    page = lawyer.get(at(record)).get_data(as_text=True)
    assert 'name="f.opinion"' in page
    path = f"/approvals/{firm.standing(record).id}/approve"
    blank = lawyer.post(path, {"f.opinion": "", "_do": "fire", "comment": "已看"})
    assert blank.status_code == 422
    assert "法务意见" in text_of(blank)
    assert "已看" in blank.get_data(as_text=True), "what was typed stays"
    assert lawyer.post(path, {"f.opinion": "条款完整", "_do": "fire"}).status_code == 303
    kept = firm.instance.records.read(firm.viewer("ge"), APP, "agreement", record.id)
    assert kept.fields["opinion"] == "条款完整"


def test_scores_are_given_within_their_bounds(firm, record, signed_in):
    firm.act("ding", record, "approve")
    firm.act("wang", record, "approve", fields={"opinion": "好"})
    judge, path = signed_in("sun"), f"/approvals/{firm.standing(record).id}/approve"
    page = judge.get(at(record)).get_data(as_text=True)
    assert 'type="number" min="0" max="100"' in page
    refused = judge.post(path, {"score": "101"})
    assert refused.status_code == 422
    assert "请打分:0到100的整数" in text_of(refused)
    assert 'value="101"' in refused.get_data(as_text=True)
    assert judge.post(path, {"score": "80"}).status_code == 303
    firm.act("qian", record, "approve", score=90)
    page = text_of(judge.get(at(record)))
    assert firm.state(record) == "good"
    assert "审批“合同审批”通过后 生效" in page
    assert "审批“合同审批”打分后" in page
    assert "80分" in page


def test_a_rejection_wants_words_in_place(firm, record, signed_in):
    chief, path = signed_in("ding"), f"/approvals/{firm.standing(record).id}/reject"
    refused = chief.post(path, {"comment": "  "})
    assert (refused.status_code, "请写明理由" in text_of(refused)) == (422, True)
    assert chief.post(path, {"comment": "太贵"}).status_code == 303
    assert firm.state(record) == "bad"
    page = text_of(signed_in("ge").get(at(record)))
    assert "已驳回" in page
    assert "太贵" in page
    assert "审批“合同审批”驳回后 不予签订" in page


def test_what_changed_meanwhile_is_told_and_nothing_is_done(firm, record, signed_in, instance):
    chief, path = signed_in("ding"), f"/approvals/{firm.standing(record).id}/approve"
    seen = str(instance.records.read(firm.viewer("ge"), APP, "agreement", record.id).version)
    instance.records.update(firm.viewer("ge"), APP, "agreement", record.id, {"amount": "1"}, None)
    assert chief.post(path, {"_version": seen}).status_code == 409
    assert [act.act for act in firm.standing(record).acts] == ["start"]


def test_nobody_approves_their_own_and_strangers_find_nothing(firm, record, signed_in):
    path = f"/approvals/{firm.standing(record).id}"
    own = signed_in("ge").post(f"{path}/approve")
    assert (own.status_code, "不能审批自己的单据" in text_of(own)) == (422, True)
    stranger = signed_in("stranger")
    assert stranger.get(path).status_code == 404
    for act in ("approve", "comment", "urge"):
        assert stranger.post(f"{path}/{act}", {"comment": "x"}).status_code == 404
    assert signed_in("ding").post(f"{path}/burn").status_code == 404


def test_several_are_approved_at_once_each_by_itself(firm, signed_in):
    first, second, gone = (firm.apply(f"批量{number}") for number in range(3))
    ids = {one.id: firm.standing(one).id for one in (first, second, gone)}
    chief = signed_in("ding")
    page = chief.get("/approvals").get_data(as_text=True)
    assert all(f'value="{id}"' in page for id in ids.values())
    firm.act("ge", gone, "withdraw")
    said = chief.post("/approvals/several", [("approval", id) for id in ids.values()])
    assert "已同意2条" in text_of(said)
    assert "没有办成1条" in text_of(said)
    assert "这个审批已经结束" in text_of(said)
    assert [firm.standing(one).now is not None for one in (first, second, gone)] == [True, True, False]
    assert "请至少勾选一条" in text_of(chief.post("/approvals/several"))


def test_what_is_to_be_filled_is_not_approved_among_several(firm, record, signed_in):
    firm.act("ding", record, "approve")
    lawyer, id = signed_in("wang"), firm.standing(record).id
    page = lawyer.get("/approvals").get_data(as_text=True)
    assert f'name="approval" value="{id}"' not in page
    assert "没有办成1条" in text_of(lawyer.post("/approvals/several", {"approval": id}))
    assert firm.standing(record).now.key == "legal"


def test_lists_of_what_one_applied_for_and_decided(firm, signed_in):
    record = firm.apply("列表里的合同")
    firm.act("ding", record, "approve")
    assert "列表里的合同" in text_of(signed_in("ge").get("/approvals?of=started"))
    assert "列表里的合同" in text_of(signed_in("ding").get("/approvals?of=decided"))
    assert "列表里的合同" not in text_of(signed_in("ding").get("/approvals?of=started"))
    for path in ("/approvals?of=nothing", "/approvals?of=started&before=x"):
        assert signed_in("ge").get(path).status_code == 404


def test_the_inbox_approves_in_a_tap_and_rejects_with_words(firm, record, signed_in):
    chief, path = signed_in("ding"), f"/approvals/{firm.standing(record).id}"
    page = chief.get("/inbox").get_data(as_text=True)
    assert f'action="{path}/approve"' in page
    assert f'action="{path}/reject"' in page
    assert chief.post(f"{path}/approve", {"_next": "/inbox"}).headers["Location"] == "/inbox?done=approval-approve"
    lawyer = signed_in("wang").get("/inbox").get_data(as_text=True)
    assert f'action="{path}/approve"' not in lawyer
    assert f'href="{path}"' in lawyer


def test_a_deputy_decides_without_seeing_the_record(firm, signed_in, instance):
    away, now = firm.viewer("ding"), instance.clocks.business()
    id = instance.services.absences.add(away, now - 1, now + 5 * DAY_MS, firm.viewer("stranger").id, "年假")
    try:
        deputy, record = signed_in("stranger"), firm.apply()
        listed = text_of(deputy.get("/approvals"))
        assert "代丁主管处理,至" in listed
        assert "九江" not in listed
        assert "代丁主管处理,至" in text_of(deputy.get("/me"))
        path = f"/approvals/{firm.standing(record).id}"
        assert "单据本身您看不到" in text_of(deputy.get(path))
        instance.jobs().run_until_quiet()
        [message] = re.findall(r'action="(/inbox/messages/[^"]+)"', deputy.get("/inbox").get_data(as_text=True))[:1]
        assert deputy.post(message).headers["Location"] == path, "where the record itself is closed"
        assert "请假中,由外人代办至" in text_of(signed_in("ge").get(at(record)))
        assert deputy.post(f"{path}/approve").status_code == 303
        assert firm.standing(record).acts[-1].instead_of == "丁主管"
        assert "外人 代丁主管 同意" in text_of(signed_in("ge").get(at(record)))
    finally:
        instance.services.absences.remove(away, id)


def test_who_may_not_see_the_record_is_told_that_they_cannot_fill_it(firm, record, signed_in, instance):
    firm.act("ding", record, "approve")
    away, now = firm.viewer("wang"), instance.clocks.business()
    id = instance.services.absences.add(away, now - 1, now + DAY_MS, firm.viewer("stranger").id)
    try:
        deputy, path = signed_in("stranger"), f"/approvals/{firm.standing(record).id}"
        shown = deputy.get(path)
        assert "您看不到单据" in text_of(shown)
        assert "approve" not in doors(shown)
        assert deputy.post(f"{path}/approve").status_code == 422
        assert deputy.post(f"{path}/transfer", {"to": firm.viewer("zhao").id}).status_code == 303
        assert [seat.name for seat in firm.standing(record).now.seats] == ["赵律师"]
    finally:
        instance.services.absences.remove(away, id)


def test_absences_are_kept_and_taken_back_on_the_page_about_oneself(firm, signed_in):
    lawyer, deputy = signed_in("wang"), firm.viewer("zhao").id
    days = {"from": "2126-11-24", "until": "2126-11-30", "deputy": deputy, "note": "年假"}
    for key in ("from", "until"):
        refused = lawyer.post("/me/absences", {**days, key: "someday"})
        assert (refused.status_code, "这里应是一天" in text_of(refused)) == (422, True)
        assert 'value="年假"' in refused.get_data(as_text=True)
    assert lawyer.post("/me/absences", {**days, "until": "2126-11-01"}).status_code == 422
    for _ in range(2):
        assert lawyer.post("/me/absences", {**days, "_key": "once"}).status_code == 303
    page = lawyer.get("/me")
    assert text_of(page).count("11月24日 – 11月30日 赵律师代办 年假") == 1
    path = re.search(r'action="(/me/absences/[^"]+/remove)"', page.get_data(as_text=True)).group(1)
    assert signed_in("sun").post(path).status_code == 303, "what is another's is as if it were gone"
    assert "赵律师代办" in text_of(lawyer.get("/me"))
    lawyer.post(path)
    assert "赵律师代办" not in text_of(lawyer.get("/me"))


def test_the_navigation_has_approvals_where_an_app_has_some(firm, signed_in):
    assert 'href="/approvals"' in signed_in("ge").get("/apps").get_data(as_text=True)
    assert 'href="/approvals"' not in signed_in("reader").get("/apps").get_data(as_text=True)
