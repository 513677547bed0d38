"""Rules are designed on pages: begun whole, changed word by word or as text, tried on records, never lost."""

from __future__ import annotations

import html
import re

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from engine.runtime.studio.rules.designed import designed
from engine.runtime.studio.rules.edits import SetWord
from engine.runtime.studio.rules.parts import Word
from tests.support.apps import access, app, field, form, options, role, rule

HOME = "/a/lent/studio/rules/"
SEEN = re.compile('data-version="([0-9.]+)"')


@pytest.fixture(scope="module", autouse=True)
def _lent(instance):
    """An app whose things have a price and a way, with one thing in it."""
    thing = form(
        *("thing", field("name"), field("price", "number"), field("way", "choice", options=options("new", "old"))),
        title="{{name}}",
    )
    documents = app(thing, key="lent", roles=[role("staff", access("thing"))])
    publish(instance.services.execution, documents, Actor(None))
    instance.directory.grant("root", "lent", "staff")
    root = instance.directory.viewer_of_session(instance.directory.sign_in("root", "correct horse"))
    for name, price in (("灯", "5"), ("椅", "50")):
        instance.records.create(root, "lent", "thing", {"name": name, "price": price})


@pytest.fixture
def root(signed_in, instance):
    """The administrator, with no draft there."""
    visitor = signed_in("root")
    services, person = instance.services, next(one for one in instance.directory.everybody() if one.name == "root")
    visitor.viewer = instance.directory.viewer(person.id)
    design = services.studio.design(visitor.viewer, "lent")
    if design.is_draft:
        services.drafts.discard(visitor.viewer, "lent", design.seen.version)
    return visitor


def send(visitor, path, **values):
    """Post a form of a page that was opened just before."""
    page = visitor.get(HOME).get_data(as_text=True)
    return visitor.post(path, {"seen": SEEN.search(page)[1], **values})


def begun(visitor, beginning):
    answer = send(visitor, HOME, form="thing", beginning=beginning)
    assert answer.status_code == 303
    return answer.location


def document(visitor, instance, at):
    design = instance.services.studio.design(visitor.viewer, "lent")
    return design.documents[f"rules/{at.rsplit('/', 1)[1]}.json"]


def shown(answer):
    return html.unescape(re.sub(r"<[^>]+>", "", answer.get_data(as_text=True)))


def test_a_rule_is_begun_whole_and_its_words_are_changed(root, instance):
    at = begun(root, "unhandled")
    page = shown(root.get(at))
    assert "还没处理" in page
    assert send(root, f"{at}/words", at="on/0/count", value="7").status_code == 303
    assert send(root, f"{at}/words", at="when/0/operator", value="filled").status_code == 303
    assert send(root, f"{at}/words", at="then/0/to", value='{"role":"staff"}').status_code == 303
    made = document(root, instance, at)
    assert made["on"] == [{"deadline": {"at": "created_at", "offset": {"days": 7}}}]
    assert made["when"] == 'way is not empty or way = "new"'
    assert made["then"][0]["notify"]["to"] == [{"role": "staff"}]
    look = instance.services.drafts.show(root.viewer, "lent").look
    assert look.problems == ()


def test_fields_in_a_message_are_written_by_their_names_and_kept_by_their_keys(root, instance):
    at = begun(root, "created")
    assert "{{name的中文}}" in root.get(at).get_data(as_text=True)
    send(root, f"{at}/words", at="then/0/text", value="新:{{price的中文}}元")
    assert document(root, instance, at)["then"][0]["notify"]["text"]["zh"] == "新:{{price}}元"


def test_parts_come_and_go_and_are_undone(root, instance):
    at = begun(root, "created")
    before = document(root, instance, at)
    send(root, f"{at}/parts", act="add", at="when", value="price")
    send(root, f"{at}/parts", act="add", at="then", value="set")
    made = document(root, instance, at)
    assert made["when"] == "price = 0"
    assert [next(iter(one)) for one in made["then"]] == ["notify", "set"]
    send(root, f"{at}/parts", act="remove", at="then/1")
    send(root, f"{at}/parts", act="remove", at="when/0")
    assert document(root, instance, at) == before
    assert "至少要留下一项" in shown(send(root, f"{at}/parts", act="remove", at="then/0"))
    send(root, "/a/lent/studio/undo", to=at)
    assert document(root, instance, at)["when"] == "price = 0"


def test_days_are_told_from_today(root, instance):
    at = begun(root, "daily")
    send(root, f"{at}/words", at="when/0/value", kind="day", day="ago", away="4", date="")
    assert document(root, instance, at)["when"] == "date(created_at) = today() - 4"


def test_a_rule_is_switched_graded_named_and_removed(root, instance):
    at = begun(root, "created")
    send(root, at, key="enabled")
    send(root, at, key="severity", value="critical")
    send(root, at, key="once", value="day")
    send(root, at, key="name", value="新东西")
    made = document(root, instance, at)
    assert (made["enabled"], made["severity"], made["once"], made["labels"]["zh"]) == (
        False,
        "critical",
        "day",
        "新东西",
    )
    listed = shown(root.get(HOME))
    assert all(words in listed for words in ("新东西", "已停用", "严重", "就通知"))
    send(root, at, key="enabled", value="true")
    send(root, at, key="severity", value="")
    assert not {"enabled", "severity"} & document(root, instance, at).keys()
    assert send(root, f"{at}/remove").status_code == 303
    assert root.get(at).status_code == 404


def test_what_does_not_compile_is_told_beside_its_clause(root):
    at = begun(root, "refused")
    send(root, f"{at}/words", at="when/0/field", value="name")
    send(root, f"{at}/parts", act="add", at="when", value="price")
    page = root.get(at).get_data(as_text=True)
    assert 'class="problem"' not in page
    send(root, f"{at}/words", at="on/0/kind", value="created")
    page = root.get(at).get_data(as_text=True)
    clause = page[page.index('id="c-then-0"') : page.index("</li>", page.index('id="c-then-0"'))]
    assert 'data-problem="RULE-003"' in clause
    assert "data-problem" not in page[: page.index('id="c-then-0"')]


def test_the_text_says_the_same_and_what_is_wrong_with_it_is_told_by_line(root, instance):
    at = begun(root, "refused")
    page = root.get(at).get_data(as_text=True)
    text = html.unescape(re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]).lstrip("\n")
    before = document(root, instance, at)
    assert send(root, f"{at}/text", text=text.replace("\n", "\r\n")).status_code == 303
    assert document(root, instance, at) == before
    wrong = send(root, f"{at}/text", text=text.replace("price的中文 < 0", "prise < 0"))
    assert wrong.status_code == 422
    told = shown(wrong)
    assert "prise < 0" in told
    assert re.search(r"第\d+行第\d+列", told)
    assert document(root, instance, at) == before
    noted = send(root, f"{at}/text", text="# 财务要的\n" + text.replace("< 0", "< 10"))
    assert noted.status_code == 303
    made = document(root, instance, at)
    assert (made["key"], made["uid"], made["when"]) == (before["key"], before["uid"], "price < 10")
    assert made["comments"] == {"rule": ["# 财务要的"]} or "财务要的" in str(made["comments"])


def test_two_rules_in_the_text_of_one_are_refused(root):
    at = begun(root, "created")
    page = root.get(at).get_data(as_text=True)
    text = html.unescape(re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]).lstrip("\n")
    assert "只写这一条规则" in shown(send(root, f"{at}/text", text=f"{text}\n{text}"))


@pytest.mark.parametrize("beginning", ["refused", "overdue"])
def test_a_rule_is_tried_on_a_record_and_nothing_is_written(root, instance, beginning):
    at = begun(root, beginning)
    send(root, f"{at}/parts", act="add", at="when", value="price")
    rows = document(root, instance, at)["when"].count(" and ")
    send(root, f"{at}/words", at=f"when/{rows}/operator", value=">")
    send(root, f"{at}/words", at=f"when/{rows}/value", value="10")
    if rows:
        send(root, f"{at}/parts", act="remove", at="when/0")
    page = root.get(f"{at}?try=1").get_data(as_text=True)
    records = dict(re.findall(r'href="([^"]*record=[^"]*)"[^>]*><span class="grow">(.)</span>', page))
    verdicts = {name: shown(root.get(html.unescape(to))) for to, name in records.items()}
    assert "“椅”:会动作" in verdicts["椅"]
    assert "“灯”:不会动作" in verdicts["灯"]
    listed = instance.records.list(root.viewer, "lent", "thing").items
    assert {one.version for one in listed} == {1}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_opening_and_saving_every_rule_changes_no_character(instance, root, language):
    design = instance.services.studio.design(root.viewer, "library")
    rules = designed(instance.services.desk, root.viewer, design, language)
    keys = [line.key for about in rules.listed() for line in about.rules]
    assert len(keys) == sum(path.startswith("rules/") for path in design.documents)
    for key in keys:
        page, before = rules.page(key), design.documents[f"rules/{key}.json"]
        assert rules.texts.read(key, page.text, language) is before
        words = [part for clause in page.sentence.clauses for part in clause.parts if isinstance(part, Word)]
        for word in (one for one in words if one.kind != "words"):
            made = SetWord(key, word.at, word.values, rules.speaking)(design.documents, instance.services.studio._mint)
            assert list(made[f"rules/{key}.json"].items()) == list(before.items()), word.at


def test_rules_are_nobodys_who_does_not_design(signed_in):
    assert signed_in("reader").get(HOME).status_code == 404


def test_what_is_too_long_is_refused_and_never_cut(root, instance):
    at = begun(root, "created")
    before = document(root, instance, at)
    text = html.unescape(
        re.search(r"<textarea[^>]*name=\"text\"[^>]*>(.*?)</textarea>", root.get(at).get_data(as_text=True), re.DOTALL)[
            1
        ]
    )
    for path, sent in (("", {"key": "name", "value": "x" * 4_001}), ("/text", {"text": text + "\n" * 40_000})):
        answer = send(root, at + path, **sent)
        assert answer.status_code == 422
        assert "太长" in answer.get_data(as_text=True)
    assert send(root, f"{at}/words", at="then/0/text", value="x" * 40_001).status_code == 422
    assert document(root, instance, at) == before


def test_what_no_words_tell_is_said_at_a_glance_and_kept_as_it_is_written(root, instance):
    line = field("items", "lines", fields=[field("part", "reference", form="firm"), field("count", "number")])
    forms = (form("firm", field("stock", "number")), form("visit", field("firm", "reference", form="firm"), line))
    entered = {"update": {"record": "part", "fields": {"stock": "count"}}}
    then = [
        {"update": {"record": "firm", "fields": {"stock": "1"}}},
        {"create": {"form": "firm", "fields": {"stock": "2"}}},
        {"for_each": {"lines": "items", "where": "count > 0", "do": [entered]}},
    ]
    documents = app(*forms, key="glance", roles=[role("staff", access("visit"))])
    documents["rules/told.json"] = rule("told", "visit", {"created": True}, then)
    publish(instance.services.execution, documents, Actor(None))
    design = instance.services.studio.design(root.viewer, "glance")
    rules = designed(instance.services.desk, root.viewer, design, "zh")
    words = next(line.words for about in rules.listed() for line in about.rules)
    assert "更新firm的中文的stock的中文;新建firm的中文,填stock的中文;" in words
    assert "对items的中文中符合条件的每一条,更新part的中文的stock的中文" in words
    kept = [clause.parts[0] for clause in rules.page("told").sentence.actions]
    assert all(isinstance(word, Word) and word.kind == "words" for word in kept)
    assert [word.values[0].split("(")[0] for word in kept[:2]] == ["更新", "新建"]


def test_a_sentence_says_what_is_at_stake_and_what_is_urgent(root, instance):
    told = {"to": [{"owner": True}], "text": {"zh": "好", "en": "well"}, "channels": ["mail"]}
    documents = app(form("debt", field("sum", "number")), key="debts", roles=[role("staff", access("debt"))])
    documents["rules/told.json"] = rule("told", "debt", {"created": True}, {"notify": {**told, "amount": "sum"}})
    documents["rules/red.json"] = rule("red", "debt", {"created": True}, {"notify": {**told, "urgent": True}})
    publish(instance.services.execution, documents, Actor(None))
    design = instance.services.studio.design(root.viewer, "debts")
    for language, amount, urgent in (("zh", ",金额sum的中文", ",紧急"), ("en", ", amount sum in English", ", urgent")):
        rules = designed(instance.services.desk, root.viewer, design, language)
        words = [line.words for about in rules.listed() for line in about.rules]
        assert sum(amount in line for line in words) == sum(urgent in line for line in words) == 1


def test_ways_amount_and_urgency_are_added_said_and_left_out(root, instance):
    at = begun(root, "created")
    before = document(root, instance, at)

    def told():
        return document(root, instance, at)["then"][0]["notify"]

    def send_word(word, *values):
        seen = SEEN.search(root.get(HOME).get_data(as_text=True))[1]
        chosen = [("value", value) for value in values]
        return root.post(f"{at}/words", [("seen", seen), ("at", f"then/0/{word}"), *chosen]).status_code

    assert send(root, f"{at}/parts", act="add", at="then/0", value="amount").status_code == 422
    for name in ("channels", "amount", "urgent", "quiet_hours", "copy"):
        assert send(root, f"{at}/parts", act="add", at="then/0", value=name).status_code == 303
    assert send(root, f"{at}/parts", act="add", at="then/0", value="digest").status_code == 422
    assert send_word("channels", "wecom", "mail") == 303
    assert send_word("quiet_hours/from", "21:30") == 303
    assert send_word("quiet_hours/from", "later") == 422
    assert send_word("copy", '{"role":"staff"}') == 303
    assert send_word("channels") == 422
    made = told()
    assert (made["channels"], made["amount"], made["urgent"]) == (["mail", "wecom"], "price", True)
    assert (made["quiet_hours"], made["copy"]) == ({"from": "21:30", "to": "08:00"}, [{"role": "staff"}])
    assert instance.services.drafts.show(root.viewer, "lent").look.problems == ()
    page = shown(root.get(at))
    assert all(words in page for words in ("通过", "邮件、企业微信", "金额", "紧急", "不打扰", "抄送"))
    send(root, f"{at}/parts", act="remove", at="then/0/urgent")
    send(root, f"{at}/parts", act="add", at="then/0", value="digest")
    assert send_word("digest", "weekly") == 303
    assert told()["digest"] == "weekly"
    for name in ("channels", "copy"):
        send(root, f"{at}/parts", act="remove", at=f"then/0/{name}")
    assert document(root, instance, at) == before


def test_tasks_are_due_and_schedules_keep_to_workdays(root, instance):
    at = begun(root, "daily")
    send(root, f"{at}/words", at="then/0/kind", value="open_task")
    for place, name in (("then/0", "due"), ("then/0", "priority"), ("on/0", "workdays")):
        assert send(root, f"{at}/parts", act="add", at=place, value=name).status_code == 303
    send(root, f"{at}/words", at="then/0/due", value="今天() + 5")
    send(root, f"{at}/words", at="then/0/priority", value="urgent")
    made = document(root, instance, at)
    assert (made["then"][0]["open_task"]["due"], made["then"][0]["open_task"]["priority"]) == ("today() + 5", "urgent")
    assert made["on"][0]["schedule"]["workdays"] is True
    assert instance.services.drafts.show(root.viewer, "lent").look.problems == ()
    assert "只在工作日" in shown(root.get(at))
    send(root, f"{at}/parts", act="remove", at="on/0/workdays")
    assert "workdays" not in document(root, instance, at)["on"][0]["schedule"]
    assert send(root, f"{at}/parts", act="remove", at="on/0/workdays").status_code == 422


def test_a_rule_has_its_days_its_turn_and_a_note(root, instance):
    at = begun(root, "created")
    before = document(root, instance, at)
    said = {"valid_from": "2026-12-01", "valid_to": "2027-01-31", "order": "-5", "note": "双旦活动"}
    for key, value in said.items():
        assert send(root, at, key=key, value=value).status_code == 303
    made = document(root, instance, at)
    assert {key: made[key] for key in said} == {**said, "order": -5}
    for key, value in (("valid_from", "soon"), ("order", "first")):
        assert send(root, at, key=key, value=value).status_code == 422
    for key in said:
        send(root, at, key=key, value="")
    assert document(root, instance, at) == before
