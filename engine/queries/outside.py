"""Reading requests to outside bodies with what they shared, and supervisions with what was answered.

Rule: a request is seen by whoever sees its case or that of its reply, a supervision by whoever sees its case or that
of its answer; the outside body sees what was sent, never a draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from engine.errors import NotFoundError
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.outside import ExternalRequest, Recommendation, SharedResult, Supervision
from engine.queries.ordering import Order, count_of
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

#: The relations of those that the City may give tasks to, or that are the City itself.
_INSIDE = frozenset({"subordinate", "issuer", "advisory"})
USUAL = "-created_at"
REQUEST_ORDERS = {
    USUAL: Order(ExternalRequest.created_at, ExternalRequest.id, datetime, descending=True),
    "created_at": Order(ExternalRequest.created_at, ExternalRequest.id, datetime),
}
SUPERVISION_ORDERS = {
    USUAL: Order(Supervision.created_at, Supervision.id, datetime, descending=True),
    "created_at": Order(Supervision.created_at, Supervision.id, datetime),
}


@dataclass(frozen=True)
class RequestFilter:
    """Which requests: to a body, in a state, of an obligation."""

    body: str | None = None
    state: str | None = None
    obligation: str | None = None


@dataclass(frozen=True)
class SupervisionFilter:
    """Which supervisions: answered by an agency, in a state, of a kind."""

    addressed: str | None = None
    state: str | None = None
    kind: str | None = None


def is_outside(agency: Agency) -> bool:
    """Whether a body is outside the City's administration: it is asked, and never given a task or a due date."""
    return agency.relation not in _INSIDE


def request(tx: Transaction, request_id: str) -> ExternalRequest:
    """One request that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_requests(tx, RequestFilter()).where(ExternalRequest.id == request_id)).first()
    if found is None:
        raise NotFoundError("external-request", request_id)
    return found


def requests(
    tx: Transaction, wanted: RequestFilter, after: tuple[Any, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[ExternalRequest]:
    """Up to `limit` requests in one of REQUEST_ORDERS, after the place of another."""
    return tx.session.scalars(REQUEST_ORDERS[sort].cut(_requests(tx, wanted), after, limit)).all()


def count_requests(tx: Transaction, wanted: RequestFilter) -> int:
    """How many requests there are in that list."""
    return count_of(tx, _requests(tx, wanted))


def results_of(tx: Transaction, request_id: str) -> Sequence[SharedResult]:
    """What the body shared after a request, in the order of sharing."""
    query = select(SharedResult).where(SharedResult.request_id == request_id)
    return tx.session.scalars(query.order_by(SharedResult.shared_at, SharedResult.id)).all()


def supervision(tx: Transaction, supervision_id: str) -> Supervision:
    """One supervision that the actor may know of. Raises NotFoundError."""
    found = tx.session.scalars(_supervisions(tx, SupervisionFilter()).where(Supervision.id == supervision_id)).first()
    if found is None:
        raise NotFoundError("supervision", supervision_id)
    return found


def supervisions(
    tx: Transaction, wanted: SupervisionFilter, after: tuple[Any, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[Supervision]:
    """Up to `limit` supervisions in one of SUPERVISION_ORDERS, after the place of another."""
    return tx.session.scalars(SUPERVISION_ORDERS[sort].cut(_supervisions(tx, wanted), after, limit)).all()


def count_supervisions(tx: Transaction, wanted: SupervisionFilter) -> int:
    """How many supervisions there are in that list."""
    return count_of(tx, _supervisions(tx, wanted))


def recommendations_of(tx: Transaction, supervision_id: str) -> Sequence[Recommendation]:
    """What was answered to each recommendation, round by round."""
    query = select(Recommendation).where(Recommendation.supervision_id == supervision_id)
    return tx.session.scalars(query.order_by(Recommendation.round, Recommendation.position)).all()


def _requests(tx: Transaction, wanted: RequestFilter) -> Select[ExternalRequest]:
    exact = {
        ExternalRequest.body: wanted.body,
        ExternalRequest.state: wanted.state,
        ExternalRequest.obligation_id: wanted.obligation,
    }
    seen = _seen(tx, ExternalRequest.instance_id, ExternalRequest.reply_instance_id)
    return select(ExternalRequest).where(
        seen, *(column == value for column, value in exact.items() if value is not None)
    )


def _supervisions(tx: Transaction, wanted: SupervisionFilter) -> Select[Supervision]:
    exact = {
        Supervision.addressed: wanted.addressed,
        Supervision.state: wanted.state,
        Supervision.kind: wanted.kind,
    }
    seen = _seen(tx, Supervision.instance_id, Supervision.answer_instance_id)
    return select(Supervision).where(seen, *(column == value for column, value in exact.items() if value is not None))


def _seen(tx: Transaction, *cases: Any) -> ColumnElement[bool]:
    visible = select(ProcessInstance.id).where(sees_instance(tx.actor))
    return or_(*(case.in_(visible) for case in cases))
