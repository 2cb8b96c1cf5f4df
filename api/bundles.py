"""The evidence bundle of a case as a download.

Rule: it is built in a file outside the memory of the process before the first byte goes out, so that nobody gets half
of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from flask import Response

from api.auth import actor, engine
from api.downloads import disposition
from engine.queries import bundle

MEDIA_TYPE = "application/zip"
_IN_MEMORY = 4 * 1024 * 1024
_AT_A_TIME = 64 * 1024


def evidence(instance_id: str) -> Response:
    """The bundle of a case that the actor inspects or manages."""
    built = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when the answer has gone out
    try:
        engine().read_frozen(actor(), bundle.write, instance_id, built)
    except BaseException:
        built.close()
        raise
    size = built.tell()
    built.seek(0)
    answer = _whole(built) if size <= _IN_MEMORY else Response(_chunks(built), content_type=MEDIA_TYPE)
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = disposition(f"evidence-{instance_id}.zip")
    answer.call_on_close(built.close)
    return answer


def _whole(built: SpooledTemporaryFile[bytes]) -> Response:
    with built:
        return Response(built.read(), content_type=MEDIA_TYPE)


def _chunks(built: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with built:
        while chunk := built.read(_AT_A_TIME):
            yield chunk
