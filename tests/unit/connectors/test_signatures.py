"""Signatures of deliveries: the vectors of RFC 4231, and what senders do with them."""

from __future__ import annotations

import base64

import pytest

from engine.catalog.connectors.intakes import SignatureDef
from engine.connectors.signatures import is_signed, sent_at, signed_content

VECTORS = [
    ("\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    ("Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
]
"""Cases 1 and 2 of RFC 4231; the keys of the others are no text."""

KEY, CONTENT, HEX = VECTORS[1]
BASE64 = base64.b64encode(bytes.fromhex(HEX)).decode()


def signature(**stated: object) -> SignatureDef:
    return SignatureDef(**{"header": "X-Signature", "secret": "erp", "content": "{body}", **stated})  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "content", "expected"), VECTORS)
def test_a_signature_is_that_of_the_standard(key: str, content: bytes, expected: str) -> None:
    assert is_signed(signature(), {"x-signature": expected}, content, key)
    assert is_signed(signature(), {"x-signature": expected.upper()}, content, key)


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ({"prefix": "sha256="}, f"sha256={HEX}"),
        ({"encoding": "base64"}, BASE64),
        ({"encoding": "base64", "prefix": "v1,"}, f"v1,{'A' * 44} v1,{BASE64}"),
        ({}, f"  {HEX} "),
    ],
)
def test_a_signature_is_found_as_senders_write_it(stated: dict[str, str], written: str) -> None:
    assert is_signed(signature(**stated), {"x-signature": written}, CONTENT, KEY)


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ({}, ""),
        ({}, HEX[:-1]),
        ({}, HEX[:-1] + ("0" if HEX[-1] != "0" else "1")),
        ({}, f"sha256={HEX}"),
        ({"prefix": "sha256="}, HEX),
        ({"prefix": "sha256="}, f"SHA256={HEX}"),
        ({"encoding": "base64"}, HEX),
        ({"encoding": "base64"}, BASE64.swapcase()),
        ({}, "é" * 64),
        ({}, "x" * 10_000 + f" {HEX}"),
    ],
)
def test_what_is_no_signature_is_none(stated: dict[str, str], written: str) -> None:
    assert not is_signed(signature(**stated), {"x-signature": written}, CONTENT, KEY)


def test_nothing_is_signed_when_there_is_no_header() -> None:
    assert not is_signed(signature(), {}, CONTENT, KEY)


def test_another_secret_or_another_body_has_another_signature() -> None:
    assert not is_signed(signature(), {"x-signature": HEX}, CONTENT, "Jeff")
    assert not is_signed(signature(), {"x-signature": HEX}, CONTENT + b" ", KEY)


def test_what_is_signed_is_put_together_once() -> None:
    """A body that holds places is no template: nobody moves what is signed into what is not."""
    stated = signature(content="v0:{id}:{timestamp}:{body}", timestamp="X-Time")
    made = signed_content(stated, {"x-time": "5", "x-id": "{body}"}, b"{timestamp}{id}", "X-Id")
    assert made == b"v0:{body}:5:{timestamp}{id}"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("1700000000", 1_700_000_000_000),
        ("1700000000123", 1_700_000_000_123),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000),
        ("2023-11-15T06:13:20+08:00", 1_700_000_000_000),
        ("2023-11-14T22:13:20", None),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1" * 30, None),
        ("١٧٠٠٠٠٠٠٠٠", None),
    ],
)
def test_the_moment_of_sending_is_read_in_the_ways_that_are_known(written: str, moment: int | None) -> None:
    assert sent_at(signature(timestamp="X-Time"), {"x-time": written}) == moment
