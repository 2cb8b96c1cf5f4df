"""Keeping a case running: its incidents, stopping it, moving its tokens, taking it over to another version.

Rule: what changes a case is first shown as it would be, then done on a second word, to the very case that was shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request

from api.web import refusals
from api.web.door import change, onward, page, read, text
from api.web.given import given, is_confirmed, number, reason
from engine import access
from engine.bpmn.relocation import Displacement
from engine.commands import definitions, incidents, instances, migration, modification, retries
from engine.commands.case import Case
from engine.commands.migration import Migration
from engine.errors import ConflictError, EngineError, FieldProblem, InvalidDataError, ProcessError
from engine.queries import diagrams
from engine.queries import incidents as queries
from engine.queries.diagrams import Diagram
from engine.queries.incidents import IncidentFilter
from engine.queries.upkeep import Upkeep, of_case
from engine.runtime import Transaction

blueprint = Blueprint("upkeep", __name__)

_ONE = "/process-instances/<instance_id>/upkeep"
_MANY = 200
_TURNS: Mapping[str, Callable[[Transaction, str, str, int | None], Case]] = {
    "suspend": instances.suspend,
    "resume": instances.resume,
    "cancel": instances.cancel,
    "restart": instances.restart,
}
_REFUSED = (InvalidDataError, ConflictError, ProcessError)
_MAPPED = "map."


@blueprint.get("/incidents")
def failed() -> str:
    """The incidents of the cases that the reader keeps running: those that are open, or all."""
    wanted = IncidentFilter(state=None if text("all") else "open")

    def query(tx: Transaction) -> str:
        found = queries.page(tx, wanted, limit=_MANY)
        return page("incidents.html", found=found, wanted=wanted, keeps_all=access.keeps_cases(tx.actor))

    return read(query)


@blueprint.get(_ONE)
def shown(instance_id: str) -> str:
    """Where the case stands, what failed, and what the reader may do."""
    return read(lambda tx: _page(tx, instance_id, None))


@blueprint.post(f"{_ONE}/incidents/<incident_id>/retry")
def retry(instance_id: str, incident_id: str) -> Response | tuple[str, int]:
    """Try again what failed. Should it fail again, nothing of it remains."""
    return _done(instance_id, lambda: change(lambda tx: retries.retry(tx, incident_id)), "retried")


@blueprint.post(f"{_ONE}/incidents/<incident_id>/resolve")
def resolve(instance_id: str, incident_id: str) -> Response | tuple[str, int]:
    """Declare that nothing needs to be tried again."""
    return _done(
        instance_id, lambda: change(lambda tx: incidents.resolve(tx, incident_id, reason())), "resolved-incident"
    )


@blueprint.post(f"{_ONE}/turn")
def turn(instance_id: str) -> str | Response | tuple[str, int]:
    """Stop the case, let it go on, end it or begin it anew, once it was shown what that means."""
    verb = given("verb")
    if verb not in _TURNS:
        raise InvalidDataError([FieldProblem("verb", "unknown", "Không có thao tác này.", "There is no such action.")])
    try:
        why = reason()
        if not is_confirmed():
            return read(lambda tx: _preview(of_case(tx, instance_id), verb, why))
        case = change(lambda tx: _TURNS[verb](tx, instance_id, why, number("expected")))
    except _REFUSED as error:
        return _again(instance_id, error)
    return onward("pages.upkeep.shown", verb, instance_id=case.id)


@blueprint.post(f"{_ONE}/move")
def move(instance_id: str) -> str | Response | tuple[str, int]:
    """Move tokens by hand, once it was shown where they would be."""
    try:
        wanted, why = _displacement(), reason()
        if not is_confirmed():
            return read(lambda tx: _preview_of_move(tx, instance_id, wanted, why))
        change(lambda tx: modification.modify(tx, instance_id, wanted, why, number("expected")))
    except _REFUSED as error:
        return _again(instance_id, error)
    return onward("pages.upkeep.shown", "moved", instance_id=instance_id)


@blueprint.post(f"{_ONE}/migrate")
def migrate(instance_id: str) -> str | Response | tuple[str, int]:
    """Take the case over to another version, once it was shown what becomes of each of its tokens."""
    try:
        wanted = Migration(number("target_version") or 0, _mapping(), reason())
        if not is_confirmed():
            return read(lambda tx: _preview_of_migration(tx, instance_id, wanted))
        change(lambda tx: migration.migrate(tx, instance_id, wanted, number("expected")))
    except _REFUSED as error:
        return _again(instance_id, error)
    return onward("pages.upkeep.shown", "migrated", instance_id=instance_id)


def _done(instance_id: str, act: Callable[[], Any], note: str) -> Response | tuple[str, int]:
    try:
        act()
    except _REFUSED as error:
        return _again(instance_id, error)
    return onward("pages.upkeep.shown", note, instance_id=instance_id)


def _again(instance_id: str, error: EngineError) -> tuple[str, int]:
    """The page once more, with what is wrong."""
    message = refusals.told(error)
    return read(lambda tx: _page(tx, instance_id, message)), 422 if isinstance(error, InvalidDataError) else 409


def _page(tx: Transaction, instance_id: str, problem: str | None) -> str:
    upkeep = of_case(tx, instance_id)
    standing = Counter(element for element, _ in upkeep.case.tokens)
    return page(
        "upkeep.html",
        upkeep=upkeep,
        case=upkeep.case,
        standing=standing,
        places=_places(upkeep),
        drawn=_live(diagrams.drawn(tx, upkeep.case, standing, {})),
        typed=request.form,
        problem=problem,
    )


def _places(upkeep: Upkeep) -> list[Any]:
    """Where a token may be sent: the steps, by name."""
    return sorted(upkeep.elements.values(), key=lambda one: (one.name == "", one.name, one.id))


def _preview(upkeep: Upkeep, verb: str, why: str) -> str:
    return page("upkeep_turn.html", upkeep=upkeep, case=upkeep.case, verb=verb, reason=why)


def _preview_of_move(tx: Transaction, instance_id: str, wanted: Displacement, why: str) -> str:
    found, upkeep = modification.foresee(tx, instance_id, wanted), of_case(tx, instance_id)
    return page(
        "upkeep_move.html",
        upkeep=upkeep,
        case=upkeep.case,
        before=Counter(element for element, _ in found.before),
        after=(after := Counter(element for element, _ in found.after)),
        drawn=_live(diagrams.drawn(tx, upkeep.case, after, {})),
        reason=why,
    )


def _preview_of_migration(tx: Transaction, instance_id: str, wanted: Migration) -> str:
    found, upkeep = migration.plan(tx, instance_id, wanted), of_case(tx, instance_id)
    target = definitions.version_of(tx, upkeep.case.process_key, wanted.target_version)
    elements = definitions.compiled(tx, target.id).elements
    lost = [one.element for one in found.refused if one.element in upkeep.elements]
    return page(
        "upkeep_migrate.html",
        upkeep=upkeep,
        case=upkeep.case,
        target=target,
        found=found,
        elements=elements,
        open_ends=_open_ends(found.maps, wanted.mapping, lost),
        choices=sorted((one for one in elements.values() if one.name), key=lambda one: one.name),
        drawn=_live(diagrams.on_version(tx, target.id, Counter(new for _, new in found.maps), {})),
        wanted=wanted,
    )


def _live(drawn: Sequence[Diagram]) -> list[Diagram]:
    """The diagrams on which a token stands; the first one where there is none."""
    return [one for one in drawn if one.is_live] or list(drawn[:1])


def _open_ends(maps: Iterable[tuple[str, str]], mapping: Mapping[str, str], lost: Iterable[str]) -> dict[str, str]:
    """What may be sent elsewhere: each live element, and what has no place yet, with where it is to go."""
    return {**dict(maps), **{element: mapping.get(element, "") for element in lost}, **mapping}


def _displacement() -> Displacement:
    source, target = given("source", 255), given("target", 255)
    if source and target:
        return Displacement(moves=((source, target),))
    if source or target:
        return Displacement(cancel=(source,) if source else (), activate=(target,) if target else ())
    raise InvalidDataError(
        [FieldProblem("source", "required", "Hãy chọn bước đi, bước đến, hoặc cả hai.", "Choose where from or to.")]
    )


def _mapping() -> dict[str, str]:
    """The elements that are to become another one, as chosen in the preview."""
    fields = ((name.removeprefix(_MAPPED), given(name, 255)) for name in request.form if name.startswith(_MAPPED))
    return {old: new for old, new in fields if new and new != old}
