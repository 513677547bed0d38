"""A record that a rule makes points back at the rule's own: `id` is a link where a link to its form is wanted."""

from __future__ import annotations

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, field, form, places, problems_of, role, rule

BOX, TAG = (
    form("box", field("name"), title="{{name}}"),
    form("tag", field("box", "reference", form="box"), title="{{id}}"),
)


def boxes(expression: str):
    made = {"create": {"form": "tag", "fields": {"box": expression}}}
    return app(
        BOX,
        TAG,
        rule("tagged", "box", {"created": True}, made),
        key="shop",
        roles=[role("keeper", access("box"), access("tag"))],
    )


def test_a_created_record_points_back_when_it_is_given_the_id(site):
    publish(site.services.execution, boxes("id"), Actor(None))
    anna = site.person("anna", ("shop", "keeper"))
    box = site.services.records.create(anna, "shop", "box", {"name": "一号箱"})
    site.jobs().run_until_quiet()
    (tag,) = site.services.records.list(anna, "shop", "tag").items
    assert (tag.fields["box"], tag.shown["box"]) == (box.id, "一号箱")
    assert site.services.records.list(anna, "shop", "tag", filter='box.name = "一号箱"').count.value == 1


def test_other_texts_stay_texts_when_a_link_is_wanted():
    for expression in ("name", "id & id", '"x"'):
        assert places(problems_of(boxes(expression))) == [("LANG-040", "rules/tagged.json#then[0].create.fields.box")]
