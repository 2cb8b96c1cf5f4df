"""How the engine's things look in JSON, where no schema can say it cheaply enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.contract import Answer
from api.errors import finding, speaks_english
from api.schemas.tasks import ContextOut
from engine.commands.case import Case
from engine.commands.definitions import Deployment
from engine.deadlines import LOCAL
from engine.forms import Field, Form
from engine.models.definition import ProcessDefinition
from engine.models.incident import Incident
from engine.models.instance import ProcessInstance
from engine.queries.task_context import TaskContext
from engine.queries.tasks import TaskView


def task_json(
    task: TaskView, *, english: bool, draft: dict[str, Any] | None = None, context: TaskContext | None = None
) -> dict[str, Any]:
    """A user task as the contract has it; names in the reader's language. Its context stands with a single task."""
    row, facts = task.row, task.facts
    return {
        "id": row["id"],
        "element_id": row["element_id"],
        "name": row["name_en"] if english else row["name"],
        "process_instance_id": row["instance_id"],
        "process_key": row["process_key"],
        "business_key": row["business_key"],
        "plan_task_title": row["plan_task_title"],
        "agency": row["agency"],
        "state": row["state"],
        "assignee": facts.assignee_id if facts.is_open else row["assignee_id"],
        "owner": row["owner_id"],
        "candidate_groups": row["candidate_groups"],
        "created_at": row["created_at"],
        "due_at": row["due_at"].astimezone(LOCAL) if row["due_at"] else None,
        "due_explanation": explanation_json(row["due_explanation"], english=english),
        "closed_at": row["closed_at"],
        "on_behalf_of": task.on_behalf_of if facts.is_open else row["closed_for"],
        "form": form_json(task.element.form, english=english),
        "draft": draft,
        "context": ContextOut().dump(context) if context is not None else None,
        "allowed_actions": list(task.allowed_actions),
    }


def explanation_json(stored: dict[str, Any] | None, *, english: bool) -> dict[str, Any] | None:
    """How a due date came about, with its `text` in the reader's language; None where nothing is due."""
    return stored and stored | {"text": stored["text_en" if english else "text_vi"]}


def form_json(form: Form | None, *, english: bool) -> dict[str, Any] | None:
    """A form; None for a task that takes any values."""
    return None if form is None else {"fields": [_field(f, english=english) for f in form.fields]}


def case_answer(case: Case, status: int = 200) -> Answer:
    """An instance that a command has just changed, with the incidents that it raised."""
    shown = _instance(case, case.process_version, case.tokens)
    if case.state == "incident":
        shown["incidents"] = [_incident(incident) for incident in case.incidents]
    return Answer(shown, status, case.saved_version)


def instance_answer(row: ProcessInstance, incidents: Sequence[Incident] = ()) -> Answer:
    """An instance as stored, with its open incidents."""
    shown = instance_json(row)
    if row.state == "incident":
        shown["incidents"] = [_incident(vars(incident)) for incident in incidents]
    return Answer(shown, version=row.version)


def instance_json(row: ProcessInstance) -> dict[str, Any]:
    """An instance as the contract has it."""
    return _instance(row, row.process_version, row.tokens)


def deployment_json(deployment: Deployment) -> dict[str, Any]:
    """A deployed version with the warnings of its check."""
    found = [finding(w, english=speaks_english()) for w in deployment.warnings]
    return definition_json(deployment.definition) | {"warnings": found}


def definition_json(row: ProcessDefinition) -> dict[str, Any]:
    """A version of a process or decision table."""
    names = ("key", "version", "kind", "name", "name_en", "file", "checksum", "state", "deployed_at", "published_at")
    return {name: getattr(row, name) for name in names} | {"warnings": []}


def _instance(thing: Case | ProcessInstance, version: int, tokens: list[Any]) -> dict[str, Any]:
    return {
        "id": thing.id,
        "process_key": thing.process_key,
        "version": version,
        "business_key": thing.business_key,
        "agency": thing.agency,
        "plan_task_id": thing.plan_task_id,
        "state": thing.state,
        "tokens": [{"element_id": element, "state": state} for element, state in tokens],
        "variables": thing.variables,
        "started_at": thing.started_at,
        "ended_at": thing.ended_at,
        "simulated": thing.simulated,
    }


def _incident(row: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever sees a case learns of its incident."""
    shown = {name: row[name] for name in ("id", "element_id", "trace_id", "created_at")}
    return shown | {"message": row["message_en"] if speaks_english() else row["message"]}


def _field(field: Field, *, english: bool) -> dict[str, Any]:
    return {
        "id": field.id,
        "label": field.label_en if english else field.label,
        "type": field.type,
        "required": field.required,
        "required_when": field.required_when_text,
        "constraints": dict(field.constraints),
        "options": [{"id": o.id, "name": o.label_en if english else o.label} for o in field.options],
    }
