"""Promises of the council's vote on both databases: who may vote, what is counted, and that no vote has a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from engine.access import SYSTEM, Actor
from engine.commands import ballots, directory, instances
from engine.commands.directory import Role
from engine.errors import ConflictError, ForbiddenError, InvalidDataError, NotFoundError
from engine.handlers import ballot_box
from engine.handlers.dossier_content import new_dossier
from engine.models import Row
from engine.models.columns import new_id
from engine.models.commendation import CouncilMeeting
from engine.models.directory import Agency
from engine.queries import council
from engine.queries.directory import grants_of_person
from engine.runtime import Engine, Transaction
from tests.commending import DossierScene, add_members, somebody
from tests.conftest import MovableClock
from tests.installed import COMMUNE, actor

NAMES = ("Đỗ Thị Một", "Đỗ Thị Hai", "Đỗ Thị Ba", "Đỗ Thị Bốn")


class Council:
    """A council of five, convened on a commune's dossier."""

    def __init__(self, engine: Engine, clock: MovableClock, **content: Any) -> None:
        self.clock = clock
        self.members = [actor(engine, "hd-tdkt.council_member"), *add_members(engine, NAMES)]
        self.scene = DossierScene(engine, **content)
        self.scene.hand_in()
        self.scene.convene()

    def vote(self, *choices: str) -> None:
        """Have the members vote one after the other, a while apart."""
        for member, choice in zip(self.members, choices, strict=False):
            self.scene.vote(member, choice)
            self.clock.forward(timedelta(minutes=7))


@pytest.fixture
def sitting(installed: Engine, clock: MovableClock) -> Council:
    """A council of five, on each database."""
    return Council(installed, clock)


@pytest.fixture
def alone(installed_sqlite: Engine, clock: MovableClock) -> Council:
    """The same on SQLite only."""
    return Council(installed_sqlite, clock)


def test_a_vote_is_counted_after_its_closing(sitting: Council) -> None:
    sitting.vote("in_favour", "in_favour", "against", "in_favour", "in_favour")
    before = sitting.scene.meeting

    told = sitting.scene.count()

    after = sitting.scene.meeting
    assert (before.state, before.in_favour, before.result) == ("voting", None, None)
    assert told["tally"] == {"in_favour": 4, "against": 1, "blank": 0}
    assert (after.state, after.taken_part, after.result, after.quorum_met) == ("closed", 5, "in_favour", True)


def test_too_few_are_no_quorum(alone: Council) -> None:
    alone.vote("in_favour", "in_favour", "in_favour")

    assert alone.scene.count()["result"] == "no_quorum"


def test_an_absent_member_writes_under_their_name(sitting: Council) -> None:
    sitting.vote("in_favour", "in_favour", "in_favour", "against")
    sitting.scene.engine.run(sitting.members[4], ballots.opine, sitting.scene.id, "in_favour", "Đồng ý.")

    told = sitting.scene.count()

    seats = sitting.scene.engine.read(SYSTEM, council.seats, sitting.scene.meeting.id)
    assert told["tally"] == {"in_favour": 4, "against": 1, "blank": 0}
    assert Counter(seat.attendance for seat in seats) == {"present": 4, "written_opinion": 1}


def test_who_declares_an_interest_does_not_count(sitting: Council) -> None:
    scene = sitting.scene
    scene.complete(sitting.members[4], "ballot", decision="declare_conflict", comment="Là người nhà.")
    sitting.vote("in_favour", "in_favour", "in_favour", "against")

    told = scene.count()

    assert (scene.meeting.recused, told["quorum_met"], told["result"]) == (1, True, "not_in_favour")
    with pytest.raises(ForbiddenError):
        scene.engine.run(SYSTEM, lambda tx: setattr(_meeting(tx, scene), "state", "voting"))
        scene.vote(sitting.members[4], "in_favour")


def test_nobody_votes_on_their_own_agency(installed: Engine, clock: MovableClock) -> None:
    both = somebody(installed, "Lê Hai Nơi", Role("council_member", "hd-tdkt"), Role("agency_officer", COMMUNE))
    sitting = Council(installed, clock)

    with pytest.raises(ForbiddenError):
        sitting.scene.vote(both, "in_favour")

    seats = installed.read(SYSTEM, council.seats, sitting.scene.meeting.id)
    assert [seat.recusal for seat in seats if seat.person_id == both.person_id] == ["own_agency"]
    assert both.person_id not in sitting.scene.variables["members"]


def test_who_joined_the_agency_since_does_not_vote(alone: Council) -> None:
    member = alone.members[1]
    engine = alone.scene.engine
    engine.run(SYSTEM, directory.add_membership, member.person_id or "", Role("agency_officer", COMMUNE))

    with pytest.raises(ForbiddenError):
        alone.scene.vote(_anew(engine, member), "in_favour")


@pytest.mark.parametrize("username", ["snv.council_secretary", "ubnd.city_leader", f"{COMMUNE}.agency_head", "auditor"])
def test_who_does_not_sit_in_it_does_not_vote(alone: Council, username: str) -> None:
    with pytest.raises(ForbiddenError):
        alone.scene.vote(actor(alone.scene.engine, username), "in_favour")


def test_a_stranger_does_not_learn_of_the_vote(alone: Council) -> None:
    with pytest.raises(NotFoundError):
        alone.scene.vote(actor(alone.scene.engine, "c-ba-vi.agency_officer"), "in_favour")


def test_nobody_votes_twice(sitting: Council) -> None:
    sitting.vote("in_favour")

    with pytest.raises(ConflictError):
        sitting.scene.vote(sitting.members[0], "against")
    with pytest.raises(ConflictError):
        sitting.scene.engine.run(sitting.members[0], ballots.opine, sitting.scene.id, "against")


def test_a_choice_that_is_none_is_refused(alone: Council) -> None:
    with pytest.raises(InvalidDataError):
        alone.scene.vote(alone.members[0], "maybe")

    assert alone.scene.engine.read(SYSTEM, ballot_box.turnout, alone.scene.meeting.id) == 0


def test_nobody_votes_after_the_closing(alone: Council) -> None:
    alone.scene.count()

    with pytest.raises(ConflictError):
        alone.scene.vote(alone.members[0], "in_favour")


def test_nobody_votes_while_the_case_stands_still(alone: Council) -> None:
    alone.scene.engine.run(alone.scene.leader, instances.suspend, alone.scene.dossier.instance_id or "", "thử")

    with pytest.raises(ConflictError):
        alone.scene.vote(alone.members[0], "in_favour")


def test_a_task_without_a_ballot_is_no_vote(alone: Council) -> None:
    alone.scene.complete(alone.members[0], "ballot", decision="voted")

    assert alone.scene.count()["tally"] == {"in_favour": 0, "against": 0, "blank": 0}


def test_written_opinions_where_the_rules_want_no_secret_ballot(installed_sqlite: Engine, clock: MovableClock) -> None:
    form = {"award_form": "excellent_labour_collective", "achievement_type": "merit"}
    sitting = Council(installed_sqlite, clock, **form)

    with pytest.raises(ConflictError):
        sitting.scene.vote(sitting.members[0], "in_favour")
    for member in sitting.members:
        installed_sqlite.run(member, ballots.opine, sitting.scene.id, "in_favour")

    assert sitting.scene.count()["result"] == "in_favour"


# The attacks: whoever reads the whole database, system columns and all, and knows when each member voted.


def test_the_ballot_and_the_roll_share_nothing_but_the_meeting() -> None:
    tables = Row.metadata.tables

    assert set(tables["ballot"].c.keys()) == {"meeting_id", "id", "choice"}
    assert set(tables["ballot_roll"].c.keys()) == {"meeting_id", "person_id"}


def test_the_choice_stands_nowhere_but_in_the_box(sitting: Council) -> None:
    sitting.vote("blank", "against", "against", "blank", "against")

    found = {table for table, row in _dump(sitting.scene.engine) if {"against", "blank"} & _words(row)}

    assert found - {"process_definition"} == {"ballot"}


def test_no_id_of_a_ballot_stands_anywhere_else(sitting: Council) -> None:
    sitting.vote("blank", "against", "against", "blank", "against")
    rows = list(_dump(sitting.scene.engine))
    ids = {row["id"] for table, row in rows if table == "ballot"}

    elsewhere = [table for table, row in rows if table != "ballot" and any(one in str(row) for one in ids)]

    assert len(ids) == 5
    assert elsewhere == []


def test_sqlite_keeps_no_order_of_ballots(alone: Council) -> None:
    alone.vote("in_favour", "against")

    for table in ("ballot", "ballot_roll"):
        with pytest.raises(DBAPIError), alone.scene.engine.database.writer.connect() as connection:
            connection.execute(text(f"SELECT rowid FROM {table}"))


def test_postgresql_tells_no_transactions_of_ballots_apart(sitting: Council) -> None:
    if sitting.scene.engine.database.name != "postgresql":
        pytest.skip("SQLite has no such columns")
    sitting.vote("in_favour", "against", "blank")

    with sitting.scene.engine.database.writer.connect() as connection:
        writers = connection.execute(text("SELECT DISTINCT xmin::text FROM ballot")).all()

    assert len(writers) == 1


def test_the_place_of_a_ballot_tells_nothing_of_its_turn(installed: Engine) -> None:
    meetings = installed.run(SYSTEM, _empty_meetings, 60)
    voters = [somebody(installed, f"Đỗ Thị {n}").person_id or "" for n in range(3)]

    for meeting in meetings:
        for turn, voter in enumerate(voters):
            installed.run(SYSTEM, ballot_box.put, meeting, voter, "in_favour" if turn == 0 else "against")

    for order in ("", " ORDER BY id", " ORDER BY ctid"):
        if order.endswith("ctid") and installed.database.name != "postgresql":
            continue
        places = Counter(_place_of_first(installed, meeting, order) for meeting in meetings)
        assert set(places) == {0, 1, 2}
        assert max(places.values()) < 45  # chance alone gives 20 of 60; a telling order would give 60


def test_who_reads_the_council_reads_no_vote_before_the_closing(alone: Council) -> None:
    alone.vote("in_favour", "against")

    found = alone.scene.meeting
    rows = [row for table, row in _dump(alone.scene.engine) if table == "audit_event"]
    events = [row for row in rows if row["type"] in ("ballot-cast", "element-completed", "council-convened")]

    assert (found.in_favour, found.against, found.blank, found.taken_part) == (None,) * 4
    assert len(events) > len(alone.members)
    assert not any({"in_favour", "against"} & _words(event) for event in events)


def _dump(engine: Engine) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table."""
    with engine.database.writer.connect() as connection:
        for table in inspect(engine.database.writer).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                yield table, dict(row)


def _words(row: dict[str, Any]) -> set[str]:
    """The words that stand in a row as values, also within JSON."""
    told = " ".join(str(value) for value in row.values() if not isinstance(value, bytes | memoryview))
    raw = " ".join(bytes(value).decode(errors="replace") for value in row.values() if isinstance(value, bytes))
    return set((told + " " + raw).replace('"', " ").replace("'", " ").replace(",", " ").replace(":", " ").split())


def _empty_meetings(tx: Transaction, count: int) -> list[str]:
    """Votes on nothing, so that the box alone is looked at."""
    made = [new_dossier(tx, tx.session.get_one(Agency, COMMUNE), new_id()) for _ in range(count)]
    tx.session.add_all(made)
    tx.session.flush()
    rules = {"ballot": "secret", "quorum_percent": 67, "threshold_percent": 80, "state": "voting", "seats": 3}
    meetings = [
        CouncilMeeting(id=new_id(), dossier_id=one.id, number=1, convened_at=tx.now, version=1, **rules) for one in made
    ]
    tx.session.add_all(meetings)
    return [meeting.id for meeting in meetings]


def _place_of_first(engine: Engine, meeting: str, order: str) -> int:
    """Where the first voter's ballot lies in that order."""
    with engine.database.writer.connect() as connection:
        query = text(f"SELECT choice FROM ballot WHERE meeting_id = :meeting{order}")
        return list(connection.scalars(query, {"meeting": meeting})).index("in_favour")


def _meeting(tx: Transaction, scene: DossierScene) -> CouncilMeeting:
    found = council.latest(tx, scene.id)
    assert found is not None
    return found


def _anew(engine: Engine, member: Actor) -> Actor:
    return Actor(member.person_id, None, engine.read(SYSTEM, grants_of_person, member.person_id or ""))
