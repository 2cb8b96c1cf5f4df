"""One served installation with demo data for all journeys of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.server import Client, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A started server with plan 179 and the demo people."""
    served = Server(tmp_path_factory.mktemp("journey"))
    prepared = served.cli("init", "--demo")
    assert prepared.returncode == 0, prepared.stderr
    served.start()
    yield served
    for client in served.clients:
        client.close()
    served.stop()


@pytest.fixture(scope="session")
def login(server: Server) -> Callable[[str], Client]:
    """Log in as a demo account, once per account."""
    known: dict[str, Client] = {}

    def enter(username: str) -> Client:
        if username not in known:
            known[username] = Client(server, username)
        return known[username]

    return enter
