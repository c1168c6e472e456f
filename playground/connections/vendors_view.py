"""The gateway's vendors: keys, local servers, and your own OpenAI-compatible servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from playground.browser import widgets
from playground.browser.url import CHAT_PAGE
from playground.connections import state
from playground.connections.connection_view import (
    Action,
    ConnectionForm,
    connection_form,
    found,
    heading,
)
from playground.connections.facts_view import ServerFacts, server_facts
from playground.connections.learnt import learnt_line
from playground.look.parts import chip
from playground.look.safe_text import literal, unseen
from playground.look.words import counted
from playground.runtime import Runtime
from playground.servers.address_guard import NotUsableError
from playground.servers.connection import Checked, Connection, check_vendor
from playground.servers.server_choice import (
    CUSTOM,
    MOST_MODELS,
    Typed,
    address_problem,
    credentials,
    custom_id,
    first_offer,
    portable,
)
from speko_client.model_ids import model_name, usable_models
from speko_client.models import VendorConnection, VendorCredentials

_NEW = "new-server"


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
        return state.server_choice().vendors.get(vendor)

    def facts(self) -> ServerFacts:
        """What the gateway offers now."""
        return server_facts(self.runtime, self.gateway)


def open_desk(runtime: Runtime, gateway: Connection, chat_with: Callable[[str], None]) -> Desk:
    """Raises SpekoApiError where the gateway does not list its vendors."""
    with runtime.client(gateway) as client:
        vendors = tuple(client.vendors().vendors)
    return Desk(runtime, gateway, vendors, state.private_allowed(runtime), chat_with)


def vendor_keys(desk: Desk) -> None:
    """The vendors that need a key."""
    st.header("Vendors", anchor=False)
    st.caption(
        "A key you set here stays in this browser session. It is gone when you reload or close the "
        "page; it is stored nowhere and never shown again."
    )
    _group(
        desk, "vendors", [each for each in desk.vendors if not each.local and not _is_own(each.id)]
    )


def local_servers(desk: Desk) -> None:
    """Model servers on this machine: found when they run, or at the address you give."""
    st.header("Local servers", anchor=False)
    if desk.private_allowed:
        st.caption("Found at their usual address when they run. You can set another address.")
    else:
        st.caption(
            "This playground is shared, so servers on its own machine and network are not "
            "offered. A public address works."
        )
    _group(desk, "local", [each for each in desk.vendors if each.local])


def own_servers(desk: Desk) -> None:
    """Servers that are not in the catalogue, and the form to add one."""
    st.header("Your own servers", anchor=False)
    st.caption("Any server that speaks OpenAI's chat completions, by its base URL.")
    listed = {each.id: each for each in desk.vendors}
    own = state.server_choice().vendors
    ids = dict.fromkeys(each for each in [*listed, *own] if _is_own(each))
    _group(desk, "own", [listed.get(each) or _left_behind(each, own[each]) for each in ids])
    if state.edited_connection() != _NEW:
        st.button(
            "Add a server",
            icon=":material/add:",
            on_click=state.edit_connection,
            args=(_NEW,),
            key="add-server",
        )
        return
    with st.container(border=True, key=f"group-{_NEW}"), st.container(key=f"connection-{_NEW}"):
        found(state.last_check(_NEW))
        connection_form(
            ConnectionForm(
                _NEW,
                partial(_save_new, desk),
                key_label="Key (optional)",
                url="",
                url_hint="http://127.0.0.1:11434/v1",
                own_server=True,
            )
        )


def _group(desk: Desk, name: str, vendors: Sequence[VendorConnection]) -> None:
    if not vendors:
        return
    with st.container(border=True, key=f"group-{name}"):
        for vendor in vendors:
            with st.container(key=f"connection-{vendor.id}"):
                _connection(desk, vendor)


def _connection(desk: Desk, vendor: VendorConnection) -> None:
    own = desk.own(vendor.id)
    actions = _actions(desk, vendor, own)
    heading(vendor.id, vendor.name, _badge(desk, vendor, own), _sub(vendor, own), actions)
    problem = own and address_problem(own.base_url, private_allowed=desk.private_allowed)
    check = Checked(False, problem) if problem else _vendor_check(desk, vendor)
    found(check)
    if own is not None and vendor.id not in state.server_choice().answered:
        st.caption("Not in use: it has not answered yet.")
    if check is not None and check.ok:
        with st.container(horizontal=True):
            if check.models:
                _models(desk, vendor, own, check)
            _chat_with(desk, vendor)
    if state.edited_connection() == vendor.id:
        connection_form(_form(desk, vendor))


def _badge(desk: Desk, vendor: VendorConnection, own: VendorCredentials | None) -> str:
    if own is not None:
        return chip("set in this browser session", "info")
    if vendor.source == "environment":
        return chip("from the environment", "info")
    if vendor.local and vendor.running and desk.private_allowed:
        return chip("running", "good")
    if vendor.local:
        return chip("not running" if desk.private_allowed else "no address")
    return chip("no key")


def _sub(vendor: VendorConnection, own: VendorCredentials | None) -> str:
    return " · ".join(filter(None, [*_address(vendor, own), learnt_line(vendor.learnt)]))


def _address(vendor: VendorConnection, own: VendorCredentials | None) -> list[str | None]:
    if own is not None:
        return [own.base_url, f"{counted(len(own.models), 'model')} offered" if own.models else ""]
    if vendor.source == "environment":
        return [vendor.reason]
    return [vendor.base_url if vendor.local else " or ".join(vendor.key_env)]


def _actions(
    desk: Desk, vendor: VendorConnection, own: VendorCredentials | None
) -> Iterator[Action]:
    if own is not None or vendor.source == "environment":
        yield Action("Test", "test", state.want_check)
    if own is not None:
        yield Action("Replace" if vendor.needs_key else "Change", "edit", state.edit_connection)
        yield Action("Forget", "forget", _forget)
    elif vendor.source == "environment":
        if vendor.needs_key:
            yield Action("Use my own key", "edit", state.edit_connection)
    elif vendor.local:
        if vendor.running and desk.private_allowed:
            yield Action("Use it", "use", partial(_use, desk, vendor))
        yield Action("Set address", "edit", state.edit_connection)
    else:
        yield Action("Add key", "add", state.edit_connection)


def _models(
    desk: Desk, vendor: VendorConnection, own: VendorCredentials | None, check: Checked
) -> None:
    with st.popover(f"Its own list: {counted(len(check.models), 'model')}{unseen(vendor.name)}"):
        if own is None:
            st.code("\n".join(check.models), language=None, height=260)
            return
        known = [row.model for row in desk.facts().known if row.vendor == vendor.id and row.model]
        offered = own.models or known
        key = widgets.seed(f"offered-{vendor.id}", offered)
        st.multiselect(
            "Offered to the router",
            list(dict.fromkeys([*offered, *usable_models(check.models)])),
            key=key,
            max_selections=MOST_MODELS,
            format_func=model_name,
            on_change=_offer_chosen,
            args=(vendor.id, key),
        )


def _chat_with(desk: Desk, vendor: VendorConnection) -> None:
    if st.button(
        f"Chat with it{unseen(vendor.name)}",
        icon=":material/forum:",
        type="tertiary",
        key=f"chat-{vendor.id}",
    ):
        desk.chat_with(vendor.id)
        st.switch_page(CHAT_PAGE)


def _offer_chosen(vendor: str, key: str) -> None:
    try:
        _offer(vendor, widgets.chosen(key))
    except NotUsableError as error:
        st.toast(literal(str(error)))


def _vendor_check(desk: Desk, vendor: VendorConnection) -> Checked | None:
    """What its last check found: one made now, if its Test button was pressed."""
    if not state.take_wanted_check(vendor.id):
        return state.last_check(vendor.id)
    own = desk.own(vendor.id)
    tried = {**desk.gateway.vendors, **({vendor.id: own} if own else {})}
    gateway = replace(desk.gateway, vendors=tried)
    with st.spinner(f"Asking {literal(vendor.name)} ..."), desk.runtime.client(gateway) as client:
        found = check_vendor(client, gateway, vendor.id)
    kept = state.keep_answer(vendor.id, found)
    if own is None or not found.is_answer(models_named=bool(own.models)):
        return kept
    if begins := vendor.id not in state.server_choice().answered:
        state.choose_server(state.server_choice().with_answer_of(vendor.id))
    if _offer_models(replace(desk, gateway=gateway), vendor.id, found) or begins:
        # The router's pool has changed, so the whole page has to be drawn again.
        st.rerun()
    return kept


def _offer(vendor: str, models: list[str]) -> None:
    """Offer exactly these of a vendor's models to the router; none means the catalogue's.

    Raises NotUsableError where that is more than one request can carry.
    """
    choice = state.server_choice()
    own = choice.vendors[vendor].model_copy(update={"models": models or None})
    state.choose_server(portable(choice.with_vendor(vendor, own)))


def _offer_models(desk: Desk, vendor: str, found: Checked) -> bool:
    own = desk.own(vendor)
    offered = any(row.vendor == vendor and row.model for row in desk.facts().known)
    first = first_offer(found.models)
    if own is None or own.models or offered or not first:
        return False
    try:
        _offer(vendor, first)
    except NotUsableError as error:
        state.keep_check(vendor, Checked(False, str(error)))
        return False
    return True


def _form(desk: Desk, vendor: VendorConnection) -> ConnectionForm:
    own = desk.own(vendor.id) if _is_own(vendor.id) else None
    usual = vendor.base_url if vendor.local and desk.private_allowed else ""
    return ConnectionForm(
        vendor.id,
        partial(_save, desk, vendor),
        key_label=f"{vendor.name} key" if vendor.needs_key else "Key (optional)",
        url=own.base_url or "" if own else usual,
        url_label="Base URL" if own or vendor.local else "Base URL (optional)",
        url_hint=vendor.base_url,
        key_first=vendor.needs_key,
    )


def _save(desk: Desk, vendor: VendorConnection, typed: Typed) -> None:
    if (vendor.local or _is_own(vendor.id)) and not typed.base_url:
        raise NotUsableError("Name the address first.")
    made = credentials(
        typed,
        needs_key=vendor.needs_key,
        private_allowed=desk.private_allowed,
        dialect=vendor.dialect,
    )
    own = desk.own(vendor.id)
    if own is not None and _is_own(vendor.id):
        same = own.base_url == made.base_url
        kept = {"name": own.name, "models": own.models if same else None}
        made = made.model_copy(update=kept)
    state.choose_server(portable(state.server_choice().with_vendor(vendor.id, made)))
    state.want_check(vendor.id)


def _save_new(desk: Desk, typed: Typed) -> None:
    if not typed.base_url:
        raise NotUsableError("Name the address first.")
    made = credentials(typed, needs_key=False, private_allowed=desk.private_allowed)
    choice = state.server_choice()
    taken = {each.id: each for each in desk.vendors} | dict(choice.vendors)
    vendor = custom_id(typed.name, taken)
    named = made.model_copy(update={"name": typed.name or vendor.removeprefix(CUSTOM)})
    state.choose_server(portable(choice.with_vendor(vendor, named)))
    state.keep_check(_NEW, None)
    state.want_check(vendor)


def _use(desk: Desk, vendor: VendorConnection, _id: str) -> None:
    _save(desk, vendor, Typed(base_url=vendor.base_url))


def _forget(vendor: str) -> None:
    state.choose_server(state.server_choice().without_vendor(vendor))
    state.keep_check(vendor, None)


def _is_own(vendor: str) -> bool:
    return vendor == CUSTOM.rstrip("-") or vendor.startswith(CUSTOM)


def _left_behind(vendor: str, own: VendorCredentials) -> VendorConnection:
    """A server the gateway does not know: its address must not be called, or has not answered."""
    return VendorConnection(
        id=vendor,
        name=own.name or vendor,
        dialect="openai",
        needs_key=False,
        base_url=own.base_url or "",
    )
