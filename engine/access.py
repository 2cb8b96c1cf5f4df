"""Who may do what: pure rules over an actor and the facts of a thing.

Rule: nothing here reads the database; reads are scoped in SQL by the keys this module derives from the actor.
Source of the roles: the plan's part V and the table of users in docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from engine.errors import ForbiddenError, SeparationOfDutiesError

AGENCY_ROLES = frozenset({"agency_officer", "agency_head", "records_clerk"})
CITY_READERS = frozenset({"auditor", "city_leader", "city_office", "report_aggregator"})
CASE_MANAGERS = frozenset({"sysadmin", "city_leader", "report_aggregator"})
# What the City wants of an agency: the case is the agency's, and not for its head to stop.
ASKED_OF_AGENCIES = frozenset({"commendation_revocation", "supervision_answer", "periodic_report"})
ROLES = (
    AGENCY_ROLES
    | CITY_READERS
    | frozenset(
        {
            "commendation_aggregator",
            "council_secretary",
            "council_member",
            "finance_appraiser",
            "sysadmin",
            "external_partner",
            "designer",
            "publisher",
        }
    )
)
# These are held without an agency: they serve the whole installation.
UNBOUND_ROLES = frozenset({"auditor", "sysadmin", "designer", "publisher"})


@dataclass(frozen=True)
class Grant:
    """A role held today, at an agency (None for a role of the whole installation)."""

    role: str
    agency: str | None

    @property
    def office(self) -> str:
        """`ROLE@AGENCY`, or `ROLE` for a role without agency."""
        return f"{self.role}@{self.agency}" if self.agency else self.role


@dataclass(frozen=True)
class Lent:
    """An office that the actor holds in the place of an absent person, through a substitution in force today.

    `is_own_too`: the actor holds the same office themselves.
    """

    grant: Grant
    absent_id: str
    is_own_too: bool = False


@dataclass(frozen=True)
class Actor:
    """Who asks: a person through an account, with the roles in force, or the system itself (person None).

    `account_id` is the door they came through; duties are kept apart by `person_id`. `grants` hold what is `lent` too.
    `on_behalf_of` is the absent person in whose place the present command is done. `scopes` and `ends_at` are those of
    the token, if they came with one that is narrowed or ends.
    """

    person_id: str | None
    account_id: str | None = None
    grants: tuple[Grant, ...] = ()
    lent: tuple[Lent, ...] = ()
    on_behalf_of: str | None = None
    request_id: str | None = None
    scopes: tuple[str, ...] = field(default=())
    ends_at: datetime | None = None

    @cached_property
    def roles(self) -> frozenset[str]:
        """The role codes held, whatever the agency."""
        return frozenset(g.role for g in self.grants)

    @cached_property
    def offices(self) -> frozenset[str]:
        """What the actor holds: `ROLE@AGENCY`, and `ROLE` for a role without agency."""
        return frozenset(g.office for g in self.grants)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The candidate groups the actor belongs to: those of the offices held, and the person's own."""
        return self.offices | {person_group(self.person_id)} if self.person_id else self.offices

    @cached_property
    def own_groups(self) -> frozenset[str]:
        """The candidate groups the actor belongs to by their own right, without what is lent."""
        return self.groups - {lent.grant.office for lent in self.lent if not lent.is_own_too}

    @property
    def credentials(self) -> list[str]:
        """The offices as the history tells them, in order; a lent one is `ROLE@AGENCY for PERSON`."""
        lent = {f"{one.grant.office} for {one.absent_id}" for one in self.lent}
        return sorted((self.offices & self.own_groups) | lent)

    @cached_property
    def stands_for(self) -> frozenset[str]:
        """The absent persons in whose place the actor acts today."""
        return frozenset(lent.absent_id for lent in self.lent)

    @cached_property
    def parties(self) -> frozenset[str]:
        """The keys of `instance_party` that let the actor see an instance."""
        own = {f"agency:{g.agency}" for g in self.grants if g.role in AGENCY_ROLES and g.agency}
        return frozenset(own | self.groups)

    @cached_property
    def agencies(self) -> frozenset[str]:
        """The agencies at which the actor holds any role."""
        return frozenset(g.agency for g in self.grants if g.agency)

    @property
    def is_system(self) -> bool:
        """Whether this is the engine acting by itself: timers, imports at set-up."""
        return self.person_id is None

    @cached_property
    def reads_all_cases(self) -> bool:
        """Whether every case of the City is visible: the aggregator, leaders, their office, auditors."""
        return self.is_system or bool(self.roles & CITY_READERS)

    def tracing(self, request_id: str) -> Actor:
        """The same actor, asking under a request id."""
        return replace(self, request_id=request_id)

    def holds(self, role: str, agency: str | None = None) -> bool:
        """Whether the actor holds the role (at that agency, when one is given)."""
        return any(g.role == role and agency in (None, g.agency) for g in self.grants)


SYSTEM = Actor(person_id=None)


def person_group(person_id: str) -> str:
    """The candidate group of one person alone: a task that names nobody is offered to whoever started the case."""
    return f"person:{person_id}"


@dataclass(frozen=True)
class TaskFacts:
    """What the rules need to know of a user task.

    `performers` maps the elements that the diagram sets apart from this one to the persons who did them here.
    """

    is_open: bool
    assignee_id: str | None
    owner_id: str | None
    groups: Collection[str]
    performers: Mapping[str, Collection[str]] = field(default_factory=dict)


def principal(actor: Actor, task: TaskFacts) -> str | None:
    """The absent person in whose place the actor works on the task; None when it is by the actor's own right.

    Whoever holds an office themselves acts for themselves, unless the absent person holds the task.
    """
    if not actor.lent:
        return None
    offering = [lent.absent_id for lent in actor.lent if lent.grant.office in task.groups]
    if task.assignee_id in offering:
        return task.assignee_id
    return offering[0] if offering and actor.own_groups.isdisjoint(task.groups) else None


def sees_case(actor: Actor, parties: Collection[str], started_by: str | None) -> bool:
    """Whether the actor may know that the case exists."""
    if actor.reads_all_cases or (started_by is not None and started_by == actor.person_id):
        return True
    return not actor.parties.isdisjoint(parties)


def without_readers(actor: Actor) -> Actor:
    """The actor with nothing but what they may act on: an auditor reads every case and changes none."""
    return replace(actor, grants=tuple(g for g in actor.grants if g.role != "auditor"))


def may_start(actor: Actor, starter_groups: Collection[str], agency: str | None) -> bool:
    """Whether the actor may start a process for that agency: one that names no starters, anybody may."""
    if actor.is_system or not starter_groups:
        return True
    named = (group.partition("@") for group in starter_groups)
    return any(actor.holds(role, at or (None if role in UNBOUND_ROLES else agency)) for role, _, at in named)


def keeps_cases(actor: Actor) -> bool:
    """Whether the actor keeps cases running, whatever their content: incidents, versions, tokens that went astray."""
    return actor.is_system or "sysadmin" in actor.roles


def upkeep_refusal(verb: str) -> ForbiddenError:
    """What those hear who may see a case but do not keep it running."""
    return ForbiddenError(
        verb, "Chỉ quản trị viên hệ thống được thực hiện việc này.", "Only a system administrator may do this."
    )


def manages_case(actor: Actor, agency: str | None, started_by: str | None, process_key: str = "") -> bool:
    """Whether the actor may suspend, resume, cancel or restart a case that they see, and bring its incidents on."""
    if actor.is_system or actor.roles & CASE_MANAGERS:
        return True
    if agency is None:
        return started_by is not None and started_by == actor.person_id
    return actor.holds("agency_head", agency) and process_key not in ASKED_OF_AGENCIES


def is_candidate(actor: Actor, task: TaskFacts) -> bool:
    """Whether the task is offered to the actor. One that names nobody, in a case nobody started, is anybody's."""
    return not task.groups or not actor.groups.isdisjoint(task.groups)


def leads(actor: Actor, task: TaskFacts) -> bool:
    """Whether the actor heads one of the agencies the task is offered to."""
    agencies = {group.partition("@")[2] for group in task.groups}
    return any(g.role == "agency_head" and g.agency in agencies for g in actor.grants)


def allowed_actions(actor: Actor, task: TaskFacts) -> tuple[str, ...]:
    """The verbs the actor may use on the task now, in the order a screen would offer them."""
    if not task.is_open:
        return ()
    return tuple(verb for verb in TASK_VERBS if refusal(actor, verb, task) is None)


def require(actor: Actor, verb: str, task: TaskFacts) -> None:
    """Raise `ForbiddenError`, or its kind for separated duties, unless the actor may use the verb on the task."""
    error = refusal(actor, verb, task)
    if error is not None:
        raise error


def refusal(actor: Actor, verb: str, task: TaskFacts) -> ForbiddenError | None:
    """Why the actor may not use the verb on the task; None when they may."""
    vi, en = TASK_VERBS[verb](actor, task)
    if vi:
        return ForbiddenError(verb, vi, en)
    return _separated(actor, verb, task) if verb in ("claim", "complete") else None


def require_apart(person_id: str, verb: str, task: TaskFacts) -> None:
    """Raise when the person did a step that the diagram sets apart from this one."""
    for element, persons in task.performers.items():
        if person_id in persons:
            raise SeparationOfDutiesError(verb, element)


def _separated(actor: Actor, verb: str, task: TaskFacts) -> ForbiddenError | None:
    people = {actor.person_id, actor.on_behalf_of, *actor.stands_for} - {None}
    for element, persons in task.performers.items():
        if not people.isdisjoint(persons):
            return SeparationOfDutiesError(verb, element)
    return None


_OK = ("", "")
_NOT_YOURS = ("Công việc này không được giao cho anh/chị.", "This task is not offered to you.")
_NOT_HOLDER = ("Anh/chị không phải là người đang giữ công việc này.", "You do not hold this task.")


def _claim(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if task.assignee_id is not None:
        return ("Công việc đã có người nhận.", "The task has been claimed already.")
    return _OK if is_candidate(actor, task) else _NOT_YOURS


def _complete(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if task.assignee_id is None:
        return _OK if is_candidate(actor, task) else _NOT_YOURS
    if not _is_held_by(actor, task):
        return _NOT_HOLDER
    if task.owner_id is not None:
        return (
            "Công việc được nhờ xử lý: hãy trả lại người nhờ (resolve) để họ hoàn thành.",
            "The task was delegated to you: resolve it, its owner completes it.",
        )
    return _OK


def _hold(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    return _OK if _is_held_by(actor, task) else _NOT_HOLDER


def _is_held_by(actor: Actor, task: TaskFacts) -> bool:
    """Whether the actor holds the task, or an absent person does in whose office the actor stands.

    Whoever took it in an office that is theirs no more, holds it no more.
    """
    if task.assignee_id is None:
        return False
    return task.assignee_id in (actor.person_id, principal(actor, task)) and is_candidate(actor, task)


def _unclaim(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if task.owner_id is not None:
        return (
            "Công việc được nhờ xử lý: hãy trả lại người nhờ (resolve).",
            "The task was delegated to you: resolve it.",
        )
    return _hold(actor, task)


def _delegate(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if task.owner_id is not None:
        return ("Công việc đang được nhờ xử lý.", "The task is delegated already.")
    return _hold(actor, task)


def _resolve(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if task.owner_id is None:
        return ("Công việc không ở trạng thái nhờ xử lý.", "The task is not delegated.")
    return _hold(actor, task)


def _assign(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if leads(actor, task):
        return _OK
    return ("Chỉ thủ trưởng cơ quan được phân công công việc này.", "Only the head of the agency may assign this task.")


def _work(actor: Actor, task: TaskFacts) -> tuple[str, str]:
    if task.assignee_id is None:
        return _OK if is_candidate(actor, task) else _NOT_YOURS
    return _OK if actor.person_id == task.owner_id or _is_held_by(actor, task) else _NOT_HOLDER


TASK_VERBS = {
    "complete": _complete,
    "claim": _claim,
    "unclaim": _unclaim,
    "assign": _assign,
    "delegate": _delegate,
    "resolve": _resolve,
    "draft": _work,
    "comment": _work,
    "attach": _work,
}
