"""Every topic has words in both languages, with full diacritics, that hold whatever names they are given."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import notifications
from notifications.facts import Facts
from notifications.topics import DIGEST, TOPICS
from notifications.wording import LANGUAGES, digest_subject, mail, section

TEMPLATES = Path(notifications.__file__).parent / "templates"
FACTS = Facts(
    path="/tasks/1",
    key="task-1",
    name=("Tổ chức lễ phát động", "Hold the launch"),
    agency=("Xã Thạch Thất", "Thạch Thất commune"),
    business_key="HS-1",
    due_at=datetime(2026, 4, 10, 16, 59, 59, tzinfo=UTC),
)
UNDATED = {
    "leader-alert",
    "request-answered",
    "request-letter",
    "obstacle-copied",
    "obstacle-unanswered",
    "dossier-decided",
    "dossier-overdue",
}
every_topic = pytest.mark.parametrize("topic", TOPICS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
def test_every_topic_has_a_text_and_every_text_a_topic(language: str) -> None:
    found = {path.stem for path in (TEMPLATES / language).glob("*.txt")}

    assert found == {*TOPICS, DIGEST, "mail", "other"}


@every_topic
def test_a_message_names_the_task_the_agency_and_the_due_date(topic: str) -> None:
    vi, en = (
        section(topic, {"returns": 3, "notice": 2}, FACTS, language, "https://dondoc.example/")
        for language in LANGUAGES
    )

    said_vi, said_en = " ".join((vi.subject, *vi.paragraphs)), " ".join((en.subject, *en.paragraphs))
    assert "Tổ chức lễ phát động" in vi.subject
    assert "Xã Thạch Thất" in said_vi
    assert "Hold the launch" in en.subject
    assert topic in UNDATED or ("hết ngày 10/04/2026" in said_vi and "the end of 10 April 2026" in said_en)
    assert (vi.link, en.link) == ("https://dondoc.example/tasks/1",) * 2


@every_language
@every_topic
def test_a_message_needs_nothing_but_its_topic(topic: str, language: str) -> None:
    told = section(topic, {}, Facts("/", "x"), language)

    assert told.subject
    assert told.link is None
    assert "None" not in " ".join((told.subject, *told.paragraphs))


@every_language
def test_a_topic_of_another_release_is_told_all_the_same(language: str) -> None:
    assert "new-topic" in section("new-topic", {}, FACTS, language).subject


@every_language
def test_markup_in_a_name_is_text_in_both_parts(language: str) -> None:
    name = "<b>Đậm</b>\r\nBcc: x@y.example"
    told = section("task-offered", {}, Facts("/", "x", name=(name, name)), language)

    letter = mail(told.subject, [told], "A & B <c>", language)

    assert "\n" not in told.subject
    assert "<b>" in letter.text
    assert "<b>" not in letter.html
    assert "A &amp; B &lt;c&gt;" in letter.html
    assert "A & B <c>" in letter.text


def test_the_digest_counts_and_names_its_day() -> None:
    moment = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)

    assert digest_subject(3, moment, "vi") == "3 thông báo trong ngày 10/03/2026"
    assert digest_subject(3, moment, "en") == "3 notices for 10 March 2026"
