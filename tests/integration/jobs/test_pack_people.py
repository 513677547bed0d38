"""The people of a pack are complete however often making them was begun."""

from __future__ import annotations

import secrets

import pytest

from engine.forms.field_types import BUILT_IN
from engine.kernel.clocks import Clocks
from engine.packs.people import add_people
from engine.runtime.services import assemble
from engine.storage.database import open_database
from engine.storage.migrations import migrate

USERS = (
    {"name": "anna", "display_name": "安娜", "roles": ["librarian", "reader"], "admin": True},
    {"name": "john", "display_name": "约翰", "roles": ["reader"], "manager": "anna"},
)


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture
def directory(sqlite_url):
    database = open_database(sqlite_url)
    migrate(database)
    yield assemble(database, Clocks(), secrets.token_bytes, BUILT_IN).directory
    database.close()


def roles(directory, people):
    return {name: {role for _, role in directory.viewer(id).roles} for name, id in people.items()}


@pytest.mark.parametrize("last", [0, 1, 2, 3])
def test_people_have_all_their_roles_when_making_them_was_cut_short(directory, monkeypatch, last):
    grant, left = directory.grant, iter(range(last))

    def killed(*words):
        if next(left, None) is None:
            raise KilledError
        grant(*words)

    with monkeypatch.context() as patched:
        patched.setattr(directory, "grant", killed)
        with pytest.raises(KilledError):
            add_people(directory, "library", USERS)
    people = add_people(directory, "library", USERS)
    assert roles(directory, people) == {"anna": {"librarian", "reader", "admin"}, "john": {"reader"}}
    assert len(directory.everybody()) == 2
