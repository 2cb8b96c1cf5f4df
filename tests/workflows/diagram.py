"""A shipped diagram as the drawing tests see it: nodes, flows, boxes and lines.

Rule: it reads the file alone, without the engine, so that a wrong drawing cannot hide behind a tolerant parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from xml.etree import ElementTree

NAMESPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
}
NODE_TAGS = (
    "startEvent",
    "endEvent",
    "boundaryEvent",
    "userTask",
    "serviceTask",
    "scriptTask",
    "businessRuleTask",
    "callActivity",
    "exclusiveGateway",
    "parallelGateway",
    "sendTask",
    "receiveTask",
    "intermediateCatchEvent",
)
WORKFLOWS = sorted(entry.name for entry in files("workflows").iterdir() if entry.name.endswith(".bpmn"))

Point = tuple[float, float]


def camunda(name: str) -> str:
    """The qualified name of a camunda attribute."""
    return f"{{{NAMESPACES['camunda']}}}{name}"


@dataclass(frozen=True)
class Box:
    """A rectangle of the drawing; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """True when the two share more than a border."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Box) -> bool:
        """True when the other lies inside, borders included."""
        across = self.x <= other.x and other.right <= self.right
        return across and self.y <= other.y and other.bottom <= self.bottom

    def has_on_border(self, point: Point) -> bool:
        """True when the point lies on the outline."""
        x, y = point
        inside = self.x <= x <= self.right and self.y <= y <= self.bottom
        return inside and (x in (self.x, self.right) or y in (self.y, self.bottom))


@dataclass(frozen=True)
class Segment:
    """One straight piece of a flow's line."""

    start: Point
    end: Point

    @property
    def is_orthogonal(self) -> bool:
        return self.start[0] == self.end[0] or self.start[1] == self.end[1]

    @property
    def box(self) -> Box:
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(self.start, self.end, strict=True))
        return Box(left, top, right - left, bottom - top)

    def crosses(self, other: Segment) -> bool:
        """True for a plain crossing; touching ends and shared stretches are no crossing."""
        mine, theirs = self.box, other.box
        if (mine.width == 0) == (theirs.width == 0):
            return False
        upright, flat = (mine, theirs) if mine.width == 0 else (theirs, mine)
        return flat.x < upright.x < flat.right and upright.y < flat.y < upright.bottom


@dataclass(frozen=True)
class Flow:
    """A sequence flow and its drawn line."""

    id: str
    name: str
    source: str
    target: str
    condition: str
    points: tuple[Point, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(Segment(a, b) for a, b in pairwise(self.points))


class Diagram:
    """One .bpmn file of the workflows package."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.xml = files("workflows").joinpath(name).read_bytes()
        self.root = ElementTree.fromstring(self.xml)
        process = self.root.find("bpmn:process", NAMESPACES)
        assert process is not None
        self.process = process

    @cached_property
    def nodes(self) -> dict[str, ElementTree.Element]:
        """Flow nodes by id."""
        return {e.attrib["id"]: e for e in self.process if kind(e) in NODE_TAGS}

    def of_kind(self, *kinds: str) -> list[ElementTree.Element]:
        """The nodes of these kinds."""
        return [node for node in self.nodes.values() if kind(node) in kinds]

    @cached_property
    def lanes(self) -> list[ElementTree.Element]:
        return self.process.findall("bpmn:laneSet/bpmn:lane", NAMESPACES)

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """The box of every drawn shape, by the id of its element."""
        return {s.attrib["bpmnElement"]: _box(s) for s in self.root.iterfind(".//bpmndi:BPMNShape", NAMESPACES)}

    @cached_property
    def labels(self) -> dict[str, Box]:
        """The box of every label that stands outside its element, by the id of the element."""
        drawn = [*self._drawn("BPMNShape"), *self._drawn("BPMNEdge")]
        pairs = ((d.attrib["bpmnElement"], d.find("bpmndi:BPMNLabel", NAMESPACES)) for d in drawn)
        return {element: _box(label) for element, label in pairs if label is not None}

    @cached_property
    def flows(self) -> list[Flow]:
        """Sequence flows with their lines; a flow without a line has no points."""
        lines = {e.attrib["bpmnElement"]: _points(e) for e in self._drawn("BPMNEdge")}
        return [
            Flow(
                id=f.attrib["id"],
                name=f.attrib.get("name", ""),
                source=f.attrib["sourceRef"],
                target=f.attrib["targetRef"],
                condition=f.findtext("bpmn:conditionExpression", "", NAMESPACES),
                points=lines.get(f.attrib["id"], ()),
            )
            for f in self.process.findall("bpmn:sequenceFlow", NAMESPACES)
        ]

    def leaving(self, node: str) -> list[Flow]:
        """The flows that leave a node."""
        return [flow for flow in self.flows if flow.source == node]

    def after(self, node: str) -> set[str]:
        """The nodes one step after a node, boundary events of a task among them."""
        attached = {n.attrib["id"] for n in self.of_kind("boundaryEvent") if n.attrib["attachedToRef"] == node}
        return attached | {flow.target for flow in self.leaving(node)}

    def reachable(self, node: str) -> set[str]:
        """The nodes that can follow a node, itself included."""
        found, new = {node}, {node}
        while new:
            new = {n for known in new for n in self.after(known)} - found
            found |= new
        return found

    def _drawn(self, tag: str) -> Iterator[ElementTree.Element]:
        return self.root.iterfind(f".//bpmndi:{tag}", NAMESPACES)


def kind(element: ElementTree.Element) -> str:
    """The tag without its namespace."""
    return element.tag.rpartition("}")[2]


def properties(element: ElementTree.Element) -> dict[str, str]:
    """The extension properties of an element, those of its form fields excluded."""
    path = "bpmn:extensionElements/camunda:properties/camunda:property"
    return _pairs(element, path, "name")


def fields(element: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """The form fields of a user task or a start event, by id."""
    path = "bpmn:extensionElements/camunda:formData/camunda:formField"
    return {field.attrib["id"]: field for field in element.findall(path, NAMESPACES)}


def field_properties(field: ElementTree.Element) -> dict[str, str]:
    """The properties of a form field."""
    return _pairs(field, "camunda:properties/camunda:property", "id")


def options(field: ElementTree.Element) -> dict[str, str]:
    """The options of an enum field: id to Vietnamese name."""
    return {v.attrib["id"]: v.attrib["name"] for v in field.findall("camunda:value", NAMESPACES)}


def is_required(field: ElementTree.Element) -> bool:
    """True when the field must always be filled in."""
    return field.find("camunda:validation/camunda:constraint[@name='required']", NAMESPACES) is not None


def _pairs(element: ElementTree.Element, path: str, key: str) -> dict[str, str]:
    return {p.attrib[key]: p.attrib["value"] for p in element.findall(path, NAMESPACES)}


def _box(shape: ElementTree.Element) -> Box:
    bounds = shape.find("dc:Bounds", NAMESPACES)
    assert bounds is not None
    return Box(*(float(bounds.attrib[side]) for side in ("x", "y", "width", "height")))


def _points(edge: ElementTree.Element) -> tuple[Point, ...]:
    waypoints = edge.findall("di:waypoint", NAMESPACES)
    return tuple((float(w.attrib["x"]), float(w.attrib["y"])) for w in waypoints)
