"""Sending requests: politely, to the configured hosts only, again when the service stumbles."""

from __future__ import annotations

import logging
import random
import time
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Final

import httpx

from farmlab.errors import BadPayload, SourceUnavailable

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from farmlab.integrations.rotem.protocol import Answer
    from farmlab.integrations.rotem.session import Conversation
    from farmlab.integrations.rotem.settings import RotemSettings

RETRIES: Final = 3
_STUMBLES: Final = frozenset({502, 503, 504})
_FIRST_BACKOFF_S: Final = 1.0
_MOST_REDIRECTS: Final = 3


class NoAnswer(SourceUnavailable):
    """The service itself does not answer, so that asking it for more is of no use now."""


class Unreachable(NoAnswer):
    """Nobody listens there: asking again at once does not help."""


class Transport:
    """One HTTP client. ``sleep`` and ``jitter`` (a factor around 1) can be given, so that tests do not wait."""

    def __init__(
        self,
        settings: RotemSettings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.5),  # noqa: S311 - spreads load, hides nothing
        wire: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._where = settings.url.host
        self._sleep = sleep
        self._jitter = jitter
        self._client = httpx.Client(
            timeout=settings.timeout_s,
            follow_redirects=False,
            trust_env=not settings.loopback,
            transport=wire,
            verify=_certificates(),
        )
        self._called = False
        logging.getLogger("httpcore").setLevel(logging.INFO)  # below, it writes headers with cookies

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def run(self, conversation: Conversation) -> Answer:
        """The answer at the end of a conversation."""
        with closing(conversation):
            try:
                request = next(conversation)
                while True:
                    request = conversation.send(self.send(request))
            except StopIteration as end:
                answer: Answer = end.value
                return answer

    def send(self, request: httpx.Request) -> httpx.Response:
        """The response, whatever its status but a redirect.

        Raises
        ------
        NoAnswer
            No connection, no answer in time, or still 502–504 after three retries.
        BadPayload
            A redirect to a host that is not allowed, or an answer that cannot be unpacked.
        """
        self._pause()
        for _ in range(_MOST_REDIRECTS):
            response = self._persist(request)
            if not response.has_redirect_location:
                return response
            request = self._follow(request, response)
        raise BadPayload("the service redirects in circles", where=self._where, next_step="Check base_url.")

    def _pause(self) -> None:
        if self._called and self._settings.pause:
            self._sleep(self._settings.pause)
        self._called = True

    def _persist(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(RETRIES):
            try:
                response = self._once(request)
            except Unreachable:
                raise
            except NoAnswer:
                pass
            else:
                if response.status_code not in _STUMBLES:
                    return response
            self._sleep(_FIRST_BACKOFF_S * 2**attempt * self._jitter())
        response = self._once(request)
        if response.status_code in _STUMBLES:
            raise NoAnswer(
                f"the service is out of order (HTTP {response.status_code})",
                where=self._where,
                next_step="Try again later.",
            )
        return response

    def _once(self, request: httpx.Request) -> httpx.Response:
        self._settings.guard(request.url)
        try:
            return self._client.send(request)
        except httpx.TimeoutException:
            raise NoAnswer(
                f"no answer within {self._settings.timeout_s:g} s", where=self._where, next_step="Try again later."
            ) from None
        except httpx.ConnectError as error:
            raise Unreachable(
                f"no connection ({_reason(error)})", where=self._where, next_step="Check base_url and the network."
            ) from None
        except httpx.InvalidURL:  # httpx looks at a redirect even where it does not follow it
            raise BadPayload(
                "the service redirects to an address that is none", where=self._where, next_step="Check base_url."
            ) from None
        except httpx.DecodingError:
            raise BadPayload("the answer cannot be unpacked", where=self._where, next_step="Try again.") from None
        except httpx.HTTPError as error:
            raise NoAnswer(
                f"the connection broke ({type(error).__name__})", where=self._where, next_step="Try again later."
            ) from None

    def _follow(self, request: httpx.Request, response: httpx.Response) -> httpx.Request:
        url = request.url.join(response.headers["location"])
        self._settings.guard(url)
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        return httpx.Request(request.method, url, headers=headers, content=request.content)


@cache
def _certificates() -> ssl.SSLContext:
    """The trusted certificates, read once: that takes longer than a whole sync."""
    return httpx.create_ssl_context()


def _reason(error: httpx.ConnectError) -> str:
    text = str(error).lower()
    if "name" in text or "address associated" in text or "getaddrinfo" in text:
        return "the name of the host is not known"
    if "refused" in text:
        return "refused"
    return "the certificate is not trusted" if "certificate" in text else "the host is out of reach"
