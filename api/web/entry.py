"""Coming in, going out, the language, and one's own account."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for

from api import entering
from api.auth import actor
from api.web import refusals
from api.web.catalogues import COOKIE, LANGUAGES, USUAL
from api.web.door import goto, is_known, onward, page, read
from engine.errors import EngineError, ForbiddenError
from engine.queries import directory
from engine.queries.directory import AgencyFilter
from engine.runtime import Transaction

blueprint = Blueprint("entry", __name__)

_A_YEAR = 365 * 24 * 3600
_OWN_SITE = frozenset({None, "same-origin", "none"})
_LONGEST = 1000


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    """Ask for a user name and a password, and open a session."""
    if request.method == "GET":
        return goto(_wanted()) if is_known() else page("login.html", next=request.args.get("next"))
    username, password = (request.form.get(name, "")[:_LONGEST] for name in ("username", "password"))
    try:
        _require_own_site()
        _, secret = entering.enter(username.strip(), password)
    except EngineError as error:
        return page("login.html", problem=refusals.told(error), username=username, next=request.form.get("next")), 401
    answer = goto(_wanted())
    entering.set_cookie(answer, secret)
    return answer


@blueprint.post("/logout")
def logout() -> Response:
    """End the session."""
    entering.leave()
    answer = onward("pages.entry.login", "left")
    entering.drop_cookie(answer)
    return answer


@blueprint.post("/language")
def language() -> Response:
    """Keep the language that the reader has chosen."""
    wanted = request.form.get("language", "")
    answer = goto(_wanted())
    chosen = wanted if wanted in LANGUAGES else USUAL
    answer.set_cookie(
        COOKIE, chosen, max_age=_A_YEAR, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    return answer


@blueprint.get("/account")
def account() -> str:
    """Who one is, and the roles one holds today."""

    def query(tx: Transaction) -> str:
        person = directory.person(tx, tx.actor.person_id or "")
        agencies = {a.code: a for a in directory.agencies(tx, AgencyFilter(), limit=1000)}
        grants = [(grant.role, agencies.get(grant.agency or "")) for grant in actor().grants]
        return page("account.html", person=person, grants=grants)

    return read(query)


def _require_own_site() -> None:
    """Refuse a log-in that another site has the browser send."""
    if request.headers.get("Sec-Fetch-Site") not in _OWN_SITE:
        raise ForbiddenError("login", "Trang đăng nhập được gửi từ một trang khác.", "Another site sent the log-in.")


def _wanted() -> str:
    """The page to go on to: one of ours only."""
    given = request.form.get("next") or request.args.get("next") or ""
    parts = urlsplit(given)
    is_ours = given.startswith("/") and not given.startswith(("//", "/\\")) and not parts.netloc and given.isprintable()
    return given if is_ours else url_for("pages.public.front")
