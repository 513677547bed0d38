"""Rules as text: what the statement means, in both languages, and what a broken one is told."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.rules.text.lexing import MAX_CHARACTERS, MAX_NESTING
from engine.rules.text.naming import key_of, uid_of
from engine.rules.text.printing import print_rule, print_rules
from engine.rules.text.reading import read_rules
from engine.rules.text.schedule_words import cron_of, words_for
from engine.rules.text.syntax import syntax_problems

BREAKER = """rule "高风险商机熔断" on schedule hourly for opportunity
when (days_since(last_activity_at) >= param.breaker.idle_days and budget_confirmed is empty)
  or (days_since(customer.last_receipt_date) >= param.breaker.receipt_days and exists(customer.receivables where balance > 0))
then hold("预算未确认或回款逾期"), notify(manager_of(owner), customer.finance_bp, copy owner, "商机 {{name}} 已熔断") once per state
"""  # noqa: E501
SMALL = 'rule "r" on created for f then release'


def read(source):
    return read_rules(source)[0].document


def refused(source):
    with pytest.raises(EngineError) as caught:
        read_rules(source)
    return [(one.code, source[one.start : one.end], one.path) for one in caught.value.problems]


def test_the_statement_reads_as_it_is_printed_in_the_language_when_it_stands_alone():
    found = read(BREAKER)
    assert found["labels"] == {"zh": "高风险商机熔断", "en": "高风险商机熔断"}
    assert (found["form"], found["on"], found["once"]) == (
        "opportunity",
        [{"schedule": {"cron": "0 * * * *"}}],
        "state",
    )
    assert found["when"].startswith("(days_since(last_activity_at) >= param.breaker.idle_days and ")
    assert " or (days_since(customer.last_receipt_date)" in found["when"], "a line break is a space"
    assert found["then"][0] == {"hold": {"reason": {"zh": "预算未确认或回款逾期", "en": "预算未确认或回款逾期"}}}
    assert found["then"][1]["notify"] == {
        "to": [{"manager_of": "owner"}, {"person": "customer.finance_bp"}],
        "copy": [{"owner": True}],
        "text": {"zh": "商机 {{name}} 已熔断", "en": "商机 {{name}} 已熔断"},
    }


def test_key_and_uid_are_the_same_each_time_when_the_text_has_none():
    found = read(BREAKER)
    assert found["key"] == key_of("高风险商机熔断", "高风险商机熔断") == read(BREAKER)["key"]
    assert found["uid"] == uid_of("opportunity", found["key"])
    assert read('rule "熔断" / "Circuit breaker!" on created for f then release')["key"] == "circuit_breaker"
    assert "uid" not in print_rule(found)
    assert "key" not in print_rule(found)


def test_chinese_words_and_full_width_signs_mean_the_same_when_a_rule_is_written_with_them():
    chinese = (
        "规则 “r” 触发于 定时（每周一 09:00，补跑 全部），修改［a，b］ 针对 f 当 a > 1 那么"
        " 通知（上级（负责人），角色（法务），抄送 负责人，“x”／“y”），"
        "逐条 parts 其中 n > 1 执行更新（book，n = 2） 每个状态一次 停用"
    )
    assert refused(chinese)[0][:2] == ("RULE-030", "法务")
    chinese = chinese.replace("法务", "legal")
    english = (
        'rule "r" on schedule(weekly monday 09:00, catch up all), changed [a, b] for f when a > 1 then'
        ' notify(manager_of(owner), role(legal), copy owner, "x" / "y"),'
        " for each parts where n > 1 do update(book, n = 2) once per state disabled"
    )
    assert read(chinese) == read(english)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("created", {"created": True}),
        ("submitted", {"submitted": True}),
        ("changed", {"changed": True}),
        ("changed a", {"changed": ["a"]}),
        ("entered won", {"entered": "won"}),
        ("entered `order`", {"entered": "order"}),
        ("before(save, close)", {"before": ["save", "close"]}),
        ("deadline(due + 1)", {"deadline": "due + 1"}),
        ("deadline(due, offset -2 days)", {"deadline": {"at": "due", "offset": {"days": -2}}}),
        ("deadline(due, percent 80, since begun)", {"deadline": {"at": "due", "percent": 80, "since": "begun"}}),
        ('schedule cron "*/5 * * * *"', {"schedule": {"cron": "*/5 * * * *"}}),
        (
            'schedule(daily 09:00, timezone "Europe/Berlin", workdays only)',
            {"schedule": {"cron": "0 9 * * *", "timezone": "Europe/Berlin", "workdays": True}},
        ),
        ("task done(check, action ok)", {"task_done": {"task": "check", "action": "ok"}}),
        ("approval_done(price, outcome rejected)", {"approval_done": {"approval": "price", "outcome": "rejected"}}),
        ("webhook paid", {"webhook": "paid"}),
        ('button(go, "去" / "Go")', {"button": {"key": "go", "labels": {"zh": "去", "en": "Go"}}}),
    ],
)
def test_an_event_reads_when_it_is_written_so(text, event):
    assert read(f'rule "r" on {text} for f then release')["on"] == [event]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("set(a = b = c, d = {x: 1 > 2, y: e})", {"set": {"a": "b = c", "d": {"x": "1 > 2", "y": "e"}}}),
        ('refuse("no", field a)', {"refuse": {"message": {"zh": "no", "en": "no"}, "field": "a"}}),
        ("fire(close)", {"fire": {"transition": "close"}}),
        ("fire(close, fields none)", {"fire": {"transition": "close", "fields": {}}}),
        ("create(crm.deal)", {"create": {"form": "crm.deal", "fields": {}}}),
        ("link(customer, to latest(deals))", {"link": {"field": "customer", "record": "latest(deals)"}}),
        ("wait for(3 workdays)", {"wait_for": {"workdays": 3}}),
        ("wait until(a > 1)", {"wait_until": "a > 1"}),
        ("call(erp, ship, n = 1, retry(3, wait 1 minute))", {
            "call": {"connector": "erp", "operation": "ship", "with": {"n": "1"},
                     "retry": {"attempts": 3, "wait": {"minutes": 1}}}}),
        ("post(points, account owner, delta -1, reference id)", {
            "post": {"ledger": "points", "account": "owner", "delta": "-1", "reference": "id"}}),
        ('notify(owner, "x", by mail, urgent, amount overdue * 2)', {
            "notify": {"to": [{"owner": True}], "text": {"zh": "x", "en": "x"}, "channels": ["mail"],
                       "urgent": True, "amount": "overdue * 2"}}),
        ('通知(负责人, "x", 方式 mail, 金额 欠, 紧急)', {
            "notify": {"to": [{"owner": True}], "text": {"zh": "x", "en": "x"}, "channels": ["mail"],
                       "amount": "欠", "urgent": True}}),
        ('add tag("vip", field tags)', {"add_tag": {"tag": "vip", "field": "tags"}}),
        ("snapshot", {"snapshot": {}}),
        ("run rules(a, b)", {"run": ["a", "b"]}),
        ("if a > 1 then release else (snapshot, release)", {
            "if": {"when": "a > 1", "then": [{"release": True}], "else": [{"snapshot": {}}, {"release": True}]}}),
    ],
)  # fmt: skip
def test_an_action_reads_when_it_is_written_so(text, action):
    assert read(f'rule "r" on created for f then {text}')["then"] == [action]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [("RULE-031", "", "1:1")]),
        ("# nothing", [("RULE-031", "# nothing", "1:1")]),
        ('rule "r" on created for f then', [("RULE-021", "", "1:31")]),
        ('rule "r" on created for f then fly()', [("RULE-020", "fly", "1:32")]),
        ('rule "r', [("RULE-022", '"r', "1:6")]),
        ('rule "\\q" on created for f then release', [("RULE-023", "\\q", "1:7")]),
        ('rule "r" on created then release', [("RULE-027", "rule", "1:1")]),
        ('rule "r" for f then release', [("RULE-027", "rule", "1:1")]),
        ('rule "r" on created for f\nthen hold("a", due 3)', [("RULE-026", "due 3", "2:16")]),
        ('rule "r" on created for f then hold("a", "b")', [("RULE-026", '"b"', "1:42")]),
        ('rule "r" on created for f then hold()', [("RULE-027", "hold", "1:32")]),
        ('rule "r" on created for f then hold("a",,)', [("RULE-020", ",", "1:41"), ("RULE-020", "hold", "1:32")]),
        ('rule "r" on entered Zu for f then release', [("RULE-030", "Zu", "1:21")]),
        ('rule "r" on schedule daily for f then release', [("RULE-028", "daily", "1:22")]),
        ('rule "r" on created for f then release order x', [("RULE-028", "x", "1:46")]),
        ('rule "r" on created for f then release order 1 order 2', [("RULE-029", "order", "1:48")]),
        ('rule "r" on created for f then set(a = 1, a = 2)', [("RULE-029", "a", "1:43")]),
        ('rule "r" on created for f then release valid from 2026-02-30', [("RULE-028", "2026-02-30", "1:51")]),
        ('rule "r" on created for f when then release', [("RULE-021", "", "1:44")]),
        (r'rule "\ud800" on created for f then release', [("RULE-049", r"\ud800", "1:7")]),
        (r'rule "r" on created for f then refuse("a\U0000dfffb")', [("RULE-049", r"\U0000dfff", "1:41")]),
        (r'rule "r" on created for f then refuse("\u0000")', [("RULE-049", r"\u0000", "1:40")]),
        (r'rule "r" on created for f when a = "\udc00" then release', [("RULE-049", r"\udc00", "1:37")]),
        ('rule "\ud800" on created for f then release', [("RULE-049", "\ud800", "1:7")]),
        ('rule "r" on created for f then release # \0', [("RULE-049", "\0", "1:42")]),
    ],
)
def test_every_mistake_is_told_with_its_place_when_a_text_does_not_read(text, problems):
    assert refused(text) == problems


def test_all_mistakes_come_at_once_when_there_are_several_in_several_rules():
    source = 'rule "a" on entered X for f then hold()\nrule "b" on created for F then release'
    assert [code for code, _, _ in refused(source)] == ["RULE-030", "RULE-027", "RULE-030"]


def test_a_text_is_refused_before_it_is_looked_at_when_it_is_too_long_or_too_deep():
    assert refused("x" * (MAX_CHARACTERS + 1))[0][0] == "RULE-024"
    deep = 'rule "r" on created for f when ' + "(" * (MAX_NESTING + 1)
    assert refused(deep)[0][0] == "RULE-025"


def test_the_place_of_an_expressions_mistake_is_its_place_in_the_text_when_lines_and_comments_part_it():
    source = 'rule "r" on created for f\nwhen a > 1 # why\n  and b >\n  * 2\nthen release'
    (problem,) = syntax_problems(read_rules(source), source)
    assert (problem.path, source[problem.start : problem.end]) == ("4:3", "*")


# --- comments and layout


COMMENTED = """# 一:为什么
# two
rule "r" / "s"
  key thing_rule uid abcdefghijk1
on
  # first
  created,
  changed [a, b]
# about
for f
# on what
when a > 1
then
  # do
  notify(owner, "x"),
  # last
  if a > 2 then (
    # inner
    release
  )
# said
once per month order 3 severity critical valid from 2026-01-01 note "n"
# over
"""


def test_comments_are_kept_with_their_parts_when_a_text_is_read_and_printed():
    found = read(COMMENTED)
    assert found["comments"] == {
        "rule": ["一:为什么", "two"],
        "on[0]": ["first"],
        "form": ["about"],
        "when": ["on what"],
        "then[0]": ["do"],
        "then[1]": ["last"],
        "then[1].if.then[0]": ["inner"],
        "options": ["said"],
        "end": ["over"],
    }
    assert print_rule(found) == COMMENTED


def test_a_comment_belongs_to_what_it_stands_behind_when_it_ends_a_line():
    source = (
        'rule "r" // one\non created for f # two\nthen release, # three\n  snapshot(# four\n) # five\n\n# six\n' + SMALL
    )
    first, second = (one.document for one in read_rules(source))
    assert first["comments"] == {"rule": ["one"], "form": ["two"], "then[0]": ["three"], "then[1]": ["four", "five"]}
    assert second["comments"] == {"rule": ["six"]}


def test_a_comment_between_rules_belongs_to_the_first_when_a_blank_line_parts_it_from_the_second():
    both = f"{SMALL}\n# first\n\n# second\n{SMALL}"
    assert [one.document["comments"] for one in read_rules(both)] == [{"end": ["first"]}, {"rule": ["second"]}]


def test_a_comment_that_stands_nowhere_is_refused_when_the_rule_is_printed():
    with pytest.raises(EngineError) as caught:
        print_rule({**read(SMALL), "comments": {"then[7]": ["x"]}})
    assert [one.code for one in caught.value.problems] == ["RULE-032"]


def test_formatting_again_changes_nothing_when_a_text_is_formatted():
    once = print_rules([one.document for one in read_rules(BREAKER + COMMENTED)])
    assert print_rules([one.document for one in read_rules(once)]) == once
    assert read_rules(print_rules([read(BREAKER)], "zh"))[0].language == "zh"


def test_an_expression_that_is_none_comes_back_when_it_is_printed_in_quotes():
    document = {**read(SMALL), "when": 'a  then "b', "then": [{"set": {"a": "(("}}]}
    assert 'raw "a  then \\"b"' in print_rule(document)
    assert read(print_rule(document)) == document


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("hourly", "0 * * * *"),
        ("hourly 15", "15 * * * *"),
        ("daily 09:05", "5 9 * * *"),
        ("weekly sunday 23:00", "0 23 * * 0"),
        ("monthly 31 00:00", "0 0 31 * *"),
        ("每小时", "0 * * * *"),
        ("每天 9:05", "5 9 * * *"),
        ("每周日 23:00", "0 23 * * 0"),
        ("每月 1 日 08:00", "0 8 1 * *"),
    ],
)
def test_a_schedule_in_words_is_a_cron_line_when_it_is_read(words, cron):
    assert cron_of(words) == cron
    language = "en" if words.isascii() else "zh"
    said = words_for(cron, language)
    assert said is not None
    assert cron_of(said) == cron


@pytest.mark.parametrize("cron", ["*/5 * * * *", "0 25 * * *", "5 4 1 * 1", "05 1 * * *", "0 9 * * 1-5"])
def test_a_cron_line_stays_as_it_is_when_no_words_say_it(cron):
    assert words_for(cron, "en") is None
