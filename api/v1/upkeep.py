"""Keeping cases running: another version, tokens moved by hand, a new beginning. For system administrators, mostly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response

from api.bodies import body
from api.contract import Answer, expected_version, look, perform
from api.errors import speaks_english
from api.schemas.fields import Reason
from api.schemas.processes import InstanceOut
from api.schemas.upkeep import MigrationIn, MigrationOut, ModificationIn, ModificationOut
from api.v1.noun import Noun
from api.v1.views import case_answer
from engine.bpmn.relocation import Displacement, Relocation
from engine.commands import instances, migration, modification
from engine.commands.migration import Migration
from engine.commands.modification import Modification
from engine.errors import Finding

blueprint = Noun("upkeep", "/api/v1/process-instances", "Vận hành hồ sơ quy trình")


@blueprint.at("/<instance_id>/migration", methods=["POST"])
@blueprint.takes(MigrationIn)
@blueprint.gives(200, MigrationOut)
def migrate(instance_id: str) -> Response:
    """Take a case over to another version: 409 naming what cannot be carried over. `dry_run` changes nothing."""
    given, expected, english = body(MigrationIn()), expected_version(), speaks_english()
    wanted = Migration(given["target_version"], given["mapping"], given["reason"])
    if given["dry_run"]:
        return look(lambda tx: _relocation(migration.plan(tx, instance_id, wanted), english=english, executed=False))
    return perform(
        lambda tx: _relocation(migration.migrate(tx, instance_id, wanted, expected), english=english, executed=True)
    )


@blueprint.at("/<instance_id>/modification", methods=["POST"])
@blueprint.takes(ModificationIn)
@blueprint.gives(200, ModificationOut)
def modify(instance_id: str) -> Response:
    """Take tokens away and let others arrive, with the reason. `dry_run` says where they would be."""
    given, expected = body(ModificationIn()), expected_version()
    moves = tuple((m["source"], m["target"]) for m in given["moves"])
    wanted = Displacement(moves, tuple(given["cancel"]), tuple(given["activate"]))
    if given["dry_run"]:
        return look(lambda tx: _modification(modification.foresee(tx, instance_id, wanted), executed=False))
    return perform(
        lambda tx: _modification(modification.modify(tx, instance_id, wanted, given["reason"], expected), executed=True)
    )


@blueprint.at("/<instance_id>/restart", methods=["POST"])
@blueprint.takes(Reason)
@blueprint.gives(201, InstanceOut)
def restart(instance_id: str) -> Response:
    """Begin an ended case anew with what it began with; the answer is the new case."""
    given, expected = body(Reason()), expected_version()
    return perform(lambda tx: case_answer(instances.restart(tx, instance_id, given["reason"], expected), 201))


def maps_json(maps: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Where the elements of a case go."""
    return [{"from": old, "to": new} for old, new in maps]


def refused_json(refused: Iterable[Finding], *, english: bool) -> list[dict[str, str]]:
    """What cannot be carried over, in one language."""
    return [
        {"element_id": f.element, "rule": f.rule, "message": f.message_en if english else f.message_vi} for f in refused
    ]


def _relocation(found: Relocation, *, english: bool, executed: bool) -> Answer:
    shown = {"maps": maps_json(found.maps), "refused": refused_json(found.refused, english=english)}
    return Answer(shown | {"executable": not found.refused, "executed": executed})


def _modification(done: Modification, *, executed: bool) -> Answer:
    return Answer({"before": _places(done.before), "after": _places(done.after), "executed": executed})


def _places(places: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"element_id": element, "state": state} for element, state in places]
