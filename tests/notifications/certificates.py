"""Certificates of the tests' own making: an authority that the machine trusts, and what it and others certify."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

LONG_AGO = {"not_before": datetime(2020, 1, 1, tzinfo=UTC), "not_after": datetime(2021, 1, 1, tzinfo=UTC)}
NOT_YET = {"not_before": datetime(2090, 1, 1, tzinfo=UTC), "not_after": datetime(2099, 1, 1, tzinfo=UTC)}


def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority among those that this machine trusts, as an operator would put it there."""
    authority = trustme.CA()
    path = folder / "trusted.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


def certified(authority: trustme.CA, *names: str, **validity: Any) -> ssl.SSLContext:
    """What a server shows that an authority has certified for these names or addresses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **validity).configure_cert(context)
    return context
