"""Giving the first answer again when a request comes twice under one key.

Rule: the answer is stored in the transaction that did the work; a twin that lost the race runs again and finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete

from engine.errors import KeyReusedError
from engine.models.outbox import StoredAnswer
from engine.models.statements import FIND_ANSWER, INSERT_ANSWER
from engine.runtime import Transaction

KEPT = timedelta(days=7)


def once(tx: Transaction, key: str, fingerprint: bytes, act: Callable[[Transaction], bytes]) -> tuple[bytes, bool]:
    """Run `act` and store its answer under the actor's key, or give the stored one; True when it was replayed.

    `fingerprint` stands for the request's method, path and body. Raises KeyReusedError when it differs.
    """
    actor = tx.actor.account_id or ""
    stored = tx.fetch(FIND_ANSWER, actor_id=actor, key=key)
    if stored is not None:
        if bytes(stored["fingerprint"]) != fingerprint:
            raise KeyReusedError
        return bytes(stored["answer"]), True
    answer = act(tx)
    row = {"actor_id": actor, "key": key, "fingerprint": fingerprint, "answer": answer, "created_at": tx.now}
    tx.before_commit(lambda: tx.write(INSERT_ANSWER, row))
    return answer, False


def forget_old(tx: Transaction) -> None:
    """Delete answers older than seven days."""
    tx.session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < tx.now - KEPT))
