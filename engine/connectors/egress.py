"""The egress guard: which addresses may be called. It resolves a host once and says where to connect to.

Nothing else may resolve the name again: between two look-ups a name can come to mean another machine.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from engine.connectors import problems
from engine.kernel.problems import EngineError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = {"https": 443, "http": 80}
SECURE = frozenset(("https", "smtps", "smtp"))
"""What goes over TLS from the first byte on, or before anything is said that matters (smtp: STARTTLS)."""

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: ``base`` is its path, without a slash at the end."""

    scheme: str
    host: str
    port: int
    base: str = ""

    @property
    def shown(self) -> str:
        """The host with its port, where that is not the usual one, as the header ``Host`` says it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS.get(self.scheme) else f"{name}:{self.port}"


def target_of(url: str) -> Target:
    """Return where a URL points; EngineError (CONN-002) where it is none, or names a user, a query or a fragment."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EngineError(problems.BAD_ADDRESS.at(address=_without_query(url))) from error
    host = (parts.hostname or "").lower()
    strange = parts.username is not None or parts.query or parts.fragment or not url.isascii()
    if parts.scheme not in PORTS or strange or not (_as_address(host) or _HOST.fullmatch(host)):
        raise EngineError(problems.BAD_ADDRESS.at(address=_without_query(url)))
    return Target(parts.scheme, host, port or PORTS[parts.scheme], parts.path.rstrip("/"))


def _without_query(url: str) -> str:
    """Return a URL without what may be secret in it."""
    return re.sub(r"//[^/@]*@", "//", url).partition("?")[0][:100]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an administrator lists: networks, and hosts with a port or with every port (0)."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[tuple[str, int]] = frozenset()

    def names(self, host: str, port: int) -> bool:
        """Tell whether the host is listed by its name."""
        return bool({(host, port), (host, 0)} & self.hosts)

    def holds(self, address: Address) -> bool:
        """Tell whether an address lies in a listed network."""
        return any(address.version == network.version and address in network for network in self.networks)


def read_allowed(written: str) -> Allowed:
    """Return what a list with commas states; EngineError (CONN-016) with every entry that states nothing."""
    networks: list[Network] = []
    hosts: set[tuple[str, int]] = set()
    found = []
    for entry in filter(None, (part.strip().lower() for part in written.split(","))):
        network = _as_network(entry)
        host, _, port = entry.rpartition(":") if re.search(r":\d{1,5}$", entry) else (entry, "", "0")
        bare = host.removeprefix("[").removesuffix("]")
        if network is not None:
            networks.append(network)
        elif _as_address(bare) or _HOST.fullmatch(bare):
            hosts.add((bare, int(port)))
        else:
            found.append(problems.BAD_ALLOWED.at(entry=entry))
    if found:
        raise EngineError(found)
    return Allowed(tuple(networks), frozenset(hosts))


def _as_network(written: str) -> Network | None:
    try:
        return ipaddress.ip_network(written)
    except ValueError:
        return None


def _as_address(written: str) -> Address | None:
    try:
        return ipaddress.ip_address(written)
    except ValueError:
        return None


Resolve = Callable[[str, int], Iterable[str]]


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host as the system knows them; OSError where it knows none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(item[4][0]) for item in found))


@cache
def system_trust() -> ssl.SSLContext:
    """Return which certificates are believed: those of the system, or of the file ``SSL_CERT_FILE``."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets calls out to public addresses, and to what is listed; ``trust`` says whose certificates are believed."""

    allowed: Allowed = field(default_factory=Allowed)
    resolve: Resolve = resolve
    trust: Callable[[], ssl.SSLContext] = system_trust

    def admitted(self, target: Target) -> tuple[str, ...]:
        """Return the addresses to connect to; EngineError where the host has none or any of them may not be called."""
        addresses = self._addresses(target)
        listed = self.allowed.names(target.host, target.port)
        inside = [item for item in addresses if not is_public(item) and not self.allowed.holds(item)]
        if inside and not listed:
            raise EngineError(problems.FORBIDDEN.at(host=target.host, address=inside[0]))
        if target.scheme not in SECURE and not listed and not all(map(self.allowed.holds, addresses)):
            raise EngineError(problems.NOT_SECURE.at(host=target.host))
        return tuple(map(str, addresses))

    def _addresses(self, target: Target) -> list[Address]:
        literal = _as_address(target.host)
        if literal is not None:
            return [literal]
        try:
            found = list(self.resolve(target.host, target.port))
        except (OSError, UnicodeError) as error:
            raise EngineError(problems.NOT_FOUND.at(host=target.host)) from error
        if not found:
            raise EngineError(problems.NOT_FOUND.at(host=target.host))
        return [ipaddress.ip_address(item.partition("%")[0]) for item in found]


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the public network, also that which is hidden in an IPv6 address."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo is not None:
            inner = address.teredo[1]
        if address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast
