"""The prepared statements of the hot path: finding a caller, locking a task and its instance, saving a step.

Rule: one completion of a user task runs at most seven of these on SQLite, and three round trips on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    null,
    or_,
    select,
    text,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from engine.models.audit import AuditEvent
from engine.models.columns import Row, table_of
from engine.models.definition import ProcessDefinition
from engine.models.directory import Account, ApiToken, LoginSession, Membership, Person
from engine.models.incident import Incident
from engine.models.instance import InstanceParty, ProcessInstance
from engine.models.outbox import StoredAnswer
from engine.models.prepared import Prepared
from engine.models.substitution import Substitution
from engine.models.task import TaskCandidate, UserTask
from engine.models.timer import Timer, TimerFiring

CURRENT_DEFINITION = Prepared(
    select(
        ProcessDefinition.id,
        ProcessDefinition.key,
        ProcessDefinition.version,
        ProcessDefinition.checksum,
        ProcessDefinition.state,
    )
    .where(ProcessDefinition.key == bindparam("key"), ProcessDefinition.state == "published")
    .order_by(ProcessDefinition.version.desc())
    .limit(1)
)

_instance = table_of(ProcessInstance).c
_task = table_of(UserTask).c
_CALLER = (Account.id.label("account_id"), Account.person_id, Person.full_name, Person.language)
_HELD = (Membership.role, Membership.agency_code, Membership.valid_from, Membership.valid_to)
_OWN = (
    null().label("absent_id"),
    type_coerce(null(), Date()).label("lent_from"),
    type_coerce(null(), Date()).label("lent_to"),
)
_LENT = (Membership.person_id, Substitution.valid_from, Substitution.valid_to)


def _caller(door: type[Row], secret_hash: Any, columns: tuple[Any, ...], *conditions: ColumnElement[bool]) -> Prepared:
    """Whom a secret stands for: a row for every role held, and one for every role lent by somebody else."""
    account = table_of(door).c.account_id
    absent = aliased(Person)
    knows = (secret_hash == bindparam("secret_hash"), Account.disabled.is_(False), Person.disabled.is_(False))
    known = select(*columns, *_CALLER).join(Account, Account.id == account).join(Person, Person.id == Account.person_id)
    own = known.add_columns(*_HELD, *_OWN).outerjoin(Membership, Membership.person_id == Person.id)
    lent = (
        known.add_columns(*_HELD, *_LENT)
        .join(Substitution, Substitution.substitute_id == Person.id)
        .join(Membership, Membership.id == Substitution.membership_id)
        .join(absent, absent.id == Membership.person_id)
        .where(absent.disabled.is_(False))
    )
    both = union_all(own.where(*knows, *conditions), lent.where(*knows, *conditions)).subquery()
    return Prepared(select(both))


FIND_TOKEN = _caller(
    ApiToken,
    ApiToken.secret_hash,
    (ApiToken.id, ApiToken.expires_at, ApiToken.scopes),
    ApiToken.revoked_at.is_(None),
)
FIND_SESSION = _caller(
    LoginSession,
    LoginSession.secret_hash,
    (LoginSession.secret_hash.label("id"), LoginSession.expires_at, LoginSession.seen_at),
)

_CASE = tuple(c.label(f"case_{c.key}") for c in _instance)
LOCK_CASE = Prepared(
    select(*_CASE).where(_instance.id == bindparam("instance_id")).with_for_update(of=table_of(ProcessInstance))
)
# For workers, who leave to each other what one of them has in hand.
LOCK_FREE_CASE = Prepared(
    select(*_CASE)
    .where(_instance.id == bindparam("instance_id"))
    .with_for_update(of=table_of(ProcessInstance), skip_locked=True)
)
# Both rows are locked: after waiting, PostgreSQL reads anew only the rows it locks.
LOCK_TASK = Prepared(
    select(*_CASE, *_task)
    .select_from(table_of(ProcessInstance).join(table_of(UserTask), _task.instance_id == _instance.id))
    .where(_task.id == bindparam("task_id"))
    .with_for_update()
)
READ_CASE = Prepared(select(*_CASE).where(_instance.id == bindparam("instance_id")))
READ_TASK = Prepared(
    select(*_CASE, *_task)
    .select_from(table_of(ProcessInstance).join(table_of(UserTask), _task.instance_id == _instance.id))
    .where(_task.id == bindparam("task_id"))
)


def _listed(source: FromClause, moment: ColumnElement[Any], task_id: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Open tasks in the order of creation after a place in it, walked along one index."""
    after_at = bindparam("after_at", type_=_task.created_at.type)
    later = or_(moment > after_at, and_(moment == after_at, task_id > bindparam("after_id")))
    return (
        select(*_task, _instance.definition_id, _instance.started_by, _instance.state.label("case_state"))
        .select_from(source.join(table_of(ProcessInstance), _task.instance_id == _instance.id))
        .where(text("user_task.state = 'open'"), later)  # literally, so that the planner may use the partial indexes
        .order_by(moment, task_id)
        .limit(bindparam("limit"))
    )


# Whoever belongs to a candidate group is a party to the case, so these need no further look at its visibility.
_own = _listed(table_of(UserTask), _task.created_at, _task.id)
_further = table_of(TaskCandidate).c
OFFERED_TO_GROUP = Prepared(_own.where(_task.candidate_group == bindparam("group"), _task.assignee_id.is_(None)))
OFFERED_BESIDES = Prepared(
    _listed(
        table_of(TaskCandidate).join(table_of(UserTask), _task.id == _further.task_id),
        _further.created_at,
        _further.task_id,
    ).where(_further.candidate_group == bindparam("group"), _task.assignee_id.is_(None))
)
HELD_BY = Prepared(_own.where(_task.assignee_id == bindparam("person_id")))
_event = table_of(AuditEvent).c
_closed = select(
    _task.element_id, _task.closed_by, _task.closed_for, _task.owner_id, _task.assignee_id, null().label("passed_on")
).where(_task.instance_id == bindparam("instance_id"), _task.state == "completed")
_HANDED_ON: list[ColumnElement[str]] = [
    literal_column(f"'task-{verb}'") for verb in ("claimed", "unclaimed", "assigned", "delegated", "resolved")
]
_formerly = (
    select(_task.element_id, null(), null(), null(), null(), _event.data)
    .select_from(table_of(AuditEvent).join(table_of(UserTask), _task.id == _event.task_id))
    .where(_event.instance_id == bindparam("instance_id"), _event.type.in_(_HANDED_ON), _task.state == "completed")
)
# Those who closed a task, and in `passed_on` what the history tells of those who held it before: one statement.
PERFORMERS = Prepared(select(union_all(_closed, _formerly).subquery()))
OPEN_TASKS = Prepared(
    select(_task.id, _task.element_id).where(_task.instance_id == bindparam("instance_id"), _task.state == "open")
)
TIMERS_OF = Prepared(select(Timer.id, Timer.due_at).where(Timer.instance_id == bindparam("instance_id")))

_SAVED = (
    "business_key",
    "agency",
    "plan_task_id",
    "state",
    "version",
    "tree",
    "variables",
    "tokens",
    "parties",
    "audit_seq",
    "audit_head",
    "ended_at",
)
INSERT_CASE = Prepared(insert(table_of(ProcessInstance)).values({c.key: bindparam(c.key) for c in _instance}))
UPDATE_CASE = Prepared(
    update(table_of(ProcessInstance))
    .where(_instance.id == bindparam("case_id"))
    .values({name: bindparam(f"new_{name}", type_=_instance[name].type) for name in _SAVED})
)
INSERT_PARTY = Prepared(
    insert(table_of(InstanceParty)).values(instance_id=bindparam("instance_id"), party=bindparam("party"))
)

INSERT_TASK = Prepared(insert(table_of(UserTask)).values({c.key: bindparam(c.key) for c in _task}))
INSERT_CANDIDATE = Prepared(
    insert(table_of(TaskCandidate)).values({c.key: bindparam(c.key) for c in table_of(TaskCandidate).c})
)
CLOSE_TASK = Prepared(
    update(table_of(UserTask))
    .where(_task.id == bindparam("task_id"))
    .values(
        state=bindparam("new_state"),
        version=_task.version + 1,
        assignee_id=bindparam("new_assignee_id"),
        closed_at=bindparam("new_closed_at", type_=_task.closed_at.type),
        closed_by=bindparam("new_closed_by"),
        closed_for=bindparam("new_closed_for"),
    )
)
ASSIGN_TASK = Prepared(
    update(table_of(UserTask))
    .where(_task.id == bindparam("task_id"))
    .values(assignee_id=bindparam("new_assignee_id"), owner_id=bindparam("new_owner_id"), version=_task.version + 1)
)
WITHDRAW_TASK = Prepared(
    update(table_of(UserTask))
    .where(_task.id == bindparam("task_id"))
    .values(
        state="cancelled",
        version=_task.version + 1,
        closed_at=bindparam("new_closed_at", type_=_task.closed_at.type),
    )
)
DELETE_CANDIDATES = Prepared(delete(table_of(TaskCandidate)).where(TaskCandidate.task_id == bindparam("closed_id")))

INSERT_TIMER = Prepared(insert(table_of(Timer)).values({c.key: bindparam(c.key) for c in table_of(Timer).c}))
INSERT_FIRING = Prepared(
    insert(table_of(TimerFiring)).values({c.key: bindparam(c.key) for c in table_of(TimerFiring).c})
)
DELETE_TIMER = Prepared(delete(table_of(Timer)).where(Timer.id == bindparam("timer_id")))

FIND_TIMER = Prepared(
    select(Timer.id, Timer.due_at, Timer.element_id, Timer.occurrence).where(Timer.id == bindparam("timer_id"))
)
DUE_TIMERS = Prepared(
    select(Timer.id, Timer.instance_id)
    .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
    .where(Timer.due_at <= bindparam("now", type_=Timer.due_at.type), ProcessInstance.state == "active")
    .order_by(Timer.due_at, Timer.id)
    .limit(bindparam("limit"))
)

_incident = table_of(Incident).c
INSERT_INCIDENT = Prepared(insert(table_of(Incident)).values({c.key: bindparam(c.key) for c in _incident}))
CLOSE_INCIDENTS = Prepared(
    update(table_of(Incident))
    .where(_incident.instance_id == bindparam("case_id"), _incident.state == "open")
    .values(
        state="resolved",
        next_retry_at=None,
        resolved_at=bindparam("new_resolved_at", type_=_incident.resolved_at.type),
        resolved_by=bindparam("by"),
    )
)
# The columns that a case keeps through all its steps, and changes only when it goes over to another version.
MIGRATE_CASE = Prepared(
    update(table_of(ProcessInstance))
    .where(_instance.id == bindparam("case_id"))
    .values(definition_id=bindparam("new_definition_id"), process_version=bindparam("new_process_version"))
)
RENAME_TASK = Prepared(
    update(table_of(UserTask))
    .where(_task.id == bindparam("task_id"))
    .values(
        element_id=bindparam("new_element_id"),
        name=bindparam("new_name"),
        name_en=bindparam("new_name_en"),
        version=_task.version + 1,
    )
)
RENAME_TIMER = Prepared(
    update(table_of(Timer)).where(Timer.id == bindparam("timer_id")).values(element_id=bindparam("new_element_id"))
)

INSERT_EVENT = Prepared(
    insert(table_of(AuditEvent)).values({c.key: bindparam(c.key) for c in table_of(AuditEvent).c if c.key != "id"})
)
FIND_ANSWER = Prepared(
    select(StoredAnswer.fingerprint, StoredAnswer.answer).where(
        StoredAnswer.actor_id == bindparam("actor_id"), StoredAnswer.key == bindparam("key")
    )
)
INSERT_ANSWER = Prepared(
    insert(table_of(StoredAnswer)).values({c.key: bindparam(c.key) for c in table_of(StoredAnswer).c})
)
