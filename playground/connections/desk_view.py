"""What the Connections page works with, looked up once per run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from playground.connections.facts_view import ServerFacts, server_facts
from playground.connections.state import (
    choose_server,
    keep_check,
    private_allowed,
    server_choice,
    take_wanted_check,
)
from playground.runtime import Runtime
from playground.servers.address_guard import NotUsableError
from playground.servers.check import Checked, check_server, check_vendor
from playground.servers.connection import Connection
from playground.servers.server_choice import first_offer, portable
from speko_client.errors import SpekoApiError
from speko_client.models import ProvidersHealth, VendorConnection, VendorCredentials


@dataclass(frozen=True, slots=True)
class Desk:
    """The embedded gateway as this browser session uses it, with the vendors it knows.

    ``chat_with`` begins a conversation that only the named vendor may answer.
    """

    runtime: Runtime
    gateway: Connection
    vendors: tuple[VendorConnection, ...]
    private_allowed: bool
    chat_with: Callable[[str], None]

    def own(self, vendor: str) -> VendorCredentials | None:
        """This session's own credentials for a vendor."""
        return server_choice().vendors.get(vendor)

    def facts(self) -> ServerFacts:
        """What the gateway offers now."""
        return server_facts(self.runtime, self.gateway)


def open_desk(runtime: Runtime, gateway: Connection, chat_with: Callable[[str], None]) -> Desk:
    """Raises SpekoApiError where the gateway does not list its vendors."""
    with runtime.client(gateway) as client:
        vendors = tuple(client.vendors().vendors)
    return Desk(runtime, gateway, vendors, private_allowed(runtime), chat_with)


def health(runtime: Runtime, connection: Connection) -> ProvidersHealth:
    """How recent calls went; empty where the server does not say."""
    if not connection.embedded:
        return ProvidersHealth(window_seconds=0)
    try:
        with runtime.client(connection) as client:
            return client.provider_health()
    except SpekoApiError as error:
        st.warning(connection.redact(error.message), icon=":material/cloud_off:")
        return ProvidersHealth(window_seconds=0)


def run_server_check(runtime: Runtime, name: str, connection: Connection) -> None:
    """Check a Speko server, if its Test button was pressed."""
    if take_wanted_check(name):
        with st.spinner(f"Asking {connection.name} ..."), runtime.client(connection) as client:
            keep_check(name, check_server(client, connection))


def run_vendor_check(desk: Desk, vendor: VendorConnection) -> None:
    """Check a vendor, if its Test button was pressed; offer a new server's models."""
    if not take_wanted_check(vendor.id):
        return
    with st.spinner(f"Asking {vendor.name} ..."), desk.runtime.client(desk.gateway) as client:
        found = check_vendor(client, desk.gateway, vendor.id)
    keep_check(vendor.id, found)
    if _offer_models(desk, vendor.id, found):
        # The router's pool has changed, so the whole page has to be drawn again.
        st.rerun()


def offer(vendor: str, models: list[str]) -> None:
    """Offer exactly these of a vendor's models to the router; none means the catalogue's.

    Raises NotUsableError where that is more than one request can carry.
    """
    choice = server_choice()
    own = choice.vendors[vendor].model_copy(update={"models": models or None})
    choose_server(portable(choice.with_vendor(vendor, own)))


def _offer_models(desk: Desk, vendor: str, found: Checked) -> bool:
    own = desk.own(vendor)
    offered = any(row.vendor == vendor and row.model for row in desk.facts().known)
    first = first_offer(found.models)
    if own is None or own.models or offered or not first:
        return False
    try:
        offer(vendor, first)
    except NotUsableError as error:
        keep_check(vendor, Checked(False, str(error)))
        return False
    return True
