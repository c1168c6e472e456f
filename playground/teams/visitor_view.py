"""Says who one is, and leads to signing in and out."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import quote

import streamlit as st

from playground.teams.state import SIGNED_OUT, UNKNOWN, account_name, this_visitor
from playground.teams.visitor import Visitor
from playground.teams.visits import FORGET_PATH

_WHY: Final = {
    "cookie": "This browser sent no valid cookie of the playground, so nobody can tell whose "
    "sessions are yours. Allow cookies for this site and reload the page.",
    "proxy": "The proxy before the playground did not say who you are, or is not one that the "
    "playground trusts. Open the playground through your usual address, or ask whoever runs it: "
    "SPEKO_TRUSTED_USER_HEADER and SPEKO_TRUSTED_PROXIES must fit the proxy.",
    "launcher": "The playground was not started by its launcher, so nobody can tell whose sessions "
    "are whose. Start it with `streamlit run app.py`.",
}


def let_in() -> None:
    """Go on for a visitor who is known; end the page with a sentence, or a sign-in, for others."""
    visitor = this_visitor()
    if visitor == SIGNED_OUT:
        _sign_in()
        st.stop()
    if visitor.owner is None:
        st.error(_WHY.get(visitor.name, _WHY[UNKNOWN.name]), icon=":material/person_off:")
        st.stop()


def _sign_in() -> None:
    st.title("Speko Playground", anchor=False)
    st.write("Sign in to see your sessions and to ask.")
    st.button("Sign in", icon=":material/login:", type="primary", on_click=st.login, key="sign-in")


def who_you_are(sign_out_url: str) -> None:
    """Who the visitor is, and the way out; nothing for this machine's own user."""
    visitor = this_visitor()
    if visitor.kind == "machine":
        return
    with st.container(horizontal=True, vertical_alignment="center", key="who-you-are"):
        if visitor.kind == "browser":
            st.caption("Your sessions belong to this browser, known by a cookie.", width="content")
            _forgetting(visitor)
        elif visitor.kind == "user":
            _signed_in_as(visitor.name)
            if sign_out_url:
                st.link_button("Sign out", sign_out_url, type="tertiary")
        else:
            _signed_in_as(account_name())
            st.button("Sign out", type="tertiary", on_click=st.logout, key="sign-out")


def _signed_in_as(name: str) -> None:
    """As HTML: markdown would make a link of an e-mail address."""
    text = f"Signed in as {escape(name)}."
    st.html(f'<div class="sp-quiet sp-small">{text}</div>', width="content")


def _forgetting(visitor: Visitor) -> None:
    with st.popover("Forget this browser", type="tertiary"):
        st.write(
            "The cookie is removed, and you begin anew. Nobody can reach this browser's sessions "
            "any more, not even you. Delete them first if they should be gone as well."
        )
        address = f"{FORGET_PATH}?token={quote(visitor.forget, safe='')}"
        st.html(f'<a href="{address}" target="_self">Forget this browser</a>')
