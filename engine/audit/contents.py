"""Comparing what lies beside the history with it: files, remarks, diagrams.

Rule: the event says what was given, and the row must hold just that; what no event tells of does not fit either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Select, select, true, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from engine.models.audit import SYSTEM_STREAM
from engine.models.definition import ProcessDefinition
from engine.models.task import TaskAttachment, TaskComment, UserTask

Place = tuple[str, str, str]
"""The chain, the type of the event that tells of a content, and the content's id."""

_ATTACHED, _COMMENTED, _DEPLOYED = "task-attached", "task-commented", "definition-deployed"
_REASONS = {_ATTACHED: "attachment-differs", _COMMENTED: "comment-differs", _DEPLOYED: "definition-differs"}
_TELLS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    _ATTACHED: lambda data: (data["attachment"], data["sha256"]),
    _COMMENTED: lambda data: (data["comment"], data["text"]),
    _DEPLOYED: lambda data: (f"{data['key']}/{data['version']}", data["checksum"]),
}


def told(rows: Iterable[Any]) -> Iterator[tuple[Place, tuple[int, str]]]:
    """Of each content that the events of a whole chain tell of: the number of the event, and what it says."""
    for row in rows:
        if row.type in _TELLS and row.data is not None:
            content, value = _TELLS[row.type](orjson.loads(row.data))
            yield (row.instance_id, row.type, content), (row.seq, value)


def differing(
    session: Session, said: Mapping[Place, tuple[int, str]], broken: Collection[str], instance_id: str | None
) -> list[tuple[str, int, str]]:
    """Chain, number (0: no event tells of it) and reason of the first content of each chain that does not fit.

    The `broken` chains are passed over: nothing can be compared with them.
    """
    left, found = dict(said), []
    for place, value in _held(session, instance_id):
        seq, expected = left.pop(place, (0, None))
        if place[0] not in broken and (value is None or value != expected):
            found.append((place[0], seq, _REASONS[place[1]]))
    found += [(chain, seq, _REASONS[kind]) for (chain, kind, _), (seq, _) in left.items()]
    firsts = {fault[0]: fault for fault in sorted(found, key=lambda fault: -fault[1])}
    return list(firsts.values())


def _held(session: Session, instance_id: str | None) -> Iterator[tuple[Place, str | None]]:
    """What the rows hold; None where a row contradicts itself. One file at a time is in memory."""
    one = {"yield_per": 1}
    for row in session.execute(_of_tasks(TaskAttachment, instance_id), execution_options=one):
        yield (row[0], _ATTACHED, row[1]), _hashed(row.content, row.sha256)
    for row in session.execute(_of_tasks(TaskComment, instance_id)):
        yield (row[0], _COMMENTED, row[1]), row.text
    if instance_id in (None, SYSTEM_STREAM):
        for row in session.execute(_DEFINITIONS, execution_options=one):
            yield (SYSTEM_STREAM, _DEPLOYED, f"{row.key}/{row.version}"), _hashed(row.xml, row.checksum)


_DEFINITIONS = select(
    ProcessDefinition.key,
    ProcessDefinition.version,
    ProcessDefinition.checksum,
    type_coerce(ProcessDefinition.xml, NullType()).label("xml"),
)
_COLUMNS: Mapping[type[TaskAttachment] | type[TaskComment], tuple[Any, ...]] = {
    TaskAttachment: (TaskAttachment.sha256, type_coerce(TaskAttachment.content, NullType()).label("content")),
    TaskComment: (TaskComment.text,),
}


def _of_tasks(table: type[TaskAttachment] | type[TaskComment], instance_id: str | None) -> Select[Any]:
    columns: list[Any] = [UserTask.instance_id, table.id, *_COLUMNS[table]]
    query: Select[Any] = select(*columns).join(UserTask, UserTask.id == table.task_id)
    return query.where(true() if instance_id is None else UserTask.instance_id == instance_id)


def _hashed(content: Any, stated: Any) -> str | None:
    """The SHA-256 of a content; None when it is not the one stated beside it, or no bytes at all."""
    found = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else None
    return found if found == stated else None
