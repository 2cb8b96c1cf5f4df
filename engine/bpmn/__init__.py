"""Reading and running BPMN diagrams.

Rule: this package alone imports SpiffWorkflow, which reads and judges a diagram at deployment; its exceptions never
leave it. Cases are run by tokens over our own network (docs/decisions/0002-token-engine.md).
"""
