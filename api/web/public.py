"""What anybody may read: the plans that were released, with the obligations in them."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from api.auth import engine
from api.web.door import goto, is_known, page
from engine.access import SYSTEM
from engine.queries import plans, publications
from engine.runtime import Transaction

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
def front() -> Response:
    """One's own work for whoever is logged in; what is released for anybody else."""
    return goto(url_for("pages.work.mine" if is_known() else "pages.public.released"))


@blueprint.get("/public")
def released() -> str:
    """The released plans with their obligations, and what agencies published; nothing of what they do otherwise."""
    return engine().read(SYSTEM, _released)


def _released(tx: Transaction) -> str:
    found = [(plan, plans.obligations(tx, plan.id, limit=1000)) for plan in plans.plans(tx)]
    names = {code: {"name_vi": vi, "name_en": en} for code, (vi, en) in publications.CHANNELS.items()}
    return page("public.html", plans=found, published=publications.published(tx), channels=names)
