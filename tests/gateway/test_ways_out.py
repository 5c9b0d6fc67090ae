"""Where calls may go, and which way."""

import pytest

from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.gateway.guard import Guard
from statuswatch.gateway.heads import HeadError, read_request
from statuswatch.gateway.upstreams import Origin, Upstreams
from statuswatch.gateway.ways_out import Proxy, WayOut

KNOWN = Knowledge(
    {
        "acme": ProviderFacts("acme", "Acme", api_hosts=("api.acme.example", "eu.acme.example")),
        "cloud": ProviderFacts("cloud", "Cloud", api_hosts=("models.*.cloud.example", ".apps.cloud.example")),
    }
)
TOKEN = "word-word-word-word"


def proxy(host: str, port: int = 443, **environ: str) -> Proxy | None:
    return WayOut(environ).proxy_for(Origin(host, port, tls=True))


@pytest.mark.parametrize(
    ("excepted", "host", "straight"),
    [
        ("", "api.acme.example", False),
        ("*", "api.acme.example", True),
        ("acme.example", "api.acme.example", True),
        (".acme.example", "api.acme.example", True),
        ("*.acme.example", "api.acme.example", True),
        ("me.example", "api.acme.example", False),
        ("other.example, API.ACME.example", "api.acme.example", True),
        ("api.acme.example:443", "api.acme.example", True),
        ("api.acme.example:8443", "api.acme.example", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("[2001:db8::1]", "2001:db8::1", True),
        ("2001:db8::/32", "2001:db8::5", True),
        ("", "127.0.0.1", True),
        ("", "localhost", True),
    ],
)
def test_no_proxy_means_what_it_says(excepted: str, host: str, *, straight: bool) -> None:
    assert (proxy(host, HTTPS_PROXY="http://proxy.example:3128", NO_PROXY=excepted) is None) is straight


def test_the_proxy_is_read_with_its_kind_port_and_credentials() -> None:
    assert proxy("a.example", HTTPS_PROXY="proxy.example:3128") == Proxy("proxy.example", 3128)
    assert proxy("a.example", all_proxy="https://proxy.example") == Proxy("proxy.example", 443, tls=True)
    assert proxy("a.example", https_proxy="http://one.example", HTTPS_PROXY="http://two.example") == Proxy("one.example", 80)
    found = proxy("a.example", HTTPS_PROXY="http://me:secret@proxy.example:1")
    assert found is not None
    assert "secret" not in repr(found)
    assert "bWU6" not in repr(found)
    assert WayOut({"HTTPS_PROXY": "http://p.example"}).proxy_for(Origin("a.example", 80, tls=False)) is None


@pytest.mark.parametrize("url", ["socks5://p.example:1080", "http://:3128", "http://p.example:port", "ftp://p.example"])
def test_a_proxy_that_cannot_be_used_is_told_of(url: str) -> None:
    way = WayOut({"HTTPS_PROXY": url})

    assert way.proxy_for(Origin("a.example", 443, tls=True)) is None
    assert "cannot be used" in way.problem


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("acme", "https://api.acme.example"),
        ("eu.acme.example", "https://eu.acme.example"),
        ("models.eu-west-1.cloud.example", "https://models.eu-west-1.cloud.example"),
        ("mine.apps.cloud.example", "https://mine.apps.cloud.example"),
        ("own", "http://127.0.0.1:11434/v1"),
        ("cloud", None),
        ("elsewhere.example", None),
        ("api.acme.example.evil.example", None),
        ("models.evil.example#.cloud.example", None),
        ("models.a@evil.cloud.example:80", None),
        ("169.254.169.254", None),
        ("localhost", None),
        ("", None),
    ],
)
def test_calls_lead_to_known_hosts_and_configured_ones_alone(word: str, url: str | None) -> None:
    found = Upstreams(KNOWN, {"own": "http://127.0.0.1:11434/v1/"}).find(word)

    assert (found.url if found else None) == url


def admitted(host: str, target: str) -> tuple[str, bytes, bool, str]:
    guard = Guard(TOKEN, Upstreams(KNOWN))
    guard.port = 1234
    way = guard.admit(read_request(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()))
    return way.upstream.name, way.target, way.annotate, way.client


@pytest.mark.parametrize(
    ("host", "target", "way"),
    [
        ("127.0.0.1:1234", f"/{TOKEN}/acme/v1/x?a=b", ("acme", b"/v1/x?a=b", False, "")),
        ("localhost:1234", f"/{TOKEN}/acme?a=/b", ("acme", b"/?a=/b", False, "")),
        ("[::1]:1234", f"/{TOKEN}/acme", ("acme", b"/", False, "")),
        ("127.0.0.1:1234", f"/{TOKEN}/acme;annotate;client=aider/v1", ("acme", b"/v1", True, "aider")),
        ("127.0.0.1:1234", f"/{TOKEN}/ACME;client=%0d%0aX/v1", ("acme", b"/v1", False, "")),
        ("api.acme.example", f"/{TOKEN}/v1", ("acme-host", b"/v1", False, "")),
        ("acme.localhost:1234", f"/{TOKEN}/v1", ("acme", b"/v1", False, "")),
    ],
)
def test_the_address_says_where_a_call_goes(host: str, target: str, way: tuple[str, bytes, bool, str]) -> None:
    expected = ("api.acme.example", *way[1:]) if way[0] == "acme-host" else way

    assert admitted(host, target) == expected


@pytest.mark.parametrize("host", ["127.0.0.1:1", "evil.example", "evil.localhost.example", "acme.localhost.evil.example:1234"])
def test_a_strangers_host_is_refused(host: str) -> None:
    with pytest.raises(HeadError) as refused:
        admitted(host, f"/{TOKEN}/acme/v1")

    assert refused.value.status == 403
