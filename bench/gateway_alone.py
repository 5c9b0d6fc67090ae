"""The gateway by itself, which observes and tells nobody, for bench/gateway.py: a program of its own, so that what measures is not in its memory.

python bench/gateway_alone.py PORT TOKEN URL
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from statuswatch.catalog.signatures import load_signatures
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import Knowledge
from statuswatch.gateway.server import Gateway
from statuswatch.gateway.tap import Tap
from statuswatch.gateway.upstreams import Upstreams
from statuswatch.sources.clients.diagnose import SignatureDiagnose


async def serve(port: int, token: str, url: str) -> None:
    knowledge = Knowledge()
    diagnose = SignatureDiagnose(load_signatures(Path("/nonexistent"))[0], knowledge)
    began = datetime(2025, 12, 14, tzinfo=UTC)
    tap = Tap(lambda _call: None, lambda *_: None, diagnose, lambda: began, {"bench": Surface.API})
    await Gateway(port, token, Upstreams(knowledge, {"bench": url}), {}, tap.watch).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
