"""One action on many things: each in a transaction of its own, and a result for each.

Rule: what fails for one is told with that one and holds up no other; under an Idempotency-Key each is done once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Response

from api.contract import Answer, done_once, idempotency_key, respond
from api.errors import described
from engine.errors import EngineError
from engine.runtime import Transaction


def perform_each(ids: Sequence[str], act: Callable[[Transaction, str], Any]) -> Response:
    """Do it to each, in the order given; the answer is 200 with a status for every item."""
    key = idempotency_key()
    items = [_one(key, item, act) for item in ids]
    failed = sum(item["status"] >= 400 for item in items)
    return respond(Answer({"items": items, "succeeded": len(items) - failed, "failed": failed}))


def _one(key: str | None, item: str, act: Callable[[Transaction, str], Any]) -> dict[str, Any]:
    own = key and hashlib.sha256(f"{key}\n{item}".encode()).hexdigest()
    try:
        answer, replayed = done_once(own, partial(_answer, act, item))
    except EngineError as error:
        problem = described(error)
        return {"id": item, "status": problem["status"], "problem": problem}
    return {"id": item, "status": 200, "result": answer.body} | ({"replayed": True} if replayed else {})


def _answer(act: Callable[[Transaction, str], Any], item: str, tx: Transaction) -> Answer:
    return Answer(act(tx, item))
