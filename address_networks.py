"""The networks that this server does not call, by what they are for: the tables of the address guard."""

import ipaddress
from collections.abc import Sequence
from typing import Final

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*rows: tuple[str, str]) -> tuple[tuple[IPNetwork, str], ...]:
    return tuple((ipaddress.ip_network(network), kind) for network, kind in rows)


# From IANA's special-purpose address registries (RFC 6890), not from `is_global`: that one calls
# 192.88.99.1, 168.63.129.16, 64:ff9b::/96, 2002::/16 and fec0::/10 global, and its answers differ
# between the patch releases of one Python version.
_NEVER: Final = _networks(
    ("0.0.0.0/8", "unspecified"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("168.63.129.16/32", "cloud platform"),  # Azure's host agent
    ("169.254.0.0/16", "link-local"),  # the metadata service of most clouds
    ("192.0.0.0/24", "reserved"),  # and Oracle's metadata service, 192.0.0.192
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relay"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "NAT64"),
    ("100::/64", "discard-only"),
    ("2001::/32", "Teredo"),
    ("2001::/23", "reserved"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("fd00:ec2::/32", "cloud platform"),  # AWS: metadata, DNS and time, inside the private range
    ("fd20:ce::254/128", "cloud platform"),  # Google's metadata service, likewise
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_ONLY_BY_SETTING: Final = _networks(
    ("127.0.0.0/8", "loopback"),
    ("10.0.0.0/8", "private"),
    ("172.16.0.0/12", "private"),
    ("192.168.0.0/16", "private"),
    ("::1/128", "loopback"),
    ("fc00::/7", "private"),
)
# All of IPv6 that has been given out as global unicast.
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")


def blocked_kind(ip: IPAddress, *, allow_private: bool) -> str | None:
    """Name the kind of address that forbids `ip`, or None when it may be called."""
    ip = _embedded_v4(ip) or ip
    if kind := _find(ip, _NEVER):
        return kind
    if kind := _find(ip, _ONLY_BY_SETTING):
        return None if allow_private else kind
    if ip.version == 6 and ip not in _GLOBAL_V6:
        return "reserved"
    return None


def _find(ip: IPAddress, table: Sequence[tuple[IPNetwork, str]]) -> str | None:
    return next((kind for network, kind in table if ip in network), None)


def _embedded_v4(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside an IPv4-mapped or IPv4-compatible one (RFC 4291, 2.5.5)."""
    if ip.version == 4:
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    # :: and ::1 have the form of compatible addresses, and meanings of their own.
    return ipaddress.IPv4Address(int(ip)) if 1 < int(ip) < 2**32 else None
