"""The one condition that keeps cases out of sight, for every list and every look-up.

Rule: it goes into the SQL, so that counts, pages and filters obey it too.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true

from engine.access import Actor
from engine.models.instance import InstanceParty, ProcessInstance


def sees_instance(actor: Actor) -> ColumnElement[bool]:
    """True for the rows of `process_instance` that the actor may know of (as `access.sees_case` says)."""
    if actor.reads_all_cases:
        return true()
    party = (
        select(InstanceParty.instance_id)
        .where(InstanceParty.instance_id == ProcessInstance.id, InstanceParty.party.in_(sorted(actor.parties)))
        .exists()
    )
    return party | (ProcessInstance.started_by == actor.person_id)
