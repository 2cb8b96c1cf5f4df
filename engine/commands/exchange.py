"""What a step exchanges with other cases: what it waits for becomes rows, what it throws is posted.

Rule: all of it is written with the step; handing it over comes after the commit, with the worker as the net below.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from engine.audit.chain import Happening
from engine.bpmn.step import Step, Subscription, Thrown
from engine.commands.case import Case
from engine.commands.correlation import MOST_PROPERTIES, canonical, digest, sole_digest
from engine.errors import ProcessError
from engine.models.columns import new_id
from engine.models.message import Message
from engine.models.message_statements import DELETE_SUBSCRIPTION, INSERT_SUBSCRIPTION, INSERT_THROWN
from engine.models.subscription import EventSubscription, StartSubscription
from engine.runtime import Engine, Transaction

TIME_TO_LIVE = timedelta(hours=1)
_SOON = "delivered-soon"


def write(tx: Transaction, case: Case, step: Step) -> None:
    """Write what a step waits for and throws, and see to both after the commit."""
    case.write(DELETE_SUBSCRIPTION, *({"subscription_id": i} for i in step.unsubscribed))
    case.write(INSERT_SUBSCRIPTION, *(_subscription_row(tx, case, s) for s in step.subscribed))
    posted = [row for thrown in step.thrown for row in _posted(tx, case, thrown)]
    case.write(INSERT_THROWN, *posted)
    waits = [s.id for s in step.subscribed if s.kind == "message"]
    deliver_soon(tx, [row["id"] for row in posted], waits)


def deliver_soon(tx: Transaction, message_ids: Sequence[str], subscription_ids: Sequence[str] = ()) -> None:
    """Have messages handed over after the commit, and those fetched that waited for these subscriptions."""
    if not message_ids and not subscription_ids:
        return
    soon: tuple[list[str], list[str]] | None = tx.local.get(_SOON)
    if soon is None:
        soon = tx.local[_SOON] = ([], [])
        tx.after_commit(partial(_deliver, tx.engine, *soon))  # once, for however many cases
    soon[0].extend(message_ids)
    soon[1].extend(subscription_ids)


def signal_rows(
    posted: dict[str, Any], receivers: Sequence[EventSubscription], starts: Sequence[StartSubscription]
) -> list[dict[str, Any]]:
    """A row of a signal for each that is to have it, in the order in which their cases are locked."""
    ordered: list[EventSubscription | StartSubscription] = [*sorted(receivers, key=lambda r: r.instance_id), *starts]
    return [posted | {"id": new_id(), "target_id": target.id} for target in ordered]


def signal_starts(tx: Transaction, name: str) -> list[StartSubscription]:
    """The start events that wait for a signal."""
    query = select(StartSubscription).where(StartSubscription.kind == "signal", StartSubscription.name == name)
    return list(tx.session.scalars(query.order_by(StartSubscription.process_key, StartSubscription.element_id)))


def posted_row(tx: Transaction, kind: str, name: str, **facts: Any) -> dict[str, Any]:
    """The row of a message or signal that waits to be handed over; `facts` are further columns."""
    empty = dict.fromkeys(c.key for c in Message.__table__.columns)
    return (
        empty
        | {"id": new_id(), "kind": kind, "name": name, "state": "waiting", "correlation": canonical({})}
        | {"variables": {}, "created_at": tx.now, "next_at": tx.now}
        | facts
    )


def agency_of(variables: Any, otherwise: str | None = None) -> str | None:
    """The agency of a case that a message starts: what its variables name, else the given one."""
    named = variables.get("agency")
    return named if isinstance(named, str) and 0 < len(named) <= 64 else otherwise


def _subscription_row(tx: Transaction, case: Case, subscription: Subscription) -> dict[str, Any]:
    _require_few(subscription)
    return {
        "id": subscription.id,
        "instance_id": case.id,
        "kind": subscription.kind,
        "name": subscription.name,
        "element_id": subscription.element_id,
        "business_key": case.business_key,
        "correlation": canonical(subscription.correlation),
        "correlation_digest": digest(subscription.correlation),
        "sole_digest": sole_digest(subscription.correlation),
        "created_at": tx.now,
    }


def _posted(tx: Transaction, case: Case, thrown: Thrown) -> list[dict[str, Any]]:
    """The rows of one thing thrown, with its event in the history of the case that throws it."""
    _require_few(thrown)
    row = posted_row(
        tx,
        thrown.kind,
        thrown.name,
        business_key=case.business_key,
        agency=agency_of(thrown.variables, case.agency),
        correlation=canonical(thrown.correlation),
        variables=dict(thrown.variables),
        sent_by=case.started_by,
        from_instance_id=case.id,
        element_id=thrown.element_id,
    )
    if thrown.kind == "message":
        case.record(Happening("message-sent", thrown.element_id, data={"name": thrown.name, "message": row["id"]}))
        return [row | {"expires_at": tx.now + TIME_TO_LIVE}]
    rows = signal_rows(row, _listeners(tx, case, thrown.name), signal_starts(tx, thrown.name))
    case.record(Happening("signal-sent", thrown.element_id, data={"name": thrown.name, "receivers": len(rows)}))
    return rows


def _listeners(tx: Transaction, case: Case, name: str) -> list[EventSubscription]:
    """The other cases that wait for a signal; the waits of the case itself were served inside its step."""
    return list(
        tx.session.scalars(
            select(EventSubscription).where(
                EventSubscription.kind == "signal",
                EventSubscription.name == name,
                EventSubscription.instance_id != case.id,
            )
        )
    )


def _require_few(held: Subscription | Thrown) -> None:
    if len(held.correlation) > MOST_PROPERTIES:
        raise ProcessError(held.element_id, f"more than {MOST_PROPERTIES} correlation properties")


def _deliver(engine: Engine, message_ids: list[str], subscription_ids: list[str]) -> None:
    from engine.commands import deliveries  # delivering runs steps, so it stands above this module

    deliveries.deliver_now(engine, message_ids, subscription_ids)
