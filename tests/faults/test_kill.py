"""Kill -9 of the server under eight clients: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.journeys.server import PASSWORD, Server

CLIENTS = 8
CASES_PER_CLIENT = 6
KILLS = 3
STEPS = ("task1", "task2", "task3")
DIAGRAM = Path(__file__).parents[2] / "bench" / "workloads" / "linear3.bpmn"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An installation with the three-step diagram deployed, started; whatever happens, it does not outlive its test."""
    served = Server(tmp_path)
    for words in (("init", "--demo"), ("deploy", str(DIAGRAM))):
        done = served.cli(*words)
        assert done.returncode == 0, done.stderr
    served.start()
    try:
        yield served
    finally:
        served.stop()


def token_of(server: Server) -> str:
    """A programme's token of one officer."""
    made = server.cli("token", "create", "--username", "c-thach-that.agency_officer", "--name", "kill")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip().splitlines()[-1].split()[-1]


class Persistent:
    """A client that repeats a request under the same key until it gets an answer, across crashes."""

    def __init__(self, server: Server, token: str) -> None:
        self._server = server
        self._headers = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: object) -> httpx.Response:
        """The answer to a POST, whatever happens in between."""
        key = {"Idempotency-Key": str(uuid4())}
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(
                    f"{self._server.address}/api/v1{path}", json=body, headers=self._headers | key, timeout=20
                )
            except httpx.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(0.05)
        raise TimeoutError(path)

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET, once the server is up."""
        return httpx.get(f"{self._server.address}/api/v1{path}", headers=self._headers, timeout=20)


def run_cases(client: Persistent, acknowledged: dict[str, list[str]], errors: list[str]) -> None:
    """Carry some cases to their end, noting every acknowledged step."""
    for _ in range(CASES_PER_CLIENT):
        started = client.post("/process-instances", {"process_key": "linear3", "variables": {}})
        if started.status_code != httpx.codes.CREATED:
            errors.append(started.text)
            return
        instance_id = started.json()["id"]
        acknowledged[instance_id] = []
        for step in STEPS:
            task_id = task_of(client, instance_id, step)
            answer = client.post(f"/tasks/{task_id}/complete", {"variables": {"step": step}})
            if answer.status_code != httpx.codes.OK:
                errors.append(f"{step}: {answer.status_code} {answer.text}")
                return
            acknowledged[instance_id].append(step)


def task_of(client: Persistent, instance_id: str, step: str) -> str:
    """The id of the open task of that step, read again until the server answers."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            listed = client.get(f"/tasks?candidate=me&state=open&limit=200&process_instance={instance_id}")
        except httpx.HTTPError:
            time.sleep(0.05)
            continue
        for task in listed.json().get("items", []):
            if task["process_instance_id"] == instance_id and task["element_id"] == step:
                return str(task["id"])
        time.sleep(0.05)
    raise TimeoutError(step)


def test_no_acknowledged_step_is_lost_or_doubled_by_kill_9(server: Server) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    server.stop()
    token = token_of(server)
    server.start()
    client = Persistent(server, token)
    acknowledged: dict[str, list[str]] = {}
    errors: list[str] = []
    threads = [
        threading.Thread(target=run_cases, args=(Persistent(server, token), acknowledged, errors))
        for _ in range(CLIENTS)
    ]

    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.1, 0.4))
        server.kill()
        server.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(acknowledged) == CLIENTS * CASES_PER_CLIENT
    for instance_id, steps in acknowledged.items():
        events = client.get(f"/process-instances/{instance_id}/history?limit=200").json()["items"]
        done = [e["element_id"] for e in events if e["type"] == "element-completed" and e["task_id"]]
        assert done == steps == list(STEPS)
    server.stop()
    verified = server.cli("audit", "verify")
    assert verified.returncode == 0, verified.stderr


def test_the_password_of_the_demo_is_the_given_one(server: Server) -> None:
    body = {"username": "auditor", "password": PASSWORD}

    answer = httpx.post(f"{server.address}/api/v1/session", json=body, timeout=20)

    assert answer.status_code == httpx.codes.OK
    server.stop()
