"""The HTTP contract as OpenAPI 3.1: what the blueprints declare, completed with what all calls have in common.

Rule: what is registered is copied, never changed: the document is made anew for every reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from flask import current_app
from werkzeug.routing import Rule

from api.summaries import VIETNAMESE
from api.v1.noun import refusals

METHODS = ("get", "post", "put", "patch", "delete")
LOGIN = ("post", "/api/v1/session")

_NO_WORD = re.compile(r"[^a-z0-9]+")
_PLACE = re.compile(r"<(?:[^:<>]*:)?(\w+)>")
_DOORS = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "dondoc_session", "description": "+ X-CSRF-Token"},
}


def document(*, english: bool) -> dict[str, Any]:
    """The OpenAPI document of the running application, its summaries in one language."""
    described: dict[str, Any] = deepcopy(current_app.extensions["dondoc_api"].spec.to_dict())
    described["tags"] = [*described["tags"], {"name": "service", "description": "Máy chủ"}]
    described["components"]["securitySchemes"] = _DOORS
    endpoints = dict(_endpoints())
    for path, calls in described["paths"].items():
        for method in METHODS:
            if method in calls:
                calls[method] = _completed((method, path), calls[method])
                _translate(calls[method], endpoints[method, path], english=english)
    described["paths"] |= dict(_service_paths(english=english))
    return described


def _endpoints() -> Iterator[tuple[tuple[str, str], str]]:
    for rule in current_app.url_map.iter_rules():
        path = _PLACE.sub(r"{\1}", rule.rule)
        yield from (((method.lower(), path), rule.endpoint) for method in rule.methods or ())


def _completed(call: tuple[str, str], operation: dict[str, Any]) -> dict[str, Any]:
    """An operation with what all of its method have in common."""
    told = {code: answer for code, answer in operation["responses"].items() if code != "default"}
    parameters = [*operation.get("parameters", []), *_headers(call)]
    statuses = (
        refusals(*call, operation.get("requestBody"), parameters)
        if call != LOGIN
        else (400, 401, 413, 415, 422, 429, 503)
    )
    return operation | {
        "operationId": _NO_WORD.sub("-", "".join(call)).strip("-"),
        "parameters": parameters,
        "responses": told | {str(status): _PROBLEM for status in statuses} | {"default": _PROBLEM},
        "security": [] if call == LOGIN else [{name: []} for name in _DOORS],
    }


def _headers(call: tuple[str, str]) -> list[dict[str, Any]]:
    method, path = call
    if method == "get" or call == LOGIN:
        return []
    versioned = method != "delete" or (path not in _WITHOUT_VERSION)
    once = [_header("Idempotency-Key", _ONCE)] if method == "post" else []
    match = [_header("If-Match", _VERSION, required=method != "post")] if versioned else []
    return [_header("X-CSRF-Token", _CSRF), *once, *match]


def _translate(operation: dict[str, Any], endpoint: str, *, english: bool) -> None:
    if not english and endpoint in VIETNAMESE:
        operation["summary"] = VIETNAMESE[endpoint]
        operation.pop("description", None)


def _service_paths(*, english: bool) -> Iterator[tuple[str, Any]]:
    """What stands at the root, described by its own views."""
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith("service."):
            operation = _service_call(rule)
            _translate(operation, rule.endpoint, english=english)
            yield rule.rule, {"get": operation}


def _service_call(rule: Rule) -> dict[str, Any]:
    return {
        "operationId": rule.endpoint.replace(".", "-"),
        "tags": ["service"],
        "summary": (current_app.view_functions[rule.endpoint].__doc__ or "").strip(),
        "security": [],
        "responses": {"200": {"description": "OK"}},
    }


def _header(name: str, text: str, *, required: bool = False) -> dict[str, Any]:
    return {"in": "header", "name": name, "description": text, "required": required, "schema": {"type": "string"}}


_WITHOUT_VERSION = frozenset({"/api/v1/session", "/api/v1/tokens/{token_id}"})
_VERSION = "ETag đã đọc / the ETag as last read"
_ONCE = "Khóa chống lặp, giữ 7 ngày / makes a repeated request act once, kept 7 days"
_CSRF = "Bắt buộc khi gọi bằng phiên đăng nhập (cookie) / required with a session cookie"
_PROBLEM = {
    "description": "Lỗi theo RFC 9457 / a problem as RFC 9457 has it",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
