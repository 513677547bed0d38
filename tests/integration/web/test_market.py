"""The market: what a pack adds is shown before, it is put in with what it needs, and its promises can be proven."""

from __future__ import annotations

import time

import pytest

from engine.decision.changeset import Actor
from engine.demo import ANCHOR
from engine.packs.installing import install_with_needs
from engine.packs.reading import find_pack, read_pack
from engine.packs.shelf import offers
from engine.runtime.granting import revoke_by_name
from engine.storage import settings

PATIENCE_SECONDS = 60


@pytest.fixture
def admin(signed_in):
    return signed_in("root")


def text(answer):
    return answer.get_data(as_text=True)


def finished(instance, name):
    """Return how a work ended."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (work := instance.works.look(name)) is None or work.state == "running":
        assert time.monotonic() < until
        time.sleep(0.05)
    return work


def test_every_pack_is_offered_with_what_it_adds(instance, admin):
    page = text(admin.get("/market"))
    for key in ("sales_management", "master_data"):
        pack = read_pack(find_pack(key))
        assert pack.labels.zh in page
        shown = text(admin.get(f"/market/{key}"))
        assert all(
            found["labels"]["zh"] in shown for path, found in pack.documents.items() if path.startswith("forms/")
        )
    offered = {offer.pack.key: offer for offer in offers(instance.services)}
    reading = dict(offered["sales_management"].roles)
    assert any("create" in permission.rights for permissions in reading.values() for permission in permissions)


def test_a_pack_is_put_in_with_what_it_needs(instance, admin):
    admin.get("/market/work_hub")
    assert admin.post("/market/work_hub/install").status_code == 303
    assert finished(instance, "install.work_hub").state == "done"
    states = {offer.pack.key: offer.state for offer in offers(instance.services)}
    assert states["work_hub"] == states["master_data"] == "installed"
    assert "已安装" in text(admin.get("/market")) or "Installed" in text(admin.get("/market"))


def test_what_was_put_in_leads_to_who_may_use_it_until_one_may(instance, admin):
    admin.get("/market/work_hub")
    admin.post("/market/work_hub/install")
    assert finished(instance, "install.work_hub").state == "done"
    people, home = 'href="/a/work_hub/studio/people/"', 'href="/a/work_hub/"'
    for page in (text(admin.get("/apps")), text(admin.get("/market/work_hub"))):
        assert people in page
        assert home not in page
    assert "已安装,您没有角色" in text(admin.get("/apps"))
    instance.directory.grant("root", "work_hub", "sales_rep")
    assert home in text(admin.get("/apps"))
    assert people not in text(admin.get("/apps"))
    assert home in text(admin.get("/market/work_hub"))
    revoke_by_name(instance.services.execution, "root", "work_hub", "sales_rep")


def test_a_pack_can_be_put_in_again_when_that_was_cut_short(instance, admin):
    pack = read_pack(find_pack("master_data"))
    install_with_needs(instance.services, pack, Actor(None))
    action = 'action="/market/master_data/install"'
    assert action not in text(admin.get("/market/master_data"))
    instance.works.start("install.master_data", lambda _: 1 / 0).join(20)
    assert action in text(admin.get("/market/master_data"))
    with instance.database.write() as connection:
        settings.write(connection, f"{ANCHOR}master_data", "20000")
    assert 'value="yes" checked' in text(admin.get("/market/master_data"))
    assert admin.post("/market/master_data/install").status_code == 303
    assert finished(instance, "install.master_data").state == "done"


def test_a_pack_proves_its_promises_on_a_database_of_its_own(instance, admin):
    admin.get("/market/master_data")
    before = {offer.pack.key: offer.state for offer in offers(instance.services)}
    assert admin.post("/market/master_data/prove").status_code == 303
    work = finished(instance, "prove.master_data")
    assert (work.state, work.done) == ("done", len(read_pack(find_pack("master_data")).scenarios))
    assert before == {offer.pack.key: offer.state for offer in offers(instance.services)}


def test_there_is_no_market_for_who_is_no_administrator(librarian):
    librarian.get("/me")
    assert librarian.get("/market").status_code == 404
    assert librarian.get("/market/work_hub").status_code == 404
    assert librarian.post("/market/work_hub/install").status_code == 404


def test_an_unknown_pack_is_absent(admin):
    assert admin.get("/market/nothing").status_code == 404
