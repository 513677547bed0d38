"""What changed conditions would do to the records that are there, counted before the design is published."""

from __future__ import annotations

import copy

import pytest

from engine.runtime.designs import look_over
from tests.support.apps import access, app, field, form, item, labels, options, parameter, role, rule, uid


@pytest.fixture
def shop(site):
    """Orders with an amount, a kind, a reason that large ones need, a bound, and a rule about large ones."""
    site.first = app(
        form(
            "order",
            field("title"),
            field(
                "amount",
                "number",
                validations=[{"uid": uid(), "holds": "amount <= 1000", "message": labels("too much")}],
            ),
            field("kind", "choice", options=options("plain", "special")),
            field("reason", required_when="amount > 500"),
            field("due", "date"),
            field("word", visible_when='kind = "special"'),
        ),
        rule("large", "order", [{"changed": ["amount"]}], [{"set": {"title": '"large"'}}], when="amount > 500"),
        roles=[role("staff", access("order"))],
        parameters=[parameter("most", "number", default="100")],
    )
    site.publish(site.first)
    site.anna = site.person("anna", ("shop", "staff"))
    for amount, more in ((50, {}), (150, {}), (250, {"reason": "x"}), (600, {"reason": "y"}), (None, {})):
        fields = {"title": "a", "amount": amount and str(amount), "kind": "plain", **more}
        site.services.records.create(site.anna, "shop", "order", fields)
    gone = site.services.records.create(site.anna, "shop", "order", {"title": "g", "amount": "150"})
    site.services.records.delete(site.anna, "shop", "order", gone.id, gone.version)
    return site


def touched(shop, change):
    made = copy.deepcopy(shop.first)
    change(made)
    look = look_over(shop.services.execution, made)
    assert look.problems == ()
    return [(one.records, one.exact, one.place.partition("#")[0], one.what.zh) for one in look.touched]


def fields(documents):
    return documents["forms/order.json"]["fields"]


def counts(found):
    return [one[0] for one in found]


def test_who_would_be_refused_is_counted_when_a_validation_is_stricter(shop):
    found = touched(shop, lambda made: item(fields(made), "amount")["validations"][0].update(holds="amount <= 200"))
    assert [one[:3] for one in found] == [(2, True, "forms/order.json")]
    assert found[0][3] == "2条记录不符合“amount的中文”的新条件,下次修改时要改正"
    assert (
        touched(shop, lambda made: item(fields(made), "amount")["validations"][0].update(holds="amount <= 2000")) == []
    )
    assert touched(shop, lambda made: item(fields(made), "amount").pop("validations")) == []


def test_the_values_of_parameters_count_when_a_condition_reads_them(shop):
    def most(made):
        item(fields(made), "amount")["validations"][0]["holds"] = "amount <= param.most"

    def new(made):
        made["parameters.json"]["parameters"].append(parameter("least", "number", default="200"))
        item(fields(made), "amount")["validations"][0]["holds"] = "amount >= param.least"

    assert counts(touched(shop, most)) == [3]
    assert counts(touched(shop, new)) == [2]


def test_who_would_have_to_fill_more_is_counted_when_more_is_required(shop):
    assert counts(touched(shop, lambda made: item(fields(made), "reason").update(required_when="amount > 100"))) == [1]
    assert touched(shop, lambda made: item(fields(made), "reason").update(required_when="amount > 550")) == []
    assert counts(touched(shop, lambda made: item(fields(made), "due").update(required_when="amount < 200"))) == [2]


def test_what_does_not_show_is_not_asked_for(shop):
    def word(made):
        item(fields(made), "word")["required_when"] = "amount > 0"

    assert touched(shop, word) == []

    def shown(made):
        word(made)
        item(fields(made), "word")["visible_when"] = 'kind = "plain"'

    assert counts(touched(shop, shown)) == [4]


def test_which_records_a_rule_would_meet_is_counted_when_its_condition_changes(shop):
    def when(text):
        return lambda made: made["rules/large.json"].update(when=text)

    found = touched(shop, when("amount > 200"))
    assert [one[:3] for one in found] == [(1, True, "rules/large.json")]
    assert found[0][3] == "1条记录现在符合规则“large的中文”的条件,原来不符合"
    assert counts(touched(shop, when("amount > 700"))) == [1]
    assert counts(touched(shop, when("amount < 100"))) == [1, 1]
    assert counts(touched(shop, lambda made: made["rules/large.json"].pop("when"))) == [4]


def test_what_nobody_can_ask_yet_is_not_counted(shop):
    def of_the_change(made):
        made["rules/large.json"]["when"] = "amount > old.amount"

    def of_a_new_field(made):
        fields(made).append(field("extra", "number"))
        made["rules/large.json"]["when"] = "extra > 1"

    def of_another_type(made):
        item(fields(made), "due")["type"] = "text"
        made["rules/large.json"]["when"] = 'due = "x"'

    def of_the_person(made):
        made["rules/large.json"]["when"] = "owner = me"

    for change in (of_the_change, of_a_new_field, of_another_type, of_the_person):
        assert [one for one in touched(shop, change) if one[2].startswith("rules/")] == []
