"""Reading how an activity is repeated: a standard loop, or one activation for each item."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.data import variable_of
from engine.bpmn.event_rules import referred, rule_of
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.metadata import BPMN, CAMUNDA, compiled
from engine.bpmn.network import EventRule, Repetition


def repetition_of(node: etree._Element, file: str) -> Repetition | None:
    """The repetition of an activity; None when it is done once."""
    loop = node.find(f"{BPMN}standardLoopCharacteristics")
    if loop is not None:
        return _loop(node, loop, file)
    several = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    return None if several is None else _several(node, several, file)


def expression_in(node: etree._Element, tag: str, file: str) -> Expression | None:
    """The expression in a child of an element; None where there is none."""
    return _expression(node.findtext(f"{BPMN}{tag}"), node, file)


def _loop(node: etree._Element, loop: etree._Element, file: str) -> Repetition:
    maximum = loop.get("loopMaximum")
    return Repetition(
        sequential=True,
        is_loop=True,
        condition=_expression(loop.findtext(f"{BPMN}loopCondition"), node, file),
        test_before=loop.get("testBefore") in ("true", "1"),
        maximum=int(maximum) if maximum else None,
    )


def _several(node: etree._Element, several: etree._Element, file: str) -> Repetition:
    collection = several.get(f"{CAMUNDA}collection") or _reference(several, "loopDataInputRef")
    return Repetition(
        sequential=several.get("isSequential") in ("true", "1"),
        collection=_expression(collection, node, file),
        cardinality=_expression(several.findtext(f"{BPMN}loopCardinality"), node, file),
        variable=several.get(f"{CAMUNDA}elementVariable") or _item(several, "inputDataItem"),
        completion=_expression(several.findtext(f"{BPMN}completionCondition"), node, file),
        output=_reference(several, "loopDataOutputRef"),
        output_item=_item(several, "outputDataItem"),
        throws=_throws(node, several, file),
        throws_once=several.get("behavior") == "One",
    )


def _throws(node: etree._Element, several: etree._Element, file: str) -> tuple[EventRule, ...]:
    """What is thrown when activations are done: `behavior` One the first time, None each time, All never."""
    attribute = {"One": "oneBehaviorEventRef", "None": "noneBehaviorEventRef"}.get(several.get("behavior", "All"))
    definition = referred(node, several.get(attribute)) if attribute else None
    return () if definition is None else (rule_of(definition, node, file),)


def _expression(text: str | None, node: etree._Element, file: str) -> Expression | None:
    return compiled(compile_expression, text, node, file) if text and text.strip() else None


def _reference(several: etree._Element, tag: str) -> str | None:
    target = referred(several, several.findtext(f"{BPMN}{tag}"))
    return None if target is None else variable_of(target)


def _item(several: etree._Element, tag: str) -> str | None:
    item = several.find(f"{BPMN}{tag}")
    return None if item is None else item.get("name") or item.get("id")
