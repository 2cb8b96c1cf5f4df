"""A peer behind the same server as the product: two calls, `POST /start/<flow>` and `POST /complete/<task>`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from flask import Flask, request
from granian import Granian
from granian.constants import Interfaces


class System(Protocol):
    """What a peer can do."""

    def start(self, flow: str, values: Mapping[str, Any]) -> str:
        """Start a case; its first task's id."""

    def complete(self, task: str, values: Mapping[str, Any]) -> str | None:
        """Complete a task durably; the next task's id, None at the end."""


def make(name: str, url: str) -> System:
    """The peer of that name over a database."""
    system: System = import_module(f"bench.peers.{name}").make(url)
    return system


def application() -> Flask:
    """The WSGI application of the peer that the environment names."""
    system = make(os.environ["BENCH_PEER"], os.environ["BENCH_DATABASE_URL"])
    app = Flask(__name__)

    @app.get("/ready")
    def ready() -> dict[str, str]:
        return {}

    @app.post("/start/<flow>")
    def start(flow: str) -> dict[str, str]:
        return {"task": system.start(flow, request.get_json())}

    @app.post("/complete/<task>")
    def complete(task: str) -> dict[str, str | None]:
        return {"next": system.complete(task, request.get_json())}

    return app


if __name__ == "__main__":
    Granian(
        "bench.peers.served:application",
        factory=True,
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        workers=int(os.environ["BENCH_WORKERS"]),
        blocking_threads=8,
        log_enabled=False,
    ).serve()
