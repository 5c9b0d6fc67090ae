"""Whose process the other end of a loopback connection is, where the system tells.

On Linux the kernel is asked for that one socket (sock_diag(7)), which costs the same however many there are. Elsewhere nobody can tell, and the word in the
address alone protects.
"""

import contextlib
import os
import socket
import struct
import sys

_SOCK_DIAG, _BY_FAMILY, _REQUEST = 4, 20, 1
_ANY_STATE, _NO_COOKIE = 0xFFFFFFFF, b"\xff" * 8
_HEADER = struct.Struct("=IHHII")
# struct inet_diag_req_v2 up to its socket id, and that id: ports and addresses in network order (linux/inet_diag.h).
_ASK = struct.Struct("=BBBBI")
_UID_AT = _HEADER.size + 4 + 48 + 12


class Peers:
    """Asks over one netlink socket, which is opened at the first question."""

    def __init__(self) -> None:
        self._netlink: socket.socket | None = None
        self._useless = sys.platform != "linux"

    def is_stranger(self, connection: socket.socket) -> bool:
        """Whether the other end is known to be of another user; root may do everything anyway. False where that cannot be told."""
        owner = self.owner(connection)
        return owner is not None and owner not in (0, os.geteuid())

    def owner(self, connection: socket.socket) -> int | None:
        """The user id of the other end; None where it cannot be told."""
        if self._useless:
            return None
        try:
            here, there = connection.getsockname(), connection.getpeername()
            return self._asked(there, here)
        except (OSError, struct.error, ValueError):
            return None

    def close(self) -> None:
        """Close the netlink socket."""
        if self._netlink is not None:
            with contextlib.suppress(OSError):
                self._netlink.close()
            self._netlink = None

    def _asked(self, source: tuple[str, int], target: tuple[str, int]) -> int | None:
        if self._netlink is None:
            try:
                self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG)
            except OSError:  # a sandbox without it
                self._useless = True
                raise
            self._netlink.settimeout(0.05)  # the answer is there when the question has been taken
        ends = struct.pack("!HH4s12x4s12xI", source[1], target[1], socket.inet_aton(source[0]), socket.inet_aton(target[0]), 0)
        question = _ASK.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ANY_STATE) + ends + _NO_COOKIE
        self._netlink.send(_HEADER.pack(_HEADER.size + len(question), _BY_FAMILY, _REQUEST, 1, 0) + question)
        answer = self._netlink.recv(4096)
        _, kind, *_ = _HEADER.unpack_from(answer)
        return struct.unpack_from("=I", answer, _UID_AT)[0] if kind == _BY_FAMILY else None
