"""What looks like a key: such a word is never passed on, whatever field of an answer it stands in."""

import re

# How issuers begin their keys and tokens; and any run of letters and digits that is too long for a name.
_BEGINNINGS = "sk|pk|rk|gh[a-z]|github_pat|glpat|xox[a-z]|hf|gsk|npm|pypi|akia|asia|aiza|ya29|eyj|r8|nvapi|key|bearer|secret|token|password"
_KEY = re.compile(rf"(?i)(?<![A-Za-z0-9])(?:{_BEGINNINGS})(?=[-_.A-Za-z0-9]*\d)[-_.A-Za-z0-9]{{10,}}")
_LONG_RUN = re.compile(r"(?=[A-Za-z]*\d)[A-Za-z0-9]{33,}")


def looks_like_key(text: str) -> bool:
    """Whether `text` holds a word in the form of a key, a token or a password; names of codes and models have none of these forms."""
    return _KEY.search(text) is not None or _LONG_RUN.search(text) is not None
