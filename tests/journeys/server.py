"""A real server for the journeys: its own home folder, demo data, real sockets, the real command line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "mat-khau-thu-nghiem-2026"
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """One installation in a folder; `start` and `kill` may be repeated."""

    home: Path
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in this installation."""
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *words],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> None:
        """Start serving and wait until it is ready."""
        log = (self.home / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve"], env=self._environment(), stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home / "server.log").read_text(encoding="utf-8")[-3000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """SIGTERM, as an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=PATIENCE_SECONDS)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DONDOC_")}
        return kept | {
            "DONDOC_HOME": str(self.home),
            "DONDOC_ENV": "development",
            "DONDOC_DEMO_PASSWORD": PASSWORD,
            "PORT": str(self.port),
            **self.extra,
        }


class Client:
    """One person's programme: a token of their own, JSON in and out."""

    def __init__(self, server: Server, username: str, password: str = PASSWORD) -> None:
        self.http = httpx.Client(base_url=f"{server.address}/api/v1", timeout=30)
        server.clients.append(self.http)
        answer = self.http.post("/session", json={"username": username, "password": password})
        assert answer.status_code == httpx.codes.OK, answer.text
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        self.person: dict[str, Any] = answer.json()["person"]

    def get(self, path: str, status: int = 200, **params: Any) -> Any:
        """The JSON answer to a GET, which must have that status."""
        return self._told(self.http.get(path, params=params), status)

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """The JSON answer to a POST, which must have that status."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._told(self.http.post(path, json=body if body is not None else {}, headers=named), status)

    def task(self, element_id: str, instance_id: str) -> dict[str, Any]:
        """The open task of that element in that case which is offered to this person."""
        offered = self.get("/tasks", candidate="me", state="open", limit=200)["items"]
        mine = self.get("/tasks", assignee="me", state="open", limit=200)["items"]
        found = [t for t in offered + mine if (t["element_id"], t["process_instance_id"]) == (element_id, instance_id)]
        assert found, (element_id, [(t["element_id"], t["process_instance_id"]) for t in offered + mine])
        task: dict[str, Any] = found[0]
        return task

    def do(self, element_id: str, instance_id: str, **variables: Any) -> Any:
        """Complete the task of that element with these values."""
        task = self.task(element_id, instance_id)
        return self.post(f"/tasks/{task['id']}/complete", {"variables": variables})

    @staticmethod
    def _told(answer: httpx.Response, status: int) -> Any:
        assert answer.status_code == status, (
            answer.request.method,
            answer.request.url,
            answer.status_code,
            answer.text,
        )
        return answer.json() if answer.content else None
