"""A diagram in the reader's language: BPMN has one name for an element, ours have a second one among their properties.

Rule: only names change; a diagram that cannot be read is shown as it was deployed.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.xml_safety import parse_xml
from engine.errors import EngineError

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
_NAME_EN = f"{_BPMN}extensionElements/{_CAMUNDA}properties/{_CAMUNDA}property[@name='name_en']"


def in_language(xml: bytes, language: str) -> bytes:
    """The diagram with its names in that language, as far as it has them."""
    if language != "en":
        return xml
    try:
        root = parse_xml(xml, "diagram")
    except EngineError:
        return xml
    named = {element.get("id"): _name_en(element) for element in root.iter(f"{_BPMN}*")}
    for element in root.iter(f"{_BPMN}*"):
        value = named.get(element.get("id")) or named.get(element.get("processRef"))
        if value and element.get("name"):
            element.set("name", value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _name_en(element: etree._Element) -> str | None:
    found = element.find(_NAME_EN)
    return found.get("value") if found is not None else None
