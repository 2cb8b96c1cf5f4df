"""Deploys hostile files, each in a process of its own with narrow limits and every audit event watched.

Run as `python -m tests.hostile.child TEMPLATE CANARY PORT`; it prints one JSON object a case. Rule: after its engine is
open, a case may touch nothing but its own database.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.access import SYSTEM
from engine.commands import definitions
from engine.errors import DefinitionError, EngineError
from engine.runtime import Engine
from tests.hostile.case import Case, document, flow, process, table
from tests.hostile.diagrams import diagram_cases
from tests.hostile.files import GOOD, file_cases

SECONDS = 5
WATCH = "the watch itself"
GROWTH = 200 * 1024 * 1024
_WATCHED = (
    "open",
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.spawn",
    "ctypes.",
    "exec",
    "import",
    "os.remove",
    "os.rename",
    "os.listdir",
    "urllib.",
    "webbrowser.",
    "pty.",
)


def main(template: Path, canary: str, port: int) -> None:
    """Run every case after a good deployment has loaded all that is loaded late."""
    _deploy(template, {"good.bpmn": GOOD, "good.dmn": table("-")})
    print(json.dumps({"name": WATCH, "events": _seen()}), flush=True)
    for case in (*file_cases(canary, port), *diagram_cases()):
        print(json.dumps({"name": case.name, **_apart(case, template)}), flush=True)


def _seen() -> list[str]:
    """What the watch sees of a file that is opened: it must see something, or the other answers are worth nothing."""
    events: list[str] = []
    watching = [True]
    sys.addaudithook(lambda event, arguments: _note(events, event, arguments) if watching[0] else None)
    Path(os.devnull).read_bytes()
    watching[0] = False
    return events


def _apart(case: Case, template: Path) -> dict[str, Any]:
    """The answer to a case, given by a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as out:
            json.dump(_watched(case, template), out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else {"outcome": f"killed by {os.WTERMSIG(status)}", "events": []}


def _watched(case: Case, template: Path) -> dict[str, Any]:
    events: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        engine = _engine(template, Path(folder))
        engine.run(SYSTEM, definitions.deploy, {"first.bpmn": _first()}, publish=True)
        _limit()
        watching = [True]
        sys.addaudithook(lambda event, arguments: _note(events, event, arguments) if watching[0] else None)
        before, begun = _peak(), time.process_time()
        outcome = _outcome(engine, case.files)
        facts = {"seconds": time.process_time() - begun, "growth": _peak() - before}
        watching[0] = False
        engine.close()
    return {**outcome, **facts, "events": events}


def _note(events: list[str], event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_WATCHED):
        events.append(f"{event} {arguments!r}"[:300])


def _outcome(engine: Engine, files: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        engine.run(SYSTEM, definitions.deploy, files, publish=True)
    except DefinitionError as error:
        found = [[f.element, f.rule, f.message_vi, f.message_en] for f in error.findings if f.severity == "error"]
        return {"outcome": "refused", "findings": found}
    except EngineError as error:
        return {"outcome": f"another error: {error.code}"}
    except Exception as error:  # what the test is about: whatever else happens is reported as what it is
        return {"outcome": f"broke: {error!r}"[:500]}
    return {"outcome": "accepted"}


def _limit() -> None:
    held = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (held + 2 * GROWTH, held + 2 * GROWTH))
    spent = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (spent + 2 * SECONDS, spent + 2 * SECONDS))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _first() -> bytes:
    """A good diagram, so that whatever the first deployment of an engine loads is loaded before the watch begins."""
    return document(process('<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flow("s", "e"), key="first"))


def _deploy(template: Path, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = _engine(template, Path(folder))
        engine.run(SYSTEM, definitions.deploy, files, publish=True)
        engine.close()


def _engine(template: Path, folder: Path) -> Engine:
    shutil.copy(template, folder / "dondoc.db")
    return Engine(f"sqlite:///{folder}/dondoc.db", shortest_cycle=timedelta(minutes=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
