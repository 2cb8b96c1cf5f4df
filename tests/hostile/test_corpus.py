"""Promises about hostile files: each gets its documented answer, and does nothing, takes no time and no memory."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.case import ACCEPTED, Case
from tests.hostile.child import GROWTH, SECONDS, WATCH
from tests.hostile.diagrams import diagram_cases
from tests.hostile.files import file_cases

CASES = [*file_cases("/nowhere", 1), *diagram_cases()]
FEWEST = 45


@dataclass(frozen=True)
class Answers:
    """What each case was answered, by name, and whether anybody opened what nobody may."""

    by_name: dict[str, dict[str, Any]]
    was_called: bool


@pytest.fixture(scope="module")
def answers(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """The whole corpus deployed in a child process, beside a pipe and a port that must stay unopened."""
    canary = tmp_path_factory.mktemp("canary") / "pipe"
    os.mkfifo(canary)  # whoever opens it for reading waits for ever, and the child is not done in time
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        command = [sys.executable, "-m", "tests.hostile.child"]
        arguments = [str(sqlite_template), str(canary), str(server.getsockname()[1])]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        yield Answers({a["name"]: a for a in map(json.loads, done.stdout.splitlines())}, _accepts(server))


def _accepts(server: socket.socket) -> bool:
    try:
        server.accept()
    except BlockingIOError:
        return False
    return True


def test_the_corpus_is_large_and_its_names_are_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= FEWEST


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_hostile_file_gets_its_documented_answer(case: Case, answers: Answers) -> None:
    answer = answers.by_name[case.name]

    if case.rule == ACCEPTED:
        assert answer["outcome"] == "accepted", answer
        return
    assert answer["outcome"] == "refused", answer
    named = [element for element, rule, *_ in answer["findings"] if rule == case.rule]
    assert case.element in named if case.element else named, answer["findings"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_hostile_file_does_anything(case: Case, answers: Answers) -> None:
    assert answers.by_name[case.name]["events"] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_hostile_file_takes_long_or_grows(case: Case, answers: Answers) -> None:
    answer = answers.by_name[case.name]

    assert answer["seconds"] < SECONDS
    assert answer["growth"] < GROWTH


def test_the_watch_sees_a_file_that_is_opened(answers: Answers) -> None:
    assert any(event.startswith("open") for event in answers.by_name[WATCH]["events"])


def test_nobody_is_called(answers: Answers) -> None:
    assert not answers.was_called


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said_is_short_and_in_two_languages(case: Case, answers: Answers) -> None:
    for element, rule, message_vi, message_en in answers.by_name[case.name].get("findings", []):
        assert 0 < len(element) <= 128
        assert rule
        assert message_vi and message_en
        assert len(message_vi) < 1_000 and len(message_en) < 1_000
