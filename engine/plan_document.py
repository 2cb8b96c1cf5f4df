"""A plan as a document (YAML or JSON), checked as a whole before anything is written.

Rule: every bad row is named by its path and the reason, all of them at once; nothing unknown is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from engine.errors import FieldProblem, InvalidDataError

LARGEST_BYTES = 2 * 1024 * 1024
DEEPEST = 32
_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
_SECTIONS = {
    "schema_version",
    "plan",
    "enums",
    "groups",
    "agencies",
    "commune_level_units",
    "obligations",
    "content_lines",
    "channels",
    "recipients",
    "report_regime_defaults",
    "calendar",
    "sources",
}
_NATURES = {
    "one_off",
    "continuous",
    "periodic_report",
    "commendation",
    "budget",
    "external_request",
    "obstacle_report",
    "event",
    "publication",
    "survey",
    "contest",
}
_MODES = {"assigned", "requested"}
_RELATIONS = {"issuer", "subordinate", "coordinated", "requested", "superior", "oversight", "advisory"}
_KINDS = {"ward", "commune"}
Problem = tuple[str, str, str, str]
Check = Callable[[Any], str | None]


def parse_plan(text: bytes) -> dict[str, Any]:
    """The document in YAML (or JSON) text. Raises InvalidDataError naming the line that cannot be read."""
    if len(text) > LARGEST_BYTES:
        raise InvalidDataError([FieldProblem("document", "size", "Tệp lớn hơn 2 MiB.", "The file is over 2 MiB.")])
    try:
        _require_plain(text)
        document = yaml.load(text, Loader=_StrictLoader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "document"
        message_vi = f"Không đọc được YAML ({where})."
        raise InvalidDataError(
            [FieldProblem(where, "syntax", message_vi, f"Not readable as YAML ({where}).")]
        ) from error
    if not isinstance(document, dict):
        raise InvalidDataError([FieldProblem("document", "type", "Phải là một bảng khóa.", "It must be a mapping.")])
    return document


def _require_plain(text: bytes) -> None:
    """Refuse aliases, which may multiply what is small, and depth, which the reader takes ever longer to leave."""
    depth = 0
    for token in yaml.scan(text):
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if isinstance(token, yaml.AliasToken):
            raise _refused("alias", "Không chấp nhận bí danh YAML.", "YAML aliases are not accepted.")
        if depth > DEEPEST:
            raise _refused("depth", "Tài liệu lồng nhau quá sâu.", "The document is nested too deeply.")


def _refused(rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    return InvalidDataError([FieldProblem("document", rule, message_vi, message_en)])


class _StrictLoader(yaml.SafeLoader):
    """Plain values only, and no key twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; a repeated key is an error at its line."""
        seen: set[Any] = set()
        for named, _ in node.value:
            key = self.construct_object(named, deep=True)
            if isinstance(key, list | dict | set | tuple) or key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"unfit or repeated key {key}", named.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def check_plan(document: Mapping[str, Any], processes: set[str]) -> None:
    """Raise InvalidDataError with all problems of a plan document; `processes` are the known process keys."""
    problems = [FieldProblem(*p) for p in _problems(document, processes)]
    if problems:
        raise InvalidDataError(problems)


def tags_of(nodes: list[Any], kind: str, parent: str | None = None) -> Iterator[dict[str, Any]]:
    """The content lines or channels of a document as flat rows, in order."""
    for node in nodes:
        yield {"kind": kind, "code": node["id"], "parent_code": parent, **_titles(node)}
        yield from tags_of(node.get("children") or [], kind, node["id"])


def _titles(node: Mapping[str, Any]) -> dict[str, Any]:
    return {"title_vi": node["title_vi"], "title_en": node["title_en"]}


def _problems(document: Mapping[str, Any], processes: set[str]) -> Iterator[Problem]:
    for name in document:
        if name not in _SECTIONS:
            yield name, "unknown", "Mục không được hỗ trợ.", "This section is not known."
    yield from _plan(document.get("plan"))
    agencies, groups, tags = _codes(document, "agencies"), _codes(document, "groups"), _tag_codes(document)
    communes = _codes(document, "commune_level_units")
    yield from _unique(document, "agencies", "code")
    yield from _unique(document, "commune_level_units", "code", taken=agencies)
    yield from _unique(document, "obligations", "id")
    yield from _unique(document, "obligations", "code")
    yield from _rows(document, "groups", {"code": _text, "name_vi": _text, "name_en": _text})
    yield from _group_parts(document, groups)
    yield from _rows(document, "agencies", _AGENCY)
    yield from _references(document, "agencies", "parent", agencies)
    yield from _references(document, "agencies", "successor", agencies)
    yield from _references(document, "agencies", "member_of", groups)
    yield from _rows(document, "commune_level_units", _COMMUNE)
    yield from _rows(document, "obligations", _OBLIGATION)
    bodies = agencies | groups | communes
    for name in ("lead", "coordinators", "report_to"):
        yield from _references(document, "obligations", name, bodies)
    yield from _references(document, "obligations", "process_key", processes)
    for name in ("content_lines", "channels"):
        yield from _references(document, "obligations", name, tags)
        yield from _tag_rows(document.get(name), name)


def _plan(plan: Any) -> Iterator[Problem]:
    if not isinstance(plan, dict):
        yield "plan", "required", "Thiếu phần plan.", "The section plan is missing."
        return
    yield from _fields(plan, "plan", _PLAN)


def _rows(document: Mapping[str, Any], section: str, fields: Mapping[str, Check]) -> Iterator[Problem]:
    rows = document.get(section)
    if not isinstance(rows, list) or not rows:
        yield section, "required", "Phải là danh sách không rỗng.", "It must be a list that is not empty."
        return
    for index, row in enumerate(rows):
        path = f"{section}[{index}]"
        if not isinstance(row, dict):
            yield path, "type", "Phải là một bảng khóa.", "It must be a mapping."
        else:
            yield from _fields(row, path, fields)


def _fields(row: Mapping[str, Any], path: str, fields: Mapping[str, Check]) -> Iterator[Problem]:
    for name, check in fields.items():
        reason = check(row.get(name))
        if reason:
            yield f"{path}.{name}", "type", f"Giá trị không hợp lệ: cần {_VIETNAMESE[reason]}.", f"It must be {reason}."


def _references(document: Mapping[str, Any], section: str, name: str, known: set[str]) -> Iterator[Problem]:
    for index, row in enumerate(_listed(document, section)):
        value = row.get(name)
        if isinstance(value, str) and value not in known:
            yield _unknown(f"{section}[{index}].{name}", value)
        for place, code in enumerate(value if isinstance(value, list) else []):
            if code not in known:
                yield _unknown(f"{section}[{index}].{name}[{place}]", code)


def _unknown(path: str, value: Any) -> Problem:
    return path, "unknown", f"Không có “{value}”.", f"There is no “{value}”."


def _unique(document: Mapping[str, Any], section: str, key: str, taken: set[str] | None = None) -> Iterator[Problem]:
    seen = set(taken or ())
    for index, row in enumerate(_listed(document, section)):
        value = row.get(key)
        if isinstance(value, str) and value in seen:
            yield f"{section}[{index}].{key}", "duplicate", f"“{value}” bị trùng.", f"“{value}” occurs twice."
        seen.add(str(value))


def _group_parts(document: Mapping[str, Any], groups: set[str]) -> Iterator[Problem]:
    yield from _references(document, "groups", "includes", groups)


def _tag_rows(nodes: Any, path: str) -> Iterator[Problem]:
    if not isinstance(nodes, list):
        yield path, "required", "Phải là danh sách.", "It must be a list."
        return
    for index, node in enumerate(nodes):
        here = f"{path}[{index}]"
        if not isinstance(node, dict):
            yield here, "type", "Phải là một bảng khóa.", "It must be a mapping."
            continue
        yield from _fields(node, here, {"id": _text, "title_vi": _text, "title_en": _text})
        if node.get("children") is not None:
            yield from _tag_rows(node["children"], f"{here}.children")


def _codes(document: Mapping[str, Any], section: str) -> set[str]:
    return {row["code"] for row in _listed(document, section) if isinstance(row.get("code"), str)}


def _tag_codes(document: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [*_listed(document, "content_lines"), *_listed(document, "channels")]
    while waiting:
        node = waiting.pop()
        found.add(str(node.get("id")))
        waiting += [c for c in node.get("children") or [] if isinstance(c, dict)]
    return found


def _listed(document: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    rows = document.get(section)
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "text"


def _number(value: Any) -> str | None:
    return None if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "a positive whole number"


def _day(value: Any) -> str | None:
    if isinstance(value, date):
        return None
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return "a date as YYYY-MM-DD"
    return None


def _optional(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _one_of(choices: set[str], name: str) -> Check:
    return lambda value: None if isinstance(value, str) and value in choices else name


def _list(value: Any) -> str | None:
    return None if isinstance(value, list) and all(isinstance(v, str) for v in value) else "a list of texts"


def _filled_list(value: Any) -> str | None:
    return None if value and _list(value) is None else "a list of texts"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


_VIETNAMESE = {
    "text": "văn bản",
    "a positive whole number": "số nguyên dương",
    "a date as YYYY-MM-DD": "ngày dạng YYYY-MM-DD",
    "a list of texts": "danh sách văn bản",
    "true or false": "true hoặc false",
    "a known nature": "tính chất nhiệm vụ đã biết",
    "a known assignment mode": "hình thức giao đã biết",
    "a known relation": "quan hệ đã biết",
    "ward or commune": "ward hoặc commune",
}
_PLAN: Mapping[str, Check] = {
    "number": _number,
    "symbol": _text,
    "full_symbol": _text,
    "issuer": _text,
    "issued_on": _day,
    "title_vi": _text,
    "title_en": _text,
    "end_date": _optional(_day),
}
_AGENCY: Mapping[str, Check] = {
    "code": _text,
    "name_vi": _text,
    "name_en": _text,
    "type": _text,
    "relation": _one_of(_RELATIONS, "a known relation"),
    "valid_from": _optional(_day),
    "valid_to": _optional(_day),
}
_COMMUNE: Mapping[str, Check] = {
    "code": _text,
    "gso_code": _text,
    "kind": _one_of(_KINDS, "ward or commune"),
    "name_vi": _text,
    "name_en": _text,
}
_OBLIGATION: Mapping[str, Check] = {
    "id": _text,
    "code": _text,
    "title_vi": _text,
    "title_en": _text,
    "source_clause": _text,
    "lead": _filled_list,
    "coordinators": _list,
    "nature": _one_of(_NATURES, "a known nature"),
    "process_key": _text,
    "assignment_mode": _one_of(_MODES, "a known assignment mode"),
    "fan_out": _flag,
    "evidence": _list,
    "report_to": _list,
    "content_lines": _optional(_list),
    "channels": _optional(_list),
    "period": _optional(_text),
}
