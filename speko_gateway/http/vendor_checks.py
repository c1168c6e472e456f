"""What the Connections page asks: who is connected, which local servers run, does this one work.

A vendor is asked for its list of models, which costs nothing and needs the key to be right. Local
servers are looked for where they usually listen, on this machine's loopback and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from yarl import URL

from speko_client.addresses import is_loopback
from speko_client.models import LearntHabits, VendorConnection, VendorConnections, VendorTest
from speko_gateway.errors import GatewayError
from speko_gateway.fleet.fleet import LOCAL
from speko_gateway.fleet.vendors import Vendors
from speko_gateway.gateway import Gateway
from speko_gateway.provider import FailureCode, ProviderError
from speko_gateway.providers.vendors.catalogue import VENDORS
from speko_gateway.providers.vendors.live import LiveProvider

PROBE_SECONDS = 0.5
"""How long a local server has to show that it runs; a listener on loopback answers at once."""

_ADVICE = {
    FailureCode.AUTH_FAILED: "Check the key, and what it is allowed to do.",
    FailureCode.CONNECT_FAILED: "Check the address, and that a server runs there.",
    FailureCode.INVALID_REQUEST: "Check the address: no models can be listed there.",
    FailureCode.MODEL_NOT_FOUND: "Check the address: it lists no models there.",
    FailureCode.RATE_LIMITED: "The key works, but is over its limit. Wait, or look at the account.",
    FailureCode.STREAM_BROKEN: "Check the address.",
}
_TRY_AGAIN = "Try again in a moment."
_LEADS_ELSEWHERE = "Check the address: it leads elsewhere, where no key is sent."


async def vendor_connections(gateway: Gateway) -> VendorConnections:
    """Every vendor of the catalogue and every other one that is connected, in that order."""
    vendors = gateway.vendors
    if vendors is None:
        return VendorConnections()
    rows = (_connection(vendors, *each) for each in vendors.all().items())
    return VendorConnections(vendors=list(await asyncio.gather(*rows)))


async def check_vendor(gateway: Gateway, vendor: str) -> VendorTest:
    """Whether this vendor works for this request. Raises GatewayError, 404, for an unknown one."""
    vendors, started = gateway.vendors, gateway.clock()
    answering = gateway.fleet.providers.get(vendor)
    connected = vendors is not None and vendor in vendors.connected
    if answering is not None and answering.kind != "live" and not connected:
        return _not_live(gateway, vendor)
    provider = vendors.provider(vendor) if vendors else None
    if provider is None:
        raise GatewayError(404, "NOT_FOUND", "There is no vendor of this id here")
    return await _ask(provider, lambda: (gateway.clock() - started) * 1000)


async def _connection(vendors: Vendors, vendor: str, provider: LiveProvider) -> VendorConnection:
    connected = vendor in vendors.connected
    row = provider.vendor
    local = vendor in VENDORS and not row.needs_key
    running = await _runs(provider) if local and (connected or vendors.private_urls) else None
    return VendorConnection(
        id=vendor,
        name=row.name,
        dialect=row.dialect,
        needs_key=row.needs_key,
        key_env=list(row.key_env),
        base_url=shown_url(provider.base_url),
        source=_source(vendors, vendor),
        configured=connected,
        reason=_reason(provider, connected, running),
        local=local,
        running=running,
        learnt=_learnt(provider),
    )


def _learnt(provider: LiveProvider) -> list[LearntHabits]:
    """What is known of this server. A model that another caller has named is not named here."""
    rows: list[LearntHabits] = []
    offered = {*provider.models, *provider.listed}
    for model, habits in provider.habits().items():
        row = LearntHabits(
            model=model if model in offered else None,
            takes=[habits.cap] if habits.cap else [],
            refuses=[
                name if value is None else f"{name} {value}" for name, value in habits.refused
            ],
        )
        if row not in rows:
            rows.append(row)
    return rows


def shown_url(url: str) -> str:
    """A base URL without the user and password it may hold."""
    try:
        return str(URL(url).with_user(None)) if "@" in url else url
    except ValueError:
        return ""


def _source(vendors: Vendors, vendor: str) -> Literal["environment", "request"] | None:
    if vendor not in vendors.connected:
        return None
    return "request" if vendor in vendors.brought else "environment"


def _reason(provider: LiveProvider, connected: bool, running: bool | None) -> str | None:
    if provider.problem is not None:
        return provider.problem
    if running is False:
        return "it is not running"
    return None if connected else "it is not connected"


async def _runs(provider: LiveProvider) -> bool | None:
    """Whether a local server runs; None where its address is not on this machine's loopback."""
    try:
        host = URL(provider.base_url).host
    except ValueError:
        host = None
    if host is None or not is_loopback(host):
        return None
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await provider.list_models()
    except TimeoutError:
        return False
    except ProviderError as error:
        # It runs, but wants a key.
        return error.status == 401
    return True


async def _ask(provider: LiveProvider, elapsed_ms: Callable[[], float]) -> VendorTest:
    name = provider.vendor.name
    if provider.problem is not None:
        reason = provider.problem[0].upper() + provider.problem[1:]
        code = FailureCode.AUTH_FAILED if provider.lacks_key else FailureCode.INVALID_REQUEST
        return _failed(f"{reason}.", code, elapsed_ms())
    try:
        models = await provider.list_models()
    except ProviderError as error:
        clause = error.message.rstrip(".")
        return _failed(f"{name} {clause}. {_advice(error)}", error.code, elapsed_ms())
    return VendorTest(
        ok=True,
        message=_answered(name, len(models)),
        latency_ms=round(elapsed_ms(), 3),
        models=models,
    )


def _advice(error: ProviderError) -> str:
    if error.status is not None and 300 <= error.status < 400:
        return _LEADS_ELSEWHERE
    return _ADVICE.get(error.code, _TRY_AGAIN)


def _answered(name: str, count: int) -> str:
    if not count:
        return f"{name} answers, but lists no models yet."
    return f"{name} answers: it lists {count} {'model' if count == 1 else 'models'}."


def _failed(message: str, code: FailureCode, latency_ms: float) -> VendorTest:
    return VendorTest(ok=False, message=message, code=code, latency_ms=round(latency_ms, 3))


def _not_live(gateway: Gateway, vendor: str) -> VendorTest:
    """A vendor of the demo fleet, or the local model: no vendor is asked."""
    own = [each for each in gateway.fleet.pool() if each.candidate.provider == vendor]
    models = [each.candidate.model for each in own]
    if vendor != LOCAL.provider:
        message = "This vendor is simulated: it is part of the demo fleet, and no vendor is called."
        return VendorTest(ok=True, message=message, latency_ms=0.0, models=models)
    lacking = next((each.unavailable for each in own if each.unavailable), None)
    if lacking is not None:
        return _failed(
            f"The local model cannot answer: {lacking}.", FailureCode.MODEL_NOT_FOUND, 0.0
        )
    message = "The local model is on this machine and needs no key."
    return VendorTest(ok=True, message=message, latency_ms=0.0, models=models)
