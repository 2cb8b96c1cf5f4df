"""The rows of docs/bpmn.md that are executed, one model each."""

from __future__ import annotations

from tests.conformance.model import Row
from tests.conformance.rows import activities, compensation, data, event_sub_processes, events, gateways, timers

ROWS: tuple[Row, ...] = (
    *gateways.ROWS,
    *activities.ROWS,
    *events.ROWS,
    *timers.ROWS,
    *event_sub_processes.ROWS,
    *compensation.ROWS,
    *data.ROWS,
)
