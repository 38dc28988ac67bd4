"""Secrets are kept by reference or sealed, and never shown."""

from __future__ import annotations

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from farmlab import config, secrets
from farmlab.config import Settings
from farmlab.domain import Farm
from farmlab.errors import ConfigError

PASSWORD = "correct horse"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return config.load(tmp_path / "home")


def test_a_variable_stays_a_reference_and_is_read_when_needed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROTEM", PASSWORD)
    kept = secrets.keep("env:ROTEM", settings)
    assert kept == "env:ROTEM"
    monkeypatch.setenv("ROTEM", "changed")
    assert secrets.reveal(kept, settings) == "changed"


def test_a_missing_variable_is_named(settings: Settings) -> None:
    with pytest.raises(ConfigError, match=r"'NOT_THERE' is not set.*export NOT_THERE="):
        secrets.keep("env:NOT_THERE", settings)


def test_a_variable_may_stand_in_the_dotenv_file_of_the_home(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / ".env").write_text(f'ROTEM="{PASSWORD}"\n')
    assert secrets.reveal("env:ROTEM", settings) == PASSWORD


def test_a_file_is_sealed_under_a_key_that_nobody_else_may_read(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(f"{PASSWORD}\nsecond line\n", encoding="utf-8-sig")  # as some editors write
    kept = secrets.keep(f"@{tmp_path / 'pw'}", settings)
    assert PASSWORD not in kept
    assert secrets.reveal(kept, settings) == PASSWORD
    assert stat.S_IMODE(secrets.key_file(settings).stat().st_mode) == 0o600


def test_those_who_make_the_first_key_at_once_share_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    together, new_key = Barrier(4), secrets._new_key
    monkeypatch.setattr(secrets, "_new_key", lambda: (together.wait(), new_key())[1])
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda number: secrets.seal(f"{PASSWORD} {number}", settings), range(4)))
    assert [secrets.reveal(kept, settings) for kept in sealed] == [f"{PASSWORD} {number}" for number in range(4)]
    assert [path.name for path in settings.home.iterdir()] == ["secret.key"]


def test_what_was_asked_for_is_sealed(settings: Settings) -> None:
    kept = secrets.keep("-", settings, ask=lambda: f"{PASSWORD}\n")
    assert kept.startswith("sealed:")
    assert secrets.reveal(kept, settings) == PASSWORD
    assert secrets.keep(kept, settings) == kept


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("hunter22", "not written on the command line"),
        ("@/no/such/file", "No such file"),
        ("-", "nobody can be asked"),
    ],
)
def test_a_reference_that_cannot_be_followed_is_refused(settings: Settings, reference: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        secrets.keep(reference, settings)


def test_an_empty_answer_or_file_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("\n")
    with pytest.raises(ConfigError, match="first line is empty"):
        secrets.keep(f"@{tmp_path / 'pw'}", settings)
    with pytest.raises(ConfigError, match="nothing was typed"):
        secrets.keep("-", settings, ask=lambda: " ")


def test_a_refused_secret_is_not_repeated(settings: Settings) -> None:
    with pytest.raises(ConfigError) as caught:
        secrets.keep("hunter22", settings)
    assert "hunter22" not in str(caught.value)


def test_a_new_key_opens_what_older_ones_sealed_until_they_are_dropped(settings: Settings) -> None:
    old = secrets.seal(PASSWORD, settings)
    secrets.add_key(settings)
    assert secrets.reveal(old, settings) == PASSWORD
    fresh = secrets.reseal(old, settings)
    secrets.drop_older_keys(settings)
    assert secrets.reveal(fresh, settings) == PASSWORD
    with pytest.raises(ConfigError, match="cannot be opened"):
        secrets.reveal(old, settings)


def test_a_variable_is_not_sealed_by_a_rotation(settings: Settings) -> None:
    assert secrets.reseal("env:ROTEM", settings) == "env:ROTEM"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_that_others_may_read_is_refused(settings: Settings, mode: int) -> None:
    kept = secrets.seal(PASSWORD, settings)
    secrets.key_file(settings).chmod(mode)
    with pytest.raises(ConfigError, match=r"others may read.*chmod 600"):
        secrets.reveal(kept, settings)


def test_a_damaged_or_missing_key_file_is_said(settings: Settings) -> None:
    kept = secrets.seal(PASSWORD, settings)
    secrets.key_file(settings).write_text("nonsense\n")
    with pytest.raises(ConfigError, match="damaged"):
        secrets.reveal(kept, settings)
    secrets.key_file(settings).unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        secrets.reveal(kept, settings)


def test_known_values_are_those_that_this_process_can_know(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_DATABASE_URL", "postgresql+psycopg://me:p%40ssword@localhost/farm")
    settings = config.load(settings.home)
    farm = Farm(
        name="Hillside",
        settings={"user": "me", "password": secrets.seal(PASSWORD, settings), "other": "env:NOT_THERE", "n": 3},
    )
    short = Farm(name="B", settings={"pin": secrets.seal("123", settings)})
    assert secrets.known_values(settings, [farm, short]) == {PASSWORD, "p@ssword"}


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("postgresql://me:p#ssw[rd/1?@localhost/farm", "p#ssw[rd/1?"),
        ("postgresql://me@localhost/farm?password=hunter22", "hunter22"),
    ],
)
def test_a_database_password_is_known_however_the_address_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str, password: str
) -> None:
    monkeypatch.setenv("FARMLAB_DATABASE_URL", address)
    assert secrets.known_values(config.load(settings.home), []) == {password}


@pytest.mark.parametrize(
    "text",
    [
        'say "pa\\"ss&1/é" twice',
        r"url: https://me:pa%22ss%261%2F%C3%A9@host",
        "<b>pa&quot;ss&amp;1/é</b>",
        json.dumps({"line": json.dumps({"password": 'pa"ss&1/é'})}),
        base64.b64encode('pa"ss&1/é'.encode()).decode(),
    ],
)
def test_a_secret_is_masked_however_it_is_written(text: str) -> None:
    masked = secrets.mask(text, ['pa"ss&1/é', ""])
    assert masked.count(secrets.MASK) == 1
    assert "ss" not in masked.replace("password", "")


def test_the_longer_of_two_secrets_is_masked_whole() -> None:
    assert secrets.mask("xabcdefx abc", ["abc", "abcdef"]) == "x•••x •••"


def test_settings_stand_in_the_dotenv_file_of_the_home_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.home.mkdir()
    (settings.home / ".env").write_text("FARMLAB_POLL_MINUTES=7\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".env").write_text("FARMLAB_POLL_MINUTES=9\n")
    monkeypatch.chdir(elsewhere)
    assert config.load(settings.home).poll_minutes == 7
