"""Which addresses may be connected to. Pure: judges an address that a name was resolved to, never the name's text.

Rule: only globally routable unicast addresses are allowed, and none that leads to another address inside it. The
library's `is_global` alone is not enough: it holds for multicast and for translation prefixes.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_UNICAST = IPv6Network("2000::/3")
_NOT_ENDS = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # protocol assignments: Teredo carries an IPv4 address, ORCHID is no place
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
Address = IPv4Address | IPv6Address


def refusal(text: str) -> str | None:
    """Why an address, as the resolver gave it, may not be connected to; None when it may."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "not-an-address"
    if "%" in text:
        return "link-local"
    return _of_v4(address) if isinstance(address, IPv4Address) else _of_v6(address)


def is_this_machine(text: str) -> bool:
    """Whether an address is the machine's own, which trials in development may use."""
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _of_v4(address: IPv4Address) -> str | None:
    kinds = {
        "unspecified": address.is_unspecified,
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        "reserved": address.is_reserved,
        "not-global": not address.is_global,
    }
    return next((kind for kind, holds in kinds.items() if holds), None)


def _of_v6(address: IPv6Address) -> str | None:
    if address.ipv4_mapped is not None:
        return _of_v4(address.ipv4_mapped) or "mapped"
    if address.is_loopback:
        return "loopback"
    if address not in _UNICAST or not address.is_global:
        return "not-global"
    return "not-an-end" if any(address in net for net in _NOT_ENDS) else None
