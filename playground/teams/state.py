"""Who the visitor of this browser session is."""

from __future__ import annotations

import streamlit as st

from playground.browser.slots import Slot
from playground.teams.owner import Owner
from playground.teams.visitor import VISITOR_KEY, Visitor

UNKNOWN = Visitor("stranger", "launcher")
_KNOWN = Slot("visitor", Visitor)
SIGNED_OUT = Visitor("stranger", "sign-in")


def this_owner() -> Owner:
    """The owner of what this browser session stores; the run ends here if it has none."""
    owner = this_visitor().owner
    if owner is None:
        st.stop()
    return owner


def this_visitor() -> Visitor:
    """The visitor as the launcher named them when this browser session began.

    Streamlit looks for a secrets file whenever it is asked, one visitor after the other. It takes a
    session up again for the same visitor only, so that once is enough; but an account can sign out.
    """
    if (known := _KNOWN.get()) is not None:
        return known
    try:
        visitor = Visitor.from_header(str(st.user.get(VISITOR_KEY)))
    except ValueError:
        return UNKNOWN
    if visitor.kind == "account":
        return _account()
    _KNOWN.set(visitor)
    return visitor


def account_name() -> str:
    """What a signed-in visitor is called: the most readable that their account says."""
    known = (st.user.get(claim) for claim in ("email", "preferred_username", "name", "sub"))
    return next((str(name) for name in known if name), "")


def _account() -> Visitor:
    who = (st.user.get("iss"), st.user.get("sub"))
    if not st.user.get("is_logged_in") or not all(who):
        return SIGNED_OUT
    return Visitor("account", " ".join(map(str, who)))
