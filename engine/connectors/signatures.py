"""Who sent a delivery, and when: HMAC-SHA-256 over what was said to be signed. Nothing here knows who may send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from engine.catalog.connectors.intakes import SignatureDef
from engine.kernel.clocks import Moment, moment_number

LONGEST_HEADER = 2_000
MILLISECONDS_FROM = 100_000_000_000
"""A number of a timestamp from here on counts milliseconds: as seconds it would lie in the year 5138."""

_PLACE = re.compile(rb"\{(body|timestamp|id)\}")
_DIGITS = re.compile(r"\d{1,15}", re.ASCII)


def signed_content(
    signature: SignatureDef, headers: Mapping[str, str], body: bytes, id_header: str | None = None
) -> bytes:
    """Return what a sender has signed; what a header does not say is empty. Names of headers are in small letters."""
    said = {
        b"body": body,
        b"timestamp": _said(headers, signature.timestamp).encode(),
        b"id": _said(headers, id_header).encode(),
    }
    return _PLACE.sub(lambda place: said[place[1]], signature.content.encode())


def is_signed(signature: SignatureDef, headers: Mapping[str, str], content: bytes, secret: str) -> bool:
    """Tell whether one of the signatures in the header is that of the content; it takes as long whether or not."""
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    encoded = digest.hex() if signature.encoding == "hex" else base64.b64encode(digest).decode()
    wanted = f"{signature.prefix}{encoded}".encode()
    given = _said(headers, signature.header)[:LONGEST_HEADER].split()
    fits = False
    for one in given or [""]:
        written = one.encode()
        if signature.encoding == "hex":
            written = one[: len(signature.prefix)].encode() + one[len(signature.prefix) :].lower().encode()
        fits = hmac.compare_digest(wanted, written) or fits
    return fits


def sent_at(signature: SignatureDef, headers: Mapping[str, str]) -> Moment | None:
    """Return when a delivery says that it was sent; None where it does not say so in a way that is known."""
    written = _said(headers, signature.timestamp)
    if _DIGITS.fullmatch(written):
        number = int(written)
        return number if number >= MILLISECONDS_FROM else number * 1_000
    try:
        found = datetime.fromisoformat(written)
        return None if found.tzinfo is None else moment_number(found)
    except (ValueError, OverflowError):
        return None


def _said(headers: Mapping[str, str], name: str | None) -> str:
    return "" if name is None else headers.get(name.lower(), "").strip()
