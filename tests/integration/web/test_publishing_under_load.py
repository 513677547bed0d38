"""Publishing while two processes serve programs at half of what they can: nothing fails, nothing is lost or twice."""

from __future__ import annotations

import pytest

from tests.support.load import load
from tests.support.publishing_beside import missing, published_beside, served

PROGRAMS = 4
SECONDS = 5.0
SLOWEST = 20.0
"""Requests a second that there are at least: on a machine that is busy with other things it is more than half."""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_request_fails_and_no_write_is_lost_when_designs_are_published(database, tmp_path, request):
    url = None if database == "sqlite" else request.getfixturevalue("postgres_url")
    with served(tmp_path / "home", url) as site:
        full = [load(site.addresses, site.librarian, PROGRAMS, 2.0, None, name) for name in ("warm", "full")]
        seen, publisher = published_beside(site, max(full[1].rate / 2, SLOWEST), PROGRAMS, SECONDS)
        assert full[0].failures + full[1].failures + seen.failures + publisher.wrong == []
        assert missing(site, seen) == []
    assert len(publisher.took) == 5
    assert seen.accepted
    assert set(seen.retried) <= {409, 422}
    assert seen.retried[422], "the new required field was asked of nobody"
