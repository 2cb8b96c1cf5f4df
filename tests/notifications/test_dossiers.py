"""Dossiers: whoever proposed is told what became of it, and why; whoever has it in hand too long hears of that."""

from __future__ import annotations

from engine import signals
from engine.commands.case import Case
from engine.handlers import awards, dossier_content
from engine.runtime import Engine, Transaction
from notifications.wording import section
from tests.commending import DossierScene
from tests.installed import COMMUNE
from tests.notifications.outgoing import OFFICER, Kept, messages, postman, reachable


def test_a_refusal_reaches_its_agency_with_the_reason(installed: Engine) -> None:
    scene, kept = DossierScene(installed), Kept()
    reachable(installed, OFFICER, "can-bo@thachthat.example")
    scene.hand_in()

    scene.act(scene.leader, dossier_content.refused, comment="Thành tích chưa rõ.")
    postman(installed, kept).deliver_due()

    told = [row for row in messages(installed, channel="inbox") if row.topic == "dossier-decided"]
    assert sorted(row.recipient for row in told) == [f"agency_head@{COMMUNE}", f"agency_officer@{COMMUNE}"]
    (mail,) = [message for message in kept.taken if message.topic == "dossier-decided"]
    (letter,) = mail.letters
    said = section(letter.topic, letter.payload, letter.facts, "vi")
    assert "Lý do: Thành tích chưa rõ." in said.paragraphs
    assert "Thành tích chưa rõ." not in str([row.payload for row in told])


def test_an_award_reaches_its_agency_once(installed: Engine) -> None:
    scene = DossierScene(installed)
    scene.hand_in()

    scene.act(scene.leader, awards.decided, doc_number="1/QĐ-UBND")

    told = [row for row in messages(installed, channel="inbox") if row.topic == "dossier-decided"]
    assert {row.payload["outcome"] for row in told} == {"decided"}
    assert len(told) == 2


def test_a_dossier_that_waits_too_long_is_told_to_who_has_it(installed_sqlite: Engine) -> None:
    scene = DossierScene(installed_sqlite)

    def late(tx: Transaction, case: Case) -> None:
        found = dossier_content.dossier_of(tx, case)
        signals.dossier_overdue.send(tx, case=case, dossier=found, element_id="trial")

    scene.act(scene.secretary, late)

    told = [row for row in messages(installed_sqlite, channel="inbox") if row.topic == "dossier-overdue"]
    assert sorted(row.recipient for row in told) == ["commendation_aggregator@skhcn", "council_secretary@snv"]
