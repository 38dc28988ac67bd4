"""Settings of a Rotem farm, and the hosts that may see its credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from farmlab.errors import BadPayload

if TYPE_CHECKING:
    from collections.abc import Iterable

Generation = Literal["api", "legacy"]
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
_PORTS: Final = {"http": 80, "https": 443}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_POLITE_PAUSE_S: Final = 0.5


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class RotemSettings(BaseModel):
    """How to reach a farm on RotemNet. One account sees one farm."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: str = Field("https://rotemnetweb.com", description="address of the service; its region")
    username: str = Field(min_length=1, description="name of the account, usually an e-mail address")
    password: SecretStr = Field(description="password of the account")
    generation: Literal["api", "legacy", "auto"] = Field("auto", description="addresses of the service: new or old")
    gateway_code: str = Field("", description="code of the farm's gateway, when the login does not tell it")
    pause_s: float | None = Field(None, ge=0, description="pause between two calls; unset: 0.5, or 0 on loopback")
    timeout_s: float = Field(30, gt=0, description="how long one answer is waited for")
    parallel: int = Field(1, ge=1, le=2, description="houses that are read at the same time")
    water_unit: Literal["auto", "l", "gal"] = Field("auto", description="unit of the water meters, if set otherwise")
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        (), description="further hosts that may see the credentials, comma-separated, HOST or HOST:PORT"
    )

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        try:
            url = httpx.URL(value)
        except httpx.InvalidURL:
            url = httpx.URL("")
        if url.scheme not in _PORTS or not url.host:
            raise ValueError("not an address such as https://rotemnetweb.com")
        if url.userinfo:
            raise ValueError("an address without name and password, which have settings of their own")
        return str(url.copy_with(path=url.path.rstrip("/") + "/", query=None, fragment=None))

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_HOST.fullmatch(host) for host in value):
            raise ValueError("not HOST or HOST:PORT, such as rotemnetweb.asia")
        return value

    @property
    def url(self) -> httpx.URL:
        """The address of the service, with a slash at the end."""
        return httpx.URL(self.base_url)

    @property
    def loopback(self) -> bool:
        """Whether the service is on this machine."""
        return self.url.host in _LOOPBACK

    @property
    def pause(self) -> float:
        """Seconds between two calls."""
        if self.pause_s is None:
            return 0.0 if self.loopback else _POLITE_PAUSE_S
        return self.pause_s

    def guard(self, url: httpx.URL) -> httpx.URL:
        """The same address, if it may see the credentials.

        Raises
        ------
        BadPayload
            Another host or port than those configured, or http where https was.
        """
        if url.scheme not in _PORTS or (self.url.scheme == "https" and url.scheme != "https"):
            raise BadPayload(
                f"the service asks for an unencrypted or strange address ({url.scheme}://{url.host})",
                where=self.url.host,
                next_step="Nothing was sent there; ask the service's support.",
            )
        if _place(url) not in self._places():
            raise BadPayload(
                f"the service asks to be called at {_shown(url)}, which is not allowed",
                where=self.url.host,
                next_step="Nothing was sent there. If the host is right, add it to allowed_hosts.",
            )
        return url

    def _places(self) -> Iterable[tuple[str, int]]:
        allowed = [httpx.URL(f"{self.url.scheme}://{host}") for host in self.allowed_hosts]
        return {_place(url) for url in (self.url, *allowed)}


def _place(url: httpx.URL) -> tuple[str, int]:
    return url.host.lower(), url.port or _PORTS[url.scheme]


def _shown(url: httpx.URL) -> str:
    return f"{url.host[:80]}:{url.port}" if url.port else url.host[:80]
