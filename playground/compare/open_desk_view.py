"""The desk of the Compare page: the comparison that the URL names, or begins."""

from __future__ import annotations

from playground.browser import url
from playground.chat.chat_view import connect, facts_of
from playground.compare.desk_view import CompareDesk
from playground.compare.seats import (
    WHAT_IF,
    Comparison,
    from_tokens,
    is_blind,
    read,
    with_runs,
)
from playground.compare.setup import begun_from, beside, first_seats, left_out
from playground.connections.facts_view import ServerFacts
from playground.found import Found
from playground.intent.preview_view import preview
from playground.intent.state import adopt_form
from playground.runtime import get_runtime
from playground.sessions.database import StoreError
from playground.sessions.rows import NOT_HERE
from playground.sessions.store import OwnerStore
from playground.sessions.turns import (
    Conversation,
    new_conversation,
    new_id,
)
from playground.teams.state import this_owner


def open_desk() -> CompareDesk:
    """The comparison that the URL names, or a fresh one, with the server that will answer."""
    runtime = get_runtime()
    store = runtime.store.of(this_owner())
    server = connect(runtime)
    facts = facts_of(runtime, server)
    found = Found.by(lambda: _begun(store, facts) or _stored(store), StoreError)
    stored = found.value
    conversation_id = stored.id if stored else url.reserve(store.new_conversation_id())
    form = adopt_form(conversation_id, stored.settings if stored else None)
    runs = runtime.engine.runs_for(store.owner, conversation_id)
    conversation = with_runs(stored or new_conversation(conversation_id, form), runs)
    problem = server.problem or facts.problem or found.problem
    desk = CompareDesk(
        runtime,
        store,
        server.value,
        facts,
        conversation_id,
        conversation,
        Comparison(),
        form,
        problem,
    )
    _seat_all(desk)
    if stored is None and _is_missing(store):
        desk.notice = NOT_HERE
    return desk


def _seat_all(desk: CompareDesk) -> None:
    """The seats as they were left; else those of the address, else the first ones."""
    if (stored := read(desk.conversation.comparison)) is not None:
        desk.comparison = stored
        return
    tokens, form = url.seat_tokens(), desk.form
    named = from_tokens(tokens, form, desk.what_ifs if WHAT_IF in "".join(tokens) else {})
    desk.notice = left_out(tokens, named)
    if named.seats or desk.connection is None:
        desk.comparison = named
        return
    ranking = preview(desk.runtime, desk.connection, form).value
    desk.comparison = first_seats(desk.facts.known, ranking)
    if desk.turns:
        # It has just begun from an answer of a chat.
        desk.save(beside(desk.turns[-1], desk.comparison))


def _stored(store: OwnerStore) -> Conversation | None:
    """The open session, where it is a comparison, or can become one as it has no turns yet."""
    wanted = url.conversation_id()
    session = store.load(wanted) if wanted else None
    if session is None or session.comparison is not None:
        return session
    return None if any(turn.message_id is None for turn in session.turns[-1:]) else session


def _is_missing(store: OwnerStore) -> bool:
    wanted = url.conversation_id()
    found = Found.by(lambda: store.load(wanted) if wanted else None, StoreError)
    return bool(wanted) and found.value is None and found.problem is None


def _begun(store: OwnerStore, facts: ServerFacts) -> Conversation | None:
    """A new comparison where the address asks for one: it begins as the chat up to that answer."""
    chat_id, turn_id = url.conversation_id(), url.turn_to_compare()
    if not (chat_id and turn_id) or facts.pending:
        return None
    chat = store.load(chat_id)
    if is_blind(chat):
        return chat
    turn = next((each for each in chat.turns if each.id == turn_id), None) if chat else None
    begun = store.new_conversation_id()
    for copy in begun_from(chat, turn, begun, new_id) if chat and turn else ():
        store.save_turn(copy)
    url.open_conversation(begun)
    return store.load(begun)
