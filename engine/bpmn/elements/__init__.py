"""What each kind of node does, one file a family; `BEHAVIOURS` is the list of all that is executed."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.elements import activities, catching, gateways, throwing
from engine.bpmn.execution import Behaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    "start_event": catching.pass_on,
    "intermediate_catch_event": catching.catch,
    "boundary_event": catching.pass_on,
    "intermediate_throw_event": throwing.intermediate,
    "end_event": throwing.end,
    "exclusive_gateway": gateways.exclusive,
    "inclusive_gateway": gateways.inclusive,
    "parallel_gateway": gateways.parallel,
    "event_based_gateway": gateways.event_based,
    "user_task": activities.arrive,
    "task": activities.arrive,
    "manual_task": activities.arrive,
    "service_task": activities.arrive,
    "send_task": activities.arrive,
    "receive_task": activities.arrive,
    "script_task": activities.arrive,
    "business_rule_task": activities.arrive,
    "call_activity": activities.arrive,
    "sub_process": activities.arrive,
    "transaction": activities.arrive,
    "ad_hoc_sub_process": activities.arrive,
    "event_sub_process": activities.arrive,
}
