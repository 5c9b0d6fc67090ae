"""Text out of feeds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.sources.text import html_to_text, last_segment, link_of, quoted, sound


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>a (Operational)</li>\n<li>b</li></ul>", "a (Operational)\n\nb"),
        ("R&amp;D &lt;b&gt; &nbsp; &#39;x&#39;", "R&D <b> 'x'"),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
        ("a < b and c > d", "a < b and c > d"),
        ("<b><i>nested</b></i> <var data-var='date'> 7</var>,", "nested 7,"),
        ("x<script>alert('<p>')</script>y<STYLE>p{}</STYLE>z", "xyz"),
        ("x<script>never closed", "x"),
        ("a<!-- hidden <p> -->b<!-- open", "ab"),
        ("<a href='https://evil.test'>status page</a>", "status page"),
        ("a\r\n\r\n\r\n\r\nb", "a\n\nb"),
        ("broken <p unclosed", "broken <p unclosed"),
        ("<![CDATA[x]]><?php x ?>y", "y"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("\u0130<script>x</script>", "\u0130x"),
    ],
)
def test_markup_becomes_lines(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@given(st.text(alphabet=st.sampled_from("<>&;!-/ abps#x0\n\"'="), max_size=300) | st.text(max_size=200))
def test_any_markup_gives_text_that_can_be_encoded(markup: str) -> None:
    html_to_text(markup).encode()


@pytest.mark.parametrize("piece", ["<", "<!--", "<a ", "<script", "</", "&#", "<p>", "\n ", "<a '"])
def test_no_markup_takes_long(piece: str) -> None:
    start = time.process_time()
    html_to_text(piece * 60_000)

    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("link", "segment"),
    [
        ("https://status.test/incidents/abc", "abc"),
        ("https://status.test//incidents/01M2?x=/1#y/z", "01M2"),
        ("https://status.test/incidents/abc/", "abc"),
        ("https://status.test/", ""),
        ("https://status.test", ""),
        ("no link", ""),
    ],
)
def test_the_last_segment_of_a_link_is_the_incidents_name(link: str, segment: str) -> None:
    assert last_segment(link) == segment


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://a\x1b[2J", "https://a\u202e", "//x", "", None, 7, "https://" + "a" * 3000]
)
def test_only_plain_web_addresses_are_links(link: object) -> None:
    assert link_of(link) is None


def test_a_plain_web_address_is_a_link() -> None:
    assert link_of("https://stspg.io/bq99?x=1") == "https://stspg.io/bq99?x=1"


def test_a_quoted_word_is_short_and_printable() -> None:
    assert quoted("odd") == "'odd'"
    assert quoted("\x1b[31m\u202eevil" + "x" * 100).isprintable()
    assert len(quoted("x" * 100)) == 42


def test_sound_text_is_cut_and_has_no_lone_surrogates() -> None:
    assert sound("a\ud800b", 10) == "a\ufffdb"
    assert sound("abcdef", 3) == "abc"
