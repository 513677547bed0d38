"""Envelopes move with their app, and go with the records that they are about."""

from __future__ import annotations

import random

import pytest

from engine.connectors.outside import Outside
from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.signing.sending import Named
from engine.storage.audit import verify
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.support.apps import app, form
from tests.support.apps import field as form_field
from tests.support.moving import tables_of, take, write
from tests.support.signing import KEY, PLACE, ROLES, Contracts
from tests.support.sites import Site

WANG = Named("王主任")


@pytest.fixture
def elsewhere(tmp_path):
    """Another installation, with secrets of its own."""
    database = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(database)
    yield Site(database, chance=random.Random(5), outside=Outside())  # noqa: S311 - repeatable on purpose
    database.close()


def test_an_envelope_moves_with_its_chain_and_its_files(firm, elsewhere, tmp_path):
    _, done = firm.signed()
    waiting = firm.send(firm.record(), WANG)
    token = firm.token(waiting)
    firm.work()
    path = tmp_path / "crm.zip"
    write(firm.site.services.execution, path, KEY)
    take(elsewhere.services.execution, path)
    moved = Contracts(elsewhere)
    there, here = tables_of(elsewhere.database), tables_of(firm.site.database)
    for table in ("youju_envelope", "youju_envelope_act"):
        assert there[table] == here[table]
    with elsewhere.database.read() as connection:
        tables = elsewhere.services.execution.catalogs.current(connection).tables
    assert verify(elsewhere.database, tables, b"k" * 32, tmp_path / "head").findings == ()
    kept, original = elsewhere.services.execution.contents.kept, firm.site.services.execution.contents.kept
    assert original.keys() <= kept.keys()
    assert moved.open(token).signer == "王主任", "the link was the signer's, and so it stays"
    assert done.intact


def test_a_purge_of_the_form_takes_its_envelopes_along(firm):
    _, view = firm.signed()
    site = firm.site
    site.person("root")
    site.services.directory.grant("root", *ADMIN_ROLE)
    token = firm.token(firm.send(firm.record(), WANG))
    other = form("other", form_field("name"))
    site.publish(app(other, key=KEY, roles=[{**one, "access": []} for one in ROLES]))
    with pytest.raises(EngineError) as refused:
        site.services.links.look(token, PLACE, None)
    assert refused.value.problems[0].code == "SIGN-025"
    site.business.moment += 30 * DAY_MS
    firm.work()
    assert site.query("SELECT error FROM youju_outbox WHERE error IS NOT NULL") == []
    purge(site)
    assert (site.count("youju_envelope"), site.count("youju_envelope_act")) == (0, 0)
    assert view.id


def purge(site):
    doors, root = site.services.purging, site.viewer("root")
    [found] = doors.retired(root, KEY)
    kept = found.kept
    doors.purge(root, KEY, {found.name: (kept.records, kept.entries, kept.files)})
