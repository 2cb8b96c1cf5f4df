"""Reading what a request brings: JSON, query parameters, files.

Rule: what is malformed, too large or too deep is refused here, before anything looks at what it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

import orjson
from flask import g, request
from marshmallow import Schema, ValidationError

from api.errors import RequestError
from api.wording import refusal
from engine.errors import FieldProblem, InvalidDataError

LARGEST_JSON_BYTES = 1024 * 1024
DEEPEST_JSON = 32
MULTIPART = "multipart/form-data"
_MULTIPART_OVERHEAD = 64 * 1024


def body(schema: Schema) -> dict[str, Any]:
    """The JSON body, checked by a schema that refuses what it does not know."""
    return load(schema, json_body())


def sealed_body(schema: Schema) -> dict[str, Any]:
    """The JSON body of a secret: nothing of it is kept with an Idempotency-Key."""
    g.sealed = True
    return body(schema)


def arguments(schema: Schema) -> dict[str, Any]:
    """The query parameters, checked by a schema."""
    for name, values in request.args.lists():
        if any("\x00" in value for value in values):
            raise _characters(name)
    return load(schema, request.args.to_dict())


def load(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data checked by a schema. Raises InvalidDataError naming the fields."""
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        raise InvalidDataError(list(_problems(error.messages))) from error
    return loaded


def json_body() -> dict[str, Any]:
    """The JSON object in the body; an empty body is an empty object."""
    raw = raw_body(LARGEST_JSON_BYTES)
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise wrong_type("application/json")
    try:
        value = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise RequestError(400, "malformed-json", "JSON sai cú pháp.", "The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise RequestError(400, "not-an-object", "Nội dung phải là một đối tượng JSON.", "It must be a JSON object.")
    _require_plain(value)
    return value


def raw_body(limit: int) -> bytes:
    """The body as sent, at most `limit` bytes."""
    if request.content_length is not None and request.content_length > limit:
        raise too_large(limit)
    raw = request.get_data()
    if len(raw) > limit:
        raise too_large(limit)
    return raw


def uploads(limit: int) -> list[tuple[str, str, bytes]]:
    """The files of a multipart body, as (field, file name, content), each of at most `limit` bytes."""
    if request.mimetype != MULTIPART:
        raise wrong_type(MULTIPART)
    if (request.content_length or 0) > limit + _MULTIPART_OVERHEAD:
        raise too_large(limit)
    found = [(field, PurePath(f.filename or field).name, f.read()) for field, f in request.files.items(multi=True)]
    for field, name, content in found:
        if len(content) > limit:
            raise too_large(limit)
        if not name.isprintable():
            raise _characters(field)
    return found


def fingerprint() -> bytes:
    """What tells this request from another under the same Idempotency-Key: method, path, and what it brings.

    The parts of a form count and not their spelling: a client that sends a file again chooses another boundary. What
    is sealed counts not at all: with few things to choose from, its digest would tell what was chosen.
    """
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if g.get("sealed"):
        return digest.digest()
    if request.mimetype != MULTIPART:
        digest.update(request.get_data())
        return digest.digest()
    for part in (*_form_parts(), *_file_parts()):
        digest.update(hashlib.sha256(part).digest())
    return digest.digest()


def too_large(limit: int) -> RequestError:
    """The refusal of a body over a limit in bytes."""
    return RequestError(413, "too-large", f"Nội dung vượt quá {limit} byte.", f"The body is over {limit} bytes.")


def wrong_type(*taken: str) -> RequestError:
    """The refusal of a body that is of none of these media types."""
    return RequestError(
        415, "media-type", f"Nội dung phải là {' hoặc '.join(taken)}.", f"The body must be {' or '.join(taken)}."
    )


def invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    """The refusal of one field."""
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])


def _form_parts() -> Iterable[bytes]:
    for name, value in request.form.items(multi=True):
        yield from (b"form", name.encode(), value.encode())


def _file_parts() -> Iterable[bytes]:
    for name, file in request.files.items(multi=True):
        file.seek(0)
        yield from (b"file", name.encode(), (file.filename or "").encode(), file.read())


def _problems(messages: Any, path: str = "") -> Iterable[FieldProblem]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _problems(inner, f"{path}.{name}" if path else str(name))
        return
    for message in messages:
        rule, message_vi = refusal(message)
        yield FieldProblem(path, rule, message_vi, message)


def _require_plain(value: dict[str, Any]) -> None:
    """Refuse what no database can keep or no reader expects: NUL characters, very deep nesting."""
    waiting: list[tuple[Any, int, str]] = [(value, 1, "")]
    while waiting:
        one, depth, path = waiting.pop()
        if depth > DEEPEST_JSON:
            raise RequestError(400, "too-deep", "JSON lồng nhau quá sâu.", "The JSON is nested too deeply.")
        texts = [one] if isinstance(one, str) else list(one) if isinstance(one, dict) else []
        if any("\x00" in text for text in texts):
            raise _characters(path)
        waiting += [(inner, depth + 1, name) for name, inner in _inside(one, path)]


def _inside(value: Any, path: str) -> Iterable[tuple[str, Any]]:
    """What stands directly in an object or a list, each with its path."""
    if isinstance(value, dict):
        return ((f"{path}.{name}" if path else name, inner) for name, inner in value.items())
    return ((f"{path}[{n}]", inner) for n, inner in enumerate(value)) if isinstance(value, list) else ()


def _characters(field: str) -> InvalidDataError:
    return invalid(field, "characters", "Có ký tự không cho phép.", "It holds a character that is not allowed.")
