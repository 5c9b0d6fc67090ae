"""How a reader asks whose fault a failure is: the protocol it is given, and the one implementation over the catalogue's signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from statuswatch.core.observation import Diagnosis


class Diagnose(Protocol):
    """Whose fault a response or a transport failure is, as far as it says so by itself."""

    def response(self, *, status: int | None, headers: Mapping[str, str], body: str, url: str | None, provider: str | None) -> Diagnosis:
        """The reading of one response; `headers` have lower-case names, `body` may be any text."""
        ...

    def transport(self, *, code: str, host: str | None) -> Diagnosis:
        """The reading of a call that got no response: an errno name (`ENOTFOUND`) or a client's word for one."""
        ...


@dataclass(frozen=True, slots=True)
class SignatureDiagnose:
    """Diagnose over the catalogue's signatures; the parsers are imported at the first failure, as most records hold none."""

    signatures: Any
    knowledge: Any = None

    def response(self, *, status: int | None, headers: Mapping[str, str], body: str, url: str | None, provider: str | None) -> Diagnosis:
        """See Diagnose."""
        from statuswatch.sources.apierror import diagnose
        from statuswatch.sources.response import Response

        return diagnose(Response(status, dict(headers), body, url, provider), self.signatures, self.knowledge)

    def transport(self, *, code: str, host: str | None) -> Diagnosis:
        """See Diagnose."""
        from statuswatch.sources.apierror import diagnose_transport

        return diagnose_transport(code, host, self.signatures)
