"""Everything may be called otherwise: what is stored names it by its key, and people read its name of today."""

from __future__ import annotations

import copy
import shutil

import pytest

from engine.decision.changeset import Actor
from engine.language.printing.formatting import print_expression
from engine.runtime.exporting import export_app, import_app
from engine.storage.database import open_database
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import field, form, options, rule
from tests.support.sites import Site


def _called(zh):
    return {"zh": zh, "en": f"the {zh}"}


@pytest.fixture
def documents():
    """An app whose expressions are written by Chinese labels."""
    stages = options("new", "won")
    for option, name in zip(stages, ("新建", "成交"), strict=True):
        option["labels"] = _called(name)
    deal = form(
        "deal",
        field("amount", "number", labels=_called("金额")),
        field("stage", "choice", labels=_called("阶段"), options=stages, default='"新建"'),
        field("double", "number", labels=_called("两倍"), computed='如果(阶段="新建",金额*2,0)'),
        title="{{阶段}}:{{ 金额 }}",
    )
    no = {"refuse": {"message": {"zh": "{{金额}}太多", "en": "{{`the 金额`}} is too much"}}}
    return apps.app(deal, rule("least", "deal", {"before": ["save"]}, no, when="金额>100"))


@pytest.fixture
def renamed(documents):
    """The same app with another name for everything, out of words that the language has for itself."""
    changed = copy.deepcopy(documents)
    for outer in changed["forms/deal.json"]["fields"]:
        for named in (outer, *outer.get("options", ())):
            named["labels"] = {"zh": "空", "en": "or"}
    return changed


def _behaves(site, viewer):
    create = site.services.records.create
    made = create(viewer, "shop", "deal", {"amount": "7"})
    assert (made.fields["stage"], made.fields["double"]) == ("new", "14")
    assert [code for code, _ in refused(create, viewer, "shop", "deal", {"amount": "101"})] != []


def _stored(site):
    with site.database.read() as connection:
        app = site.services.execution.catalogs.current(connection).catalog.apps["shop"]
    return app.definition.documents


def test_an_app_behaves_as_before_when_everything_in_it_is_called_otherwise(site, documents, renamed):
    assert site.publish(documents) == 1
    viewer = site.person("me", ("shop", "staff"))
    _behaves(site, viewer)
    stored = copy.deepcopy(dict(_stored(site)))
    for path, document in renamed.items():
        if path == "forms/deal.json":
            for number, outer in enumerate(document["fields"]):
                stored[path]["fields"][number]["labels"] = outer["labels"]
    assert site.publish(stored) == 2
    _behaves(site, viewer)


def test_nothing_changes_when_the_same_labels_are_published_again(site, documents):
    assert site.publish(documents) == 1
    assert _stored(site)["rules/least.json"]["when"] == "amount > 100"
    assert site.publish(documents) == 1
    assert site.publish(dict(_stored(site))) == 1


def test_people_read_the_name_of_today_when_a_field_was_renamed(site, documents):
    site.publish(documents)
    changed = copy.deepcopy(dict(_stored(site)))
    changed["forms/deal.json"]["fields"][0]["labels"] = {"zh": "合同额", "en": "Contract value"}
    site.publish(changed)
    with site.database.read() as connection:
        scope = site.services.execution.catalogs.current(connection).catalog.scope("shop", "deal")
    when = _stored(site)["rules/least.json"]["when"]
    assert print_expression(when, scope, "zh") == "合同额 > 100"
    assert print_expression(when, scope, "en") == "`Contract value` > 100"


def test_the_file_is_the_same_when_an_app_by_labels_is_moved(site, documents, migrated_sqlite, tmp_path):
    site.publish(documents)
    exported = export_app(site.services.execution, "shop")
    other = _another(migrated_sqlite, tmp_path)
    import_app(other.services.execution, exported, "shop.json", Actor(None))
    assert export_app(other.services.execution, "shop") == exported


def _another(migrated, tmp_path):
    return Site(open_database(f"sqlite:///{shutil.copyfile(migrated, tmp_path / 'other.db')}"))
