"""Structured logs: one JSON object a line, with an action and ids, and no personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson
import structlog


def configure(level: int = logging.INFO) -> None:
    """Have everything log JSON lines to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("action"),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _line(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
