"""Whose the other end of a connection is."""

import asyncio
import os
import socket
import subprocess
import sys
import textwrap

import pytest

from statuswatch.gateway.peers import Peers
from support.gatewaykit import TOKEN, Server, before

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a connection is")


@linux
def test_the_other_end_is_this_user() -> None:
    peers = Peers()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as mine:
        theirs, _ = server.accept()
        with theirs:
            assert peers.owner(theirs) in (os.geteuid(), None)  # None: a sandbox without sock_diag
            assert not peers.is_stranger(theirs)
            mine.shutdown(socket.SHUT_RDWR)
    peers.close()


def test_what_cannot_be_told_is_no_stranger() -> None:
    peers = Peers()
    with socket.socket() as unconnected:
        assert peers.owner(unconnected) is None
        assert not peers.is_stranger(unconnected)
    peers.close()


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
async def test_another_user_who_knows_the_address_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    program = textwrap.dedent("""
        import encodings.idna, os, socket, sys  # the interpreter's files may be closed to others
        os.setuid(65534)
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as box:
            try:
                box.sendall(sys.argv[2].encode())
                sys.stdout.write(repr(box.recv(100)))
            except ConnectionError:
                sys.stdout.write("hung up")
    """)
    # Root may use everything; the gateway is to think that it is somebody else's.
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    async with Server() as server, before(server) as gateway:
        server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]
        ask = f"GET /{TOKEN}/sim/ HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n"
        said = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, str(gateway.port), ask], capture_output=True, text=True, check=True)

        assert said.stdout in ("hung up", "b''")
        assert server.connections == 0
