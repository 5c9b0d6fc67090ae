"""Where a host stands, by its name or number alone: on this machine or a private network, or anywhere else."""

import re
from ipaddress import ip_address

_PRIVATE_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa", ".svc", ".test", ".docker")
# Spellings of an IPv4 number that resolvers accept beside four decimal parts: one or more parts, each decimal, octal or 0x-hexadecimal.
_ODD_NUMBER = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, in its plain spellings."""
    host = host.strip().lower().strip("[]").rstrip(".")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_local(host: str) -> bool:
    """Whether `host` is loopback, private, link-local, or a name that only a private network resolves. Odd spellings of numbers count as private."""
    host = host.strip().lower().strip("[]").rstrip(".")
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        if _ODD_NUMBER.fullmatch(host):
            return True
        return "." not in host or host.endswith(_PRIVATE_NAMES)
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_global
