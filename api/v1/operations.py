"""Work on many cases: ordering it, and seeing what became of each."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.bodies import arguments, body
from api.contract import Answer, look, perform
from api.errors import speaks_english
from api.pages import cursor_values, page
from api.schemas.fields import listing
from api.schemas.upkeep import BulkMigrationIn, ItemOut, ItemQuery, OperationOut
from api.v1.noun import Noun
from api.v1.upkeep import refused_json
from engine.commands import operations
from engine.commands.operations import BulkMigration
from engine.errors import Finding
from engine.models.operation import OperationItem
from engine.queries import operations as queries
from engine.queries.operations import Progress
from engine.runtime import Transaction

blueprint = Noun("operations", "/api/v1", "Thao tác hàng loạt")


@blueprint.at("/process-definitions/<key>/migrations", methods=["POST"])
@blueprint.takes(BulkMigrationIn)
@blueprint.gives(202, OperationOut)
def order_migration(key: str) -> Response:
    """Have all running cases of one version taken over to another one, case by case."""
    wanted = BulkMigration(key, **body(BulkMigrationIn()))

    def act(tx: Transaction) -> Answer:
        operation = operations.order_migration(tx, wanted)
        return Answer(_operation(queries.get(tx, operation.id)), 202)

    return perform(act)


@blueprint.at("/operations/<operation_id>", methods=["GET"])
@blueprint.gives(200, OperationOut)
def get_operation(operation_id: str) -> Response:
    """How far an operation is."""
    return look(lambda tx: Answer(_operation(queries.get(tx, operation_id))))


@blueprint.at("/operations/<operation_id>/items", methods=["GET"])
@blueprint.takes(ItemQuery, "query")
@blueprint.gives(200, listing(ItemOut))
def list_items(operation_id: str) -> Response:
    """What became of each case, by its id."""
    given, english = arguments(ItemQuery()), speaks_english()
    (after,) = cursor_values(given["cursor"], str) or ("",)

    def query(tx: Transaction) -> Answer:
        found = list(queries.items(tx, operation_id, given["state"], after, given["limit"] + 1))
        total = _total(queries.get(tx, operation_id), given["state"]) if given["total"] else None
        return page(found, given["limit"], lambda i: _item(i, english=english), lambda i: (i.instance_id,), total)

    return look(query)


def _operation(progress: Progress) -> dict[str, Any]:
    operation = progress.operation
    return {
        "id": operation.id,
        "kind": operation.kind,
        "process_key": operation.process_key,
        "state": "done" if progress.is_done else "running",
        "arguments": operation.arguments,
        "total": sum(progress.counts.values()),
        "counts": progress.counts,
        "created_at": operation.created_at,
        "created_by": operation.created_by,
        "finished_at": progress.finished_at,
    }


def _total(progress: Progress, state: str | None) -> int:
    return sum(progress.counts.values()) if state is None else progress.counts.get(state, 0)


def _item(item: OperationItem, *, english: bool) -> dict[str, Any]:
    refused = [Finding(**told) for told in item.result.get("refused", [])]
    return {
        "process_instance_id": item.instance_id,
        "state": item.state,
        "maps": item.result.get("maps", []),
        "refused": refused_json(refused, english=english),
        "executed": item.result.get("executed", False),
        "finished_at": item.finished_at,
    }
