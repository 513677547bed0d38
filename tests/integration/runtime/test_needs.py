"""Apps that need others: planned and installed together, referring across, and not taken away from under each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.packs.installing import install, install_with_needs, plan, remove
from engine.packs.reading import read_pack
from engine.runtime.exporting import export_app, import_app
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role
from tests.support.sites import Site

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = Actor(None)
STOCK = app(
    form("item", field("name", required="create", unique=True), title="{{name}}"),
    key="stock",
    roles=[role("keeper", access("item", "create read")), role("buyer", access("item", "read"))],
)
ORDER = form("order", field("item", "reference", form="stock.item", required="create"), title="{{item.name}}")
SHOP = app(ORDER, key="shop", roles=[role("buyer", access("order", "create read update"))])
SEED = {"format": 1, "kind": "seed", "records": [{"ref": "nail", "form": "stock.item", "fields": {"name": "钉子"}}]}


def pack(folder: Path, documents, version="1.0.0", needs=(), **parts):
    """Write a pack and return it as it is read."""
    key = documents["app.json"]["key"]
    manifest = {"format": 1, "kind": "pack", "key": key, "version": version, "labels": {"zh": key, "en": key}}
    files = {"pack.json": {**manifest, "needs": list(needs)}, **documents, **parts}
    for name, document in files.items():
        path = folder / key / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return read_pack(folder / key)


@pytest.fixture
def stock(tmp_path, monkeypatch):
    """The module that is needed, in the folder where packs are found."""
    monkeypatch.chdir(tmp_path)
    return pack(tmp_path, STOCK)


@pytest.fixture
def shop(tmp_path, stock):
    return pack(tmp_path, SHOP, needs=["stock >=1.0.0 <2.0.0"], **{"seed/items.json": SEED})


def codes(work, *given) -> list[tuple[str, str]]:
    with pytest.raises(EngineError) as raised:
        work(*given)
    return [(problem.code, problem.path) for problem in raised.value.problems]


def test_what_is_needed_comes_first_when_a_pack_is_installed(site, shop):
    planned = plan(site.services, shop)
    assert [(step.kind, step.pack.key) for step in planned] == [("install", "stock"), ("install", "shop")]
    done = install_with_needs(site.services, shop, NOBODY)
    assert [(step.pack.key, revision) for step, revision in done] == [("stock", 1), ("shop", 1)]
    again = plan(site.services, shop)
    assert [(step.kind, step.installed) for step in again] == [("keep", "1.0.0"), ("upgrade", "1.0.0")]


def test_a_pack_is_refused_when_what_it_needs_is_not_there(site, shop):
    assert codes(install, site.services, shop, NOBODY) == [("PACK-006", "pack.json#/needs")]


def test_another_version_is_refused_when_it_does_not_fit(site, tmp_path, shop):
    newer = pack(tmp_path, STOCK, version="2.0.0")
    assert codes(plan, site.services, shop) == [("PACK-013", "pack.json#/needs")]
    install(site.services, newer, NOBODY)
    assert codes(install, site.services, shop, NOBODY) == [("PACK-013", "pack.json#/needs")]


def test_an_upgrade_is_refused_when_an_app_needs_the_version_before(site, tmp_path, shop):
    install_with_needs(site.services, shop, NOBODY)
    newer = pack(tmp_path, STOCK, version="2.0.0")
    assert codes(install, site.services, newer, NOBODY) == [("PACK-014", "pack.json#/version")]
    install(site.services, pack(tmp_path, STOCK, version="1.9.9"), NOBODY)


def test_an_app_is_not_removed_when_another_needs_it(site, shop):
    install_with_needs(site.services, shop, NOBODY)
    assert codes(remove, site.services, "stock", NOBODY) == [("PACK-015", "shop")]
    assert codes(remove, site.services, "nothing", NOBODY) == [("PACK-016", "")]
    remove(site.services, "shop", NOBODY)
    remove(site.services, "stock", NOBODY)
    assert site.services.apps.installed(site.person("anna", ("shop", "buyer"))) == ()


def test_everything_is_back_when_a_removed_app_is_installed_again(site, shop):
    install_with_needs(site.services, shop, NOBODY)
    anna = site.person("anna", ("shop", "buyer"))
    records = site.services.records
    nail = records.list(anna, "stock", "item").items[0]
    order = records.create(anna, "shop", "order", {"item": nail.id})
    remove(site.services, "shop", NOBODY)
    assert refused(records.read, anna, "shop", "order", order.id) == [("DECIDE-001", "")]
    assert [revision for _, revision in install_with_needs(site.services, shop, NOBODY)] == [1]
    assert records.read(anna, "shop", "order", order.id).title == "钉子"


def test_a_new_app_keeps_off_the_tables_when_a_removed_one_has_them(site, tmp_path, shop):
    install_with_needs(site.services, shop, NOBODY)
    remove(site.services, "shop", NOBODY)
    other = app(form("order", field("name"), title="{{name}}"), key="other", roles=[role("buyer", access("order"))])
    install(site.services, pack(tmp_path, other), NOBODY)
    bob = site.person("bob", ("other", "buyer"))
    assert site.services.records.create(bob, "other", "order", {"name": "二"}).title == "二"


def test_seeds_are_made_once_when_a_pack_is_installed_again(site, shop):
    for _ in range(2):
        install_with_needs(site.services, shop, NOBODY)
    keeper = site.person("keeper", ("stock", "keeper"))
    assert [item.title for item in site.services.records.list(keeper, "stock", "item").items] == ["钉子"]


def test_a_seed_is_refused_when_it_is_for_an_app_that_is_not_needed(site, tmp_path, stock):
    install(site.services, stock, NOBODY)
    stranger = pack(tmp_path, app(form("order", field("name")), key="shop"), **{"seed/items.json": SEED})
    assert codes(install, site.services, stranger, NOBODY) == [("PACK-017", "seed#nail.form")]


def test_a_role_holds_in_what_is_needed_when_it_is_granted(site, shop):
    install_with_needs(site.services, shop, NOBODY)
    anna, bob = site.person("anna", ("shop", "buyer")), site.person("bob", ("stock", "buyer"))
    assert anna.roles == {("shop", "buyer"), ("stock", "buyer")}
    assert bob.roles == {("stock", "buyer")}
    item = site.services.records.list(anna, "stock", "item").items[0]
    order = site.services.records.create(anna, "shop", "order", {"item": item.id})
    assert order.shown["item"] == "钉子"
    assert refused(site.services.records.read, bob, "shop", "order", order.id) == [("DECIDE-001", "")]


def test_an_export_names_its_needs_when_it_goes_to_another_instance(site, tmp_path, shop):
    install_with_needs(site.services, shop, NOBODY)
    files = {key: export_app(site.services.execution, key) for key in ("stock", "shop")}
    assert json.loads(files["shop"])["needs"] == {"stock": ">=1.0.0 <2.0.0"}
    assert "needs" not in json.loads(files["stock"])
    database = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(database)
    other = Site(database)
    assert codes(import_app, other.services.execution, files["shop"], "app.json", NOBODY) == [
        ("RUN-045", "app.json#/needs/stock")
    ]
    for key in ("stock", "shop"):
        import_app(other.services.execution, files[key], "app.json", NOBODY)
        assert export_app(other.services.execution, key) == files[key]
    database.close()
