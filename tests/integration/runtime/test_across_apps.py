"""What an app does in one that it needs: rules book and make records there, pages show them, promises speak of them."""

from __future__ import annotations

import json

import pytest

from engine import demo
from engine.boot import open_instance, read_settings
from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from engine.packs.installing import install_with_needs
from engine.packs.reading import read_pack
from engine.scenarios.running import run_scenarios
from tests.integration.runtime.conftest import refused
from tests.support.apps import (
    access,
    app,
    field,
    form,
    labels,
    places,
    problems_of,
    role,
    rule,
    state,
    transition,
    uid,
    workflow,
)

NOBODY = Actor(None)
CHORE = form(
    "chore",
    field("what", required="create"),
    field("who", "person", required="create"),
    field("by", "date"),
    field("came_from"),
    field("came_of"),
    title="{{what}}",
    workflow="chore",
)
CHORES = workflow(
    "chore",
    [state("open"), state("done", "won")],
    [transition("finish", ["open"], "done", by=[{"person": "who"}])],
)
STARS = form(
    "star",
    field("who", "person", required="create"),
    field("n", "number", required="create"),
    field("ref", required="create", unique=True),
    field("left", "number", set_by="system"),
    ledger={"account": "who", "delta": "n", "reference": "ref", "balance": "left", "minimum": "0"},
)
HOUSE = app(
    CHORE,
    CHORES,
    STARS,
    key="house",
    roles=[
        role("cook", access("chore", "read", rows="who = me"), access("star", "read", rows="who = me")),
        role("boss", access("chore", "create read")),
    ],
)
STEPS = field(
    "steps",
    "lines",
    fields=[field("text", required="create"), field("chore", "reference", form="house.chore", set_by="system")],
)
MEAL = form("meal", field("dish", required="create"), field("price", "number"), STEPS, title="{{dish}}")
OPEN_CHORES = rule(
    "open_chores",
    "meal",
    [{"created": True}, {"changed": ["steps"]}],
    {
        "for_each": {
            "lines": "steps",
            "do": [
                {
                    "create": {
                        "form": "house.chore",
                        "fields": {
                            "what": "text",
                            "who": "parent.owner",
                            "came_from": '"kitchen.meal"',
                            "came_of": "parent.id",
                        },
                        "into": "chore",
                    }
                }
            ],
        }
    },
)
PAY = rule(
    "pay",
    "meal",
    {"before": ["save"]},
    {
        "post": {
            "ledger": "house.star",
            "account": "owner",
            "delta": "price",
            "reference": '"meal:" & id',
        }
    },
    when="price is not empty",
)
SOURCE = {
    "form": "house.chore",
    "filter": 'who = me and state = "open"',
    "sentence": {"zh": "{{what}}", "en": "{{what}}"},
    "buttons": [
        {"kind": "transition", "transition": "finish"},
        {"kind": "open", "labels": labels("origin"), "form": "came_from", "record": "came_of"},
    ],
}
HOME = {
    "uid": uid(),
    "key": "today",
    "labels": labels("today"),
    "home": True,
    "blocks": [{"kind": "cards", "labels": labels("cards"), "sources": [SOURCE], "closing": labels("calm")}],
}
COOK = {"name": "anna", "display_name": "Anna", "roles": ["cook"]}
MADE = {
    "as": "anna",
    "create": {"form": "meal", "ref": "m", "fields": {"dish": "汤", "price": "3", "steps": [{"text": "洗"}]}},
}
WASHED = {"as": "anna", "find": {"form": "house.chore", "ref": "wash", "filter": 'what = "洗"'}}
DONE = {"as": "anna", "transition": {"ref": "wash", "key": "finish"}}


def kitchen(home=HOME, **changed):
    """Return the app of meals that needs the house."""
    documents = app(
        MEAL,
        OPEN_CHORES,
        PAY,
        key="kitchen",
        roles=[role("cook", access("meal", "create read update", rows="owner = me"))],
        pages=[home],
    )
    return {**documents, **changed}


def written(folder, documents, needs=(), **parts):
    """Write a pack and return it as it is read."""
    key = documents["app.json"]["key"]
    manifest = {"format": 1, "kind": "pack", "key": key, "version": "1.0.0", "labels": labels(key)}
    people = {"demo/users.json": {"format": 1, "kind": "users", "users": [COOK]}}
    for name, document in {"pack.json": {**manifest, "needs": list(needs)}, **documents, **people, **parts}.items():
        path = folder / key / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return read_pack(folder / key)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """The app that is needed, in the folder where packs are found."""
    monkeypatch.chdir(tmp_path)
    return written(tmp_path, HOUSE)


@pytest.fixture
def served(site, tmp_path, house):
    """A site with both apps, and anna who cooks."""
    install_with_needs(site.services, written(tmp_path, kitchen(), ["house"]), NOBODY)
    site.person("anna", ("kitchen", "cook"))
    return site


def cooked(site, *steps, price="3"):
    """Return a meal that anna makes, with what follows from it done."""
    made = site.services.records.create(
        site.viewer("anna"),
        "kitchen",
        "meal",
        {"dish": "汤", "price": price, "steps": [{"text": step} for step in steps]},
    )
    site.jobs().run_until_quiet()
    return site.services.records.read(site.viewer("anna"), "kitchen", "meal", made.id)


def test_each_line_has_its_record_in_the_other_app_when_a_rule_makes_them(served):
    meal = cooked(served, "洗", "切")
    chores = served.services.records.list(served.viewer("anna"), "house", "chore", sort="created_at").items
    assert {item.fields["what"] for item in chores} == {"洗", "切"}
    assert {item.fields["came_of"] for item in chores} == {meal.id}
    assert {line["chore"] for line in meal.fields["steps"]} == {item.id for item in chores}


def test_a_line_gets_no_second_record_when_the_rule_looks_again(served):
    meal = cooked(served, "洗")
    lines = [*({"id": line["id"], "text": "洗净"} for line in meal.fields["steps"]), {"text": "煮"}]
    served.services.records.update(served.viewer("anna"), "kitchen", "meal", meal.id, {"steps": lines}, meal.version)
    served.jobs().run_until_quiet()
    assert sorted(row[0] for row in served.query("SELECT what FROM chore")) == ["洗", "煮"]


def test_what_is_booked_in_the_other_app_is_booked_with_the_save(served):
    meal = cooked(served)
    assert served.query('SELECT ref, n, "left" FROM star') == [(f"meal:{meal.id}", 3, 3)]


def test_the_record_is_kept_back_when_the_other_app_does_not_take_the_booking(served):
    codes = refused(cooked, served, price="-5")
    assert codes == [("FORM-026", "")]
    assert served.count("meal") == 0
    assert served.count("star") == 0


def test_nobody_makes_records_of_the_other_app_by_themselves_when_a_rule_may(served):
    with pytest.raises(EngineError):
        served.services.records.create(served.viewer("anna"), "house", "chore", {"what": "x"})


def test_a_record_of_the_other_app_is_moved_from_its_card_when_the_page_offers_that(served):
    meal = cooked(served, "洗")
    anna = served.viewer("anna")
    (block,) = served.services.pages.home(anna, "kitchen").blocks
    (card,) = block.cards
    finish, origin = card.buttons
    assert (card.sentence, finish.transition.key) == ("洗", "finish")
    assert (origin.app, origin.form, origin.id) == ("kitchen", "meal", meal.id)
    served.services.records.transition(anna, "house", "chore", card.record.id, "finish", {})
    assert served.services.pages.home(anna, "kitchen").blocks[0].cards == ()


def offered(site, **chore):
    """Return the kinds of the buttons on a chore that somebody gives anna."""
    boss = site.person("boss", ("house", "boss"))
    fields = {"what": "擦", "who": site.people["anna"], **chore}
    site.services.records.create(boss, "house", "chore", fields)
    (card,) = site.services.pages.home(site.viewer("anna"), "kitchen").blocks[0].cards
    return [button.kind for button in card.buttons]


NOBODYS = "0192f0c1-0000-7000-8000-000000000000"


@pytest.mark.parametrize("form", ["kitchen.meal", "kitchen.pan", "pan", "x.y.z", None])
@pytest.mark.parametrize("id", [NOBODYS, "x", None])
def test_no_button_leads_to_a_record_when_the_pair_points_at_none(served, form, id):
    assert offered(served, came_from=form, came_of=id) == ["transition"]


@pytest.mark.parametrize(("maker", "kinds"), [("anna", ["transition", "open"]), ("ben", ["transition"])])
def test_a_button_leads_to_a_record_when_the_viewer_may_read_it(served, maker, kinds):
    served.person("ben", ("kitchen", "cook"))
    meal = served.services.records.create(served.viewer(maker), "kitchen", "meal", {"dish": "饭"})
    assert offered(served, came_from="kitchen.meal", came_of=meal.id) == kinds


def test_a_button_is_told_when_the_form_of_the_other_app_knows_no_such_transition():
    lost = {**SOURCE, "buttons": [{"kind": "transition", "transition": "finnish"}]}
    home = {**HOME, "blocks": [{**HOME["blocks"][0], "sources": [lost]}]}
    (told,) = places(problems_of(HOUSE, kitchen(home)))
    assert told[1] == "pages.json#/pages/today/blocks[0].sources[0].buttons[0].transition"


@pytest.mark.parametrize(("into", "code"), [("text", "RULE-052"), ("chores", "RULE-001")])
def test_a_field_is_told_when_it_cannot_lead_to_the_new_record(into, code):
    lost = json.loads(json.dumps(OPEN_CHORES))
    lost["then"][0]["for_each"]["do"][0]["create"]["into"] = into
    (told,) = places(problems_of(HOUSE, {**kitchen(), "rules/open_chores.json": lost}))
    assert told == (code, "rules/open_chores.json#then[0].for_each.do[0].create.into")


def test_a_promise_speaks_of_the_other_app_when_it_names_its_forms(tmp_path, house):
    holds = {
        "id": "holds",
        "when": [MADE, WASHED, DONE],
        "then": [
            {"record": {"ref": "wash", "as": "anna", "state": "done"}},
            {"count": {"as": "anna", "form": "house.star", "filter": "left = 3", "is": 1}},
        ],
    }
    none = {
        "id": "none",
        "when": [MADE, {**WASHED, "find": {"form": "house.chore", "ref": "x", "filter": 'what = "切"'}}],
    }
    told = {"format": 1, "kind": "scenarios", "scenarios": [holds, {**none, "then": holds["then"]}]}
    pack = written(tmp_path, kitchen(), ["house"], **{"scenarios/all.json": told})
    first, second = run_scenarios(pack, BUILT_IN)
    assert first.failures == ()
    assert second.failures[0].startswith("when[1] was refused: SCEN-005")


PAST = {
    "format": 1,
    "kind": "past",
    "seed": "s",
    "words": {},
    "groups": [
        {"key": "meals", "form": "meal", "count": 2, "by": "anna", "at": {"days": [-9, -3]}, "fields": {"dish": "饭"}},
        {
            "key": "chores",
            "form": "house.chore",
            "each": "meals",
            "at": {"after": [0, 0]},
            "state": "done",
            "fields": {"what": "刷碗", "who": {"by": True}, "came_of": {"parent": True}},
        },
        {
            "key": "stars",
            "form": "house.star",
            "each": "meals",
            "at": {"after": [0, 0]},
            "fields": {"who": {"by": True}, "n": "3", "ref": {"join": ["meal:", {"parent": True}]}},
        },
    ],
    "derived": [{"form": "house.chore", "set": {"by": "date(created_at)"}}],
}


def make_demo(tmp_path, plan, name="past"):
    """Make the demo of the kitchen with this past or story; return its instance."""
    pack = written(tmp_path, kitchen(), ["house"], **{f"demo/{name}.json": plan})
    instance = open_instance(read_settings({"YOUJU_HOME": str(tmp_path / "home"), "YOUJU_TEST_CLOCK": "1"}))
    for item in (read_pack(tmp_path / "house"), pack):
        demo.make_demo_of(instance, item, None, lambda _done, _total: None)
    return instance


def test_a_past_tells_of_the_other_app_when_it_names_its_forms(tmp_path, house):
    instance = make_demo(tmp_path, PAST)
    with instance.database.read() as connection:
        chores = connection.exec_driver_sql('SELECT state, came_of IN (SELECT id FROM meal), "by" > 0 FROM chore')
        assert list(chores) == [("done", 1, 1)] * 2
        assert list(connection.exec_driver_sql('SELECT "left" FROM star ORDER BY created_at')) == [(3,), (6,)]


def test_a_past_is_refused_when_it_tells_of_an_app_that_is_not_needed(tmp_path, house):
    plan = json.loads(json.dumps(PAST).replace("house.chore", "garage.chore"))
    assert refused(make_demo, tmp_path, plan) == [("PACK-019", "demo")]


FOUND = {"ref": "wash", "as": "anna", "form": "house.chore", "find": 'what = "洗"', "transition": "finish"}
STORY = [
    {"ref": "m", "as": "anna", "form": "meal", "at": {"days": -2}, "fields": MADE["create"]["fields"]},
    {**FOUND, "at": {"days": -1}},
]


def told_in_steps(*steps):
    return {"format": 1, "kind": "records", "records": list(steps)}


def test_a_story_is_about_a_record_that_a_rule_made_when_it_finds_it(tmp_path, house):
    instance = make_demo(tmp_path, told_in_steps(*STORY), "records")
    with instance.database.read() as connection:
        assert list(connection.exec_driver_sql("SELECT what, state FROM chore")) == [("洗", "done")]


@pytest.mark.parametrize("filter", ['what = "切"', "what is not empty"])
def test_a_story_is_refused_when_it_does_not_find_just_one(tmp_path, house, filter):
    second = {**STORY[0], "ref": "n", "fields": {"dish": "饭", "steps": [{"text": "煮"}]}}
    with pytest.raises(EngineError) as caught:
        make_demo(tmp_path, told_in_steps(STORY[0], second, {**STORY[1], "find": filter}), "records")
    assert [problem.code for problem in caught.value.__cause__.problems] == ["PACK-020"]
