"""Why cases run by tokens of our own: what SpiffWorkflow, taken as it is, makes of the same models.

Should a newer release of the library get one of them right, its row here fails, and the decision record
docs/decisions/0002-token-engine.md has an argument less.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from tests.conformance.model import Row
from tests.conformance.rows import ROWS

MISREAD = (
    "conditional-flow",
    "default-flow-of-an-activity",
    "several-flows-out-of-an-activity",
    "signal-end-event",
    "link-events",
    "compensation-throw",
    "event-sub-process-error",
)


def by_the_library(row: Row) -> str:
    """The elements that the library completes, in its order; what it refuses, by the name of its error."""
    parser = BpmnParser()
    try:
        parser.add_bpmn_xml(etree.fromstring(row.xml), row.name)
        workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        workflow.task_tree.data.update(row.given)
        workflow.do_engine_steps()
    except (ValidationException, WorkflowException, ValueError) as error:
        return type(error).__name__
    return " ".join(_completed(workflow))


def _completed(workflow: Any) -> list[str]:
    tasks = sorted(workflow.get_tasks(state=TaskState.COMPLETED), key=lambda task: task.last_state_change)
    names = (getattr(task.task_spec, "bpmn_id", None) for task in tasks)
    return [name for name in names if name]


@pytest.mark.parametrize("name", MISREAD)
def test_the_library_alone_does_not_do_what_the_standard_says(name: str) -> None:
    row = next(row for row in ROWS if row.name == name)

    found = by_the_library(row)

    print(found)
    assert sorted(found.split()) != sorted(row.trace.split())


def test_the_library_alone_does_read_a_plain_sequence() -> None:
    row = next(row for row in ROWS if row.name == "sequence-flow")

    assert by_the_library(row) == row.trace
