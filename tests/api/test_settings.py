"""Promises of the settings: nothing is guessed in production, and what is wrong is named before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings, make_home, read_settings, secret_key
from engine.clock import FileClock, SystemClock
from engine.errors import StartupError

KEY = {"DONDOC_SECRET_KEY": "k" * 32}
TRIAL = {"DONDOC_ENV": "development"}


def test_without_any_setting_production_does_not_start() -> None:
    with pytest.raises(StartupError, match="DONDOC_SECRET_KEY"):
        read_settings({})


def test_with_a_key_everything_else_has_a_safe_default() -> None:
    settings = read_settings(KEY)

    assert (settings.is_development, settings.host, settings.synchronous) == (False, "127.0.0.1", "FULL")
    assert isinstance(settings.make_clock(), SystemClock)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (KEY | {"DONDOC_CLOCK": "file:/now"}, "DONDOC_CLOCK"),
        (TRIAL | {"DONDOC_CLOCK": "/now"}, "DONDOC_CLOCK"),
        (KEY | {"DONDOC_ENV": "test"}, "DONDOC_ENV"),
        ({"DONDOC_SECRET_KEY": "short"}, "DONDOC_SECRET_KEY"),
        (KEY | {"DONDOC_WORKERS": "2"}, "DONDOC_WORKERS"),
        (KEY | {"DONDOC_PORT": "eighty"}, "DONDOC_PORT"),
        (KEY | {"DONDOC_PORT": "0"}, "DONDOC_PORT"),
        (KEY | {"PORT": "65536"}, "DONDOC_PORT"),
        (KEY | {"DONDOC_DATABASE_URL": "mysql://host/name"}, "DONDOC_DATABASE_URL"),
        (KEY | {"DONDOC_DATABASE_URL": "not a url"}, "DONDOC_DATABASE_URL"),
        (KEY | {"DONDOC_PROT": "8001"}, "DONDOC_PROT"),
        (KEY | {"DONDOC_SYNCHRONOUS": "off"}, "DONDOC_SYNCHRONOUS"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, str], named: str) -> None:
    with pytest.raises(StartupError, match=named) as refused:
        read_settings(given)

    assert refused.value.message_vi.startswith(named)


def test_a_misspelt_setting_is_named_with_the_one_that_is_like_it() -> None:
    with pytest.raises(StartupError) as refused:
        read_settings(KEY | {"DONDOC_PROT": "8001"})

    assert "DONDOC_PORT" in refused.value.message_vi


def test_what_only_reads_needs_no_key() -> None:
    assert read_settings({}, reads_only=True).secret_key == ""


def test_the_home_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    make_home(Settings(home=tmp_path / "home"))

    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StartupError, match="DONDOC_HOME"):
        make_home(Settings(home=tmp_path / "file" / "home"))


def test_a_trial_may_have_a_clock_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "now"
    path.write_text("2026-03-10T09:00:00+07:00", encoding="utf-8")

    settings = read_settings(TRIAL | {"DONDOC_CLOCK": f"file:{path}"})

    assert isinstance(settings.make_clock(), FileClock)


def test_the_plain_port_is_read_and_the_named_one_counts_more() -> None:
    assert read_settings(KEY | {"PORT": "8001"}).port == 8001
    assert read_settings(KEY | {"PORT": "8001", "DONDOC_PORT": "8002"}).port == 8002


def test_in_development_a_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, env="development")

    first = secret_key(settings)

    assert (secret_key(settings), len(first) >= 32) == (first, True)
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
