"""The wheel is the product: built, installed in an empty environment, it sets itself up and starts a case."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT

COPIED = (*PACKAGES, "setup.cfg", "pyproject.toml", "README.md")
NEEDED = (
    *(".bpmn", ".dmn", ".yaml", ".mako", ".html", ".txt", ".css", ".js", ".gz", ".svg", ".po"),
    *(".LICENSE", "py.typed"),
)
TRIAL = """
import api, engine, workflows, sys
from pathlib import Path
from importlib.metadata import packages_distributions
from api.app import create_app
from api.settings import read_settings
from engine import Engine
from engine.access import SYSTEM
from engine.commands import instances
from engine.commands.instances import Start

for package in (api, engine, workflows):
    assert Path(package.__file__).is_relative_to(sys.prefix), package.__file__
assert set(packages_distributions()["engine"]) == {"dondoc"}, packages_distributions()["engine"]
settings = read_settings()
running = Engine(settings.url)
case = running.run(SYSTEM, instances.start, Start("task_lifecycle", agency="c-thach-that"))
pages = create_app(settings, running).test_client()
assert pages.get("/docs").status_code == pages.get("/style.css").status_code == pages.get("/public").status_code == 200
running.close()
print(case.state, case.tokens[-1][0])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from a copy of the sources, without the network."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in COPIED:
        origin = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        _ = shutil.copytree(origin, source / name, ignore=ignored) if origin.is_dir() else shutil.copy(origin, source)
    _run(_pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", built, source))
    found = list(built.glob("dondoc-*.whl"))
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="module")
def installed_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel, and sees the locked libraries but not the sources."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    _run([sys.executable, "-m", "venv", "--without-pip", folder])
    python = folder / "bin" / "python"
    _run([*_pip("--python", python), "install", "--no-deps", "--no-index", wheel])
    site = subprocess.check_output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True)
    (Path(site.strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


def test_the_wheel_holds_what_is_no_code(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())

    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.name.endswith(NEEDED)
    }
    assert sorted(wanted - inside) == []
    assert [name for name in inside if name.startswith(("tests", "bench"))] == []


def test_an_installed_wheel_starts_a_case(installed_python: Path, tmp_path: Path) -> None:
    dondoc = installed_python.with_name("dondoc")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DONDOC_", "PYTHON"))}
    environment |= {"DONDOC_HOME": str(tmp_path / "home"), "DONDOC_ENV": "development"}

    _run([dondoc, "init", "--demo"], tmp_path, environment)
    told = _run([installed_python, "-c", TRIAL], tmp_path, environment)

    assert told.splitlines()[-1] == "active propose"
    assert "Toàn vẹn" in _run([dondoc, "audit", "verify"], tmp_path, environment)


def _pip(*arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]


def _run(command: list[str | Path], folder: Path | None = None, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
