"""Identifiers: UUIDv7 by moment and chance, and ids that follow from a command."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.identifiers import derived_id, is_uuid, uuid7

moments = st.integers(0, 2**48 - 1)


@given(moments, st.binary(min_size=10, max_size=32))
def test_an_id_is_a_uuid_of_version_7_when_it_is_made(moment, random):
    made = UUID(uuid7(moment, random))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == moment


def test_ids_are_as_random_as_their_bytes_when_the_moment_is_the_same():
    made = {uuid7(5, bytes([n]) * 10) for n in range(256)}
    assert len(made) > 60, "only version and variant are fixed"


def test_ids_sort_by_moment_when_they_are_compared_as_text():
    listed = [uuid7(moment, b"\xff" * 10) for moment in range(0, 10**13, 10**11)]
    assert listed == sorted(listed)


def test_a_derived_id_is_the_same_when_command_moment_and_ordinal_are():
    assert derived_id("c", 5, 1) == derived_id("c", 5, 1)
    others = {
        derived_id("c", 5, 2),
        derived_id("d", 5, 1),
        derived_id("c", 6, 1),
        derived_id("c1", 5, 1),
        derived_id("c", 51, 1),
    }
    assert len(others | {derived_id("c", 5, 1)}) == 6


@pytest.mark.parametrize("text", [uuid7(0, b"0123456789"), "00000000-0000-0000-0000-000000000000"])
def test_a_text_is_an_id_when_it_is_canonical(text):
    assert is_uuid(text)


@pytest.mark.parametrize(
    "other",
    ["", "me", None, 7, True, ["0192f0c1-2b3c-7d4e-8f50-617283940516"], b"0192f0c1-2b3c-7d4e-8f50-617283940516",
     "0192F0C1-2b3c-7d4e-8f50-617283940516", "{0192f0c1-2b3c-7d4e-8f50-617283940516}",
     "0192f0c12b3c7d4e8f50617283940516",
     "urn:uuid:0192f0c1-2b3c-7d4e-8f50-617283940516", " 0192f0c1-2b3c-7d4e-8f50-617283940516",
     "0192f0c1-2b3c-7d4e-8f50-61728394051６", "0192f0c1-2b3c-7d4e-8f50-617283940516\n", "\ud800"],
)  # fmt: skip
def test_a_text_is_no_id_when_it_has_any_other_form(other):
    assert not is_uuid(other)
