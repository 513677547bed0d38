"""Holds and rules on the pages: why a record is held, who lets it go, and why a rule does or does not act."""

from __future__ import annotations

import html
import re

import pytest

from tests.integration.web.deals import APP
from tests.support.statements import recorded

TAGS = re.compile(r"<[^>]+>")
RELEASE = {"f.why": "客户已答复", "f.next_step": "周五复核", "_do": "fire"}


@pytest.fixture
def rep(signed_in, deals):
    return signed_in("rep")


@pytest.fixture
def boss(signed_in, deals):
    return signed_in("boss")


def at(record):
    return f"/a/{APP}/{record.form}/{record.id}"


def read(answer):
    """Return what a page says, without its markup."""
    text = TAGS.sub(" ", answer.get_data(as_text=True))
    return " ".join(html.unescape(text).split())


def sent(page):
    """Return the hidden fields of the page's form of a release."""
    form = page.get_data(as_text=True).split('id="record-form"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(_key|_version)" value="([^"]*)"', form))


def test_a_held_record_says_why_and_who_releases_it_when_it_is_opened(rep, deals):
    page = rep.get(at(deals.deal(15)))
    told = read(page)
    assert "已冻结:预算没确认,15天没有进展" in told
    assert "可解除:丁主管 + 王会计" in told
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d 起冻结", told)
    assert 'id="record-form"' not in page.get_data(as_text=True), "the owner cannot release it"


def test_whoever_can_release_has_the_form_on_the_record_when_it_is_opened(boss, deals):
    deal = deals.deal(15)
    page = boss.get(at(deal))
    form = page.get_data(as_text=True).split('class="release"')[1]
    assert f'action="{at(deal)}/do/release"' in form
    assert 'name="f.why"' in form
    assert 'name="f.next_step"' in form
    assert 'name="f.amount"' not in form


def test_what_is_missing_comes_back_beside_its_field_when_a_release_is_incomplete(boss, deals):
    deal = deals.deal(15)
    hidden = sent(boss.get(at(deal)))
    answer = boss.post(f"{at(deal)}/do/release", {**hidden, "f.why": "有答复", "_do": "fire"})
    assert answer.status_code == 422
    assert "有答复" in answer.get_data(as_text=True)
    assert 'id="f-next_step-problem"' in answer.get_data(as_text=True)


def test_the_other_party_is_named_when_the_first_has_agreed(boss, signed_in, deals):
    deal = deals.deal(15)
    hidden = sent(boss.get(at(deal)))
    answer = boss.post(f"{at(deal)}/do/release", {**hidden, **RELEASE})
    assert answer.headers["Location"].endswith("done=agreed")
    told = read(boss.get(answer.headers["Location"]))
    assert "丁主管已同意解除 · 还差:王会计" in told
    banker = signed_in("banker")
    page = banker.get(at(deal))
    answer = banker.post(f"{at(deal)}/do/release", {"_do": "fire", "_version": str(deals.deal_version(deal))})
    assert "解除冻结" in read(page)
    assert answer.headers["Location"].endswith("done=moved")
    assert "已冻结" not in read(banker.get(at(deal))).split("时间线")[0]


def test_the_timeline_tells_a_hold_in_words_when_there_was_one(rep, deals):
    told = read(rep.get(at(deals.deal(15)))).split("时间线")[1]
    assert "预算没确认,15天没有进展" in told
    assert "{" not in told
    assert "manager_of" not in told


def test_a_list_shows_why_a_record_is_held_when_it_is(rep, deals):
    deals.deal(17, name="久置的单")
    row = read(rep.get(f"/a/{APP}/deal/?filter=name %3D %22久置的单%22"))
    assert "久置的单 已冻结 预算没确认,17天没有进展" in row


def test_a_move_is_refused_with_reason_and_releasers_when_the_record_is_held_meanwhile(rep, deals):
    deal = deals.deal(15)
    answer = rep.post(f"{at(deal)}/do/advance", {"_do": "fire", "_version": "1"})
    assert answer.status_code == 422
    assert "已冻结,“报价”暂停:预算没确认,15天没有进展" in read(answer)
    assert "可以解除的人:丁主管 + 王会计" in read(answer)
    assert rep.get(f"{at(deal)}/do/advance").headers["Location"] == at(deal)


def test_one_of_a_group_is_asked_for_together_when_a_move_needs_it(rep, deals):
    deal = deals.deal(1)
    page = rep.get(f"{at(deal)}/do/advance").get_data(as_text=True)
    group = page.split('data-section="one_of.0"')[1].split("</section>")[0]
    assert "填其中一项" in group
    assert 'name="f.rivals"' in group
    assert 'name="f.no_rival"' in group
    answer = rep.post(f"{at(deal)}/do/advance", {"_do": "fire", "f.amount": "5", "_version": str(deal.version)})
    group = answer.get_data(as_text=True).split('data-section="one_of.0"')[1].split("</section>")[0]
    assert answer.status_code == 422
    assert "“报价”要填其中一项:竞争对手、没有竞争对手" in group
    fields = {"_do": "fire", "f.amount": "5", "f.no_rival": "true", "_version": str(deal.version)}
    assert rep.post(f"{at(deal)}/do/advance", fields).status_code == 303


def test_the_inbox_says_who_is_outstanding_when_the_first_party_releases_there(boss, deals):
    deal = deals.deal(15, name="从待办解除")
    (task,) = [t for t in deals.instance.inbox.open_tasks(deals.viewer("boss")) if t.record["id"] == deal.id]
    page = boss.get(f"/inbox/tasks/{task.id}/release")
    assert page.get_data(as_text=True).count('class="must"') == 2
    answer = boss.post(f"/inbox/tasks/{task.id}/release", RELEASE)
    told = read(boss.get(answer.headers["Location"]))
    assert "您已同意解除“从待办解除”。 还差:王会计" in told


def test_nothing_is_told_of_a_record_when_the_inbox_is_asked_about_anothers(rep):
    for of in ("x", f"{APP}.deal.x", "a.b.c.d"):
        assert rep.get(f"/inbox?done=released&of={of}").status_code == 200


def test_a_message_opens_its_record_when_it_is_pressed(rep, deals):
    deal = deals.deal(15, name="有消息的单")
    page = rep.get("/inbox").get_data(as_text=True)
    (address,) = re.findall(r'action="(/inbox/messages/[^"]+)"(?:(?!</form>).)*有消息的单', page, re.DOTALL)[-1:]
    assert rep.post(address).headers["Location"] == at(deal)


def test_the_rules_of_a_record_tell_when_they_acted_when_asked(rep, deals):
    deal = deals.deal(15)
    assert f'href="{at(deal)}/rules"' in rep.get(at(deal)).get_data(as_text=True)
    told = read(rep.get(f"{at(deals.deal(14))}/rules"))
    assert "长期没有进展就冻结 严重 没触发过" in told
    assert "新商机提醒 已停用 没触发过" in told
    assert "成立" not in told, "how the condition stands is the matter of the rule's own page"
    assert re.search(r"长期没有进展就冻结 严重 触发过 [\d: -]+", read(rep.get(f"{at(deal)}/rules")))


def test_an_explanation_names_both_numbers_first_when_a_rule_does_not_act(rep, deals):
    told = read(rep.get(f"{at(deals.deal(14))}/rules/stop"))
    assert "没触发,因为: 最近进展距今 14 天,不到 15 天(多少天没进展)" in told
    assert "长期没有进展就冻结 严重 没触发" in told
    assert told.index("没触发") < told.index("完整条件") < told.index("全部满足") < told.index("最近几次查看")
    assert "下次查看:" in told


def test_an_explanation_tells_what_was_done_in_words_when_a_rule_acted(rep, deals):
    told = read(rep.get(f"{at(deals.deal(15))}/rules/stop"))
    assert "触发了" in told
    assert "冻结了记录、建了任务、发了通知" in told
    assert re.search(r"触发过 冻结了记录.*现在不", told.split("完整条件")[0])
    assert "没触发" not in told
    off = read(rep.get(f"{at(deals.deal(1))}/rules/off"))
    assert "规则已停用。" in off


def test_what_may_not_be_seen_is_said_to_be_hidden_when_a_guest_asks(signed_in, deals):
    told = read(signed_in("guest").get(f"{at(deals.deal(15))}/rules/stop"))
    assert "(您无权查看的条件)" in told
    assert "预算" not in told.split("完整条件")[1]


@pytest.mark.parametrize("rest", ["/rules/none", "/rules/stop/x"])
def test_an_explanation_is_absent_when_there_is_no_such_rule(rep, deals, rest):
    assert rep.get(f"{at(deals.deal(1))}{rest}").status_code == 404


def test_related_lists_show_the_first_rows_and_lead_to_all_when_there_are_more(rep, deals):
    customer = deals.customer("赣北化纤")
    for number in range(6):
        deals.deal(0, name=f"{number}号线", customer=customer.id)
    page = rep.get(at(customer)).get_data(as_text=True)
    told = read(rep.get(at(customer)))
    assert "商机 6" in told
    assert told.count("号线") == 5
    assert f'href="/a/{APP}/deal/new?customer={customer.id}"' in page
    assert "还没有: 欠款" in told
    (address,) = re.findall(r'href="([^"]+of=[^"]+)"', page)
    listed = rep.get(html.unescape(address))
    assert read(listed).count("号线") == 6
    assert "只看:赣北化纤" in read(listed)
    some = rep.get(html.unescape(address) + "&filter=name %3D %223号线%22")
    assert "共 1 条" in read(some)


@pytest.mark.parametrize("of", ["x", "a.b.c.d", "deals.customer.nonsense.{id}", "deals.customer.debts.{id}"])
def test_a_list_is_absent_when_what_it_is_narrowed_to_is_not_there(rep, deals, of):
    assert rep.get(f"/a/{APP}/deal/?of={of.format(id=deals.customer().id)}").status_code == 404


def test_a_record_page_asks_as_much_for_five_related_rows_as_for_one(rep, deals):
    counts = []
    for rows in (1, 5):
        customer = deals.customer(f"{rows}行的客户")
        for _ in range(rows):
            deals.deal(0, customer=customer.id)
        rep.get(at(customer))
        statements: list[str] = []
        with recorded(deals.instance.database, statements):
            rep.get(at(customer))
        counts.append(len(statements))
    assert counts[0] == counts[1], statements


def test_nothing_is_fired_when_the_form_is_only_drawn_again(boss, deals):
    deal = deals.deal(15, name="只是在填")
    (task,) = [t for t in deals.instance.inbox.open_tasks(deals.viewer("boss")) if t.record["id"] == deal.id]
    boss.get(at(deal))
    typed = {name: value for name, value in RELEASE.items() if name != "_do"}
    for path in (f"{at(deal)}/do/release", f"/inbox/tasks/{task.id}/release"):
        answer = boss.post(path, {**typed, "_version": str(deal.version)}, headers={"HX-Request": "true"})
        assert answer.status_code == 200, path
        assert 'id="form-body"' in answer.get_data(as_text=True)
    assert deals.deal_version(deal) == deal.version
