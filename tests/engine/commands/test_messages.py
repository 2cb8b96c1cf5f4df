"""Promises of messages: one receiver or none; nothing lost, nothing twice; out of reach is out of sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.access import SYSTEM, Actor, Grant
from engine.commands import deliveries, incidents, instances, messages, retries, tasks
from engine.commands.case import lock_case
from engine.commands.messages import Posted
from engine.errors import AmbiguousMessageError, InvalidDataError, NotFoundError
from engine.models import SYSTEM_STREAM, AuditEvent, EventSubscription, Incident, Message, UserTask
from engine.runtime import Engine, Transaction
from tests.conftest import MovableClock
from tests.engine.bpmn.drawing import node
from tests.engine.commands.exchanging import (
    begin,
    catching,
    deploy,
    drawn,
    line,
    message,
    of_process,
    state,
    states,
    throwing,
    told,
    variables,
    where,
)

PERSON, STRANGER = Actor("person-1"), Actor("person-2")
OFFICER = Actor("person-6", grants=(Grant("agency_officer", "c-thach-that"),))
AUDITOR = Actor("person-3", grants=(Grant("auditor", None),))
SYSADMIN = Actor("person-4", grants=(Grant("sysadmin", None),))
NOT_POSTED = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="posted" value="false"/></camunda:properties>'
    "</bpmn:extensionElements>"
)


@contextmanager
def killed_after_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is to be done after a commit is not done, as if the process had been killed there."""
    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "settle", lambda tx: None)
        yield


def post(engine: Engine, name: str, who: Actor = SYSTEM, **facts: Any) -> messages.Published:
    """Publish a message."""
    return engine.run(who, messages.publish, Posted(name, **facts))


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do things at the same time, in a thread each."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]


def subscriptions(engine: Engine) -> int:
    """How many subscriptions there are."""
    return engine.read(SYSTEM, lambda tx: len(tx.session.scalars(select(EventSubscription)).all()))


def finish(engine: Engine, instance_id: str) -> None:
    """Complete the open task of an instance."""
    query = select(UserTask.id).where(UserTask.instance_id == instance_id, UserTask.state == "open")
    task_id = engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())
    engine.run(OFFICER, tasks.complete, task_id, {})


def test_a_message_reaches_the_one_that_waits_for_it(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c")

    published = post(engine, "order", variables={"quantity": 3})

    assert (published.state, published.instance_id) == ("delivered", case.id)
    assert where(engine, case.id) == ["n1"]
    assert variables(engine, case.id) == {"quantity": 3}
    assert told(engine, case.id, "message-received") == 1
    assert subscriptions(engine) == 0


def test_the_business_key_chooses_the_receiver(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    first, second = begin(engine, "c", business_key="A-1"), begin(engine, "c", business_key="A-2")

    post(engine, "order", business_key="A-2")

    assert (where(engine, first.id), where(engine, second.id)) == (["n0"], ["n1"])


@pytest.mark.parametrize("carried", [{"correlation": 7}, {"correlation": 7.0, "more": "x"}, 7], ids=str)
def test_what_a_subscription_demands_must_be_carried(engine: Engine, carried: Any) -> None:
    deploy(engine, catching("c", message("order"), "number"))
    seven, eight = begin(engine, "c", number=7), begin(engine, "c", number=8)

    post(engine, "order", correlation=carried)

    assert (where(engine, seven.id), where(engine, eight.id)) == (["n1"], ["n0"])


@pytest.mark.parametrize("carried", [None, {}, {"correlation": "7"}, {"other": 7}, True], ids=str)
def test_a_message_that_carries_less_or_another_value_does_not_fit(engine: Engine, carried: Any) -> None:
    deploy(engine, catching("c", message("order"), "number"))
    case = begin(engine, "c", number=7)

    assert post(engine, "order", correlation=carried).state == "buffered"
    assert where(engine, case.id) == ["n0"]


def test_too_many_correlation_properties_are_refused(sqlite_engine: Engine) -> None:
    with pytest.raises(InvalidDataError):
        post(sqlite_engine, "order", correlation={str(n): n for n in range(9)})


def test_more_than_one_that_waits_is_a_conflict_and_reaches_nobody(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    cases = [begin(engine, "c"), begin(engine, "c")]

    with pytest.raises(AmbiguousMessageError) as refused:
        post(engine, "order")

    assert refused.value.count == 2
    assert [where(engine, case.id) for case in cases] == [["n0"], ["n0"]]
    assert [state(engine, case.id) for case in cases] == ["active", "active"]
    assert states(engine) == []


def test_a_diagram_that_throws_to_more_than_one_is_an_incident_of_its_own(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")), throwing("t", message("order")))
    cases = [begin(engine, "c"), begin(engine, "c")]

    sender = begin(engine, "t")

    assert state(engine, sender.id) == "incident"
    assert [state(engine, case.id) for case in cases] == ["active", "active"]
    assert states(engine) == ["ambiguous"]
    assert told(engine, sender.id, "message-ambiguous") == 1


def test_nobody_waits_so_the_message_waits(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    assert post(engine, "order", variables={"quantity": 3}).state == "buffered"

    case = begin(engine, "c")

    assert where(engine, case.id) == ["n1"]
    assert variables(engine, case.id) == {"quantity": 3}
    assert states(engine) == ["delivered"]


def test_of_several_that_wait_the_oldest_is_taken_first(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, catching("c", message("order")))
    for number in (1, 2):
        post(engine, "order", variables={"number": number})
        clock.forward(timedelta(seconds=1))

    cases = [begin(engine, "c"), begin(engine, "c")]

    assert [variables(engine, case.id)["number"] for case in cases] == [1, 2]


def test_a_message_waits_no_longer_than_its_time_to_live(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, catching("c", message("order")))
    post(engine, "order", time_to_live="PT10M")
    post(engine, "order")
    clock.forward(timedelta(minutes=11))
    deliveries.deliver_due(engine)
    assert sorted(states(engine)) == ["expired", "waiting"]
    clock.forward(timedelta(minutes=50))

    case = begin(engine, "c")

    assert where(engine, case.id) == ["n0"]
    assert states(engine) == ["expired", "expired"]


def test_a_message_that_nothing_tried_in_its_time_has_its_first_try(
    engine: Engine, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(engine, line("started", node("userTask", "n0"), start=message("order")), throwing("t", message("order")))
    with killed_after_commit(monkeypatch):
        begin(engine, "t")
    clock.forward(timedelta(hours=9))

    deliveries.deliver_due(engine)

    assert len(of_process(engine, "started")) == 1


def test_a_message_outlives_its_time_for_a_case_at_rest(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c")
    engine.run(SYSTEM, instances.suspend, case.id, "thử")
    post(engine, "order")
    clock.forward(timedelta(hours=9))
    deliveries.deliver_due(engine)
    engine.run(SYSTEM, instances.resume, case.id, "thử")
    clock.forward(timedelta(minutes=1))

    deliveries.deliver_due(engine)

    assert where(engine, case.id) == ["n1"]


def test_a_thrown_message_waits_no_longer_than_an_hour(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, catching("c", message("order")), throwing("t", message("order")))
    begin(engine, "t")
    clock.forward(timedelta(minutes=61))

    case = begin(engine, "c")

    assert (where(engine, case.id), states(engine)) == (["n0"], ["expired"])


def test_a_message_that_may_not_wait_is_not_found_a_receiver(sqlite_engine: Engine) -> None:
    with pytest.raises(NotFoundError):
        post(sqlite_engine, "order", time_to_live="PT0S")

    assert states(sqlite_engine) == []


@pytest.mark.parametrize("text", ["1h", "PT", "P31D", "P2M", "-PT1H"])
def test_a_time_to_live_that_says_no_time_is_refused(sqlite_engine: Engine, text: str) -> None:
    with pytest.raises(InvalidDataError):
        post(sqlite_engine, "order", time_to_live=text)


def test_settled_messages_are_forgotten_after_a_week(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, catching("c", message("order")))
    post(engine, "order")
    begin(engine, "c")
    clock.forward(timedelta(days=8))

    engine.run(SYSTEM, messages.forget_old)

    assert states(engine) == []


def test_a_message_starts_the_process_that_begins_with_it(engine: Engine) -> None:
    deploy(engine, line("started", node("userTask", "n0"), start=message("order")))

    published = post(engine, "order", PERSON, business_key="A-1", variables={"quantity": 3})

    (case,) = of_process(engine, "started")
    assert (published.state, published.instance_id) == ("started", case.id)
    assert (case.business_key, case.variables, case.started_by) == ("A-1", {"quantity": 3}, "person-1")
    assert where(engine, case.id) == ["n0"]


def test_what_is_posted_must_fit_the_form_of_the_start_event(engine: Engine) -> None:
    field = '<camunda:formField id="quantity" label="Số lượng" type="long"/>'
    form = f"<bpmn:extensionElements><camunda:formData>{field}</camunda:formData></bpmn:extensionElements>"
    deploy(engine, line("started", node("userTask", "n0"), start=form + message("order")))

    with pytest.raises(InvalidDataError) as refused:
        post(engine, "order", PERSON, variables={"quantity": "many", "approved": True})

    assert {p.field for p in refused.value.problems} == {"quantity", "approved"}
    assert post(engine, "order", PERSON, variables={"quantity": 3}).state == "started"


def test_whoever_waits_comes_before_what_begins(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")), line("started", node("userTask", "n0"), start=message("order")))
    begin(engine, "c")

    assert [post(engine, "order").state for _ in range(2)] == ["delivered", "started"]


def test_two_processes_that_begin_with_it_are_a_conflict(engine: Engine) -> None:
    deploy(engine, *(line(key, node("userTask", "n0"), start=message("order")) for key in ("one", "two")))

    with pytest.raises(AmbiguousMessageError):
        post(engine, "order")

    assert (of_process(engine, "one"), of_process(engine, "two")) == ([], [])


def test_a_process_that_begins_with_a_message_only_cannot_be_started_by_hand(engine: Engine) -> None:
    deploy(engine, line("started", node("userTask", "n0"), start=message("order")))

    with pytest.raises(InvalidDataError):
        begin(engine, "started", PERSON)


def test_cases_talk_to_each_other(engine: Engine) -> None:
    asks = line(
        "asks",
        node("intermediateThrowEvent", "n0", message("order")),
        node("receiveTask", "n1", "", 'messageRef="m_reply"'),
    )
    answers = line(
        "answers",
        node("userTask", "n0"),
        node("intermediateThrowEvent", "n1", message("reply")),
        start=message("order"),
    )
    deploy(engine, asks, answers)

    pairs = [begin(engine, "asks", PERSON, business_key=key, topic=key) for key in ("A-1", "A-2")]
    second = next(case for case in of_process(engine, "answers") if case.business_key == "A-2")
    finish(engine, second.id)

    assert [state(engine, case.id) for case in pairs] == ["active", "completed"]
    assert second.started_by == "person-1"
    assert told(engine, pairs[1].id, "message-sent") == 1
    assert told(engine, pairs[1].id, "message-received") == 1


def test_a_process_killed_after_its_commit_loses_no_message(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(engine, catching("c", message("order")), throwing("t", message("order")))
    case = begin(engine, "c")
    with killed_after_commit(monkeypatch):
        begin(engine, "t")
    assert (where(engine, case.id), states(engine)) == (["n0"], ["waiting"])

    assert deliveries.deliver_due(engine) == 1

    assert (where(engine, case.id), states(engine)) == (["n1"], ["delivered"])
    assert deliveries.deliver_due(engine) == 0


def test_a_wait_whose_process_was_killed_is_served_within_a_minute(
    engine: Engine, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(engine, catching("c", message("order")))
    post(engine, "order")
    with killed_after_commit(monkeypatch):
        case = begin(engine, "c")
    clock.forward(timedelta(minutes=1))

    assert deliveries.deliver_due(engine) == 1

    assert where(engine, case.id) == ["n1"]


def test_two_workers_deliver_a_message_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(engine, line("started", node("userTask", "n0"), start=message("order")), throwing("t", message("order")))
    with killed_after_commit(monkeypatch):
        begin(engine, "t")
    (message_id,) = engine.read(SYSTEM, messages.due, 10)

    done = together(*[lambda: deliveries.deliver_one(engine, message_id, waits_for_others=False)] * 4)

    assert sorted(done) == [False, False, False, True]
    assert len(of_process(engine, "started")) == 1


def test_one_wait_takes_one_of_two_messages_at_once(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c")

    done = together(*[lambda: post(engine, "order").state] * 2)

    assert sorted(done) == ["buffered", "delivered"]
    assert told(engine, case.id, "message-received") == 1


def test_a_message_and_a_wait_at_once_find_each_other(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))

    for _ in range(5):
        _, case = together(lambda: post(engine, "order"), lambda: begin(engine, "c"))
        assert where(engine, case.id) == ["n1"]


def test_a_cancelled_case_gets_no_message(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c")
    engine.run(SYSTEM, instances.cancel, case.id, "thử")

    assert post(engine, "order").state == "buffered"
    assert subscriptions(engine) == 0


def test_a_case_that_ends_waits_for_nothing_more(engine: Engine) -> None:
    nodes = [
        node("startEvent", "s"),
        node("userTask", "n0"),
        node("boundaryEvent", "b", message("order"), 'attachedToRef="n0" cancelActivity="false"'),
        node("endEvent", "e"),
        node("endEvent", "be"),
    ]
    deploy(engine, drawn("c", nodes, [("s", "n0"), ("n0", "e"), ("b", "be")]))
    case = begin(engine, "c")
    assert post(engine, "order").state == post(engine, "order").state == "delivered"

    finish(engine, case.id)

    assert (state(engine, case.id), subscriptions(engine)) == ("completed", 0)


def test_a_suspended_case_gets_its_message_when_it_goes_on(engine: Engine, clock: MovableClock) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c")
    engine.run(SYSTEM, instances.suspend, case.id, "thử")
    assert post(engine, "order").state == "buffered"
    engine.run(SYSTEM, instances.resume, case.id, "thử")
    clock.forward(timedelta(minutes=1))

    deliveries.deliver_due(engine)

    assert where(engine, case.id) == ["n1"]


def test_a_receiver_that_cannot_go_on_is_an_incident_and_keeps_the_message(engine: Engine) -> None:
    script = node("scriptTask", "n1", "<bpmn:script>y = 1 / x</bpmn:script>", 'scriptFormat="feel"')
    deploy(
        engine,
        line("c", node("intermediateCatchEvent", "n0", message("order")), script),
        throwing("t", message("order")),
    )
    case = begin(engine, "c", x=0)

    sender = begin(engine, "t")

    assert (state(engine, case.id), state(engine, sender.id)) == ("incident", "active")
    assert states(engine) == ["waiting"]


def test_a_case_out_of_sight_is_as_if_it_did_not_wait(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c", PERSON)

    assert post(engine, "order", STRANGER).state == "buffered"
    deliveries.deliver_due(engine)

    assert where(engine, case.id) == ["n0"]


def test_an_auditor_sees_a_case_and_hands_it_nothing(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c", PERSON)

    assert post(engine, "order", AUDITOR).state == "buffered"
    assert where(engine, case.id) == ["n0"]


@pytest.mark.parametrize("who", [PERSON, SYSADMIN], ids=["who started it", "an administrator's program"])
def test_who_may_hand_a_message_to_a_case(engine: Engine, who: Actor) -> None:
    deploy(engine, catching("c", message("order")))
    begin(engine, "c", PERSON)

    assert post(engine, "order", who).state == "delivered"


def test_what_is_out_of_sight_makes_no_conflict(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    own, other = begin(engine, "c", PERSON), begin(engine, "c", STRANGER)

    post(engine, "order", PERSON)

    assert (where(engine, own.id), where(engine, other.id)) == (["n1"], ["n0"])


def test_a_process_that_names_its_starters_is_begun_by_them_only(engine: Engine) -> None:
    starters = 'camunda:candidateStarterGroups="city_office@vpub"'
    deploy(engine, line("started", node("userTask", "n0"), start=message("order"), attributes=starters))
    clerk = Actor("person-5", grants=(Grant("city_office", "vpub"),))

    assert [post(engine, "order", who).state for who in (PERSON, clerk)] == ["buffered", "started"]


def test_an_ambiguous_post_is_told_in_the_systems_history(engine: Engine) -> None:
    engine.run(PERSON, messages.note_ambiguity, AmbiguousMessageError("order", 2))

    assert told(engine, SYSTEM_STREAM, "message-ambiguous") == 1


def test_a_step_without_messages_writes_none(engine: Engine) -> None:
    deploy(engine, line("plain", node("userTask", "n0")))

    case = begin(engine, "plain")

    query = select(AuditEvent.type).where(AuditEvent.instance_id == case.id)
    assert "message-sent" not in engine.read(SYSTEM, lambda tx: tx.session.scalars(query).all())
    assert engine.read(SYSTEM, lambda tx: tx.session.scalars(select(Message)).all()) == []


def test_a_post_whose_receiver_cannot_go_on_waits_with_its_incident(engine: Engine) -> None:
    script = node("scriptTask", "n1", "<bpmn:script>y = 1 / x</bpmn:script>", 'scriptFormat="feel"')
    deploy(engine, line("c", node("intermediateCatchEvent", "n0", message("order")), script))
    case, posted = begin(engine, "c", PERSON, x=0), Posted("order")

    told_sender = incidents.carried_out(
        engine, PERSON, lambda tx: messages.publish(tx, posted), lambda tx, _: messages.keep(tx, posted)
    )
    assert (told_sender.state, state(engine, case.id), states(engine)) == ("buffered", "incident", ["waiting"])
    engine.run(SYSTEM, repaired, case.id)
    engine.run(PERSON, retries.retry, incident(engine, case.id))

    assert (state(engine, case.id), states(engine)) == ("completed", ["delivered"])


def test_a_message_of_an_incident_is_tried_again_with_it(engine: Engine) -> None:
    script = node("scriptTask", "n1", "<bpmn:script>y = 1 / x</bpmn:script>", 'scriptFormat="feel"')
    waits = line("c", node("intermediateCatchEvent", "n0", message("order")), script)
    deploy(engine, waits, throwing("t", message("order")))
    case = begin(engine, "c", x=0)
    begin(engine, "t")
    engine.run(SYSTEM, repaired, case.id)

    engine.run(SYSTEM, retries.retry, incident(engine, case.id))

    assert (state(engine, case.id), states(engine)) == ("completed", ["delivered"])


def test_an_ambiguous_message_is_sent_once_more_when_its_incident_is_tried_again(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")), throwing("t", message("order")))
    first, second = begin(engine, "c"), begin(engine, "c")
    sender = begin(engine, "t")
    engine.run(SYSTEM, instances.cancel, first.id, "thử")

    engine.run(SYSTEM, retries.retry, incident(engine, sender.id))

    assert (where(engine, second.id), state(engine, sender.id), states(engine)) == (["n1"], "active", ["delivered"])


def incident(engine: Engine, instance_id: str) -> str:
    """The open incident of an instance."""
    query = select(Incident.id).where(Incident.instance_id == instance_id, Incident.state == "open")
    return engine.read(SYSTEM, lambda tx: tx.session.scalars(query).one())


def repaired(tx: Transaction, instance_id: str) -> None:
    """Take away what a case failed at."""
    lock_case(tx, instance_id).variables = {"x": 1}


def test_a_message_cannot_make_a_case_somebody_elses(engine: Engine) -> None:
    deploy(engine, catching("c", message("order")))
    case = begin(engine, "c")

    with pytest.raises(InvalidDataError) as refused:
        post(engine, "order", variables={"agency": "c-ba-vi"})

    assert refused.value.problems[0].field == "variables.agency"
    assert where(engine, case.id) == ["n0"]


@pytest.mark.parametrize("number", [1e308, 10**30, 2**64, -(10**30), {"deep": [2**64]}])
def test_a_number_that_cannot_be_compared_is_refused_by_its_field(sqlite_engine: Engine, number: Any) -> None:
    for correlation in (number, {"number": number}):
        with pytest.raises(InvalidDataError) as refused:
            post(sqlite_engine, "order", correlation=correlation)
        assert [problem.field for problem in refused.value.problems] == ["correlation"]


def test_a_case_may_wait_with_a_number_of_any_size(engine: Engine) -> None:
    deploy(engine, catching("c", message("order"), "number"))

    assert begin(engine, "c", number=1e308).state == "active"


@pytest.mark.parametrize("who", [SYSTEM, SYSADMIN, OFFICER])
def test_what_nobody_posts_to_is_reached_by_commands_and_diagrams_alone(engine: Engine, who: Actor) -> None:
    deploy(engine, catching("c", NOT_POSTED + message("order")))
    case = begin(engine, "c", who=OFFICER)

    posted = post(engine, "order", who)
    still = where(engine, case.id)
    engine.run(who, messages.publish, Posted("order", time_to_live="PT0S"), by_command=True)

    assert (posted.state, still, where(engine, case.id)) == ("buffered", ["n0"], ["n1"])


def test_a_message_posted_beforehand_does_not_wait_for_what_nobody_posts_to(engine: Engine) -> None:
    deploy(engine, catching("c", NOT_POSTED + message("order")), throwing("t", message("order")))

    post(engine, "order", OFFICER)
    case = begin(engine, "c", who=OFFICER)
    deliveries.deliver_due(engine)
    waiting = where(engine, case.id)
    begin(engine, "t")
    deliveries.deliver_due(engine)

    assert (waiting, where(engine, case.id)) == (["n0"], ["n1"])
