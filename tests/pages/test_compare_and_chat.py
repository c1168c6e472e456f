"""Between the chat and Compare: an answer goes on in the chat, and one of the chat is compared."""

from __future__ import annotations

import pytest

from playground.runtime import get_runtime
from playground.teams.owner import MACHINE_OWNER
from tests.pages.compare_page import (
    TWO,
    answers,
    captions,
    heads,
    html,
    page,
    parameter,
    press,
    send,
    stored,
)

pytestmark = pytest.mark.usefixtures("runtime")


def test_an_answer_goes_on_in_the_chat_and_the_chat_leads_back() -> None:
    app = page(seats=TWO)
    send(app, "One")
    turn = answers(app)["a"]
    get_runtime().store.of(MACHINE_OWNER).show_branch(stored(app).id, turn.id)
    chat = page("chat", c=parameter(app, "c"))
    assert "OpenAI gpt-6.1-sol" in html(chat)
    labels = [str(each.proto.label) for each in chat.get("page_link")]
    assert "All seats side by side" in labels
    send(chat, "And more?")
    back = page(c=parameter(app, "c"))
    assert ":material/forum: In the chat" in captions(back)
    assert stored(back).turns[-1].parent_id == turn.id


def test_an_answer_of_the_chat_is_compared_with_others() -> None:
    chat = page("chat")
    send(chat, "Give me three names for a bakery.")
    send(chat, "Make them funnier.")
    origin = stored(chat)
    app = page(**{"c": origin.id, "from": origin.turns[-1].id})
    begun = stored(app)
    assert begun.id != origin.id
    assert [turn.message for turn in begun.turns] == [turn.message for turn in origin.turns]
    assert [turn.seat for turn in begun.turns] == [None, "a"]
    assert heads(app)[0] == "A Router"
    assert "from" not in app.query_params
    press(app, "ask-others")
    others = [turn for turn in answers(app).values() if turn.seat != "a"]
    assert {turn.parent_id for turn in others} == {begun.turns[0].id}
    assert len(get_runtime().store.of(MACHINE_OWNER).load(origin.id).turns) == 2  # type: ignore[union-attr]


def test_a_chat_that_is_open_stays_as_it_is() -> None:
    chat = page("chat")
    send(chat, "Only here")
    app = page(c=parameter(chat, "c"))
    send(app, "Elsewhere")
    assert parameter(app, "c") != parameter(chat, "c")
    assert len(stored(chat).turns) == 1


def test_recent_sessions_lead_to_the_page_that_they_are_of() -> None:
    app = page(seats=TWO)
    send(app, "A comparison to find again")
    chat = page("chat")
    links = [each.proto for each in chat.get("page_link")]
    found = next(each for each in links if "A comparison to find again" in each.label)
    assert "compare" in found.page
