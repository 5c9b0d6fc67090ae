"""Where ways of telling find what must not stand in a settings file: the environment, else the system's keyring."""

import asyncio
import os
from importlib import import_module

_KEYRING_SECONDS = 5.0
SERVICE = "statuswatch"
WEBHOOK_SECRET = "STATUSWATCH_WEBHOOK_SECRET"  # noqa: S105 - the name of the variable
PUSH_URLS = "STATUSWATCH_PUSH_URLS"
HIDDEN = frozenset({WEBHOOK_SECRET, PUSH_URLS})
"""What no program that is started may inherit."""


async def secret(name: str) -> str | None:
    """The secret of that name: `$NAME`, else the keyring's entry `statuswatch` / NAME where the keyring package is installed and answers."""
    given = os.environ.get(name)
    if given:
        return given
    try:
        async with asyncio.timeout(_KEYRING_SECONDS):
            return await asyncio.to_thread(_from_keyring, name)
    except TimeoutError:
        return None


def _from_keyring(name: str) -> str | None:
    try:
        found = import_module("keyring").get_password(SERVICE, name)
    except Exception:  # noqa: BLE001 - a locked, absent or broken keyring is one without the entry, whatever it raises
        return None
    return found if isinstance(found, str) and found else None


def missing(name: str) -> str:
    """What to do where there is none."""
    return f"no secret {name}: set it in the engine's environment, or store it with: keyring set {SERVICE} {name}"
