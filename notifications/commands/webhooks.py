"""The endpoints of other systems: adding, changing, a new secret, removing.

Rule: system administrators keep all of them, the head of an agency those of that agency; to everybody else they do
not exist. No command connects to anything: an address is judged whenever something is sent to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.access import Actor
from engine.commands.journal import record_system
from engine.errors import FieldProblem, ForbiddenError, InvalidDataError, NotFoundError, StaleVersionError
from engine.models.columns import new_id
from engine.models.notification import Webhook
from engine.queries.directory import require_agencies
from engine.runtime import Transaction
from notifications.channels.webhook.connection import Gate

BOTH_VALID_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Draft:
    """A webhook as it is asked for. No agency: all of them; no topics: every topic."""

    name: str
    url: str
    agency: str | None = None
    topics: tuple[str, ...] = ()


def add_webhook(tx: Transaction, draft: Draft, gate: Gate) -> Webhook:
    """A new endpoint. Raises ForbiddenError, and InvalidDataError for an address that `gate` would refuse."""
    if not keeps(tx.actor, draft.agency):
        raise ForbiddenError(
            "add-webhook",
            "Chỉ quản trị viên hệ thống, hoặc thủ trưởng cơ quan đối với cơ quan mình, được thực hiện việc này.",
            "Only a system administrator, or the head of that agency, may do this.",
        )
    _require_address(draft.url, gate)
    require_agencies(tx, {"agency": [draft.agency] if draft.agency else []})
    row = Webhook(
        id=new_id(),
        name=draft.name,
        url=draft.url,
        agency_code=draft.agency,
        topics=sorted(set(draft.topics)),
        active=True,
        disabled_reason=None,
        generation=1,
        previous_until=None,
        created_at=tx.now,
        created_by=tx.actor.person_id,
        version=1,
    )
    tx.session.add(row)
    record_system(tx, "webhook-added", {"webhook": row.id, "agency": row.agency_code, "topics": row.topics})
    return row


def change_webhook(
    tx: Transaction, webhook_id: str, changes: Mapping[str, Any], gate: Gate, expected: int | None = None
) -> Webhook:
    """Change `name`, `url`, `topics` or `active`; switching on forgets why it was off."""
    row = kept(tx, webhook_id, expected)
    if "url" in changes:
        _require_address(changes["url"], gate)
    for name, value in changes.items():
        setattr(row, name, sorted(set(value)) if name == "topics" else value)
    if changes.get("active"):
        row.disabled_reason = None
    row.version += 1
    record_system(tx, "webhook-changed", {"webhook": row.id, "changed": sorted(changes)})
    return row


def rotate_secret(tx: Transaction, webhook_id: str, expected: int | None = None) -> Webhook:
    """A new secret; for BOTH_VALID_FOR everything is signed with the former one as well."""
    row = kept(tx, webhook_id, expected)
    row.generation += 1
    row.previous_until = tx.now + BOTH_VALID_FOR
    row.version += 1
    record_system(tx, "webhook-secret-rotated", {"webhook": row.id, "generation": row.generation})
    return row


def remove_webhook(tx: Transaction, webhook_id: str, expected: int | None = None) -> None:
    """Forget an endpoint; what waits for it is cancelled."""
    row = kept(tx, webhook_id, expected)
    tx.session.delete(row)
    record_system(tx, "webhook-removed", {"webhook": webhook_id})


def kept(tx: Transaction, webhook_id: str, expected: int | None = None) -> Webhook:
    """A webhook that the actor keeps, locked. Raises NotFoundError, StaleVersionError."""
    row = tx.session.get(Webhook, webhook_id, with_for_update=True)
    if row is None or not keeps(tx.actor, row.agency_code):
        raise NotFoundError("webhook", webhook_id)
    if expected is not None and expected != row.version:
        raise StaleVersionError(expected, row.version)
    return row


def keeps(actor: Actor, agency: str | None) -> bool:
    """Whether the actor looks after webhooks of that agency (None: those for all of them)."""
    if actor.is_system or "sysadmin" in actor.roles:
        return True
    return agency is not None and actor.holds("agency_head", agency)


def _require_address(url: str, gate: Gate) -> None:
    if gate.problem(url) is not None:
        message_vi = "Địa chỉ phải có dạng https://tên-máy/…, cổng 443, không kèm tên đăng nhập."
        message_en = "It must be https://host/… on port 443, without credentials."
        raise InvalidDataError([FieldProblem("url", "address", message_vi, message_en)])
