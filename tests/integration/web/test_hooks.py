"""The address that partners send to, over HTTP: signed, bounded, and telling nothing to anybody else; and its page."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import time

import pytest

from engine.boot import open_instance, read_settings
from engine.decision.changeset import Actor
from engine.kernel.clocks import Clocks
from engine.runtime.publishing import publish
from tests.integration.connectors.arriving import SECRET, bill, bills_shop, body_of, hook, pull
from tests.integration.web.conftest import PASSWORD, Visitor
from tests.support.sites import Hand
from web.app import create_app

ADDRESS = "/hooks/shop/erp/paid"


@pytest.fixture
def instance(library_home, tmp_path, monkeypatch):
    """An installation with a shop whose partner sends bills."""
    monkeypatch.setenv("YOUJU_SECRET_ERP_HOOK", SECRET)
    home = shutil.copytree(library_home, tmp_path / "home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(real=Hand(Clocks().real())))
    opened.services.execution.outside.secrets.keep("erp_hook", SECRET)
    hooks = [hook(rate={"count": 5, "seconds": 60})]
    publish(
        opened.services.execution, bills_shop(hooks=hooks, pulls=[pull(schedule={"cron": "0 0 1 1 *"})]), Actor(None)
    )
    yield opened
    opened.close()


@pytest.fixture
def client(instance):
    return create_app(instance).test_client()


@pytest.fixture
def root(instance):
    visitor = Visitor(create_app(instance).test_client())
    visitor.sign_in("root", PASSWORD)
    return visitor


def signed(body, at=None, secret=SECRET):
    seconds = str(int(time.time() if at is None else at))
    made = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Timestamp": seconds, "X-Signature": made, "Content-Type": "application/json"}


def test_a_signed_delivery_is_accepted_at_once_and_again_without_a_second_effect(client, instance):
    body = body_of("d1", bill("B1"), bill("B2"))
    first = client.post(ADDRESS, data=body, headers=signed(body))
    assert (first.status_code, first.get_json()) == (202, {"delivery": "d1", "items": 2, "again": False})
    again = client.post(ADDRESS, data=body, headers=signed(body))
    assert (again.status_code, again.get_json()["again"]) == (200, True)
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "no-store"
    instance.jobs().run_until_quiet()
    with instance.database.read() as connection:
        assert connection.exec_driver_sql("SELECT number FROM bill ORDER BY number").scalars().all() == ["B1", "B2"]


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (ADDRESS, {"secret": "another"}),
        ("/hooks/shop/erp/nothing", {}),
        ("/hooks/shop/nothing/paid", {}),
        ("/hooks/nothing/erp/paid", {}),
    ],
)
def test_nobody_learns_what_was_wrong_when_a_delivery_is_not_let_in(client, address, headers):
    body = body_of("d1", bill("B1"))
    told = client.post(address, data=body, headers=signed(body, **headers))
    assert told.status_code == 404
    assert told.content_type == "application/problem+json"
    assert told.get_json()["code"] == "CONN-020"
    unsigned = client.post(ADDRESS, data=body)
    assert unsigned.get_data() == told.get_data()


def test_who_is_signed_in_is_no_partner(root):
    body = body_of("d1", bill("B1"))
    assert root.client.post(ADDRESS, data=body).status_code == 404


def test_an_old_delivery_is_refused(client):
    body = body_of("d1", bill("B1"))
    told = client.post(ADDRESS, data=body, headers=signed(body, time.time() - 400))
    assert (told.status_code, told.get_json()["code"]) == (422, "CONN-021")


def test_a_delivery_is_refused_when_it_is_too_large(client):
    body = body_of("d1", {"no": "x" * 1_100_000})
    told = client.post(ADDRESS, data=body, headers=signed(body))
    assert (told.status_code, told.get_json()["code"]) == (413, "WEB-009")


def test_a_partner_waits_when_it_sends_too_often(client):
    bodies = [body_of(f"d{number}", bill("B1")) for number in range(6)]
    told = [client.post(ADDRESS, data=body, headers=signed(body)) for body in bodies]
    assert [one.status_code for one in told] == [202] * 5 + [429]
    wait = int(told[-1].headers["Retry-After"])
    assert f"{wait} seconds" in told[-1].get_json()["errors"][0]["hint"]["en"]
    assert wait > 5


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_an_address_of_a_hook_takes_posts_alone(client, method):
    assert getattr(client, method)(ADDRESS).status_code == 405


def test_administrators_see_what_was_refused_and_have_it_taken_again(client, root, instance):
    body = body_of("d1", bill("B1", customer={"code": "C9"}), bill("B2", customer={"code": "C9"}))
    client.post(ADDRESS, data=body, headers=signed(body))
    instance.jobs().run_until_quiet()
    page = root.get("/jobs").get_data(as_text=True)
    assert "收到而没能接收的内容" in page
    assert "没有“code”是“C9”的记录" in page
    assert ADDRESS in page
    assert "fetch的中文" in page
    instance.services.execution.clocks.real.moment += 1_000
    author = instance.directory.viewer_of_session(root.client.get_cookie("youju_session").value)
    instance.directory.grant("root", "shop", "staff")
    author = instance.directory.viewer(author.id)
    instance.services.records.create(author, "shop", "customer", {"code": "C9"})
    [first, *_] = instance.services.connectors.refused()
    assert root.post(f"/jobs/refused/{first.id}").status_code == 303
    instance.jobs().run_until_quiet()
    assert len(instance.services.connectors.refused()) == 1
    root.post("/jobs/refused")
    instance.jobs().run_until_quiet()
    assert instance.services.connectors.refused() == ()
    assert "收到而没能接收的内容" not in root.get("/jobs").get_data(as_text=True)


def test_administrators_begin_a_pull_on_the_page(root, instance):
    root.get("/jobs")
    for _ in range(2):
        assert root.post("/jobs/pulls/shop/erp/fetch").status_code == 303
    with instance.database.read() as connection:
        [payload] = connection.exec_driver_sql("SELECT payload FROM youju_outbox WHERE kind = 'pull'").scalars()
    assert json.loads(payload)["pull"] == "fetch"
    assert "进行中" in root.get("/jobs").get_data(as_text=True)


def test_nobody_else_begins_pulls_or_has_items_taken_again(instance):
    librarian = Visitor(create_app(instance).test_client())
    librarian.sign_in("librarian", PASSWORD)
    for address in (
        "/jobs/pulls/shop/erp/fetch",
        "/jobs/refused",
        f"/jobs/refused/{'0' * 8}-0000-7000-8000-{'0' * 12}",
    ):
        librarian.get("/a/library/book/new")
        assert librarian.post(address).status_code == 404
