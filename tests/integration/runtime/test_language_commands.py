"""``youju lang`` over an installed app: its forms may be named, a stored record explained with one's rights."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.runtime.commands_language import check, explain_, format_
from tests.support.apps import access, app, field, form, role


def _labelled(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


@pytest.fixture
def shop(site):
    deal = form("deal", _labelled(field("amount", "number"), "金额", "Amount"), field("secret", "number"))
    roles = [role("staff", access("deal")), role("guest", access("deal", "read", hidden_fields=["secret"]))]
    site.publish(app(deal, roles=roles))
    me = site.person("me", ("shop", "staff"))
    site.person("guest", ("shop", "guest"))
    made = site.services.records.create(me, "shop", "deal", {"amount": "12345", "secret": "1"})
    return site, made.id


def _run(site, command, *words):
    result = CliRunner().invoke(command, [*words, "--app", "shop", "--form", "deal"], obj=lambda: site.services)
    return result.exit_code, result.output, result.exception


def test_fields_of_a_form_may_be_named_when_it_is_installed(shop):
    site, _ = shop
    assert _run(site, check, "金额 > 1")[:2] == (0, "✓ boolean\n")
    assert _run(site, format_, "金额>1")[:2] == (0, "amount > 1\n")
    assert _run(site, check, "金鹅 > 1")[0] == 1


def test_a_form_that_is_not_there_is_refused_when_it_is_named(shop):
    site, _ = shop
    result = CliRunner().invoke(check, ["1", "--app", "shop", "--form", "no"], obj=lambda: site.services)
    assert result.exception.problems[0].code == "RUN-015"


def test_a_stored_record_is_explained_when_somebody_may_see_it(shop):
    site, id = shop
    words = ("金额 > 20000 or secret = 1", "--id", id)
    code, told, _ = _run(site, explain_, *words, "--as", "me", "--lang", "en")
    assert code == 0
    assert told.splitlines()[:2] == ["it holds:", "  secret in English is 1"]
    found = json.loads(_run(site, explain_, *words, "--as", "guest", "--json")[1])
    assert (found["whole"]["holds"], found["whole"]["parts"][1]["closed"]) == (None, True)
    assert "secret" not in json.dumps(found["whole"])
    assert _run(site, explain_, *words, "--as", "nobody")[2].problems[0].code == "RUN-012"
