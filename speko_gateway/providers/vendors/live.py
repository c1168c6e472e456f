"""The live providers: real vendors, with a key, and model servers the person named.

``build_live_providers`` reads the environment. A vendor is built where its key is set; one that
needs none (Ollama and other local servers) where its base URL is. The rest of the catalogue is
never contacted.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, date, datetime
from ipaddress import ip_address
from typing import Literal

from yarl import URL

from speko_client.addresses import is_public
from speko_client.base_urls import BaseUrlError, DialectName, behind, read_base_url
from speko_client.redaction import Redactor
from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent, ProviderRequest
from speko_gateway.providers.vendors.anthropic import AnthropicDialect
from speko_gateway.providers.vendors.catalogue import VENDORS, Vendor, compatible
from speko_gateway.providers.vendors.dialect import Dialect, Outgoing
from speko_gateway.providers.vendors.google import GoogleDialect
from speko_gateway.providers.vendors.habits import (
    NOTHING_KNOWN,
    Habits,
    ServerMemory,
    adapted,
    learnt,
)
from speko_gateway.providers.vendors.model_listing import read_model_list
from speko_gateway.providers.vendors.ollama_host import ollama_base_url
from speko_gateway.providers.vendors.openai import OpenAIDialect
from speko_gateway.providers.vendors.upstream import Upstream

DIALECTS: Mapping[DialectName, Dialect] = {
    "openai": OpenAIDialect(),
    "anthropic": AnthropicDialect(),
    "google": GoogleDialect(),
}

_CUSTOM = re.compile(r"SPEKO_CUSTOM_(?:(?P<name>[A-Z0-9_]+)_)?BASE_URL")
_NEARBY = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_SENDABLE = re.compile(r"[\x21-\x7e]+")

Today = Callable[[], date]


def utc_today() -> date:
    """The date, in UTC."""
    return datetime.now(UTC).date()


class LiveProvider:
    """One vendor with one key. Cheap to make: connections belong to the shared ``upstream``.

    ``key`` and ``base_url`` come from the environment or with a single request; no text of an
    instance shows the key. ``models`` are the ids offered without asking the vendor; ``named`` are
    those that somebody named in place of the catalogue's, None where nobody did. ``problem`` is
    why no model of it can be called, as a plain clause; None where one can. ``loads_models``
    holds for servers that people run themselves, by their kind or by their address.
    """

    kind: Literal["live"] = "live"
    words: None = None

    def __init__(
        self,
        vendor: Vendor,
        upstream: Upstream,
        *,
        key: str | None = None,
        base_url: str | None = None,
        models: tuple[str, ...] | None = None,
        memory: ServerMemory | None = None,
        today: Today = utc_today,
    ) -> None:
        self.vendor = vendor
        self._today = today
        address, problem = _address(vendor, base_url or vendor.base_url)
        self.base_url = address
        self.named = models
        self.models = vendor.models if models is None else models
        self._upstream = upstream
        self._memory = memory or ServerMemory()
        self._dialect = DIALECTS[vendor.dialect]
        self._key = (key or "").strip() or None
        self._redactor = Redactor([self._key or ""])
        self.loads_models = not vendor.needs_key or _is_nearby(self.base_url)
        self.problem = problem or _key_problem(vendor, self._key) or self._two_keys_problem()

    def __repr__(self) -> str:
        return f"LiveProvider({self.vendor.id!r})"

    @property
    def lacks_key(self) -> bool:
        """Whether this vendor needs a key and has none."""
        return self.vendor.needs_key and self._key is None

    def with_credentials(
        self,
        *,
        key: str | None = None,
        base_url: str | None = None,
        models: tuple[str, ...] | None = None,
        elsewhere: Upstream | None = None,
    ) -> LiveProvider:
        """The same vendor behind a caller's key, at a caller's address, with a caller's models.

        What is None stays, with one exception: this provider's own key never goes to another
        address, and its models are not another server's. Another address is reached over the
        connections of ``elsewhere``. A caller without a key can only choose among the models that
        were named for this provider's own.
        """
        moved = base_url is not None and _address(self.vendor, base_url)[0] != self.base_url
        return LiveProvider(
            self.vendor,
            (elsewhere if moved else None) or self._upstream,
            key=key or (None if moved else self._key),
            base_url=base_url if moved else self.base_url,
            models=models if moved else self._models_for(models, own_key=bool(key)),
            memory=self._memory,
            today=self._today,
        )

    @property
    def moved_to(self) -> str:
        """Its address, where that is not the vendor's own; else an empty text."""
        own = self.vendor.id in VENDORS and self._is_the_vendor_itself()
        return "" if own else self.base_url

    def offers(self, model: str) -> bool:
        """Whether a model may be asked for by its id: named, or nobody has named any."""
        return self.named is None or model in self.named

    def unavailable_reason(self, model: str) -> str | None:
        """Why ``model`` cannot be called: no usable key or address, or retired by its vendor."""
        day = self._last_day(model)
        if day is not None and day <= self._today():
            return f"{self.vendor.name} retired {model} on {day}"
        return self.problem

    def retires_on(self, model: str) -> date | None:
        """The day to come from which the vendor refuses ``model``, where it has named one."""
        day = self._last_day(model)
        return day if day is not None and day > self._today() else None

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """The vendor's answer as it comes; asked again where a refusal says how (``habits``)."""
        plain = self._dialect.outgoing(self.vendor, request)
        known = habits = self._memory.of(self.base_url, request.model)
        begun, refusal = False, None
        while True:
            call = plain if habits is NOTHING_KNOWN else adapted(plain, habits, request.model)
            try:
                async with aclosing(self._answer(call)) as events:
                    async for event in events:
                        if not begun and habits is not known:
                            self._memory.keep(self.base_url, request.model, habits)
                        begun = True
                        yield event
                return
            except ProviderError as error:
                better = None if begun else learnt(call, error, habits, known)
                if better is None and refusal is not None and habits.cap in error.named:
                    # The other name is refused too, so it was never about the name.
                    raise refusal from error
                if better is None:
                    raise
                refusal, habits = refusal or error, better

    def _answer(self, call: Outgoing) -> AsyncGenerator[ProviderEvent]:
        return self._upstream.answer(
            behind(self.base_url, call.path),
            {**call.headers, **self._key_headers()},
            call.body,
            self._dialect.reader(call.notes, self._key),
            self._key,
        )

    @property
    def listed(self) -> tuple[str, ...]:
        """The models that the server lists itself, where it was named without any."""
        return self._memory.lists.at(self.base_url)

    def habits(self) -> dict[str, Habits]:
        """By model, what this server was found to take."""
        return self._memory.at(self.base_url)

    async def list_models(self) -> list[str]:
        """The vendor's own list of model ids, asked for now; ProviderError where it gives none."""
        call = self._dialect.models_request()
        text = await self._upstream.get_text(
            behind(self.base_url, call.path), {**call.headers, **self._key_headers()}, self._key
        )
        models = await read_model_list(text, self._dialect, self._key)
        return [self._redactor.words(model) for model in models]

    async def close(self) -> None:
        """Close the shared connections; at shutdown, and harmless when repeated."""
        await self._upstream.close()

    def _models_for(
        self, brought: tuple[str, ...] | None, *, own_key: bool
    ) -> tuple[str, ...] | None:
        if brought is None:
            return self.named
        return brought if own_key else tuple(filter(self.offers, brought))

    def _last_day(self, model: str) -> date | None:
        day = self.vendor.retired.get(model.removeprefix("models/"))
        return day if self._is_the_vendor_itself() else None

    def _is_the_vendor_itself(self) -> bool:
        return self.base_url == self.vendor.base_url

    def _two_keys_problem(self) -> str | None:
        """HTTP has one place for credentials, and a user in the address would take it as well."""
        if self._key is None or "@" not in self.base_url:
            return None
        return f"the base URL of {self.vendor.name} has a user in it, and there is a key too"

    def _key_headers(self) -> dict[str, str]:
        if self.problem is not None:
            raise ProviderError(FailureCode.AUTH_FAILED, f"was not asked: {self.problem}")
        return self._dialect.key_headers(self._key) if self._key else {}


def build_live_providers(
    env: Mapping[str, str],
    upstream: Upstream | None = None,
    memory: ServerMemory | None = None,
    today: Today = utc_today,
) -> dict[str, LiveProvider]:
    """The configured vendors by id.

    Per vendor ``<ID>`` in capitals: its key's variable (see the catalogue), and optionally
    ``SPEKO_<ID>_BASE_URL`` and ``SPEKO_<ID>_MODELS`` (ids, comma-separated). ``OLLAMA_HOST`` is
    taken too. Any OpenAI-compatible server: ``SPEKO_CUSTOM_BASE_URL``, with ``_API_KEY`` and
    ``_MODELS``; several: ``SPEKO_CUSTOM_<NAME>_BASE_URL`` and so on, with the id ``custom-<name>``.
    """
    shared, remembered = upstream or Upstream(), memory or ServerMemory()
    rows = [*VENDORS.values(), *_custom_vendors(env)]
    return {
        row.id: LiveProvider(
            row,
            shared,
            key=_key(row, env),
            base_url=_base_url(row, env),
            models=_models(row, env),
            memory=remembered,
            today=today,
        )
        for row in rows
        if _is_configured(row, env)
    }


def models_named_in(env: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """By vendor of the catalogue, the models named in place of its own; keys may be missing."""
    named = {vendor: _models(row, env) for vendor, row in VENDORS.items()}
    return {vendor: models for vendor, models in named.items() if models is not None}


def base_url_of(vendor: Vendor, url: str) -> str:
    """``url`` as the dialect wants it. Raises BaseUrlError.

    The beginning of the vendor's own base URL (its host, most often) means the whole of it; any
    other bare host ``/v1`` there. See ``read_base_url`` for the forms in which people paste it.
    """
    plain = read_base_url(url, vendor.dialect)
    if vendor.id in VENDORS and vendor.base_url.startswith(f"{plain}/"):
        return vendor.base_url
    if vendor.dialect != "openai" or "/" in plain.partition("://")[2]:
        return plain
    address, mark, query = plain.partition("?")
    return f"{address}/v1{mark}{query}"


def _address(vendor: Vendor, url: str) -> tuple[str, str | None]:
    """The base URL, and why it cannot be called."""
    try:
        return base_url_of(vendor, url), None
    except BaseUrlError as error:
        return url.strip(), str(error)


def _is_nearby(base_url: str) -> bool:
    """Whether this is an address on this machine or in a private network, by its notation."""
    try:
        host = (URL(base_url).host or "").rstrip(".").lower()
    except ValueError:
        return False
    if "." not in host and ":" not in host:
        return bool(host)
    return host.endswith(_NEARBY) or (_is_ip(host) and not is_public(host))


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host.partition("%")[0]))
    except ValueError:
        return False


def _key_problem(vendor: Vendor, key: str | None) -> str | None:
    if key is None:
        needed = f"{vendor.name} needs a key ({' or '.join(vendor.key_env)})"
        return needed if vendor.needs_key else None
    readable = _SENDABLE.fullmatch(key) is not None
    return None if readable else f"the key for {vendor.name} has characters that no key has"


def _custom_vendors(env: Mapping[str, str]) -> Iterator[Vendor]:
    for variable in sorted(env):
        if (found := _CUSTOM.fullmatch(variable)) is None or not env[variable].strip():
            continue
        name = (found["name"] or "").lower().replace("_", "-")
        row = compatible(
            f"custom-{name}" if name else "custom", name or "Custom server", env[variable]
        )
        yield replace(row, key_env=(f"{row.env_prefix}_API_KEY",))


def _is_configured(row: Vendor, env: Mapping[str, str]) -> bool:
    return bool(_key(row, env) if row.needs_key else _base_url(row, env))


def _key(row: Vendor, env: Mapping[str, str]) -> str | None:
    return next((env[name] for name in row.key_env if env.get(name, "").strip()), None)


def _base_url(row: Vendor, env: Mapping[str, str]) -> str | None:
    if named := env.get(f"{row.env_prefix}_BASE_URL", "").strip():
        return named
    host = env.get("OLLAMA_HOST", "").strip() if row.id == "ollama" else ""
    return ollama_base_url(host) if host else None


def _models(row: Vendor, env: Mapping[str, str]) -> tuple[str, ...] | None:
    named = env.get(f"{row.env_prefix}_MODELS", "")
    models = tuple(dict.fromkeys(part.strip() for part in named.split(",") if part.strip()))
    return models or None
