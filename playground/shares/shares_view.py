"""Making a link to a session, and the list of all links there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from playground.browser import widgets
from playground.found import Found
from playground.look.page_view import spread
from playground.look.safe_text import literal, unseen
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.shares.share_words import HERE_ONLY, LASTS, ONCE, WHO, link_to, until
from playground.shares.shares import Share, revoke, share, shares
from playground.shares.state import forget_link, keep_link, made_link
from playground.teams.rules import is_alone

_LASTS = "share-lasts"


def share_view(
    store: OwnerStore, conversation_id: str, title: str, page: Callable[[], str]
) -> None:
    """Draw what makes a link to this session, and the links it has; ``page`` is what it shows."""
    st.caption(WHO)
    if is_alone(st.get_option("server.address"), st.get_option("server.allowedHosts")):
        st.caption(HERE_ONLY)
    st.selectbox("The link works for", list(LASTS), index=1, key=_LASTS)

    def make() -> None:
        # As it is now, and not as it was when the button was drawn.
        lasts = LASTS[widgets.typed(_LASTS)]
        made = Found.by(lambda: share(store, conversation_id, title, page(), lasts), StoreError)
        if made.value is None:
            st.toast(literal(made.problem or ""), icon=":material/error:")
        else:
            keep_link(conversation_id, link_to(str(st.context.url), made.value))
            st.toast("The link is made. Copy it now.", icon=":material/link:")

    st.button("Make a link", icon=":material/link:", on_click=make, key="share-make")
    if link := made_link(conversation_id):
        st.code(link, language=None, wrap_lines=True)
        st.caption(ONCE)
    found = Found[Sequence[Share]].by(lambda: shares(store), StoreError)
    if found.problem:
        st.warning(literal(found.problem))
    every = found.value or ()
    others = [each for each in every if each.conversation_id != conversation_id]
    _list(store, [each for each in every if each not in others])
    if others:
        with st.expander(f"Links to your other sessions ({len(others)})"):
            _list(store, others)


def links_view(store: OwnerStore) -> None:
    """All links there are, to be revoked."""
    st.caption(WHO)
    found = Found[Sequence[Share]].by(lambda: shares(store), StoreError)
    if found.problem:
        st.warning(literal(found.problem))
    elif not found.value:
        st.info("No session is shared by a link. *Export* at a session's head makes one.")
    _list(store, found.value or ())


def _list(store: OwnerStore, some: Sequence[Share]) -> None:
    for place, each in enumerate(some, start=1):
        _row(store, each, place)


def _row(store: OwnerStore, each: Share, place: int) -> None:
    def end() -> None:
        forget_link()
        problem = Found.by(lambda: revoke(store, each.id), StoreError).problem
        said = problem or "Revoked: nobody can read it any more."
        st.toast(literal(said), icon=":material/error:" if problem else ":material/link_off:")

    made = f"{each.created_at.day} {each.created_at:%B %Y, %H:%M} UTC"
    with spread(key=f"share-{each.id}"):
        st.markdown(
            f"**{literal(each.title)}** :gray[:small[made {made}, {until(each.expires_at)}]]",
            width="stretch",
        )
        st.button(
            f"Revoke{unseen(f'link {place} to {each.title}')}",
            icon=":material/link_off:",
            type="tertiary",
            on_click=end,
            key=f"revoke-{each.id}",
        )
