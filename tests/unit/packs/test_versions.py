"""Ranges of versions: what a pack needs is there in a version that fits, or it is not."""

from __future__ import annotations

import pytest

from engine.catalog.versions import fits, version


@pytest.mark.parametrize(
    ("written", "wanted", "holds"),
    [
        ("0.1.0", "", True),
        ("0.1.0", ">=0.1.0", True),
        ("0.0.9", ">=0.1.0", False),
        ("0.10.0", ">=0.9.0", True),
        ("1.0.0", ">=0.1.0 <1.0.0", False),
        ("0.99.99", ">=0.1.0 <1.0.0", True),
        ("1.2.3", "=1.2.3", True),
        ("1.2.4", "=1.2.3", False),
        ("1.2.3", "<=1.2.3 >1.2.2", True),
        (None, ">=9.0.0", True),
    ],
)
def test_a_version_fits_when_it_lies_in_every_bound(written, wanted, holds):
    assert fits(written, wanted) is holds


def test_versions_compare_as_numbers_when_they_are_read():
    assert version("0.10.0") > version("0.9.12")
