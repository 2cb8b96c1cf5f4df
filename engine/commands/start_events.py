"""The start events of current versions that wait for a message, a signal or a time.

Rule: of each process only the version that is current can be begun by an event; a timer whose rule has not changed
goes on from where it was, so that a new version neither repeats nor loses an occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select, update

from engine.bpmn import timers
from engine.bpmn.definition import Definition
from engine.bpmn.expressions import ExpressionError
from engine.bpmn.network import EventRule, TimerRule
from engine.errors import ProcessError
from engine.models.columns import new_id
from engine.models.definition import ProcessDefinition
from engine.models.message import Message
from engine.models.subscription import StartSubscription
from engine.queries import calendar as calendars
from engine.runtime import Transaction

_KINDS = ("message", "signal", "timer")
Known = Mapping[tuple[str, str | None], StartSubscription]


def replace(tx: Transaction, version: ProcessDefinition, definition: Definition) -> None:
    """Let the start events of a version take the place of those of the versions before it.

    Raises ProcessError for a timer that says no time.
    """
    known = _timers_of(tx, version.key)
    fresh = [_row(tx, version, definition, known, one) for one in _starts(definition)]
    tx.session.execute(delete(StartSubscription).where(StartSubscription.process_key == version.key))
    tx.session.add_all(fresh)
    _wake(tx, [row.name for row in fresh if row.kind == "message"])


def _starts(definition: Definition) -> Iterator[tuple[str, int, EventRule]]:
    network = definition.networks[definition.key]
    for element_id in network.starts:
        for position, rule in enumerate(network.nodes[element_id].events):
            if rule.kind in _KINDS:
                yield element_id, position, rule


def _row(
    tx: Transaction,
    version: ProcessDefinition,
    definition: Definition,
    known: Known,
    one: tuple[str, int, EventRule],
) -> StartSubscription:
    element_id, position, rule = one
    when = _schedule(tx, element_id, rule.timer, known) if rule.timer is not None else {}
    row = {"rule": None, "next_due": None, "derivation": None, "anchor": None, "turn": 0, "remaining": None} | when
    return StartSubscription(
        id=new_id(),
        definition_id=version.id,
        process_key=definition.key,
        element_id=element_id,
        position=position,
        kind=rule.kind,
        name=rule.name,
        **row,
    )


def _timers_of(tx: Transaction, process_key: str) -> Known:
    query = select(StartSubscription).where(
        StartSubscription.process_key == process_key, StartSubscription.kind == "timer"
    )
    return {(row.element_id, row.rule): row for row in tx.session.scalars(query.with_for_update())}


def _schedule(tx: Transaction, element_id: str, rule: TimerRule, known: Known) -> dict[str, Any]:
    text = f"{rule.kind}:{rule.text}"
    before = known.get((element_id, text))
    if before is not None:
        kept = {"next_due": before.next_due, "anchor": before.anchor, "turn": before.turn}
        return kept | {"rule": text, "remaining": before.remaining, "derivation": before.derivation}
    names = calendars.functions(tx)
    try:
        timers.require_cycle(rule, names, tx.engine.shortest_cycle)
        first = timers.first(rule, names, tx.now)
    except (ExpressionError, OverflowError, ValueError) as error:
        raise ProcessError(element_id, str(error)) from error
    counted = calendars.how_counted(tx, "", first.due, rule.text)
    return {
        "rule": text,
        "next_due": first.due,
        "derivation": counted.as_json() if counted is not None else None,
        "anchor": first.anchor,
        "turn": first.turn,
        "remaining": first.remaining,
    }


def _wake(tx: Transaction, names: list[str | None]) -> None:
    """Have messages tried soon that waited for such a start event."""
    if names:
        waiting = (Message.state == "waiting") & (Message.kind == "message") & Message.name.in_(names)
        tx.session.execute(update(Message).where(waiting).values(next_at=tx.now))
