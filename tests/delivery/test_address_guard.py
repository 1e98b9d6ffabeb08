"""Which addresses and URLs the guard lets through, and what a look-up may cost."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import address_guard
from address_guard import BlockedAddress, UnresolvedName, check_at_acceptance, check_url, is_allowed, resolve

NEVER, BY_SETTING, ALWAYS = "never", "by setting", "always"

ADDRESSES = [
    ("8.8.8.8", ALWAYS),
    ("1.1.1.1", ALWAYS),
    ("9.255.255.255", ALWAYS),
    ("11.0.0.0", ALWAYS),
    ("100.63.255.255", ALWAYS),
    ("100.128.0.0", ALWAYS),
    ("126.255.255.255", ALWAYS),
    ("128.0.0.0", ALWAYS),
    ("168.63.129.15", ALWAYS),
    ("168.63.129.17", ALWAYS),
    ("169.253.255.255", ALWAYS),
    ("169.255.0.0", ALWAYS),
    ("172.15.255.255", ALWAYS),
    ("172.32.0.0", ALWAYS),
    ("192.0.1.0", ALWAYS),
    ("192.167.255.255", ALWAYS),
    ("192.169.0.0", ALWAYS),
    ("198.17.255.255", ALWAYS),
    ("198.20.0.0", ALWAYS),
    ("223.255.255.255", ALWAYS),
    ("2606:4700:4700::1111", ALWAYS),
    ("2001:200::1", ALWAYS),
    ("2001:4860:4860::8888", ALWAYS),
    ("2003::1", ALWAYS),
    ("3ffe:ffff::1", ALWAYS),
    ("::ffff:8.8.8.8", ALWAYS),
    ("::8.8.8.8", ALWAYS),
    ("127.0.0.1", BY_SETTING),
    ("127.255.255.254", BY_SETTING),
    ("10.0.0.0", BY_SETTING),
    ("10.255.255.255", BY_SETTING),
    ("172.16.0.1", BY_SETTING),
    ("172.31.255.255", BY_SETTING),
    ("192.168.0.1", BY_SETTING),
    ("192.168.255.255", BY_SETTING),
    ("::1", BY_SETTING),
    ("fc00::1", BY_SETTING),
    ("fdff:ffff::1", BY_SETTING),
    ("::ffff:127.0.0.1", BY_SETTING),
    ("::ffff:10.1.2.3", BY_SETTING),
    ("::127.0.0.1", BY_SETTING),
    ("0.0.0.0", NEVER),
    ("0.1.2.3", NEVER),
    ("100.64.0.1", NEVER),
    ("100.100.100.200", NEVER),
    ("100.127.255.255", NEVER),
    ("168.63.129.16", NEVER),
    ("169.254.0.1", NEVER),
    ("169.254.169.254", NEVER),
    ("192.0.0.1", NEVER),
    ("192.0.0.192", NEVER),
    ("192.0.2.1", NEVER),
    ("192.88.99.1", NEVER),
    ("198.18.0.1", NEVER),
    ("198.19.255.255", NEVER),
    ("198.51.100.7", NEVER),
    ("203.0.113.9", NEVER),
    ("224.0.0.1", NEVER),
    ("239.255.255.250", NEVER),
    ("240.0.0.1", NEVER),
    ("255.255.255.255", NEVER),
    ("::", NEVER),
    ("::2", NEVER),
    ("::ffff:0.0.0.0", NEVER),
    ("::ffff:169.254.169.254", NEVER),
    ("::ffff:168.63.129.16", NEVER),
    ("::169.254.169.254", NEVER),
    ("64:ff9b::a9fe:a9fe", NEVER),
    ("64:ff9b::808:808", NEVER),
    ("64:ff9b:1::1", NEVER),
    ("100::1", NEVER),
    ("2001::1", NEVER),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", NEVER),
    ("2001:20::1", NEVER),
    ("2001:db8::1", NEVER),
    ("2002:7f00:1::1", NEVER),
    ("2002:808:808::1", NEVER),
    ("3fff::1", NEVER),
    ("4000::1", NEVER),
    ("5f00::1", NEVER),
    ("fd00:ec2::254", NEVER),
    ("fd20:ce::254", NEVER),
    ("fe80::1", NEVER),
    ("fe80::1%2", NEVER),
    ("febf::1", NEVER),
    ("fec0::1", NEVER),
    ("ff02::1", NEVER),
    ("ff0e::1", NEVER),
]


@pytest.mark.parametrize(("ip", "when"), ADDRESSES)
def test_an_address_is_called_never_by_setting_or_always(ip: str, when: str) -> None:
    assert is_allowed(ip, allow_private=False) is (when == ALWAYS)
    assert is_allowed(ip, allow_private=True) is (when != NEVER)


@pytest.mark.parametrize(("ip", "when"), [row for row in ADDRESSES if "%" not in row[0]])
def test_a_url_with_an_address_is_judged_as_the_address(ip: str, when: str) -> None:
    url = f"http://[{ip}]:8080/hook" if ":" in ip else f"http://{ip}:8080/hook"
    assert _passes(url, allow_private=False) is (when == ALWAYS)
    assert _passes(url, allow_private=True) is (when != NEVER)


def test_nothing_that_the_standard_library_calls_special_is_called() -> None:
    for step in range(2**16):
        ip = ipaddress.IPv4Address(step * 2**16 + 1)
        if not ip.is_global or ip.is_multicast:
            assert not is_allowed(ip, allow_private=False), ip


GOOD_URLS = [
    ("https://example.com/hook", "example.com", 443),
    ("http://example.com", "example.com", 80),
    ("HTTPS://Example.COM/Hook?token=a%20b#part", "example.com", 443),
    ("https://example.com:8443/", "example.com", 8443),
    ("https://example.com:/", "example.com", 443),
    ("https://hooks.example.com./x", "hooks.example.com.", 443),
    ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443),
    ("https://my_service.example/", "my_service.example", 443),
    ("http://receiver:8000/hook", "receiver", 8000),
    ("https://example.com/päth/日本", "example.com", 443),
    ("https://example.com/a@b", "example.com", 443),
    ("https://0x.example.com/", "0x.example.com", 443),
    ("https://1.2.3.4.example.com/", "1.2.3.4.example.com", 443),
    ("http://8.8.8.8:65535/", "8.8.8.8", 65535),
    ("http://[2606:4700::1111]/", "2606:4700::1111", 80),
    ("https://example.com/" + "a" * 2028, "example.com", 443),
]


@pytest.mark.parametrize(("url", "host", "port"), GOOD_URLS)
def test_a_plain_url_is_parsed(url: str, host: str, port: int) -> None:
    parsed = check_url(url, allow_private=False)
    assert (parsed.host, parsed.port, parsed.url) == (host, port, url)


BAD_URLS = [
    ("", "must begin with"),
    ("example.com/hook", "must begin with"),
    ("//example.com/hook", "must begin with"),
    ("ftp://example.com/", "must begin with"),
    ("file:///etc/passwd", "must begin with"),
    ("gopher://example.com/", "must begin with"),
    ("javascript:alert(1)", "must begin with"),
    ("unix:///run/docker.sock", "must begin with"),
    ("http://", "no host"),
    ("http:///hook", "no host"),
    ("http:example.com", "no host"),
    ("http://:80/", "no host"),
    ("https://user:secret@example.com/", "user name or password"),
    ("https://user@example.com/", "user name or password"),
    ("https://@example.com/", "user name or password"),
    ("https://example.com:80@10.0.0.1/", "user name or password"),
    ("https://example.com:0/", "port"),
    ("https://example.com:65536/", "port"),
    ("https://example.com:-1/", "port"),
    ("https://example.com:http/", "port"),
    ("https://example.com:٨٠/", "port"),
    ("http://::1/", "host"),
    (" https://example.com/", "a space"),
    ("https://example.com/a b", "a space"),
    ("https://example.com/\u00a0", "a space"),
    ("https://exam\tple.com/", "control character"),
    ("https://example.com/\r\nX-Header: 1", "control character"),
    ("https://example.com/\0", "control character"),
    ("https://example.com/\x7f", "control character"),
    ("https://example.com/\u202ehook", "control character"),
    ("https://exa\u200bmple.com/", "control character"),
    ("https://example.com\\@10.0.0.1/", "backslash"),
    ("http:\\\\example.com/", "backslash"),
    ("https://example.com/" + "a" * 2029, "at most 2048"),
    ("https://" + "a." * 130 + "com/", "at most 253"),
    ("https://" + "a" * 64 + ".com/", "not a host name"),
    ("https://-bad.example/", "not a host name"),
    ("https://bad-.example/", "not a host name"),
    ("https://a..example/", "not a host name"),
    ("https://.example/", "not a host name"),
    ("https://exa%6dple.com/", "not a host name"),
    ("https://%31%32%37.0.0.1/", "dotted form"),
    ("https://*.example.com/", "not a host name"),
    ("https://bücher.example/", "xn--"),
    ("https://①②⑦.⓪.⓪.①/", "not a host name"),
    ("https://127。0。0。1/", "not a host name"),
    ("http://2130706433/", "dotted form"),
    ("http://134744072/", "dotted form"),
    ("http://0x7f000001/", "dotted form"),
    ("http://0x7f.0.0.1/", "dotted form"),
    ("http://0X08080808/", "dotted form"),
    ("http://0177.0.0.1/", "dotted form"),
    ("http://017700000001/", "dotted form"),
    ("http://127.1/", "dotted form"),
    ("http://8.8.2056/", "dotted form"),
    ("http://0/", "dotted form"),
    ("http://8.8.8.8./", "dotted form"),
    ("http://8.8.8.08/", "dotted form"),
    ("http://8.8.8.256/", "dotted form"),
    ("http://1.2.3.4.5/", "dotted form"),
    ("http://example.0x/", "dotted form"),
    ("http://[fe80::1%25eth0]/", "brackets"),
    ("http://[2606:4700::1111%2]/", "brackets"),
    ("http://[8.8.8.8]/", ""),
    ("http://[v1.abc]/", ""),
    ("http://[2606:4700::1111/", "cannot be read"),
    ("http://example.com[2606:4700::1111]/", ""),
    ("http://[2606:4700::1111]example.com/", ""),
    ("http://localhost/", "loopback"),
    ("http://localhost./", "loopback"),
    ("http://LOCALHOST:8080/", "loopback"),
    ("http://app.localhost/", "loopback"),
]


@pytest.mark.parametrize(("url", "reason"), BAD_URLS)
def test_any_other_url_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(BlockedAddress) as caught:
        check_url(url, allow_private=False)
    text = str(caught.value)
    assert reason in text
    assert text.endswith(".")
    assert text.isprintable()
    assert "secret" not in text


@pytest.mark.parametrize("url", [url for url, reason in BAD_URLS if reason != "loopback"])
def test_the_setting_relaxes_nothing_but_addresses(url: str) -> None:
    assert not _passes(url, allow_private=True)


def test_the_setting_is_named_only_where_it_helps() -> None:
    assert "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS" in _refusal("http://127.0.0.1/")
    assert "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS" in _refusal("http://192.168.1.1/")
    assert "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS" not in _refusal("http://169.254.169.254/")


def test_a_refusal_is_no_oserror_and_an_unresolved_name_is_one() -> None:
    assert not issubclass(BlockedAddress, OSError)
    assert issubclass(UnresolvedName, OSError)


def _passes(url: str, *, allow_private: bool) -> bool:
    try:
        check_url(url, allow_private=allow_private)
    except BlockedAddress:
        return False
    return True


def _refusal(url: str) -> str:
    with pytest.raises(BlockedAddress) as caught:
        check_url(url, allow_private=False)
    return str(caught.value)


# --- names -----------------------------------------------------------------------------------


class FakeResolver:
    """Answers getaddrinfo from a table; a name that is missing does not resolve."""

    def __init__(self) -> None:
        self.table: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        self.asked.append(host)
        self.may_answer.wait(10)
        if host not in self.table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [self._row(ip, port) for ip in self.table[host]]

    def _row(self, ip: str, port: int) -> Any:
        if ":" in ip:
            return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, port, 0, 0))
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeResolver]:
    fake = FakeResolver()
    monkeypatch.setattr(socket, "getaddrinfo", fake)
    monkeypatch.setattr(address_guard, "_lookups", address_guard._Lookups())
    yield fake
    fake.may_answer.set()
    _join_lookups()


def _join_lookups() -> None:
    for thread in threading.enumerate():
        if thread.name == "name-lookup":
            thread.join(5)


def test_a_name_resolves_to_all_its_addresses_in_order(resolver: FakeResolver) -> None:
    resolver.table["hooks.example.com"] = ["2606:4700::1111", "8.8.8.8"]
    found = resolve("hooks.example.com", 443, allow_private=False)
    assert found == [("2606:4700::1111", 443, 0, 0), ("8.8.8.8", 443)]


@pytest.mark.parametrize("bad", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
@pytest.mark.parametrize("first", [True, False])
def test_one_bad_address_among_good_ones_refuses_the_name(
    resolver: FakeResolver, bad: str, first: bool
) -> None:
    resolver.table["mixed.example"] = [bad, "8.8.8.8"] if first else ["8.8.8.8", "1.1.1.1", bad]
    with pytest.raises(BlockedAddress, match=r"mixed\.example") as caught:
        resolve("mixed.example", 80, allow_private=False)
    assert bad not in str(caught.value), "an internal address was told to a stranger"


def test_the_setting_lets_a_name_be_private_but_never_link_local(resolver: FakeResolver) -> None:
    resolver.table["dev.example"] = ["127.0.0.1", "192.168.0.9"]
    resolver.table["meta.example"] = ["127.0.0.1", "169.254.169.254"]
    assert len(resolve("dev.example", 80, allow_private=True)) == 2
    with pytest.raises(BlockedAddress, match="link-local"):
        resolve("meta.example", 80, allow_private=True)


def test_a_name_that_does_not_resolve_says_so(resolver: FakeResolver) -> None:
    with pytest.raises(UnresolvedName, match=r"nowhere\.example does not resolve \(Name or service"):
        resolve("nowhere.example", 80, allow_private=False)


def test_a_name_that_no_resolver_can_encode_does_not_resolve() -> None:
    with pytest.raises(UnresolvedName, match="does not resolve"):
        resolve("a" * 64 + ".example", 80, allow_private=False)


def test_a_slow_look_up_ends_at_its_deadline(resolver: FakeResolver) -> None:
    resolver.may_answer.clear()
    started_at = time.monotonic()
    with pytest.raises(UnresolvedName, match="not resolved in time"):
        resolve("slow.example", 80, allow_private=False, timeout_seconds=0.05)
    assert time.monotonic() - started_at < 4


def test_sending_looks_up_anew_each_time(resolver: FakeResolver) -> None:
    resolver.table["hooks.example.com"] = ["8.8.8.8"]
    resolve("hooks.example.com", 443, allow_private=False)
    resolver.table["hooks.example.com"] = ["10.0.0.1"]
    with pytest.raises(BlockedAddress):
        resolve("hooks.example.com", 443, allow_private=False)


def test_hanging_look_ups_cannot_use_up_all_threads(
    resolver: FakeResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_guard, "MAX_LOOKUPS", 2)
    monkeypatch.setattr(address_guard, "_lookups", address_guard._Lookups())
    resolver.may_answer.clear()
    for name in ("a.example", "b.example"):
        with pytest.raises(UnresolvedName, match="not resolved in time"):
            resolve(name, 80, allow_private=False, timeout_seconds=0)
    with pytest.raises(UnresolvedName, match="was not looked up"):
        resolve("c.example", 80, allow_private=False, timeout_seconds=0)
    resolver.may_answer.set()
    _join_lookups()
    resolver.table["c.example"] = ["8.8.8.8"]
    assert resolve("c.example", 80, allow_private=False) == [("8.8.8.8", 80)]


# --- acceptance ------------------------------------------------------------------------------


def test_acceptance_refuses_a_name_at_a_bad_address(resolver: FakeResolver) -> None:
    resolver.table["inside.example"] = ["10.0.0.1"]
    with pytest.raises(BlockedAddress, match=r"inside\.example"):
        check_at_acceptance("https://inside.example/hook", allow_private=False)
    check_at_acceptance("https://inside.example/hook", allow_private=True)


def test_acceptance_lets_a_name_pass_that_does_not_resolve_yet(resolver: FakeResolver) -> None:
    check_at_acceptance("https://not-yet.example/hook", allow_private=False)
    assert resolver.asked == ["not-yet.example"]


def test_acceptance_refuses_bad_syntax_without_a_look_up(resolver: FakeResolver) -> None:
    for url in ("https://127.1/", "https://user@example.com/", "http://10.0.0.1/"):
        with pytest.raises(BlockedAddress):
            check_at_acceptance(url, allow_private=False)
    check_at_acceptance("http://8.8.8.8/", allow_private=False)
    assert resolver.asked == []


def test_of_a_burst_with_one_slow_name_only_the_first_waits(
    resolver: FakeResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_guard, "ACCEPTANCE_SECONDS", 0.1)
    resolver.may_answer.clear()
    started_at = time.monotonic()
    for _ in range(50):
        check_at_acceptance("https://slow.example/hook", allow_private=False)
    assert time.monotonic() - started_at < 4
    assert resolver.asked == ["slow.example"]


def test_a_burst_of_requests_with_one_name_costs_one_look_up(resolver: FakeResolver) -> None:
    resolver.table["hooks.example.com"] = ["8.8.8.8"]
    _burst(lambda: check_at_acceptance("https://hooks.example.com/hook", allow_private=False))
    assert resolver.asked == ["hooks.example.com"]


def test_a_remembered_refusal_refuses_again(resolver: FakeResolver) -> None:
    resolver.table["inside.example"] = ["10.0.0.1"]
    for _ in range(3):
        with pytest.raises(BlockedAddress):
            check_at_acceptance("https://inside.example/hook", allow_private=False)
    assert resolver.asked == ["inside.example"]


def test_what_acceptance_remembers_grows_old(resolver: FakeResolver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address_guard, "ACCEPTANCE_CACHE_SECONDS", 0)
    for _ in range(3):
        check_at_acceptance("https://hooks.example.com/hook", allow_private=False)
    assert len(resolver.asked) == 3


def test_what_acceptance_remembers_is_bounded(
    resolver: FakeResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address_guard, "MAX_REMEMBERED", 3)
    for number in range(10):
        check_at_acceptance(f"https://n{number}.example/hook", allow_private=False)
    assert len(address_guard._lookups._by_name) == 3


def _burst(call: Callable[[], None]) -> None:
    with ThreadPoolExecutor(16) as threads:
        for done in [threads.submit(call) for _ in range(100)]:
            done.result()
