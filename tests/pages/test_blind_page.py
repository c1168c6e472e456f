"""The view Blind: what is asked, judged, taken back and named; and a list that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.compare.seats import Comparison, Seat
from playground.compare.votes import CastVote, add_votes, hash_of, votes_of
from playground.runtime import Runtime
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Answer, utc_now
from playground.teams.owner import MACHINE_OWNER
from tests.pages.conftest import demo_playground
from tests.patience import PATIENCE
from tests.turns import turn

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
NAMES = ("OpenAI", "openai", "gpt", "Google", "google", "gemini", "xAI", "grok", "Anthropic")
NOTHING: dict[str, str] = {}
POOL = Comparison(blind=True, chance=0.25).added(
    Seat(id="a", pin="openai:gpt-6.1-sol"), Seat(id="a", pin="google:gemini-3.8-flash")
)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A playground with an empty store."""
    with demo_playground(tmp_path) as runtime:
        yield runtime


@pytest.fixture
def store(runtime: Runtime) -> OwnerStore:
    """What this machine's user has stored."""
    return runtime.store.of(MACHINE_OWNER)


def page(view: str = "blind", *, on: str = "compare", **query: str) -> AppTest:
    """The view, or another page, at a deep link."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    for name, value in {"how": view, **query}.items():
        app.query_params[name] = value
    app.switch_page(f"../pages/{on}.py").run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    """All that the page sends to the browser."""
    return "".join(str(getattr(each, "proto", "")) for each in app._tree)


def duel(store: OwnerStore, left: dict[str, str] = NOTHING, *, blind: bool = True) -> AppTest:
    """The page with two live answers that nobody has judged yet; ``left``: more of the left one."""
    for seat, who in (("a", ("openai", "gpt-6.1-sol")), ("b", ("google", "gemini-3.8-flash"))):
        values = {"text": f"Answer {seat}.", "provider": who[0], "model": who[1], "kind": "live"}
        answer = Answer.model_validate(values | (left if seat == "a" else {}))
        store.save_turn(turn(f"t-{seat}", seat=seat, message_id="m", message="Why?", answer=answer))
    store.save_comparison("c", POOL.model_copy(update={"blind": blind}).model_dump_json())
    return page(c="c")


def press(app: AppTest, key: str) -> AppTest:
    """Click the button with this key."""
    app.button(key=key).click().run()
    assert not app.exception
    return app


def toasts(app: AppTest) -> str:
    """All that was said in passing."""
    return " ".join(each.value for each in app.toast)


def test_two_at_random_answer_and_nothing_says_who(runtime: Runtime, store: OwnerStore) -> None:
    app = page()
    assert "kept out of the ratings" in " ".join(each.value for each in app.caption)
    app.chat_input(key="blind-message").set_value("Give me three names for a bakery.").run()
    (session,) = store.recent(1)
    for run in runtime.engine.runs_for(MACHINE_OWNER, session.id):
        assert run.wait(PATIENCE)
    app.run()
    assert not app.exception
    assert {"vote-left", "vote-right", "vote-tie", "vote-both_bad"} <= {b.key for b in app.button}
    assert not [name for name in NAMES if name in shown(app)]
    assert "seats" not in app.query_params
    press(app, "vote-tie")
    assert not [name for name in NAMES if name in shown(app)]
    (vote,) = votes_of(store)
    assert (vote.rated, vote.outcome) == ("scripted", "tie")
    assert vote.propensity == pytest.approx(1 / 12)


def test_a_vote_is_kept_and_named_only_after_the_time_to_undo(store: OwnerStore) -> None:
    app = press(duel(store), "vote-right")
    (vote,) = votes_of(store)
    assert (vote.left, vote.right) == ("openai:gpt-6.1-sol", "google:gemini-3.8-flash")
    assert (vote.outcome, vote.rated, vote.propensity) == ("right", "rated", 0.25)
    assert vote.prompt_hash == hash_of("Why?")
    assert app.button(key="blind-undo").label.startswith("Undo (")
    assert not [name for name in NAMES if name in shown(app)]
    press(app, "blind-names")
    assert "OpenAI gpt-6.1-sol" in " ".join(each.value for each in app.markdown)
    assert "Receipt" in shown(app)
    press(app, "blind-go-on")
    assert app.chat_input(key="blind-message")


def test_a_vote_is_taken_back_and_given_again(store: OwnerStore) -> None:
    app = press(duel(store), "vote-left")
    press(app, "blind-undo")
    assert votes_of(store) == []
    press(app, "vote-both_bad")
    assert [vote.outcome for vote in votes_of(store)] == ["both_bad"]


def test_a_reason_is_one_click(store: OwnerStore) -> None:
    app = press(duel(store), "vote-left")
    app.button_group(key="reason-m").set_value("clearer").run()
    assert not app.exception
    assert [vote.reason for vote in votes_of(store)] == ["clearer"]


def test_an_older_vote_is_named_at_once_and_cannot_be_taken_back(store: OwnerStore) -> None:
    duel(store)
    at = utc_now() - timedelta(seconds=11)
    add_votes(store, [CastVote(id="m", at=at, left="openai", right="google", outcome="tie")])
    app = page(c="c")
    assert "You called it a tie. **Left\\: OpenAI" in " ".join(each.value for each in app.markdown)
    assert "blind-undo" not in {button.key for button in app.button}


@pytest.mark.parametrize(
    ("left", "why"),
    [
        ({"text": "I am ChatGPT, made by OpenAI."}, "gives away who made it"),
        ({"text": ""}, "failed"),
    ],
)
def test_what_cannot_be_judged_fairly_is_flagged(
    store: OwnerStore, left: dict[str, str], why: str
) -> None:
    app = duel(store, left)
    assert why in app.warning[0].value
    assert not [button.key for button in app.button if str(button.key).startswith("vote-")]
    assert "Receipt" in shown(app)


def test_a_vote_on_answers_that_were_deleted_gets_a_sentence(store: OwnerStore) -> None:
    app = duel(store)
    store.delete("c")
    press(app, "vote-left")
    assert "Your vote was not kept" in toasts(app)
    assert votes_of(store) == []


def test_a_blind_session_is_not_shown_beside_its_names(store: OwnerStore) -> None:
    duel(store)
    app = page("side by side", c="c")
    assert "judged blind" in app.info[0].value
    assert not [name for name in NAMES if name in shown(app)]
    press(app, "unblind")
    assert app.query_params["seats"] == ["openai:gpt-6.1-sol", "google:gemini-3.8-flash"]
    assert app.query_params["c"] != ["c"]


def start_list(app: AppTest, text: str) -> AppTest:
    """Judge these prompts, pasted."""
    app.button_group(key="blind-list-kind").set_value("Paste").run()
    app.text_area(key="blind-text").set_value(text)
    return press(app, "blind-list-start")


def finish(app: AppTest, runtime: Runtime, store: OwnerStore) -> AppTest:
    """Wait for both answers."""
    for run in runtime.engine.runs_for(MACHINE_OWNER, store.recent(1)[0].id):
        assert run.wait(PATIENCE)
    return app.run()


def test_a_list_goes_on_where_it_was_left(runtime: Runtime, store: OwnerStore) -> None:
    app = finish(start_list(page(), "Why?\nHow?\nWhen?"), runtime, store)
    assert "1 of 3" in shown(app)
    press(press(app, "vote-tie"), "blind-go-on")
    assert "2 of 3" in shown(finish(app, runtime, store))
    (session,) = store.recent(1)
    tomorrow = page(c=session.id)
    press(press(tomorrow, "vote-left"), "blind-go-on")
    assert "3 of 3" in shown(finish(tomorrow, runtime, store))
    press(tomorrow, "vote-left")
    assert tomorrow.button(key="blind-go-on").label == "Finish the list"
    press(tomorrow, "blind-go-on")
    assert "blind-list-on" not in {button.key for button in tomorrow.button}
    assert len(votes_of(store)) == 3


@pytest.mark.usefixtures("runtime")
def test_a_list_that_cannot_be_used_says_why_and_asks_nobody(store: OwnerStore) -> None:
    app = start_list(page(), "\n".join(f"Prompt {number}" for number in range(100_000)))
    assert "100,000 prompts, and 200 is the most" in app.warning[0].value
    assert store.recent(1) == []


def test_beside_a_session_of_another_kind_a_new_one_begins_by_the_same_form(
    store: OwnerStore,
) -> None:
    app = duel(store, blind=False)
    assert "vote-left" not in {button.key for button in app.button}
    app.chat_input(key="blind-message").set_value("Give me three names for a bakery.").run()
    assert not app.exception
    (begun,) = [each.id for each in store.recent(2) if each.id != "c"]
    assert begun in app.query_params["c"]
    session = store.load(begun)
    assert session is not None
    assert [turn.parent_id for turn in session.turns] == [None, None]
    assert {turn.seat for turn in session.turns} == {"a", "b"}
    left = store.load("c")
    assert left is not None
    assert len(left.turns) == 2


@pytest.mark.parametrize("name", ["chat", "analytics"])
def test_no_other_page_names_who_answered_before_the_vote(store: OwnerStore, name: str) -> None:
    duel(store)
    elsewhere = page(c="c", on=name)
    assert not [name for name in NAMES if name in shown(elsewhere)]


def test_the_chat_leads_a_blind_session_back_to_where_it_is_judged(store: OwnerStore) -> None:
    duel(store)
    chat = page(c="c", on="chat")
    assert not chat.chat_input
    (link,) = [each.proto for each in chat.get("page_link") if each.proto.label == "Go on blind"]
    assert (link.page, link.query_string) == ("compare", "c=c&how=blind")


def test_no_answer_of_a_blind_session_becomes_a_comparison_with_names(store: OwnerStore) -> None:
    duel(store)
    app = page("side by side", c="c", **{"from": "t-a"})
    assert not [name for name in NAMES if name in shown(app)]
    assert [session.id for session in store.recent(9)] == ["c"]


def test_a_vote_that_can_be_taken_back_is_not_listed_by_name(store: OwnerStore) -> None:
    app = press(duel(store), "vote-left")
    assert votes_of(store)
    assert page("ratings").expander[0].label == "Your votes (0)"
    press(app, "blind-names")
    app.button_group(key="how").set_value("ratings").run()
    assert "Your votes (1)" in [each.label for each in app.expander]
