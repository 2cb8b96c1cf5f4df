"""What a person may do about a request that waits for an answer: send a courtesy letter, or close it.

Rule: both are messages that the diagram of the reply waits for; nothing of this happens by itself, for nothing is due.
"""

from __future__ import annotations

from typing import Any

from engine.access import Actor
from engine.commands import messages
from engine.commands.messages import Posted
from engine.errors import ConflictError, ForbiddenError, NotFoundError
from engine.models.outside import ExternalRequest
from engine.queries import outside as queries
from engine.runtime import Transaction

FOLLOW_UP, CLOSE = "follow-up-request", "close-request"
_ASKERS = frozenset({"city_office", "city_leader"})
_UNSENT = "PT0S"


def follow_up(tx: Transaction, request_id: str, message: str | None = None) -> ExternalRequest:
    """Send the body a courtesy letter. By the City's office or its leader.

    Raises NotFoundError out of sight, ForbiddenError, ConflictError when the request waits for no answer.
    """
    return _post(tx, request_id, FOLLOW_UP, {"message": message})


def close(tx: Transaction, request_id: str, reason: str | None = None) -> ExternalRequest:
    """Close a request without an answer, which is held against nobody. Raises as `follow_up` does."""
    return _post(tx, request_id, CLOSE, {"comment": reason})


def _post(tx: Transaction, request_id: str, name: str, variables: dict[str, Any]) -> ExternalRequest:
    found = queries.request(tx, request_id)
    _require_asker(tx.actor, name)
    posted = Posted(name, correlation={"correlation": found.id}, variables=variables, time_to_live=_UNSENT)
    try:
        messages.publish(tx, posted, by_command=True)
    except NotFoundError as error:
        raise ConflictError("Đề nghị không chờ trả lời.", "The request does not wait for an answer.") from error
    tx.session.refresh(found)
    return found


def _require_asker(actor: Actor, verb: str) -> None:
    if not actor.is_system and not actor.roles & _ASKERS:
        raise ForbiddenError(
            verb,
            "Chỉ Văn phòng UBND và Lãnh đạo UBND Thành phố được thực hiện việc này.",
            "Only the City's office and its leader may do this.",
        )
