"""Promises of the worker: one bad chore stops nothing, and it ends when asked to."""

from __future__ import annotations

from functools import partial
from threading import Event, Thread
from threading import enumerate as threads

from structlog.testing import capture_logs

from engine.worker import Worker


def broken() -> int:
    """A chore that fails."""
    raise OSError("đĩa hỏng")


def test_a_failing_chore_is_logged_by_name_and_the_others_are_done() -> None:
    done: list[str] = []

    def useful() -> int:
        done.append("useful")
        return 1

    with capture_logs() as logged:
        work = Worker([broken, partial(broken), useful]).turn()

    assert (work, done) == (1, ["useful"])
    assert [(line["event"], line["chore"]) for line in logged] == [("chore-failed", "broken")] * 2


def test_a_chore_that_failed_is_tried_again_at_the_next_turn() -> None:
    tries: list[int] = []

    def fails_once() -> int:
        tries.append(1)
        return 1 // (len(tries) - 1)

    worker = Worker([fails_once])

    assert [worker.turn(), worker.turn()] == [0, 1]


def test_while_there_is_work_it_does_not_wait() -> None:
    left, done = list(range(50)), Event()

    def busy() -> int:
        if not left:
            done.set()
            return 0
        left.pop()
        return 1

    worker = Worker([busy], poll_seconds=60)
    worker.start()

    assert done.wait(timeout=10)
    worker.stop()


def test_stopping_ends_the_thread_at_once_even_while_it_waits() -> None:
    began = Event()

    def idle() -> int:
        began.set()
        return 0

    worker = Worker([idle], poll_seconds=60)
    worker.start()
    assert began.wait(timeout=10)

    worker.stop()

    assert "dondoc-worker" not in {thread.name for thread in threads()}


def test_stopping_one_that_never_began_is_nothing() -> None:
    Worker([]).stop()


def test_stopping_finishes_the_chore_in_hand_and_begins_no_other() -> None:
    begun, let_go, done = Event(), Event(), []

    def slow() -> int:
        begun.set()
        let_go.wait(5)
        done.append("slow")
        return 1

    def other() -> int:
        done.append("other")
        return 1

    worker = Worker([slow, other])
    worker.start()
    begun.wait(5)
    stopper = Thread(target=worker.stop)
    stopper.start()
    stopper.join(0.2)
    let_go.set()
    stopper.join(5)

    assert done == ["slow"]
