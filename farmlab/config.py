"""Where things are and how they are set: ``farmlab.toml`` in the home, overridden by ``FARMLAB_*``.

Nothing is read at import; :func:`load` reads once and returns a value that is passed on.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from farmlab.errors import ConfigError

PRICES = frozenset({"feed_kg", "water_m3", "energy_kwh", "gas_m3"})
"""What can have a price; money is shown only where one is set."""


def workspace() -> Path:
    """The clone in which notebooks are edited: the folder above the package, or the current one.

    An installed package has no notebooks beside it; then the current folder is the workspace.
    """
    clone = Path(__file__).resolve().parent.parent
    return clone if (clone / "notebooks").is_dir() else Path.cwd()


def who(by: str = "") -> str:
    """The name that stands beside what is changed: ``by``, else the operating-system user.

    Raises
    ------
    ConfigError
        Nobody said it, and the operating system knows no name either, as in some containers.
    """
    try:
        return by or getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise ConfigError("who says so is not known", next_step="Say it: --by NAME, or by= in a notebook.") from None


class Settings(BaseSettings):
    """Everything that can be configured, with its default."""

    model_config = SettingsConfigDict(env_prefix="FARMLAB_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=workspace, description="folder of configuration, data and site")
    database_url: SecretStr | None = Field(None, description="unset: SQLite under data/; or postgresql+psycopg://…")
    notebooks: Path | None = Field(None, description="folder of the notebooks; unset: notebooks/ of the workspace")
    bench_data: Path | None = Field(None, description="folder of public labelled data for `make bench`")
    poll_minutes: float = Field(5.0, ge=0.1, le=7 * 24 * 60, description="time between two polls of a farm")
    retry_s: float = Field(
        2.0, ge=0, le=3600, description="wait before the first retry of a poll; the next is twice as long"
    )
    keep_payloads_days: int = Field(14, ge=1, description="how long raw answers of sources are kept")
    keep_logs_days: int = Field(30, ge=1, description="how long log files are kept")
    keep_runs_days: int = Field(30, ge=1, description="how long executed notebooks are kept")
    run_timeout_s: int = Field(600, ge=10, description="time limit of a notebook without one of its own")
    host: str = Field("127.0.0.1", description="address that servers listen on")
    dashboard_port: int = Field(8866, ge=0, le=65535, description="port of the dashboards; 0 = any free one")
    forms_port: int = Field(8867, ge=0, le=65535, description="port of the forms; 0 = any free one")
    prices: dict[str, float] = Field({}, description="money for one unit: feed_kg, water_m3, energy_kwh, gas_m3")
    currency: str = Field("EUR", description="what the prices are in")
    prefect_port: int = Field(4200, ge=0, le=65535, description="port of the Prefect server; 0 = any free one")

    @field_validator("prices")
    @classmethod
    def _known_prices(cls, given: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(given) - PRICES)
        if unknown:
            raise ValueError(f"there is no price {unknown[0]!r}; there are {', '.join(sorted(PRICES))}")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over the home's ``.env`` over its ``farmlab.toml``."""
        del dotenv_settings, file_secret_settings
        home = _home(init_settings().get("home"))
        dotenv = DotEnvSettingsSource(settings_cls, env_file=home / ".env")
        return init_settings, env_settings, dotenv, TomlConfigSettingsSource(settings_cls, home / "farmlab.toml")

    @property
    def data(self) -> Path:
        """Generated data: ``data/`` in a workspace, the home itself elsewhere (as for the demo)."""
        return self.home / "data" if self.home == workspace() else self.home

    @property
    def site(self) -> Path:
        """The published pages."""
        return self.home / "reports" / "site" if self.home == workspace() else self.home / "site"

    @property
    def runs(self) -> Path:
        """Executed notebooks and their results."""
        return self.data / "runs"

    @property
    def quarantine(self) -> Path:
        """Rejected rows, with the reason."""
        return self.data / "quarantine"

    @property
    def payloads(self) -> Path:
        """Raw answers of the sources."""
        return self.data / "payloads"

    @property
    def logs(self) -> Path:
        """JSON lines, rotated."""
        return self.data / "logs"

    @property
    def notebook_folder(self) -> Path:
        """Where ``analyses/``, ``dashboards/``, ``forms/`` and ``workbench/`` are."""
        return self.notebooks or workspace() / "notebooks"

    @property
    def url(self) -> str:
        """The database URL; it may hold a password, so it is never printed."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'farmlab.db'}"


def _home(home: object) -> Path:
    return Path(str(home or os.environ.get("FARMLAB_HOME") or workspace())).expanduser()


def load(home: Path | str | None = None) -> Settings:
    """The settings in force for this home.

    Raises
    ------
    ConfigError
        A value that is not allowed; the sentence names it without repeating it.
    """
    try:
        settings = Settings(home=Path(home).expanduser().resolve()) if home else Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"the setting {name!r} is not usable: {first['msg']}",
            next_step=f"Correct it in farmlab.toml or FARMLAB_{name.upper()}.",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            "farmlab.toml or .env cannot be read: it is not UTF-8", next_step="Save it as UTF-8."
        ) from None
    except ValueError as error:  # a farmlab.toml that is not TOML
        raise ConfigError(f"farmlab.toml cannot be read: {error}", next_step="Compare farmlab.example.toml.") from None
    resolved = settings.home.expanduser().resolve()
    return settings if resolved == settings.home else settings.model_copy(update={"home": resolved})
