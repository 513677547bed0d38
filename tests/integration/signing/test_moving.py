"""Envelopes move with their app, and go with the records that they are about."""

from __future__ import annotations

import copy
import random

import pytest

from engine.connectors.outside import Outside
from engine.jobs.delivering import Delivery
from engine.jobs.housekeeping import Housekeeping
from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError
from engine.runtime.activating import set_active
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.signing.sending import Named, Wanted
from engine.storage import outbox
from engine.storage.audit import verify
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.integration.signing.test_rules import SEND
from tests.support.apps import app, form
from tests.support.apps import field as form_field
from tests.support.moving import tables_of, take, write
from tests.support.signing import CUSTOMER, KEY, PLACE, ROLES, Contracts
from tests.support.sites import Site

WANG = Named("王主任")
OTHER = form("other", form_field("name"))


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
    set_active(elsewhere.services.execution, "ge", active=True)
    elsewhere.services.directory.grant("ge", KEY, "staff")
    ge, envelopes = elsewhere.services.directory.viewer(firm.site.people["ge"]), elsewhere.services.envelopes
    link = envelopes.link(ge, waiting.id, 1)
    assert (link.path, link.signer) == (None, "王主任"), "it cannot be worked out here, but replaced"
    envelopes.renew(ge, waiting.id, 1, link.issue)
    new = str(envelopes.link(ge, waiting.id, 1).path).removeprefix("/sign/")
    assert moved.open(new).signer == "王主任"
    with pytest.raises(EngineError):
        moved.open(token)


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


def without(firm, *, field=False):
    """Publish the app without the form, or without the field of what was signed; without documents in both cases."""
    kept = {path: copy.deepcopy(one) for path, one in firm.documents.items() if one["kind"] not in ("document", "rule")}
    [form_path] = [path for path in kept if path.startswith("forms/")]
    if field:
        kept[form_path]["fields"] = [one for one in kept[form_path]["fields"] if one["key"] != "papers"]
    else:
        kept.pop(form_path)
        kept["forms/other.json"] = OTHER
    [roles] = [one for one in kept.values() if one["kind"] == "roles"]
    for one in roles["roles"]:
        one["access"] = [] if not field or one["key"] == "blind" else one["access"]
    firm.site.publish(kept)


def test_messages_of_a_retired_form_wait_until_it_is_back(firm):
    site, record = firm.site, firm.record()
    view = site.services.envelopes.send(site.viewer("ge"), (KEY, "deal", record.id), "contract", Wanted((WANG,)))
    without(firm)
    firm.work()
    site.publish(firm.documents)
    firm.work()
    assert firm.look(view).signers[0].told_by is None
    site.real.moment += 3_600_000
    firm.work()
    assert firm.look(view).signers[0].told_by == "nobody"
    site.business.moment += 7 * DAY_MS
    without(firm)
    firm.work()
    site.publish(firm.documents)
    site.real.moment += 3_600_000
    firm.work()
    assert firm.look(view).acts[-1].act == "expire"


def test_what_a_rule_sends_of_a_retired_form_waits_until_it_is_back(site):
    firm = Contracts.on(site, SEND, signers=[CUSTOMER])
    record = firm.record()
    ge = site.viewer("ge")
    site.services.records.update(ge, KEY, "deal", record.id, {"name": "改名"}, version=record.version)
    while not site.query("SELECT id FROM youju_outbox WHERE kind = 'signing'"):
        deliver_one(site)
    without(firm)
    firm.work()
    site.publish(firm.documents)
    site.real.moment += 3_600_000
    firm.work()
    [view] = site.services.envelopes.of_record(ge, KEY, "deal", record.id)
    assert view.title == "合同 改名.pdf"


def deliver_one(site):
    """Deliver the message that is due first."""
    execution = site.services.execution
    with site.database.write() as connection:
        [message] = outbox.claim(connection, business_now=site.business(), real_now=site.real(), limit=1)
    assert Delivery(execution).deliver(message)


def test_what_was_signed_outlives_the_field_that_took_it(firm):
    site = firm.site
    site.person("root")
    site.services.directory.grant("root", *ADMIN_ROLE)
    _, view = firm.signed()
    waiting = firm.send(firm.record(), WANG)
    token, visit = firm.enter(waiting)
    without(firm, field=True)
    site.business.moment += 30 * DAY_MS
    firm.work()
    purge(site)
    site.business.moment += 30 * DAY_MS
    while Housekeeping(site.services.execution).do():
        pass
    done = firm.look(view)
    for file in (done.file, done.signed_file, done.report_file):
        assert firm.content(file)
    held = {row[0] for row in site.query("SELECT file FROM youju_file_use")}
    assert held == {row[0] for row in site.query("SELECT id FROM youju_file")}
    assert (token, visit) != (None, None)
