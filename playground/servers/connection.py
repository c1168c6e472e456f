"""Which server answers, what it accepts, what is sent along to it, and what a test of it finds."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from playground.look.words import counted
from playground.servers import pool
from playground.settings import Settings
from speko_client import Speko
from speko_client.errors import (
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from speko_client.models import (
    CONNECTIONS_HEADER,
    FLEET_HEADER,
    SCORES_HEADER,
    FailureCode,
    FleetChoice,
    VendorCredentials,
)
from speko_client.redaction import Redactor, redacted
from speko_client.server import DEFAULT_BASE_URL

EMBEDDED = "Embedded gateway"
"""The name of the gateway that ships here."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A server that speaks ``/v1/complete``; no repr shows a key.

    ``key`` is empty for a server that needs none. ``takes_vertical`` is False for the hosted
    service, whose current generation rejects the field. ``embedded`` is True for the gateway that
    ships here; only to it go ``vendors``, the credentials of this browser session by vendor id,
    and ``fleet``, None where its own setting decides. ``public_only``: what a visitor has named
    (the server itself, or those ``vendors``) may be at no private address, whatever a name leads to
    by then. ``own``: this browser session named the server, and so pays for it. ``scores`` is the
    id of the snapshot that the embedded gateway is to rank by, None for its own.
    """

    name: str
    base_url: str
    key: SecretStr
    takes_vertical: bool
    embedded: bool
    vendors: Mapping[str, VendorCredentials] = field(default_factory=dict)
    fleet: FleetChoice | None = None
    public_only: bool = False
    own: bool = False
    scores: str | None = None

    @property
    def calls_public_only(self) -> bool:
        """Whether the server itself must be public; the embedded gateway is on this machine."""
        return self.public_only and not self.embedded

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries beside the key. It contains vendors' keys: never show it.

        Sent to a loopback gateway only, which uses them for this one request.
        """
        if not self.embedded:
            return {}
        headers: dict[str, str] = {FLEET_HEADER: self.fleet} if self.fleet else {}
        if self.scores:
            headers[SCORES_HEADER] = self.scores
        if self.vendors or self.public_only:
            headers[CONNECTIONS_HEADER] = connections_header(self.vendors, self.public_only)
        return headers

    def redact(self, text: str) -> str:
        """``text`` without any key of this connection, in case a server has repeated one."""
        return redacted(text, self._secrets)

    @property
    def redactor(self) -> Redactor:
        """Takes the keys out of what this server answers.

        The embedded gateway has done so: it knows its vendors' keys, and these are all it is sent.
        """
        return Redactor(() if self.embedded else self._secrets)

    @property
    def _secrets(self) -> list[str]:
        keys = [self.key, *(each.key for each in self.vendors.values() if each.key is not None)]
        secrets = [key.get_secret_value() for key in keys]
        return [*secrets, self.headers.get(CONNECTIONS_HEADER, "")]


@dataclass(frozen=True, slots=True)
class Connecting:
    """A server that is still starting; ``connect`` waits for it, and raises where it fails.

    Until then nobody's own keys are known.
    """

    name: str
    connect: Callable[[], Connection]
    vendors: Mapping[str, VendorCredentials] = field(default_factory=dict, init=False)
    own: bool = field(default=False, init=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """``message`` is a sentence or two; ``models`` what the vendor itself lists.

    ``code`` is a ``FailureCode`` where a vendor failed. ``at`` is when the answer came; None where
    nobody was asked.
    """

    ok: bool
    message: str
    latency_ms: float | None = None
    models: tuple[str, ...] = ()
    code: str | None = None
    at: datetime | None = None

    def is_answer(self, *, models_named: bool) -> bool:
        """Whether somebody is there who takes these credentials.

        Not every server lists its models, so without a list it counts if somebody ``models_named``.
        """
        lists_none = self.code in (FailureCode.MODEL_NOT_FOUND, FailureCode.INVALID_REQUEST)
        return self.ok or self.code == FailureCode.RATE_LIMITED or (lists_none and models_named)


def configured(settings: Settings) -> Connection | None:
    """The server that the settings name; None for the embedded gateway."""
    if settings.api_key is None:
        return None
    url = settings.base_url or DEFAULT_BASE_URL
    if url == DEFAULT_BASE_URL:
        return hosted(settings.api_key)
    return other(url, settings.api_key, takes_vertical=settings.takes_vertical)


def hosted(key: SecretStr) -> Connection:
    """The hosted Speko service."""
    return Connection("Speko", DEFAULT_BASE_URL, key, takes_vertical=False, embedded=False)


def other(
    base_url: str, key: SecretStr | None, *, takes_vertical: bool, public_only: bool = False
) -> Connection:
    """Another server, named by its host; people paste its address with and without the path."""
    base_url = base_url.rstrip("/").removesuffix("/complete").removesuffix("/v1")
    key = key or SecretStr("")
    return Connection(
        urlsplit(base_url).netloc,
        base_url,
        key,
        takes_vertical,
        embedded=False,
        public_only=public_only,
    )


def embedded(
    base_url: str,
    key: str,
    vendors: Mapping[str, VendorCredentials] | None = None,
    fleet: FleetChoice | None = None,
    *,
    public_only: bool = False,
) -> Connection:
    """The gateway that ships here, at its loopback address."""
    return Connection(
        EMBEDDED,
        base_url,
        SecretStr(key),
        takes_vertical=True,
        embedded=True,
        vendors=vendors or {},
        fleet=fleet,
        public_only=public_only,
    )


def connections_header(vendors: Mapping[str, VendorCredentials], public_only: bool) -> str:
    """The value of ``X-Speko-Connections``; it contains the keys."""
    revealed = {name: _revealed(each) for name, each in vendors.items()}
    body = {"vendors": revealed} | ({"publicOnly": True} if public_only else {})
    text = json.dumps(body, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def _revealed(credentials: VendorCredentials) -> dict[str, Any]:
    plain = credentials.model_dump(by_alias=True, exclude_none=True, exclude={"key"})
    key = credentials.key.get_secret_value() if credentials.key else ""
    return {"key": key, **plain} if key else plain


def check_server(
    client: Speko, connection: Connection, clock: Callable[[], float] = time.perf_counter
) -> Checked:
    """Ask a Speko server who can answer there; ``clock`` gives seconds."""
    started = clock()
    try:
        message = _answered(client)
    except SpekoApiError as error:
        return Checked(False, connection.redact(_failed(error, connection)))
    return Checked(True, message, (clock() - started) * 1000)


def check_vendor(client: Speko, connection: Connection, vendor: str) -> Checked:
    """Have the embedded gateway ask a vendor for its models."""
    try:
        found = client.test_vendor(vendor)
    except SpekoApiError as error:
        return Checked(False, connection.redact(_failed(error, connection)))
    message = connection.redact(found.message)
    return Checked(found.ok, message, found.latency_ms, tuple(found.models), found.code)


def _answered(client: Speko) -> str:
    known = pool.listed(client)
    if known is None:
        client.check_completions()
        return "It works: it takes completions, and this key. It lists no providers."
    ready = sum(row.available is not False for row in pool.models(known))
    if not ready:
        return "It answers, but no model is available there yet."
    return f"It works: {counted(ready, 'model')} can answer."


def _failed(error: SpekoApiError, connection: Connection) -> str:
    match error:
        case SpekoAuthError():
            return "The server refused the key. Copy it again, or use another one."
        case SpekoConnectionError():
            url = connection.base_url
            secure = ", or not over TLS" if url.startswith("https:") else ""
            return f"Nothing answers at {url}{secure}. Check the address and the network."
        case SpekoTimeoutError():
            return f"{connection.name} did not answer in time. Try again in a moment."
        case SpekoStreamError():
            return "This is not a Speko server. Check the address."
        case _ if error.status == HTTPStatus.NOT_FOUND:
            return "A server answers there, but it is not a Speko server. Check the address."
    return str(error)
