"""What every resource promises alike: bodies, versions, idempotency, pages.

Rule: each promise of the contract is kept in this one place; views only name what they do.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError

from api.auth import actor, engine
from api.errors import RequestError
from api.json import dumps
from engine.commands.idempotency import once
from engine.errors import FieldProblem, InvalidDataError
from engine.runtime import Transaction

LARGEST_JSON_BYTES = 1024 * 1024
DEEPEST_JSON = 32
MOST_ITEMS = 200
USUAL_ITEMS = 50
LONGEST_KEY = 255
T = TypeVar("T")

_KNOWN_MESSAGES = {
    "Unknown field.": ("undeclared", "Không có trường này."),
    "Missing data for required field.": ("required", "Trường này là bắt buộc."),
    "Field may not be null.": ("required", "Trường này không được để trống."),
}


@dataclass(frozen=True)
class Answer:
    """What a view gives back: a status, a JSON body, and the version of what it shows (None: it has none)."""

    body: Any
    status: int = 200
    version: int | None = None


def perform(act: Callable[[Transaction], Answer]) -> Response:
    """Run a change through the engine; under an Idempotency-Key only once."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return respond(engine().run(actor(), act))
    if not key or len(key) > LONGEST_KEY or not key.isascii():
        raise RequestError(400, "idempotency-key", "Idempotency-Key không hợp lệ.", "The Idempotency-Key is not valid.")
    stored, replayed = engine().run(actor(), once, key, _fingerprint(), lambda tx: _packed(act(tx)))
    status, version, body = orjson.loads(stored)
    answer = respond(Answer(body, status, version))
    if replayed:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def look(query: Callable[[Transaction], Answer]) -> Response:
    """Run a read through the engine."""
    return respond(engine().read(actor(), query))


def respond(answer: Answer) -> Response:
    """The HTTP form of an answer; 304 when the reader has that version already."""
    if answer.status == 204:
        return Response(status=204)
    response = Response(dumps(answer.body), status=answer.status, content_type="application/json")
    if answer.version is not None:
        tag = f'"v{answer.version}"'
        response.headers["ETag"] = tag
        if request.method == "GET" and request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers={"ETag": tag})
    return response


def expected_version(*, required: bool = False) -> int | None:
    """The version in If-Match; None when it is not sent. With `required` its absence is a 428."""
    text = request.headers.get("If-Match")
    if text is None:
        if required:
            raise RequestError(
                428, "if-match-required", "Cần gửi If-Match với ETag đã đọc.", "Send If-Match with the ETag you read."
            )
        return None
    inner = text.strip().removeprefix("W/").strip('"')
    if inner == "*":
        return None
    return int(inner[1:]) if inner[:1] == "v" and inner[1:].isdecimal() and len(inner) < 12 else -1


def body(schema: Schema) -> dict[str, Any]:
    """The JSON body, checked by a schema that refuses what it does not know."""
    return load(schema, json_body())


def arguments(schema: Schema) -> dict[str, Any]:
    """The query parameters, checked by a schema."""
    for name, values in request.args.lists():
        if any("\x00" in value for value in values):
            raise invalid(name, "characters", "Có ký tự không cho phép.", "It holds a character that is not allowed.")
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
        raise RequestError(
            415, "media-type", "Nội dung phải là application/json.", "The body must be application/json."
        )
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


def too_large(limit: int) -> RequestError:
    """The refusal of a body over a limit in bytes."""
    return RequestError(413, "too-large", f"Nội dung vượt quá {limit} byte.", f"The body is over {limit} bytes.")


def invalid(field: str, rule: str, message_vi: str, message_en: str) -> InvalidDataError:
    """The refusal of one field."""
    return InvalidDataError([FieldProblem(field, rule, message_vi, message_en)])


def page(items: list[T], limit: int, show: Callable[[T], Any], position: Callable[[T], Iterable[Any]]) -> Answer:
    """A page of at most `limit` of the items (one more than that was asked for), with where the next begins."""
    shown = items[:limit]
    cursor = _cursor(position(shown[-1])) if len(items) > limit else None
    return Answer({"items": [show(item) for item in shown], "page": {"next_cursor": cursor, "limit": limit}})


def whole(items: list[Any]) -> Answer:
    """A list that is given at once."""
    return Answer({"items": items, "page": {"next_cursor": None, "limit": len(items)}})


def cursor_values(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The values in a cursor, of these kinds (str, int, datetime); None without a cursor."""
    if not cursor:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError("length")
        return tuple(_cursor_value(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError) as error:
        raise invalid("cursor", "cursor", "Con trỏ trang không hợp lệ.", "The cursor is not valid.") from error


def _cursor(values: Iterable[Any]) -> str:
    plain = [v.isoformat() if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def _cursor_value(value: Any, kind: type) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("offset")
        return moment
    if not isinstance(value, kind) or (isinstance(value, str) and "\x00" in value):
        raise TypeError("kind")
    return value


def _packed(answer: Answer) -> bytes:
    return dumps([answer.status, answer.version, answer.body])


def _fingerprint() -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    digest.update(request.get_data())
    return digest.digest()


def _problems(messages: Any, path: str = "") -> Iterable[FieldProblem]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _problems(inner, f"{path}.{name}" if path else str(name))
        return
    for message in messages:
        rule, message_vi = _KNOWN_MESSAGES.get(message, ("value", "Giá trị không hợp lệ."))
        yield FieldProblem(path, rule, message_vi, message)


def _require_plain(value: dict[str, Any]) -> None:
    """Refuse what no database can keep or no reader expects: NUL characters, very deep nesting."""
    waiting: list[tuple[Any, int, str]] = [(value, 1, "")]
    while waiting:
        one, depth, path = waiting.pop()
        if depth > DEEPEST_JSON:
            raise RequestError(400, "too-deep", "JSON lồng nhau quá sâu.", "The JSON is nested too deeply.")
        if isinstance(one, str):
            if "\x00" in one:
                raise invalid(path, "characters", "Có ký tự không cho phép.", "It holds a character not allowed.")
        elif isinstance(one, dict):
            if any("\x00" in name for name in one):
                raise invalid(path, "characters", "Có ký tự không cho phép.", "It holds a character not allowed.")
            waiting += [(inner, depth + 1, f"{path}.{name}" if path else name) for name, inner in one.items()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1, f"{path}[{n}]") for n, inner in enumerate(one)]
