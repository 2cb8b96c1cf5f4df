"""The authorisation table: every command of engine and notifications, who may run it, and how to try.

Rule: a command without a row fails the tests; a row is proved by somebody who may and by a stranger who may not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.bpmn.relocation import Displacement
from engine.commands import (
    attachments,
    calendar,
    campaigns,
    comments,
    credentials,
    definitions,
    directory,
    drafts,
    instances,
    migration,
    modification,
    operations,
    plan_tasks,
    plans,
    regimes,
    substitutions,
    tasks,
)
from engine.commands.calendar import Decision
from engine.commands.campaigns import CampaignText
from engine.commands.directory import Login, Role
from engine.commands.instances import Start
from engine.commands.migration import Migration
from engine.commands.operations import BulkMigration
from engine.commands.substitutions import Absence
from engine.runtime import Transaction
from notifications.channels.webhook.connection import Gate
from notifications.commands import redelivery, webhooks
from notifications.commands.redelivery import Failures
from notifications.commands.webhooks import Draft
from tests.installed import COMMUNE, PLAN
from tests.reporting import trial_regime

OFFICER, HEAD = f"{COMMUNE}.agency_officer", f"{COMMUNE}.agency_head"
COLLEAGUE = "colleague"
AGGREGATOR = "svhtt.report_aggregator"
PDF = b"%PDF-1.7\n"
OTHER_VERSION = Migration(1)
NOWHERE = Displacement(moves=(("propose", "nowhere"),))
PROPOSAL = {"title": "Phối hợp báo chí", "deliverable": "12 tin, bài", "due_date": "2026-04-10"}
AGENCY = {"name_vi": "Cơ quan thử", "name_en": "Trial", "type": "department", "relation": "subordinate"}
DIAGRAM = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">
<process id="tried" name="Th\xe1\xbb\xad" isExecutable="true"><startEvent id="a"/><endEvent id="z"/>
<sequenceFlow id="a_to_z" sourceRef="a" targetRef="z"/></process></definitions>"""


@dataclass(frozen=True)
class Scene:
    """What the trials find: a case at the commune, its open task, and somebody's papers."""

    case_id: str
    task_id: str
    plan_task_id: str
    person_id: str
    colleague_id: str
    membership_id: str
    token_id: str


Trial = Callable[[Transaction, Scene], Any]


@dataclass(frozen=True)
class Allowed:
    """A command that only some may run. `user` is one of them; `held` and `lent` say how the task must stand."""

    who: str
    user: str
    trial: Trial
    held: bool = False
    lent: bool = False


@dataclass(frozen=True)
class Open:
    """A command that judges nobody, and why that is right."""

    reason: str


_PART = Open("a part of other commands, which have judged the actor before")
_WORKER = Open("the worker's own; no request leads here")
_LOGIN = Open("the way in: nobody is known yet, and the caller has verified the password")
_OWN = Open("the actor's own papers only")
_REACH = Open("reaches what the actor sees and may start; the rest is as if it did not wait (tests of messages)")

_INCIDENT = Open("whoever manages the case, and system administrators (tests of incidents)")

_KEPT = Open("whoever keeps the webhook; hides it from everybody else (tests of webhooks)")

_OF_ROUNDS = Open("the aggregator, leaders, VP UBND; then whoever the diagram offers the step to (tests of rounds)")
_OF_DOSSIERS = Open("Sở KHCN's aggregator, the council secretary, a leader, who see the dossier (tests of dossiers)")
_OF_COUNCIL = Open("a member of the council that sits on the dossier, for themselves (tests of ballots)")
_OF_REPORTS = Open("the aggregator, who sees the report; handing over: system administrators, too (tests of reports)")
_ADMINISTRATOR = "system administrators"
_CANDIDATE = "whoever the diagram offers the task to, while nobody holds it; then its holder"
_HOLDER = "the holder of the task"
_MANAGER = "the head of the case's agency, the city leader, the aggregator, a system administrator who sees the case"

AUTHORISATION: Mapping[str, Allowed | Open] = {
    "attachments.add": Allowed(_CANDIDATE, OFFICER, lambda tx, s: attachments.add(tx, s.task_id, "a.pdf", PDF)),
    "comments.add": Allowed(_CANDIDATE, OFFICER, lambda tx, s: comments.add(tx, s.task_id, "Đã xem")),
    "drafts.save": Allowed(_CANDIDATE, OFFICER, lambda tx, s: drafts.save(tx, s.task_id, {"title": "Bản nháp"})),
    "tasks.complete": Allowed(_CANDIDATE, OFFICER, lambda tx, s: tasks.complete(tx, s.task_id, PROPOSAL)),
    "tasks.claim": Allowed("whoever the diagram offers the task to", OFFICER, lambda tx, s: tasks.claim(tx, s.task_id)),
    "tasks.unclaim": Allowed(_HOLDER, OFFICER, lambda tx, s: tasks.unclaim(tx, s.task_id), held=True),
    "tasks.delegate": Allowed(_HOLDER, OFFICER, lambda tx, s: tasks.delegate(tx, s.task_id, s.colleague_id), held=True),
    "tasks.resolve": Allowed(
        "whom the task was delegated to", COLLEAGUE, lambda tx, s: tasks.resolve(tx, s.task_id), held=True, lent=True
    ),
    "tasks.assign": Allowed(
        "the head of an agency that the task is offered to",
        HEAD,
        lambda tx, s: tasks.assign(tx, s.task_id, s.colleague_id),
    ),
    "instances.start": Allowed(
        "the starters that the diagram names, at the agency of the case; anyone where it names none",
        OFFICER,
        lambda tx, s: instances.start(tx, Start("task_lifecycle", agency=COMMUNE)),
    ),
    "instances.begin": _PART,
    "messages.publish": _REACH,
    "broadcasts.broadcast": _REACH,
    "messages.note_ambiguity": Open("notes that the actor's own message was refused"),
    "messages.keep": Open("notes what the actor posted, after its receiver failed"),
    "messages.deliver": _WORKER,
    "messages.note_failure": _WORKER,
    "messages.due": _WORKER,
    "messages.fitting": _WORKER,
    "messages.forget_old": _WORKER,
    "messages.again": Open("a part of trying an incident again, which has judged the actor"),
    "timed_starts.fire": _WORKER,
    "timed_starts.skip": _WORKER,
    "timed_starts.due": _WORKER,
    "start_events.replace": _PART,
    "receiving.receive": _PART,
    "receiving.go_on": _PART,
    "receiving.begin": _PART,
    "exchange.write": _PART,
    "exchange.deliver_soon": _PART,
    "exchange.signal_starts": _PART,
    "exchange.posted_row": _PART,
    "definitions.by_id": _PART,
    "instances.suspend": Allowed(_MANAGER, HEAD, lambda tx, s: instances.suspend(tx, s.case_id, "thử")),
    "instances.resume": Allowed(_MANAGER, HEAD, lambda tx, s: instances.resume(tx, s.case_id, "thử")),
    "instances.cancel": Allowed(_MANAGER, HEAD, lambda tx, s: instances.cancel(tx, s.case_id, "thử")),
    "ballots.cast": _OF_COUNCIL,
    "ballots.opine": _OF_COUNCIL,
    "campaigns.announce": Allowed(
        "Sở KHCN's aggregator, the city leader",
        "skhcn.commendation_aggregator",
        lambda tx, s: campaigns.announce(tx, CampaignText("thu", "Đợt thử", "Trial", date(2026, 3, 1))),
    ),
    "campaigns.close": Open("Sở KHCN's aggregator, the city leader (tests of campaigns)"),
    "campaigns.consolidate": Open("Sở KHCN's aggregator alone (tests of campaigns)"),
    "dossiers.open_dossier": Open("an officer of the proposing agency (tests of dossiers)"),
    "dossiers.hold": _OF_DOSSIERS,
    "dossiers.release": _OF_DOSSIERS,
    "dossiers.revoke": Open("the council secretary, a city leader, who see the dossier (tests of dossiers)"),
    "plan_tasks.request_extension": Allowed(
        "whoever may complete the step “execute”",
        OFFICER,
        lambda tx, s: plan_tasks.request_extension(tx, s.plan_task_id, date(2030, 1, 1), "thử"),
    ),
    "plans.import_plan": Allowed(
        "the aggregator, VP UBND, system administrators", AGGREGATOR, lambda tx, s: plans.import_plan(tx, {})
    ),
    "plans.open_round": Allowed(
        "the aggregator, the city leader, VP UBND, the head of a leading agency",
        AGGREGATOR,
        lambda tx, s: plans.open_round(tx, f"{PLAN}.V.1.a"),
    ),
    "regimes.add": Allowed(
        "the aggregator, system administrators", AGGREGATOR, lambda tx, s: regimes.add(tx, trial_regime())
    ),
    "regimes.load_defaults": Allowed(
        "the aggregator, system administrators, by adding regimes",
        AGGREGATOR,
        lambda tx, s: regimes.load_defaults(tx),
    ),
    "documents.issue": Open("a part of what signs, which has judged the actor"),
    "documents.withdraw": _PART,
    "obligations.require_new": _PART,
    "obligations.open_case": _PART,
    "documents.void": Open("the records clerk and the head of the issuing agency (tests of documents)"),
    "urging_letters.sign": Open("the head of the aggregating agency (tests of documents)"),
    "rounds.open_now": _OF_ROUNDS,
    "rounds.close": _OF_ROUNDS,
    "rounds.correct": _OF_ROUNDS,
    "rounds.schedule": _WORKER,
    "rounds.due": _WORKER,
    "extensions.extend": _OF_REPORTS,
    "extensions.extend_round": _OF_ROUNDS,
    "extensions.open_reports": _OF_ROUNDS,
    "reports.reopen": _OF_REPORTS,
    "reports.transfer": _OF_REPORTS,
    "reports.orphaned": _WORKER,
    "definitions.deploy": Allowed(
        "designers, publishers, system administrators",
        "designer",
        lambda tx, s: definitions.deploy(tx, {"tried.bpmn": DIAGRAM}, publish=False),
    ),
    "definitions.examine": Allowed(
        "designers, publishers, system administrators",
        "designer",
        lambda tx, s: definitions.examine(tx, "tried.bpmn", DIAGRAM),
    ),
    "definitions.publish": Allowed(
        "publishers and system administrators, but not who deployed it",
        "publisher",
        lambda tx, s: definitions.publish(tx, "task_lifecycle", 1),
    ),
    "directory.add_person": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: directory.add_person(tx, "Trần Văn Thử", login=Login("thu"))
    ),
    "directory.add_account": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: directory.add_account(tx, s.person_id, Login("thu"))
    ),
    "directory.change_person": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: directory.change_person(tx, s.person_id, {"disabled": True})
    ),
    "directory.add_membership": Allowed(
        _ADMINISTRATOR,
        "sysadmin",
        lambda tx, s: directory.add_membership(tx, s.person_id, Role("city_leader", "ubnd")),
    ),
    "directory.end_membership": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: directory.end_membership(tx, s.membership_id)
    ),
    "substitutions.add": Allowed(
        "the holder of the role, the head of the agency, administrators",
        HEAD,
        lambda tx, s: substitutions.add(
            tx, Absence(s.membership_id, s.colleague_id, date(2026, 12, 1), date(2026, 12, 4), "12/GUQ-UBND")
        ),
    ),
    "substitutions.end": Open("whoever may lend the office (tests of substitutions)"),
    "directory.add_agency": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: directory.add_agency(tx, {"code": "thu"} | AGENCY)
    ),
    "directory.change_agency": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: directory.change_agency(tx, COMMUNE, {"abbr": "TT"})
    ),
    "demo.load_demo": Allowed(
        f"{_ADMINISTRATOR}, by adding people", "sysadmin", lambda tx, s: directory.add_person(tx, "Trần Văn Thử")
    ),
    "credentials.revoke_token": Allowed(
        "the account that the token is of", OFFICER, lambda tx, s: credentials.revoke_token(tx, s.token_id)
    ),
    "credentials.create_token": _OWN,
    "credentials.tokens": _OWN,
    "credentials.close_session": _OWN,
    "credentials.open_session": _LOGIN,
    "credentials.note_use": Open("a part of recognising a session"),
    "credentials.forget_old": _WORKER,
    "credentials.require_patience": _LOGIN,
    "credentials.note_failure": _LOGIN,
    "idempotency.once": Open("runs another command for the actor, which judges them"),
    "idempotency.forget_old": _WORKER,
    "incidents.raise_incident": Open("notes what failed; the command that failed has judged the actor"),
    "incidents.resolve": _INCIDENT,
    "incidents.open_incident": Open("a part of trying again and resolving; hides what the actor does not manage"),
    "incidents.close": _PART,
    "retries.retry": _INCIDENT,
    "retries.retry_if_due": _WORKER,
    "retries.due": _WORKER,
    "instances.restart": Allowed(_MANAGER, HEAD, lambda tx, s: instances.restart(tx, s.case_id, "thử")),
    "instances.carry_on": _PART,
    "instances.open_failed": _PART,
    "migration.plan": Allowed(_ADMINISTRATOR, "sysadmin", lambda tx, s: migration.plan(tx, s.case_id, OTHER_VERSION)),
    "migration.migrate": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: migration.migrate(tx, s.case_id, OTHER_VERSION)
    ),
    "modification.foresee": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: modification.foresee(tx, s.case_id, NOWHERE)
    ),
    "modification.modify": Allowed(
        _ADMINISTRATOR, "sysadmin", lambda tx, s: modification.modify(tx, s.case_id, NOWHERE, "thử")
    ),
    "operations.order_migration": Allowed(
        _ADMINISTRATOR,
        "sysadmin",
        lambda tx, s: operations.order_migration(tx, BulkMigration("task_lifecycle", 1, 1)),
    ),
    "operations.waiting": _WORKER,
    "operations.settle": _WORKER,
    "operations.note_failure": _WORKER,
    "attempts.attempting": _PART,
    "attempts.failing": _PART,
    "timers.fire": _WORKER,
    "timers.fire_group": _WORKER,
    "timers.next_due": _WORKER,
    "timers.again": _PART,
    "timers.due": _WORKER,
    "calendar.change_day": Allowed(
        "VP UBND, system administrators",
        "vpub.city_office",
        lambda tx, s: calendar.change_day(tx, date(2026, 3, 20), Decision("day_off", "Công văn thử")),
    ),
    "calendar.fill": Open("set-up only; no request leads here"),
    "recounting.ask_for_all": _PART,
    "recounting.is_waiting": _WORKER,
    "recounting.sift": _WORKER,
    "recounting.unsettled": _WORKER,
    "recounting.settle": _WORKER,
    "recounting.recount": _WORKER,
    "renaming.rename": Open("system administrators (tests of renaming)"),
    "renaming.take_effect": _PART,
    "renaming.correct": _PART,
    "renaming.due": _WORKER,
    "successions.name_successor": Open("system administrators (tests of successions)"),
    "successions.hand_over": _WORKER,
    "successions.waiting": _WORKER,
    "timed_starts.recount": _PART,
    "due_changes.changes_in": _WORKER,
    "due_changes.following": _PART,
    "due_changes.decided_meanwhile": _PART,
    "due_changes.carry_out": _PART,
    "report_dates.moved_dates": _PART,
    "advance.apply": _PART,
    "advance.opened_rows": _PART,
    "advance.end": _PART,
    "reports.urge_anew": _PART,
    "case.open_case": _PART,
    "case.lock_case": Open("a part of other commands; hides what the actor may not know of"),
    "case.lock_for_upkeep": Open("a part of other commands; for system administrators alone"),
    "case.lock_free_case": _WORKER,
    "case.hold_case": _PART,
    "case.case_of": _PART,
    "case.require_visible": _PART,
    "definitions.current": _PART,
    "definitions.named": _PART,
    "definitions.version_of": _PART,
    "definitions.compiled": _PART,
    "definitions.reach": _PART,
    "journal.record_system": _PART,
    "inbox.mark_read": Open("the actor's own messages only"),
    "preferences.set_preferences": Open("the actor's own preferences only"),
    "activities.keep_answers": Open("the agency that asks (tests of surveys)"),
    "external_requests.follow_up": Open("the City's office and its leader (tests of external requests)"),
    "external_requests.close": Open("the City's office and its leader (tests of external requests)"),
    "webhooks.add_webhook": Allowed(
        "system administrators, and the head of the agency for it",
        HEAD,
        lambda tx, s: webhooks.add_webhook(tx, Draft("Thử", "https://example.vn/", COMMUNE), Gate()),
    ),
    "webhooks.change_webhook": _KEPT,
    "webhooks.rotate_secret": _KEPT,
    "webhooks.remove_webhook": _KEPT,
    "webhooks.kept": _KEPT,
    "redelivery.redeliver": _KEPT,
    "redelivery.replay": Allowed(_ADMINISTRATOR, "sysadmin", lambda tx, s: redelivery.replay(tx, Failures())),
    "redelivery.require_operator": _PART,
    "tasks.locked": Open("a part of other commands; judges the verb they name"),
}
