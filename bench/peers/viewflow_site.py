"""django-viewflow behind the same server as the product: its settings, and the commands `migrate` and `serve`.

Rule: what can be spared is spared in its favour: no middleware, kept connections, the locks it recommends. It runs in
an environment of its own, made by `bench.viewflow`.
"""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from granian import Granian
from granian.constants import Interfaces

OFFICER = "c-thach-that.agency_officer"
_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;",
    },
}
_POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None}


def application() -> WSGIHandler:
    """The WSGI application over the database that the environment names."""
    configure()
    return get_wsgi_application()


def configure() -> None:
    """Set Django up; its modules cannot be imported before."""
    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": _database(os.environ["BENCH_DATABASE_URL"])},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "viewflow.workflow",
            "bench.peers",
        ],
        MIDDLEWARE=[],
        ROOT_URLCONF="bench.peers.viewflow_flows",
        LOGGING_CONFIG=None,
        USE_TZ=True,
    )
    django.setup()


def migrate() -> None:
    """Create the tables, and the one officer to whom all tasks go."""
    configure()
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import User

    User.objects.get_or_create(username=OFFICER)


def serve() -> None:
    """Serve until told to stop."""
    Granian(
        "bench.peers.viewflow_site:application",
        factory=True,
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        workers=int(os.environ["BENCH_WORKERS"]),
        blocking_threads=8,
        log_enabled=False,
    ).serve()


def _database(url: str) -> dict[str, Any]:
    """The database in Django's words, with the durability of everybody in the run."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _SQLITE | {"NAME": parts.path.removeprefix("/")}
    return _POSTGRESQL | {
        "NAME": parts.path.removeprefix("/"),
        "HOST": parts.hostname,
        "PORT": parts.port,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


if __name__ == "__main__":
    {"migrate": migrate, "serve": serve}[sys.argv[1]]()
