"""Claim, send, settle: one message a recipient and channel, in one worker's hands, with or without a point."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import time, timedelta

import pytest

from engine import signals
from engine.access import SYSTEM
from engine.commands import directory, plans, tasks
from engine.commands.case import lock_case
from engine.commands.directory import Login, Role
from engine.deadlines import as_date
from engine.models import PlanTask
from engine.runtime import Engine, Transaction
from notifications import digests, outbox
from notifications.channels import DeliveryError, Message
from notifications.chores import Delivery, mail_chores
from notifications.commands import redelivery
from notifications.commands.redelivery import Failures
from notifications.courier import Note
from tests.conftest import MovableClock
from tests.installed import COMMUNE, PLAN, actor, begin, offered
from tests.notifications.outgoing import (
    HEAD,
    OFFICER,
    Kept,
    messages,
    postman,
    reachable,
    states,
    webhook,
    wishing,
)

ADDRESS = "can-bo@thachthat.example"


class RolledBackError(Exception):
    """A command that changes its mind."""


def test_each_recipient_has_one_message_a_channel(installed: Engine) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    webhook(installed, "http://127.0.0.1:1/")

    case = begin(installed, who)

    rows = messages(installed, instance_id=case.id)
    assert sorted((row.channel, row.state) for row in rows) == [("email", "new"), ("inbox", "sent"), ("webhook", "new")]
    assert {row.recipient_id for row in rows if row.channel != "webhook"} == {who.person_id}
    assert len({row.dedupe_key for row in rows}) == 3
    assert not any(ADDRESS in str(vars(row)) for row in rows)


def test_the_same_notice_twice_is_one_message(installed: Engine, clock: MovableClock) -> None:
    reachable(installed, OFFICER, ADDRESS)
    installed.run(actor(installed, "svhtt.report_aggregator"), plans.open_round, f"{PLAN}.V.1.a")
    first = Counter(row.dedupe_key for row in messages(installed))

    assert first
    assert max(first.values()) == 1


def test_what_is_rolled_back_has_no_message(installed: Engine) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    task_id = offered(installed, who, begin(installed, who))["propose"]
    before = len(messages(installed))

    def assign_and_fail(tx: Transaction) -> None:
        tasks.assign(tx, task_id, who.person_id or "")
        raise RolledBackError

    with pytest.raises(RolledBackError):
        installed.run(actor(installed, HEAD), assign_and_fail)

    assert len(messages(installed)) == before


def test_roles_count_as_of_the_event(installed: Engine) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    installed.run(SYSTEM, directory.change_person, who.person_id or "", {"disabled": True})

    case = begin(installed, SYSTEM)

    assert messages(installed, instance_id=case.id, recipient_id=who.person_id) == []


def test_a_silenced_topic_makes_no_message(installed: Engine) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    wishing(installed, who, silenced=frozenset({("task-offered", "email"), ("leader-alert", "inbox")}))

    case = begin(installed, who)

    assert [row.channel for row in messages(installed, instance_id=case.id)] == ["inbox"]


def test_an_address_that_went_away_cancels(installed: Engine) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    begin(installed, who)
    installed.run(SYSTEM, directory.change_person, who.person_id or "", {"email": None})

    postman(installed, Kept()).deliver_due()

    (row,) = messages(installed, channel="email")
    assert (row.state, row.last_error) == ("cancelled", "no-address")


def test_a_task_that_is_done_is_not_written_about(installed: Engine) -> None:
    who, kept = reachable(installed, OFFICER, ADDRESS), Kept()
    task_id = offered(installed, who, begin(installed, who))["propose"]
    installed.run(who, tasks.claim, task_id)
    installed.run(who, tasks.complete, task_id, {"title": "a", "deliverable": "b", "due_date": "2026-04-10"})

    postman(installed, kept).deliver_due()

    found = {row.payload["element"]: (row.state, row.last_error) for row in messages(installed, channel="email")}
    assert found["propose"] == ("cancelled", "superseded")
    assert task_id not in {message.payload["task"] for message in kept.taken}


def test_a_task_in_other_hands_is_not_written_about(installed: Engine) -> None:
    who, head = reachable(installed, OFFICER, ADDRESS), actor(installed, HEAD)
    role = Role("agency_officer", COMMUNE)
    other = installed.run(SYSTEM, directory.add_person, "Lê Thị Bạn", login=Login("colleague"), roles=[role])
    reachable(installed, "colleague", "ban-be@thachthat.example")
    task_id = offered(installed, who, begin(installed, who))["propose"]
    installed.run(head, tasks.assign, task_id, other.id)

    postman(installed, Kept()).deliver_due()

    found = {(row.recipient_id, row.topic): row.state for row in messages(installed, channel="email")}
    assert found[who.person_id or "", "task-offered"] == "cancelled"
    assert found[other.id, "task-offered"] == found[other.id, "task-given"] == "sent"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "sent"),
        ({"status": "reported"}, "cancelled"),
        ({"status": "done"}, "cancelled"),
        ({"due_date": "later"}, "cancelled"),
    ],
)
def test_a_reminder_is_sent_only_while_it_has_a_point(
    installed: Engine, clock: MovableClock, changes: dict[str, str], state: str
) -> None:
    reachable(installed, OFFICER, ADDRESS)
    plan_task_id = reminded(installed)

    def change(tx: Transaction) -> None:
        row = tx.session.get_one(PlanTask, plan_task_id)
        row.status = changes.get("status", row.status)
        if "due_date" in changes and row.due_date is not None:
            row.due_date += timedelta(days=7)

    installed.run(SYSTEM, change)
    postman(installed, Kept()).deliver_due()

    assert states(installed, channel="email", topic="plan-task-reminder") == [state]


def test_two_workers_never_send_one_message_twice(installed: Engine) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    for _ in range(60):
        begin(installed, who)
    kept = Kept()

    def work() -> None:
        carrier = postman(installed, kept)
        while carrier.deliver_due():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(message.id for message in kept.taken).most_common(1)[0][1] == 1
    assert len(kept.taken) == 60
    assert states(installed, channel="email") == ["sent"] * 60


def test_who_settles_too_late_is_refused(installed: Engine, clock: MovableClock) -> None:
    begin(installed, reachable(installed, OFFICER, ADDRESS))
    (slow,) = installed.run(SYSTEM, outbox.claim, "email").messages
    clock.forward(timedelta(seconds=61))
    (quick,) = installed.run(SYSTEM, outbox.claim, "email").messages

    late = installed.run(SYSTEM, outbox.settle_sent, slow)
    late_failure = installed.run(SYSTEM, outbox.settle_failed, slow, DeliveryError("x", permanent=True), 0.0)
    settled = installed.run(SYSTEM, outbox.settle_sent, quick)

    assert (slow.id, slow.fence) == (quick.id, quick.fence - 1)
    assert (late, late_failure, settled) == (False, None, True)
    assert states(installed, channel="email") == ["sent"]


def test_a_lease_that_is_nearly_over_is_not_begun_upon(installed_sqlite: Engine, clock: MovableClock) -> None:
    begin(installed_sqlite, reachable(installed_sqlite, OFFICER, ADDRESS))
    kept = Kept()
    carrier = postman(installed_sqlite, kept)
    (message,) = carrier.claim().messages
    clock.forward(timedelta(seconds=45))

    carrier.deliver(message)

    (row,) = messages(installed_sqlite, channel="email")
    assert (kept.taken, row.state, row.attempts) == ([], "new", 0)


def test_after_ten_attempts_it_is_dead_and_can_be_tried_again(installed: Engine, clock: MovableClock) -> None:
    begin(installed, reachable(installed, OFFICER, ADDRESS))
    ids: list[str] = []

    def fail(message: Message) -> DeliveryError:
        ids.append(message.id)
        return DeliveryError("mail-server 451")

    carrier = postman(installed, Kept(fail))
    for _ in range(12):
        carrier.deliver_due()
        clock.forward(timedelta(hours=25))
    dead = states(installed, channel="email")
    replayed = installed.run(actor(installed, "sysadmin"), redelivery.replay, Failures(ids=(ids[0],)))
    postman(installed, Kept()).deliver_due()

    assert (len(ids), len(set(ids)), dead) == (10, 1, ["dead"])
    assert (replayed, states(installed, channel="email")) == (1, ["sent"])


def test_failures_are_tried_again_by_when_they_were_made(installed: Engine, clock: MovableClock) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    broken = postman(installed, Kept(lambda message: DeliveryError("mail-content 554", permanent=True)))
    for _ in range(3):
        begin(installed, who)
        broken.deliver_due()
        clock.forward(timedelta(days=1))
    since, until = clock.moment - timedelta(days=2), clock.moment - timedelta(days=1)

    replayed = installed.run(SYSTEM, redelivery.replay, Failures(since=since, until=until))

    assert (replayed, states(installed, channel="email")) == (1, ["dead", "dead", "new"])


def test_a_channel_that_breaks_settles_and_holds_up_nobody(installed_sqlite: Engine) -> None:
    who = reachable(installed_sqlite, OFFICER, ADDRESS)
    for _ in range(3):
        begin(installed_sqlite, who)
    first: list[str] = []

    def break_once(message: Message) -> DeliveryError | None:
        if not first:
            first.append(message.id)
            raise ZeroDivisionError
        return None

    postman(installed_sqlite, Kept(break_once)).deliver_due()

    rows = messages(installed_sqlite, channel="email")
    assert sorted((row.state, row.last_error) for row in rows if row.id == first[0]) == [
        ("new", "defect ZeroDivisionError")
    ]
    assert sorted(row.state for row in rows) == ["new", "sent", "sent"]


def test_quiet_hours_hold_mails_back(installed: Engine, clock: MovableClock) -> None:
    who, kept = reachable(installed, OFFICER, ADDRESS), Kept()
    wishing(installed, who, quiet=(time(8), time(13, 30)))  # it is nine in the morning
    begin(installed, who)
    carrier = postman(installed, kept)

    carrier.deliver_due()
    during = len(kept.taken)
    clock.forward(timedelta(hours=4, minutes=29, seconds=59))
    carrier.deliver_due()
    before_the_end = len(kept.taken)
    clock.forward(timedelta(seconds=1))
    carrier.deliver_due()

    assert (during, before_the_end, len(kept.taken)) == (0, 0, 1)


def test_a_digest_is_one_mail_a_morning(installed: Engine, clock: MovableClock) -> None:
    who, kept = reachable(installed, OFFICER, ADDRESS), Kept()
    wishing(installed, who, digest=True)
    carrier = postman(installed, kept)
    for _ in range(5):
        begin(installed, who)
        carrier.deliver_due()
        digests.bundle_due(installed)
    clock.forward(timedelta(hours=22, minutes=29))
    digests.bundle_due(installed)
    carrier.deliver_due()
    too_early = len(kept.taken)
    clock.forward(timedelta(minutes=1))
    digests.bundle_due(installed)
    carrier.deliver_due()

    (mail,) = kept.taken
    assert (too_early, mail.topic, len(mail.letters)) == (0, "digest", 5)
    assert states(installed, channel="email") == ["sent"] * 6


def test_a_digest_that_fails_is_repeated_under_its_id(installed: Engine, clock: MovableClock) -> None:
    who = reachable(installed, OFFICER, ADDRESS)
    wishing(installed, who, digest=True)
    begin(installed, who)
    ids: list[str] = []

    def fail(message: Message) -> DeliveryError | None:
        ids.append(message.id)
        return DeliveryError("mail-server 451") if len(ids) < 3 else None

    carrier = postman(installed, Kept(fail))
    carrier.deliver_due()
    clock.forward(timedelta(hours=22, minutes=30))
    digests.bundle_due(installed)
    for _ in range(3):
        carrier.deliver_due()
        clock.forward(timedelta(minutes=6))

    assert (len(ids), len(set(ids))) == (3, 1)
    assert states(installed, channel="email") == ["sent", "sent"]


def test_what_comes_after_the_mornings_digest_waits_for_the_next(installed: Engine, clock: MovableClock) -> None:
    who, kept = reachable(installed, OFFICER, ADDRESS), Kept()
    wishing(installed, who, digest=True)
    carrier = postman(installed, kept)
    begin(installed, who)
    clock.forward(timedelta(hours=22, minutes=30))
    carrier.deliver_due()
    digests.bundle_due(installed)
    carrier.deliver_due()
    begin(installed, who)
    for _ in range(3):
        carrier.deliver_due()
        digests.bundle_due(installed)
    same_day = len(kept.taken)
    clock.forward(timedelta(days=1))
    digests.bundle_due(installed)
    carrier.deliver_due()

    assert (same_day, [len(mail.letters) for mail in kept.taken]) == (1, [1, 1])


def test_a_digest_leaves_out_what_is_done_by_then(installed: Engine, clock: MovableClock) -> None:
    who, kept = reachable(installed, OFFICER, ADDRESS), Kept()
    wishing(installed, who, digest=True)
    carrier = postman(installed, kept)
    task_id = offered(installed, who, begin(installed, who))["propose"]
    carrier.deliver_due()
    installed.run(who, tasks.complete, task_id, {"title": "a", "deliverable": "b", "due_date": "2026-04-10"})
    clock.forward(timedelta(hours=22, minutes=30))
    digests.bundle_due(installed)
    carrier.deliver_due()

    told = {letter.payload.get("element") for mail in kept.taken for letter in mail.letters}
    assert "propose" not in told


def test_without_a_mail_server_mails_are_turned_away(installed_sqlite: Engine) -> None:
    begin(installed_sqlite, reachable(installed_sqlite, OFFICER, ADDRESS))
    (turn_away,) = mail_chores(installed_sqlite, Delivery("", "", "", "k" * 32, in_development=True), Note())

    done = [turn_away(), turn_away()]

    (row,) = messages(installed_sqlite, channel="email")
    assert (done, row.state, row.last_error) == ([1, 0], "cancelled", "channel-off")


def reminded(engine: Engine) -> str:
    """A plan task whose agency has just been reminded of its due date."""
    case = begin(engine, actor(engine, OFFICER))

    def remind(tx: Transaction) -> str:
        locked = lock_case(tx, case.id)
        row = tx.session.get_one(PlanTask, locked.plan_task_id)
        row.due_date, row.status = as_date("2026-04-10"), "in_progress"
        signals.task_reminded.send(tx, case=locked, plan_task=row, element_id="remind_7")
        return str(row.id)

    return engine.run(SYSTEM, remind)
