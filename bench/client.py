"""The load: a process of its own that starts cases and completes their tasks wave by wave, over kept connections.

Rule: every completion meets a case that is cold in the server; the client's own CPU time is reported.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol


def cpu_seconds(pid: int) -> float:
    """The CPU time a process has used so far; 0 where the kernel does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Target(Protocol):
    """How to start a case and complete a task of one system, over one connection."""

    def start(self, flow: str) -> tuple[float, str]:
        """Start a case; the seconds it took, and the id of its first task."""

    def complete(self, task: str) -> tuple[float, str | None]:
        """Complete a task; the seconds it took, and the next task's id."""


class Product:
    """The product's own HTTP contract."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def start(self, flow: str) -> tuple[float, str]:
        """Start a case and look up its task; the look-up is not timed."""
        began = time.perf_counter()
        case = self._ask("POST", "/api/v1/process-instances", {"process_key": flow, "variables": {}}, 201)
        seconds = time.perf_counter() - began
        found = self._ask("GET", f"/api/v1/tasks?process_instance={case['id']}", None, 200)
        return seconds, found["items"][0]["id"]

    def complete(self, task: str) -> tuple[float, str | None]:
        """Complete a task; the answer names the next."""
        began = time.perf_counter()
        answer = self._ask("POST", f"/api/v1/tasks/{task}/complete", {"variables": PAYLOAD}, 200)
        seconds = time.perf_counter() - began
        following = answer["next_tasks"]
        return seconds, following[-1]["id"] if following else None

    def _ask(self, method: str, path: str, body: Any, status: int) -> Any:
        return ask(self._connection, method, path, body, status, self._headers)


class Peer:
    """The two calls that every peer's server has."""

    def __init__(self, port: int, _token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def start(self, flow: str) -> tuple[float, str]:
        """Start a case."""
        began = time.perf_counter()
        task = ask(self._connection, "POST", f"/start/{flow}", PAYLOAD, 200, JSON)["task"]
        return time.perf_counter() - began, task

    def complete(self, task: str) -> tuple[float, str | None]:
        """Complete a task."""
        began = time.perf_counter()
        answer = ask(self._connection, "POST", f"/complete/{task}", PAYLOAD, 200, JSON)
        return time.perf_counter() - began, answer["next"]


JSON = {"Content-Type": "application/json"}
PAYLOAD = {"approved": True, "note": "Phối hợp báo chí tuyên truyền kết quả chuyển đổi số của cơ quan, đơn vị " * 2}


def ask(connection: HTTPConnection, method: str, path: str, body: Any, status: int, headers: dict[str, str]) -> Any:
    """The JSON answer to a request, which must have that status."""
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != status:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
    return json.loads(content)


def run_wave(targets: list[Target], tasks: list[str]) -> tuple[list[float], list[str]]:
    """Complete all tasks with one thread a target; the latencies, and the tasks that come next."""
    waiting: SimpleQueue[str] = SimpleQueue()
    for task in tasks:
        waiting.put(task)
    done: list[tuple[float, str | None]] = []
    failures: list[BaseException] = []
    threads = [Thread(target=_work, args=(target, waiting, done, failures)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [seconds for seconds, _ in done], [after for _, after in done if after is not None]


def _work(
    target: Target,
    waiting: SimpleQueue[str],
    done: list[tuple[float, str | None]],
    failures: list[BaseException],
) -> None:
    try:
        while not failures:
            done.append(target.complete(waiting.get_nowait()))
    except Empty:
        return
    except Exception as error:
        failures.append(error)


def measure(
    make: Callable[[], Target], clients: int, flow: str, cases: int, processes: list[int]
) -> dict[str, float | int | list[float]]:
    """Start the cases and complete all their tasks; times in seconds, and the CPU time of the server's processes."""
    targets = [make() for _ in range(clients)]
    begun = [targets[0].start(flow) for _ in range(cases)]
    tasks = [task for _, task in begun]
    latencies: list[float] = []
    cpu = sum(map(cpu_seconds, processes))
    began = time.perf_counter()
    while tasks:
        seconds, tasks = run_wave(targets, tasks)
        latencies += seconds
    return {
        "start_seconds": sum(seconds for seconds, _ in begun),
        "seconds": time.perf_counter() - began,
        "server_cpu_seconds": sum(map(cpu_seconds, processes)) - cpu,
        "completions": len(latencies),
        "latencies": latencies,
        "client_cpu_seconds": time.process_time(),
    }


def main() -> None:
    """Measure as the JSON on standard input says, and answer in JSON."""
    order = json.load(sys.stdin)
    kind = Product if order["product"] else Peer
    found = measure(
        lambda: kind(order["port"], order["token"]), order["clients"], order["flow"], order["cases"], order["pids"]
    )
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
