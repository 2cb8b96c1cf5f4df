"""Where a process is held up: how many tasks wait at each step and for how long, and how long it takes when it is done.

Rule: what waits is counted whole by the database, what was done is judged by the latest tasks, so that the answer
does not slow down with the years.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, func, select, true

from engine.access import Actor
from engine.bpmn.definition import Definition
from engine.models.definition import ProcessDefinition
from engine.models.instance import ProcessInstance
from engine.models.task import UserTask
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

JUDGED_BY = 2000


@dataclass(frozen=True)
class Load:
    """One step: how many tasks wait, how long the middle one of them has, and the median of those that were done.

    Times are in seconds; None where there is nothing to measure.
    """

    element_id: str
    waiting: int
    waiting_seconds: float | None
    done: int
    done_seconds: float | None


def loads(tx: Transaction, process_key: str, elements: Collection[str]) -> list[Load]:
    """These steps of a process, whichever process calls it, the worst first; those without tasks are left out."""
    wanted = UserTask.process_key.in_(_callers(tx, process_key)) & UserTask.element_id.in_(list(elements))
    waiting, done = _waiting(tx, wanted), _done(tx, wanted)
    found = [_load(tx, one, waiting.get(one), done.get(one, ())) for one in {*waiting, *done}]
    return sorted(found, key=lambda load: (-(load.waiting_seconds or 0) * load.waiting, load.element_id))


def held_up(found: Sequence[Load]) -> Load | None:
    """The bottleneck: the step where most time is lost waiting, all tasks together; None when nothing waits."""
    return found[0] if found and found[0].waiting else None


def called_by(definition: Definition) -> dict[str, frozenset[str]]:
    """The nodes of a process that call another or hold steps inside, each with all elements within."""
    nodes = definition.networks[definition.key].nodes.values()
    return {node.id: frozenset(_within(definition, node.called)) for node in nodes if node.called}


def together(found: Sequence[Load], within: Mapping[str, Collection[str]]) -> list[Load]:
    """What waits within each of these nodes, all steps together; the wait is that of its worst step."""
    waits = [load for load in found if load.waiting]
    inside = {node: [load for load in waits if load.element_id in steps] for node, steps in within.items()}
    return [
        Load(node, sum(load.waiting for load in loads), max(load.waiting_seconds or 0 for load in loads), 0, None)
        for node, loads in inside.items()
        if loads
    ]


def _within(definition: Definition, network: str) -> Iterator[str]:
    known = definition.networks.get(network)
    for node in known.nodes.values() if known else ():
        yield node.id
        if node.called and node.called != network:
            yield from _within(definition, node.called)


def _load(tx: Transaction, element: str, waiting: tuple[int, datetime] | None, done: Sequence[float]) -> Load:
    count, since = waiting or (0, None)
    seconds = (tx.now - since).total_seconds() if since else None
    return Load(element, count, seconds, len(done), median(done) if done else None)


def _callers(tx: Transaction, process_key: str) -> set[str]:
    """The process and those that call it, directly or not: a task is on record under the one that its case began as."""
    pinned = [(key, set(called)) for key, called in tx.session.execute(_PINNED)]
    found = {process_key}
    while more := {key for key, called in pinned if called & found} - found:
        found |= more
    return found


_PINNED = select(ProcessDefinition.key, ProcessDefinition.pinned)


def _waiting(tx: Transaction, wanted: ColumnElement[bool]) -> dict[str, tuple[int, datetime]]:
    """How many open tasks each step has, and since when the middle one of them waits."""
    step = UserTask.element_id
    ranked = (
        select(
            UserTask.element_id,
            UserTask.created_at,
            func.row_number().over(partition_by=step, order_by=(UserTask.created_at, UserTask.id)).label("place"),
            func.count().over(partition_by=step).label("amount"),
        )
        .where(wanted, UserTask.state == "open", _is_seen(tx.actor))
        .subquery()
    )
    beyond_half = ranked.c.place * 2 - ranked.c.amount
    query = select(ranked).where(beyond_half >= 0, beyond_half <= 1)
    return {row.element_id: (row.amount, row.created_at) for row in tx.session.execute(query)}


def _is_seen(actor: Actor) -> ColumnElement[bool]:
    """The tasks of cases that the actor may know of; whoever reads all cases is spared the look at each."""
    if actor.reads_all_cases:
        return true()
    return UserTask.instance_id.in_(select(ProcessInstance.id).where(sees_instance(actor)))


def _done(tx: Transaction, wanted: ColumnElement[bool]) -> dict[str, list[float]]:
    """How long the latest tasks took, by step, in seconds."""
    query = (
        select(UserTask.element_id, UserTask.created_at, UserTask.closed_at)
        .where(wanted, UserTask.state == "completed", _is_seen(tx.actor))
        .order_by(UserTask.closed_at.desc(), UserTask.id)
        .limit(JUDGED_BY)
    )
    found: dict[str, list[float]] = {}
    for element, created_at, closed_at in tx.session.execute(query):
        found.setdefault(element, []).append((closed_at - created_at).total_seconds() if closed_at else 0.0)
    return found
