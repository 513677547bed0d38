"""An empty instance on SQLite and on PostgreSQL, both clocks in the test's hand."""

from __future__ import annotations

import pytest

from tests.support.sites import Site


@pytest.fixture
def site(database):
    """An empty instance."""
    return Site(database)
