"""Peers that cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import run


def test_a_peer_that_cannot_be_had_is_reported_as_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started = run.start("sqlite", ["nobody"], tmp_path, {})

    assert started == {}
    assert capsys.readouterr().out == "[sqlite] nobody: skipped (nobody does not start)\n"
