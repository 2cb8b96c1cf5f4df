"""Promises about many dossiers at once: the same facts as of one, with as many questions for one as for many."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from engine.access import SYSTEM
from engine.models.commendation import Dossier
from engine.models.plan import PlanTask
from engine.queries import claims, dossiers
from engine.runtime import Engine, Transaction
from tests.commending import CONTENT, DossierScene, done_task

TITLES = ("Chữ ký số", "Học bạ số", "Sổ sức khỏe số")


@pytest.fixture
def scenes(installed: Engine) -> list[DossierScene]:
    """Three dossiers of the commune, handed in; the first two claim the same task."""
    shared = done_task(installed)
    found = [DossierScene(installed, achievement_title=title) for title in TITLES]
    for scene, tasks in zip(found, ([shared], [shared, done_task(installed)], []), strict=True):
        scene.hand_in(evidence=tasks)
    return found


def behind(engine: Engine, *scenes: DossierScene) -> list[claims.Behind]:
    """What stands behind these dossiers, in their order."""

    def ask(tx: Transaction) -> list[claims.Behind]:
        known = claims.behind(tx, [tx.session.get_one(Dossier, scene.id) for scene in scenes])
        return [known[scene.id] for scene in scenes]

    return engine.read(SYSTEM, ask)


def test_rivals_are_those_that_each_dossier_has_by_itself(installed: Engine, scenes: list[DossierScene]) -> None:
    found = behind(installed, *scenes)

    def one_by_one(tx: Transaction) -> list[list[dossiers.Rival]]:
        return [dossiers.rivals(tx, tx.session.get_one(Dossier, scene.id)) for scene in scenes]

    alone = installed.read(SYSTEM, one_by_one)
    assert [list(one.rivals) for one in found] == alone
    assert [len(one.rivals) for one in found] == [1, 1, 0]


def test_a_claim_tells_what_changed_since(installed: Engine, scenes: list[DossierScene]) -> None:
    def change(tx: Transaction) -> None:
        claimed = dossiers.evidence(tx, scenes[0].id)[0].plan_task_id
        tx.session.get_one(PlanTask, claimed).deliverable = "6 tin, bài"

    installed.run(SYSTEM, change)

    first, second, third = behind(installed, *scenes)
    assert first.claims[0].changes == (("deliverable", "12 tin, bài", "6 tin, bài"),)
    assert [first.is_stale, second.is_stale, third.is_stale] == [True, True, False]
    assert [claim.is_stale for claim in second.claims].count(True) == 1


def test_many_dossiers_are_asked_about_with_as_many_questions_as_one(
    installed: Engine, scenes: list[DossierScene]
) -> None:
    counted = [_asked(installed, *some) for some in (scenes[:1], scenes)]

    assert counted[0] == counted[1]


def test_dossiers_are_found_by_their_cases_and_those_of_their_revocation(
    installed: Engine, scenes: list[DossierScene]
) -> None:
    known = {"case": scenes[0].id, "revocation": f"{scenes[1].id}/revocation", "other": "2026-Q1", "none": None}

    found = installed.read(SYSTEM, lambda tx: {k: v.id for k, v in claims.dossiers_of(tx, known).items()})

    assert found == {"case": scenes[0].id, "revocation": scenes[1].id}
    assert scenes[0].dossier.nominee_name == CONTENT["nominee_name"]


def _asked(engine: Engine, *scenes: DossierScene) -> int:
    asked: list[str] = []

    def ask(tx: Transaction) -> None:
        found = [tx.session.get_one(Dossier, scene.id) for scene in scenes]
        event.listen(engine.database.writer, "before_cursor_execute", note)
        claims.behind(tx, found)

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine.read(SYSTEM, ask)
    event.remove(engine.database.writer, "before_cursor_execute", note)
    return len(asked)
