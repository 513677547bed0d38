"""The authority by which an installation signs PDFs: a certificate of its own making, and one that it vouches for.

It is nobody's but the installation's: no licensed authority knows it, and what it signs proves that a content has not
changed since, not who somebody is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from engine.kernel.problems import EngineError
from engine.sealing import problems

SECRET: Final = "signing_authority"  # noqa: S105 - the name of a secret
BITS: Final = 3072
AUTHORITY_LIFE: Final = timedelta(days=7_300)
LIFE: Final = timedelta(days=1_095)
EARLY: Final = timedelta(days=60)
_SKEW: Final = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """An authority, and the certificate with its key by which is signed."""

    root: x509.Certificate
    root_key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def root_pem(self) -> bytes:
        """The authority's certificate, for whoever verifies."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    @property
    def serial(self) -> str:
        """The number of the certificate by which is signed."""
        return f"{self.certificate.serial_number:x}"

    def fingerprint(self) -> str:
        """Return the SHA-256 of the authority's certificate."""
        return self.root.fingerprint(hashes.SHA256()).hex()

    def lasts(self, now: datetime) -> bool:
        """Tell whether the certificate by which is signed is good for a while still."""
        return self.certificate.not_valid_before_utc <= now < self.certificate.not_valid_after_utc - EARLY

    def written(self) -> str:
        """Return all of it as it is kept among the secrets."""
        return json.dumps(
            {
                "root": self.root_pem.decode(),
                "root_key": _pem(self.root_key),
                "certificate": self.certificate.public_bytes(serialization.Encoding.PEM).decode(),
                "key": _pem(self.key),
            }
        )


def read_authority(written: str) -> Authority:
    """Return what ``written`` gave; EngineError (SEAL-002) where that is damaged."""
    try:
        kept = json.loads(written)
        root, certificate = (x509.load_pem_x509_certificate(kept[name].encode()) for name in ("root", "certificate"))
        root_key, key = (serialization.load_pem_private_key(kept[name].encode(), None) for name in ("root_key", "key"))
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(problems.BAD_AUTHORITY.at(name=SECRET)) from error
    if not isinstance(root_key, rsa.RSAPrivateKey) or not isinstance(key, rsa.RSAPrivateKey):
        raise EngineError(problems.BAD_AUTHORITY.at(name=SECRET))
    return Authority(root, root_key, certificate, key)


def new_authority(now: datetime, mark: str) -> Authority:
    """Make an authority; ``mark`` tells it from those of other installations."""
    root_key = rsa.generate_private_key(65537, BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Youju"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Self-issued, not a licensed authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Youju signing authority {mark}"),
        ]
    )
    root = (
        _begun(name, name, root_key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return _with_certificate(root, root_key, now, mark)


def renewed(authority: Authority, now: datetime, mark: str) -> Authority:
    """Return the same authority with a new certificate by which is signed."""
    return _with_certificate(authority.root, authority.root_key, now, mark)


def _with_certificate(root: x509.Certificate, root_key: rsa.RSAPrivateKey, now: datetime, mark: str) -> Authority:
    key = rsa.generate_private_key(65537, BITS)
    own = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Youju"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Youju signer {mark}"),
        ]
    )
    certificate = (
        _begun(own, root.subject, key.public_key(), now, LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return Authority(root, root_key, certificate, key)


def _usage(**used: bool) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: used.get(name, False) for name in every})


def _begun(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + life)
    )


def _pem(key: rsa.RSAPrivateKey) -> str:
    """Return a key as text; whoever keeps it seals it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
