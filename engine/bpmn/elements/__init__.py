"""What each kind of node does, one file a family; `BEHAVIOURS` is the list of all that is executed."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.elements import activities, events, gateways
from engine.bpmn.execution import Behaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    "start_event": events.pass_on,
    "intermediate_throw_event": events.pass_on,
    "intermediate_catch_event": events.catch,
    "boundary_event": events.pass_on,
    "end_event": events.end,
    "exclusive_gateway": gateways.exclusive,
    "parallel_gateway": gateways.parallel,
    "user_task": activities.arrive,
    "task": activities.arrive,
    "manual_task": activities.arrive,
    "service_task": activities.arrive,
    "script_task": activities.arrive,
    "business_rule_task": activities.arrive,
    "call_activity": activities.arrive,
    "sub_process": activities.arrive,
}
