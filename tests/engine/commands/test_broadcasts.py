"""Promises of signals: everybody who waits hears it, in the order of the cases' ids; who comes later does not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.access import SYSTEM, Actor
from engine.commands import broadcasts, deliveries, instances, messages
from engine.commands.broadcasts import Broadcast
from engine.models import Message
from engine.runtime import Engine, Transaction
from tests.engine.bpmn.drawing import node
from tests.engine.commands.exchanging import (
    begin,
    catching,
    deploy,
    line,
    of_process,
    signal,
    state,
    states,
    throwing,
    told,
    variables,
    where,
)

PERSON = Actor("person-1")


def test_a_signal_reaches_everybody_and_starts_every_process(engine: Engine) -> None:
    starts = [line(key, node("userTask", "n0"), start=signal("alarm")) for key in ("one", "two")]
    deploy(engine, catching("c", signal("alarm")), *starts)
    cases = [begin(engine, "c"), begin(engine, "c")]

    sent = engine.run(SYSTEM, broadcasts.broadcast, "alarm", {"level": 2})

    assert sent == Broadcast(2, 2)
    assert [where(engine, case.id) for case in cases] == [["n1"], ["n1"]]
    assert [variables(engine, case.id) for case in cases] == [{"level": 2}] * 2
    assert [len(of_process(engine, key)) for key in ("one", "two")] == [1, 1]
    assert [told(engine, case.id, "signal-received") for case in cases] == [1, 1]


def test_a_thrown_signal_reaches_other_cases(engine: Engine) -> None:
    deploy(engine, catching("c", signal("alarm")), throwing("t", signal("alarm")))
    cases = [begin(engine, "c"), begin(engine, "c")]

    sender = begin(engine, "t")

    assert [where(engine, case.id) for case in cases] == [["n1"], ["n1"]]
    assert told(engine, sender.id, "signal-sent") == 1


def test_who_waits_later_does_not_hear_it(engine: Engine) -> None:
    deploy(engine, catching("c", signal("alarm")))
    engine.run(SYSTEM, broadcasts.broadcast, "alarm", {})

    case = begin(engine, "c")

    assert where(engine, case.id) == ["n0"]


def test_cases_are_locked_in_the_order_of_their_ids(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(engine, catching("c", signal("alarm")))
    cases = sorted(begin(engine, "c").id for _ in range(5))
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "settle", lambda tx: None)
        engine.run(SYSTEM, broadcasts.broadcast, "alarm", {})
    due = engine.read(SYSTEM, messages.due, 100)

    for message_id in due:
        deliveries.deliver_one(engine, message_id, waits_for_others=False)

    query = select(Message.id, Message.delivered_to)
    taken = dict(engine.read(SYSTEM, lambda tx: [(i, case) for i, case in tx.session.execute(query)]))
    assert [taken[message_id] for message_id in due] == cases


def test_one_case_that_fails_holds_up_no_other(engine: Engine) -> None:
    script = node("scriptTask", "n1", "<bpmn:script>y = 1 / x</bpmn:script>", 'scriptFormat="feel"')
    deploy(engine, line("c", node("intermediateCatchEvent", "n0", signal("alarm")), script))
    cases = [begin(engine, "c", x=x) for x in (1, 0, 1)]

    engine.run(SYSTEM, broadcasts.broadcast, "alarm", {})

    assert [state(engine, case.id) for case in cases] == ["completed", "incident", "completed"]


def test_a_case_that_was_cancelled_in_between_has_missed_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(engine, catching("c", signal("alarm")))
    case = begin(engine, "c")
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "settle", lambda tx: None)
        engine.run(SYSTEM, broadcasts.broadcast, "alarm", {})
    engine.run(SYSTEM, instances.cancel, case.id, "thử")

    assert deliveries.deliver_due(engine) == 0

    assert states(engine) == ["expired"]


def test_a_person_reaches_only_what_they_see(engine: Engine) -> None:
    starters = 'camunda:candidateStarterGroups="city_office@vpub"'
    start = line("started", node("userTask", "n0"), start=signal("alarm"), attributes=starters)
    deploy(engine, catching("c", signal("alarm")), start)
    own, other = begin(engine, "c", PERSON), begin(engine, "c", Actor("person-2"))

    sent = engine.run(PERSON, broadcasts.broadcast, "alarm", {})

    assert sent == Broadcast(1, 0)
    assert (where(engine, own.id), where(engine, other.id)) == (["n1"], ["n0"])
