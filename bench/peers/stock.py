"""SpiffWorkflow as it comes: its own workflow object and serializer, shared by the two Python peers below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

WORKLOADS = Path(__file__).parents[1] / "workloads"


class Stock:
    """Parsing, stepping and serialising with the library alone."""

    def __init__(self) -> None:
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self._specifications: dict[str, Any] = {}

    def begin(self, flow: str) -> Any:
        """A new workflow, run to its first wait."""
        if flow not in self._specifications:
            # The one change to the diagram: the library wants a duration in quotes.
            xml = (WORKLOADS / f"{flow}.bpmn").read_bytes().replace(b">P365D<", b'>"P365D"<')
            parser = BpmnParser()
            parser.add_bpmn_xml(etree.fromstring(xml))
            self._specifications[flow] = parser.get_spec(flow)
        workflow = BpmnWorkflow(self._specifications[flow])
        workflow.do_engine_steps()
        return workflow

    def complete(self, workflow: Any, task_id: str, values: dict[str, Any]) -> None:
        """Complete a task and run to the next wait."""
        task = next(t for t in workflow.get_tasks(state=TaskState.READY) if str(t.id) == task_id)
        task.data.update(values)
        task.run()
        workflow.do_engine_steps()

    def waiting(self, workflow: Any) -> Any:
        """The user task that waits, or None."""
        return next((t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual), None)

    def dump(self, workflow: Any) -> str:
        """The whole workflow, its specification included."""
        text: str = self._serializer.serialize_json(workflow)
        return text

    def load(self, text: str) -> Any:
        """The workflow in that text."""
        return self._serializer.deserialize_json(text)
