"""A library on SQLite behind the web, and the people who use it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.boot import Instance, open_instance
from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.settings import read_settings
from tests.integration.web.deals import Deals
from tests.support.contracts import Contract
from tests.support.homes import furnished
from web.app import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PASSWORD = "correct horse"
LIBRARY = Path(__file__).parents[2] / "apps" / "library"
CSRF = re.compile(r'name="_csrf" value="([0-9a-f]+)"')


@dataclass
class Visitor:
    """A browser without scripts: it keeps cookies and sends the CSRF token of the page that it saw last."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        return self._seen(self.client.get(path, **more))

    def post(self, path: str, data: Any = (), **more: Any) -> TestResponse:
        pairs = list(data.items()) if isinstance(data, dict) else list(data)
        body = {"_csrf": self.token}
        for name, value in pairs:
            body.setdefault(name, []).append(value) if name in body else body.update({name: [value]})
        return self._seen(self.client.post(path, data=body, **more))

    def _seen(self, response: TestResponse) -> TestResponse:
        found = CSRF.search(response.get_data(as_text=True)) if response.mimetype == "text/html" else None
        self.token = found.group(1) if found else self.token
        return response

    def sign_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        self.get("/sign-in")
        return self.post("/sign-in", {"name": name, "password": password})


@pytest.fixture(scope="session")
def library_home(run_folder):
    """The home of an installation of the library with its people and an administrator, to be copied."""
    return furnished(run_folder, "library", _with_library)


def _with_library(home: Path) -> None:
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}))
    pack = read_pack(LIBRARY)
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    opened.directory.add_user("root", "Root", PASSWORD)
    opened.directory.grant("root", *ADMIN_ROLE)
    opened.close()


@pytest.fixture(scope="module")
def instance(library_home, tmp_path_factory):
    """A library that the tests of one module share; each makes its own books."""
    home = shutil.copytree(library_home, tmp_path_factory.mktemp("library") / "home")
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(instance: Instance):
    return create_app(instance)


@pytest.fixture
def visitor(app):
    return Visitor(app.test_client())


@pytest.fixture(scope="module")
def deals(instance: Instance):
    """The app about deals, beside the library."""
    return Deals.on(instance, PASSWORD)


@pytest.fixture(scope="module")
def sessions(instance: Instance):
    """One session a person: checking a password is slow on purpose."""
    return cache(lambda name: instance.directory.sign_in(name, PASSWORD))


@pytest.fixture
def signed_in(app, sessions):
    def somebody(name: str) -> Visitor:
        someone = Visitor(app.test_client())
        someone.client.set_cookie("youju_session", sessions(name))
        someone.get("/me")
        return someone

    return somebody


@pytest.fixture
def librarian(signed_in):
    return signed_in("librarian")


@pytest.fixture
def reader(signed_in):
    return signed_in("reader")


@dataclass
class Api:
    """A caller of the API with a token; whatever it sends and is answered has to be as the API describes itself."""

    client: FlaskClient
    token: str | None
    known: Contract | None = None

    @property
    def contract(self) -> Contract:
        """The API's own description, as this caller sees it."""
        if self.known is None:
            self.known = Contract(self._send("GET", "/openapi.json", None, {}).get_json())
        return self.known

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        contract = self.contract if self.known or self.token not in (None, "wrong") else None
        answer = self._send(method, path, json, sent)
        if contract is not None:
            contract.check(method, path, json, answer)
        return answer

    def _send(self, method: str, path: str, json: Any, headers: dict[str, str]) -> TestResponse:
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

    def make(self, form: str, **fields: Any) -> Any:
        answer = self("POST", f"/library/{form}", {"fields": fields})
        assert answer.status_code == 201, answer.get_json(force=True)
        return answer.get_json()


@pytest.fixture
def api(app, instance):
    return Api(app.test_client(), instance.directory.issue_token("librarian", "test"))


@pytest.fixture
def reader_api(app, instance):
    return Api(app.test_client(), instance.directory.issue_token("reader", "test"))


@pytest.fixture
def admin_api(app, instance):
    """An administrator of the installation, without a role in the library."""
    return Api(app.test_client(), instance.directory.issue_token("root", "test"))


@pytest.fixture
def api_of(app, instance, deals):
    """Return a caller of the API by the name of one of the people of the deals."""
    return lambda name: Api(app.test_client(), instance.directory.issue_token(name, "test"))


@pytest.fixture
def root(signed_in):
    return signed_in("root")


@pytest.fixture
def work(instance: Instance):
    """Do what a jobs process would do by now."""
    return instance.jobs().run_until_quiet


@pytest.fixture
def isbn():
    """Return a number that no other book of the run has."""
    return _Numbers()


class _Numbers:
    count = 0

    def __call__(self) -> str:
        type(self).count += 1
        return f"978-{self.count:09d}"


@pytest.fixture
def book(api, isbn):
    def make(**fields):
        return api.make("book", **{"title": "活着", "isbn": isbn(), **fields})

    return make


@pytest.fixture
def loan(api, book, isbn):
    def make(**fields):
        member = api.make("member", name="李雷", card_no=isbn())
        return api.make("loan", book=book()["id"], member=member["id"], **fields)

    return make
