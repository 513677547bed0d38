"""Apps and forms side by side: names that meet, words of SQL, longest names, bonds between apps."""

from __future__ import annotations

from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import element, field, form


def staff(site):
    return site.person("me", ("shop", "staff"))


def test_two_apps_have_tables_of_their_own_when_their_forms_are_called_alike(site):
    for key in ("shop", "mart"):
        site.publish(apps.app(form("order", field("group"), field("rows", "lines", fields=[field("select")])), key=key))
    me = site.person("me", ("shop", "staff"), ("mart", "staff"))
    records = site.services.records
    made = {
        key: records.create(me, key, "order", {"group": key, "rows": [{"select": key}]}) for key in ("shop", "mart")
    }
    for key, record in made.items():
        assert records.read(me, key, "order", record.id).fields["group"] == key
        assert [found.id for found in records.list(me, key, "order", filter="group is not empty").items] == [record.id]
        other = "mart" if key == "shop" else "shop"
        assert refused(records.read, me, other, "order", record.id) == [("DECIDE-001", "")]
    assert site.tables() >= {"order", "order__mart", "v_order", "v_order__mart"}


WORDS = (
    "select",
    "group",
    "order",
    "table",
    "user",
    "end",
    "key",
    "check",
    "column",
    "default",
    "limit",
    "offset",
    "text",
)


def test_words_of_sql_are_names_like_any_other_when_forms_and_fields_are_called_so(site):
    site.publish(apps.app(*(form(word, *(field(inner) for inner in WORDS)) for word in WORDS)))
    me = staff(site)
    records = site.services.records
    for word in WORDS:
        made = records.create(me, "shop", word, {"select": word, "end": "x"})
        changed = records.update(me, "shop", word, made.id, {"end": "y"}, 1)
        assert changed.fields["select"] == word
        assert len(records.list(me, "shop", word, filter='`end` = "y"', sort="select").items) == 1


def test_the_longest_names_work_when_forms_and_fields_have_them(site):
    long, longer = "a" * 41, "a" * 40 + "b"

    def lines():
        return [field(key, "lines", fields=[field(key)]) for key in (long, longer)]

    reference = field("a" * 39 + "rr", "reference", form=long)
    site.publish(apps.app(form(long, *lines(), reference, field("u" * 41, unique=True)), form(longer, *lines())))
    me = staff(site)
    records = site.services.records
    made = records.create(me, "shop", long, {long: [{long: "1"}], longer: [{longer: "2"}], "u" * 41: "x"})
    again = records.create(me, "shop", long, {reference["key"]: made.id})
    assert again.fields[reference["key"]] == made.id
    assert made.fields[longer][0][longer] == "2"
    assert refused(records.create, me, "shop", long, {"u" * 41: "x"}) == [("FORM-014", f"fields.{'u' * 41}")]


def test_relations_reach_from_one_app_to_another_when_both_are_there(site):
    site.publish(apps.app(form("customer", field("name"), title="{{name}}"), key="base"))
    deal = form("deal", field("customer", "reference", form="base.customer"), field("who", computed="customer.name"))
    site.publish(apps.app(deal))
    me = site.person("me", ("shop", "staff"), ("base", "staff"))
    records = site.services.records
    customer = records.create(me, "base", "customer", {"name": "九江"})
    made = records.create(me, "shop", "deal", {"customer": customer.id})
    assert (made.fields["who"], made.shown["customer"]) == ("九江", "九江")
    page = records.list(me, "shop", "deal", filter='customer.name = "九江"')
    assert page.count.value == 1
    broken = apps.app(form("person", field("name")), key="base")
    found = refused(site.publish, broken)
    assert ("FORM-021", "forms/deal.json#fields.customer.form") in found, "what others lean on does not go"


def test_a_relation_counts_when_its_form_is_related_to_itself(site):
    parts = [element("parts", form="thing", reference="whole")]
    fields = [
        field("whole", "reference", form="thing"),
        field("n", "number"),
        field("total", "number", computed="sum(parts.n)"),
    ]
    site.publish(apps.app(form("thing", *fields, relations=parts)))
    me = staff(site)
    records = site.services.records
    whole = records.create(me, "shop", "thing", {})
    for n in (1, 2):
        records.create(me, "shop", "thing", {"whole": whole.id, "n": str(n)})
    assert records.update(me, "shop", "thing", whole.id, {"n": "7"}, 1).fields["total"] == "3"
    assert records.update(me, "shop", "thing", whole.id, {"whole": whole.id}, 2).fields["total"] == "10"
