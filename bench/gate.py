"""The bounds that continuous integration holds the bench to: statements, commits, growth, CPU; never requests a second.

Rule: a bound stands here once; `python -m bench.run --gate` and tests/bench hold it.
"""

from __future__ import annotations

from typing import Any

MOST_STATEMENTS_SQLITE = 7
MOST_ROUND_TRIPS = 3
STEEPEST_LOOP = 1.2
STEEPEST_LIST = 3.0
# Ten thousand reminders within a minute of one core.
MOST_REMINDER_CPU_MS = 6.0


def require(results: dict[str, Any]) -> None:
    """Exit with all bounds that are broken."""
    broken = list(faults(results))
    if broken:
        raise SystemExit("bench gate: " + "; ".join(broken))
    print("bench gate: all bounds hold")


def faults(results: dict[str, Any]) -> list[str]:
    """Which bounds are broken, in words."""
    found: list[str] = []
    for kind, inner in results["inside"].items():
        for flow, cell in inner["completion"].items():
            found += [f"{kind} {flow} {fault}" for fault in completion(kind, cell)]
        loop = {int(turn): cell["state_bytes"] for turn, cell in inner["loop"].items()}
        found += [f"{kind} {fault}" for fault in state(loop[1], loop[1000]) + step(inner["growth"])]
        found += [f"{kind} {fault}" for fault in task_list(inner["list"])]
    for key, cell in results.get("reminders", {}).items():
        found += [f"{key} {fault}" for fault in reminder(cell)]
    return found


def completion(kind: str, cell: dict[str, float]) -> list[str]:
    """What is wrong with a completion's statements, round trips and commits."""
    # The look-up of the caller's token is one statement and one round trip more, outside this transaction.
    statements, round_trips = cell["statements"] + 1, cell["round_trips"] + 1
    found = []
    if cell["commits"] != 1:
        found.append(f"commits {cell['commits']:.0f} times a completion")
    if kind == "sqlite" and statements > MOST_STATEMENTS_SQLITE:
        found.append(f"runs {statements:.0f} statements a completion")
    if kind != "sqlite" and round_trips > MOST_ROUND_TRIPS:
        found.append(f"makes {round_trips:.0f} round trips a completion")
    return found


def state(first: float, last: float) -> list[str]:
    """Whether the stored state grows over 1,000 turns."""
    return _steep("state after 1,000 turns", last / first, STEEPEST_LOOP)


def step(growth: float) -> list[str]:
    """Whether a step's CPU time grows over 1,000 turns."""
    return _steep("CPU of a step after 1,000 turns", growth, STEEPEST_LOOP)


def task_list(times: dict[int, float]) -> list[str]:
    """Whether the first page of a task list grows with the number of open tasks."""
    few, many = min(times), max(times)
    return _steep(f"task list page at {many:,} open tasks", times[many] / times[few], STEEPEST_LIST)


def reminder(cell: dict[str, float]) -> list[str]:
    """Whether firing a reminder takes more CPU than it may."""
    used = cell["cpu_ms"]
    bound = MOST_REMINDER_CPU_MS
    return [f"takes {used:.1f} ms CPU a reminder, at most {bound}"] if used > bound else []


def _steep(what: str, ratio: float, bound: float) -> list[str]:
    return [f"{what}: {ratio:.2f} times the first, at most {bound}"] if ratio > bound else []
