"""Text out of feeds: HTML to lines, links that may be opened, words that are quoted in our own sentences."""

import html
import re

NAME_LIMIT = 400
"""Characters kept of a title or a name. The longest title known has 240."""
BODY_LIMIT = 20_000
"""Characters kept of an update's text. The longest known is a post-mortem of 7,450."""

_MARKUP_LIMIT = 200_000
_LINK_LIMIT = 2_000
_QUOTE_LIMIT = 40
_UNHEARD = ("script", "style", "template")
_BLOCKS = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "section", "article", "header", "footer", "dd", "dt"}
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?][^<>]*>")
# A lone plain space needs no change, and most of a text's spaces are that.
_SPACES = re.compile(r"[ \t\f\v\u00a0]{2,}|[\t\f\v\u00a0]")
_AROUND_BREAK = re.compile(r" ?\n ?")
_MANY_BREAKS = re.compile(r"\n{3,}")
_LINK = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def sound(text: str, limit: int) -> str:
    """The text cut to `limit` characters, without the lone surrogates that JSON can carry and no encoder takes. Otherwise raw: surfaces escape."""
    # Most texts are ASCII, which a string knows of itself; the search would be the dearest part of reading a page.
    return text[:limit] if text.isascii() else _SURROGATE.sub("\ufffd", text[:limit])


def quoted(word: str) -> str:
    r"""A feed's word for use inside a sentence of ours: short, in quotes, everything but printable ASCII as an escape such as `\u202e`."""
    return ascii(word[:_QUOTE_LIMIT])


def link_of(value: object) -> str | None:
    """The value where it is a plain web address that a person may be offered to open; None for other schemes, spaces, control characters."""
    return value if isinstance(value, str) and len(value) <= _LINK_LIMIT and _LINK.fullmatch(value) else None


def last_segment(link: str) -> str:
    """The last part of a link's path: `https://host//incidents/01M2?x=1#y` gives `01M2`; empty where there is no path."""
    path = link.split("#", 1)[0].split("?", 1)[0].partition("://")[2]
    host, _, rest = path.partition("/")
    return rest.rstrip("/").rpartition("/")[2] if host else ""


def html_to_text(markup: str) -> str:
    """The text of a piece of HTML: blocks and `<br>` as line breaks, entities read once, scripts and comments dropped. Linear in its input."""
    markup = markup[:_MARKUP_LIMIT]
    if "<" not in markup and "&" not in markup and "  " not in markup and markup.isprintable():
        return markup.strip()  # as most titles are: there is nothing to do
    if "<" in markup:
        markup = _without(markup, "<!--", "-->")
        for name in _UNHEARD:
            markup = _without_element(markup, name)
        markup = _TAG.sub(_tag_as_text, markup)
    text = html.unescape(markup).replace("\r\n", "\n").replace("\r", "\n")
    text = _AROUND_BREAK.sub("\n", _SPACES.sub(" ", text))
    return sound(_MANY_BREAKS.sub("\n\n", text).strip(), _MARKUP_LIMIT)


def _tag_as_text(match: re.Match[str]) -> str:
    name = (match[2] or "").lower()
    return "\n" if name in _BLOCKS else ""


def _without(markup: str, opening: str, closing: str) -> str:
    """The markup without what lies between `opening` and `closing`; an unclosed one takes the rest with it, as in a browser."""
    kept: list[str] = []
    at = 0
    while (start := markup.find(opening, at)) >= 0:
        kept.append(markup[at:start])
        end = markup.find(closing, start + len(opening))
        if end < 0:
            return "".join(kept)
        at = end + len(closing)
    return "".join((*kept, markup[at:]))


def _without_element(markup: str, name: str) -> str:
    """The markup without the elements `name` and their contents."""
    lowered = markup.lower()
    if f"<{name}" not in lowered or len(lowered) != len(markup):
        return markup
    kept: list[str] = []
    at = 0
    while (start := lowered.find(f"<{name}", at)) >= 0:
        kept.append(markup[at:start])
        end = lowered.find(f"</{name}", start)
        if end < 0:
            return "".join(kept)
        at = end
    return "".join((*kept, markup[at:]))
