"""Who is asking: a bearer token or a session cookie becomes an actor, or nobody does.

Rule: roles are read for every request; a cookie alone changes nothing, it needs the CSRF token too (pages send it as a
field of their form); every route has a policy, and the application does not start while one has none.
"""

from __future__ import annotations

import hashlib
import hmac

import structlog
from flask import Flask, current_app, g, request

from api.errors import RequestError
from engine.access import SYSTEM, Actor
from engine.commands.credentials import NOTED_EVERY, WRITE, note_use
from engine.errors import EngineError, UnauthenticatedError
from engine.queries.directory import Identity, identity_of_session, identity_of_token
from engine.runtime import Engine

PUBLIC = frozenset(
    {
        "static",
        "session.open_session",
        "service.healthz",
        "service.readyz",
        "service.metrics",
        "service.openapi",
        "service.docs",
        "service.style",
        "pages.static",
        "pages.entry.login",
        "pages.entry.language",
        "pages.public.released",
        "pages.public.front",
    }
)
PAGES = "pages."
CSRF_FIELD = "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TRUSTED_SITES = frozenset({"same-origin", "none"})

log = structlog.get_logger("api")


def is_page() -> bool:
    """Whether this request is for a page of the site, which people open in a browser."""
    return (request.endpoint or "").startswith(PAGES)


def register(app: Flask) -> None:
    """Have every request of a route that is not public carry a known actor."""
    app.before_request(_identify)


def engine() -> Engine:
    """The engine of the running application."""
    found: Engine = current_app.extensions["dondoc"]
    return found


def actor() -> Actor:
    """The actor of this request."""
    found: Actor = g.actor
    return found


def cookie_name() -> str:
    """The session cookie's name; the prefix binds it to this host over TLS."""
    return "dondoc_session" if current_app.config["IS_DEVELOPMENT"] else "__Host-dondoc"


def csrf_token(secret: str) -> str:
    """The token that must come with every change made through the session of this secret."""
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()


def session_secret() -> str | None:
    """The secret in the session cookie of this request."""
    return request.cookies.get(cookie_name())


def _identify() -> None:
    if request.endpoint is None:
        return
    if request.endpoint in PUBLIC:
        if is_page() and request.endpoint != f"{PAGES}static":
            recognise()
        return
    identity = _by_session() if is_page() else _by_token() or _by_session()
    if identity is None:
        raise UnauthenticatedError(said_who=False)
    g.actor, g.identity = identity.actor, identity
    _require_scope(identity.actor)


def recognise() -> None:
    """Have a page that refuses nobody know whoever is logged in."""
    secret = session_secret()
    identity = engine().read(SYSTEM, identity_of_session, secret, g.request_id) if secret else None
    if identity is not None:
        g.actor, g.identity = identity.actor, identity


def _by_token() -> Identity | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    found = engine().read(SYSTEM, identity_of_token, secret.strip(), g.request_id)
    if found is None:
        raise UnauthenticatedError
    return found


def _by_session() -> Identity | None:
    secret = session_secret()
    if not secret:
        return None
    identity = engine().read(SYSTEM, identity_of_session, secret, g.request_id)
    if identity is None:
        return None
    if request.method not in _SAFE:
        _require_own_site(secret)
    _note_use(identity, secret)
    return identity


def _note_use(identity: Identity, secret: str) -> None:
    """Keep a session from counting as idle; that it cannot be noted must not stop anybody from reading."""
    if identity.seen_at is None or engine().clock.now() - identity.seen_at < NOTED_EVERY:
        return
    try:
        engine().run(identity.actor, note_use, secret)
    except EngineError as error:
        log.warning("session-use-not-noted", code=error.code, request_id=g.request_id)


def _require_scope(actor: Actor) -> None:
    if actor.scopes and WRITE not in actor.scopes and request.method not in _SAFE:
        raise RequestError(
            403, "scope", "Mã truy cập này chỉ được phép đọc dữ liệu.", "This token may be used for reading only."
        )


def _require_own_site(secret: str) -> None:
    site = request.headers.get("Sec-Fetch-Site")
    token = request.headers.get("X-CSRF-Token", "") or (request.form.get(CSRF_FIELD, "") if is_page() else "")
    if (site is not None and site not in _TRUSTED_SITES) or not _same(token, csrf_token(secret)):
        raise RequestError(
            403,
            "csrf",
            "Thiếu hoặc sai mã X-CSRF-Token của phiên đăng nhập."
            if not is_page()
            else "Trang này thuộc phiên đăng nhập đã cũ. Hãy tải lại trang rồi thực hiện lại.",
            "The session's X-CSRF-Token is missing or wrong."
            if not is_page()
            else "This page belongs to an earlier session. Load it again, then repeat what you did.",
        )


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
