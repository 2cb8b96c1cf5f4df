"""The working calendar: its days, deciding about one, and due dates counted on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response
from marshmallow import ValidationError

from api.bodies import arguments, body
from api.contract import Answer, expected_version, look, perform
from api.errors import speaks_english
from api.pages import whole
from api.schemas.calendar import AgencyQuery, CalendarQuery, DayIn, DayOut, DueOut, DueQuery
from api.schemas.fields import Day, listing
from api.v1.noun import Noun
from api.v1.views import explanation_json
from engine.calendar import DecidedDay
from engine.commands import calendar
from engine.commands.calendar import Decision
from engine.deadlines import BY_DATE, LOCAL, WITHIN, Derivation
from engine.errors import NotFoundError
from engine.explanations import explain
from engine.queries import calendar as queries
from engine.queries.directory import agency as agency_of
from engine.runtime import Transaction

blueprint = Noun("calendar", "/api/v1/calendar", "Lịch làm việc, ngày nghỉ, cách tính thời hạn")


@blueprint.at("", methods=["GET"])
@blueprint.takes(CalendarQuery, "query")
@blueprint.gives(200, listing(DayOut))
def list_days() -> Response:
    """Every day of a stretch of time, as it stands for an agency or for all."""
    given = arguments(CalendarQuery())

    def query(tx: Transaction) -> Answer:
        _require_agency(tx, given["agency"])
        found = queries.days(tx, given["first"], given["last"], given["agency"])
        return whole([_day(day, worked) for day, worked in found])

    return look(query)


@blueprint.at("/days/<day>", methods=["GET"])
@blueprint.takes(AgencyQuery, "query")
@blueprint.gives(200, DayOut)
def get_day(day: str) -> Response:
    """One day. Its ETag is needed to change it; that of an agency's day is the agency's own exception."""
    wanted, given = _path_day(day), arguments(AgencyQuery())

    def query(tx: Transaction) -> Answer:
        _require_agency(tx, given["agency"])
        return _answer(tx, wanted, given["agency"])

    return look(query)


@blueprint.at("/days/<day>", methods=["PUT"])
@blueprint.takes(DayIn)
@blueprint.gives(200, DayOut)
def change_day(day: str) -> Response:
    """Decide about a day, for all or for one agency; open due dates are counted anew, none that has passed."""
    expected, wanted, given = expected_version(required=True), _path_day(day), body(DayIn())
    decision = Decision(given["kind"], given["document"], given["agency"], given["name"], given["name_en"])

    def act(tx: Transaction) -> Answer:
        calendar.change_day(tx, wanted, decision, expected)
        return _answer(tx, wanted, decision.agency)

    return perform(act)


@blueprint.at("/due", methods=["GET"])
@blueprint.takes(DueQuery, "query")
@blueprint.gives(200, DueOut)
def get_due() -> Response:
    """When something is due within some working days of a day, or by a date."""
    given = arguments(DueQuery())

    def query(tx: Transaction) -> Answer:
        _require_agency(tx, given["agency"])
        found = queries.current(tx)
        derivation = _derivation(given, found.version)
        due = derivation.instant(found).astimezone(LOCAL)
        shown = explanation_json(explain(derivation, found), english=speaks_english())
        return Answer({"due_at": due, "explanation": shown})

    return look(query)


def _derivation(given: dict[str, Any], version: int) -> Derivation:
    known: dict[str, Any] = {"agency": given["agency"], "calendar_version": version}
    if given["working_days"] is None:
        return Derivation(BY_DATE, given["start"], roll=given["roll"], text=f"{given['start']}", **known)
    count = given["working_days"]
    return Derivation(WITHIN, given["start"], count, text=f"{WITHIN}({count})", **known)


def _answer(tx: Transaction, day: date, agency: str | None) -> Answer:
    (found, worked), *_ = queries.days(tx, day, day, agency)
    row = queries.standing(tx, day, agency)
    return Answer(_day(found, worked), version=row.since_version if row is not None else 0)


def _day(day: DecidedDay, worked: float) -> dict[str, Any]:
    return {
        "date": day.day,
        "kind": day.kind,
        "name": day.name_en if speaks_english() else day.name_vi,
        "worked": worked,
        "is_working_day": worked > 0,
        "document": day.document or None,
        "agency": day.agency,
        "version": day.version or None,
    }


def _path_day(text: str) -> date:
    """The day in a path; one that is none does not exist."""
    try:
        day: date = Day().deserialize(text)
    except ValidationError as error:
        raise NotFoundError("calendar-day", text) from error
    return day


def _require_agency(tx: Transaction, code: str | None) -> None:
    """Raise NotFoundError for an agency that does not exist."""
    if code is not None:
        agency_of(tx, code)
