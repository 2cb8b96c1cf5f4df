"""Promises that nobody gets round a dossier's hold, an award's revocation or a dossier's end by managing their case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.access import SYSTEM
from engine.commands import dossiers, instances
from engine.errors import ConflictError, ForbiddenError, InvalidDataError
from engine.models.commendation import Dossier
from engine.models.instance import ProcessInstance
from engine.runtime import Engine
from tests.engine.handlers.test_commendation import FORM, REFUSED, Course


@pytest.fixture
def course(installed_sqlite: Engine) -> Course:
    """A dossier just opened."""
    return Course(installed_sqlite)


@pytest.fixture
def awarded(installed_sqlite: Engine) -> Course:
    """A dossier whose award the Chairman has signed."""
    course = Course(installed_sqlite, achievement_type="sudden")
    course.decide()
    return course


def test_a_hold_is_not_undone_by_cancelling_the_case(course: Course) -> None:
    course.hand_in()
    course.engine.run(course.hub, dossiers.hold, course.id, "press", "Báo nêu.")

    with pytest.raises(ConflictError):
        course.engine.run(course.head, instances.cancel, course.case.id, "Rút hồ sơ.")

    assert (course.dossier.state, course.case.state) == ("on_hold", "suspended")


def test_the_case_of_an_award_is_not_cancelled(awarded: Course) -> None:
    with pytest.raises(ConflictError):
        awarded.engine.run(awarded.head, instances.cancel, awarded.case.id, "Rút hồ sơ.")

    assert (awarded.dossier.state, awarded.case.state) == ("decided", "active")


def test_the_head_of_the_agency_does_not_stop_the_revocation_of_its_award(awarded: Course) -> None:
    awarded.engine.run(awarded.secretary, dossiers.revoke, awarded.id, "fraud", "Khai man thành tích.")
    query = select(ProcessInstance.id).where(ProcessInstance.process_key == dossiers.REVOCATION)
    revocation = awarded.engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())

    for verb in (instances.suspend, instances.cancel):
        with pytest.raises(ForbiddenError):
            awarded.engine.run(awarded.head, verb, revocation, "Xin giữ.")

    assert awarded.engine.run(awarded.chairman, instances.suspend, revocation, "Chờ kết luận.").state == "suspended"


def test_a_campaign_that_there_is_not_is_told_by_its_field(installed: Engine) -> None:
    course = Course(installed)

    with pytest.raises(InvalidDataError) as refused:
        course.do(course.officer, "nominate", **FORM | {"campaign": "none"})

    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [("campaign", "unknown")]
    assert course.case.state == "active"


def test_a_case_begun_anew_has_a_dossier_of_its_own(course: Course) -> None:
    course.hand_in()
    course.do(course.hub, "completeness_check", **REFUSED)
    ended = course.case.id

    begun = course.engine.run(course.head, instances.restart, ended, "Bổ sung minh chứng.")

    made = course.engine.read(SYSTEM, lambda tx: tx.session.get_one(Dossier, begun.variables["dossier"]))
    assert (made.instance_id, made.state, made.nominee_name) == (begun.id, "draft", course.dossier.nominee_name)
    assert begun.business_key == made.id != course.id
    assert (course.dossier.instance_id, course.dossier.state) == (ended, "refused")
