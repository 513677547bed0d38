"""The commands about connectors: how they stand, and a call by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.kernel.problems import EngineError
from engine.runtime.commands_connectors import connector, secret
from tests.integration.connectors import arriving
from tests.integration.connectors.conftest import TOKEN, WELL, Shop, credit, shop
from tests.support.apps import element, field
from tests.support.partner import Partner, Reply

Opened = Callable[..., Shop]
PING = element("ping", method="GET", path="/ping")


def run(here: Shop, *arguments: str, command: Any = connector) -> Result:
    return CliRunner().invoke(command, arguments, obj=lambda: here.site.services)


def test_every_connector_is_listed_when_there_are_some(opened: Opened, service: Partner) -> None:
    here = opened(shop(service.url, credit(), PING, health="ping"))
    (found,) = json.loads(run(here, "list", "--json").output)["connectors"]
    assert (found["key"], found["operations"], found["standing"]) == ("erp", ["credit", "ping"], "closed")
    assert found["lacking"] == []
    assert "closed" in run(here, "list").output


def test_a_broken_connector_is_told_when_they_are_listed(opened: Opened, service: Partner) -> None:
    here = opened(shop(service.url, breaker={"failures": 1, "pause_seconds": 60}))
    service.always = Reply(500)
    here.customer()
    here.work()
    assert [one.standing for one in here.site.services.connectors.all()] == ["open"]
    here.site.real.moment += 60_001
    assert [one.standing for one in here.site.services.connectors.all()] == ["half_open"]


def test_the_health_check_is_called_when_no_operation_is_named(opened: Opened, service: Partner) -> None:
    here = opened(shop(service.url, credit(), PING, health="ping"))
    found = run(here, "test", "shop", "erp")
    assert (found.exit_code, json.loads(found.output)["status"]) == (0, 200)
    assert service.received[0].path == "/ping"


def test_an_operation_is_called_about_a_record_when_it_is_named(opened: Opened, service: Partner) -> None:
    here = opened()
    service.always = Reply(body=WELL)
    id = here.customer()
    found = run(here, "test", "shop", "erp", "credit", "--record", id)
    assert json.loads(found.output)["values"] == {"left": "1234.5", "error": "0"}
    assert here.stored(id)["credit"] is None, "a call by hand keeps nothing"


def test_arguments_are_read_as_fields_are_when_they_are_given(opened: Opened, service: Partner) -> None:
    arguments = [field("day", "date", required=True), field("n", "number")]
    asking = element("asking", method="GET", path="/days/{{ day }}", arguments=arguments, query={"n": "n"})
    here = opened(shop(service.url, credit(), asking))
    run(here, "test", "shop", "erp", "asking", "--with", "day=2026-03-01", "--with", "n=7")
    assert service.received[0].path == "/days/2026-03-01?n=7"


def test_every_bad_argument_is_told_when_there_are_several(opened: Opened, service: Partner) -> None:
    asking = element("asking", method="GET", path="/", arguments=[field("day", "date", required=True)])
    here = opened(shop(service.url, credit(), asking))
    for given in (["--with", "day=soon", "--with", "year=1"], ["--with", "day"], []):
        found = run(here, "test", "shop", "erp", "asking", *given)
        assert isinstance(found.exception, EngineError)
        assert len(found.exception.problems) == (2 if len(given) > 2 else 1)
    assert service.received == []


def test_the_exit_code_tells_when_the_answer_is_no_good(opened: Opened, service: Partner) -> None:
    here = opened()
    service.always = Reply(500, f"broken for {TOKEN}".encode())
    found = run(here, "test", "shop", "erp", "credit", "--record", here.customer())
    assert found.exit_code == 1
    assert json.loads(found.output)["problems"][0]["code"] == "CONN-009"
    assert TOKEN not in found.output


def test_what_comes_in_is_told_fetched_and_taken_again_by_commands(opened: Opened, service: Partner) -> None:
    here = opened(arriving.bills_shop(service.url))
    service.always = Reply(body={"rows": [arriving.bill("B1", customer={"code": "C9"})]})
    assert run(here, "pull", "shop", "erp", "fetch").output == "shop.erp.fetch\n"
    again = run(here, "pull", "shop", "erp", "fetch").exception
    assert isinstance(again, EngineError)
    assert again.problems[0].code == "CONN-029"
    assert isinstance(run(here, "pull", "shop", "erp", "nothing").exception, EngineError)
    here.work()
    listed = run(here, "list").output
    assert "/hooks/shop/erp/paid" in listed
    assert "1 refused" in listed
    assert "APP-073" in run(here, "refused").output
    (kept,) = json.loads(run(here, "refused", "--json").output)["refused"]
    assert (kept["item"], kept["source"], kept["times"]) == ("B1", "fetch", 1)
    here.customer(code="C9")
    assert run(here, "again", kept["id"]).output == "1\n"
    here.work()
    assert run(here, "refused").output == ""
    assert arriving.bills(here) == [("B1", 10, 1)]


def test_no_value_is_printed_when_secrets_are_listed(opened: Opened) -> None:
    found = run(opened(), "list", command=secret)
    assert found.output == "erp_hook\nerp_token\n"


@pytest.mark.parametrize(("speech", "word"), [("zh_CN.UTF-8", "停在半路"), ("C.UTF-8", "stopped")])
def test_why_a_pull_ended_is_told_in_the_language_of_the_shell(
    opened: Opened, service: Partner, speech: str, word: str
) -> None:
    here = opened(arriving.bills_shop(service.url))
    service.always = Reply(404)
    run(here, "pull", "shop", "erp", "fetch")
    here.work()
    listed = CliRunner().invoke(connector, ["list"], obj=lambda: here.site.services, env={"LANG": speech}).output
    (line,) = [one for one in listed.splitlines() if "\tpull\t" in one]
    assert word in line
