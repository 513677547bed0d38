"""What only this installation can work out: links and codes of signers, and the authority by which is signed.

Links and codes follow from a key among the secrets. So the database has nothing but digests of them, a message that is
delivered again brings the same link, and whoever has the database alone can make neither.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from engine.connectors.secrets import Secrets
from engine.kernel.clocks import Moment, datetime_of
from engine.kernel.identifiers import RandomBytes
from engine.sealing.authority import SECRET, Authority, new_authority, read_authority, renewed

KEY: Final = "signing_key"
_TOKEN_BYTES: Final = 20
_ID_BYTES: Final = 16
_TOKEN_TEXT: Final = (_TOKEN_BYTES + _ID_BYTES) * 4 // 3


def digest_of(given: str) -> str:
    """Return the digest by which a link, or a browser's visit, is kept."""
    return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()


def envelope_in(token: str) -> str | None:
    """Return which envelope a link leads to, by what stands at its beginning; None where it is no link."""
    if len(token) != _TOKEN_TEXT or not token.isascii():
        return None
    try:
        read = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return str(UUID(bytes=read[:_ID_BYTES]))


@dataclass(frozen=True)
class Keyring:
    """What an installation works out of its secrets."""

    secrets: Secrets
    randomness: RandomBytes

    def token(self, envelope: str, signer: int, issue: int) -> str:
        """Return what stands in a signer's link: 160 bits that nobody guesses, behind the envelope's id."""
        mac = self._mac(f"link/{envelope}/{signer}/{issue}")[:_TOKEN_BYTES]
        return base64.urlsafe_b64encode(UUID(envelope).bytes + mac).decode()

    def code(self, envelope: str, signer: int, issue: int, number: int) -> str:
        """Return the six digits of a signer's code of that number."""
        mac = self._mac(f"code/{envelope}/{signer}/{issue}/{number}")
        return f"{int.from_bytes(mac[:16], 'big') % 1_000_000:06d}"

    def code_digest(self, envelope: str, signer: int, code: str) -> str:
        """Return the digest by which a code is kept: keyed, since a million of them are tried in a moment."""
        return self._mac(f"try/{envelope}/{signer}/{code}").hex()

    def authority(self, now: Moment) -> Authority:
        """Return the authority, made when it is needed for the first time; its certificate renewed before it ends."""
        at, mark = datetime_of(now), self.randomness(4).hex()
        found = read_authority(self.secrets.own(SECRET, lambda: new_authority(at, mark).written()))
        if found.lasts(at):
            return found
        after = renewed(found, at, mark)
        self.secrets.keep(SECRET, after.written())
        return after

    def _mac(self, said: str) -> bytes:
        key = self.secrets.own(KEY, lambda: self.randomness(32).hex())
        return hmac.digest(bytes.fromhex(key), said.encode(), "sha256")
