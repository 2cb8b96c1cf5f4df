"""What is installed is what was locked: every pin has its hash, fits its range, and names no place to get it from."""

from __future__ import annotations

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.sources import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
by_lock = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)


@by_lock
def test_every_pin_has_a_hash(lock: Path) -> None:
    assert [entry for entry in _entries(lock) if "==" not in entry or "--hash=sha256:" not in entry] == []


@by_lock
def test_a_lock_names_no_place(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert re.findall(r"://|--index-url|--find-links|--extra-index-url|^#.*/", text, re.MULTILINE) == []


def test_what_the_product_needs_is_pinned_within_its_range() -> None:
    assert _outside("runtime.txt", _wanted("options", "install_requires")) == []


def test_what_a_developer_needs_is_pinned_within_its_range() -> None:
    wanted = [*_wanted("options", "install_requires"), *_wanted("options.extras_require", "dev")]

    assert _outside("dev.txt", wanted) == []


def test_developers_run_the_pins_of_the_product() -> None:
    runtime, dev = (_pins(ROOT / "requirements" / name) for name in ("runtime.txt", "dev.txt"))

    assert {name: pin for name, pin in runtime.items() if dev.get(name) != pin} == {}


def _outside(lock: str, wanted: list[Requirement]) -> list[str]:
    pins = _pins(ROOT / "requirements" / lock)
    return [str(w) for w in wanted if not w.specifier.contains(pins.get(canonicalize_name(w.name), Version("0")))]


def _entries(lock: Path) -> list[str]:
    lines = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _pins(lock: Path) -> dict[str, Version]:
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", entry) for entry in _entries(lock))
    return {canonicalize_name(match[1]): Version(match[2]) for match in found if match}


def _wanted(section: str, key: str) -> list[Requirement]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return [Requirement(line) for line in config[section][key].splitlines() if line.strip()]
