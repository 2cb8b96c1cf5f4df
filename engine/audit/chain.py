"""Appending to a hash chain.

Rule: hash = SHA-256(0x02 + previous hash + canonical bytes). The canonical bytes hold no free text: the payload is
represented by SHA-256(salt + payload), so that it can be erased by law without breaking the chain.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine.access import Actor
from engine.models.columns import instant_text

FORMAT = 1
GENESIS = b""
_DOMAIN = b"\x02"
_SALT_BYTES = 16


@dataclass(frozen=True)
class Happening:
    """What is to be recorded: a type from docs/history.md, where in the diagram, and its payload (JSON values)."""

    type: str
    element_id: str | None = None
    task_id: str | None = None
    data: Mapping[str, Any] | None = None


def canonical_json(value: Any) -> bytes:
    """Compact JSON with sorted keys in UTF-8: RFC 8785 for strings, integers, booleans, null, arrays, ASCII keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def commitment(salt: bytes, payload: bytes) -> str:
    """The hex digest that stands for a payload in the chain."""
    return hashlib.sha256(salt + payload).hexdigest()


def link(previous: bytes, canonical: bytes) -> bytes:
    """The 32-byte hash of an event that follows `previous` (empty for the first of a chain)."""
    return hashlib.sha256(_DOMAIN + previous + canonical).digest()


class Chain:
    """The growing end of one chain, in a transaction that holds its lock."""

    def __init__(self, instance_id: str, seq: int, head: bytes, *, simulated: bool) -> None:
        self.instance_id = instance_id
        self.seq = seq
        self.head = head
        self._simulated = simulated

    def append(self, actor: Actor, at: datetime, happening: Happening) -> dict[str, Any]:
        """Add one event and return its row, as values of the columns of `audit_event`."""
        self.seq += 1
        payload = canonical_json(happening.data) if happening.data is not None else None
        salt = os.urandom(_SALT_BYTES) if payload is not None else None
        canonical = canonical_json(self._fields(actor, at, happening, salt, payload))
        self.head = link(self.head, canonical)
        return {
            "instance_id": self.instance_id,
            "seq": self.seq,
            "type": happening.type,
            "at": at,
            "actor_id": actor.person_id,
            "element_id": happening.element_id,
            "task_id": happening.task_id,
            "canonical": canonical,
            "hash": self.head,
            "salt": salt,
            "data": payload.decode() if payload is not None else None,
        }

    def _fields(
        self, actor: Actor, at: datetime, happening: Happening, salt: bytes | None, payload: bytes | None
    ) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "v": FORMAT,
            "instance": self.instance_id,
            "seq": self.seq,
            "type": happening.type,
            "at": instant_text(at),
            "actor": actor.person_id,
            "on_behalf_of": actor.on_behalf_of,
            "roles": actor.credentials,
            "request": actor.request_id,
            "element": happening.element_id,
            "task": happening.task_id,
        }
        if salt is not None and payload is not None:
            fields["data"] = commitment(salt, payload)
        if self._simulated:
            fields["simulated"] = True
        return fields
