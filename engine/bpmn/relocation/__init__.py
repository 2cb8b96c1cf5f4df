"""Moving the tokens of a running case otherwise than its diagram does: to another version of it, or by hand.

Rule: what is live keeps its id; what has no place where it is to go is refused by name, and then nothing is moved.
"""

from engine.bpmn.relocation.displacement import Displacement, displace, foresee
from engine.bpmn.relocation.judgement import plan
from engine.bpmn.relocation.movement import Carried, rehearse, relocate
from engine.bpmn.relocation.versions import Relocation, Versions

__all__ = ["Carried", "Displacement", "Relocation", "Versions", "displace", "foresee", "plan", "rehearse", "relocate"]
