"""The handlers that a diagram may name in `camunda:delegateExpression`.

Rule: a handler runs inside the step that reaches its service task; what it returns is merged into the variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.commands.case import Case
from engine.handlers import (
    activities,
    budgets,
    contests,
    corrections,
    dossiers,
    events,
    external_requests,
    obstacles,
    plan_tasks,
    proposals,
    publications,
    reports,
    round_explanations,
    rounds,
    supervisions,
    surveys,
    urging,
)
from engine.runtime import Transaction

Handler = Callable[[Transaction, Case], Mapping[str, Any] | None]

_MODULES = (
    activities,
    budgets,
    contests,
    corrections,
    dossiers,
    events,
    external_requests,
    obstacles,
    plan_tasks,
    proposals,
    publications,
    reports,
    round_explanations,
    rounds,
    supervisions,
    surveys,
    urging,
)
HANDLERS: dict[str, Handler] = {name: getattr(module, name) for module in _MODULES for name in module.__all__}
