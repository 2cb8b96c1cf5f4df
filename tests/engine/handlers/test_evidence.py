"""Promises of evidence: a file that it names is a file of the case."""

from __future__ import annotations

import pytest

from engine.commands import attachments
from engine.errors import InvalidDataError
from tests.engine.handlers.cast import Cast
from tests.installed import offered


def test_evidence_names_files_of_its_own_case(alone: Cast) -> None:
    alone.approve()
    alone.do(alone.officer, "execute", decision="report")
    elsewhere = Cast(alone.engine)
    theirs = attach(elsewhere, "propose")

    for strange in ("khong-co", theirs):
        with pytest.raises(InvalidDataError) as refused:
            alone.do(alone.officer, "report_result", result="Xong.", evidence=[{"title": "Ảnh", "attachment": strange}])
        assert [(p.field, p.rule) for p in refused.value.problems] == [("evidence", "unknown")]
    mine = attach(alone, "report_result")
    alone.do(alone.officer, "report_result", result="Xong.", evidence=[{"title": "Ảnh", "attachment": mine}])

    assert alone.plan_task().status == "reported"


def attach(cast: Cast, element: str) -> str:
    """The id of a file attached to the officer's task of that element."""
    task_id = offered(cast.engine, cast.officer, cast.case)[element]
    return cast.engine.run(cast.officer, attachments.add, task_id, "anh.pdf", b"%PDF-1.7\n").id
