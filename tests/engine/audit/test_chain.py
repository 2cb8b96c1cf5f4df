"""Promises of the hash chain: every change of a past event is found, and the first bad one is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.access import Actor, Grant
from engine.audit.chain import GENESIS, Chain, Happening, canonical_json
from engine.audit.verify import first_fault
from engine.models import AuditEvent

ACTOR = Actor("an", "acc", (Grant("agency_officer", "c-thach-that"),), request_id="r-1")
AT = datetime(2026, 2, 17, 1, 0, tzinfo=UTC)


def chain_of(length: int) -> tuple[list[AuditEvent], tuple[int, bytes]]:
    """A chain of that many events and its head."""
    chain = Chain("instance-1", 0, GENESIS, simulated=False)
    happenings = [Happening("element-completed", "propose", None, {"note": f"Ý kiến {i}"}) for i in range(length)]
    rows = [AuditEvent(**chain.append(ACTOR, AT, h)) for h in happenings]
    return rows, (chain.seq, chain.head)


def test_an_untouched_chain_verifies() -> None:
    rows, head = chain_of(5)

    assert first_fault("instance-1", rows, head) is None


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("canonical", b'{"seq":3}', "hash-differs"),
        ("hash", b"x" * 32, "hash-differs"),
        ("type", "element-cancelled", "columns-differ"),
        ("actor_id", "binh", "columns-differ"),
        ("element_id", "approve", "columns-differ"),
        ("at", datetime(2026, 2, 18, tzinfo=UTC), "columns-differ"),
        ("data", '{"note":"khác"}', "data-differs"),
        ("data", None, "data-missing"),
    ],
)
def test_a_changed_event_is_named(column: str, value: Any, reason: str) -> None:
    rows, head = chain_of(5)
    setattr(rows[2], column, value)

    fault = first_fault("instance-1", rows, head)

    assert fault is not None
    assert (fault.seq, fault.reason) == (3, reason)


def test_a_removed_event_is_named() -> None:
    rows, head = chain_of(5)

    fault = first_fault("instance-1", [*rows[:2], *rows[3:]], head)

    assert fault is not None
    assert (fault.seq, fault.reason) == (3, "gap")


def test_a_cut_tail_is_named() -> None:
    rows, head = chain_of(5)

    fault = first_fault("instance-1", rows[:3], head)

    assert fault is not None
    assert (fault.seq, fault.reason) == (4, "tail-missing")


def test_the_chained_part_holds_no_payload() -> None:
    rows, _ = chain_of(1)

    assert "Ý kiến".encode() not in rows[0].canonical


def test_canonical_json_is_sorted_compact_and_keeps_vietnamese_letters() -> None:
    assert canonical_json({"b": 1, "a": "Nguyễn"}) == '{"a":"Nguyễn","b":1}'.encode()
