"""The whole bench in one run: `python -m bench.run`. See bench/README.md for what each figure is.

Rule: peers take turns inside every round, so that noise hits all alike; ratios are taken inside a round; a peer that
cannot be had is reported as skipped.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench import databases, gate, inside, mails, reminders, viewflow
from bench.servers import ROOT, Server, peer, product

FLOWS = ("linear3", "lifecycle5")
STEPS = {"linear3": 3, "lifecycle5": 5}
PEERS = ("dondoc", "floor", "naive", "orm", "viewflow")
PACKAGES = ("flask", "granian", "psycopg", "spiffworkflow", "sqlalchemy")
MAILS = 2_000  # ten thousand take minutes: python -m bench.mails
Cell = dict[str, float]


def main() -> None:
    """Measure, print the tables, and write the JSON."""
    options = _options()
    began = time.monotonic()
    results: dict[str, Any] = {
        "calibration_ms": _calibration(),
        "durability": "synchronous=FULL, synchronous_commit=on",
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
    }
    print(f"calibration: {results['calibration_ms']:.2f} ms; durability: {results['durability']}")
    kinds = databases.answering(options.db)
    for kind in kinds:
        results[kind] = _served(kind, options)
    results["inside"] = inside.everything(kinds)
    inside.show(results["inside"])
    results["reminders"] = reminders.everything(kinds, options.reminders) if options.reminders else {}
    reminders.show(results["reminders"])
    results["mails"] = mails.everything(kinds, options.mails) if options.mails else {}
    mails.show(results["mails"])
    results["seconds"] = time.monotonic() - began
    print(f"\n{results['seconds']:.0f} s in all")
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1), encoding="utf-8")
    if options.gate:
        gate.require(results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--reminders", type=int, default=reminders.MANY, help="how many are due at once; 0: leave out")
    parser.add_argument("--mails", type=int, default=MAILS, help="how many wait at once; 0: leave out")
    parser.add_argument("--json", default="")
    parser.add_argument("--gate", action="store_true", help="fail when a ratio is out of its bound")
    return parser.parse_args()


def _served(kind: str, options: argparse.Namespace) -> dict[str, Any]:
    """All peers over HTTP on one kind of database."""
    cells: dict[str, list[Cell]] = defaultdict(list)
    idle: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        servers = start(kind, options.peers.split(","), Path(folder), idle)
        try:
            for number in range(options.rounds):
                _round(servers, options.cases, cells, warm=number == 0)
        finally:
            for server, _, drop in servers.values():
                server.stop()
                drop()
    table = {key: _summary(found) for key, found in cells.items()}
    _show(kind, table, cells, idle)
    return {"cells": table, "idle_mb": idle}


def start(kind: str, names: list[str], folder: Path, idle: dict[str, float]) -> dict[str, Any]:
    """The peers that can be had, each on a database of its own; their idle memory is noted."""
    servers: dict[str, Any] = {}
    workers = 1 if kind == "sqlite" else 2
    for name in names:
        scratch = databases.scratch(kind, folder)
        url = scratch.__enter__()

        def drop(scratch: Any = scratch) -> None:
            scratch.__exit__(None, None, None)

        token = ""
        try:
            if name == "dondoc":
                home = folder / "home"
                server, token = product(home, url, workers=workers), inside.prepare(home, url)
            elif name == "viewflow":
                server = viewflow.server(url, workers=workers)
            else:
                server = peer(name, url, workers=workers)
            server.start()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            print(f"[{kind}] {name}: skipped ({error})")
            drop()
            continue
        idle[name] = server.memory_bytes() / 1e6
        server.environment["bench-url"] = url
        servers[name] = (server, token, drop)
    return servers


def _round(servers: dict[str, Any], cases: int, cells: dict[str, list[Cell]], *, warm: bool) -> None:
    for flow in FLOWS:
        for clients in (1, 4):
            for name, (server, token, _) in servers.items():
                if warm:
                    _measure(server, token, flow, clients, 5)
                cells[f"{flow}/{clients}/{name}"].append(_measure(server, token, flow, clients, cases))


def _measure(server: Server, token: str, flow: str, clients: int, cases: int) -> Cell:
    order = {
        "product": server.name == "dondoc",
        "port": server.port,
        "token": token,
        "clients": clients,
        "flow": flow,
        "cases": cases,
        "pids": server.pids(),
    }
    before = databases.size_bytes(server.environment["bench-url"])
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    found = json.loads(done.stdout)
    if found["completions"] != cases * STEPS[flow]:
        raise RuntimeError(f"{server.name}: {found['completions']} completions, not {cases * STEPS[flow]}")
    latencies = sorted(found["latencies"])
    return {
        "per_second": found["completions"] / found["seconds"],
        "p50_ms": latencies[len(latencies) // 2] * 1e3,
        "p95_ms": latencies[int(len(latencies) * 0.95)] * 1e3,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1e3,
        "starts_per_second": cases / found["start_seconds"],
        "client_cpu_ms": found["client_cpu_seconds"] / found["completions"] * 1e3,
        "cpu_ms": found["server_cpu_seconds"] / found["completions"] * 1e3,
        "bytes_per_case": (databases.size_bytes(server.environment["bench-url"]) - before) / cases,
    }


def _summary(found: list[Cell]) -> Cell:
    return {name: median(cell[name] for cell in found) for name in found[0]}


HEADINGS = ("compl/s", "p50", "p95", "p99", "cpu ms", "start/s", "B/case")
FIGURES = ("per_second", "p50_ms", "p95_ms", "p99_ms", "cpu_ms", "starts_per_second", "bytes_per_case")
DIGITS = (0, 1, 1, 1, 2, 0, 0)


def _show(kind: str, table: dict[str, Cell], cells: dict[str, list[Cell]], idle: dict[str, float]) -> None:
    print(f"\n== {kind}, over HTTP (medians; ratio: dondoc / peer inside a round, min–max)")
    print(f"{'flow':<11}{'clients':>7} {'peer':<9}" + "".join(f"{h:>9}" for h in HEADINGS) + "  ratio")
    for key, cell in table.items():
        flow, clients, name = key.split("/")
        figures = "".join(f"{cell[f]:>9.{d}f}" for f, d in zip(FIGURES, DIGITS, strict=True))
        print(f"{flow:<11}{clients:>7} {name:<9}{figures}  {_ratio(cells, key)}")
    print(
        "idle memory (proportional set size), MB: "
        + ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in idle.items())
    )


def _ratio(cells: dict[str, list[Cell]], key: str) -> str:
    flow, clients, name = key.split("/")
    ours = cells.get(f"{flow}/{clients}/dondoc", [])
    if name == "dondoc" or not ours:
        return ""
    ratios = [a["per_second"] / b["per_second"] for a, b in zip(ours, cells[key], strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def _calibration() -> float:
    """Milliseconds of a fixed piece of Python; tells how quiet the machine is."""
    began = time.perf_counter()
    total = 0
    for number in range(50_000):
        total += number % 7
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
