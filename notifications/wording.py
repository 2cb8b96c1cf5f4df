"""From facts to words: subject, text and HTML of a message, in Vietnamese or English.

Rule: what came from people is one line of plain text here, and escaped wherever it becomes HTML; links begin with the
configured address, never with what a request said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound, select_autoescape

from engine import deadlines
from notifications import topics
from notifications.facts import Facts

LANGUAGES = ("vi", "en")
_LONGEST_LINE = 300


@dataclass(frozen=True)
class Section:
    """One thing told: its subject, what there is to say, and where to look (None: no address is configured)."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str | None


@dataclass(frozen=True)
class Mail:
    """What a mail says."""

    subject: str
    text: str
    html: str


def section(topic: str, payload: Mapping[str, Any], facts: Facts, language: str, public_url: str = "") -> Section:
    """One message in words."""
    subject, paragraphs = _rendered(language, topic, _words(topic, payload, facts, language))
    return Section(subject, paragraphs, public_url.rstrip("/") + facts.path if public_url else None)


def mail(subject: str, sections: Sequence[Section], person: str, language: str, public_url: str = "") -> Mail:
    """One or several messages as a mail to a person."""
    words = {
        "subject": subject,
        "sections": sections,
        "person": one_line(person),
        "settings_link": public_url.rstrip("/") + "/notification-preferences" if public_url else None,
    }
    text, html = (_environment().get_template(f"{language}/mail.{form}").render(words) for form in ("txt", "html"))
    return Mail(subject, text, html)


def digest_subject(count: int, moment: datetime, language: str) -> str:
    """The subject of a morning's digest."""
    day = _day(moment, language)
    return _rendered(language, topics.DIGEST, {"count": count, "day": day})[0]


def one_line(text: str) -> str:
    """Text of people as one line of printable characters, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


def _words(topic: str, payload: Mapping[str, Any], facts: Facts, language: str) -> dict[str, Any]:
    english = language == "en"
    title = topics.title(topic, language)
    name = facts.name[english] if facts.name else facts.business_key or title
    return {
        "title": title,
        "name": one_line(name),
        "agency": one_line(facts.agency[english]) if facts.agency else "",
        "case": one_line(facts.business_key or ""),
        "due": _due(facts.due_at, language) if facts.due_at else "",
        "returns": payload.get("returns", ""),
        "notice": payload.get("notice", ""),
        "notices": payload.get("notices", ""),
        "form": payload.get("form", ""),
        "outcome": payload.get("outcome", ""),
        "reason": one_line(facts.reason),
    }


def _rendered(language: str, topic: str, words: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    lines = [one_line(line) for line in _text_of(language, topic).render(words).splitlines()]
    subject, *paragraphs = [line for line in lines if line]
    return subject, tuple(paragraphs)


def _text_of(language: str, topic: str) -> Any:
    try:
        return _environment().get_template(f"{language}/{topic}.txt")
    except TemplateNotFound:
        return _environment().get_template(f"{language}/other.txt")


def _due(moment: datetime, language: str) -> str:
    local, day = moment.astimezone(deadlines.LOCAL), _day(moment, language)
    ends_day = local.time().replace(microsecond=0) == deadlines.END_OF_DAY
    if language == "en":
        return f"the end of {day}" if ends_day else f"{local:%H:%M}, {day}"
    return f"hết ngày {day}" if ends_day else f"{local:%H:%M} ngày {day}"


def _day(moment: datetime, language: str) -> str:
    local = moment.astimezone(deadlines.LOCAL)
    return f"{local.day} {local:%B %Y}" if language == "en" else f"{local:%d/%m/%Y}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(["html"], default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
