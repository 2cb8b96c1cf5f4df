"""Reading the data of a diagram: data objects, properties, associations and mappings, as names of variables.

Rule: a case has one scope of variables (docs/decisions/0005-one-variable-scope.md); an association copies one variable
to another, and only a mapping's input is an activation's own.
"""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.event_rules import referred
from engine.bpmn.expressions import Expression, Template, compile_expression, compile_template
from engine.bpmn.metadata import BPMN, CAMUNDA, compiled

_WORD = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def names_in(container: etree._Element) -> tuple[str, ...]:
    """The variables that a process or sub-process declares: its data objects and properties."""
    tags = ("dataObject", "property")
    return tuple(dict.fromkeys(variable_of(e) for tag in tags for e in container.iterfind(f"{BPMN}{tag}")))


def variable_of(item: etree._Element) -> str:
    """The variable of a data item: its name where that can be one, else its id."""
    if item.tag == f"{BPMN}dataObjectReference":
        target = referred(item, item.get("dataObjectRef"))
        item = item if target is None else target
    name = item.get("name") or ""
    return name if _WORD.match(name) else item.get("id", "")


def copies_of(node: etree._Element, tag: str) -> tuple[tuple[str, str], ...]:
    """The data associations of a node as (from, to) variables, without those that mean the same variable twice."""
    found = []
    for association in node.iterfind(f"{BPMN}{tag}"):
        source = referred(node, association.findtext(f"{BPMN}sourceRef"))
        target = referred(node, association.findtext(f"{BPMN}targetRef"))
        if source is not None and target is not None:
            found.append((variable_of(source), variable_of(target)))
    return tuple((source, target) for source, target in found if source != target)


def mappings_of(node: etree._Element, tag: str, file: str) -> tuple[tuple[str, Template | Expression], ...]:
    """The `camunda:inputOutput` parameters of a node: a whole `${…}` keeps the type of its value."""
    path = f"{BPMN}extensionElements/{CAMUNDA}inputOutput/{CAMUNDA}{tag}"
    return tuple((p.get("name", ""), _value(p.text or "", node, file)) for p in node.iterfind(path))


def _value(text: str, node: etree._Element, file: str) -> Template | Expression:
    inner = text.strip()
    if inner.startswith("${") and inner.endswith("}") and inner.count("${") == 1:
        return compiled(compile_expression, inner, node, file)
    return compiled(compile_template, inner, node, file)
