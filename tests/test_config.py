"""Settings that cannot be are refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from farmlab import config
from farmlab.errors import ConfigError


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("farmlab.toml", b"poll_minutes = 1e300\n", "'poll_minutes' is not usable"),
        ("farmlab.toml", b"poll_minutes = nan\n", "'poll_minutes' is not usable"),
        ("farmlab.toml", b"retry_s = inf\n", "'retry_s' is not usable"),
        ("farmlab.toml", b"prices = { feed = 1 }\n", "there is no price 'feed'; there are energy_kwh"),
        ("farmlab.toml", b"poll_minutes = \n", "farmlab.toml cannot be read"),
        (".env", b"FARMLAB_CURRENCY=\xa3\n", r"farmlab.toml or .env cannot be read: it is not UTF-8"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        config.load(tmp_path)


def test_the_environment_goes_before_dotenv_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "farmlab.toml").write_text('currency = "toml"\nretry_s = 7\nhost = "toml"\n')
    (tmp_path / ".env").write_text("FARMLAB_CURRENCY=dotenv\nFARMLAB_RETRY_S=8\n")
    monkeypatch.setenv("FARMLAB_CURRENCY", "variable")
    settings = config.load(tmp_path)
    assert (settings.currency, settings.retry_s, settings.host) == ("variable", 8, "toml")
