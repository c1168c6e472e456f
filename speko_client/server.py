"""The server a client talks to: a checked base URL, the key, the headers of every request.

What would make a request impossible to send is refused here, in our own words, so that no later
error quotes a header or a URL that contains the key.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ssl import SSLContext
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from speko_client.errors import SpekoRequestError
from speko_client.limits import AnswerLimits
from speko_client.proxies import Proxies, ProxyError
from speko_client.redaction import Redactor
from speko_client.version import __version__

DEFAULT_BASE_URL = "https://api.speko.dev"
DEFAULT_TIMEOUT = 30.0
USER_AGENT = f"speko-playground/{__version__}"
KEYS_URL = "https://platform.speko.dev/agents/keys"
ACCEPTED_ENCODING = "gzip"
TimeoutInput = float | httpx.Timeout | None
KEY_SOURCES = (
    f"Get one at {KEYS_URL}, or, for the embedded gateway, use the one it was started with "
    "(SPEKO_GATEWAY_KEY; it prints the key it makes when none is set)."
)

ModelT = TypeVar("ModelT", bound=BaseModel)

_MAX_PORT = 65_535
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_OWN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "x-session-id",
    }
)


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go, with which key, and how long each wait and each answer may be.

    ``api_key`` is empty for a server that needs none; ``extra_headers`` go with every request.
    ``public_only``: whatever its name leads to, no private address is connected to, and no proxy.
    """

    base_url: str
    api_key: str = field(repr=False)
    timeout: httpx.Timeout = field(default_factory=lambda: httpx.Timeout(DEFAULT_TIMEOUT))
    extra_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    public_only: bool = False
    redactor: Redactor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "redactor", Redactor([self.api_key, *Proxies.of(os.environ).secrets])
        )

    @classmethod
    def checked(
        cls,
        api_key: str | None,
        base_url: str,
        timeout: TimeoutInput,
        *,
        keyless: bool = False,
        extra_headers: Mapping[str, str] | None = None,
        limits: AnswerLimits | None = None,
        public_only: bool = False,
    ) -> Server:
        """Raises ValueError, naming what is wrong; the key is never quoted."""
        key = "" if keyless and not (api_key or "").strip() else _checked_key(api_key)
        return cls(
            _checked_url(base_url),
            key,
            _checked_timeout(timeout),
            checked_headers(extra_headers),
            limits or AnswerLimits(),
            public_only,
        )

    @property
    def origin(self) -> str:
        """Scheme, host and port: all that an error names."""
        url = httpx.URL(self.base_url)
        return f"{url.scheme}://{url.netloc.decode('ascii')}"

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        bearer = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        own = {"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED_ENCODING}
        return {**self.extra_headers, **bearer, **own}

    def redact(self, text: str) -> str:
        """An error's ``text`` without the key, in case a server has echoed it."""
        return self.redactor.error(text)


def checked_headers(extra: Mapping[str, str] | None) -> dict[str, str]:
    """A caller's own headers; raises SpekoRequestError for one that cannot be sent."""
    headers = {str(name): str(value).strip() for name, value in (extra or {}).items()}
    for name, value in headers.items():
        if name.lower() in _OWN_HEADERS:
            raise SpekoRequestError(
                f"extra_headers must not set {name}.", advice="The client sets it itself."
            )
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise SpekoRequestError(
                f"The header {name!r} cannot be sent.", advice="Use plain ASCII without line ends."
            )
    return headers


def http_options(server: Server) -> Mapping[str, Any]:
    """Redirects are not followed: they would carry the key and the conversation elsewhere."""
    return {
        "base_url": server.base_url,
        "headers": server.headers,
        "timeout": server.timeout,
        "verify": _tls(),
        "trust_env": False,
        "proxy": _proxy(server),
        "follow_redirects": False,
        "public_only": server.public_only,
    }


def _checked_timeout(timeout: TimeoutInput) -> httpx.Timeout:
    """One number for every wait, None for no limit, or httpx's own object of four."""
    waits = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
    for name, seconds in waits.as_dict().items():
        if seconds is None:
            continue
        if not (isinstance(seconds, (int, float)) and math.isfinite(seconds) and seconds > 0):
            raise ValueError(
                f"timeout must be a positive number of seconds, an httpx.Timeout of such or None, "
                f"not {seconds!r} ({name})."
            )
    return waits


def _checked_key(api_key: str | None) -> str:
    key = (api_key or "").strip()
    if not key:
        raise ValueError(f"An API key is needed: pass api_key=. {KEY_SOURCES}")
    if not _VISIBLE.fullmatch(key):
        raise ValueError(f"The API key has characters no key has; copy it again. {KEY_SOURCES}")
    return key


def _checked_url(base_url: str) -> str:
    try:
        url = httpx.URL(base_url.strip().rstrip("/"))
        url.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError(f"base_url is not a URL: {error}.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("base_url must start with http:// or https:// and name a host.")
    if url.port is not None and not 0 < url.port <= _MAX_PORT:
        raise ValueError(f"base_url's port must be 1 to {_MAX_PORT}, not {url.port}.")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("base_url must hold no user, query or fragment; pass the key as api_key=.")
    return str(url)


def _proxy(server: Server) -> httpx.Proxy | None:
    if server.public_only:
        return None  # what a proxy connects to, only the proxy knows
    try:
        found = Proxies.of(os.environ).leading_to(server.base_url)
    except ProxyError as error:
        raise SpekoRequestError(
            f"{server.origin} cannot be reached: {error}.",
            advice="Correct it, or list the host in NO_PROXY.",
        ) from None
    if found is None:
        return None
    auth = None if found.user is None else (found.user, found.password)
    return httpx.Proxy(found.url, auth=auth)


@cache
def _tls() -> SSLContext:
    """One context for all clients: to build one takes longer than a local answer."""
    return httpx.create_ssl_context()
