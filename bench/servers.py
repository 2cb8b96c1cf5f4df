"""Starting servers to measure, and reading what the kernel knows of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0


@dataclass
class Server:
    """A served system: the command, its environment, and a path that answers when it is ready."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    ready: str = "/ready"
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        self.port = free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DONDOC_")}
        environment = kept | {"PYTHONPATH": str(ROOT), "PORT": str(self.port), **self.environment}
        self.process = subprocess.Popen(
            self.command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.name} does not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it and all its processes."""
        if self.process is None:
            return
        pids = self.pids()
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def memory_bytes(self) -> int:
        """The proportional set size of all its processes: pages they share are counted once, in shares."""
        return sum(_proportional(pid) for pid in self.pids())

    def pids(self) -> list[int]:
        """The ids of all its processes."""
        assert self.process is not None
        return [self.process.pid, *_children(self.process.pid)]

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", self.ready)
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def peer(name: str, url: str, *, workers: int) -> Server:
    """A peer written here, behind the same HTTP server as the product."""
    environment = {"BENCH_DATABASE_URL": url, "BENCH_PEER": name, "BENCH_WORKERS": str(workers)}
    return Server(name, [sys.executable, "-m", "bench.peers.served"], environment)


def product(home: Path, url: str, *, workers: int) -> Server:
    """The product itself, as anybody would start it."""
    environment = {
        "DONDOC_HOME": str(home),
        "DONDOC_ENV": "development",
        "DONDOC_DATABASE_URL": url,
        "DONDOC_WORKERS": str(workers),
    }
    return Server("dondoc", [sys.executable, "-m", "api.cli", "serve"], environment, ready="/readyz")


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    found = [int(child) for child in listed]
    return found + [inner for child in found for inner in _children(child)]


def _proportional(pid: int) -> int:
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
