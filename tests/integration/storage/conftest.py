"""The library that storage is tried on."""

from __future__ import annotations

import pytest

from tests.support.library import open_library


@pytest.fixture
def library(database):
    """A database that holds the library's tables, on SQLite and on PostgreSQL."""
    return open_library(database)
