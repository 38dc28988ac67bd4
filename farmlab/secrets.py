"""Passwords and tokens: where they are said, how they are kept, and how they are kept out of everything else.

A person names a secret by a reference, never by its value, which would stay in the shell's history:

``env:NAME``
    The environment variable (or the line in the home's ``.env``) of this name. It stays a reference.
``@FILE``
    The first line of a file, read once.
``-``
    Asked for, without showing what is typed.

The latter two are kept encrypted (Fernet) under keys in ``secret.key`` of the home, which nobody else may
read. Farm records hold ``env:NAME`` or ``sealed:…``, nothing else.
"""

from __future__ import annotations

import base64
import html
import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cryptography.fernet import MultiFernet

    from farmlab.config import Settings
    from farmlab.domain import Farm

ENV: Final = "env:"
SEALED: Final = "sealed:"
MASK: Final = "•••"
SHORTEST_SCANNED: Final = 4
"""Shorter secrets are not searched for in outputs: they would be found everywhere."""
_LONG_ENOUGH_ENCODED: Final = 8
"""The base64 of shorter secrets is so short that it could be chance."""


def keep(reference: str, settings: Settings, *, ask: Callable[[], str] | None = None) -> str:
    """What a farm record holds for this reference: ``env:NAME`` or ``sealed:…``. ``ask`` answers ``-``.

    Raises
    ------
    ConfigError
        The variable or file is missing or empty, or the reference is not one.
    """
    if reference.startswith(ENV):
        _from_environment(reference.removeprefix(ENV), settings)
        return reference
    if reference.startswith(SEALED):
        reveal(reference, settings)
        return reference
    if reference.startswith("@"):
        return seal(_from_file(Path(reference[1:]).expanduser()), settings)
    if reference == "-":
        return seal(_asked(ask), settings)
    raise ConfigError(
        "a secret is not written on the command line", next_step="Give env:VARIABLE, @FILE, or - to be asked for it."
    )


def reveal(stored: str, settings: Settings) -> str:
    """The secret behind what a farm record holds.

    Raises
    ------
    ConfigError
        The variable is not set, or the key that sealed it is gone.
    """
    from cryptography.fernet import InvalidToken

    if stored.startswith(ENV):
        return _from_environment(stored.removeprefix(ENV), settings)
    try:
        return _ring(settings).decrypt(stored.removeprefix(SEALED).encode()).decode()
    except InvalidToken:
        raise ConfigError(
            "a stored secret cannot be opened with the key of this home",
            where=str(key_file(settings)),
            next_step="Bring the old key file back, or set the secret again: farmlab farm edit NAME --secret …",
        ) from None


def seal(secret: str, settings: Settings) -> str:
    """The secret, encrypted; the key file is made when there is none. Of processes that make it at once one wins."""
    path = key_file(settings)
    if not path.exists():
        beside = _written_beside(path, [_new_key()])
        with suppress(FileExistsError):
            path.hardlink_to(beside)
        beside.unlink()
    return SEALED + _ring(settings).encrypt(secret.encode()).decode()


def is_reference(value: object) -> bool:
    """Whether a setting of a farm record stands for a secret."""
    return isinstance(value, str) and value.startswith((ENV, SEALED))


def key_file(settings: Settings) -> Path:
    """Where the keys are, one a line, the newest first."""
    return settings.home / "secret.key"


def add_key(settings: Settings) -> None:
    """Put a new key in front; what the older ones sealed can still be opened."""
    path = key_file(settings)
    older = _keys(settings) if path.exists() else []
    _write_private(path, [_new_key(), *older])


def reseal(stored: str, settings: Settings) -> str:
    """The same secret under the newest key; an ``env:`` reference stays what it is."""
    return seal(reveal(stored, settings), settings) if stored.startswith(SEALED) else stored


def drop_older_keys(settings: Settings) -> None:
    """Keep the newest key only; for use after everything was sealed anew."""
    _write_private(key_file(settings), _keys(settings)[:1])


def known_values(settings: Settings, farms: Iterable[Farm]) -> frozenset[str]:
    """Every secret that can be known here, for the scan of outputs and the filter of logs.

    A secret that is out of reach (its variable is not set in this process) cannot leak from here
    and is left out.
    """
    stored = [value for farm in farms for value in farm.settings.values() if is_reference(value)]
    found = {_reveal_or_nothing(value, settings) for value in stored} | _database_passwords(settings)
    return frozenset(value for value in found if len(value) >= SHORTEST_SCANNED)


def mask(text: str, values: Iterable[str]) -> str:
    """The text with every one of the secrets blacked out, also as JSON, HTML, URLs and base64 write them.

    >>> mask("login with hunter22 failed", ["hunter22"])
    'login with ••• failed'
    """
    written = {form for value in values if value for form in forms(value)}
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


def forms(secret: str) -> frozenset[str]:
    """How a secret may stand in a text: as it is, and as JSON (also JSON within JSON), HTML, URLs and base64 write it.

    >>> sorted(forms('p&1'))
    ['p%261', 'p&1', 'p&amp;1']
    """
    as_json = {_as_json(secret, ascii_only=ascii_only) for ascii_only in (True, False)}
    within = {_as_json(text, ascii_only=ascii_only) for text in as_json for ascii_only in (True, False)}
    encoded = {base64.b64encode(secret.encode()).decode()} if len(secret) >= _LONG_ENOUGH_ENCODED else set()
    return frozenset({secret, html.escape(secret), quote(secret, safe="")} | as_json | within | encoded)


def _as_json(text: str, *, ascii_only: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]


def _reveal_or_nothing(stored: str, settings: Settings) -> str:
    try:
        return reveal(stored, settings)
    except ConfigError:
        return ""


def _database_passwords(settings: Settings) -> set[str]:
    """Read as the store reads the address, in which a password may stand as it is: "#", "/" and "[" included."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(settings.url)
    except (ArgumentError, ValueError):
        return set()
    return {url.password or "", *url.normalized_query.get("password", ())}


def _from_environment(name: str, settings: Settings) -> str:
    value = os.environ.get(name) or _dotenv(settings).get(name)
    if not value:
        raise ConfigError(
            f"the environment variable {name!r} is not set", next_step=f"Set it: export {name}=…, then try again."
        )
    return value


def _dotenv(settings: Settings) -> dict[str, str | None]:
    from dotenv import dotenv_values

    path = settings.home / ".env"
    return dict(dotenv_values(path)) if path.is_file() else {}


def _from_file(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ConfigError(
            f"the secret cannot be read: {reason}", where=str(path), next_step="Name a text file with it."
        ) from None
    secret = lines[0].strip() if lines else ""
    if not secret:
        raise ConfigError("the first line is empty", where=str(path), next_step="Write the secret into it.")
    return secret


def _asked(ask: Callable[[], str] | None) -> str:
    if ask is None:
        raise ConfigError("nobody can be asked for the secret here", next_step="Give env:VARIABLE or @FILE.")
    secret = ask().strip()
    if not secret:
        raise ConfigError("nothing was typed", next_step="Try again, or give env:VARIABLE or @FILE.")
    return secret


def _ring(settings: Settings) -> MultiFernet:
    from cryptography.fernet import Fernet, MultiFernet

    try:
        return MultiFernet([Fernet(key) for key in _keys(settings)])
    except ValueError:
        raise ConfigError(
            "the key file is damaged", where=str(key_file(settings)), next_step="Bring it back from a backup."
        ) from None


def _keys(settings: Settings) -> list[str]:
    path = key_file(settings)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        keys = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ConfigError(
            f"the key file cannot be read: {reason}", where=str(path), next_step="Bring it back from a backup."
        ) from None
    if mode & 0o077:
        raise ConfigError(f"others may read the key file (mode {mode:o})", where=str(path), next_step="chmod 600 it.")
    return keys


def _new_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _write_private(path: Path, lines: list[str]) -> None:
    """Write beside and swap, so that a crash never leaves half a key file."""
    _written_beside(path, lines).replace(path)


def _written_beside(path: Path, lines: list[str]) -> Path:
    """A new file in the same folder with these lines; 0600 from the first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    return Path(beside)
