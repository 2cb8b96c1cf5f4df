"""A case under change: one locked instance in one transaction, saved once at its end.

Rule: whoever changes an instance does it through its `Case`; version, history and read model then stay together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from engine import access
from engine.audit.chain import GENESIS, Chain, Happening
from engine.errors import ConflictError, NotFoundError, StaleVersionError
from engine.models.columns import new_id
from engine.models.prepared import Prepared
from engine.models.statements import (
    INSERT_CASE,
    INSERT_EVENT,
    INSERT_PARTY,
    LOCK_CASE,
    LOCK_FREE_CASE,
    UPDATE_CASE,
)
from engine.runtime import Transaction

STATES_VI = {
    "active": "đang thực hiện",
    "suspended": "đang tạm dừng",
    "incident": "đang có sự cố",
    "completed": "đã hoàn thành",
    "cancelled": "đã bị hủy",
}
T = TypeVar("T")
_CASES = "cases"
_PREFIX = "case_"
_HELD = ("active", "suspended", "incident")


class Versioned(Protocol):
    """The version of a process that an instance is of."""

    @property
    def id(self) -> str:
        """The version's id."""

    @property
    def key(self) -> str:
        """The process's key."""

    @property
    def version(self) -> int:
        """Its number."""


class Case:
    """One instance, locked until the transaction ends.

    Its attributes are the columns of `process_instance`; assign to them freely, they are written once, with the
    version one higher, when the command has ended. `element_id` and `properties` are those of the service task whose
    handler runs; `incidents` are the rows of those raised in this transaction.
    """

    def __init__(self, tx: Transaction, row: Mapping[str, Any], *, is_new: bool) -> None:
        self._tx = tx
        self._is_new = is_new
        self._new_parties: list[str] = []
        self._events: list[dict[str, Any]] = []
        self._held: list[Happening] | None = None
        self._writes: list[tuple[Prepared, tuple[Mapping[str, Any], ...]]] = []
        self.id: str = row["id"]
        self.definition_id: str = row["definition_id"]
        self.process_key: str = row["process_key"]
        self.process_version: int = row["process_version"]
        self.business_key: str | None = row["business_key"]
        self.agency: str | None = row["agency"]
        self.plan_task_id: str | None = row["plan_task_id"]
        self.state: str = row["state"]
        self.version: int = row["version"]
        self.tree: bytes = bytes(row["tree"])
        self.variables: dict[str, Any] = row["variables"]
        self.tokens: list[Any] = row["tokens"]
        self.parties: list[str] = list(row["parties"])
        self.started_at = row["started_at"]
        self.started_by: str | None = row["started_by"]
        self.ended_at = row["ended_at"]
        self.simulated: bool = row["simulated"]
        self.incidents: list[Mapping[str, Any]] = []
        self.element_id: str | None = None
        self.properties: Mapping[str, str] = {}
        self._chain = Chain(self.id, row["audit_seq"], bytes(row["audit_head"]), simulated=tx.simulated)
        tx.before_commit(self._save)

    @property
    def saved_version(self) -> int:
        """The version the case will have once this transaction is kept."""
        return self.version if self._is_new else self.version + 1

    def record(self, *happenings: Happening) -> None:
        """Append events to the case's history, in this order."""
        if self._held is not None:
            self._held.extend(happenings)
            return
        self._events.extend(self._chain.append(self._tx.actor, self._tx.now, h) for h in happenings)

    def holding(self, act: Callable[[], T]) -> tuple[T, list[Happening]]:
        """Do something while what it records is held back, for the caller to record in its place."""
        self._held, held = [], []
        try:
            result = act()
            held = self._held
        finally:
            self._held = None
        return result, held

    def admit(self, parties: Iterable[str]) -> None:
        """Let these parties see the case from now on."""
        for party in parties:
            if party not in self.parties:
                self.parties.append(party)
                self._new_parties.append(party)

    def write(self, statement: Prepared, *rows: Mapping[str, Any]) -> None:
        """Have rows that belong to the case written with it, after its own row."""
        self._writes.append((statement, rows))

    def require_active(self) -> None:
        """Raise ConflictError unless the case is running."""
        if self.state != "active":
            raise ConflictError(
                f"Hồ sơ quy trình {STATES_VI.get(self.state, self.state)}.",
                f"The process instance is {self.state}.",
            )

    def require_held(self) -> None:
        """Raise ConflictError when the case has ended."""
        if self.state not in _HELD:
            raise ConflictError("Hồ sơ quy trình đã kết thúc.", "The process instance has ended.")

    def require_version(self, expected: int | None) -> None:
        """Raise StaleVersionError when the caller has read another version (None: did not say)."""
        if expected is not None and expected != self.version:
            raise StaleVersionError(expected, self.version)

    def _save(self) -> None:
        if self._is_new:
            self._tx.write(INSERT_CASE, self._row("", self.version))
        else:
            self._tx.write(UPDATE_CASE, {"case_id": self.id} | self._row("new_", self.saved_version))
        self._tx.write(INSERT_PARTY, *({"instance_id": self.id, "party": p} for p in self._new_parties))
        for statement, rows in self._writes:
            self._tx.write(statement, *rows)
        self._tx.write(INSERT_EVENT, *self._events)

    def _row(self, prefix: str, version: int) -> dict[str, Any]:
        row = {
            "id": self.id,
            "definition_id": self.definition_id,
            "process_key": self.process_key,
            "process_version": self.process_version,
            "business_key": self.business_key,
            "agency": self.agency,
            "plan_task_id": self.plan_task_id,
            "state": self.state,
            "version": version,
            "tree": self.tree,
            "variables": self.variables,
            "tokens": self.tokens,
            "parties": self.parties,
            "audit_seq": self._chain.seq,
            "audit_head": self._chain.head,
            "started_at": self.started_at,
            "started_by": self.started_by,
            "ended_at": self.ended_at,
            "simulated": self.simulated,
        }
        return {prefix + name: value for name, value in row.items()} if prefix else row


def open_case(
    tx: Transaction,
    definition: Versioned,
    *,
    business_key: str | None,
    agency: str | None,
    instance_id: str | None = None,
) -> Case:
    """A new instance of a definition, seen by its agency, with nothing in it yet; under a fresh id if none is given."""
    row = {
        "id": instance_id or new_id(),
        "definition_id": definition.id,
        "process_key": definition.key,
        "process_version": definition.version,
        "business_key": business_key,
        "agency": agency,
        "plan_task_id": None,
        "state": "active",
        "version": 1,
        "tree": b"",
        "variables": {},
        "tokens": [],
        "parties": [],
        "audit_seq": 0,
        "audit_head": GENESIS,
        "started_at": tx.now,
        "started_by": tx.actor.person_id,
        "ended_at": None,
        "simulated": tx.simulated,
    }
    case = Case(tx, row, is_new=True)
    if agency:
        case.admit([f"agency:{agency}"])
    return _remember(tx, case)


def lock_case(tx: Transaction, instance_id: str) -> Case:
    """The instance, locked. Raises NotFoundError when there is none, or the actor may not know of it."""
    known = hold_case(tx, instance_id)
    require_visible(tx, known.parties, known.started_by, "process-instance", instance_id)
    return known


def lock_for_upkeep(tx: Transaction, instance_id: str, verb: str) -> Case:
    """The instance, locked, for a system administrator, who keeps cases running without reading their content.

    Raises NotFoundError when there is none, or for those who may not know of it; ForbiddenError for all others.
    """
    known = hold_case(tx, instance_id)
    if access.keeps_cases(tx.actor):
        return known
    require_visible(tx, known.parties, known.started_by, "process-instance", instance_id)
    raise access.upkeep_refusal(verb)


def hold_case(tx: Transaction, instance_id: str) -> Case:
    """The instance, locked, whoever asks: for what the engine itself has to do to it."""
    known = _cases(tx).get(instance_id)
    if known is not None:
        return known
    row = tx.fetch(LOCK_CASE, instance_id=instance_id)
    if row is None:
        raise NotFoundError("process-instance", instance_id)
    return case_of(tx, row)


def lock_free_case(tx: Transaction, instance_id: str) -> Case | None:
    """The instance, locked; None when another worker has it in hand, so that nobody waits."""
    row = tx.fetch(LOCK_FREE_CASE, instance_id=instance_id)
    return case_of(tx, row) if row is not None else None


def case_of(tx: Transaction, row: Mapping[str, Any]) -> Case:
    """The case of a locked row whose columns are prefixed `case_`; the same one if the transaction has it."""
    known = _cases(tx).get(row["case_id"])
    if known is not None:
        return known
    values = {k.removeprefix(_PREFIX): v for k, v in row.items() if k.startswith(_PREFIX)}
    return _remember(tx, Case(tx, values, is_new=False))


def require_visible(tx: Transaction, parties: Iterable[str], started_by: str | None, kind: str, key: str) -> None:
    """Raise NotFoundError when the actor may not know that the case exists."""
    if not access.sees_case(tx.actor, tuple(parties), started_by):
        raise NotFoundError(kind, key)


def _cases(tx: Transaction) -> dict[str, Case]:
    cases: dict[str, Case] = tx.local.setdefault(_CASES, {})
    return cases


def _remember(tx: Transaction, case: Case) -> Case:
    _cases(tx)[case.id] = case
    return case
