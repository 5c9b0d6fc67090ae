"""The text of a new provider file. What a page says of itself goes into it as escaped strings, so that no text of a feed can add a key."""

from dataclasses import dataclass

_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\"}
_COMPONENTS = 100
_NAME = 120
_MOST_BMP = 0xFFFF


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new file says: `components` are `(id or "", name)` of the page, for the person to choose from; they are written as comments."""

    id: str
    name: str
    format: str
    url: str
    page_url: str = ""
    families: tuple[str, ...] = ()
    api_hosts: tuple[str, ...] = ()
    components: tuple[tuple[str, str], ...] = ()


def text_of(draft: Draft, source: str) -> str:
    """The TOML of `draft`; `source` is where its facts are from, in our words."""
    lines = [f"id = {quoted(draft.id)}", f"name = {quoted(draft.name)}"]
    lines += [f"{key} = [{', '.join(map(quoted, values))}]" for key, values in (("families", draft.families), ("api_hosts", draft.api_hosts)) if values]
    lines += [f"page_url = {quoted(draft.page_url)}"] if draft.page_url else []
    lines += ["", "[[feed]]", f"format = {quoted(draft.format)}", f"url = {quoted(draft.url)}", f"source = {quoted(source)}", "verified = true"]
    if draft.components:
        lines += ["", "# The page's components. Take the # away from those that matter to you, and say what they stand for:"]
        lines += ["# surfaces are api, console, chat, code and cloud; without any component every incident of the page counts."]
    for ident, name in draft.components[:_COMPONENTS]:
        lines += ["#", "# [[component]]", *([f"# id = {quoted(ident)}"] if ident else []), f"# names = [{quoted(name[:_NAME])}]", '# surfaces = ["api"]']
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """The text as a basic string of TOML: printable ASCII as it is, all else as an escape (https://toml.io/en/v1.0.0#string)."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if " " <= char <= "~":
        return char
    code = ord(char)
    if "\ud800" <= char <= "\udfff":  # half a character, which TOML has no way to write
        return "?"
    return f"\\u{code:04X}" if code <= _MOST_BMP else f"\\U{code:08X}"
