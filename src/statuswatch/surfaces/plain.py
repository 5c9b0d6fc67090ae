"""A feed's text made harmless for a terminal line: no escapes, no control characters, nothing that turns the direction of what stands beside it."""

import re

# C0 and C1 controls but for the white space below, soft hyphen, zero-width and bidi marks (Unicode TR 36), line and paragraph separators, tags, surrogates.
_MARKS = "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029 ]+")
_HARMFUL = re.compile(f"[\x00-\x1f\x7f-\x9f{_MARKS}]")


def plain(text: str) -> str:
    """The text on one line, without control characters, bidi controls and invisible marks; runs of white space are one space."""
    return _SPACE.sub(" ", _HARMFUL.sub("", _SPACE.sub(" ", text))).strip()  # what is taken out may have kept two spaces apart
