"""The library's reading of a diagram, as a second opinion at deployment.

SpiffWorkflow's parser resolves every reference of a diagram and of what it calls, and builds its specification; what
it cannot put together is refused here, before the network of our own tokens is built from the same XML
(docs/decisions/0002-token-engine.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import NoneTask, ServiceTask, UserTask

from engine.bpmn.metadata import BPMN
from engine.bpmn.xml_safety import refused


class ActivityParser(TaskParser):  # type: ignore[misc]
    """Reads activities whose repetition is declared the common vendor way (`camunda:collection`)."""

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        """The repetition is read by our own network; for the specification one activation stands for all."""


class SpecificationParser(BpmnParser):  # type: ignore[misc]
    """The library's parser, with the activities that it knows under other names or not at all."""

    OVERRIDE_PARSER_CLASSES = {
        full_tag("userTask"): (ActivityParser, UserTask),
        full_tag("task"): (ActivityParser, NoneTask),
        full_tag("serviceTask"): (ActivityParser, ServiceTask),
        full_tag("businessRuleTask"): (ActivityParser, ServiceTask),
    }


def require_schema(xml: bytes, file: str) -> None:
    """Refuse a file that the OMG's BPMN 2.0 schema does not allow."""
    try:
        _validator().validate(etree.fromstring(xml), file)
    except ValidationException as error:
        raise refused(
            file, "schema", f"Không đúng lược đồ BPMN 2.0: {error}", f"Not valid BPMN 2.0: {error}"
        ) from error


def require_consistent(roots: Mapping[str, etree._Element], file: str) -> None:
    """Refuse processes (key → document) that the library cannot put together."""
    parser = SpecificationParser()
    try:
        for name, root in roots.items():
            parser.add_bpmn_xml(_bare(root), name)
        for key in roots:
            parser.get_spec(key)
    except ValidationException as error:
        raise refused(file, "structure", f"Sơ đồ không nhất quán: {error}", f"Inconsistent diagram: {error}") from error
    except (RecursionError, KeyError, AttributeError, TypeError) as error:
        raise refused(file, "structure", "Sơ đồ không nhất quán.", f"Inconsistent diagram: {error!r}") from error


def _bare(root: etree._Element) -> etree._Element:
    """A copy without extensions: the library would take a form option for the node whose id it shares."""
    copied = deepcopy(root)
    for extensions in list(copied.iter(f"{BPMN}extensionElements")):
        parent = extensions.getparent()
        if parent is not None:
            parent.remove(extensions)
    return copied


@lru_cache(maxsize=1)
def _validator() -> Any:
    return BpmnValidator()
