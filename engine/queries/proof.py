"""Whether the history is whole, asked by those who may: of one case by whoever sees it, of everything by auditors.

Rule: the answer is computed anew each time from the bytes; nothing remembers an earlier one.
"""

from __future__ import annotations

from engine.audit.verify import Verification, verify
from engine.errors import ForbiddenError
from engine.queries import instances
from engine.queries.entries import WATCHERS
from engine.runtime import Transaction


def of_case(tx: Transaction, instance_id: str) -> Verification:
    """Check the chain of one case. Raises NotFoundError when the actor may not know of it."""
    return verify(tx.session, instances.get(tx, instance_id).id)


def of_everything(tx: Transaction) -> Verification:
    """Check all chains. Raises ForbiddenError unless the actor is an auditor or a system administrator."""
    if not tx.actor.roles & WATCHERS:
        raise ForbiddenError(
            "verify", "Chỉ cơ quan thanh tra, kiểm tra và quản trị hệ thống được kiểm tra toàn bộ.", "Auditors only."
        )
    return verify(tx.session)
