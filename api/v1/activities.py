"""Events, contests and surveys, and the answers to surveys."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments, sealed_body
from api.contract import Answer, look, perform
from api.pages import sorted_list
from api.schemas.activities import ActivityDetailOut, ActivityOut, ActivityQuery, AnswersIn, AnswersOut
from api.schemas.fields import listing
from api.v1.noun import Noun
from engine.commands import activities
from engine.models.activity import Activity
from engine.queries import activities as queries
from engine.queries.activities import ActivityFilter
from engine.runtime import Transaction

blueprint = Noun("activities", "/api/v1/activities", "Sự kiện, cuộc thi, khảo sát")


@blueprint.at("", methods=["GET"])
@blueprint.takes(ActivityQuery, "query")
@blueprint.gives(200, listing(ActivityOut))
def list_activities() -> Response:
    """The events, contests and surveys that the actor may see, the newest first."""
    given = arguments(ActivityQuery())
    names = ("kind", "agency", "state", "obligation", "plan_task")
    wanted = ActivityFilter(**{name: given[name] for name in names})
    return sorted_list(
        given, wanted, queries.ORDERS, (queries.activities, queries.count_activities), ActivityOut().dump
    )


@blueprint.at("/<activity_id>", methods=["GET"])
@blueprint.gives(200, ActivityDetailOut)
def get_activity(activity_id: str) -> Response:
    """One of them, with what was approved and what came of it."""

    def query(tx: Transaction) -> Answer:
        found = queries.activity(tx, activity_id)
        return Answer(ActivityDetailOut().dump(found), version=found.version)

    return look(query)


@blueprint.at("/<activity_id>/answers", methods=["GET"])
@blueprint.gives(200, AnswersOut)
def get_answers(activity_id: str) -> Response:
    """The answers to a survey, without whose they are, and how many gave some."""
    return look(lambda tx: _answers(tx, queries.activity(tx, activity_id)))


@blueprint.at("/<activity_id>/answers", methods=["POST"])
@blueprint.takes(AnswersIn)
@blueprint.gives(200, ActivityDetailOut)
def keep_answers(activity_id: str) -> Response:
    """Put filled-in questionnaires to a survey; who answered is kept apart from what."""
    given = sealed_body(AnswersIn())

    def command(tx: Transaction) -> Answer:
        found = activities.keep_answers(tx, activity_id, given["answers"], given["respondents"])
        return Answer(ActivityDetailOut().dump(found), version=found.version)

    return perform(command)


def _answers(tx: Transaction, found: Activity) -> Answer:
    shown = {"answers": queries.answers_of(tx, found.id), "respondents": queries.count_respondents(tx, found.id)}
    return Answer(AnswersOut().dump(shown))
