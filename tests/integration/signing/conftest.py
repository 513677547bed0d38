"""A firm whose contracts are signed, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from engine.connectors.outside import Outside
from engine.connectors.secrets import PREFIX, Secrets
from engine.kernel.clocks import datetime_of
from engine.sealing.authority import SECRET, new_authority
from tests.support.library import NOON
from tests.support.signing import Contracts
from tests.support.sites import Site


@pytest.fixture(scope="session")
def authority():
    """An authority that vouches for what all of these tests sign: its keys take a second to make."""
    return new_authority(datetime_of(NOON), "test")


@pytest.fixture
def site(database, authority):
    """An empty instance."""
    secrets = Secrets(environment={f"{PREFIX}{SECRET.upper()}": authority.written()})
    return Site(database, outside=Outside(secrets=secrets))


@pytest.fixture
def firm(site):
    """The firm's app, with two signers: the customer, then the owner."""
    return Contracts.on(site)
