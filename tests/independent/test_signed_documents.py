"""A signed document validates with programs that are not ours; with a changed byte it does not."""

from __future__ import annotations

import random
import re

import pytest

from engine.kernel.clocks import datetime_of
from engine.sealing.authority import new_authority
from engine.sealing.pades import with_pages
from tests.support.library import NOON
from tests.support.signing import byte_range

ANY = 40
"""How many bytes are changed, one at a time, anywhere in what is signed."""


@pytest.mark.covers("S3-35")
def test_what_was_signed_validates_with_other_programs(firm, judges):
    _, view = firm.signed()
    for file in (view.signed_file, view.report_file):
        content = firm.content(file)
        said = judges.pdfsig(content)
        assert judges.finds_valid(content), said
        assert "ETSI.CAdES.detached" in said
        assert "SHA-256" in said
        assert "Certificate issuer isn't Trusted" in said, "it is our own authority, and pdfsig says so"
        assert "CMS Verification successful" in judges.openssl_of(content)


def test_another_authority_of_the_same_name_is_not_believed(firm, judges):
    _, view = firm.signed()
    judges.authority.write_bytes(new_authority(datetime_of(NOON), "test").root_pem)
    assert "Verification failure" in judges.openssl_of(firm.content(view.signed_file))


def test_a_changed_byte_is_found_wherever_it_is(firm, judges):
    _, view = firm.signed()
    content = firm.content(view.signed_file)
    found = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", content)[-1]
    first, size, second, rest = map(int, found)
    assert (first, second + rest) == (0, len(content)), "but for the signature itself, all of it is covered"
    covered, signature = byte_range(content)
    assert "successful" in judges.openssl(covered, signature)
    chance = random.Random(7)  # noqa: S311 - repeatable on purpose
    places = {0, size - 1, size, len(covered) - 1, *(chance.randrange(len(covered)) for _ in range(ANY))}
    for place in sorted(places):
        at, bit = place if place < size else second + place - size, 1 << chance.randrange(8)
        changed = bytearray(content)
        changed[at] ^= bit
        assert not judges.finds_valid(bytes(changed)), at
        bare = bytearray(covered)
        bare[place] ^= bit
        assert "successful" not in judges.openssl(bytes(bare), signature), at


def test_a_changed_signature_is_found(firm, judges):
    _, view = firm.signed()
    covered, signature = byte_range(firm.content(view.signed_file))
    end = len(signature.rstrip(b"\0"))
    for place in range(end - 384, end, 48):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert "successful" not in judges.openssl(covered, bytes(changed)), place


def test_what_is_added_behind_a_signed_document_or_cut_off_is_found(firm, judges):
    _, view = firm.signed()
    content = firm.content(view.signed_file)
    assert not judges.finds_valid(with_pages(content, content))
    assert not judges.finds_valid(content[:-100])
    assert judges.finds_valid(content)
    assert not judges.finds_valid(firm.content(view.file)), "the document as it was sent has no signature"
