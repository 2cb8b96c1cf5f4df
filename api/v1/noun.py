"""A blueprint that documents what its views take and give; the views read and answer through api.contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

F = TypeVar("F", bound=Callable[..., Any])


def refusals(method: str, path: str, body: Any, parameters: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The error statuses that a call can answer with, by what it takes."""
    matches = [p for p in parameters if p["name"] == "If-Match"]
    asks = method == "post" or any(p["in"] == "query" for p in parameters)
    known = {
        400: body is not None or method == "post",
        401: True,
        403: True,
        404: "{" in path or body is not None,
        409: method != "get",
        412: bool(matches),
        413: body is not None,
        415: body is not None,
        422: asks or body is not None,
        428: any(p["required"] for p in matches),
        503: True,
    }
    return tuple(status for status, applies in known.items() if applies)


class Noun(Blueprint):  # type: ignore[misc]
    """The calls of one resource."""

    def __init__(self, name: str, path: str, description: str) -> None:
        super().__init__(name, name, url_prefix=path, description=description)

    def at(self, path: str, methods: list[str]) -> Callable[[F], F]:
        """Answer these methods at a path below the noun's own."""
        decorate: Callable[[F], F] = self.route(path, methods=methods)
        return decorate

    def describes(self, **manual: Any) -> Callable[[F], F]:
        """Document what no schema says, in OpenAPI's own words."""
        decorate: Callable[[F], F] = self.doc(**manual)
        return decorate

    def takes(self, schema: type[Schema], location: str = "json", **more: Any) -> Callable[[F], F]:
        """Document the body (json, files) or the parameters (query) of a view."""

        def decorate(view: F) -> F:
            known: dict[str, Any] = getattr(view, "_apidoc", {})
            arguments = known.setdefault("arguments", {"parameters": [], "responses": {}})
            required = location == "json" and any(f.required for f in schema().fields.values())
            arguments["parameters"].append({"in": location, "required": required, "schema": schema, **more})
            view._apidoc = known  # type: ignore[attr-defined]
            return view

        return decorate

    def gives(self, status: int, schema: type[Schema] | None = None, **more: Any) -> Callable[[F], F]:
        """Document the answer of a view."""
        decorate: Callable[[F], F] = self.response(status, schema, **more)
        return decorate

    def also(self, status: int, schema: type[Schema]) -> Callable[[F], F]:
        """Document a further answer of a view."""
        decorate: Callable[[F], F] = self.alt_response(status, schema=schema)
        return decorate
