"""Promises of the evidence bundle: whole, checkable with nothing but its own bytes, and for inspectors alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from engine.audit.chain import commitment, link
from engine.queries import bundle
from tests.api.web import HEAD, OFFICER, PROPOSAL, STRANGER, Web, engine_of
from tests.installed import actor

Enter = Callable[[str], Web]
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def case(web: Enter) -> str:
    """A case with a file, a remark and a few steps."""
    officer = web(OFFICER)
    found: str = officer.start()["id"]
    task = officer.task(found)["id"]
    officer.send("POST", f"/tasks/{task}/attachments", data={"file": (BytesIO(PDF), "Biên bản.pdf")})
    officer.post(f"/tasks/{task}/comments", {"text": "Đã có bản giấy."})
    officer.complete(found, "propose", **PROPOSAL)
    return found


def opened(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_its_history_is_verified_with_nothing_but_its_own_bytes(web: Enter, case: str) -> None:
    held = opened(web("auditor").get(f"/process-instances/{case}/evidence").data)
    told: dict[str, Any] = orjson.loads(held["case.json"])

    head = b""
    for line in held["history.jsonl"].splitlines():
        event = orjson.loads(line)
        head = link(head, event["canonical"].encode())
        assert event["hash"] == head.hex()
        if event["data"] is not None:
            digest = commitment(bytes.fromhex(event["salt"]), event["data"].encode())
            assert digest in event["canonical"]

    assert head.hex() == told["audit_head"]
    assert orjson.loads(held["verification.json"])["sound"] is True


def test_it_holds_all_that_the_manifest_names(web: Enter, case: str) -> None:
    held = opened(web(HEAD).get(f"/process-instances/{case}/evidence").data)
    manifest = orjson.loads(held["manifest.json"])["files"]

    assert {one["name"]: one["sha256"] for one in manifest} == {
        name: hashlib.sha256(content).hexdigest() for name, content in held.items() if name != "manifest.json"
    }
    assert PDF in held.values() and "Đã có bản giấy." in held["comments.jsonl"].decode()
    assert any(name.startswith("processes/task_lifecycle-1") for name in held)


def test_what_is_too_large_is_named_with_its_digest(web: Enter, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", len(PDF) - 1)

    held = opened(web("auditor").get(f"/process-instances/{case}/evidence").data)

    (left,) = [one for one in orjson.loads(held["manifest.json"])["files"] if "left_out" in one]
    assert (left["left_out"], left["sha256"]) == ("too-large", hashlib.sha256(PDF).hexdigest())
    assert left["name"] not in held


def test_only_inspectors_and_managers_take_it(web: Enter, case: str) -> None:
    assert web(OFFICER).get(f"/process-instances/{case}/evidence").status_code == 403
    assert web(STRANGER).get(f"/process-instances/{case}/evidence").status_code == 404
    assert web("sysadmin").get(f"/process-instances/{case}/evidence").status_code == 404


def test_taking_it_holds_up_nobody(web: Enter, case: str) -> None:
    web("auditor").get(f"/process-instances/{case}/evidence")

    who = actor(engine_of(web(OFFICER).app), OFFICER)
    assert engine_of(web(OFFICER).app).run(who, lambda tx: tx.actor.person_id) == who.person_id
