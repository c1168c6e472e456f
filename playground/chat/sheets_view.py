"""The sheets that open over the chat: a turn's receipt, the session's tree, two answers compared.

Each is built when it is asked for, and not before. A new sheet is a function here and its name in
``_OF_TURN``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import streamlit as st

from playground.chat.chat_view import Chat
from playground.chat.siblings import answered_by
from playground.chat.state import Act
from playground.chat.tree_html import deletions_html, tree_html
from playground.look.differences import difference_html
from playground.receipts.code_view import code_view
from playground.receipts.receipt_view import receipt_body
from playground.receipts.receipt_words import name
from playground.sessions import tree
from playground.sessions.turns import Turn


def open_sheet(chat: Chat, asked: Act | None) -> None:
    """Draw the sheet that was asked for, if one was. Once in a run, as Streamlit has one place."""
    if asked is None:
        return
    turn = chat.turn(asked.turn)
    if asked.name == "tree":
        _tree(chat)
    elif turn is not None and asked.name in _OF_TURN:
        _OF_TURN[asked.name](chat, turn, asked)


def _receipt(chat: Chat, turn: Turn, _: Act) -> None:
    @st.dialog(f"{name(turn)} in turn {turn.number}", width="medium", position="right")
    def show() -> None:
        receipt_body(turn, chat.in_force, partial(chat.sent, turn))

    show()


def _code(chat: Chat, turn: Turn, _: Act) -> None:
    @st.dialog(f"Turn {turn.number} as code", width="medium", position="right")
    def show() -> None:
        code_view(turn, partial(chat.sent, turn))

    show()


def _tree(chat: Chat) -> None:
    @st.dialog("This session as a tree", width="medium", position="right")
    def show() -> None:
        shown = {turn.id for turn in chat.turns}
        conversation = chat.view.conversation
        picture = tree_html(tree.nodes(conversation.kept), shown)
        st.html(picture + deletions_html(tree.deletions(conversation.turns)))

    show()


def _differences(chat: Chat, turn: Turn, asked: Act) -> None:
    other = chat.turn(asked.to)
    if other is None:
        return

    @st.dialog("Differences word by word", width="large")
    def show() -> None:
        st.caption(
            f"~~Struck through~~: only in the one shown here, by {answered_by(turn)}. Underlined: "
            f"only in the other, by {answered_by(other)}."
        )
        if turn.message != other.message:
            st.markdown("**Messages**")
            st.html(difference_html(turn.message, other.message))
            st.markdown("**Answers**")
        if turn.answer.text == other.answer.text:
            st.info("Both answers are the same, word for word.")
        else:
            st.html(difference_html(turn.answer.text, other.answer.text))

    show()


_OF_TURN: Final[Mapping[str, Callable[[Chat, Turn, Act], None]]] = {
    "receipt": _receipt,
    "code": _code,
    "differences": _differences,
}
