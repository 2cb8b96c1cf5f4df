"""Checking diagrams and decision tables on a drawing table: what `dondoc check` says, without a database.

Rule: every file is looked at, whatever is wrong with another; a finding is one line that an editor can jump to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.installation import shipped_diagrams
from engine.bpmn.decisions import parse_decisions
from engine.bpmn.parser import ProcessFile, compile_definition, read_keys
from engine.errors import DefinitionError, Finding


@dataclass(frozen=True)
class Checked:
    """What was found in one file; warnings let it pass."""

    file: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether it can be deployed."""
        return all(found.severity != "error" for found in self.findings)

    def lines(self) -> Iterator[str]:
        """A line for each finding, and one that it passed."""
        for found in self.findings:
            place = "" if found.element == self.file else f"{found.element} "
            caution = "" if found.severity == "error" else "cảnh báo: "
            yield f"{self.file}: {place}[{found.rule}] {caution}{found.message_vi}"
        if self.passed:
            yield f"{self.file}: đạt"


@dataclass(frozen=True)
class _Known:
    """All that a file may call: the heads, contents and decision tables by key."""

    calls: Mapping[str, tuple[str, ...]]
    diagrams: Mapping[str, bytes]
    decisions: Mapping[str, bytes]


def check_files(paths: Sequence[Path]) -> Iterator[Checked]:
    """Check files together, with those that come with the product to call."""
    given = {str(path): path.read_bytes() for path in paths}
    heads, refused = _heads(given)
    shipped = shipped_diagrams()
    known = _known([*_heads(shipped)[0].values(), *heads.values()], shipped | given)
    for file, content in given.items():
        yield refused[file] if file in refused else _checked(heads[file], content, known)


def _heads(files: Mapping[str, bytes]) -> tuple[dict[str, ProcessFile], dict[str, Checked]]:
    """What each file is, and those that are nothing."""
    heads, refused = {}, {}
    for file, content in files.items():
        try:
            heads[file] = read_keys(content, file)
        except DefinitionError as error:
            refused[file] = Checked(error.file, error.findings)
    return heads, refused


def _known(heads: Sequence[ProcessFile], contents: Mapping[str, bytes]) -> _Known:
    kinds = {kind: {head.key: contents[head.file] for head in heads if head.kind == kind} for kind in ("bpmn", "dmn")}
    return _Known({head.key: head.calls for head in heads}, kinds["bpmn"], kinds["dmn"])


def _checked(head: ProcessFile, content: bytes, known: _Known) -> Checked:
    try:
        if head.kind == "dmn":
            parse_decisions(content, head.file)
            return Checked(head.file, ())
        reached = _reached(head.key, known.calls)
        called = {key: known.diagrams[key] for key in reached if key in known.diagrams}
        found = compile_definition(head.file, content, called, known.decisions)
    except DefinitionError as error:
        return Checked(error.file, error.findings)
    return Checked(head.file, tuple(found.warnings))


def _reached(key: str, calls: Mapping[str, tuple[str, ...]]) -> set[str]:
    """All that a process calls, and what those call."""
    found: set[str] = set()
    waiting = list(calls.get(key, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += calls.get(one, ())
    return found
