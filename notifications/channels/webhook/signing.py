"""Signatures as Standard Webhooks has them, and the secrets behind them.

Rule: no secret is stored. One is derived from the installation's key, the webhook's id and the number of its
generation, so that a copy of the database signs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

PREFIX = "whsec_"
_PURPOSE = b"dondoc webhook secret 1"


def secret_of(key: str, webhook_id: str, generation: int) -> str:
    """The secret that a receiver verifies with: `whsec_` and 32 bytes in base64."""
    told = b"\n".join((_PURPOSE, webhook_id.encode(), str(generation).encode()))
    return PREFIX + base64.b64encode(hmac.digest(key.encode(), told, hashlib.sha256)).decode()


def signatures(secrets: list[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1` signature for each secret, apart by spaces."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
