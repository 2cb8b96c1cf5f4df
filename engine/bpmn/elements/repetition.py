"""Multi-instance: how many activations of an activity, which come now, and when enough are done."""

from __future__ import annotations

from typing import Any

from engine.bpmn.execution import Execution
from engine.bpmn.network import Node, Repetition
from engine.bpmn.state import Token
from engine.errors import ProcessError

MOST_ACTIVATIONS = 1_000


def next_activations(execution: Execution, multi: Token, node: Node) -> list[dict[str, Any]]:
    """The locals of the activations to begin now: all of them at first, or the next one of a sequence."""
    rule = node.repetition
    if rule is None:
        return []
    if "total" not in multi.extra:
        items = _items(execution, rule, node)
        multi.extra |= {"total": len(items), "done": 0, "rest": items}
    waiting: list[Any] = multi.extra.get("rest", [])
    if rule.sequential:
        is_idle = multi.extra["total"] - len(waiting) == multi.extra["done"]
        now = waiting[:1] if is_idle and multi.extra["done"] < multi.extra["total"] else []
        multi.extra["rest"] = waiting[len(now) :]
    else:
        now = waiting
        multi.extra.pop("rest", None)
    return [{rule.variable: item} if rule.variable else {} for item in now]


def is_enough(execution: Execution, multi: Token, node: Node, last: Token) -> bool:
    """Whether the completion condition holds after one more activation is done."""
    rule = node.repetition
    if rule is None or rule.completion is None:
        return False
    counts = {
        "nrOfInstances": multi.extra["total"],
        "nrOfCompletedInstances": multi.extra["done"],
        "nrOfActiveInstances": len(execution.state.children(multi.id)),
    }
    names = {**execution.names(multi), **counts, **last.extra.get("l", {})}
    return bool(execution.evaluate(rule.completion, node.id, names))


def _items(execution: Execution, rule: Repetition, node: Node) -> list[Any]:
    if rule.collection is not None:
        items = execution.evaluate(rule.collection, node.id)
        if items is None:
            items = []
        if not isinstance(items, list):
            raise ProcessError(node.id, "the collection is not a list")
    else:
        count = execution.evaluate(rule.cardinality, node.id) if rule.cardinality else 0
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ProcessError(node.id, "the cardinality is not a whole number")
        items = list(range(min(count, MOST_ACTIVATIONS + 1)))
    if len(items) > MOST_ACTIVATIONS:
        raise ProcessError(node.id, f"more than {MOST_ACTIVATIONS} activations")
    return list(items)
