"""How a source behaves: what it claims, shows, closes and refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, SecretStr

from farmlab.errors import AuthError, FarmLabError
from farmlab.integrations.base import CAPABILITIES, Integration, SourceInfo
from farmlab.integrations.checks.subject import require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.domain import Sensor
    from farmlab.integrations.checks.subject import Subject

_METHODS: Final = {
    "equipment": "list_equipment",
    "flocks": "list_flocks",
    "daily": "read_daily",
    "alarms": "read_alarms",
    "age": "house_age",
}
_SECRET_NAMES: Final = re.compile(r"password|secret|token|api_?key|passphrase", re.IGNORECASE)
_WRITING: Final = re.compile(r"(set|write|send|reset|delete|update|put|post|control|command)(_|$)")
_NO_SUCH_HOUSE: Final = 9_999


def check_class(subject: Subject) -> None:
    """Name, capabilities and settings schema are what they must be."""
    source = type(subject.source)
    require(re.fullmatch(r"[a-z][a-z0-9_]*", source.name), f"the name {source.name!r} is not lower_case")
    unknown = source.capabilities - set(CAPABILITIES)
    require(not unknown, f"unknown capabilities: {', '.join(sorted(unknown))}")
    require({"houses", "live"} <= source.capabilities, "a source names houses and reads live, and says so")
    require(issubclass(source.settings_schema, BaseModel), "settings_schema is not a pydantic model")
    for name, field in source.settings_schema.model_fields.items():
        require(
            not _SECRET_NAMES.search(name) or "SecretStr" in str(field.annotation),
            f"the setting {name} is a secret and not typed SecretStr",
        )


def check_capabilities(subject: Subject) -> None:
    """A method is overridden exactly when its capability is claimed."""
    source = type(subject.source)
    for capability, method in _METHODS.items():
        overridden = getattr(source, method) is not getattr(Integration, method)
        claimed = capability in source.capabilities
        require(
            overridden == claimed,
            f"{method} is {'there' if overridden else 'missing'}, {capability!r} is {'' if claimed else 'not '}claimed",
        )


def check_read_only(subject: Subject) -> None:
    """No public method sounds like writing to a controller."""
    writing = [name for name in dir(subject.source) if _WRITING.match(name)]
    require(not writing, f"a source is read-only, but has {', '.join(writing)}")


def check_description(subject: Subject) -> None:
    """The connection test is one sentence, the description says what is at the other end."""
    sentence = subject.source.test_connection()
    require(bool(sentence.strip()) and "\n" not in sentence, "test_connection does not answer with one sentence")
    info = subject.source.describe()
    require(isinstance(info, SourceInfo) and info.name.strip(), "describe gives no name")


def check_unknown_house(subject: Subject) -> None:
    """A house that does not exist has no age and no days; asking for it is no crash."""
    try:
        age = subject.source.house_age(_NO_SUCH_HOUSE)
        batch = subject.source.read_daily(_NO_SUCH_HOUSE, subject.at)
    except FarmLabError:
        return
    except Exception as error:
        raise AssertionError(
            f"a house that does not exist raises {type(error).__name__}, not a FarmLabError"
        ) from error
    require(age is None and not batch.readings, "a house that does not exist has an age or readings")


def check_secrets(subject: Subject) -> None:
    """No secret in what the source shows or hands over."""
    shown = {
        "repr": repr(subject.source),
        "repr of the settings": repr(subject.source.settings),
        "describe": str(subject.source.describe()),
        "payload": b"".join(batch.payload for batch in [subject.live, *subject.daily]).decode(errors="replace"),
        "batch": repr((subject.live.problems, subject.live.rejected)),
    }
    for secret in _secrets(subject.source):
        for where, text in shown.items():
            require(secret not in text, f"a secret stands in {where}")


def check_closing(source: Integration) -> None:
    """A closed source can be closed again."""
    try:
        source.close()
    except Exception as error:
        raise AssertionError(f"closing twice raises {type(error).__name__}") from error


def check_stability(first: Subject, second: Subject) -> None:
    """Another instance names the same houses and sensors."""
    require([h.number for h in first.houses] == [h.number for h in second.houses], "houses change between two calls")
    before, after = set(first.live.sensors), set(second.live.sensors)
    require(before == after, f"sensors change between two calls: {sorted(_keys(before ^ after))[:3]}")


def check_refusal(stranger: Integration) -> None:
    """Wrong credentials are an :class:`~farmlab.errors.AuthError` that does not tell them."""
    try:
        stranger.test_connection()
    except AuthError as error:
        told = f"{error} {error!r}"
        require(not any(secret in told for secret in _secrets(stranger)), "a secret stands in an error")
        require(error.where and error.next_step, "an error does not say where, or what to do next")
    except Exception as error:
        raise AssertionError(f"wrong credentials raise {type(error).__name__}, not AuthError") from error
    else:
        raise AssertionError("wrong credentials are accepted")


def _secrets(source: Integration) -> list[str]:
    values = [getattr(source.settings, name) for name in type(source.settings).model_fields]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _keys(sensors: Iterable[Sensor]) -> set[str]:
    return {f"house {sensor.house} {sensor.source_key}" for sensor in sensors}
