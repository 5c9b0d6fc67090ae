"""The fetcher against a real server on loopback; against a fake transport where the matter is https."""

import asyncio
import gzip
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from statuswatch import __version__
from statuswatch.core.health import FeedState
from statuswatch.engine.fetch import MAX_BYTES, Fetched, Fetcher, FetchFailed, NotModified, Request, _proxy, shown
from support.faketransport import FakeTransport, body
from support.server import Answer, status_server

JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture
async def server():
    async with status_server() as running:
        yield running


@pytest.fixture
async def fetcher():
    made = Fetcher()
    yield made
    await made.close()


async def test_a_body_comes_with_all_that_the_next_request_needs(server, fetcher):
    stamps = {**JSON, "ETag": 'W/"abc"', "Last-Modified": "Sun, 14 Dec 2025 21:31:42 GMT", "Date": "Sun, 14 Dec 2025 21:32:00 GMT", "Age": "24"}
    url = server.serve("/summary.json", Answer(headers=stamps, body=b'{"page":1}'))
    got = await fetcher.fetch(Request(url, expects="json"))
    assert isinstance(got, Fetched)
    assert (got.status, got.data, got.etag, got.age, got.url) == (200, b'{"page":1}', 'W/"abc"', 24.0, url)
    assert got.last_modified == "Sun, 14 Dec 2025 21:31:42 GMT"
    assert got.date == datetime(2025, 12, 14, 21, 32, tzinfo=UTC)


async def test_a_second_request_asks_only_for_changes(server, fetcher):
    def answer(seen):
        if seen.headers.get("if-none-match") == '"v1"' and seen.headers.get("if-modified-since") == "Sun, 14 Dec 2025 21:31:42 GMT":
            return Answer(304, {"ETag": '"v1"', "Age": "10"})
        return Answer(body=b"{}")

    server.handlers["/feed"] = answer
    got = await fetcher.fetch(Request(server.url("/feed"), etag='"v1"', last_modified="Sun, 14 Dec 2025 21:31:42 GMT"))
    assert isinstance(got, NotModified)
    assert (got.age, got.etag) == (10.0, '"v1"')


async def test_it_says_who_it_is_and_carries_nothing_from_one_request_to_the_next(server, fetcher):
    url = server.serve("/feed", Answer(headers={"Set-Cookie": "tracked=1"}, body=b"{}"))
    await fetcher.fetch(Request(url, expects="json"))
    await fetcher.fetch(Request(url, expects="json"))
    assert server.seen[1].headers["user-agent"] == f"statuswatch/{__version__}"
    assert server.seen[1].headers["accept"] == "application/json"
    assert "cookie" not in server.seen[1].headers
    assert server.connections == 1


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_packed_bodies_are_unpacked(server, fetcher, encoding, pack):
    data = b'{"updates":[' + b'"all fine",' * 5000 + b"1]}"
    url = server.serve("/feed", Answer(headers={"Content-Encoding": encoding}, body=pack(data)))
    got = await fetcher.fetch(Request(url))
    assert isinstance(got, Fetched)
    assert got.data == data


async def test_the_largest_body_allowed_is_read_and_one_byte_more_is_not(server, fetcher):
    most = server.serve("/most", Answer(body=b" " * MAX_BYTES))
    more = server.serve("/more", Answer(body=b" " * (MAX_BYTES + 1)))
    assert len((await fetcher.fetch(Request(most))).data) == MAX_BYTES
    got = await fetcher.fetch(Request(more))
    assert isinstance(got, FetchFailed)
    assert (got.state, got.transport) == (FeedState.UNREADABLE, False)
    assert "larger than 8 MiB" in got.detail


async def test_a_small_body_that_unpacks_to_a_huge_one_is_stopped(server, fetcher):
    bomb = gzip.compress(b"0" * (200 * 1024 * 1024), 9)
    assert len(bomb) < 300_000
    url = server.serve("/bomb", Answer(headers={"Content-Encoding": "gzip"}, body=bomb))
    got = await fetcher.fetch(Request(url))
    assert isinstance(got, FetchFailed)
    assert "larger than" in got.detail


@pytest.mark.parametrize(
    ("headers", "data", "words"),
    [
        ({"Content-Encoding": "gzip"}, b"not gzip at all", "broken"),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"x" * 10_000, mtime=0)[:-12], "ends too early"),
        ({"Content-Encoding": "br"}, b"\x0b\x02\x80", "not asked for"),
    ],
    ids=["not gzip", "cut short", "brotli"],  # a packed body holds the time of its making: no part of a test's name
)
async def test_a_body_packed_wrongly_is_a_failure_with_its_reason(server, fetcher, headers, data, words):
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(headers=headers, body=data))))
    assert isinstance(got, FetchFailed)
    assert words in got.detail
    assert not got.transport


async def test_an_empty_body_is_handed_on_for_the_parser_to_name(server, fetcher):
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(headers=JSON))))
    assert isinstance(got, Fetched)
    assert got.data == b""


async def test_a_web_page_instead_of_json_is_noted(server, fetcher):
    page = b"<!DOCTYPE html><html><title>Welcome to our new home</title></html>"
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(headers={"Content-Type": "text/html"}, body=page)), expects="json"))
    assert isinstance(got, Fetched)
    assert got.html


@pytest.mark.parametrize(
    "answer",
    [
        Answer(403),
        Answer(405),
        Answer(401),
        Answer(429),
        Answer(405, {"x-amzn-waf-action": "captcha", "server": "CloudFront"}),
        Answer(202, {"x-amzn-waf-action": "challenge"}),
        Answer(200, {"cf-mitigated": "challenge"}, b"<html></html>"),
        Answer(200, {"Content-Type": "text/html"}, b"<html><body>Please solve the CAPTCHA below</body></html>"),
    ],
    ids=lambda answer: f"{answer.status}-{'-'.join(answer.headers) or 'bare'}",
)
async def test_refusals_of_the_reader_are_blocked_and_never_down(server, fetcher, answer):
    got = await fetcher.fetch(Request(server.serve("/feed", answer), expects="json"))
    assert isinstance(got, FetchFailed)
    assert (got.state, got.transport) == (FeedState.BLOCKED, False)
    assert f"127.0.0.1:{server.port}/feed" in got.detail
    assert "solve" not in got.detail


@pytest.mark.parametrize(
    ("status", "state"), [(500, FeedState.UNREACHABLE), (503, FeedState.UNREACHABLE), (404, FeedState.UNREADABLE), (204, FeedState.UNREADABLE)]
)
async def test_other_statuses_say_what_came_and_what_was_expected(server, fetcher, status, state):
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(status))))
    assert (got.state, got.status, got.transport) == (state, status, False)
    assert str(status) in got.detail


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Sun, 14 Dec 2025 21:35:00 GMT", "Date": "Sun, 14 Dec 2025 21:30:00 GMT"}, 300),
        ({"Retry-After": "Sun, 14 Dec 2025 21:35:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "99999999999999999999"}, 7 * 86400),
        ({}, None),
    ],
)
async def test_the_servers_own_wish_for_a_pause_is_understood(server, fetcher, headers, seconds):
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(429, headers))))
    assert got.retry_after == seconds


async def test_a_redirect_within_the_providers_hosts_is_followed(server, fetcher):
    server.serve("/new", Answer(body=b"here"))
    old = server.serve("/old", Answer(301, {"Location": "/new"}))
    away = server.serve("/away", Answer(302, {"Location": server.url("/new", "localhost")}))
    assert (await fetcher.fetch(Request(old))).data == b"here"
    assert (await fetcher.fetch(Request(away, hosts=frozenset({"localhost"})))).url == server.url("/new", "localhost")


async def test_a_redirect_to_a_foreign_host_is_refused_without_asking_it(server, fetcher):
    server.serve("/new", Answer(body=b"here"))
    url = server.serve("/away", Answer(302, {"Location": server.url("/new", "localhost")}))
    got = await fetcher.fetch(Request(url))
    assert isinstance(got, FetchFailed)
    assert got.state is FeedState.UNREADABLE
    assert "not an address of this provider" in got.detail
    assert [seen.path for seen in server.seen] == ["/away"]


@pytest.mark.parametrize("location", ["", "/loop", "ftp://127.0.0.1/", "http://[bad", "//", "http://127.0.0.1:99999/"])
async def test_redirects_that_lead_nowhere_end(server, fetcher, location):
    url = server.serve("/loop", Answer(302, {"Location": location}))
    got = await fetcher.fetch(Request(url))
    assert isinstance(got, FetchFailed)
    assert len(server.seen) <= 5


async def test_https_is_never_left_for_plain_http():
    transport = FakeTransport(lambda _request: httpx.Response(302, headers={"Location": "http://127.0.0.1/x"}))
    fetcher = Fetcher(lambda _origin: transport)
    got = await fetcher.fetch(Request("https://status.example/feed", hosts=frozenset({"127.0.0.1"})))
    await fetcher.close()
    assert isinstance(got, FetchFailed)
    assert "plain http" in got.detail
    assert len(transport.seen) == 1


async def test_plain_http_is_spoken_to_this_machine_only():
    transport = FakeTransport(lambda _request: body(b"{}"))
    fetcher = Fetcher(lambda _origin: transport)
    got = await fetcher.fetch(Request("http://status.example/feed"))
    await fetcher.close()
    assert isinstance(got, FetchFailed)
    assert transport.seen == []


async def test_nobody_there_is_a_failure_of_transport(server, fetcher):
    url = f"http://127.0.0.1:{server.port}/feed"
    async with status_server() as gone:
        url = gone.url("/feed")
    got = await fetcher.fetch(Request(url))
    assert isinstance(got, FetchFailed)
    assert (got.state, got.transport) == (FeedState.UNREACHABLE, True)
    assert "connection refused" in got.detail


async def test_a_server_that_says_nothing_is_given_up_in_time(server):
    fetcher = Fetcher(total_seconds=0.3)
    got = await fetcher.fetch(Request(server.serve("/slow", Answer(before=30))))
    await fetcher.close()
    assert (got.state, got.transport) == (FeedState.UNREACHABLE, True)
    assert "0.3 s" in got.detail


async def test_a_server_that_drips_is_given_up_in_time_and_counts_as_an_answer(server):
    fetcher = Fetcher(total_seconds=5.0)
    got = await fetcher.fetch(Request(server.serve("/drip", Answer(pieces=(b"x",) * 1000, pause=0.05))))
    await fetcher.close()
    assert (got.state, got.transport, got.status) == (FeedState.UNREACHABLE, False, 200)


async def test_a_body_that_breaks_off_is_a_failure_after_an_answer(server, fetcher):
    got = await fetcher.fetch(Request(server.serve("/half", Answer(body=b'{"half":', length=500, cut=True))))
    assert isinstance(got, FetchFailed)
    assert (got.state, got.transport) == (FeedState.UNREACHABLE, False)


async def test_what_is_not_http_is_a_failure(fetcher):
    async def babble(_reader, writer):
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        writer.close()

    babbler = await asyncio.start_server(babble, "127.0.0.1", 0)
    got = await fetcher.fetch(Request(f"http://127.0.0.1:{babbler.sockets[0].getsockname()[1]}/"))
    babbler.close()
    assert isinstance(got, FetchFailed)
    assert "hello" not in got.detail


async def test_each_host_has_connections_of_its_own(server, fetcher):
    server.serve("/a", Answer(body=b"1"))
    for url in (server.url("/a"), server.url("/a", "localhost"), server.url("/a")):
        await fetcher.fetch(Request(url))
    assert server.connections == 2


async def test_a_connection_is_kept_whatever_was_answered(server, fetcher):
    server.serve("/feed", Answer(body=b"{}"))
    server.serve("/same", Answer(304, {"ETag": '"v1"'}))
    server.serve("/down", Answer(503, body=b"x" * 5000))
    server.serve("/no", Answer(403, {"x-amzn-waf-action": "captcha"}))
    server.serve("/old", Answer(301, {"Location": "/feed"}, b"moved"))
    for path in ("/feed", "/same", "/down", "/no", "/old", "/same"):
        await fetcher.fetch(Request(server.url(path)))
    assert len(server.seen) == 7
    assert server.connections == 1


async def test_a_kept_connection_that_died_unseen_is_no_failure(server, fetcher):
    def answer(_seen):
        if len(server.seen) == 2:
            raise ConnectionResetError
        return Answer(body=b"{}")

    server.handlers["/feed"] = answer
    url = server.url("/feed")
    assert isinstance(await fetcher.fetch(Request(url)), Fetched)
    assert isinstance(await fetcher.fetch(Request(url)), Fetched)
    assert (len(server.seen), server.connections) == (3, 2)


async def test_a_new_connection_that_breaks_is_not_tried_again(server, fetcher):
    def answer(_seen):
        raise ConnectionResetError

    server.handlers["/feed"] = answer
    assert isinstance(await fetcher.fetch(Request(server.url("/feed"))), FetchFailed)
    assert len(server.seen) == 1


def test_the_library_comes_without_its_command_line():
    code = (
        "import sys, asyncio; from statuswatch.engine.fetch import Fetcher, Request; asyncio.run(Fetcher().fetch(Request('http://127.0.0.1:9/')));"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert "'httpx'" in done.stdout
    assert not any(f"'{name}'" in done.stdout for name in ("rich", "click", "pygments", "pydantic"))


async def test_the_tls_context_is_made_once_for_all_hosts(fetcher):
    contexts = {id(fetcher._context("https")) for _ in range(3)}
    assert len(contexts) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "max-age=60, public"}, 60),
        ({"Cache-Control": 'public, MAX-AGE="60"', "Age": "24"}, 36),
        ({"Cache-Control": "max-age=10, s-maxage=300", "Age": "24"}, None),
        ({"Cache-Control": "s-maxage=300"}, None),
        ({"Cache-Control": "no-cache, max-age=60"}, None),
        ({"Cache-Control": "no-store"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
        ({"Cache-Control": "max-age=99999999999999"}, 7 * 86400),
        ({"Expires": "Sun, 14 Dec 2025 21:35:00 GMT", "Date": "Sun, 14 Dec 2025 21:30:00 GMT"}, 300),
        ({"Expires": "0", "Date": "Sun, 14 Dec 2025 21:30:00 GMT"}, None),
        ({}, None),
    ],
)
async def test_how_long_a_copy_serves_is_understood(server, fetcher, headers, seconds):
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(headers=headers, body=b"{}"))))
    assert got.fresh_for == seconds
    same = await fetcher.fetch(Request(server.serve("/same", Answer(304, headers))))
    assert same.fresh_for == seconds


@pytest.mark.parametrize("status", [200, 202, 500, 503])
@pytest.mark.parametrize("pack", [None, gzip.compress])
async def test_a_puzzle_for_people_is_blocked_whatever_its_status(server, fetcher, status, pack):
    puzzle = b"<!DOCTYPE html><html><head><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script></head></html>"
    headers = {"Content-Type": "text/html", "Server": "cloudflare"} | ({"Content-Encoding": "gzip"} if pack else {})
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(status, headers, pack(puzzle) if pack else puzzle))))
    assert isinstance(got, FetchFailed)
    assert got.state is FeedState.BLOCKED
    assert "moment" not in got.detail


async def test_an_error_page_that_claims_to_be_packed_and_is_not_is_still_an_answer(server, fetcher):
    got = await fetcher.fetch(Request(server.serve("/feed", Answer(502, {"Content-Encoding": "gzip"}, b"<html>bad gateway"))))
    odd = await fetcher.fetch(Request(server.serve("/odd", Answer(502, {"Content-Encoding": "br"}, b"?"))))
    assert (got.state, got.status, odd.state) == (FeedState.UNREACHABLE, 502, FeedState.UNREACHABLE)


@pytest.mark.parametrize(
    ("environ", "host", "proxy"),
    [
        ({}, "status.example", None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "status.example", "http://proxy.example:3128"),
        ({"ALL_PROXY": "proxy.example:3128"}, "status.example", "http://proxy.example:3128"),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "example"}, "status.example", None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "127.0.0.1", None),
    ],
)
def test_a_companys_proxy_is_honoured_but_never_for_this_machine(monkeypatch, environ, host, proxy):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert _proxy(urlsplit(f"https://{host}/feed")) == proxy


async def test_a_proxy_that_needs_a_missing_library_is_a_failed_read(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    fetcher = Fetcher()
    got = await fetcher.fetch(Request("https://status.example/feed"))
    await fetcher.close()
    assert isinstance(got, FetchFailed)
    assert "proxy" in got.detail


def test_addresses_are_shown_without_login_query_or_anything_a_terminal_acts_on():
    assert shown("https://me:secret@Status.Example:8443/a/b.json?key=sk-123#x") == "https://status.example:8443/a/b.json"
    assert not set(shown("https://status.example/\x1b[2J$(id)`x`%F{red}")) & set("\x1b$`%{}()[]")
    assert "secret" not in shown("https://[bad")
