"""The pile of commendation: what waits for the reader's decision, each with its evidence, one by one or many at once.

Rule: as with every bulk decision, each is taken in a transaction of its own, and what one is refused for is told.
"""

from __future__ import annotations

from flask import Blueprint

from api.web.decisions import MOST, Outcome, benches, decided, decision_of
from api.web.door import page, read
from engine.commands.ballots import BALLOT
from engine.commands.dossiers import PROCESS, REVOCATION
from engine.queries import claims, naming, tasks
from engine.queries import dossiers as queries
from engine.queries.tasks import TaskFilter, TaskView
from engine.runtime import Transaction

blueprint = Blueprint("commending", __name__, url_prefix="/dossiers/decisions")


@blueprint.get("")
def pile() -> str:
    """The dossiers that wait for the reader, by step."""
    return read(lambda tx: _page(tx, []))


@blueprint.post("")
def decide() -> str:
    """Take one decision on all the dossiers that were marked."""
    outcomes, comment = decided()
    return read(lambda tx: _page(tx, outcomes, is_empty=not outcomes, comment=comment))


def _page(tx: Transaction, outcomes: list[Outcome], *, is_empty: bool = False, comment: str = "") -> str:
    waiting = _waiting(tx)
    dossiers = claims.dossiers_of(tx, {task.row["instance_id"]: task.row["business_key"] for task in waiting})
    behind = claims.behind(tx, dossiers.values())
    rivals = {rival.dossier for one in behind.values() for rival in one.rivals}
    return page(
        "pile.html",
        benches=benches([task for task in waiting if decision_of(task)]),
        others=[task for task in waiting if not decision_of(task)],
        dossiers=dossiers,
        behind=behind,
        rivals={one.id: one for one in queries.of_ids(tx, rivals)},
        agencies=naming.agencies(tx, (one.agency for one in dossiers.values())),
        names={t.row["id"]: dossiers[i].nominee_name for t in waiting if (i := t.row["instance_id"]) in dossiers},
        outcomes=outcomes,
        is_empty=is_empty,
        comment=comment,
        ballot=BALLOT,
        is_cut=len(waiting) >= MOST,
    )


def _waiting(tx: Transaction) -> list[TaskView]:
    found: list[TaskView] = []
    for process in (PROCESS, REVOCATION):
        wanted = TaskFilter(assignee=True, candidate=True, process_key=process)
        found += tasks.page(tx, wanted, limit=MOST, sort="due_at")
    return [task for task in found if "complete" in task.allowed_actions]
