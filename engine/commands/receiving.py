"""Receiving a message or signal: a waiting case goes on with it, or a process begins with it.

Rule: the instance is locked before its subscription is looked at, so that what it waits for once reaches it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import forms
from engine.audit.chain import Happening
from engine.bpmn import process
from engine.bpmn.definition import Element
from engine.commands import advance, definitions, instances
from engine.commands.attempts import attempting
from engine.commands.case import Case, case_of
from engine.commands.instances import Start, Trigger
from engine.errors import Attempt, FieldProblem, InvalidDataError
from engine.models.message import Message
from engine.models.message_statements import FIND_SUBSCRIPTION
from engine.models.statements import LOCK_CASE
from engine.models.subscription import StartSubscription
from engine.queries.directory import require_agencies
from engine.runtime import Transaction


@dataclass(frozen=True)
class Receiver:
    """A subscription that fits, with the case it belongs to and that case's state."""

    id: str
    instance_id: str
    element_id: str
    state: str


def receive(tx: Transaction, message: Message, receiver: Receiver) -> Case | None:
    """Let a case go on with a message or signal; None when it does not wait for it any more, or is at rest."""
    row = tx.fetch(LOCK_CASE, instance_id=receiver.instance_id)
    if row is None or row["case_state"] != "active":
        return None
    if tx.fetch(FIND_SUBSCRIPTION, subscription_id=receiver.id) is None:
        return None
    case = case_of(tx, row)
    go_on(tx, case, message, receiver)
    return case


def go_on(tx: Transaction, case: Case, message: Message, receiver: Receiver) -> None:
    """Let a locked case go on with what it waits for.

    Raises InvalidDataError for values that the element's form does not take, ProcessError with the attempt to be made
    again.
    """
    definition = definitions.compiled(tx, case.definition_id)
    values = _foreign(message, _accepted(tx, message, definition.elements.get(receiver.element_id), case.variables))
    case.record(_received(message, receiver, case.variables, values))
    host = advance.StepHost(tx, case)
    with attempting(tx, Attempt("message", case.id, message.id), receiver.element_id):
        step = process.catch(definition, case.tree, case.variables, receiver.id, values, host)
        advance.apply(tx, case, step, host)


def begin(tx: Transaction, message: Message, start: StartSubscription) -> Case:
    """Begin the case of a process whose start event waits for this message or signal."""
    definition = definitions.compiled(tx, start.definition_id)
    trigger = Trigger(start.definition_id, start.element_id, start.kind, message.name, message.id, message.sent_by)
    wanted = Start(
        start.process_key,
        business_key=message.business_key,
        agency=message.agency,
        prepared=_accepted(tx, message, definition.elements.get(start.element_id), {}),
        trigger=trigger,
    )
    return instances.begin(tx, wanted)


def _accepted(
    tx: Transaction, message: Message, element: Element | None, known: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The values of a message; what people and programs post must fit the form of the element, where it has one."""
    if element is None or element.form is None or message.from_instance_id is not None:
        return message.variables
    values = forms.validate(element.form, message.variables, {**known, **message.variables})
    require_agencies(tx, forms.agencies_in(element.form, values))
    return values


def _foreign(message: Message, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a person or program may bring into a case: not whose case it is, which decides who gets its tasks.

    In a signal that says for whom cases are begun; those that wait for it stay whose they are.
    """
    if message.from_instance_id is not None or "agency" not in values:
        return values
    if message.kind == "signal":
        return {name: value for name, value in values.items() if name != "agency"}
    message_vi = "Thông điệp không được thay đổi cơ quan của hồ sơ quy trình."
    problem = FieldProblem("variables.agency", "reserved", message_vi, "A message may not change whose case it is.")
    raise InvalidDataError([problem])


def _received(message: Message, receiver: Receiver, before: Mapping[str, Any], values: Mapping[str, Any]) -> Happening:
    changes = {name: {"old": before.get(name), "new": value} for name, value in values.items()}
    facts = {
        "name": message.name,
        "message": message.id,
        "sent_by": message.sent_by,
        "from_instance": message.from_instance_id,
        "variables": changes,
    }
    return Happening(
        "signal-received" if message.kind == "signal" else "message-received", receiver.element_id, data=facts
    )
