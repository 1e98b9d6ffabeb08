"""Addresses as an attacker writes them: each at the door, and again when something is sent there.

One table. A row is a URL, what its name resolves to (at acceptance, then when sending), what the door says,
and where a connection is opened when it is sent anyway: at the door's addresses or nowhere.
"""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any

import pytest

import address_guard
from address_guard import BlockedAddress, check_at_acceptance
from tests.fakes.webhook_receiver import WebhookReceiver
from workers.delivery import guarded_http
from workers.delivery.guarded_http import SendFailed

PUBLIC, PUBLIC_TOO, PUBLIC_V6 = "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"


@dataclass(frozen=True)
class Case:
    """`first` is what the name resolves to at the door, `then` afterwards (the same, unless told)."""

    about: str
    url: str
    first: tuple[str, ...] = ()
    then: tuple[str, ...] | None = None
    is_let_in: bool = False
    # Where a connection is tried, in this order; none where sending is refused.
    called: tuple[str, ...] = ()


def refused(about: str, host: str, *first: str) -> Case:
    """A host that is refused both times."""
    return Case(about, host if "//" in host else f"http://{host}/hook", first)


def allowed(about: str, host: str, *first: str, called: tuple[str, ...] = ()) -> Case:
    """A host that may be called."""
    url = host if "//" in host else f"https://{host}/hook"
    return Case(about, url, first, is_let_in=True, called=called or first)


def named(kind: str, *ips: str) -> list[Case]:
    """Names that resolve to addresses of that kind, which are refused."""
    return [refused(f"a name at {kind} {ip}", f"n{place}.{kind}.test", ip) for place, ip in enumerate(ips)]


LITERALS = [
    refused("loopback", "127.0.0.1"),
    refused("loopback's other end", "127.255.255.254"),
    refused("a private network of class A", "10.0.0.1"),
    refused("a private network of class B", "172.31.255.254"),
    refused("a private network of class C", "192.168.1.1:8080"),
    refused("cloud metadata", "169.254.169.254/latest/meta-data"),
    refused("cloud metadata, Alibaba", "100.100.100.200"),
    refused("cloud metadata, Oracle", "192.0.0.192"),
    refused("cloud metadata, AWS over IPv6", "[fd00:ec2::254]"),
    refused("cloud metadata, Google over IPv6", "[fd20:ce::254]"),
    refused("the cloud's host agent, Azure", "168.63.129.16"),
    refused("tasks' credentials, AWS", "169.254.170.2"),
    refused("carrier-grade NAT", "100.64.0.1"),
    refused("this network", "0.0.0.0"),
    refused("this network, another host", "0.1.2.3"),
    refused("multicast", "224.0.0.251"),
    refused("multicast of an organisation", "239.255.255.250"),
    refused("broadcast", "255.255.255.255"),
    refused("reserved", "240.0.0.1"),
    refused("documentation 1", "192.0.2.1"),
    refused("documentation 2", "198.51.100.1"),
    refused("documentation 3", "203.0.113.1"),
    refused("benchmarking", "198.18.0.1"),
    refused("6to4's relays", "192.88.99.1"),
    refused("unspecified over IPv6", "[::]"),
    refused("loopback over IPv6", "[::1]:8000"),
    refused("loopback over IPv6, written out", "[0000:0000:0000:0000:0000:0000:0000:0001]"),
    refused("unique-local", "[fd12:3456::1]"),
    refused("link-local over IPv6", "[fe80::1]"),
    refused("site-local", "[fec0::1]"),
    refused("multicast over IPv6", "[ff02::1]"),
    refused("documentation over IPv6", "[2001:db8::1]"),
    refused("documentation over IPv6, the new one", "[3fff::1]"),
    refused("discard-only", "[100::1]"),
    refused("mapped loopback", "[::ffff:127.0.0.1]"),
    refused("mapped loopback in hexadecimal", "[::ffff:7f00:1]"),
    refused("mapped metadata", "[::ffff:169.254.169.254]"),
    refused("compatible loopback", "[::127.0.0.1]"),
    refused("translated loopback (SIIT)", "[::ffff:0:127.0.0.1]"),
    refused("NAT64 of the metadata service", "[64:ff9b::169.254.169.254]"),
    refused("NAT64 of a public address", "[64:ff9b::8.8.8.8]"),
    refused("NAT64 for local use", "[64:ff9b:1::10.0.0.1]"),
    refused("6to4 of a private address", "[2002:a00:1::]"),
    refused("6to4 of a public address", "[2002:808:808::]"),
    refused("Teredo", "[2001:0:4136:e378:8000:63bf:80ff:fffe]"),
    refused("segment routing", "[5f00::1]"),
    refused("not given out yet", "[4000::1]"),
    allowed("a public address", PUBLIC, called=(PUBLIC,)),
    allowed("a public address and port", "8.8.8.8:8443", called=(PUBLIC,)),
    allowed("a public address over IPv6", f"[{PUBLIC_V6}]", called=(PUBLIC_V6,)),
    allowed("a mapped public address", "[::ffff:8.8.8.8]", called=("::ffff:808:808",)),
    allowed("next to carrier-grade NAT", "100.128.0.1", called=("100.128.0.1",)),
    allowed("next to a private network", "172.32.0.1", called=("172.32.0.1",)),
    allowed("next to link-local", "169.253.255.255", called=("169.253.255.255",)),
]

FORMS = [
    refused("decimal", "2130706433"),
    refused("decimal of the metadata service", "2852039166"),
    refused("octal", "017700000001"),
    refused("octal parts", "0177.0.0.1"),
    refused("octal parts with many noughts", "00000177.0.0.1"),
    refused("hexadecimal", "0x7f000001"),
    refused("hexadecimal parts", "0x7f.0x0.0x0.0x1"),
    refused("hexadecimal in capitals", "0X7F.0.0.1"),
    refused("mixed bases", "0xa9.254.0251.254"),
    refused("two parts", "127.1"),
    refused("three parts", "127.0.1"),
    refused("one nought", "0"),
    refused("a final dot after an address", "127.0.0.1."),
    refused("more than a byte", "127.0.0.257"),
    refused("five parts", "1.127.0.0.1"),
    refused("a number as the last label", "127.0.0.1.0x7f"),
    refused("full-width digits", "１２７.０.０.１"),
    refused("full-width dots", "127。0。0。1"),
    refused("half-width dots", "127｡0｡0｡1"),
    refused("circled digits", "①②⑦.⓪.⓪.①"),
    refused("Arabic digits", "١٢٧.٠.٠.١"),
    refused("superscript digits", "¹²⁷.⁰.⁰.¹"),
    refused("letters that fold to localhost", "ⓛocalhost"),
    refused("the Kelvin sign and the long s", "localhoſt"),
    refused("percent-encoded digits", "%31%32%37.0.0.1"),
    refused("percent-encoded dots", "127%2e0%2e0%2e1"),
    refused("a percent-encoded NUL", "example.com%00.test"),
    refused("a zone id", "[fe80::1%25eth0]"),
    refused("a zone id, not encoded", "[fe80::1%eth0]"),
    refused("a zone id on a public address", "[2606:4700::1111%251]"),
    refused("IPv6 without brackets", "::1"),
    refused("IPv4 in brackets", "[127.0.0.1]"),
    refused("brackets and more", "[::1].example.com"),
    refused("a name before brackets", "example.com[::1]"),
    refused("an address of the future", "[v7.127.0.0.1]"),
    refused("userinfo that looks like a host", "https://example.com@127.0.0.1/"),
    refused("userinfo with a port", "https://example.com:443@127.0.0.1/"),
    refused("two at signs", "https://a@127.0.0.1@example.com/"),
    refused("an encoded at sign in the host", "https://example.com%40127.0.0.1/"),
    refused("a backslash for a slash", "https://example.com\\@127.0.0.1/"),
    refused("a backslash before the host", "http:/\\127.0.0.1/"),
    refused("a tab in the host", "http://127.0\t.0.1/"),
    refused("a line feed in the host", "http://example.com\n.test/"),
    refused("a space before the scheme", " http://127.0.0.1/"),
    refused("a soft hyphen in the host", "http://127.0.0\u00ad.1/"),
    refused("a zero-width joiner in the host", "http://exam\u200dple.com/"),
    refused("port 0", "8.8.8.8:0"),
    refused("a port that is too large", "8.8.8.8:65536"),
    refused("a port in other digits", "8.8.8.8:８０"),
    refused("a port that wraps around to 80", "8.8.8.8:65616"),
    *(
        refused(f"the scheme {url.partition(':')[0]}", url)
        for url in (
            "file:///etc/passwd",
            "ftp://8.8.8.8/",
            "gopher://8.8.8.8:6379/_FLUSHALL",
            "dict://8.8.8.8:11211/stat",
            "ldap://8.8.8.8/",
            "unix:///run/docker.sock",
            "data:text/plain,hello",
            "jar:http://8.8.8.8!/",
            "ws://8.8.8.8/",
            "http+unix://%2Frun%2Fdocker.sock/info",
        )
    ),
    refused("no scheme", "//127.0.0.1/hook"),
    allowed("an at sign in the path", "https://hooks.test/@127.0.0.1", PUBLIC),
    allowed("an address in the query", "https://hooks.test/?to=http://127.0.0.1", PUBLIC),
    allowed("a port", "https://hooks.test:8443/", PUBLIC),
]

NAMES = [
    refused("localhost", "localhost", "127.0.0.1"),
    refused("localhost, whatever it resolves to", "localhost:8080", PUBLIC),
    refused("below localhost", "app.localhost", PUBLIC),
    refused("localhost with a final dot", "LOCALHOST.", PUBLIC),
    refused("localhost's other name", "localhost.localdomain.test", "::1"),
    *named("loopback", "127.0.0.1", "::1", "127.8.8.8"),
    *named("private", "10.1.2.3", "172.16.5.5", "192.168.0.1", "fd00::1"),
    *named("metadata", "169.254.169.254", "100.100.100.200", "fd00:ec2::254"),
    *named("odd", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "fe80::1", "fec0::1", "ff02::1"),
    *named("embedded", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::"),
    refused("a good address, then a bad one", "mixed.test", PUBLIC, "10.0.0.1"),
    refused("a bad address, then a good one", "mixed.test", "10.0.0.1", PUBLIC),
    refused("a bad address of the other family", "mixed.test", PUBLIC, "::1"),
    refused("one bad address among many", "mixed.test", PUBLIC, PUBLIC_TOO, PUBLIC_V6, "169.254.169.254"),
    refused("a name in capitals with a final dot", "INSIDE.Test.", "10.0.0.1"),
    allowed("a public name", "hooks.test", PUBLIC),
    allowed("a public name with a final dot", "hooks.test.", PUBLIC),
    allowed("a public name with two addresses", "hooks.test", PUBLIC_V6, PUBLIC),
    allowed("a name that begins with an address", "127.0.0.1.hooks.test", PUBLIC),
    allowed("an international name", "xn--bcher-kva.test", PUBLIC),
    Case("public, then loopback", "https://a.test/", (PUBLIC,), ("127.0.0.1",), is_let_in=True),
    Case("public, then metadata", "https://b.test/", (PUBLIC,), ("169.254.169.254",), is_let_in=True),
    Case("public, then IPv6 loopback", "https://c.test/", (PUBLIC,), ("::1",), is_let_in=True),
    Case("public, then both", "https://d.test/", (PUBLIC,), (PUBLIC, "10.0.0.1"), is_let_in=True),
    Case("no address yet, then private", "https://e.test/", (), ("192.168.0.1",), is_let_in=True),
    Case("no address yet, then public", "https://f.test/", (), (PUBLIC,), True, (PUBLIC,)),
    Case("public, then another", "https://g.test/", (PUBLIC,), (PUBLIC_TOO,), True, (PUBLIC_TOO,)),
]

TABLE = [*LITERALS, *FORMS, *NAMES]


class Resolver:
    """The machine's resolver, by the case; it never answers for an address as if that were a name."""

    def __init__(self) -> None:
        self.addresses: tuple[str, ...] = ()

    def __call__(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        addresses = self.addresses
        if host.strip("[]").replace(".", "").isdigit() or ":" in host:
            addresses = (str(ipaddress.ip_address(host.strip("[]"))),)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [self._row(ip, port) for ip in addresses]

    def _row(self, ip: str, port: int) -> Any:
        if ":" in ip:
            return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, port, 0, 0))
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr(address_guard, "_lookups", address_guard._Lookups())
    return resolver


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where connections were tried; every one of them is refused by nobody's listening."""
    tried: list[str] = []

    def connect(_: Any, address: Any, timeout: float) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(guarded_http._Connection, "_open", connect)
    return tried


def test_the_table_has_a_hundred_cases_and_more() -> None:
    assert len(TABLE) >= 100
    assert len({(case.url, case.first, case.then) for case in TABLE}) == len(TABLE)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.about)
def test_the_door_refuses_what_this_server_must_not_call(case: Case, resolver: Resolver) -> None:
    resolver.addresses = case.first
    if case.is_let_in:
        check_at_acceptance(case.url, allow_private=False)
        return
    with pytest.raises(BlockedAddress) as caught:
        check_at_acceptance(case.url, allow_private=False)
    assert str(caught.value).endswith(".")
    assert not [ip for ip in case.first if ip in str(caught.value)], "an internal address was told"


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.about)
def test_nothing_is_sent_where_this_server_must_not_call(
    case: Case, resolver: Resolver, called: list[str]
) -> None:
    resolver.addresses = case.first if case.then is None else case.then
    with pytest.raises(SendFailed if case.called else BlockedAddress):
        guarded_http.send("POST", case.url, headers={}, body=b"{}", allow_private=False)
    assert called == list(case.called)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("place", ["a URL", "another scheme", "refresh"])
def test_no_redirect_is_followed(status: int, place: str) -> None:
    with WebhookReceiver() as inside, WebhookReceiver() as outside:
        to = inside.url().replace("http:", "") if place == "another scheme" else inside.url()
        header = {"refresh": f"0; url={to}"} if place == "refresh" else {"location": to}
        outside.answer_with(status, headers=header)
        answer = guarded_http.send("POST", outside.url(), headers={}, body=b"{}", allow_private=True)
        assert answer.status_code == status
        assert len(outside.requests) == 1
        assert inside.requests == []
