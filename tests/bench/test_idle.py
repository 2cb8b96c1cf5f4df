"""What an idle server need not hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def loaded_by(module: str, *packages: str) -> list[str]:
    """Which of the packages importing a module loads, in a process of its own."""
    asked = f"import sys, {module}; print(*(p for p in {packages!r} if p in sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_process_that_minds_the_servers_does_without_the_engine() -> None:
    assert loaded_by("api.serve", "engine", "sqlalchemy", "flask") == []


def test_a_server_does_without_what_only_changes_the_schema() -> None:
    assert loaded_by("api.served", "alembic", "mako") == []
