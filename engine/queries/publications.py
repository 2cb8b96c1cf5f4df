"""Publications and their channels: to the staff who may see their cases, and to the public what is published.

Rule: the public reads what is in state `published`, and of it the fields of `Public` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select

from engine.errors import NotFoundError
from engine.models.directory import Agency
from engine.models.instance import ProcessInstance
from engine.models.publication import Publication, PublicationChannel
from engine.queries.ordering import Order, count_of
from engine.queries.visibility import sees_instance
from engine.runtime import Transaction

#: The channels of an agency, with their names; `press` is what a press body reports.
CHANNELS: Mapping[str, tuple[str, str]] = {
    "portal": ("Cổng, Trang thông tin điện tử", "Portal"),
    "fanpage": ("Fanpage", "Fan page"),
    "zalo_oa": ("Zalo OA", "Zalo OA"),
    "youtube": ("YouTube", "YouTube"),
    "tiktok": ("TikTok", "TikTok"),
    "commune_radio": ("Đài truyền thanh cơ sở", "Commune radio"),
}
USUAL = "-created_at"
ORDERS = {
    USUAL: Order(Publication.created_at, Publication.id, datetime, descending=True),
    "created_at": Order(Publication.created_at, Publication.id, datetime),
}
_PUBLIC = "published"


@dataclass(frozen=True)
class PublicationFilter:
    """Which publications: of an agency, in a state, of an obligation."""

    agency: str | None = None
    state: str | None = None
    obligation: str | None = None


@dataclass(frozen=True)
class PublicPlace:
    """Where the public finds an item."""

    channel: str
    title: str | None
    url: str | None


@dataclass(frozen=True)
class Public:
    """What the public reads of a publication."""

    id: str
    title: str
    summary: str
    agency: Mapping[str, str]
    content_tags: Sequence[str]
    published_at: datetime | None
    corrected_at: datetime | None
    notice: str | None
    places: Sequence[PublicPlace]


def publication(tx: Transaction, publication_id: str) -> Publication:
    """One publication that the actor may know of. Raises NotFoundError."""
    query = _seen(tx, PublicationFilter()).where(Publication.id == publication_id)
    found = tx.session.scalars(query).first()
    if found is None:
        raise NotFoundError("publication", publication_id)
    return found


def publications(
    tx: Transaction, wanted: PublicationFilter, after: tuple[Any, str] | None = None, limit: int = 50, sort: str = USUAL
) -> Sequence[Publication]:
    """Up to `limit` publications in one of ORDERS, after the place of another."""
    return tx.session.scalars(ORDERS[sort].cut(_seen(tx, wanted), after, limit)).all()


def count_publications(tx: Transaction, wanted: PublicationFilter) -> int:
    """How many publications there are in that list."""
    return count_of(tx, _seen(tx, wanted))


def channels_of(tx: Transaction, publication_id: str) -> Sequence[PublicationChannel]:
    """The channels of a publication, in order."""
    query = select(PublicationChannel).where(PublicationChannel.publication_id == publication_id)
    return tx.session.scalars(query.order_by(PublicationChannel.position)).all()


def published(tx: Transaction, limit: int = 50) -> Sequence[Public]:
    """What anybody may read, the latest first. Whoever asks: it holds nothing that is not public."""
    query = (
        select(Publication, Agency)
        .join(Agency, Agency.code == Publication.agency)
        .where(Publication.state == _PUBLIC)
        .order_by(Publication.published_at.desc(), Publication.id)
        .limit(limit)
    )
    found = tx.session.execute(query).all()
    places = _places(tx, [row.id for row, _ in found])
    return [_public(row, agency, places.get(row.id, [])) for row, agency in found]


def _public(row: Publication, agency: Agency, places: Sequence[PublicPlace]) -> Public:
    return Public(
        row.id,
        row.title or "",
        row.summary or "",
        {"name_vi": agency.name_vi, "name_en": agency.name_en},
        row.content_tags,
        row.published_at,
        row.corrected_at,
        row.notice,
        places,
    )


def _places(tx: Transaction, ids: Sequence[str]) -> dict[str, list[PublicPlace]]:
    there = PublicationChannel.state.in_((_PUBLIC, "corrected"))
    query = select(PublicationChannel).where(PublicationChannel.publication_id.in_(ids), there)
    found: dict[str, list[PublicPlace]] = {}
    for row in tx.session.scalars(query.order_by(PublicationChannel.position)):
        found.setdefault(row.publication_id, []).append(PublicPlace(row.channel, row.title, _link(row.url)))
    return found


def _link(url: str | None) -> str | None:
    """The address, if a browser may follow it: what people type in may be anything."""
    return url if url and url.startswith(("https://", "http://")) else None


def _seen(tx: Transaction, wanted: PublicationFilter) -> Select[Publication]:
    exact = {
        Publication.agency: wanted.agency,
        Publication.state: wanted.state,
        Publication.obligation_id: wanted.obligation,
    }
    visible = select(ProcessInstance.id).where(sees_instance(tx.actor))
    seen = or_(Publication.instance_id.in_(visible), Publication.correction_instance_id.in_(visible))
    return select(Publication).where(seen, *(column == value for column, value in exact.items() if value is not None))
