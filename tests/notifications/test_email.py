"""Mail through a real server, which refuses, delays and hangs up: nothing is lost, and repeats carry the same id."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import icalendar
import pytest

from engine.access import SYSTEM, Actor
from engine.commands import directory
from engine.commands.directory import Login, Role
from engine.errors import StartupError
from engine.runtime import Engine
from notifications.channels import email as mail_limits
from notifications.channels.email import EmailChannel
from notifications.channels.mail_server import mail_server as read_url
from notifications.courier import Courier
from tests.conftest import MovableClock
from tests.installed import COMMUNE, begin
from tests.notifications.outgoing import DOMAIN, OFFICER, SITE, mailing, messages, reachable, states
from tests.notifications.servers import Letters, free_port, mail_server

Post = Callable[[Engine], Courier]
ADDRESS, OTHER = "can-bo@thachthat.example", "ban-be@thachthat.example"


@pytest.fixture
def letters() -> Letters:
    """What a mail server got, and how it behaves."""
    return Letters()


@pytest.fixture
def post(letters: Letters) -> Iterator[Post]:
    """Couriers of mail to that server, who hang up in the end."""
    with mail_server(letters) as url, ExitStack() as open_lines:
        yield lambda engine: hanging_up(open_lines, mailing(engine, url))


def hanging_up(lines: ExitStack, carrier: Courier) -> Courier:
    """The courier, whose connection is closed at the end."""
    assert isinstance(carrier.channel, EmailChannel)
    lines.callback(carrier.channel.close)
    return carrier


def colleague(engine: Engine, address: str = OTHER, name: str = "Lê Thị Bạn", language: str = "vi") -> str:
    """A second officer of the commune, with an address."""
    role = Role("agency_officer", COMMUNE)
    person = engine.run(SYSTEM, directory.add_person, name, login=Login("colleague"), roles=[role])
    engine.run(SYSTEM, directory.change_person, person.id, {"email": address, "language": language})
    return str(person.id)


def officer(engine: Engine, address: str = ADDRESS, **more: object) -> Actor:
    """The officer of the commune, with an address."""
    return reachable(engine, OFFICER, address, **more)


def part(mail: EmailMessage, kind: str) -> EmailMessage:
    """The part of a mail of that type."""
    found = next(p for p in mail.walk() if p.get_content_type() == kind)
    assert isinstance(found, EmailMessage)
    return found


def test_a_task_is_told_by_mail_in_vietnamese(installed: Engine, letters: Letters, post: Post) -> None:
    who = officer(installed)
    case = begin(installed, who)

    post(installed).deliver_due()

    (mail,), (row,) = letters.mails(), messages(installed, channel="email")
    task = row.payload["task"]
    assert mail["Message-ID"] == f"<{row.id}@{DOMAIN}>"
    assert mail["Subject"] == "Công việc mới: Soạn đề xuất nhiệm vụ"
    assert mail["From"] == f"Đôn Đốc <no-reply@{DOMAIN}>"
    assert mail["To"].addresses[0].addr_spec == ADDRESS
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = (part(mail, kind).get_content() for kind in ("text/plain", "text/html"))
    assert "Xã Thạch Thất có công việc mới chờ xử lý" in text
    assert f"{SITE}/tasks/{task}" in text
    assert f'href="{SITE}/tasks/{task}"' in html
    assert 'lang="vi"' in html
    assert (row.state, row.instance_id) == ("sent", case.id)


def test_headers_outside_ascii_travel_as_ascii(installed_sqlite: Engine, letters: Letters, post: Post) -> None:
    who = officer(installed_sqlite, full_name="Nguyễn Thị Ánh Tuyết")
    begin(installed_sqlite, who)

    post(installed_sqlite).deliver_due()

    head = letters.kept[0][1].split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert letters.mails()[0]["To"].addresses[0].display_name == "Nguyễn Thị Ánh Tuyết"


def test_english_readers_get_english(installed_sqlite: Engine, letters: Letters, post: Post) -> None:
    begin(installed_sqlite, officer(installed_sqlite, language="en"))

    post(installed_sqlite).deliver_due()

    (mail,) = letters.mails()
    assert str(mail["Subject"]).startswith("New task: ")
    assert "Dear " in part(mail, "text/plain").get_content()
    assert 'lang="en"' in part(mail, "text/html").get_content()


def test_a_due_date_comes_as_a_calendar_entry(installed_sqlite: Engine, letters: Letters, post: Post) -> None:
    begin(installed_sqlite, officer(installed_sqlite))

    post(installed_sqlite).deliver_due()

    content = part(letters.mails()[0], "text/calendar").get_content()
    (entry,) = icalendar.Calendar.from_ical(content).events
    (row,) = messages(installed_sqlite, channel="email")
    assert entry["uid"] == f"task-{row.payload['task']}@{DOMAIN}"
    assert entry["summary"] == "Công việc mới: Soạn đề xuất nhiệm vụ"
    assert entry.start == datetime(2026, 3, 17, 16, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "Lan\r\nBcc: ai@do.example\r\n\r\nxin chào",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "a" * 5_000,
        "\u202etxt.exe",
        'Tên, có <dấu>; "ngoặc" \\ và phẩy',
    ],
)
def test_what_stands_in_a_name_does_nothing(installed_sqlite: Engine, letters: Letters, post: Post, name: str) -> None:
    begin(installed_sqlite, officer(installed_sqlite, full_name=name))

    post(installed_sqlite).deliver_due()

    (mail,) = letters.mails()
    html = part(mail, "text/html").get_content()
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == [ADDRESS]
    assert "<script" not in html
    assert "<img" not in html
    assert [recipient for recipient, _ in letters.kept] == [ADDRESS]


@pytest.mark.parametrize("address", ["", "không-phải-địa-chỉ", "a@b\r\nBcc: c@d.example", "a b@c.example"])
def test_an_address_that_is_none_ends_that_message_alone(
    installed_sqlite: Engine, letters: Letters, post: Post, address: str
) -> None:
    colleague(installed_sqlite)
    begin(installed_sqlite, officer(installed_sqlite, address))

    post(installed_sqlite).deliver_due()

    assert [recipient for recipient, _ in letters.kept] == [OTHER]
    assert states(installed_sqlite, channel="email") == ["dead", "sent"]


def test_one_refused_recipient_of_two_is_dead_and_the_other_has_the_mail(
    installed: Engine, letters: Letters, post: Post
) -> None:
    letters.on_rcpt = lambda address: "550 5.1.1 no such user" if address == OTHER else None
    colleague(installed)
    begin(installed, officer(installed))

    post(installed).deliver_due()

    assert [recipient for recipient, _ in letters.kept] == [ADDRESS]
    assert {(m.state, m.last_error) for m in messages(installed, channel="email")} == {
        ("sent", None),
        ("dead", "mail-recipient 550"),
    }


@pytest.mark.parametrize("line", ["421 4.3.2 shutting down", "451 4.7.1 try again later", "452 4.2.2 full"])
def test_a_refusal_for_now_is_tried_again(
    installed_sqlite: Engine, letters: Letters, post: Post, clock: MovableClock, line: str
) -> None:
    said = iter([line])
    letters.on_rcpt = lambda address: next(said, None)
    begin(installed_sqlite, officer(installed_sqlite))
    carrier = post(installed_sqlite)

    carrier.deliver_due()
    waiting = states(installed_sqlite, channel="email")
    clock.forward(timedelta(seconds=5))
    carrier.deliver_due()

    assert (waiting, states(installed_sqlite, channel="email"), len(letters.kept)) == (["new"], ["sent"], 1)


def test_content_that_is_refused_for_good_is_dead(installed_sqlite: Engine, letters: Letters, post: Post) -> None:
    letters.on_data = lambda address: "554 5.7.1 not wanted"
    begin(installed_sqlite, officer(installed_sqlite))

    post(installed_sqlite).deliver_due()

    (row,) = messages(installed_sqlite, channel="email")
    assert (row.state, row.last_error) == ("dead", "mail-content 554")


def test_a_confirmation_that_is_lost_repeats_the_mail_under_its_id(
    installed: Engine, letters: Letters, post: Post, clock: MovableClock
) -> None:
    letters.drops_after_data = 2
    begin(installed, officer(installed))
    carrier = post(installed)

    for _ in range(3):
        carrier.deliver_due()
        clock.forward(timedelta(minutes=10))

    (row,) = messages(installed, channel="email")
    assert letters.ids() == [f"<{row.id}@{DOMAIN}>"] * 3
    assert (row.state, row.attempts) == ("sent", 3)


def test_a_server_that_does_not_answer_is_left_after_its_limit(
    installed_sqlite: Engine, letters: Letters, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_limits, "SENDING_SECONDS", 0.3)
    letters.on_data = lambda address: time.sleep(1.0)
    begin(installed_sqlite, officer(installed_sqlite))

    began = time.monotonic()
    post(installed_sqlite).deliver_due()

    assert time.monotonic() - began < 0.9
    assert states(installed_sqlite, channel="email") == ["new"]


def test_no_server_at_all_loses_nothing(installed_sqlite: Engine, clock: MovableClock) -> None:
    port = free_port()
    begin(installed_sqlite, officer(installed_sqlite))

    mailing(installed_sqlite, f"smtp://127.0.0.1:{port}").deliver_due()

    (row,) = messages(installed_sqlite, channel="email")
    assert (row.state, row.attempts, row.next_at) == ("new", 1, clock.moment + timedelta(seconds=5))
    assert (row.last_error or "").startswith("mail-server ")


def test_a_connection_is_used_for_many_mails_and_begun_anew_when_it_died(
    installed_sqlite: Engine, letters: Letters
) -> None:
    who, port = officer(installed_sqlite), free_port()
    with ExitStack() as lines:
        carrier = hanging_up(lines, mailing(installed_sqlite, f"smtp://127.0.0.1:{port}"))
        for mails in (5, 1):
            for _ in range(mails):
                begin(installed_sqlite, who)
            with mail_server(letters, port):
                carrier.deliver_due()

    assert len(letters.kept) == 6
    assert letters.connections == 2
    assert states(installed_sqlite, channel="email") == ["sent"] * 6


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://mail:0x19", "smtp://m/?x=1"]
)
def test_an_address_that_is_no_mail_server_stops_the_start(url: str) -> None:
    with pytest.raises(StartupError):
        read_url(url)


def test_the_schemes_have_their_ports_and_credentials() -> None:
    plain, upgraded = read_url("smtp://mail.example"), read_url("smtp+starttls://ng%40uoi:m%2Fk@mail.example")

    assert (plain.port, upgraded.port, read_url("smtps://mail.example").port) == (25, 587, 465)
    assert (upgraded.username, upgraded.password) == ("ng@uoi", "m/k")
