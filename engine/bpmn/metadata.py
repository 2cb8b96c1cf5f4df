"""What an element declares to people: names, forms, candidates, due dates (the `camunda:` attributes).

Rule: every expression is compiled here, so that a bad one is found at deployment, by the name of its element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from lxml import etree

from engine.bpmn.definition import Element
from engine.bpmn.expressions import Expression, ExpressionError, compile_expression, compile_template
from engine.bpmn.xml_safety import refused
from engine.forms import FIELD_TYPES, Condition, Field, Form, Option

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
T = TypeVar("T")


def kind_of(node: etree._Element) -> str:
    """The tag of an element in snake case: `user_task` for `bpmn:userTask`."""
    return _SNAKE.sub("_", etree.QName(node).localname).lower()


def properties_of(node: etree._Element) -> dict[str, str]:
    """The extension properties that stand directly on an element."""
    path = f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
    return {p.get("name", ""): p.get("value", "") for p in node.iterfind(path)}


def element_of(node: etree._Element, lane: etree._Element | None, file: str) -> Element:
    """The declarations of a flow node. Raises DefinitionError naming it."""
    properties = properties_of(node)
    name = name_of(node)
    return Element(
        id=node.get("id", ""),
        kind=kind_of(node),
        name=name,
        name_en=properties.get("name_en", name),
        lane=lane.get("name") if lane is not None else None,
        lane_en=properties_of(lane).get("name_en") if lane is not None else None,
        form=form_of(node, file),
        candidate_groups=tuple(compiled(compile_template, g, node, file) for g in groups_of(node)),
        assignee=_optional(node, "assignee", file),
        due_date=_optional(node, "dueDate", file),
        exclude_actors_of=tuple(split(properties.get("exclude_actors_of", ""))),
        output_collection=properties.get("output_collection"),
        handler=node.get(f"{CAMUNDA}delegateExpression"),
        properties=properties,
    )


def name_of(node: etree._Element) -> str:
    """The name of an element, or its id where it has none."""
    return node.get("name") or node.get("id") or ""


def groups_of(node: etree._Element) -> list[str]:
    """The candidate groups as written; commas inside `${…}` do not part them."""
    text = node.get(f"{CAMUNDA}candidateGroups", "")
    return [g.strip() for g in re.split(r",(?![^{]*\})", text) if g.strip()]


def split(text: str) -> list[str]:
    """The parts of a comma-separated text."""
    return [part.strip() for part in text.split(",") if part.strip()]


def form_of(node: etree._Element, file: str) -> Form | None:
    """The form declared on a user task or start event; None when there is none."""
    data = node.find(f"{BPMN}extensionElements/{CAMUNDA}formData")
    if data is None:
        return None
    return Form(tuple(_field(f, node, file) for f in data.iterfind(f"{CAMUNDA}formField")))


def compiled(compiler: Callable[[str], T], text: str, node: etree._Element, file: str) -> T:
    """`compiler(text)`, or the refusal of the element that holds the text."""
    try:
        return compiler(text)
    except ExpressionError as error:
        raise refused(
            file,
            "expression",
            f"Biểu thức không hợp lệ: {error.reason_vi}.",
            f"Invalid expression: {error.reason}.",
            node.get("id"),
        ) from error


def _optional(node: etree._Element, name: str, file: str) -> Expression | None:
    text = node.get(f"{CAMUNDA}{name}")
    return compiled(compile_expression, text, node, file) if text else None


def _field(field: etree._Element, node: etree._Element, file: str) -> Field:
    kind = field.get("type", "string")
    if kind not in FIELD_TYPES:
        raise refused(
            file,
            "field-type",
            f"Trường “{field.get('id')}” có kiểu “{kind}” không được hỗ trợ.",
            f"The field “{field.get('id')}” has the unknown type “{kind}”.",
            node.get("id"),
        )
    properties = {p.get("id", ""): p.get("value", "") for p in field.iterfind(f"{CAMUNDA}properties/{CAMUNDA}property")}
    constraints = {
        c.get("name", ""): c.get("config", "true") for c in field.iterfind(f"{CAMUNDA}validation/{CAMUNDA}constraint")
    }
    label = field.get("label") or field.get("id") or ""
    when = properties.get("required_when")
    return Field(
        id=field.get("id", ""),
        label=label,
        label_en=properties.get("label_en", label),
        type=kind,
        required=constraints.pop("required", "false") not in ("false", "0"),
        constraints=constraints,
        options=tuple(_options(field.iterfind(f"{CAMUNDA}value"), properties)),
        required_when=_condition(compiled(compile_expression, when, node, file)) if when else None,
        required_when_text=when,
        default=field.get("defaultValue"),
    )


def _options(values: Iterable[etree._Element], properties: dict[str, str]) -> Iterable[Option]:
    for value in values:
        option, label = value.get("id", ""), name_of(value)
        yield Option(option, label, properties.get(f"{option}_en", label))


def _condition(expression: Expression) -> Condition:
    return expression.evaluate
