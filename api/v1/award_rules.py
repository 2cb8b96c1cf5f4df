"""Asking the rules of commendation for a day."""

from __future__ import annotations

from flask import Response

from api.bodies import arguments
from api.contract import Answer, look
from api.schemas.commendation import RulesOut, RulesQuery
from api.v1.noun import Noun
from engine.queries import award_rules
from engine.queries.award_rules import Question

blueprint = Noun("award-rules", "/api/v1/award-rules", "Quy định khen thưởng theo thời điểm")


@blueprint.at("", methods=["GET"])
@blueprint.takes(RulesQuery, "query")
@blueprint.gives(200, RulesOut)
def get_rules() -> Response:
    """What the rules say to a dossier received on a day: the form, who grants it, council, days, money."""
    given = arguments(RulesQuery())
    question = Question(given.pop("on"), **given)
    return look(lambda tx: Answer(RulesOut().dump(award_rules.rules_for(tx, question))))
