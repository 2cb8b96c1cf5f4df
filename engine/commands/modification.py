"""Moving the tokens of a case by hand: the administrator's last resort, with a reason and on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import access
from engine.audit.chain import Happening
from engine.bpmn import relocation
from engine.bpmn.relocation import Displacement
from engine.commands import advance, definitions
from engine.commands.case import STATES_VI, Case, lock_for_upkeep, require_visible
from engine.errors import ConflictError, NotFoundError
from engine.models.instance import ProcessInstance
from engine.runtime import Transaction

_MOVABLE = ("active", "incident")


@dataclass(frozen=True)
class Modification:
    """Where the tokens of a case were and where they are now, as (element id, state)."""

    before: list[tuple[str, str]]
    after: list[tuple[str, str]]


def foresee(tx: Transaction, instance_id: str, wanted: Displacement) -> Modification:
    """Where the tokens would be before the case runs on; nothing is changed. Raises as `modify` does."""
    row = tx.session.get(ProcessInstance, instance_id)
    if row is None:
        raise NotFoundError("process-instance", instance_id)
    if not access.keeps_cases(tx.actor):
        require_visible(tx, row.parties, row.started_by, "process-instance", instance_id)
        raise access.upkeep_refusal("modify")
    _require_movable(row)
    after = relocation.foresee(definitions.compiled(tx, row.definition_id), bytes(row.tree), wanted)
    return Modification(_places(row.tokens), after)


def modify(
    tx: Transaction, instance_id: str, wanted: Displacement, reason: str, expected_version: int | None = None
) -> Modification:
    """Take tokens away and let others arrive, then run on as usual. An incident of the case stays open.

    Raises ForbiddenError unless the actor is a system administrator, NotFoundError, ConflictError when the case rests
    or has not begun, InvalidDataError for what cannot be moved, ProcessError when the step that follows fails.
    """
    case = lock_for_upkeep(tx, instance_id, "modify")
    case.require_version(expected_version)
    _require_movable(case)
    before, host = _places(case.tokens), advance.StepHost(tx, case)
    definition = definitions.compiled(tx, case.definition_id)
    step = relocation.displace(definition, case.tree, case.variables, wanted, host)
    done = Modification(before, step.tokens)
    case.record(Happening("process-modified", data=_told(wanted, done, reason)))
    advance.apply(tx, case, step, host)
    return done


def _require_movable(case: Case | ProcessInstance) -> None:
    if case.state not in _MOVABLE:
        told = STATES_VI.get(case.state, case.state)
        raise ConflictError(f"Hồ sơ quy trình {told}.", f"The process instance is {case.state}.")
    if not case.tree:
        raise ConflictError("Hồ sơ chưa khởi tạo xong.", "The process instance has not begun.")


def _places(tokens: list[Any]) -> list[tuple[str, str]]:
    return [(element, state) for element, state in tokens]


def _told(wanted: Displacement, done: Modification, reason: str) -> dict[str, Any]:
    return {
        "moves": [{"from": old, "to": new} for old, new in wanted.moves],
        "cancel": list(wanted.cancel),
        "activate": list(wanted.activate),
        "before": [element for element, _ in done.before],
        "after": [element for element, _ in done.after],
        "reason": reason,
    }
