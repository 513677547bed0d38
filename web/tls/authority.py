"""The certificate authority of one installation, for phones on its own network; nothing else can be signed by it."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY_LIFE: Final = timedelta(days=3_650)
LIFE: Final = timedelta(days=365)
"""Phones take no certificate of a server that is good for much longer than a year."""

EARLY: Final = timedelta(days=30)
_SKEW: Final = timedelta(days=1)
_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
_LOCAL: Final = ("local", "localhost")
"""The last parts of names that the authority may vouch for, whatever the machine is called one day."""

_SIGNS: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Certificates:
    """Where the files lie: the authority's certificate, for phones to trust, and the server's own with its key."""

    authority: Path
    server: Path
    key: Path


def own_names() -> tuple[str, ...]:
    """Return the names and addresses by which this machine is reached from its own network, the likeliest first."""
    host = socket.gethostname().partition(".")[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: this only asks which way it would go
            outward = [probe.getsockname()[0]]
        except OSError:
            outward = []
    networks = [ipaddress.ip_network(text) for text in _PRIVATE]
    private = [name for name in outward if any(ipaddress.ip_address(name) in network for network in networks)]
    return tuple(dict.fromkeys((*private, f"{host}.local", "localhost", "127.0.0.1")))


def certificates(folder: Path, names: Sequence[str], now: datetime | None = None) -> Certificates:
    """Return certificates for these names, made where there are none, they end soon or others were asked for."""
    moment = now or datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = Certificates(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority_key = folder / "authority.key"
    if not (found.authority.exists() and authority_key.exists() and _lasts(found.authority, moment)):
        _new_authority(found.authority, authority_key, moment)
        found.server.unlink(missing_ok=True)
    wanted = [name for name in names if _may_be_signed(name)]
    if not (found.server.exists() and _lasts(found.server, moment) and _names(found.server) == set(wanted)):
        _new_server(found, authority_key, wanted, moment)
    return found


def _may_be_signed(name: str) -> bool:
    """Tell whether the authority may vouch for a name: an address of a private network, or one of this network."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name.rpartition(".")[2] in _LOCAL
    return any(address in ipaddress.ip_network(text) for text in _PRIVATE)


def _lasts(path: Path, moment: datetime) -> bool:
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc > moment + EARLY


def _names(path: Path) -> set[str]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in listed}


def _new_authority(path: Path, key_path: Path, moment: datetime) -> None:
    """Make an authority whose certificates phones take for the names of a private network alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Youju {socket.gethostname().partition('.')[0]}"[:64])])
    allowed: list[x509.GeneralName] = [x509.DNSName(text) for text in _LOCAL]
    allowed += [x509.IPAddress(ipaddress.ip_network(text)) for text in _PRIVATE]
    certificate = (
        _begun(name, name, key.public_key(), moment, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS, critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _new_server(found: Certificates, authority_key: Path, names: Iterable[str], moment: datetime) -> None:
    authority = x509.load_pem_x509_certificate(found.authority.read_bytes())
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(str(authority_key))
    key = ec.generate_private_key(ec.SECP256R1())
    listed = [_general(name) for name in names]
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Youju")])
    certificate = (
        _begun(own, authority.subject, key.public_key(), moment, LIFE)
        .add_extension(x509.SubjectAlternativeName(listed), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(found.key, key)
    found.server.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, moment: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - _SKEW)
        .not_valid_after(moment + life)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a key that only its owner can read, from its first byte on."""
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
