"""Which network addresses may be asked: redirects are others' text, and must not reach inside.

A name is resolved once for each request and the connection goes to the address that was checked, so that a
name that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from orchestration.lib.links.checker.errors import FetchError

# Host and port to addresses; tests put their own in its place.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# The web's ports, and those above the ones that other services have by right.
_WEB_PORTS = (80, 443)
_FIRST_FREE_PORT = 1024
# RFC 6052: an IPv4 address inside an IPv6 one; a gateway would lead there.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, from the system.

    Raises:
        FetchError: the name has none (`dns`).
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise FetchError("dns", f"{host} cannot be found ({error.strerror or error})") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def inner(address: IpAddress) -> list[IpAddress]:
    """The address and every one that is wrapped in it: mapped, 6to4, Teredo and NAT64 ones."""
    found: list[IpAddress] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        # RFC 4291, 2.5.5.1: the old way to write an IPv4 address, ::a.b.c.d.
        if int(address) >> 32 == 0:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        found += [each for each in wrapped if each is not None]
    return found


def is_public(text: str) -> bool:
    """True for an address of the open internet: not private, loopback, link-local, multicast or reserved."""
    try:
        # A zone (fe80::1%eth0) is only ever link-local.
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(
        each.is_global and not (each.is_multicast or each.is_reserved or each.is_unspecified)
        for each in inner(address)
    )


async def checked_addresses(host: str, port: int, resolver: Resolver, allow_private: bool) -> Sequence[str]:
    """The addresses of a host that may be asked.

    Raises:
        FetchError: the name has no address (`dns`), or one of them or the port is not the open web's
            (`refused`).
    """
    addresses = await resolver(host, port)
    if not addresses:
        raise FetchError("dns", f"{host} has no address")
    if allow_private:
        return addresses
    # One inside address among public ones is as wrong as only inside ones: which is used would be chance.
    inside = [address for address in addresses if not is_public(address)]
    if inside:
        raise FetchError("refused", f"{host} is {inside[0]}, an address that is not on the open internet")
    if port not in _WEB_PORTS and port < _FIRST_FREE_PORT:
        raise FetchError("refused", f"port {port} of {host} is not the web's")
    return addresses
