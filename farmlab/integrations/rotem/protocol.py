"""The envelope of an answer: what it says, or why it cannot be used.

Failure mostly comes as HTTP 200 with false flags. The service spells its payload ``reponseObj``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from farmlab import text
from farmlab.errors import AuthError, BadPayload, IntegrationError, SourceUnavailable

if TYPE_CHECKING:
    import httpx

_PAYLOAD_KEYS: Final = ("reponseObj", "responseObj")
_CREDENTIALS: Final = re.compile(r"password|blocked|suspended|permission", re.IGNORECASE)
_LONGEST_MESSAGE: Final = 160
_LONGEST_KEPT: Final = 20_000
_NOT_FOUND: Final = frozenset({404, 405, 410})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered. ``text`` is the JSON as it came, ``beside`` what stands next to the payload."""

    payload: Any
    text: str = field(repr=False)
    beside: dict[str, Any] = field(repr=False)
    in_session: bool = True
    succeeded: bool = True
    message: str = ""
    code: int = 0

    def required(self, kind: type[dict[str, Any]] | type[list[Any]], *, where: str) -> Any:
        """The payload, which is of this kind.

        Raises
        ------
        SourceUnavailable
            The service says that it failed, or answers with nothing.
        BadPayload
            The payload has another shape.
        """
        if not self.succeeded:
            raise self.refusal(where)
        if self.payload is None:
            raise SourceUnavailable("the service answered with nothing", where=where, next_step="Try again later.")
        if not isinstance(self.payload, kind):
            error = BadPayload(
                f"the answer is a {type(self.payload).__name__}, not a {kind.__name__}",
                where=where,
                next_step="The service may have changed; look at the stored answer.",
            )
            raise _keeping(error, self.text)
        return self.payload

    def refusal(self, where: str) -> IntegrationError:
        """The error that the service reports: about the account, or about the farm being out of reach."""
        said = f"the service says: {self.message}" if self.message else "the service refused without a reason"
        if _CREDENTIALS.search(self.message):
            return AuthError(said, where=where, next_step="Check name and password of the account.")
        return SourceUnavailable(said, where=where, next_step="Try again later.")


def decode(response: httpx.Response, *, where: str) -> Answer:
    """The answer in a response.

    Raises
    ------
    AuthError
        Status 401 or 403.
    SourceUnavailable
        Status 5xx.
    BadPayload
        No service at this address, a web page, cut-off JSON, or JSON that is no envelope.
    """
    _check_status(response, where)
    came = response.content.decode("utf-8-sig", errors="replace")
    try:
        body = json.loads(came)
    except ValueError:
        raise _keeping(_no_json(came, where), came) from None
    if not isinstance(body, dict):
        error = BadPayload("the answer has no envelope", where=where, next_step="Is this a RotemNet address?")
        raise _keeping(error, came)
    return _answer(body, came)


def _answer(body: dict[str, Any], came: str) -> Answer:
    error = body.get("ErrorObj") if isinstance(body.get("ErrorObj"), dict) else {}
    code = error.get("ErrorCode") if isinstance(error, dict) else 0
    said = (error or {}).get("ErrorMessage") or body.get("exceptionMessage") or ""
    return Answer(
        payload=next((body[key] for key in _PAYLOAD_KEYS if body.get(key) is not None), None),
        text=came,
        beside={key: value for key, value in body.items() if key not in _PAYLOAD_KEYS},
        in_session=body.get("isInSession") is not False and body.get("isAuthorize") is not False,
        succeeded=body.get("isSucceed") is not False,
        message=one_line(said),
        code=code if isinstance(code, int) else 0,
    )


def one_line(said: object) -> str:
    """Whatever came from outside as one short line that is safe to show."""
    return text.one_line(str(said), limit=_LONGEST_MESSAGE)


def _keeping(error: BadPayload, came: str) -> BadPayload:
    error.answer = came[:_LONGEST_KEPT]
    return error


def _check_status(response: httpx.Response, where: str) -> None:
    status = response.status_code
    if status in (401, 403):
        raise AuthError(f"the service refuses the account (HTTP {status})", where=where, next_step="Check the account.")
    if status in _NOT_FOUND:
        raise BadPayload(
            f"there is no RotemNet service at this address (HTTP {status})",
            where=where,
            next_step="Check base_url and generation.",
        )
    if status >= 500:
        raise SourceUnavailable(f"the service is out of order (HTTP {status})", where=where, next_step="Try later.")
    if status != 200:
        raise BadPayload(f"the service answered with HTTP {status}", where=where, next_step="Check base_url.")


def _no_json(came: str, where: str) -> BadPayload:
    if came.lstrip()[:1] == "<":
        title = re.search(r"<title>(.*?)</title>", came, re.IGNORECASE | re.DOTALL)
        said = f" ({one_line(title[1])})" if title else ""
        return BadPayload(f"the service answered with a web page{said}", where=where, next_step="Check base_url.")
    return BadPayload(
        f"the answer breaks off or is no JSON ({len(came)} characters)",
        where=where,
        next_step="It is read again at the next sync; look at the connection if this comes back.",
    )
