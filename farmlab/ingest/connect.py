"""From a farm's record to an open integration: settings checked, secrets put in for as long as it is open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from farmlab import plugins, secrets
from farmlab.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    from farmlab.config import Settings
    from farmlab.domain import Farm
    from farmlab.integrations.base import Integration, SourceInfo
    from farmlab.store import Store

GROUP = "farmlab.integrations"
NONE = "none"
"""The integration of a farm whose data come by hand and from files; it has no module."""


def connect(farm: Farm, settings: Settings) -> Integration:
    """The farm's integration, ready to be asked; close it, or use it as a context manager.

    Raises
    ------
    ConfigError, UnknownName
        The farm has no integration, or a setting or secret of it is missing or wrong.
    """
    if farm.integration == NONE:
        raise ConfigError(
            "the farm has no integration, there is nothing to poll",
            where=farm.name,
            next_step="Take its data in with farmlab import FILE or farmlab record.",
        )
    kind = find(farm.integration)
    values = {
        name: secrets.reveal(value, settings) if secrets.is_reference(value) else value
        for name, value in farm.settings.items()
    }
    return kind.configure(values, timezone=farm.timezone)


def info(farm: Farm, settings: Settings) -> tuple[str, SourceInfo]:
    """What a test of the connection says, and what is at the other end."""
    with connect(farm, settings) as source:
        return source.test_connection(), source.describe()


def find(integration: str) -> type[Integration]:
    """The class of an integration."""
    kind: type[Integration] = plugins.find(GROUP, integration)
    return kind


def stored_settings(
    integration: str, options: Mapping[str, str], settings: Settings, *, ask: Callable[[], str] | None = None
) -> dict[str, Any]:
    """What the farm's record holds: plain settings as given, paths in full, secrets as references.

    Raises
    ------
    UnknownName
        An option that the integration does not have; the nearest right one is named.
    ConfigError
        A secret that is written out, or cannot be had.
    """
    if integration == NONE:
        if options:
            raise ConfigError("a farm without integration has no settings", next_step="Leave --set and --secret out.")
        return {}
    schema = find(integration).settings_schema
    for name in options:
        if name not in schema.model_fields:
            raise UnknownName.among(f"setting of {integration} called", name, schema.model_fields)
    hidden = secret_names(schema)
    kept = {name: _kept(name, value, settings, ask) for name, value in options.items() if name in hidden}
    paths = {name: _whole(value) for name, value in options.items() if schema.model_fields[name].annotation is Path}
    return {**options, **paths, **kept}


def secret_names(schema: type[BaseModel]) -> frozenset[str]:
    """The settings that are secrets."""
    return frozenset(name for name, field in schema.model_fields.items() if "SecretStr" in str(field.annotation))


def rotate_secrets(store: Store, settings: Settings) -> int:
    """How many stored secrets were sealed anew under a new key; the older keys are then forgotten.

    An interruption does no harm: until the end both keys open what they sealed.
    """
    secrets.add_key(settings)
    count = 0
    for farm in store.farms(retired=True):
        sealed = {n: v for n, v in farm.settings.items() if isinstance(v, str) and v.startswith(secrets.SEALED)}
        if sealed:
            anew = {name: secrets.reseal(value, settings) for name, value in sealed.items()}
            store.update_farm(replace(farm, settings={**farm.settings, **anew}))
            count += len(anew)
    secrets.drop_older_keys(settings)
    return count


def _whole(path: str) -> str:
    """A path that means the same from every folder."""
    return str(Path(path).expanduser().absolute())


def _kept(name: str, value: str, settings: Settings, ask: Callable[[], str] | None) -> str:
    try:
        return secrets.keep(value, settings, ask=ask)
    except ConfigError as error:
        raise ConfigError(error.what, where=error.where or name, next_step=error.next_step) from None
