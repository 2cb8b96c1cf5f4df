"""Promises of /publications and /activities: who sees them, what they tell, how answers to a survey come."""

from __future__ import annotations

from flask import Flask

from tests.api.web import Web, engine_of, told
from tests.journeys.staging import Stage
from tests.journeys.test_activities import HEAD, OFFICER, SURVEY, invited
from tests.journeys.test_publications import placed

COMMUNE = "c-thach-that.agency_officer"
STRANGER = "w-ba-dinh.agency_officer"


def test_a_publication_is_listed_for_its_agency_with_the_proof_of_each_channel(both: Flask) -> None:
    placed(Stage(engine_of(both)))
    editor = Web(both, COMMUNE)

    (found,) = told(editor.get("/publications", state="published", total="true"))["items"]
    shown = told(editor.get(f"/publications/{found['id']}"))

    assert (shown["state"], shown["agency"], shown["content"]) == ("published", "c-thach-that", "Nội dung đầy đủ.")
    assert [(c["channel"], c["state"], bool(c["archived_copy"])) for c in shown["channels"]] == [
        ("portal", "published", True),
        ("commune_radio", "published", True),
    ]


def test_others_know_of_neither(both: Flask) -> None:
    stage = Stage(engine_of(both))
    placed(stage)
    invited(stage)
    editor, officer, stranger = Web(both, COMMUNE), Web(both, OFFICER), Web(both, STRANGER)
    (publication,) = told(editor.get("/publications"))["items"]
    (activity,) = told(officer.get("/activities", kind="event"))["items"]

    assert told(stranger.get("/publications"))["items"] == told(stranger.get("/activities"))["items"] == []
    assert stranger.get(f"/publications/{publication['id']}").status_code == 404
    assert stranger.get(f"/activities/{activity['id']}").status_code == 404
    assert told(officer.get(f"/activities/{activity['id']}"))["results"]["invited"] == ["stc", "svhtt"]


def test_answers_come_in_and_are_read_without_whose_they_are(both: Flask) -> None:
    stage = Stage(engine_of(both))
    stage.begin("survey_lifecycle", "skhcn", OFFICER)
    stage.do(OFFICER, "design_survey", decision="submit", **SURVEY)
    stage.do(HEAD, "review_plan", decision="approve")
    officer = Web(both, OFFICER)
    (found,) = told(officer.get("/activities", kind="survey"))["items"]
    path = f"/activities/{found['id']}/answers"
    given = {"answers": [{"q1": "Vốn"}, {"q1": "Nhân lực"}], "respondents": [{"name": "Nguyễn Văn A"}]}

    assert officer.post(path, given).status_code == 200
    assert officer.post(path, {"answers": [{"q1": 5}]}).status_code == 422
    shown = told(officer.get(path))

    assert sorted(one["q1"] for one in shown["answers"]) == ["Nhân lực", "Vốn"]
    assert (shown["respondents"], "Nguyễn Văn A" in str(shown)) == (1, False)
    assert Web(both, STRANGER).get(path).status_code == 404
