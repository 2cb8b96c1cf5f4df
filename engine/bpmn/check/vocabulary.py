"""The words of BPMN that are executed, those that only document, and what each attribute may say.

Rule: a word of BPMN that stands in none of these lists is refused wherever something executed holds it.
"""

from __future__ import annotations

SUB_PROCESSES = frozenset({"sub_process", "transaction", "ad_hoc_sub_process"})
TASKS = frozenset(
    {
        "task",
        "user_task",
        "manual_task",
        "service_task",
        "send_task",
        "receive_task",
        "script_task",
        "business_rule_task",
    }
)
ACTIVITIES = TASKS | SUB_PROCESSES | {"call_activity"}
GATEWAYS = frozenset({"exclusive_gateway", "inclusive_gateway", "parallel_gateway", "event_based_gateway"})
EVENTS = frozenset(
    {"start_event", "end_event", "intermediate_throw_event", "intermediate_catch_event", "boundary_event"}
)
EXECUTED = ACTIVITIES | GATEWAYS | EVENTS
GLOBAL_TASKS = frozenset(
    {
        "global_task",
        "global_user_task",
        "global_manual_task",
        "global_script_task",
        "global_business_rule_task",
    }
)
EVENT_DEFINITIONS = frozenset(
    {
        "cancelEventDefinition",
        "compensateEventDefinition",
        "conditionalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "linkEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "terminateEventDefinition",
        "timerEventDefinition",
    }
)
# Parts of what is executed; each is judged by the check of its family.
PARTS = EVENT_DEFINITIONS | frozenset(
    {
        "completionCondition",
        "condition",
        "conditionExpression",
        "correlationPropertyBinding",
        "correlationSubscription",
        "dataInput",
        "dataInputAssociation",
        "dataInputRefs",
        "dataObject",
        "dataObjectReference",
        "dataOutput",
        "dataOutputAssociation",
        "dataOutputRefs",
        "dataPath",
        "eventDefinitionRef",
        "incoming",
        "inputDataItem",
        "inputSet",
        "ioSpecification",
        "loopCardinality",
        "loopCondition",
        "loopDataInputRef",
        "loopDataOutputRef",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "outputDataItem",
        "outputSet",
        "process",
        "property",
        "script",
        "sequenceFlow",
        "source",
        "sourceRef",
        "standardLoopCharacteristics",
        "target",
        "targetRef",
        "timeCycle",
        "timeDate",
        "timeDuration",
    }
)
# What a reader of the diagram sees and no token does.
DOCUMENTATION = frozenset(
    {
        "association",
        "auditing",
        "categoryValueRef",
        "childLaneSet",
        "dataState",
        "dataStoreReference",
        "documentation",
        "extensionElements",
        "flowNodeRef",
        "group",
        "inputSetRefs",
        "lane",
        "laneSet",
        "monitoring",
        "optionalInputRefs",
        "optionalOutputRefs",
        "outputSetRefs",
        "partitionElement",
        "supportedInterfaceRef",
        "supports",
        "text",
        "textAnnotation",
        "whileExecutingInputRefs",
        "whileExecutingOutputRefs",
    }
)
# What may stand at the top of a document besides processes.
ROOTS = EVENT_DEFINITIONS | frozenset(
    {
        "category",
        "collaboration",
        "correlationProperty",
        "dataStore",
        "endPoint",
        "error",
        "escalation",
        "extension",
        "import",
        "interface",
        "itemDefinition",
        "message",
        "partnerEntity",
        "partnerRole",
        "process",
        "relationship",
        "resource",
        "signal",
    }
)
# Attributes that change what happens: the values that mean what is executed. None: any value.
ATTRIBUTES: dict[str, frozenset[str]] = {
    "startQuantity": frozenset({"1"}),
    "completionQuantity": frozenset({"1"}),
    "parallelMultiple": frozenset({"false"}),
    "eventGatewayType": frozenset({"Exclusive"}),
    "ordering": frozenset({"Parallel", "Sequential"}),
    "behavior": frozenset({"All", "None", "One"}),
    "method": frozenset({"", "##compensate", "##unspecified"}),
    "operationRef": frozenset(),
    "isImmediate": frozenset({"true"}),
    "waitForCompletion": frozenset({"true"}),
}
