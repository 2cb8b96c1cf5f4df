"""The contract as people read it: every call once, with what it takes and what it answers.

Rule: it says nothing that the OpenAPI document does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.openapi import METHODS

_PREFIX = "#/components/schemas/"
_TYPES = {
    "string": "văn bản",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "true hoặc false",
    "object": "đối tượng",
    "array": "danh sách",
}
_FORMATS = {
    "date": "ngày YYYY-MM-DD",
    "date-time": "thời điểm ISO 8601 kèm múi giờ",
    "binary": "tệp",
    "email": "địa chỉ thư điện tử",
    "uri": "địa chỉ URL",
}
_PLACES = {"path": "đường dẫn", "query": "truy vấn", "header": "tiêu đề"}


@dataclass(frozen=True)
class Value:
    """One thing that a call takes or gives."""

    name: str
    place: str
    type: str
    required: bool
    text: str = ""


@dataclass(frozen=True)
class Call:
    """One call: its parameters and headers, the fields of its body, and of each good answer."""

    method: str
    path: str
    summary: str
    parameters: tuple[Value, ...]
    bodies: tuple[tuple[str, tuple[Value, ...]], ...]
    answers: tuple[tuple[str, tuple[Value, ...]], ...]
    refusals: tuple[str, ...]


def sections(document: Mapping[str, Any]) -> Iterator[tuple[str, list[Call]]]:
    """The calls below each heading, which stands once."""
    for tag in document["tags"]:
        yield tag.get("description") or tag["name"], list(_calls(document, tag["name"]))


def _calls(document: Mapping[str, Any], tag: str) -> Iterator[Call]:
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and tag in item[method]["tags"]:
                yield _call(schemas, path, method, item)


def _call(schemas: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]) -> Call:
    operation = item[method]
    codes = [code for code in operation["responses"] if code != "default"]
    return Call(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        parameters=tuple(_parameter(p) for p in [*item.get("parameters", []), *operation.get("parameters", [])]),
        bodies=tuple(_contents(schemas, operation.get("requestBody", {}))),
        answers=tuple((c, _answer(schemas, operation["responses"][c])) for c in codes if c < "400"),
        refusals=tuple(sorted(code for code in codes if code >= "400")),
    )


def _parameter(given: Mapping[str, Any]) -> Value:
    place = _PLACES.get(given["in"], given["in"])
    return Value(
        given["name"], place, _told(given["schema"]), given.get("required", False), given.get("description", "")
    )


def _contents(schemas: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Value, ...]]]:
    for media_type, content in holder.get("content", {}).items():
        yield media_type, tuple(_fields(schemas, content.get("schema", {})))


def _answer(schemas: Mapping[str, Any], answer: Mapping[str, Any]) -> tuple[Value, ...]:
    return tuple(value for _, fields in _contents(schemas, answer) for value in fields)


def _fields(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Value]:
    whole = _resolved(schemas, schema)
    for name, one in whole.get("properties", {}).items():
        yield Value(name, "", _told(one), name in whole.get("required", ()), one.get("description", ""))


def _resolved(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schemas.get(schema.get("$ref", "").removeprefix(_PREFIX), schema)
    return found


def _told(schema: Mapping[str, Any]) -> str:
    """A type in words, with the values or the range that it allows."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_PREFIX)
    if "enum" in schema:
        return "một trong: " + ", ".join(str(value) for value in schema["enum"] if value is not None)
    kinds = schema.get("type", "")
    named = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    if named == ["array"]:
        return f"danh sách {_told(schema.get('items', {}))}"
    word = _FORMATS.get(schema.get("format", ""), "")
    return (word or " hoặc ".join(_TYPES.get(kind, kind) for kind in named) or "giá trị bất kỳ") + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    low = schema.get("minimum", schema.get("minLength"))
    high = schema.get("maximum", schema.get("maxLength"))
    unit = " ký tự" if "maxLength" in schema else ""
    return "" if high is None else f" ({low or 0}–{high}{unit})"
