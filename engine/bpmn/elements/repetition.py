"""Repeated activities: how many activations, which come now, and when enough are done."""

from __future__ import annotations

from typing import Any

from engine.bpmn.execution import Execution
from engine.bpmn.network import Node, Repetition
from engine.bpmn.state import Token
from engine.errors import ProcessError

MOST_ACTIVATIONS = 1_000


def next_activations(execution: Execution, multi: Token, node: Node) -> list[dict[str, Any]]:
    """What is its own of each activation to begin now: all of them at first, or the next one of a sequence."""
    rule = node.repetition
    if rule is None or multi.id not in execution.state.tokens:
        return []
    if rule.is_loop:
        return _next_turn(execution, multi, rule, node)
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
    first = multi.extra["done"] if rule.sequential else 0
    return [_own(rule, item, first + number) for number, item in enumerate(now)]


def needs_more(execution: Execution, multi: Token) -> bool:
    """Whether a repetition still goes on: it was not cancelled, and not enough is done."""
    return multi.id in execution.state.tokens and multi.extra["done"] < multi.extra["total"]


def note(execution: Execution, multi: Token, node: Node, last: Token) -> None:
    """One more activation is done: gather what it gives, throw what is to be thrown, and see whether it is enough."""
    multi.extra["done"] += 1
    rule = node.repetition
    if rule is None:
        return
    if rule.output is not None and rule.output_item is not None:
        _gather(execution, rule.output, rule.output_item, last)
    if not rule.throws_once or multi.extra["done"] == 1:
        execution.throw(node, last, {}, *rule.throws)
    if _is_enough(execution, multi, node, last):
        for other in execution.state.children(multi.id):
            execution.cancel(other)
        multi.extra["total"] = multi.extra["done"]


def _next_turn(execution: Execution, multi: Token, rule: Repetition, node: Node) -> list[dict[str, Any]]:
    done = multi.extra.setdefault("done", 0)
    if execution.state.children(multi.id):
        return []
    multi.extra["total"] = done
    if rule.maximum is not None and done >= rule.maximum:
        return []
    if rule.condition is not None and (done or rule.test_before):
        names = {**execution.names(multi), "loopCounter": done}
        if not execution.evaluate(rule.condition, node.id, names):
            return []
    multi.extra["total"] = done + 1
    return [{"i": done}]


def _own(rule: Repetition, item: Any, number: int) -> dict[str, Any]:
    return {"i": number} | ({"l": {rule.variable: item}} if rule.variable else {})


def _gather(execution: Execution, output: str, item: str, last: Token) -> None:
    value = execution.names(last).get(item)
    execution.assign({output: [*(execution.step.variables.get(output) or []), value]})


def _is_enough(execution: Execution, multi: Token, node: Node, last: Token) -> bool:
    rule = node.repetition
    if rule is None or rule.completion is None:
        return False
    counts = {
        "nrOfInstances": multi.extra["total"],
        "nrOfCompletedInstances": multi.extra["done"],
        "nrOfActiveInstances": len(execution.state.children(multi.id)),
        "numberOfInstances": multi.extra["total"],
        "numberOfCompletedInstances": multi.extra["done"],
        "numberOfActiveInstances": len(execution.state.children(multi.id)),
        "loopCounter": last.extra.get("i", 0),
    }
    names = {**execution.names(multi), **counts, **last.extra.get("l", {})}
    return bool(execution.evaluate(rule.completion, node.id, names))


def _items(execution: Execution, rule: Repetition, node: Node) -> list[Any]:
    if rule.collection is not None:
        items = execution.evaluate(rule.collection, node.id)
        if items is None:
            items = []
        if not isinstance(items, list):
            raise ProcessError(node.id, "the collection is not a list", reason_vi="tập hợp không phải là danh sách")
    else:
        count = execution.evaluate(rule.cardinality, node.id) if rule.cardinality else 0
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ProcessError(
                node.id,
                "the cardinality is not a whole number",
                reason_vi="số lần lặp không phải là số nguyên không âm",
            )
        items = list(range(min(count, MOST_ACTIVATIONS + 1)))
    if len(items) > MOST_ACTIVATIONS:
        raise ProcessError(
            node.id, f"more than {MOST_ACTIVATIONS} activations", reason_vi=f"quá {MOST_ACTIVATIONS} lần thực hiện"
        )
    return list(items)
