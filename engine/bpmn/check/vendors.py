"""What is known of vendors' namespaces: engines, whose words are executed somewhere, and tools, whose words are notes.

Rule: a word stands here once, by what it means; the check that uses these lists is vendor.py.
"""

from __future__ import annotations

ENGINES = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
    "http://camunda.org/schema/zeebe/1.0": "zeebe",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "spiffworkflow",
    "http://spiffworkflow.org/bpmn/schema/1.0/extension": "spiffworkflow",
    "http://www.jboss.org/drools": "drools",
    "http://www.jboss.org/drools/flow/bpsim": "drools",
    "http://operaton.org/schema/1.0/bpmn": "operaton",
    "http://cibseven.org/schema/1.0/bpmn": "cibseven",
}
# Where the drawing itself and XML's own words live.
DRAWING = frozenset(
    {
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://www.w3.org/2001/XMLSchema",
        "http://www.w3.org/XML/1998/namespace",
        "http://www.w3.org/1999/xhtml",
        "http://www.w3.org/1999/xlink",
        "http://www.omg.org/spec/BPMN/20100524/MODEL",
        "http://www.omg.org/spec/BPMN/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/extended/1.0",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://bpmn.io/schema/bpmn",
        "http://camunda.org/schema/modeler/1.0",
        "http://camunda.org/schema/bpmnDi/1.0",
        "http://www.bpsim.org/schemas/1.0",
        "http://www.bpsim.org/schemas/2.0",
    }
)
# Parts of the namespaces of tools that draw and keep notes in the file.
TOOLS = (
    "signavio",
    "bizagi",
    "boc-group",
    "boc.com",
    "adonis",
    "trisotech",
    "visual-paradigm",
    "sparxsystems",
    "yaoqiang",
    "ibm.com/xmlns/prod/bpm",
    "eclipse.org/bpmn2",
    "xpdl",
    "softwareag",
    "aris",
    "lucid",
    "blueworks",
    "bonitasoft",
    "itp-commerce",
    "modelio",
    "cardanit",
)
# Ours and Camunda's: attribute → the elements on which it is read.
READ_ATTRIBUTES: dict[str, frozenset[str]] = {
    "assignee": frozenset({"userTask", "globalUserTask"}),
    "candidateGroups": frozenset({"userTask", "globalUserTask"}),
    "dueDate": frozenset({"userTask", "globalUserTask"}),
    "delegateExpression": frozenset({"serviceTask"}),
    "decisionRef": frozenset({"businessRuleTask", "globalBusinessRuleTask"}),
    "resultVariable": frozenset({"businessRuleTask", "globalBusinessRuleTask"}),
    "mapDecisionResult": frozenset({"businessRuleTask", "globalBusinessRuleTask"}),
    "collection": frozenset({"multiInstanceLoopCharacteristics"}),
    "elementVariable": frozenset({"multiInstanceLoopCharacteristics"}),
    "candidateStarterGroups": frozenset({"process"}),
}
# Element → the elements in which it is read; empty: in any.
READ_ELEMENTS: dict[str, frozenset[str]] = {
    "properties": frozenset(),
    "formData": frozenset({"userTask", "startEvent", "globalUserTask"}),
    "inputOutput": frozenset(
        {
            "task",
            "userTask",
            "manualTask",
            "serviceTask",
            "sendTask",
            "receiveTask",
            "scriptTask",
            "businessRuleTask",
            "callActivity",
            "subProcess",
            "transaction",
            "adHocSubProcess",
            "globalTask",
            "globalUserTask",
            "globalManualTask",
            "globalScriptTask",
            "globalBusinessRuleTask",
        }
    ),
}
# Values that say what happens here anyway: versions are pinned at deployment, in the case's own scope.
PLAIN_VALUES: dict[str, tuple[str, ...]] = {
    "calledElementBinding": ("deployment",),
    "decisionRefBinding": ("deployment",),
    "async": ("false",),
}
# What changes neither the order of steps nor the data nor who may act, on any engine.
HARMLESS = frozenset(
    {
        "async",
        "asyncAfter",
        "asyncBefore",
        "asyncMultiInstance",
        "calledElementBinding",
        "decisionRefBinding",
        "diagramRelationId",
        "errorMessage",
        "exclusive",
        "failedJobRetryTimeCycle",
        "followUpDate",
        "formFieldValidation",
        "historyTimeToLive",
        "import",
        "isStartableInTasklist",
        "jobPriority",
        "metaData",
        "metadata",
        "modelerTemplate",
        "modelerTemplateIcon",
        "modelerTemplateVersion",
        "packageName",
        "priority",
        "properties",
        "taskPriority",
        "unitTests",
        "userTask",
        "version",
        "versionTag",
    }
)
