"""What every resource promises alike: one answer a key, versions, unchanged answers that are not sent again.

Rule: each promise of the contract is kept in this one place; views only name what they do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from flask import Response, request

from api.auth import actor, engine
from api.bodies import body as body
from api.bodies import fingerprint
from api.errors import RequestError
from api.json import dumps
from engine.commands.case import Case
from engine.commands.idempotency import once
from engine.commands.incidents import carried_out
from engine.runtime import Transaction

LONGEST_KEY = 255
NEVER = -1
_TAG = re.compile(r'^(?:W/)?"?v(\d{1,9})(?:\.(\d{1,9}))?(?:-[0-9a-f]+)?"?$')


@dataclass(frozen=True)
class Answer:
    """What a view gives back: a status, a JSON body, and the version of what it shows (None: it has none).

    `part` is the version of what belongs to its reader alone, such as their draft.
    """

    body: Any
    status: int = 200
    version: int | None = None
    part: int = 0


def perform(
    act: Callable[[Transaction], Answer],
    conceal: Collection[str] = (),
    settled: Callable[[Transaction, Case], Answer] | None = None,
) -> Response:
    """Run a change through the engine; under an Idempotency-Key only once.

    What is to be concealed is told the first time only: it is left out of the answer that is kept. A step that fails
    makes its case an incident; `settled` is the answer where that is no error, else it is a problem.
    """
    answer, replayed = done_once(idempotency_key(), act, conceal, settled)
    response = respond(answer)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def idempotency_key() -> str | None:
    """The request's Idempotency-Key; None when it has none."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and (not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable()):
        raise RequestError(400, "idempotency-key", "Idempotency-Key không hợp lệ.", "The Idempotency-Key is not valid.")
    return key


def done_once(
    key: str | None,
    act: Callable[[Transaction], Answer],
    conceal: Collection[str] = (),
    settled: Callable[[Transaction, Case], Answer] | None = None,
) -> tuple[Answer, bool]:
    """Run a change through the engine, under a key only once; True when the answer is the one given before."""
    if key is None:
        return carried_out(engine(), actor(), act, settled), False
    kept = _Kept(key, fingerprint(), conceal)
    settle = None if settled is None else partial(kept.settle, settled)
    stored, replayed = carried_out(engine(), actor(), partial(kept.act, act), settle)
    return (_unpacked(stored), True) if replayed else (kept.first[0], False)


def look(query: Callable[[Transaction], Answer]) -> Response:
    """Run a read through the engine."""
    return respond(engine().read(actor(), query))


def respond(answer: Answer) -> Response:
    """The HTTP form of an answer; 304 when the reader has exactly this already."""
    if answer.status == 204:
        return Response(status=204)
    content = dumps(answer.body)
    response = Response(content, status=answer.status, content_type="application/json")
    if answer.version is not None:
        response.set_etag(_tag(answer, content))
        if request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(_tag(answer, content)):
            return Response(status=304, headers={"ETag": response.headers["ETag"]})
    return response


def expected_version(*, required: bool = False) -> int | None:
    """The version in If-Match; None when it is not sent. With `required` its absence is a 428."""
    found = _expected(required=required)
    return found and found[0]


def expected_part() -> int | None:
    """The version of the reader's own part in If-Match, which is required; 0 when they have read none yet."""
    found = _expected(required=True)
    return found and found[1]


def _expected(*, required: bool) -> tuple[int, int] | None:
    text = request.headers.get("If-Match")
    if text is None:
        if required:
            raise RequestError(
                428, "if-match-required", "Cần gửi If-Match với ETag đã đọc.", "Send If-Match with the ETag you read."
            )
        return None
    if text.strip() == "*":
        return None
    found = _TAG.match(text.strip())
    return (int(found[1]), int(found[2] or 0)) if found else (NEVER, NEVER)


def _tag(answer: Answer, content: bytes) -> str:
    """The version, and a digest: what is shown differs by reader, language and time while the version stands."""
    part = f".{answer.part}" if answer.part else ""
    return f"v{answer.version}{part}-{hashlib.blake2b(content, digest_size=6).hexdigest()}"


class _Kept:
    """An answer that is kept under a key, as part of the transaction that does the work."""

    def __init__(self, key: str, mark: bytes, conceal: Collection[str]) -> None:
        self.first: list[Answer] = []
        self._key = key
        self._mark = mark
        self._conceal = conceal

    def act(self, act: Callable[[Transaction], Answer], tx: Transaction) -> tuple[bytes, bool]:
        """Do it and keep the answer, or give the kept one; True when it was there."""
        return once(tx, self._key, self._mark, partial(self._packed, act))

    def settle(self, settled: Callable[[Transaction, Case], Answer], tx: Transaction, case: Case) -> tuple[bytes, bool]:
        """Keep the answer after a failure that is none to the caller."""
        return self.act(lambda tx: settled(tx, case), tx)

    def _packed(self, act: Callable[[Transaction], Answer], tx: Transaction) -> bytes:
        self.first[:] = [act(tx)]
        return _packed(self.first[0], self._conceal)


def _packed(answer: Answer, conceal: Collection[str]) -> bytes:
    if conceal:
        answer = replace(answer, body={name: told for name, told in answer.body.items() if name not in conceal})
    return dumps([answer.status, answer.version, answer.body, answer.part])


def _unpacked(stored: bytes) -> Answer:
    status, version, body, *part = orjson.loads(stored)
    return Answer(body, status, version, *part)
