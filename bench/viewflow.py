"""django-viewflow as a peer: its own virtual environment, its own server process, the same two calls."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.servers import ROOT, Server

ENVIRONMENT = ROOT / ".bench" / "viewflow"
REQUIREMENTS = ROOT / "bench" / "requirements-viewflow.txt"


def server(url: str, *, workers: int) -> Server:
    """The peer's server over a database. Raises RuntimeError when it cannot be installed."""
    python = _installed()
    environment = {"BENCH_DATABASE_URL": url, "BENCH_WORKERS": str(workers)}
    subprocess.run(
        [str(python), str(ROOT / "bench" / "peers" / "viewflow_site.py"), "migrate"],
        env=environment | {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    return Server("viewflow", [str(python), str(ROOT / "bench" / "peers" / "viewflow_site.py"), "serve"], environment)


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
