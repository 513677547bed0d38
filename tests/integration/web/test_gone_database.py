"""What is told while the database is gone, full or busy: what to do, and nothing of the installation."""

from __future__ import annotations

import re

import pytest

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.settings import read_settings
from engine.storage.problems import BUSY, FULL, UNREACHABLE
from tests.integration.web.conftest import LIBRARY, PASSWORD, Visitor
from web.app import create_app
from web.problems import status_of

TELLING = re.compile(r"STORE-\d+|sqlite|postgres|youju_|unable to open")


@pytest.fixture
def gone(tmp_path):
    """A web whose database is no longer there, and the session of somebody who was signed in before."""
    lost = open_instance(read_settings({"YOUJU_HOME": str(tmp_path / "lost")}))
    pack = read_pack(LIBRARY)
    install_with_needs(lost.services, pack, Actor(None))
    add_people(lost.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    visitor = Visitor(create_app(lost).test_client())
    visitor.client.set_cookie("youju_session", lost.directory.sign_in("librarian", PASSWORD))
    visitor.get("/me")
    lost.close()
    (tmp_path / "lost").rename(tmp_path / "away")
    return visitor


@pytest.mark.parametrize("path", ["/", "/sign-in", "/a/library/", "/inbox", "/api/v1/apps"])
def test_nothing_of_the_installation_is_told_when_the_database_is_gone(gone, path, caplog):
    answer = gone.get(path)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert not TELLING.search(text), text
    assert "系统暂时不可用" in text
    assert "STORE-002" in caplog.text


def test_nothing_of_the_installation_is_told_when_somebody_signs_in_meanwhile(gone):
    gone.client.delete_cookie("youju_session")
    gone.get("/sign-in")
    answer = gone.post("/sign-in", {"name": "librarian", "password": PASSWORD})
    assert answer.status_code == 503
    assert not TELLING.search(answer.get_data(as_text=True))
    assert "系统暂时不可用" in answer.get_data(as_text=True)


@pytest.mark.parametrize("problem", [BUSY.at(), FULL.at(), UNREACHABLE.at(url="x", reason="y")])
def test_the_status_says_come_again_when_the_storage_cannot_serve(problem):
    assert status_of(EngineError(problem)) == 503
