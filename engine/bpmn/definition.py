"""What a deployed diagram is to the engine: the networks tokens walk, and what their elements declare to people.

Rule: a definition is shared by every instance and every thread, and never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bpmn.decisions import Decision
from engine.bpmn.expressions import Expression, Template
from engine.bpmn.network import Network, Node
from engine.errors import Finding
from engine.forms import Form


@dataclass(frozen=True)
class Element:
    """One element of a diagram. `kind` is its BPMN tag in snake case, such as `user_task`.

    `exclude_actors_of` names the elements whose performers may not do this one. `output_collection` names the list
    variable that gathers what is submitted by the parallel instances of this task.
    """

    id: str
    kind: str
    name: str
    name_en: str
    lane: str | None = None
    lane_en: str | None = None
    form: Form | None = None
    candidate_groups: tuple[Template, ...] = ()
    assignee: Expression | None = None
    due_date: Expression | None = None
    exclude_actors_of: tuple[str, ...] = ()
    output_collection: str | None = None
    handler: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """One process with everything it calls, ready to run. `checksum` is the SHA-256 of its own XML.

    `networks` holds the process itself under `key`, each called process under its key and each embedded sub-process
    under its element id; `nodes` holds the nodes of all of them. `calls` are the processes that it
    calls, directly or not. One that does not start alone (extension property `starts_alone`) is only ever called, or
    begun by a command.
    """

    key: str
    name: str
    name_en: str
    checksum: str
    networks: Mapping[str, Network]
    nodes: Mapping[str, Node]
    elements: Mapping[str, Element]
    starter_groups: tuple[str, ...]
    start_form: Form | None
    decisions: Mapping[str, Decision]
    calls: tuple[str, ...]
    warnings: tuple[Finding, ...] = ()
    starts_alone: bool = True
