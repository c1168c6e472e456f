"""The view "Against everyone" over the real gateway: its seats, and what it says after messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.compare.votes import CastVote, add_votes
from playground.runtime import Runtime
from playground.sessions.turns import Turn, utc_now
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE
from tests.playground.compare.seated import FOUR, each_of

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"


def page(**query: str | list[str]) -> AppTest:
    """The view at a deep link."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    for name, value in {"how": "against everyone", **query}.items():
        app.query_params[name] = value
    app.switch_page("../pages/compare.py").run()
    assert not app.exception
    return app


def stored(runtime: Runtime, conversation: str) -> Sequence[Turn]:
    """What the store has of the session."""
    found = runtime.store.of(MACHINE_OWNER).load(conversation)
    return found.turns if found else ()


def html(app: AppTest) -> str:
    """All of the page's own HTML."""
    return " ".join(str(each.proto.body) for each in app.get("html"))


@pytest.mark.usefixtures("runtime")
def test_one_click_seats_the_router_beside_everyone() -> None:
    app = page()
    app.button(key="against-everyone").click().run()
    assert not app.exception
    router, *pinned = app.query_params["seats"]
    assert router == "router"
    assert {"google", "openai", "xai", "anthropic"} == {pin.split(":")[0] for pin in pinned}
    assert len(pinned) == 5
    assert "against-everyone" not in {button.key for button in app.button}


def test_a_message_goes_to_all_seats_and_is_counted(runtime: Runtime) -> None:
    app = page()
    app.button(key="against-everyone").click().run()
    app.chat_input(key="against-message").set_value("What should I check?").run()
    (stored,) = runtime.store.of(MACHINE_OWNER).recent(1)
    for run in runtime.engine.runs_for(MACHINE_OWNER, stored.id):
        assert run.wait(PATIENCE)
    app.run()
    assert not app.exception
    assert any(
        "1 message to the router, 6 answers in all; all [simulated](real)." in each.value
        for each in app.caption
    )
    assert "can't tell yet, about 24 more would do" in html(app)
    assert "Oracle, an upper bound" in html(app)
    assert len(app.get("plotly_chart")) == 1


def test_our_prompts_are_asked_one_after_another_until_somebody_stops(runtime: Runtime) -> None:
    app = page(seats=["router", "openai:gpt-6.1-sol"])
    app.button(key="against-list").click().run()
    conversation = str(app.query_params["c"])
    for asked in (1, 2):
        assert not app.exception
        runs = runtime.engine.runs_for(MACHINE_OWNER, conversation)
        assert all(run.wait(PATIENCE) for run in runs)
        assert len({turn.message for turn in stored(runtime, conversation)}) == asked
        app.run()
    app.button(key="against-list-ends").click().run()
    for run in runtime.engine.runs_for(MACHINE_OWNER, conversation):
        assert run.wait(PATIENCE)
    app.run()
    app.run()
    assert len({turn.message for turn in stored(runtime, conversation)}) == 3
    assert "everyday prompts of ours" in app.button(key="against-list").label


def test_a_stored_comparison_is_answered_in_words_and_as_a_table(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    times = {"a": 300.0, "b": 420.0, "c": 180.0, "d": 300.0}
    for seat, time in times.items():
        for turn in each_of(seat, [time] * 25, 0.01):
            store.save_turn(turn)
    store.save_comparison("c", FOUR.model_dump_json())
    app = page(c="c")
    assert "better than 1, worse than 1, no difference beyond the margin to 1." in html(app)
    app.toggle(key="against-table").set_value(True).run()
    rows = app.dataframe[0].value.set_index("The router beside")
    assert rows.loc["OpenAI gpt-4o", "Time to first token"] == "better"
    assert rows.loc["Groq llama", "Difference in ms"] == 120


def test_votes_cast_blind_count_here(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    for seat in "ab":
        for one in each_of(seat, [300.0]):
            store.save_turn(one.model_copy(update={"conversation_id": "voted", "id": f"v{seat}"}))
    store.save_comparison("voted", FOUR.model_dump_json())
    votes = [
        CastVote(id=f"v{place}", at=utc_now(), left="router", right="openai:gpt-4o", outcome="left")
        for place in range(25)
    ]
    add_votes(store, votes)
    app = page(c="voted")
    assert "Votes, beside 1 pinned seat: better than 1." in html(app)
    assert "25 to 0 (100%, 87% to 100%)" in html(app)


@pytest.mark.usefixtures("runtime")
def test_without_a_router_it_says_what_is_missing() -> None:
    app = page(seats="openai:gpt-6.1-sol")
    assert [each.value for each in app.info] == [
        "This takes a seat with the router, and a provider's beside it."
    ]
