"""The live providers: real vendors, with a key, and model servers the person named.

``build_live_providers`` reads the environment. A vendor is built where its key is set; one that
needs none (Ollama and other local servers) where its base URL is. The rest of the catalogue is
never contacted.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address
from typing import Literal

from yarl import URL

from speko_client.addresses import is_public
from speko_client.redaction import Redactor
from speko_gateway.provider import FailureCode, ProviderError, ProviderEvent, ProviderRequest
from speko_gateway.providers.failures import reported, unreadable
from speko_gateway.providers.vendors.anthropic import AnthropicDialect
from speko_gateway.providers.vendors.catalogue import VENDORS, DialectName, Vendor, compatible
from speko_gateway.providers.vendors.dialect import Dialect
from speko_gateway.providers.vendors.google import GoogleDialect
from speko_gateway.providers.vendors.keyless import KeylessEvents
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


class LiveProvider:
    """One vendor with one key. Cheap to make: connections belong to the shared ``upstream``.

    ``key`` and ``base_url`` come from the environment or with a single request; no text of an
    instance shows the key. ``models`` are the ids offered without asking the vendor. ``problem``
    is why no model of it can be called, as a plain clause; None where one can. ``loads_models``
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
    ) -> None:
        self.vendor = vendor
        self.base_url = base_url_of(vendor, base_url or vendor.base_url)
        self.models = vendor.models if models is None else models
        self._upstream = upstream
        self._dialect = DIALECTS[vendor.dialect]
        self._key = (key or "").strip() or None
        self.loads_models = not vendor.needs_key or _is_nearby(self.base_url)
        self._redactor = Redactor([self._key or ""])
        self.problem = _address_problem(self.base_url) or _key_problem(vendor, self._key)

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
        address. Another address is reached over the connections of ``elsewhere``.
        """
        moved = base_url is not None and base_url_of(self.vendor, base_url) != self.base_url
        return LiveProvider(
            self.vendor,
            (elsewhere if moved else None) or self._upstream,
            key=key or (None if moved else self._key),
            base_url=base_url if moved else self.base_url,
            models=self.models if models is None else models,
        )

    def unavailable_reason(self, model: str) -> str | None:
        """Why ``model`` cannot be called: no usable key or address, or retired by its vendor."""
        if (day := self.vendor.retired.get(model)) and self._is_the_vendor_itself():
            return f"{self.vendor.name} retired {model} on {day}"
        return self.problem

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """The vendor's answer as it comes."""
        call = self._dialect.outgoing(self.vendor, request)
        answer = self._upstream.answer(
            self.base_url + call.path,
            {**call.headers, **self._key_headers()},
            call.body,
            self._dialect.reader(call.notes, self._key),
            self._key,
        )
        keyless = KeylessEvents(self._redactor)
        try:
            async for event in answer:
                for shown in keyless.of(event):
                    yield shown
        finally:
            await answer.aclose()

    async def list_models(self) -> list[str]:
        """The vendor's own list of model ids, asked for now; ProviderError where it gives none."""
        call = self._dialect.models_request()
        listed = await self._upstream.get_json(
            self.base_url + call.path, {**call.headers, **self._key_headers()}, self._key
        )
        if not isinstance(listed, dict | list):
            raise unreadable("answered with something that is no list of models")
        if isinstance(listed, dict) and listed.get("error"):
            raise reported(listed["error"], self._key)
        return self._dialect.model_ids(self._redactor.value(listed))

    async def close(self) -> None:
        """Close the shared connections; at shutdown, and harmless when repeated."""
        await self._upstream.close()

    def _is_the_vendor_itself(self) -> bool:
        return self.base_url == self.vendor.base_url

    def _key_headers(self) -> dict[str, str]:
        if self.problem is not None:
            raise ProviderError(FailureCode.AUTH_FAILED, f"was not asked: {self.problem}")
        return self._dialect.key_headers(self._key) if self._key else {}


def build_live_providers(
    env: Mapping[str, str], upstream: Upstream | None = None
) -> dict[str, LiveProvider]:
    """The configured vendors by id.

    Per vendor ``<ID>`` in capitals: its key's variable (see the catalogue), and optionally
    ``SPEKO_<ID>_BASE_URL`` and ``SPEKO_<ID>_MODELS`` (ids, comma-separated). ``OLLAMA_HOST`` is
    taken too. Any OpenAI-compatible server: ``SPEKO_CUSTOM_BASE_URL``, with ``_API_KEY`` and
    ``_MODELS``; several: ``SPEKO_CUSTOM_<NAME>_BASE_URL`` and so on, with the id ``custom-<name>``.
    """
    shared = upstream or Upstream()
    rows = [*VENDORS.values(), *_custom_vendors(env)]
    return {
        row.id: LiveProvider(
            row, shared, key=_key(row, env), base_url=_base_url(row, env), models=_models(row, env)
        )
        for row in rows
        if _is_configured(row, env)
    }


def base_url_of(vendor: Vendor, url: str) -> str:
    """``url`` as the dialect wants it: people paste it with and without ``/v1``."""
    url = url.strip().rstrip("/")
    if vendor.dialect == "openai":
        url = url.removesuffix("/chat/completions")
        return url if "/" in url.partition("://")[2] else f"{url}/v1"
    return url.removesuffix("/v1beta").removesuffix("/v1")


def _address_problem(base_url: str) -> str | None:
    try:
        url = URL(base_url)
    except ValueError:
        url = URL()
    good = url.scheme in ("http", "https") and url.host
    return None if good else "its base URL is no address that begins with http:// or https://"


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
    return _ollama_url(host) if host else None


def _ollama_url(host: str) -> str:
    """``OLLAMA_HOST`` as an address to call: it says what the server binds."""
    address = host if "://" in host else f"http://{host}"
    try:
        url = URL(address)
        bound, port = url.host in ("0.0.0.0", "::"), url.port if url.explicit_port else 11434  # noqa: S104
        return str(url.with_host("127.0.0.1" if bound else url.host or "").with_port(port))
    except ValueError:
        # The provider says why it cannot be called; the others are built anyway.
        return address


def _models(row: Vendor, env: Mapping[str, str]) -> tuple[str, ...] | None:
    named = env.get(f"{row.env_prefix}_MODELS", "")
    models = tuple(dict.fromkeys(part.strip() for part in named.split(",") if part.strip()))
    return models or None
