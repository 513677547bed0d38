"""A firm whose deals are approved, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.support.approving import begin
from tests.support.sites import Site


@pytest.fixture
def site(database):
    """An empty instance."""
    return Site(database)


@pytest.fixture
def crm(site):
    """Return what publishes the firm's app with these approvals."""
    return lambda *approvals, **more: begin(site, *approvals, **more)
