"""Rules that fire once only, that look before a deadline or by another zone's clocks, on real databases."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.jobs import housekeeping
from engine.kernel.clocks import moment_text
from engine.runtime.commands_rule_texts import check_rules, show_rule
from engine.runtime.commands_rules import rule as rule_group
from engine.runtime.settings import Retention
from tests.integration.jobs.shops import DAY, HOUR, START, moment, open_shop, runs, scheduled, things, timed
from tests.support.apps import rule

MORE = {"set": {"n": "or_zero(n) + 1"}}
"""Counts how often a rule has fired."""


def counted(site) -> dict[str, str | None]:
    return {name: row["n"] for name, row in things(site).items()}


def make(site, me, *names, **fields):
    for name in names:
        site.services.records.create(me, "shop", "thing", {"name": name, **fields})


def pass_time(site, by):
    site.business.moment += by
    site.jobs().run_until_quiet()


@pytest.mark.parametrize(("once", "fired"), [("record", 1), ("day", 2), ("week", 1), ("month", 1), (None, 4)])
def test_a_scheduled_rule_fires_as_often_as_it_says_when_two_days_pass(site, once, fired):
    me = open_shop(site, scheduled("r", MORE, cron="0 11,12 * * *", **({"once": once} if once else {})))
    make(site, me, "a")
    for hours in (2, 1, 23, 1):
        pass_time(site, hours * HOUR)
    assert counted(site)["a"] == fired


def test_a_rule_that_fires_once_stays_silent_when_its_runs_are_older_than_others_are_kept(site):
    me = open_shop(site, scheduled("r", MORE, cron="0 0 1 * *", once="record"), scheduled("s", MORE, cron="0 0 1 * *"))
    make(site, me, "a")
    pass_time(site, 31 * DAY)
    before = counted(site)["a"]
    site.business.moment += Retention().runs * DAY + DAY
    while housekeeping.Housekeeping(site.services.execution).do():
        pass
    assert site.count("youju_rule_run") == 0
    site.jobs().run_until_quiet()
    assert (int(before), int(counted(site)["a"])) == (2, 3), "the other rule fires again, this one does not"


def test_a_rule_looks_so_long_before_its_deadline_when_it_says_so(site):
    event = {"at": "seen_at", "offset": {"hours": -2}}
    me = open_shop(site, {**timed("r", "seen_at", MORE), "on": [{"deadline": event}]})
    make(site, me, "a", seen_at=moment_text(START + 5 * HOUR))
    pass_time(site, 3 * HOUR - 1)
    assert counted(site)["a"] is None
    pass_time(site, 1)
    assert counted(site)["a"] == 1
    pass_time(site, DAY)
    assert counted(site)["a"] == 1


def test_a_schedule_comes_by_the_clocks_of_its_zone_when_it_names_one(site):
    event = {"schedule": {"cron": "0 9 * * *", "timezone": "Europe/Berlin"}}
    me = open_shop(site, {**scheduled("r", MORE), "on": [event]})
    make(site, me, "a")
    pass_time(site, 6 * HOUR + HOUR // 2 - 1)
    assert counted(site)["a"] is None, "16:00 in Shanghai is 9:00 in Berlin in March"
    pass_time(site, 1)
    assert counted(site)["a"] == 1


# --- late


def test_a_rule_looks_by_the_day_of_what_happened_when_the_queue_gets_to_it_later(site):
    until = rule("r", "thing", {"created": True}, MORE, valid_to="2026-03-02")
    since = rule("s", "thing", {"created": True}, MORE, valid_from="2026-03-03")
    me = open_shop(site, until, since, at=moment("2026-03-02T23:59:59"))
    make(site, me, "a")
    site.business.moment = moment("2026-03-03T00:00:00")
    make(site, me, "b")
    site.jobs().run_until_quiet()
    assert sorted((run["rule"], run["at"] - START > 0) for run in runs(site)) == [("r", True), ("s", True)]
    assert counted(site) == {"a": 1, "b": 1}


def test_slots_and_deadlines_that_are_caught_up_with_count_for_their_own_days(site):
    slot = scheduled("r", MORE, cron="0 11 * * *", catch_up="all", once="day", valid_to="2026-03-04")
    late = timed("d", "seen_at", MORE, valid_to="2026-03-04")
    me = open_shop(site, slot, late)
    make(site, me, "a", seen_at=moment_text(moment("2026-03-04T23:59:59")))
    make(site, me, "b", seen_at=moment_text(moment("2026-03-05T00:00:00")))
    pass_time(site, 10 * DAY)
    assert counted(site) == {"a": 4, "b": 3}, "three days' slots, and the deadline of the one"


# --- the commands


def run(site, command, *words):
    return CliRunner().invoke(command, words, obj=lambda: site.services)


def test_a_rule_is_shown_as_text_and_holds_when_it_is_checked(site, tmp_path):
    open_shop(site, scheduled("r", MORE, once="record"))
    shown = run(site, show_rule, "shop", "r", "--lang", "zh")
    assert shown.exit_code == 0
    assert "触发于 定时 每小时" in shown.output
    assert "每条记录一次" in shown.output
    file = tmp_path / "r.rule"
    file.write_text(shown.output, encoding="utf-8")
    checked = run(site, check_rules, str(file), "--app", "shop", "--json")
    assert (checked.exit_code, json.loads(checked.output)) == (0, {"problems": []})
    file.write_text(shown.output.replace("or_zero(n)", "zz"), encoding="utf-8")
    refused = run(site, check_rules, str(file), "--app", "shop", "--json")
    (problem,) = json.loads(refused.output)["problems"]
    assert (refused.exit_code, problem["path"]) == (1, "r.rule:6:10")


def test_the_group_has_all_its_commands_when_the_command_line_is_built():
    import engine.cli  # noqa: F401, PLC0415

    assert {"show", "parse", "fmt", "check", "explain"} <= set(rule_group.commands)
