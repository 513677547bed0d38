"""What other programs say of signed documents: pdfsig (poppler) and openssl, which know nothing of ours."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from engine.connectors.outside import Outside
from engine.connectors.secrets import PREFIX, Secrets
from engine.kernel.clocks import datetime_of
from engine.sealing.authority import SECRET, new_authority
from tests.support.library import NOON
from tests.support.signing import Contracts, byte_range
from tests.support.sites import Site

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Judges:
    """Two programs, and the authority's certificate that openssl is to trust."""

    folder: Path
    authority: Path

    def pdfsig(self, content: bytes) -> str:
        """Return what pdfsig says of a PDF."""
        file = self.folder / "judged.pdf"
        file.write_bytes(content)
        done = subprocess.run(["pdfsig", str(file)], capture_output=True, check=False)  # noqa: S607
        return (done.stdout + done.stderr).decode(errors="replace")

    def finds_valid(self, content: bytes) -> bool:
        """Tell whether pdfsig finds one signature, valid, over the whole document."""
        said = self.pdfsig(content)
        whole = "Total document signed" in said and "Not total document signed" not in said
        return said.count("Signature #") == 1 and "Signature is Valid." in said and whole

    def openssl(self, covered: bytes, signature: bytes) -> str:
        """Return what openssl says of a signature over these bytes; the authority alone is trusted."""
        data, der = self.folder / "covered", self.folder / "signature.der"
        data.write_bytes(covered)
        der.write_bytes(signature)
        asked = ["openssl", "cms", "-verify", "-inform", "DER", "-in", str(der), "-binary", "-content", str(data)]
        asked += ["-CAfile", str(self.authority), "-out", "/dev/null"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stderr

    def openssl_of(self, content: bytes) -> str:
        """Return what openssl says of the signature of a PDF over its byte range."""
        return self.openssl(*byte_range(content))


@pytest.fixture(scope="session")
def authority():
    return new_authority(datetime_of(NOON), "test")


@pytest.fixture
def judges(tmp_path, authority):
    certificate = tmp_path / "authority.pem"
    certificate.write_bytes(authority.root_pem)
    return Judges(tmp_path, certificate)


@pytest.fixture
def firm(database, authority):
    secrets = Secrets(environment={f"{PREFIX}{SECRET.upper()}": authority.written()})
    return Contracts.on(Site(database, outside=Outside(secrets=secrets)))
