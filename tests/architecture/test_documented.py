"""Whatever can be set, typed, heard or read in the history stands in the documentation, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from api.cli import cli
from api.settings import Settings
from engine import signals
from tests.architecture.sources import ROOT, literals, sources

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "workflows").glob("*.md")])
# The kinds of event in the second argument of these calls; advance.end makes its own of two states.
_RECORDERS = {"Happening": 0, "record_system": 1, "Move": 0, "turn_case": 2, "_give": 4}
_EVENT_TYPE = re.compile(r"^[a-z]+(-[a-z]+)+$")
_OF_STATES = {"process-completed", "process-cancelled"}


def test_every_setting_is_documented() -> None:
    told = set(re.findall(r"^\| `(DONDOC_[A-Z_]+)`", _page("settings.md"), re.MULTILINE))

    assert told == {f"DONDOC_{field.name.upper()}" for field in fields(Settings)}


def test_no_setting_is_read_that_is_not_a_field() -> None:
    read = {name for source in sources() for name in re.findall(r"DONDOC_[A-Z_]*[A-Z]", source.text)}

    assert read == {f"DONDOC_{field.name.upper()}" for field in fields(Settings)}


def test_every_command_and_its_options_are_documented() -> None:
    page = _page("command-line.md")
    told = set(re.findall(r"^\| `dondoc ([a-z ]+[a-z])", page, re.MULTILINE))
    known = dict(_commands(cli, ()))

    assert told == set(known)
    assert [f"{name} {o}" for name, options in known.items() for o in options if f"`{o}`" not in page] == []


def test_every_command_explains_itself() -> None:
    silent = [
        name
        for name, command in _leaves(cli, ())
        if not command.help or any(isinstance(p, click.Option) and not p.help for p in command.params)
    ]

    assert silent == []


def test_every_signal_is_documented() -> None:
    told = set(re.findall(r"^\| `([a-z-]+)`", _page("signals.md"), re.MULTILINE))
    known = {signal.name: signal.__doc__ for signal in vars(signals)["_signals"].values()}

    assert told == set(known)
    assert [name for name, doc in known.items() if not doc or "kwargs:" not in doc] == []


def test_every_type_of_event_is_documented() -> None:
    told = set(re.findall(r"^\| `([a-z-]+)`", _page("history.md"), re.MULTILINE))

    assert told == _event_types()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]

    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_page_that_the_code_speaks_of_exists() -> None:
    spoken = {name for source in sources() for name in re.findall(r"docs/[a-z0-9/-]+\.md", source.text)}

    assert sorted(name for name in spoken if not (ROOT / name).exists()) == []


def test_every_make_target_of_the_readme_exists() -> None:
    named = set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert named - targets == set()


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _leaves(inner, (*path, name))
    else:
        yield " ".join(path), command


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    for name, leaf in _leaves(command, path):
        yield name, [option for p in leaf.params if isinstance(p, click.Option) for option in p.opts]


def _event_types() -> set[str]:
    found = {
        name
        for source in sources()
        for word, call in source.calls()
        if word in _RECORDERS
        for name in literals(call, _RECORDERS[word])
        if _EVENT_TYPE.match(name)
    }
    return found | _OF_STATES
