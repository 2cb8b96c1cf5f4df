"""Processes: which there are, their versions, and their diagrams as they are executed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, Response

from api.web import diagrams
from api.web.catalogues import language
from api.web.door import page, read
from api.web.showing import duration
from engine.commands import definitions
from engine.queries import bottlenecks, naming
from engine.queries import definitions as queries
from engine.queries.bottlenecks import Load
from engine.runtime import Transaction

blueprint = Blueprint("processes", __name__)

_MANY = 1000


@blueprint.get("/process-definitions")
def listed() -> str:
    """The newest version of each process and decision table."""

    def query(tx: Transaction) -> str:
        newest = {row.key: row for row in queries.page(tx, limit=_MANY)}
        may_deploy = bool(tx.actor.roles & definitions.DEPLOYERS)
        return page("processes.html", processes=list(newest.values()), may_deploy=may_deploy)

    return read(query)


@blueprint.get("/process-definitions/<key>")
def shown(key: str) -> str:
    """One process: the diagram of its newest version, its steps in words, all its versions."""

    def query(tx: Transaction) -> str:
        versions = queries.versions(tx, key)
        names = naming.people(tx, (v.deployed_by for v in versions))
        steps = _steps(tx, versions[0])
        loads = bottlenecks.loads(tx, key, [step.id for step in steps])
        worst, calls = bottlenecks.held_up(loads), _calls(tx, versions[0])
        return page(
            "process.html",
            versions=versions,
            newest=versions[0],
            steps=steps,
            people=names,
            loads=loads,
            by_element={step.id: step for step in steps},
            labels={load.element_id: _label(load) for load in (*bottlenecks.together(loads, calls), *loads)},
            bottleneck=worst,
            worst_node=_drawn_at(worst, calls),
        )

    return read(query)


@blueprint.get("/process-definitions/<key>/versions/<int:version>/diagram")
def diagram(key: str, version: int) -> Response:
    """The diagram of a version, its names in the reader's language."""
    row = read(lambda tx: definitions.version_of(tx, key, version))
    return Response(diagrams.in_language(row.xml, language()), content_type="application/xml; charset=utf-8")


def _label(load: Load) -> str:
    """What stands on the diagram at a step: how many wait and for how long, else how long it takes."""
    if load.waiting:
        return f"{load.waiting} · {duration(load.waiting_seconds)}"
    return f"✓ {duration(load.done_seconds)}"


def _calls(tx: Transaction, newest: Any) -> dict[str, frozenset[str]]:
    """The nodes of a diagram that call another, each with the steps in there; none of a decision table."""
    return bottlenecks.called_by(definitions.compiled(tx, newest.id)) if newest.kind == "bpmn" else {}


def _drawn_at(worst: Load | None, calls: Mapping[str, Collection[str]]) -> str | None:
    """Where the bottleneck is seen on the diagram: at its own step, or at the node that calls the process it is in."""
    if worst is None:
        return None
    return next((node for node, steps in calls.items() if worst.element_id in steps), worst.element_id)


def _steps(tx: Transaction, newest: Any) -> list[Any]:
    """The steps for people, with who they are for; none of a decision table."""
    if newest.kind != "bpmn":
        return []
    found = definitions.compiled(tx, newest.id).elements.values()
    return [element for element in found if element.kind == "user_task"]
