"""What is different between two versions of one diagram, element by element; how they are drawn is none of it.

Rule: elements are the same when their ids are. What is told is what stands in the files, not what it might mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.metadata import kind_of, properties_of
from engine.bpmn.xml_safety import parse_xml

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_HOLDERS = frozenset(
    {
        "definitions",
        "process",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "collaboration",
        "laneSet",
        "childLaneSet",
    }
)
# What stands in these holders and is no element of its own.
_PARTS = frozenset({"documentation", "extensionElements", "laneSet", "childLaneSet", "ioSpecification", "import"})
# What the sequence flows and the lanes of nodes say already.
_SAID_ELSEWHERE = frozenset({"incoming", "outgoing", "flowNodeRef"})


@dataclass(frozen=True)
class Facet:
    """One thing that an element says, and what it said before; None where it says nothing of it."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Difference:
    """An element that was `added`, `removed` or `changed`; `kind` is its BPMN tag in snake case."""

    element: str
    kind: str
    name: str
    name_en: str
    what: str
    facets: tuple[Facet, ...] = ()


@dataclass(frozen=True)
class _Entry:
    kind: str
    name: str
    name_en: str
    facts: Mapping[str, str]


def compare(old: bytes, new: bytes, file: str) -> list[Difference]:
    """What is different in `new`: what was removed, changed and added, in the order of the files."""
    before, after = _entries(old, file), _entries(new, file)
    removed = [_difference(i, one, "removed") for i, one in before.items() if i not in after]
    added = [_difference(i, one, "added") for i, one in after.items() if i not in before]
    shared = ((i, one, _facets(before[i].facts, one.facts)) for i, one in after.items() if i in before)
    changed = [_difference(i, one, "changed", facets) for i, one, facets in shared if facets]
    return removed + changed + added


def _entries(xml: bytes, file: str) -> dict[str, _Entry]:
    root = parse_xml(xml, file)
    found = {one.get("id", ""): one for one in root.iter(f"{_BPMN}*") if _is_element(one)}
    lanes = _lanes(root)
    return {i: _entry(one, lanes.get(i)) for i, one in found.items()}


def _entry(one: etree._Element, lane: str | None) -> _Entry:
    name = one.get("name", "")
    return _Entry(kind_of(one), name, properties_of(one).get("name_en", name), _facts(one, lane))


def _difference(element: str, one: _Entry, what: str, facets: tuple[Facet, ...] = ()) -> Difference:
    return Difference(element, one.kind, one.name, one.name_en, what, facets)


def _lanes(root: etree._Element) -> dict[str, str]:
    """The lane that each node stands in, the innermost where lanes hold lanes."""
    pairs = ((ref.text, ref.getparent()) for ref in root.iter(f"{_BPMN}flowNodeRef"))
    return {(n or "").strip(): str(lane.get("name") or lane.get("id", "")) for n, lane in pairs if lane is not None}


def _is_element(one: etree._Element) -> bool:
    parent = one.getparent()
    if parent is None or not one.get("id") or _local(one) in _PARTS:
        return False
    return _local(parent) in _HOLDERS


def _facets(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Facet, ...]:
    names = [*before, *(name for name in after if name not in before)]
    return tuple(Facet(n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n))


def _facts(one: etree._Element, lane: str | None) -> dict[str, str]:
    """All that an element says, by its place in it."""
    return {"tag": _local(one), **dict(_told(one, "")), **({"lane": lane} if lane else {})}


def _told(one: etree._Element, place: str) -> Iterator[tuple[str, str]]:
    for name, value in one.attrib.items():
        if not (name == "id" and place == ""):
            yield f"{place}{etree.QName(name).localname}", str(value)
    text = (one.text or "").strip()
    if text and place:
        yield place.rstrip("."), text
    seen: dict[str, int] = {}
    for child in one:
        if isinstance(child.tag, str) and not _is_element(child) and _local(child) not in _SAID_ELSEWHERE:
            name = _named(child)
            seen[name] = seen.get(name, 0) + 1
            yield from _told(child, f"{place}{name}." if seen[name] == 1 else f"{place}{name}{seen[name]}.")


def _named(child: etree._Element) -> str:
    """The tag of a part, with what tells it from others of its kind."""
    mark = child.get("id") or child.get("name")
    return f"{_local(child)}[{mark}]" if mark and _local(child) in ("formField", "property", "value") else _local(child)


def _local(one: etree._Element) -> str:
    return str(etree.QName(one).localname)
