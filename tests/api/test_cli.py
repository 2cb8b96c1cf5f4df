"""Promises of the command line: one clear line and exit 1, and nothing opened, made or told that must not be."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.test_definitions import diagram
from tests.journeys.server import Server

TRIAL = {"DONDOC_ENV": "development"}
KEY = {"DONDOC_SECRET_KEY": "k" * 32}


def dondoc(home: Path, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator would."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DONDOC_", "PORT"))}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *words],
        env=kept | {"DONDOC_HOME": str(home), **given},
        capture_output=True,
        text=True,
        check=False,
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line that a failed command says."""
    assert (done.returncode, done.stdout) == (1, ""), (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with demo people."""
    made = tmp_path_factory.mktemp("cli") / "home"
    done = dondoc(made, "init", "--demo", **TRIAL)
    assert done.returncode == 0, done.stderr
    return made


def test_a_taken_port_is_named_before_anything_is_printed(home: Path, taken_port: int) -> None:
    told = one_line(dondoc(home, "serve", **TRIAL, DONDOC_PORT=str(taken_port)))

    assert told == f"dondoc: Cổng {taken_port} đang được dùng."


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_refused(home: Path, host: str) -> None:
    assert host in one_line(dondoc(home, "serve", **TRIAL, DONDOC_HOST=host))


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"postgresql://me:hidden@127.0.0.1:{probe.getsockname()[1]}/name"
        told = one_line(dondoc(tmp_path, "migrate", **TRIAL, DONDOC_DATABASE_URL=url))

    assert "127.0.0.1" in told
    assert "hidden" not in told


@pytest.mark.parametrize("words", [("migrate",), ("audit", "verify")])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "dondoc.db").write_bytes(b"no database at all, but long enough to be looked at" * 40)

    assert "dondoc.db" in one_line(dondoc(tmp_path, *words, **TRIAL))


def test_a_database_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    url = f"sqlite:///{tmp_path / 'file' / 'a.db'}"

    assert "cơ sở dữ liệu" in one_line(dondoc(tmp_path, "migrate", **TRIAL, DONDOC_DATABASE_URL=url))


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "DONDOC_HOME" in one_line(dondoc(tmp_path / "file" / "home", "init", **TRIAL))


def test_demo_people_are_refused_in_production(tmp_path: Path) -> None:
    told = one_line(dondoc(tmp_path / "home", "init", "--demo", **KEY))

    assert "DONDOC_ENV=development" in told
    assert not (tmp_path / "home").exists()


def test_what_is_written_is_for_its_owner_alone(home: Path) -> None:
    open_to_others = [path.name for path in (home, *home.iterdir()) if path.stat().st_mode & 0o077]

    assert open_to_others == []


def test_the_history_is_verified_without_a_key_beside_whoever_has_the_database(home: Path) -> None:
    with sqlite3.connect(home / "dondoc.db") as serving:
        serving.execute("BEGIN IMMEDIATE")
        done = dondoc(home, "audit", "verify")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Toàn vẹn")


def test_verifying_makes_no_database(tmp_path: Path) -> None:
    told = one_line(dondoc(tmp_path / "none", "audit", "verify"))

    assert "dondoc.db" in told
    assert not (tmp_path / "none").exists()


def test_a_case_that_is_not_there_is_not_sound(home: Path) -> None:
    told = one_line(dondoc(home, "audit", "verify", "--instance", "nope"))

    assert told == "dondoc: Không tìm thấy hồ sơ quy trình “nope”."


def test_every_file_is_checked_and_every_finding_has_a_line(tmp_path: Path) -> None:
    (tmp_path / "none.bpmn").write_bytes(b"no diagram")
    (tmp_path / "bad.bpmn").write_bytes(diagram().replace(b'targetRef="tried_z"', b'targetRef="nowhere"'))
    (tmp_path / "good.bpmn").write_bytes(diagram("good"))

    done = dondoc(tmp_path, "check", *(str(tmp_path / name) for name in ("none.bpmn", "bad.bpmn", "good.bpmn")))

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (1, "")
    assert [line for line in lines if not re.match(r"\S+\.bpmn: (đạt|(\S+ )?\[[a-z-]+\] \S)", line)] == []
    assert {Path(line.partition(": ")[0]).stem for line in lines} == {"none", "bad", "good"}
    assert lines[-1] == f"{tmp_path / 'good.bpmn'}: đạt"


def test_a_server_says_that_it_began_and_that_it_ended(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    server.stop()

    log = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert [log.count(f'"action":"{action}"') for action in ("server-started", "server-stopped")] == [1, 1]


def test_half_a_request_does_not_keep_a_server_from_ending(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as unfinished:
        unfinished.sendall(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        time.sleep(1)
        asked = time.monotonic()
        server.stop()

    assert time.monotonic() - asked < 15
    assert '"action":"server-stopped"' in (tmp_path / "server.log").read_text(encoding="utf-8")


def test_a_worker_ends_in_order_when_it_is_told_to(home: Path) -> None:
    words = [sys.executable, "-m", "api.cli", "worker"]
    environment = os.environ | TRIAL | {"DONDOC_HOME": str(home)}
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        began = worker.stderr.readline()
        worker.terminate()
        ended = worker.stderr.read()

    assert ("worker-started" in began, "worker-stopped" in ended, worker.returncode) == (True, True, 0)
