"""What `dondoc simulate` does and prints."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from api import logs
from api.json import dumps
from api.settings import DEVELOPMENT, Settings, read_settings
from api.simulation import tally, trial
from api.simulation.trial import Trial
from engine.errors import StartupError


def carry_out(wanted: Mapping[str, Any], *, as_json: bool) -> Iterator[str]:
    """Simulate, and give the summary line by line. Raises StartupError where it may not, or what came of it is wrong.

    A simulation is a trial: unless DONDOC_ENV says something else it runs in development.
    """
    logs.configure(logging.ERROR)
    settings = read_settings({"DONDOC_ENV": DEVELOPMENT, **os.environ})
    asked = Trial(**{**wanted, "first": wanted["first"].date(), "last": wanted["last"].date()})
    summary = trial.run(settings, asked)
    structlog.reset_defaults()
    if as_json:
        yield dumps(summary).decode()
    else:
        yield from _told(settings, asked, summary)
    if faults := "; ".join(tally.faults(summary)):
        raise StartupError(f"Mô phỏng phát hiện lỗi: {faults}.", f"The simulation found faults: {faults}.")


def _told(settings: Settings, asked: Trial, summary: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Mô phỏng từ {asked.first:%d/%m/%Y} đến {asked.last:%d/%m/%Y}, hạt giống {asked.seed}: "
        f"{summary['wall_seconds']} giây, {summary['stops']} mốc thời gian"
    )
    yield from tally.lines(dict(summary))
    used = trial.settings_of(settings, asked)
    yield "Xem kết quả (mật khẩu chung của tài khoản thử nghiệm được in khi khởi động):"
    yield f"  DONDOC_ENV=development DONDOC_DATABASE_URL={used.url} DONDOC_CLOCK={used.clock} dondoc serve"
