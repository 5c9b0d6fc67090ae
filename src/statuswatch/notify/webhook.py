"""Notices as signed JSON to an address of the person's own, in the form of Standard Webhooks (https://www.standardwebhooks.com, specification 1.0)."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx

from statuswatch.core.codec import encode
from statuswatch.core.moment import format_time
from statuswatch.core.notice import Notice
from statuswatch.notify.base import Delivery
from statuswatch.notify.secret import WEBHOOK_SECRET as SECRET
from statuswatch.notify.secret import missing, secret
from statuswatch.notify.text import body_of, title_of

_PREFIX = "whsec_"
_TIMEOUT_S = 10.0
_WRITTEN = ("id", "trouble", "kind", "reason", "routes", "provider", "incident", "url", "fault", "confidence", "quiet", "simulated")


class WebhookNotifier:
    """POSTs each notice, corrections included, to `url`. Any 2xx is taken; redirects are not followed; nothing of an answer is read or kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: httpx.AsyncClient | None = None

    @property
    def name(self) -> str:
        """The kind."""
        return "webhook"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Send it, signed. The id stays the same when it is sent again, so that the receiver can tell."""
        del replaces
        key = await secret(SECRET)
        if key is None:
            return Delivery(ok=False, handle=None, detail=f"the webhook is not sent unsigned; {missing(SECRET)}")
        body = json.dumps(payload(notice), ensure_ascii=False, separators=(",", ":")).encode()
        sent_at = int(notice.at.timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": notice.id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": sign(key, notice.id, sent_at, body),
        }
        self._client = self._client or httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False)
        try:
            async with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            return Delivery(ok=False, handle=None, detail=f"the webhook's address did not answer ({type(error).__name__})")
        taken = 200 <= status < 300  # noqa: PLR2004 - what RFC 9110 calls successful
        return Delivery(taken, None, "taken" if taken else f"the webhook's address answered {status}; expected 2xx")

    async def available(self) -> tuple[bool, str]:
        """Whether it could be signed. Nothing is sent."""
        there = await secret(SECRET) is not None
        return there, "sends signed JSON" if there else missing(SECRET)

    async def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client:
            await client.aclose()


def payload(notice: Notice) -> dict[str, Any]:
    """The body: `type`, `timestamp` and, as `data`, the notice with its text made harmless."""
    written = encode(notice)
    data = {name: written.get(name) for name in _WRITTEN}
    return {
        "type": f"notice.{notice.kind.value}",
        "timestamp": format_time(notice.at),
        "data": {**data, "at": format_time(notice.at), "title": title_of(notice), "body": body_of(notice, markup=False)},
    }


def sign(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. A key that starts with `whsec_` is base64, any other is taken as it is."""
    raw = key.encode()
    if key.startswith(_PREFIX):
        try:
            raw = base64.b64decode(key.removeprefix(_PREFIX), validate=True)
        except ValueError:
            raw = key.encode()
    signature = hmac.new(raw, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signature).decode()
