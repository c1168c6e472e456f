"""What the buttons at a turn and in the session's header do, once the page has its session.

The browser sends what was clicked (``turns.js``); ``do_asked`` does it before the page is drawn.
What opens a sheet is in ``sheets_view``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import streamlit as st

from playground.browser import url, widgets
from playground.browser.guide import focus_on
from playground.chat.chat_view import Chat
from playground.chat.state import (
    Act,
    Asked,
    Deleted,
    ask_act,
    ask_to_send,
    box_sent,
    keep_deleted,
    take_act,
)
from playground.look.answer_view import CLIPBOARD
from playground.look.safe_text import literal
from playground.sessions import tree
from playground.sessions.database import StoreError
from playground.sessions.turns import Turn, TurnSettings

LONGEST_TITLE: Final = 200

_KEY: Final = "acts"
_SCRIPT: Final = CLIPBOARD + Path(__file__).with_name("turns.js").read_text("utf-8")
_WAIT: Final = "An answer is still arriving. Stop it first, or wait for it."
_GONE: Final = "This turn is not here any more: it was deleted, perhaps in another tab."


def turn_buttons(chat: Chat) -> None:
    """Let the buttons work; once on the page."""
    component = st.components.v2.component("speko_turns", js=_SCRIPT)
    data = {"session": chat.conversation_id, "sent": box_sent()}
    component(key=_KEY, data=data, on_act_change=_clicked, height=0)


def _clicked() -> None:
    sent = widgets.sent(_KEY, "act")
    ask_act(Act(*(str(sent.get(name) or "") for name in Act._fields)))


def do_asked(chat: Chat) -> Act | None:
    """Do what was clicked, if anything was; returns it where it wants a sheet opened."""
    act = take_act()
    if act is None:
        return None
    if act.name in _OF_SESSION:
        _OF_SESSION[act.name](chat, act)
        return None
    turn = chat.turn(act.turn)
    if act.turn and turn is None:
        st.toast(_GONE)
        return None
    if turn is None or act.name not in _OF_TURN:
        return act
    _OF_TURN[act.name](chat, turn, act)
    return None


def _resend(chat: Chat, turn: Turn, act: Act) -> None:
    asked = Asked(chat.conversation_id, act.text, turn.parent_id, box=act.box, of_turn=True)
    ask_to_send(asked)


def _form(chat: Chat, turn: Turn, _: Act) -> None:
    """Ask the same again by the form as it is now."""
    ask_to_send(Asked(chat.conversation_id, turn.message, turn.parent_id, of_turn=True))


def _again(chat: Chat, turn: Turn, _: Act) -> None:
    _ask_by(chat, turn, turn.settings)


def _with(chat: Chat, turn: Turn, act: Act) -> None:
    """Ask one candidate alone, by the turn's own settings; the form stays as it is."""
    _ask_by(chat, turn, turn.settings.model_copy(update={"allowed": (act.to,)}))


def _ask_by(chat: Chat, turn: Turn, settings: TurnSettings) -> None:
    settings = settings.for_the_form
    ask_to_send(Asked(chat.conversation_id, turn.message, turn.parent_id, settings, of_turn=True))


def _show(chat: Chat, turn: Turn, act: Act) -> None:
    if chat.view.is_live:
        st.toast(_WAIT)
        return
    conversation = chat.view.conversation
    wanted = chat.turn(act.to)
    if wanted is None:
        st.toast(_GONE)
        return
    url.focus_turn(None)
    leaf = conversation.latest_below(wanted)
    if _stored(chat, lambda: chat.store.show_branch(chat.conversation_id, leaf.id)):
        focus_on(f"fork-{wanted.id}", f"turn-{wanted.id}")


def _goto(chat: Chat, act: Act) -> None:
    """A click in the tree: that turn on its branch."""
    wanted = chat.turn(act.to)
    if wanted is None:
        st.toast(_GONE)
        return
    if wanted.id not in {turn.id for turn in chat.turns}:
        _show(chat, wanted, act)
    url.focus_turn(wanted.id)


def _delete(chat: Chat, turn: Turn, _: Act) -> None:
    """With all that follows it; ``_undo`` brings back as much."""
    if chat.view.is_live or chat.view.elsewhere is not None:
        st.toast(_WAIT)
        return
    marked = tree.deleted(chat.view.conversation.turns, turn.id)
    if _stored(chat, lambda: _save(chat, marked)):
        keep_deleted(Deleted(chat.conversation_id, turn.id))
        focus_on("undo-delete")


def _undo(chat: Chat, act: Act) -> None:
    back = tree.restored(chat.view.conversation.turns, act.to)
    if _stored(chat, lambda: _save(chat, back)):
        keep_deleted(None)
        focus_on(f"turn-{act.to}")


def _compare(chat: Chat, turn: Turn, _: Act) -> None:
    url.go_to_compare(chat.conversation_id, turn.id)


def _evaluate(chat: Chat, turn: Turn, _: Act) -> None:
    url.go_to_evaluate(chat.conversation_id, turn.id)


def _rename(chat: Chat, act: Act) -> None:
    title = " ".join(act.text.replace("\0", " ").split())[:LONGEST_TITLE]
    if title:
        _stored(chat, lambda: chat.store.save_title(chat.conversation_id, title))


def _save(chat: Chat, turns: Iterable[Turn]) -> None:
    for turn in turns:
        chat.store.save_turn(turn)


def _stored(chat: Chat, change: Callable[[], object]) -> bool:
    """Whether the change is in the store; the page then shows it, and else says why it is not."""
    try:
        change()
    except StoreError as error:
        st.toast(literal(str(error)), icon=":material/error:")
        return False
    chat.look_again()
    return True


_OF_TURN: Final[Mapping[str, Callable[[Chat, Turn, Act], None]]] = {
    "resend": _resend,
    "form": _form,
    "again": _again,
    "with": _with,
    "show": _show,
    "delete": _delete,
    "compare": _compare,
    "evaluate": _evaluate,
}
_OF_SESSION: Final[Mapping[str, Callable[[Chat, Act], None]]] = {
    "goto": _goto,
    "undo": _undo,
    "rename": _rename,
}
