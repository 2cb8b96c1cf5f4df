"""Promises of the databases: writers in order of arrival, one process per file."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.access import SYSTEM
from engine.database import Gate
from engine.errors import StartupError
from engine.runtime import Engine


def test_the_gate_lets_waiters_in_in_order_of_arrival() -> None:
    gate, passed, threads = Gate(), [], []

    def wait(number: int) -> None:
        with gate.passed():
            passed.append(number)

    with gate.passed():
        for number in range(20):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            while len(gate._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()

    assert passed == list(range(20))


def test_the_gate_opens_again_after_an_error() -> None:
    gate = Gate()

    with pytest.raises(ValueError, match="inside"), gate.passed():
        raise ValueError("inside")

    with gate.passed():
        pass


def test_a_second_process_is_refused_the_database_file(tmp_path: Path) -> None:
    engine = Engine(f"sqlite:///{tmp_path}/one.db")
    attempt = f"from engine.runtime import Engine; Engine('sqlite:///{tmp_path}/one.db')"

    second = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True, check=False)

    assert second.returncode != 0
    assert "StartupError" in second.stderr
    engine.close()


def test_a_closed_engine_gives_the_file_up(tmp_path: Path) -> None:
    Engine(f"sqlite:///{tmp_path}/one.db").close()

    Engine(f"sqlite:///{tmp_path}/one.db").close()


def test_the_lock_is_in_the_way_of_this_process_too(tmp_path: Path) -> None:
    engine = Engine(f"sqlite:///{tmp_path}/one.db")

    with pytest.raises(StartupError):
        Engine(f"sqlite:///{tmp_path}/one.db")
    engine.close()


def test_an_error_tells_no_value_that_somebody_filled_in(engine: Engine) -> None:
    wrong = text("SELECT 1 FROM no_such_table WHERE name = :name")

    with pytest.raises(DBAPIError) as raised:
        engine.read(SYSTEM, lambda tx: tx.session.execute(wrong, {"name": "Nguyễn Thị Hoa"}))

    assert "Nguyễn Thị Hoa" not in str(raised.value)
