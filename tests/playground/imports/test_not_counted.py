"""Imported turns are in the conversation, and in no figure."""

from __future__ import annotations

import pytest

from playground.analytics.counted import counted_turns
from playground.chat.turns_html import chips_html, strip_html
from playground.exports.for_other_tools import messages_jsonl
from playground.exports.markdown import session_markdown
from playground.exports.page import session_page
from playground.sessions.asking import messages_of
from playground.sessions.indexing import facts_of
from playground.sessions.origins import Origin
from playground.sessions.store import Store
from playground.sessions.totals import session_totals
from playground.sessions.turn_words import status_note
from playground.sessions.turns import Answer, Turn
from playground.teams.owner import MACHINE_OWNER
from tests.playground.imports.exports_of_others import ALL, as_read, chatgpt_branched, sharegpt
from tests.turns import conversation, served, turn, used


def _imported_then_ours() -> tuple[Turn, Turn]:
    first = turn("a", origin=Origin(tool="claude", id="m1"))
    ours = served(1, usage=used(10, 20), cost_usd=0.5).model_copy(
        update={"id": "b", "parent_id": "a"}
    )
    return first, ours


def test_charts_count_what_was_asked_here() -> None:
    session = conversation(*_imported_then_ours())
    assert [(each.id, each.number) for each in counted_turns(session)] == [("b", 1)]
    assert counted_turns(as_read(chatgpt_branched()).conversation) == ()


def test_totals_say_how_many_were_imported_and_add_up_the_others() -> None:
    totals = session_totals(conversation(*_imported_then_ours()).path())
    assert (totals.turns, totals.imported, totals.answered) == (2, 1, 1)
    assert (totals.tokens_in, totals.cost_usd, totals.priced) == (10, 0.5, 1)
    strip = strip_html(conversation(*_imported_then_ours()).path())
    assert "1 imported" in strip
    assert "answered by: OpenAI 1" in strip


def test_the_chat_says_where_a_turn_comes_from_and_its_model_as_a_label() -> None:
    (shown, *_) = as_read(chatgpt_branched()).conversation.path()
    html = chips_html(shown)
    assert "imported from ChatGPT" in html
    assert ">gpt-5<" in html
    assert "sp-mark" not in html, "no vendor's mark"


def test_a_message_without_an_answer_says_so() -> None:
    last = as_read(sharegpt()).conversation.path()[-1]
    assert status_note(last) == "This message has no answer in ShareGPT."
    cut = last.model_copy(update={"status": "stopped", "answer": Answer(text="Good")})
    assert status_note(cut) == "This answer was not finished in ShareGPT."


def test_what_was_said_there_is_sent_along() -> None:
    entry = sharegpt(
        conversations=[{"from": "gpt", "value": "Welcome!"}, *sharegpt()["conversations"]]
    )
    sent = messages_of(as_read(entry).conversation.path(), "Next?")
    assert [(each.role, each.content) for each in sent] == [
        ("assistant", "Welcome!"),
        ("user", "Say hello."),
        ("assistant", "Hello, fellow."),
        ("user", "Next?"),
    ]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_every_tool_s_session_is_stored_as_it_was_read(
    database: str, request: pytest.FixtureRequest
) -> None:
    whole = Store(str(request.getfixturevalue(f"{database}_url")))
    store = whole.of(MACHINE_OWNER)
    for entry in ALL.values():
        made = as_read(entry())
        store.put([made.conversation])
        loaded = store.load(made.conversation.id)
        assert loaded is not None
        plain = loaded.model_copy(
            update={"turns": tuple(each.numbered(0) for each in loaded.turns)}
        )
        assert plain == made.conversation
        assert store.origins([made.origin, "chatgpt:other"]) == {made.origin}
    assert all(each.cost_usd is None for each in store.recent(9))
    whole.close()


def test_an_imported_turn_is_labelled_by_its_model_and_by_no_intent() -> None:
    facts = facts_of(as_read(chatgpt_branched()).conversation.turns[0])
    assert (facts["model"], facts["provider"]) == ("gpt-5", None)
    assert not any(facts[name] for name in ("language", "vertical", "preset"))


def test_what_leaves_again_has_what_was_imported() -> None:
    session = conversation(*_imported_then_ours())
    for written in (session_page(session), session_markdown(session), messages_jsonl([session])):
        assert "Answer to a." in written.decode()
    page = session_page(session).decode()
    assert "imported from Claude" in page
    assert page.count("Receipt: turn") == 1
    assert "imported from Claude" in session_markdown(session).decode()
    assert session_markdown(session).decode().count("**Receipt.**") == 1
