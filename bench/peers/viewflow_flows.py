"""The two workloads as django-viewflow flows, and the two calls that every peer's server has.

It writes: the case with its variables, a row for every node passed (tasks, gates, functions, the timer, the ends) and
the links between them. It does not write: an outbox, a history that can be verified.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import cache
from threading import Lock
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from viewflow import this
from viewflow.workflow import Activation, flow, lock
from viewflow.workflow.models import Process, Task

from bench.peers.viewflow_site import OFFICER

IS_SQLITE = connection.vendor == "sqlite"
# One writer at a time, as the other peers have it: waiting in SQLite's own busy loop would cost this one dearly.
WRITER: AbstractContextManager[Any] = Lock() if IS_SQLITE else nullcontext()


@cache
def officer() -> User:
    """The one to whom all tasks are assigned."""
    return User.objects.get(username=OFFICER)


def note_next(activation: Activation) -> None:
    """Remember the task that was just made, so that the answer can name it without a query."""
    activation.process.next_task = activation.task.pk


def human_task(following: Any) -> flow.View:
    """A user task, assigned when it is made: the cheapest way this library knows."""
    return flow.View(None).Assign(lambda _: officer()).onCreate(note_next).Next(following)


def approved(activation: Activation) -> bool:
    """The condition of both gates."""
    return bool(activation.process.data["approved"])


class Workload(flow.Flow):  # type: ignore[misc]
    """What both flows have in common."""

    process_class = Process
    lock_impl = lock.no_lock if IS_SQLITE else lock.select_for_update_lock


class Linear3(Workload):
    """Three user tasks, one after the other."""

    start = flow.StartHandle().Next(this.task1)
    task1 = human_task(this.task2)
    task2 = human_task(this.task3)
    task3 = human_task(this.end)
    end = flow.End()


class Lifecycle5(Workload):
    """Propose, approve, execute with a reminder beside it, report, commend."""

    start = flow.StartHandle().Next(this.propose)
    propose = human_task(this.approve)
    approve = human_task(this.is_approved)
    is_approved = flow.If(approved).Then(this.register).Else(this.propose)
    register = flow.Function(this.nothing).Next(this.execute)
    execute = human_task(this.report).OnTimeout(timedelta(days=365), this.remind, interrupting=False)
    remind = flow.Function(this.nothing).Next(this.end_reminded)
    end_reminded = flow.End()
    report = human_task(this.commend)
    commend = human_task(this.is_commended)
    is_commended = flow.If(approved).Then(this.record).Else(this.end_closed)
    record = flow.Function(this.nothing).Next(this.end_commended)
    end_commended = flow.End()
    end_closed = flow.End()

    def nothing(self, activation: Activation) -> None:
        """What an empty throw event of the diagram does."""


FLOWS = {"linear3": Linear3, "lifecycle5": Lifecycle5}


def ready(_request: HttpRequest) -> JsonResponse:
    """Answer that the server is there."""
    return JsonResponse({})


def start(request: HttpRequest, name: str) -> JsonResponse:
    """Start a case."""
    with WRITER:
        process = FLOWS[name].start.run(_process_data=json.loads(request.body))
    return JsonResponse({"task": f"{name}.{process.pk}.{process.next_task}"})


def complete(request: HttpRequest, name: str, process_id: int, task_id: int) -> JsonResponse:
    """Complete a task under the flow's lock."""
    user = User.objects.get(username=OFFICER)  # whoever asks is looked up for every request, as in the product
    with WRITER, FLOWS[name].lock(process_id):
        task = Task.objects.select_related("process", "owner").get(pk=task_id, process_id=process_id)
        if not task.flow_task.can_execute(user, task):
            raise PermissionDenied
        process = _execute(task, request)
    following = getattr(process, "next_task", None)
    return JsonResponse({"next": following and f"{name}.{process_id}.{following}"})


def _execute(task: Task, request: HttpRequest) -> Process:
    activation = task.flow_task.activation_class(task)
    activation.start(request)
    activation.process.data |= json.loads(request.body)
    activation.process.save(update_fields=["data"])
    activation.execute()
    return activation.process


urlpatterns = [
    path("ready", ready),
    path("start/<str:name>", start),
    path("complete/<str:name>.<int:process_id>.<int:task_id>", complete),
]
