"""One HTTP answer as a tap saw it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Response:
    """One answer of an API, or what is known of it. Header names are lower-case.

    `status` is None where no status line was seen; `pasted` says that a person or a log gave the text, so that nothing in it can be more than a hint;
    `elapsed_ms` is the time to the end of the answer in milliseconds.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    url: str | None = None
    provider: str | None = None
    elapsed_ms: float | None = None
    pasted: bool = False
