"""The bounds that continuous integration holds the bench to: CPU, statements, slopes; never requests per second."""

from __future__ import annotations

from typing import Any

MOST_STATEMENTS_SQLITE = 7
MOST_ROUND_TRIPS = 3
STEEPEST_LOOP = 1.2
DEAREST_OVER_FLOOR = 4.0
SLOWEST_PAGE_MS = 5.0


def require(results: dict[str, Any]) -> None:
    """Exit with the first bounds that are broken."""
    broken = list(faults(results))
    if broken:
        raise SystemExit("bench gate: " + "; ".join(broken))
    print("bench gate: all bounds hold")


def faults(results: dict[str, Any]) -> list[str]:
    """Which bounds are broken, in words."""
    found: list[str] = []
    for kind, inner in results["inside"].items():
        for flow, cell in inner["completion"].items():
            found += _completion(kind, flow, cell)
        loop = {int(turn): cell for turn, cell in inner["loop"].items()}
        found += _ratio(f"{kind} state after 1,000 turns", loop[1000]["state_bytes"], loop[1]["state_bytes"])
        found += _ratio(f"{kind} CPU of a step after 1,000 turns", loop[1000]["cpu_ms"], loop[10]["cpu_ms"])
        slowest = max(inner["list"].values())
        if slowest > SLOWEST_PAGE_MS:
            found.append(f"{kind} task list page takes {slowest:.1f} ms")
    return found


def _completion(kind: str, flow: str, cell: dict[str, float]) -> list[str]:
    found = []
    if cell["commits"] != 1:
        found.append(f"{kind} {flow} commits {cell['commits']:.0f} times a completion")
    # The look-up of the caller's token is one statement and one round trip more, outside this transaction.
    if kind == "sqlite" and cell["statements"] + 1 > MOST_STATEMENTS_SQLITE:
        found.append(f"{kind} {flow} runs {cell['statements'] + 1:.0f} statements a completion")
    if kind != "sqlite" and cell["round_trips"] + 1 > MOST_ROUND_TRIPS:
        found.append(f"{kind} {flow} makes {cell['round_trips'] + 1:.0f} round trips a completion")
    return found


def _ratio(what: str, late: float, early: float) -> list[str]:
    return [f"{what}: {late / early:.2f} times the first"] if late > early * STEEPEST_LOOP else []
