"""django-viewflow as a peer: its own virtual environment, its own server process, the same two calls."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.servers import ROOT, Server

ENVIRONMENT = ROOT / ".bench" / "viewflow"
REQUIREMENTS = ROOT / "bench" / "requirements-viewflow.txt"


def server(url: str, *, workers: int) -> Server:
    """The peer's server over a database. Raises RuntimeError when it cannot be installed."""
    command = [str(_installed()), "-m", "bench.peers.viewflow_site"]
    environment = {"BENCH_DATABASE_URL": url, "BENCH_WORKERS": str(workers)}
    done = subprocess.run(
        [*command, "migrate"],
        env=os.environ | environment | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError("its tables cannot be made: " + done.stderr.strip().rpartition("\n")[2])
    return Server("viewflow", [*command, "serve"], environment)


def _installed() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    mark = ENVIRONMENT / ".installed"
    if mark.exists() and mark.read_text(encoding="utf-8") == REQUIREMENTS.read_text(encoding="utf-8"):
        return python
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True, capture_output=True)
        subprocess.run([*install, "-r", str(REQUIREMENTS)], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        raise RuntimeError("django-viewflow cannot be installed") from error
    mark.write_text(REQUIREMENTS.read_text(encoding="utf-8"), encoding="utf-8")
    return python
